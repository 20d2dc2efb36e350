// SPDX-License-Identifier: BSD-3-Clause
// The daemon is stopped, and initialize waits for it until the daemon goes on, a signal is to end the wait, or a limit
// is reached.
#include "integration/listener.hpp"

#include "support/environment.hpp"
#include "support/process.hpp"
#include "support/storm.hpp"
#include "support/thread.hpp"

#include <optional>
#include <ostream>

namespace {

using namespace test;

constexpr Duration kDeaf = 1s; // in this time no signal ends the wait

// Initialize in another thread.
class Initializing {
public:
    bool ended_within(Duration limit) const { return call_.ended_within(limit); }
    std::optional<cs_error_t> error() { return call_.result(); }
    Thread& thread() { return call_.thread(); }
    std::uint64_t handle() const { return handle_; }
    Duration since_begin() const { return Clock::now() - begin_; }

    // Sends a signal and waits until its handler has run. False if the call ended before.
    bool signal()
    {
        const int before = SignalCounter::count();
        thread().signal(SIGUSR1);
        return eventually([&] { return SignalCounter::count() > before || ended_within({}); });
    }

private:
    std::uint64_t handle_ = kUntouched;
    const Clock::time_point begin_ = Clock::now();
    Background<cs_error_t> call_{[this] { return service().initialize(&handle_); }};
};

class FrozenDaemon : public ServiceTest {
protected:
    FrozenDaemon()
    {
        EXPECT_TRUE(eventually([] { return connection_entries(daemon().pid()).empty(); }));
        before_ = open_descriptors();
    }

