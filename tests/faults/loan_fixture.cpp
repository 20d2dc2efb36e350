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

LoanTest::LoanTest()
{
    EXPECT_EQ(0, opened);
    session.on_event = [this](const Delivery& event) { told.push_back(event.number); };
}

LoanTest::~LoanTest()
{
    finalize();
}

Bytes LoanTest::numbered(std::int32_t number, std::size_t size)
{
    return message(number, Bytes(size - sizeof(corosync::ReplyHeader), static_cast<char>('a' + number % 26)));
}

// Not inlined, so that the frame that is recorded lies below that of the test, as in a program.
__attribute__((noinline)) int LoanTest::dispatch(Flag flag) const
{
    corosync::DispatchType type{};
    EXPECT_TRUE(corosync::DispatchType::parse(static_cast<unsigned>(flag), type));
    return corosync::dispatch(LoanSession::table(), handle, type, corosync::Caller::at(__builtin_frame_address(0)));
}

__attribute__((noinline)) int LoanTest::finalize() const
{
    return corosync::finalize(LoanSession::table(), handle, -EBADF, corosync::Caller::at(__builtin_frame_address(0)),
                              [](LoanSession&) { return 0; });
}

} // namespace test
