// SPDX-License-Identifier: BSD-3-Clause
// Finalize while other threads use the handle, and signals during requests. integration/finalize_test.cpp and
// resources/signals_test.cpp test what is the same for every service.
#include "fake_cmap.hpp"
#include "support/storm.hpp"

#include <atomic>

namespace {

using namespace test;

class CmapFinalize : public FakeCmapTest {
protected:
    // Another thread sends a request and waits for the reply.
    void expect_no_reply(Background<cs_error_t>& asking) { EXPECT_FALSE(asking.ended_within(kGlance)); }

    Step late_answer() const
    {
        wire::GetRequest request{};
        request.room = 64;
        return reply(get_reply(as_bytes(request), as_bytes(kStoredNumber), CMAP_VALUETYPE_UINT32));
    }

    cs_error_t get() const
    {
        std::uint32_t number = 0;
        const cs_error_t error = cmap_get_uint32(cmap, "some.key", &number);
        EXPECT_EQ(error == CS_OK ? kStoredNumber : 0, number);
        return error;
    }

    // Finalizes the handle while the thread of `asking` and one in dispatch wait.
    void finalize_beside(Background<cs_error_t>& asking)
    {
        Background dispatching([this] { return dispatch(CS_DISPATCH_BLOCKING); });
        EXPECT_TRUE(dispatching.thread().falls_asleep());
        expect_no_reply(asking);
        EXPECT_EQ(CS_OK, cmap_finalize(cmap));
        EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result());
    }

    bool disconnected()
    {
        return eventually([this] { return daemon.clients() == 0; });
    }
};

// A daemon that can no longer announce an event hangs up but stays alive.
TEST_F(CmapFinalize, makes_a_request_fail_with_bad_handle_when_the_daemon_hangs_up)
{
    daemon.on_next_request(kSilence);
    Background<cs_error_t> asking([this] { return get(); });
    finalize_beside(asking);
    daemon.now({hang_up()});
    EXPECT_EQ(CS_ERR_BAD_HANDLE, asking.result());
}

TEST_F(CmapFinalize, wakes_a_dispatch_under_a_flood_of_events)
{
    std::atomic<bool> finalized = false;
    std::atomic<int> late_callbacks = 0;
    tracker.on_event = [&](const Tracker::Call&) { late_callbacks += finalized; };
    Background dispatching([this] { return dispatch(CS_DISPATCH_BLOCKING); });
    daemon.now({flood(numbered(1))});
    EXPECT_FALSE(dispatching.ended_within(kGlance));
    EXPECT_EQ(CS_OK, cmap_finalize(cmap));
    finalized = true;
    EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result());
    EXPECT_LE(late_callbacks, 1); // the callback that was running
    EXPECT_TRUE(disconnected());
}

TEST_F(CmapFinalize, lets_a_request_get_its_reply_under_a_flood_of_events)
{
    Background dispatching([this] { return dispatch(CS_DISPATCH_BLOCKING); });
    daemon.on_next_request(kSilence);
    Background<cs_error_t> asking([this] { return get(); });
    expect_no_reply(asking);
    daemon.now({flood(numbered(1))});
    EXPECT_FALSE(dispatching.ended_within(kGlance));
    EXPECT_EQ(CS_OK, cmap_finalize(cmap));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result());
    daemon.now({late_answer()});
    EXPECT_EQ(CS_OK, asking.result());
    EXPECT_TRUE(disconnected());
}

TEST_F(CmapFinalize, fails_requests_that_were_not_sent_yet)
{
    daemon.on_next_request(kSilence);
    Background<cs_error_t> asking([this] { return get(); });
    expect_no_reply(asking);
    Background<cs_error_t> queueing([this] { return get(); });
    EXPECT_TRUE(queueing.thread().falls_asleep());
    EXPECT_EQ(CS_OK, cmap_finalize(cmap));
    daemon.now({late_answer()});
    EXPECT_EQ(CS_OK, asking.result());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, queueing.result());
}

using CmapSignals = CmapFinalize;

TEST_F(CmapSignals, do_not_damage_requests_or_events)
{
    constexpr std::uint32_t kRequests = 2000;
    Background asking([this] {
        for (std::uint32_t times = 0; times < kRequests; ++times)
            if (const cs_error_t error = get(); error != CS_OK)
                return error;
        return CS_OK;
    });
    const Storm storm(asking.thread());
    for (std::uint32_t number = 1; number <= 100; ++number)
        daemon.now({event(numbered(number))});
    EXPECT_EQ(CS_OK, asking.result());
    EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(100U, tracker.count());
}

} // namespace
