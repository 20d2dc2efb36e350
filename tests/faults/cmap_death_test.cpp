// The daemon dies, at each step of a connection's life.
#include "fake_cmap.hpp"

#include <algorithm>
#include <filesystem>

namespace {

using namespace test;

using Numbers = std::vector<std::uint32_t>;

constexpr Duration kPromise = 250ms;  // from its death to the result of whoever waits
constexpr std::uint32_t kMany = 3000; // nearly all that the ring can hold
constexpr const char* kEventsAreLost = "libqb's client forgets what is queued when the daemon dies";

class CmapDeath : public FakeCmapTest {
protected:
    Numbers numbers_to(std::uint32_t count) const
    {
        Numbers result;
        for (std::uint32_t number = 1; number <= count; ++number)
            result.push_back(number);
        return result;
    }

    static cs_error_t initialize()
    {
        cmap_handle_t handle = kUntouched;
        const cs_error_t error = cmap_initialize(&handle);
        EXPECT_EQ(kUntouched, handle);
        return error;
    }

    static constexpr cmap_handle_t kUntouched = 0x1122334455667788;
};

class CmapDeathWithEvents : public CmapDeath {
protected:
    void SetUp() override
    {
        if (transport() != Transport::ring)
            GTEST_SKIP() << kEventsAreLost;
        ASSERT_EQ(0U, daemon.now(numbered(1, kMany)));
    }
};

TEST_F(CmapDeath, before_it_accepts_fails_initialize)
{
    daemon.stop();
    Background initializing([] { return initialize(); });
    EXPECT_TRUE(initializing.thread().falls_asleep());
    daemon.kill();
    EXPECT_EQ(CS_ERR_LIBRARY, initializing.result());
}

TEST_F(CmapDeath, during_the_first_request_of_initialize_fails_it)
{
    daemon.on_next_request({die()});
    const Thread reaping([this] { daemon.await_death(); }); // libqb's client takes a zombie for alive
    cmap_handle_t handle = kUntouched;
    EXPECT_EQ(CS_ERR_LIBRARY, cmap_initialize_map(&handle, CMAP_MAP_STATS));
    EXPECT_EQ(kUntouched, handle);
}

TEST_F(CmapDeath, when_nothing_happens_is_told_to_the_next_call)
{
    daemon.kill();
    expect_dead();
}

TEST_F(CmapDeath, is_what_a_hang_up_is)
{
    daemon.now({hang_up()});
    EXPECT_TRUE(eventually([this] { return daemon.clients() == 0; }));
    expect_dead();
}

// Three attempts, since a machine that is busy elsewhere must not break the promise.
TEST(CmapDeathDuringRequest, ends_it_as_promised)
{
    Duration shortest = Duration::max();
    for (int attempts = 0; attempts < 3 && shortest >= kPromise; ++attempts) {
        FakeDaemon daemon({.service = "cmap", .answer = CmapAnswers{}});
        const Cmap cmap;
        daemon.on_next_request(kSilence);
        const std::uint32_t before = daemon.requests();
        Background asking([&] { return cmap_get(cmap, "some.key", nullptr, nullptr, nullptr); });
        EXPECT_TRUE(eventually([&] { return daemon.requests() > before; }));
        EXPECT_FALSE(asking.ended_within(kGlance));
        const auto start = Clock::now();
        daemon.kill();
        EXPECT_EQ(CS_ERR_LIBRARY, asking.result());
        shortest = std::min(shortest, asking.finished() - start);
    }
    EXPECT_LT(shortest, kPromise);
    remove_what_libqb_leaves();
}

TEST_F(CmapDeath, wakes_whoever_waits_for_events)
{
    Background in_one([this] { return dispatch(CS_DISPATCH_ONE); });
    Background in_blocking([this] { return dispatch(CS_DISPATCH_BLOCKING); });
    EXPECT_TRUE(in_one.thread().falls_asleep() && in_blocking.thread().falls_asleep());
    daemon.kill();
    EXPECT_EQ(CS_ERR_LIBRARY, in_one.result());
    EXPECT_EQ(CS_ERR_LIBRARY, in_blocking.result());
}

TEST_F(CmapDeath, after_the_handle_was_finalized_is_nobodys_business)
{
    EXPECT_EQ(CS_OK, cmap.finalize());
    EXPECT_TRUE(eventually([this] { return daemon.clients() == 0; }));
    daemon.kill();
}

TEST_F(CmapDeath, leaves_nothing_behind_once_the_handle_is_finalized)
{
    const auto before = shared_memory_entries();
    daemon.kill();
    EXPECT_EQ(CS_OK, cmap.finalize());
    EXPECT_FALSE(open_descriptors().contains(fd));
    if (transport() == Transport::ring) {
        EXPECT_EQ(1U, before.size() - shared_memory_entries().size());
    }
}

// Who removes the files is open then.
TEST(CmapDeathDuringFinalize, does_not_disturb_it)
{
    for (int times = 0; times < 20; ++times) {
        FakeDaemon daemon({.service = "cmap", .answer = CmapAnswers{}});
        Cmap cmap;
        const int fd = cmap.fd();
        Thread dying([&] { daemon.kill(); });
        EXPECT_EQ(CS_OK, cmap.finalize());
        EXPECT_FALSE(open_descriptors().contains(fd));
        dying.join();
    }
    for (const auto& name : shared_memory_entries())
        if (name.starts_with("qb-"))
            std::filesystem::remove_all("/dev/shm/" + name);
}

// What fits into the socket buffers outlives the daemon, too.
TEST_F(CmapDeath, with_a_few_events_lets_them_be_delivered)
{
    if (transport() == Transport::libqb)
        GTEST_SKIP() << kEventsAreLost;
    ASSERT_EQ(0U, daemon.now(numbered(1, 5)));
    daemon.kill();
    EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ONE));
    EXPECT_EQ(CS_ERR_LIBRARY, dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(numbers_to(5), numbers(tracker.events()));
    expect_dead();
}

