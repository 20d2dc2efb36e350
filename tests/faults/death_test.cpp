// SPDX-License-Identifier: BSD-3-Clause
// The daemon dies, hangs up, freezes or comes back, at each step of a connection's life. The same for every service.
// handshake_flow_test.cpp tests the same during the handshake, and integration/fault_test.cpp with a real daemon.
#include "service.hpp"

#include "support/companion.hpp"
#include "support/process.hpp"
#include "support/thread.hpp"

#include <algorithm>
#include <deque>
#include <ostream>
#include <string>

namespace {

using namespace test;

constexpr std::uint32_t kMany = 3000; // the ring has room for a few more of the largest

enum class Fault { killed, killed_while_frozen, hangs_up };

void PrintTo(Fault fault, std::ostream* out)
{
    constexpr const char* kNames[] = {"killed", "killed_while_frozen", "hangs_up"};
    *out << kNames[static_cast<int>(fault)];
}

FakeDaemon::Options options()
{
    return {.service = kFaked.name, .answer = kFaked.answer};
}

cs_error_t initialize()
{
    std::uint64_t handle = kUntouched;
    const cs_error_t error = service().initialize(&handle);
    EXPECT_EQ(error != CS_OK, handle == kUntouched);
    return error;
}

std::ptrdiff_t connection_directories()
{
    const auto entries = shared_memory_entries();
    return std::count_if(entries.begin(), entries.end(), [](const auto& name) { return name.starts_with("qb-"); });
}

// A handle leaves nothing behind if it was finalized about when the daemon froze or died. libqb's client leaves the
// files to a daemon that it believes to be alive.
void expect_no_connection_directories()
{
    if (transport() == Transport::ring)
        EXPECT_EQ(0, connection_directories());
    else
        for (const auto& name : shared_memory_entries())
            if (name.starts_with("qb-"))
                remove_shared_memory_entry(name);
}

void apply(Fault fault, FakeDaemon& daemon)
{
    switch (fault) {
    case Fault::killed_while_frozen:
        daemon.stop();
        daemon.kill();
        break;
    case Fault::killed:
        daemon.kill();
        break;
    case Fault::hangs_up:
        daemon.now({hang_up()});
        EXPECT_TRUE(eventually([&] { return daemon.clients() == 0; }));
        break;
    }
}

class Death : public FakedServiceTest, public ::testing::WithParamInterface<Fault> {
protected:
    void apply_fault() { apply(GetParam(), daemon); }

    const int fd = client->fd();
};

TEST_P(Death, of_an_idle_daemon_fails_every_call)
{
    apply_fault();
    expect_dead();
}

TEST_P(Death, hangs_up_the_descriptor_and_leaves_it_open_until_finalize)
{
    apply_fault();
    for (int times = 0; times < 2; ++times) {
        EXPECT_EQ(fd, client->fd());
        EXPECT_TRUE(open_descriptors().contains(fd));
        if (transport() != Transport::socket) { // the event socket does not hang up
            EXPECT_TRUE(readable(fd, kPatience));
            EXPECT_TRUE(hung_up(fd));
        }
        EXPECT_EQ(CS_ERR_LIBRARY, client->dispatch(CS_DISPATCH_ALL));
    }
    EXPECT_EQ(service().finalize_asks ? CS_ERR_LIBRARY : CS_OK, client->finalize());
    EXPECT_FALSE(open_descriptors().contains(fd));
}

TEST_P(Death, leaves_nothing_in_shared_memory_after_finalize)
{
    ASSERT_EQ(1, connection_directories());
    ASSERT_TRUE(maps_rings(::getpid()));
    apply_fault();
    {
        const FewDescriptors none(0); // one gets free when finalize closes the connection
        client->finalize();
    }
    EXPECT_FALSE(maps_rings(::getpid()));
    remove_what_libqb_leaves(); // an empty directory
    EXPECT_TRUE(eventually([] { return connection_directories() == 0; }));
}

class DeathDuringDispatch : public ::testing::TestWithParam<Fault> {
protected:
    ~DeathDuringDispatch() override { remove_what_libqb_leaves(); }
};

TEST_P(DeathDuringDispatch, wakes_threads_that_wait_for_events_in_the_promised_time)
{
    const auto time_to_wake = [fault = GetParam()] {
        FakeDaemon daemon(options());
        const auto client = kFaked.connect(daemon);
        Background in_one([&] { return client->dispatch(CS_DISPATCH_ONE); });
        Background in_blocking([&] { return client->dispatch(CS_DISPATCH_BLOCKING); });
        EXPECT_TRUE(in_one.thread().falls_asleep() && in_blocking.thread().falls_asleep());
        const auto start = Clock::now();
        apply(fault, daemon);
        EXPECT_EQ(CS_ERR_LIBRARY, in_one.result());
        EXPECT_EQ(CS_ERR_LIBRARY, in_blocking.result());
        return std::max(in_one.finished(), in_blocking.finished()) - start;
    };
    EXPECT_LT(best_of_three(time_to_wake), kPromise);
}

class DeathWithEvents : public Death {
protected:
    DeathWithEvents()
    {
        const auto waiting = daemon.now(numbered(1, kMany));
        EXPECT_TRUE(waiting == 0 || transport() == Transport::socket); // the socket has room for fewer
        EXPECT_TRUE(readable(fd, kPatience));
    }

