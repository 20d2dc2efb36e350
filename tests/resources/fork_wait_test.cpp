// SPDX-License-Identifier: BSD-3-Clause
// A child waits in a dispatch: it sleeps until what it waits for wakes it.
#include "integration/listener.hpp"

#include "support/process.hpp"
#include "support/thread.hpp"
#include "support/turns.hpp"

#include <filesystem>
#include <fstream>

namespace {

using namespace test;

using DispatchInAChild = ServiceTest;

constexpr long kFewWakeUps = 2;

// Of all threads of a process together: how many of them sleep, and how often they went to sleep.
struct Sleep {
    int threads = 0;
    int asleep = 0;
    long times = 0;
};

Sleep sleep_of(pid_t process)
{
    Sleep result;
    std::error_code gone;
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task", gone)) {
        ++result.threads;
        std::ifstream file(task.path() / "status");
        for (std::string word, value; file >> word;) {
            if (word == "State:" && file >> value)
                result.asleep += value == "S";
            else if (word == "voluntary_ctxt_switches:" && file >> value)
                result.times += std::stol(value);
        }
    }
    return result;
}

bool falls_asleep(pid_t process, int threads)
{
    const auto asleep = [=] {
        const auto now = sleep_of(process);
        return now.threads == threads && now.asleep == threads;
    };
    return eventually([&] {
        const long before = sleep_of(process).times;
        std::this_thread::sleep_for(20ms);
        return asleep() && sleep_of(process).times - before <= kFewWakeUps;
    });
}

// Wake-ups while another handle is opened, used and closed. A busy machine makes this longer, but gives a sleeping
// thread no reason to wake.
long wake_ups_meanwhile(pid_t process)
{
    constexpr int kTurns = 20;
    const long before = sleep_of(process).times;
    for (int turn = 0; turn < kTurns; ++turn) {
        EXPECT_EQ(CS_OK, service().ask(Handle()));
        std::this_thread::sleep_for(100ms);
    }
    return sleep_of(process).times - before;
}

TEST_F(DispatchInAChild, sleeps_until_an_event_comes)
{
    const Listener listener;
    Child child([&] {
        for (int event = 0; event < Listener::kEvents; ++event)
            if (listener.dispatch(CS_DISPATCH_ONE) != CS_OK)
                return 1;
        return Listener::told() == Listener::kEvents && !readable(listener.fd(), kGlance) ? 0 : 2;
    });
    EXPECT_TRUE(falls_asleep(child.pid(), 1));
    EXPECT_GE(kFewWakeUps, wake_ups_meanwhile(child.pid()));
    listener.provoke();
    EXPECT_EQ(0, child.status());
    EXPECT_TRUE(listener.works());
}

// Decision 4
void expect_asleep_until_finalize(cs_dispatch_flags_t flag, bool descriptors)
{
    const Listener listener;
    const Turns for_child;
    Child child([&] {
        std::optional<FewDescriptors> none;
        if (!descriptors)
            none.emplace(0);
        const std::uint64_t handle = listener;
        Background waiting([=] { return service().dispatch(handle, flag); });
        // The thread may not end if this fails.
        if (!for_child.take(2 * kPatience))
            ::_exit(1);
        if (service().finalize(handle) != CS_OK)
            ::_exit(2);
        if (!waiting.ended_within(kPatience / 2))
            ::_exit(3);
        return waiting.result() == CS_ERR_BAD_HANDLE ? 0 : 4;
    });
    EXPECT_TRUE(falls_asleep(child.pid(), 2));
    if (descriptors) {
        EXPECT_GE(kFewWakeUps, wake_ups_meanwhile(child.pid()));
    }
    for_child.give();
    EXPECT_EQ(0, child.status());
    EXPECT_TRUE(listener.works());
}

TEST_F(DispatchInAChild, of_one_event_sleeps_until_another_thread_finalizes)
{
    expect_asleep_until_finalize(CS_DISPATCH_ONE, true);
}

TEST_F(DispatchInAChild, that_blocks_sleeps_until_another_thread_finalizes)
{
    expect_asleep_until_finalize(CS_DISPATCH_BLOCKING, true);
}

// Without a descriptor the clock may wake it.
TEST_F(DispatchInAChild, with_no_descriptor_left_ends_when_another_thread_finalizes)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING})
        expect_asleep_until_finalize(flag, false);
}

} // namespace