TEST_F(CmapDeathWithEvents, lets_all_deliver_them_and_fails_it)
{
    daemon.kill();
    EXPECT_EQ(CS_ERR_LIBRARY, dispatch(CS_DISPATCH_ALL));
    EXPECT_TRUE(numbers_to(kMany) == numbers(tracker.events()));
    expect_dead();
}

TEST_F(CmapDeathWithEvents, lets_blocking_deliver_them_and_fails_it)
{
    daemon.kill();
    EXPECT_EQ(CS_ERR_LIBRARY, dispatch(CS_DISPATCH_BLOCKING));
    EXPECT_TRUE(numbers_to(kMany) == numbers(tracker.events()));
    expect_dead();
}

TEST_F(CmapDeathWithEvents, lets_one_by_one_deliver_them_and_fails_then)
{
    daemon.kill();
    for (std::uint32_t number = 0; number < kMany; ++number)
        ASSERT_EQ(CS_OK, dispatch(number % 2 == 0 ? CS_DISPATCH_ONE : CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_TRUE(numbers_to(kMany) == numbers(tracker.events()));
    expect_dead();
}

TEST_F(CmapDeathWithEvents, in_a_callback_lets_the_dispatch_deliver_the_rest)
{
    tracker.on_event = [this](const Tracker::Call&) {
        if (tracker.count() == 100)
            daemon.kill();
    };
    EXPECT_EQ(CS_ERR_LIBRARY, dispatch(CS_DISPATCH_ALL));
    EXPECT_TRUE(numbers_to(kMany) == numbers(tracker.events()));
}

TEST_F(CmapDeathWithEvents, is_told_by_the_dispatch_that_delivers_the_last_one_of_many_at_once)
{
    daemon.now({hang_up()});
    EXPECT_TRUE(eventually([this] { return hung_up(fd); }));
    EXPECT_EQ(CS_ERR_LIBRARY, dispatch(CS_DISPATCH_ALL));
    EXPECT_TRUE(numbers_to(kMany) == numbers(tracker.events()));
}

TEST_F(CmapDeathWithEvents, shows_on_the_descriptor_at_once)
{
    daemon.kill();
    EXPECT_TRUE(readable(fd, kPatience));
    EXPECT_TRUE(hung_up(fd));
}

TEST_F(CmapDeathWithEvents, that_nobody_dispatches_leaves_nothing_behind)
{
    daemon.kill();
    EXPECT_EQ(CS_OK, cmap.finalize());
    EXPECT_FALSE(open_descriptors().contains(fd));
}

} // namespace
