// SPDX-License-Identifier: BSD-3-Clause
#include "loan_fixture.hpp"

namespace test {

corosync::HandleTable<LoanSession>& LoanSession::table()
{
    static constinit corosync::HandleTable<LoanSession> sessions;
    return sessions;
}

int LoanSession::deliver(std::uint64_t, std::byte* event, std::size_t size)
{
    corosync::ReplyHeader header;
    if (!corosync::read_header({event, size}, header))
        return -EPROTO;
    on_event({header.id, event, size});
    return 0;
}

void LoanSession::wake_daemon()
{
    corosync::Outgoing<LoanRequest> request(kWake);
    connection_.requests().wake_daemon({request.part()});
}

LoanHandle::LoanHandle()
{
    EXPECT_EQ(0, opened);
    session.on_event = [this](const Delivery& event) { told.push_back(event.number); };
}

LoanHandle::~LoanHandle()
{
    finalize();
}

Bytes LoanHandle::numbered(std::int32_t number, std::size_t size)
{
    return message(number, Bytes(size - sizeof(corosync::ReplyHeader), static_cast<char>('a' + number % 26)));
}

// Not inlined, so that the recorded stack frame lies below that of the test, as in a program.
__attribute__((noinline)) cs_error_t LoanHandle::dispatch(Flag flag) const
{
    return corosync::dispatch<LoanSession>(handle, static_cast<unsigned>(flag),
                                           corosync::Caller::at(__builtin_frame_address(0)));
}

__attribute__((noinline)) cs_error_t LoanHandle::finalize() const
{
    return corosync::finalize<LoanSession>(handle, corosync::Caller::at(__builtin_frame_address(0)),
                                           [](LoanSession&) { return CS_OK; });
}

} // namespace test
