// The daemon dies, stops, comes back.
#include "cmap_calls.hpp"
#include "cmap_fixture.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>

namespace {

using namespace test;

using CmapFault = CmapFaultTest;
using Numbers = std::vector<std::uint32_t>;

// The rings stay; libqb's client does not look into them any more. Datagrams stay in the socket, as many as it holds.
bool events_outlive_the_daemon()
{
    return transport() != Transport::libqb;
}

constexpr const char* kEventsAreLost = "libqb's client forgets what is queued in its rings when the daemon dies";

// T75, C6
TEST_F(CmapFault, death_wakes_blocked_dispatches)
{
    const Duration longest = best_of_three(daemon, [&] {
        const Cmap one;
        const Cmap blocking;
        Background in_one([&] { return cmap_dispatch(one, CS_DISPATCH_ONE); });
        Background in_blocking([&] { return cmap_dispatch(blocking, CS_DISPATCH_BLOCKING); });
        EXPECT_TRUE(in_one.thread().falls_asleep() && in_blocking.thread().falls_asleep());
        const auto start = Clock::now();
        daemon.kill();
        EXPECT_EQ(CS_ERR_LIBRARY, in_one.result());
        EXPECT_EQ(CS_ERR_LIBRARY, in_blocking.result());
        return std::max(in_one.finished(), in_blocking.finished()) - start;
    });
    EXPECT_LT(longest, kPromise);
}

// T77, C6, CMAP-D20, decision 13: a request is on its way to a daemon that is stopped and then killed.
TEST_F(CmapFault, death_ends_a_request_that_waits)
{
    const Duration time = best_of_three(daemon, [&] {
        const Cmap cmap;
        daemon.stop();
        Background asking([&] { return cmap_get(cmap, "totem.version", nullptr, nullptr, nullptr); });
        EXPECT_TRUE(asking.thread().falls_asleep());
        const auto start = Clock::now();
        daemon.kill();
        EXPECT_EQ(CS_ERR_LIBRARY, asking.result());
        return asking.finished() - start;
    });
    EXPECT_LT(time, kPromise);
}

// T75
TEST_F(CmapFault, death_fails_every_later_dispatch)
{
    const Cmap cmap;
    daemon.kill();
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ALL, CS_DISPATCH_BLOCKING, CS_DISPATCH_ONE_NONBLOCKING}) {
        EXPECT_EQ(CS_ERR_LIBRARY, cmap_dispatch(cmap, flag)) << flag;
        EXPECT_EQ(CS_ERR_LIBRARY, cmap_dispatch(cmap, flag)) << flag;
    }
}

// T75
TEST_F(CmapFault, an_orderly_end_of_the_daemon_is_its_death)
{
    const Cmap one;
    const Cmap blocking;
    const Cmap idle;
    Background in_one([&] { return cmap_dispatch(one, CS_DISPATCH_ONE); });
    Background in_blocking([&] { return cmap_dispatch(blocking, CS_DISPATCH_BLOCKING); });
    EXPECT_EQ(0, daemon.terminate());
    EXPECT_EQ(CS_ERR_LIBRARY, in_one.result());
    EXPECT_EQ(CS_ERR_LIBRARY, in_blocking.result());
    EXPECT_EQ(CS_ERR_LIBRARY, cmap_dispatch(idle, CS_DISPATCH_ALL));
    EXPECT_EQ(CS_ERR_LIBRARY, cmap_get(idle, "totem.version", nullptr, nullptr, nullptr));
}

// Decision 6, CMAP-D21
TEST_F(CmapFault, death_lets_one_by_one_deliver_what_is_queued)
{
    if (!events_outlive_the_daemon())
        GTEST_SKIP() << kEventsAreLost;
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING}) {
        Cmap cmap;
        auto& tracker = cmap.track("fault.one", kEverything);
        change(cmap, "fault.one", 3);
        daemon.kill();
        for (std::size_t taken = 1; taken <= 3; ++taken) {
            EXPECT_EQ(CS_OK, cmap_dispatch(cmap, flag)) << flag;
            EXPECT_EQ(taken, tracker.count()) << flag;
        }
        EXPECT_EQ(CS_ERR_LIBRARY, cmap_dispatch(cmap, flag)) << flag;
        EXPECT_EQ(CS_ERR_LIBRARY, cmap_dispatch(cmap, CS_DISPATCH_ALL)) << flag;
        EXPECT_EQ((Numbers{1, 2, 3}), numbers(tracker.events())) << flag;
        EXPECT_EQ(CS_OK, cmap.finalize());
        daemon.restart();
    }
}

// Decision 6, CMAP-D21: all of them, also those that the daemon had not announced
TEST_F(CmapFault, death_lets_all_and_blocking_deliver_what_is_queued_and_fail)
{
    if (!events_outlive_the_daemon())
        GTEST_SKIP() << kEventsAreLost;
    constexpr std::uint32_t kMore = 500;
    Cmap all;
    Cmap blocking;
    auto& of_all = all.track("fault.all", kEverything);
    auto& of_blocking = blocking.track("fault.all", kEverything);
    change(all, "fault.all", kMore);
    daemon.kill();
    EXPECT_EQ(CS_ERR_LIBRARY, cmap_dispatch(all, CS_DISPATCH_ALL));
    EXPECT_EQ(CS_ERR_LIBRARY, cmap_dispatch(blocking, CS_DISPATCH_BLOCKING));
    Numbers expected;
    for (std::uint32_t number = 1; number <= kMore; ++number)
        expected.push_back(number);
    EXPECT_TRUE(expected == numbers(of_all.events()));
    EXPECT_TRUE(expected == numbers(of_blocking.events()));
}