    // libqb's client drops what is in its rings, and may or may not receive what is on its sockets.
    void expect_all_told() const
    {
        const auto count = static_cast<std::uint32_t>(client->told.size());
        EXPECT_TRUE(count == kMany || transport() != Transport::ring) << count;
        EXPECT_TRUE(numbers_to(count) == client->told);
    }
};

TEST_P(DeathWithEvents, lets_dispatch_all_deliver_them_before_it_fails)
{
    apply_fault();
    EXPECT_EQ(CS_ERR_LIBRARY, client->dispatch(CS_DISPATCH_ALL));
    expect_all_told();
    expect_dead();
}

TEST_P(DeathWithEvents, lets_dispatch_blocking_deliver_them_before_it_fails)
{
    apply_fault();
    EXPECT_EQ(CS_ERR_LIBRARY, client->dispatch(CS_DISPATCH_BLOCKING));
    expect_all_told();
    expect_dead();
}

TEST_P(DeathWithEvents, lets_dispatch_one_deliver_them_before_it_fails)
{
    apply_fault();
    cs_error_t error = CS_OK;
    for (std::uint32_t taken = 0; error == CS_OK; ++taken) {
        ASSERT_EQ(taken, client->told.size());
        error = client->dispatch(taken % 2 == 0 ? CS_DISPATCH_ONE : CS_DISPATCH_ONE_NONBLOCKING);
    }
    EXPECT_EQ(CS_ERR_LIBRARY, error);
    expect_all_told();
    expect_dead();
}

TEST_P(DeathWithEvents, in_the_middle_of_a_batch_lets_the_dispatch_deliver_the_rest)
{
    client->on_told = [this] {
        if (client->told.size() == 100)
            apply_fault();
    };
    EXPECT_EQ(CS_ERR_LIBRARY, client->dispatch(CS_DISPATCH_ALL));
    expect_all_told();
}

TEST_P(DeathWithEvents, makes_the_descriptor_readable_at_once)
{
    apply_fault();
    EXPECT_TRUE(readable(fd, kPatience));
    EXPECT_TRUE(hung_up(fd) || transport() == Transport::socket);
}

TEST_P(DeathWithEvents, leaves_nothing_behind_if_they_are_not_dispatched)
{
    apply_fault();
    client->finalize();
    EXPECT_FALSE(open_descriptors().contains(fd));
    remove_what_libqb_leaves(); // an empty directory
    EXPECT_TRUE(eventually([] { return connection_directories() == 0; }));
}

const auto kFaults = ::testing::Values(Fault::killed, Fault::killed_while_frozen, Fault::hangs_up);
constexpr auto kNameOfFault = [](const ::testing::TestParamInfo<Fault>& info) {
    return ::testing::PrintToString(info.param);
};
INSTANTIATE_TEST_SUITE_P(Daemon, Death, kFaults, kNameOfFault);
INSTANTIATE_TEST_SUITE_P(Daemon, DeathDuringDispatch, kFaults, kNameOfFault);
INSTANTIATE_TEST_SUITE_P(Daemon, DeathWithEvents, kFaults, kNameOfFault);

using ConnectedHandle = FakedServiceTest;

// The events are still in the buffer of the socket or in the ring.
TEST_F(ConnectedHandle, of_a_daemon_that_died_delivers_the_queued_events_before_it_fails)
{
    if (transport() == Transport::libqb)
        GTEST_SKIP() << "libqb's client drops queued events when the daemon dies";
    ASSERT_EQ(0U, daemon.now(numbered(1, 5)));
    daemon.kill();
    EXPECT_EQ(CS_OK, client->dispatch(CS_DISPATCH_ONE));
    EXPECT_EQ(CS_ERR_LIBRARY, client->dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(numbers_to(5), client->told);
    expect_dead();
}

TEST_F(ConnectedHandle, that_was_finalized_is_not_affected_by_the_daemons_death)
{
    EXPECT_EQ(CS_OK, client->finalize());
    EXPECT_TRUE(eventually([this] { return daemon.clients() == 0; }));
    daemon.kill();
}

// Calls all functions that wait for a reply, each in its own thread and on its own handle.
class Waiting {
public:
    explicit Waiting(FakeDaemon& daemon) : daemon_(daemon)
    {
        for (const auto& [place, usual] : asking_calls(daemon)) {
            auto client = kFaked.connect(daemon);
            const HandleCall call = client->calls().at(place);
            asking_.push_back({call, usual, std::move(client), nullptr});
        }
    }

    void begin()
    {
        for (auto& one : asking_)
            one.started = std::make_unique<Background<cs_error_t>>(
                [&call = one.call.call, handle = one.client->handle()] { return call(handle); });
    }

    // Sends every request to a daemon that does not reply.
    void begin_without_reply()
    {
        for (std::size_t count = 0; count < asking_.size(); ++count)
            daemon_.on_next_request(kSilence);
        const auto before = daemon_.requests();
        begin();
        EXPECT_TRUE(eventually([&] { return daemon_.requests() == before + asking_.size(); }));
        for (const auto& one : asking_)
            EXPECT_FALSE(one.started->ended_within({})) << one.call.name;
    }

    // Sends every request to a daemon that does not read.
    void begin_frozen()
    {
        daemon_.stop();
        begin();
        std::this_thread::sleep_for(kGlance);
        for (const auto& one : asking_)
            EXPECT_FALSE(one.started->ended_within({})) << one.call.name;
    }

    void expect_all(cs_error_t error)
    {
        for (auto& one : asking_)
            EXPECT_EQ(error, one.started->result()) << one.call.name;
    }
    void expect_the_usual()
    {
        for (auto& one : asking_)
            EXPECT_EQ(one.usual, one.started->result()) << one.call.name;
    }

    // When the last call returned.
    Clock::time_point finished()
    {
        Clock::time_point last{};
        for (auto& one : asking_)
            last = std::max(last, one.started->finished());
        return last;
    }

private:
    struct Asking {
        HandleCall call;
        cs_error_t usual;
        std::unique_ptr<Client> client;
        std::unique_ptr<Background<cs_error_t>> started{}; // last, because it uses the other members
    };

    FakeDaemon& daemon_;
    std::deque<Asking> asking_;
};

class Request : public ::testing::TestWithParam<void (Waiting::*)()> {
protected:
    ~Request() override { remove_what_libqb_leaves(); }

    // From the daemon's death to the return of the last call.
    static Duration time_to_end()
    {
        FakeDaemon daemon(options());
        Waiting waiting(daemon);
        (waiting.*GetParam())();
        const auto start = Clock::now();
        daemon.kill();
        waiting.expect_all(CS_ERR_LIBRARY);
        return waiting.finished() - start;
    }
};

TEST_P(Request, of_every_kind_fails_in_the_promised_time_after_the_daemons_death)
{
    EXPECT_LT(best_of_three(time_to_end), kPromise);
}

INSTANTIATE_TEST_SUITE_P(Silent, Request, ::testing::Values(&Waiting::begin_without_reply));
INSTANTIATE_TEST_SUITE_P(Frozen, Request, ::testing::Values(&Waiting::begin_frozen));

TEST(RequestToFrozenDaemon, of_every_kind_has_its_usual_result_when_the_daemon_continues)
{
    FakeDaemon daemon(options());
    Waiting waiting(daemon);
    waiting.begin_frozen();
    daemon.resume();
    waiting.expect_the_usual();
}

class FreezeOfDaemon : public FakedServiceTest {};

TEST_F(FreezeOfDaemon, in_the_middle_of_a_batch_does_not_delay_its_events)
{
    daemon.now(numbered(1, 100));
    client->on_told = [this] {
        if (client->told.size() == 50)
            daemon.stop();
    };
    EXPECT_EQ(CS_OK, client->dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(numbers_to(100), client->told);
    daemon.resume();
    expect_usable();
}

TEST_F(FreezeOfDaemon, does_not_end_a_wait_for_events)
{
    Background dispatching([this] { return client->dispatch(CS_DISPATCH_ONE); });
    EXPECT_TRUE(dispatching.thread().falls_asleep());
    daemon.stop();
    EXPECT_FALSE(dispatching.ended_within(kGlance));
    daemon.resume();
    daemon.now(numbered(1, 1));
    EXPECT_EQ(CS_OK, dispatching.result());
    EXPECT_EQ(numbers_to(1), client->told);
}

// Where finalize sends no request, it returns before the daemon's death.
TEST(DeathDuringFinalize, of_a_frozen_daemon_ends_finalize_in_the_promised_time_and_leaves_nothing_behind)
{
    const auto time_to_end = [] {
        FakeDaemon daemon(options());
        const auto client = kFaked.connect(daemon);
        daemon.stop();
        Background finalizing([&] { return client->finalize(); });
        EXPECT_TRUE(service().finalize_asks ? finalizing.thread().falls_asleep() : finalizing.ended_within(kPatience));
        const auto start = Clock::now();
        daemon.kill();
        EXPECT_EQ(service().finalize_asks ? CS_ERR_LIBRARY : CS_OK, finalizing.result());
        expect_no_connection_directories();
        return finalizing.finished() - start;
    };
    EXPECT_LT(best_of_three(time_to_end), kPromise);
}

TEST(DeathDuringFinalize, does_not_disturb_finalize)
{
    for (int times = 0; times < 20; ++times) {
        FakeDaemon daemon(options());
        const auto client = kFaked.connect(daemon);
        const int fd = client->fd();
        Thread dying([&] { daemon.kill(); });
        const cs_error_t error = client->finalize();
        EXPECT_TRUE(error == CS_OK || (service().finalize_asks && error == CS_ERR_LIBRARY)) << error;
        EXPECT_FALSE(open_descriptors().contains(fd));
        dying.join();
        expect_no_connection_directories();
    }
}

class Restart : public FakedServiceTest {};

TEST_F(Restart, of_the_daemon_allows_new_handles_at_once_and_old_ones_keep_failing)
{
    daemon.kill();
    for (int times = 0; times < 3; ++times) {
        EXPECT_EQ(CS_ERR_LIBRARY, initialize());
        FakeDaemon next(options());
        const auto fresh = kFaked.connect(next);
        expect_dead();
        next.now({event(fresh->event(1))});
        EXPECT_EQ(CS_OK, fresh->dispatch(CS_DISPATCH_ONE));
        EXPECT_EQ(numbers_to(1), fresh->told);
        EXPECT_EQ(CS_OK, fresh->finalize());
    }
}

TEST_F(Restart, of_the_daemon_is_noticed_by_a_program_that_retries_initialize)
{
    daemon.kill();
    const auto left = connection_directories();
    // In another process: while a thread allocates memory, sanitizers do not allow to fork the next daemon.
    Companion trying([](Line& line) {
        std::uint64_t handle = kNoHandle;
        cs_error_t error = CS_OK;
        for (int refused = 0; (error = service().initialize(&handle)) == CS_ERR_LIBRARY || error == CS_ERR_TRY_AGAIN;)
            if (++refused == 100)
                line.say("refused");
        line.say(error == CS_OK && service().finalize(handle) == CS_OK ? "served" : "fails");
    });
    EXPECT_EQ("refused", trying.hear());
    const FakeDaemon next(options());
    EXPECT_EQ("served", trying.hear());
    EXPECT_EQ(0, trying.wait());
    EXPECT_TRUE(eventually([=] { return connection_directories() == left; })); // before the next daemon dies
}

} // namespace