    // Initialize has returned with an error and kept nothing; and the daemon, which now goes on, works.
    void expect_given_up(Initializing& initializing, Freeze& freeze)
    {
        EXPECT_EQ(CS_ERR_TRY_AGAIN, initializing.error());
        EXPECT_EQ(kUntouched, initializing.handle());
        service().finalize(initializing.handle()); // otherwise the next tests would find it
        EXPECT_EQ(before_, open_descriptors());
        EXPECT_FALSE(maps_rings(::getpid()));
        freeze.thaw();
        const Variable no_limit("COROSYNC_CLIENT_CONNECT_MS", std::nullopt);
        EXPECT_TRUE(Listener().works());
        EXPECT_TRUE(eventually([] { return connection_entries(daemon().pid()).empty(); }));
        EXPECT_TRUE(eventually([] { return !maps_rings(daemon().pid()); }));
    }

private:
    std::map<int, std::string> before_;
};
using RunningDaemon = FrozenDaemon;

// However many they are: perhaps those of a profiler. (If the machine is so busy that the first second is over when the
// signal comes, the test cannot decide.)
TEST_F(FrozenDaemon, keeps_initialize_waiting_whatever_signals_come_in_the_first_second)
{
    for (const int flags : kHandlerFlags) {
        const SignalCounter counter(flags);
        Freeze freeze(daemon());
        Initializing initializing;
        EXPECT_TRUE(initializing.thread().falls_asleep());
        int early = 0;
        while (initializing.since_begin() < kDeaf * 9 / 10 && !initializing.ended_within(20ms)) {
            initializing.signal();
            early += initializing.since_begin() < kDeaf;
        }
        const bool ended = initializing.ended_within({});
        EXPECT_FALSE(ended && initializing.since_begin() < kDeaf) << early;
        freeze.thaw();
        if (!ended) {
            EXPECT_EQ(CS_OK, initializing.error()) << flags;
            EXPECT_EQ(CS_OK, service().finalize(initializing.handle()));
        }
    }
}

// A program's alarm is meant to end the wait, as it does with the reference. The second signal comes half a second
// after the first, because the first one may be too early for the library's clock.
TEST_F(FrozenDaemon, lets_a_signal_end_initialize_after_a_second)
{
    for (const int flags : kHandlerFlags) {
        const SignalCounter counter(flags);
        Freeze freeze(daemon());
        Initializing initializing;
        EXPECT_TRUE(initializing.thread().falls_asleep());
        EXPECT_FALSE(initializing.ended_within(kDeaf));
        EXPECT_TRUE(initializing.signal());
        if (!initializing.ended_within(kDeaf / 2)) {
            EXPECT_TRUE(initializing.signal());
            EXPECT_TRUE(initializing.ended_within(kPatience)) << flags;
        }
        if (!initializing.ended_within({})) // so that the test does not hang
            freeze.thaw();
        expect_given_up(initializing, freeze);
    }
}

// A signal that is ignored ends no wait at any time.
TEST_F(FrozenDaemon, keeps_initialize_waiting_when_an_ignored_signal_comes)
{
    const auto before = ::signal(SIGUSR1, SIG_IGN);
    Freeze freeze(daemon());
    Initializing initializing;
    EXPECT_TRUE(initializing.thread().falls_asleep());
    EXPECT_FALSE(initializing.ended_within(kDeaf));
    for (int times = 0; times < 3; ++times) {
        initializing.thread().signal(SIGUSR1);
        EXPECT_FALSE(initializing.ended_within(kGlance));
    }
    freeze.thaw();
    EXPECT_EQ(CS_OK, initializing.error());
    EXPECT_EQ(CS_OK, service().finalize(initializing.handle()));
    ::signal(SIGUSR1, before);
}

// A signal comes every millisecond, and the daemon runs normally.
TEST_F(RunningDaemon, is_reached_every_time_whatever_signals_come)
{
    constexpr int kRounds = 300;
    for (const int flags : kHandlerFlags) {
        Background living([] {
            int failed = 0;
            for (int round = 0; round < kRounds; ++round) {
                std::uint64_t handle = kNoHandle;
                failed += service().initialize(&handle) != CS_OK;
                service().finalize(handle);
            }
            return failed;
        });
        const Storm storm(living.thread(), flags);
        EXPECT_EQ(0, living.result()) << flags;
    }
}

struct Limit {
    const char* name;
    const char* value; // of COROSYNC_CLIENT_CONNECT_MS
};

void PrintTo(const Limit& limit, std::ostream* out)
{
    *out << limit.name;
}

class LimitOfInitialize : public FrozenDaemon, public ::testing::WithParamInterface<Limit> {
protected:
    const Variable limit{"COROSYNC_CLIENT_CONNECT_MS", GetParam().value};
};
using ShortLimit = LimitOfInitialize;
using InvalidLimit = LimitOfInitialize;

TEST_P(ShortLimit, ends_initialize)
{
    Freeze freeze(daemon());
    Initializing initializing;
    const bool ended = initializing.ended_within(kPatience);
    EXPECT_TRUE(ended);
    if (!ended)
        freeze.thaw();
    expect_given_up(initializing, freeze);
}

// Signals that come meanwhile neither end it earlier nor start the limit again.
TEST_P(ShortLimit, ends_initialize_whatever_signals_come)
{
    Freeze freeze(daemon());
    Initializing initializing;
    {
        const Storm storm(initializing.thread());
        EXPECT_TRUE(initializing.ended_within(kPatience));
    }
    if (!initializing.ended_within({}))
        freeze.thaw();
    expect_given_up(initializing, freeze);
}

constexpr auto kLimitName = [](const ::testing::TestParamInfo<Limit>& info) { return std::string(info.param.name); };
INSTANTIATE_TEST_SUITE_P(Of, ShortLimit,
                         ::testing::Values(Limit{"a_millisecond", "1"}, Limit{"a_tenth_of_a_second", "100"},
                                           Limit{"more_than_a_second", "1200"}),
                         kLimitName);

// An invalid limit is ignored. (Read as a number, each of them but the last two would end the wait by then.)
TEST_P(InvalidLimit, is_ignored)
{
    Freeze freeze(daemon());
    Initializing initializing;
    EXPECT_FALSE(initializing.ended_within(500ms));
    freeze.thaw();
    EXPECT_EQ(CS_OK, initializing.error());
    EXPECT_EQ(CS_OK, service().finalize(initializing.handle()));
}

INSTANTIATE_TEST_SUITE_P(Of, InvalidLimit,
                         ::testing::Values(Limit{"nothing", ""}, Limit{"zero", "0"}, Limit{"less_than_zero", "-1"},
                                           Limit{"a_word", "soon"}, Limit{"a_number_and_a_word", "100ms"},
                                           Limit{"a_blank_before", " 100"}, Limit{"a_fraction", "0.1"},
                                           Limit{"a_sign", "+100"}, Limit{"what_wraps_around", "4294967396"},
                                           Limit{"too_much", "3600001"}, Limit{"the_most", "3600000"}),
                         kLimitName);

// The limit delays nothing.
TEST_F(RunningDaemon, is_reached_within_any_limit)
{
    for (const char* value : {"100", "5000", "3600000"}) {
        const Variable limit("COROSYNC_CLIENT_CONNECT_MS", value);
        EXPECT_EQ(CS_OK, service().ask(Handle())) << value;
    }
}

// The limit is for initialize only, not for later requests.
TEST_F(FrozenDaemon, keeps_a_request_waiting_longer_than_the_limit_of_initialize)
{
    const Variable limit("COROSYNC_CLIENT_CONNECT_MS", "1000");
    const Handle handle;
    Freeze freeze(daemon());
    Background asking([&] { return service().ask(handle); });
    EXPECT_FALSE(asking.ended_within(1200ms));
    freeze.thaw();
    EXPECT_EQ(CS_OK, asking.result());
}

} // namespace