// C6: where events are lost, the error is not.
TEST_F(CmapFault, death_with_events_queued_is_told)
{
    Cmap cmap;
    auto& tracker = cmap.track("fault.told", kEverything);
    change(cmap, "fault.told", 3);
    daemon.kill();
    EXPECT_TRUE(eventually([&] { return cmap_dispatch(cmap, CS_DISPATCH_ALL) == CS_ERR_LIBRARY; }));
    EXPECT_LE(tracker.count(), 3U);
}

// T76, T77
TEST_F(CmapFault, death_fails_every_request)
{
    const Cmap cmap;
    daemon.kill();
    for (const auto& [name, kind, call] : cmap_calls()) {
        if (kind == HandleCall::request) {
            EXPECT_EQ(CS_ERR_LIBRARY, call(cmap)) << name;
        }
    }
}

// T76
TEST_F(CmapFault, death_leaves_local_calls_alone)
{
    Cmap cmap;
    daemon.kill();
    for (const auto& [name, kind, call] : cmap_calls()) {
        if (kind == HandleCall::local) {
            EXPECT_EQ(CS_OK, call(cmap)) << name;
        }
    }
    EXPECT_EQ(CS_OK, cmap.finalize());
}

// C1
TEST_F(CmapFault, death_hangs_up_the_descriptor_and_leaves_it_open)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "the event socket does not notice";
    Cmap cmap;
    const int fd = cmap.fd();
    daemon.kill();
    EXPECT_TRUE(readable(fd, kPatience));
    EXPECT_TRUE(hung_up(fd));
    EXPECT_EQ(CS_ERR_LIBRARY, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ(fd, cmap.fd());
    EXPECT_TRUE(open_descriptors().contains(fd));
    EXPECT_EQ(CS_OK, cmap.finalize());
    EXPECT_FALSE(open_descriptors().contains(fd));
}

// T76
TEST_F(CmapFault, death_and_finalize_leave_no_file_in_shared_memory)
{
    Cmap cmap;
    ASSERT_EQ(CS_OK, cmap.set("fault.files", u8(1)));
    EXPECT_EQ(1U, connection_entries(first_pid).size());
    daemon.kill();
    EXPECT_EQ(CS_OK, cmap.finalize());
    for (const auto& directory : connection_entries(first_pid))
        EXPECT_TRUE(std::filesystem::is_empty("/dev/shm/" + directory)) << directory;
}

TEST_F(CmapFault, death_and_finalize_leave_no_directory_in_shared_memory)
{
    if (transport() != Transport::ring)
        GTEST_SKIP() << "libqb's client leaves the empty directory";
    Cmap one;
    Cmap two;
    daemon.kill();
    EXPECT_EQ(CS_OK, one.finalize());
    EXPECT_EQ(1U, connection_entries(first_pid).size());
    EXPECT_EQ(CS_OK, two.finalize());
    EXPECT_TRUE(connection_entries(first_pid).empty());
}

// Decision 5: it is dead though its parent has not yet noticed.
TEST_F(CmapFault, death_that_nobody_has_reaped_is_death)
{
    if (transport() != Transport::ring)
        GTEST_SKIP() << "libqb's client takes the zombie for alive";
    Cmap cmap;
    daemon.kill_without_reaping();
    EXPECT_EQ(CS_OK, cmap.finalize());
    EXPECT_TRUE(connection_entries(first_pid).empty());
}

// 5.2
TEST_F(CmapFault, a_new_daemon_serves_new_handles_only)
{
    const Cmap old;
    daemon.restart();
    const Cmap fresh;
    EXPECT_EQ(CS_OK, cmap_get(fresh, "totem.version", nullptr, nullptr, nullptr));
    EXPECT_EQ(CS_ERR_LIBRARY, cmap_get(old, "totem.version", nullptr, nullptr, nullptr));
    EXPECT_EQ(CS_ERR_LIBRARY, cmap_dispatch(old, CS_DISPATCH_ALL));
}

// 5.2
TEST_F(CmapFault, a_request_waits_for_a_stopped_daemon)
{
    const Cmap cmap;
    Freeze freeze(daemon);
    Background asking([&] { return cmap_get(cmap, "totem.version", nullptr, nullptr, nullptr); });
    EXPECT_FALSE(asking.ended_within(500ms));
    freeze.thaw();
    EXPECT_EQ(CS_OK, asking.result());
    EXPECT_EQ(CS_OK, cmap_get(cmap, "totem.version", nullptr, nullptr, nullptr));
}

// 5.2
TEST_F(CmapFault, a_handle_can_be_finalized_while_the_daemon_is_stopped)
{
    Cmap cmap;
    const int fd = cmap.fd();
    const Freeze freeze(daemon);
    EXPECT_EQ(CS_OK, cmap.finalize());
    EXPECT_FALSE(open_descriptors().contains(fd));
}

} // namespace
