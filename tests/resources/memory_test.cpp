// SPDX-License-Identifier: BSD-3-Clause
// One allocation that a call makes fails; each allocation in its turn. The call returns an error, keeps nothing and
// damages nothing.
#include "allocations.hpp"
#include "integration/listener.hpp"

#include "support/process.hpp"

namespace {

using namespace test;

using Memory = ServiceTest;

constexpr int kMostAllocations = 100; // allocations of one call

TEST_F(Memory, that_runs_out_makes_initialize_fail_and_keep_nothing)
{
    Handle{}; // what the process needs only once is allocated here
    for (int number = 0; number < kMostAllocations; ++number) {
        const auto descriptors = open_descriptors();
        std::uint64_t handle = kUntouched;
        const auto before = live_allocations();
        const auto [error, failed] = [&] {
            const FailingAllocation failing(number);
            const auto result = service().initialize(&handle);
            return std::pair(result, failing.happened());
        }();
        if (!failed) {
            EXPECT_EQ(CS_OK, error);
            EXPECT_EQ(CS_OK, service().finalize(handle));
            EXPECT_LT(0, number);
            return;
        }
        EXPECT_EQ(CS_ERR_NO_MEMORY, error) << number;
        EXPECT_EQ(kUntouched, handle) << number;
        EXPECT_EQ(before, live_allocations()) << number;
        EXPECT_EQ(descriptors, open_descriptors()) << number;
    }
    ADD_FAILURE() << "more allocations than expected";
}

// Or the call works without the memory. If it failed it has done nothing, so it can be made again.
void expect_call_survives(const HandleCall& call, FailingAllocation::Extent extent)
{
    const auto usual = undisturbed(call);
    const auto before = live_allocations();
    bool enough = false;
    for (int number = 0; !enough && number < kMostAllocations; ++number) {
        service().prepare(Handle());
        const Handle handle;
        const auto error = [&] {
            const FailingAllocation failing(number, extent);
            const auto result = call.call(handle);
            enough = !failing.happened();
            return result;
        }();
        if (error == CS_ERR_NO_MEMORY && !enough)
            EXPECT_EQ(usual, call.call(handle)) << call.name << ", again after allocation " << number;
        else
            EXPECT_EQ(usual, error) << call.name << ", allocation " << number;
        EXPECT_EQ(CS_OK, service().ask(handle)) << call.name << ", allocation " << number;
    }
    EXPECT_TRUE(enough) << call.name;
    EXPECT_EQ(before, live_allocations()) << call.name;
}

TEST_F(Memory, that_runs_out_fails_a_call_and_the_handle_still_works)
{
    for (const auto extent : {FailingAllocation::alone, FailingAllocation::onwards})
        for (const auto& call : service().calls())
            if (call.kind != HandleCall::finalize)
                expect_call_survives(call, extent);
}

// No event is delivered twice, and each is announced. A dispatch in a callback needs memory of its own.
TEST_F(Memory, that_runs_out_in_dispatch_loses_no_event)
{
    for (const int callback : {0, 1, Listener::kEvents - 1}) {
        const auto before = live_allocations();
        bool enough = false;
        int number = 0;
        for (; !enough && number < kMostAllocations; ++number) {
            const Listener listener;
            const auto dispatch = [&] {
                const FailingAllocation failing(number);
                const auto error = listener.dispatch(CS_DISPATCH_ALL);
                enough = !failing.happened();
                // libqb's client has a copy of the message already and needs no memory.
                const bool managed = error == CS_OK && transport() != Transport::ring;
                EXPECT_TRUE(managed || error == (enough ? CS_OK : CS_ERR_NO_MEMORY)) << number << ": " << error;
            };
            listener.provoke();
            ASSERT_TRUE(readable(listener.fd(), kPatience));
            if (callback > 0)
                Listener::in_event(callback, dispatch);
            else
                dispatch();
            for (int event = 1; event <= callback; ++event)
                EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ONE)) << number;
            EXPECT_TRUE(listener.hears(Listener::kEvents)) << number;
            EXPECT_FALSE(readable(listener.fd())) << number;
        }
        EXPECT_TRUE(enough);
        EXPECT_LT(callback > 0 ? 1 : 0, number); // otherwise a listener may have been told something already
        EXPECT_EQ(before, live_allocations());
    }
}

// At most the goodbye to the daemon lacks memory.
TEST_F(Memory, is_not_needed_to_finalize)
{
    Handle{};
    const auto descriptors = open_descriptors();
    std::uint64_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, service().initialize(&handle));
    const auto error = [&] {
        const FailingAllocation failing(0);
        return service().finalize(handle);
    }();
    EXPECT_TRUE(error == CS_OK || error == CS_ERR_NO_MEMORY) << cs_strerror(error);
    EXPECT_EQ(CS_ERR_BAD_HANDLE, service().ask(handle));
    EXPECT_EQ(descriptors, open_descriptors());
}

} // namespace
