// SPDX-License-Identifier: BSD-3-Clause
// Signals interrupt every wait over and over: the results are the same as without signals.
#include "integration/listener.hpp"

#include "support/storm.hpp"
#include "support/thread.hpp"

namespace {

using namespace test;

using Signals = ServiceTest;

constexpr int kMany = 50;

// Many signals have interrupted the call, unless it ended before.
template <class Result> bool is_interrupted(const Background<Result>& call)
{
    return eventually([&] { return Storm::count() >= kMany || call.ended_within(0ms); });
}

// The daemon is stopped, so that each call that needs a reply waits for it.
TEST_F(Signals, change_nothing_in_a_call_that_waits)
{
    for (const auto& call : service().calls()) {
        const auto usual = undisturbed(call);
        for (const int flags : kHandlerFlags) {
            const Handle handle;
            service().prepare(handle);
            Freeze freeze(daemon());
            Background calling([&] { return call.call(handle); });
            const Storm storm(calling.thread(), flags);
            EXPECT_TRUE(is_interrupted(calling));
            freeze.thaw();
            EXPECT_EQ(usual, calling.result()) << call.name << ", flags " << flags;
        }
    }
}

// Decision 3
TEST_F(Signals, change_nothing_in_initialize)
{
    for (const int flags : kHandlerFlags) {
        std::uint64_t handle = kNoHandle;
        Freeze freeze(daemon());
        Background initializing([&] { return service().initialize(&handle); });
        const Storm storm(initializing.thread(), flags);
        EXPECT_TRUE(is_interrupted(initializing));
        EXPECT_FALSE(initializing.ended_within(0ms)) << flags;
        freeze.thaw();
        EXPECT_EQ(CS_OK, initializing.result()) << flags;
        EXPECT_EQ(CS_OK, service().ask(handle)) << flags;
        EXPECT_EQ(CS_OK, service().finalize(handle)) << flags;
    }
}

TEST_F(Signals, change_nothing_in_dispatch)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING}) {
        for (const int flags : kHandlerFlags) {
            Listener listener;
            Background dispatching(
                [flag, handle = std::uint64_t(listener)] { return service().dispatch(handle, flag); });
            const Storm storm(dispatching.thread(), flags);
            EXPECT_TRUE(is_interrupted(dispatching));
            EXPECT_FALSE(dispatching.ended_within(0ms)) << flag << ", flags " << flags;
            listener.provoke();
            if (flag == CS_DISPATCH_BLOCKING) {
                EXPECT_TRUE(eventually([] { return Listener::told() == Listener::kEvents; })) << flags;
                EXPECT_FALSE(readable(listener.fd(), kGlance)) << flags;
                EXPECT_EQ(CS_OK, listener.finalize()) << flags;
            }
            EXPECT_EQ(flag == CS_DISPATCH_ONE ? CS_OK : CS_ERR_BAD_HANDLE, dispatching.result()) << flags;
            EXPECT_EQ(flag == CS_DISPATCH_ONE ? 1 : Listener::kEvents, Listener::told()) << flags;
        }
    }
}

// The signals come at any point; no call is made to wait.
TEST_F(Signals, change_nothing_from_initialize_to_finalize)
{
    std::vector<cs_error_t> usual;
    for (const auto& call : service().calls())
        usual.push_back(undisturbed(call));
    for (const int flags : kHandlerFlags) {
        std::atomic<bool> enough = false;
        Background living([&] {
            int wrong = 0;
            while (!enough)
                for (std::size_t place = 0; place < usual.size(); ++place)
                    wrong += undisturbed(service().calls()[place]) != usual[place];
            return wrong;
        });
        const Storm storm(living.thread(), flags);
        EXPECT_TRUE(eventually([] { return Storm::count() >= 10 * kMany; }));
        enough = true;
        EXPECT_EQ(0, living.result()) << flags;
    }
}

} // namespace
