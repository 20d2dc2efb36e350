// SPDX-License-Identifier: BSD-3-Clause
// A fork while other threads dispatch and make requests: nobody in the child releases the locks that they held.
#include "integration/listener.hpp"

#include "support/process.hpp"
#include "support/sanitizers.hpp"
#include "support/thread.hpp"
#include "support/turns.hpp"

namespace {

using namespace test;

using ForkAmongThreads = ServiceTest;

constexpr int kForks = kSanitized ? 20 : 200;

// On one handle, one thread dispatches, the second provokes events, and the third makes requests.
class Flood {
public:
    explicit Flood(Listener& listener)
        : listener_(listener), handle_(listener), fd_(listener.fd()),
          provoking_([this] { provoked_ += turn([this](std::uint64_t) { return listener_.try_to_provoke(); }); }),
          asking_([this] { turn(service().ask); }),
          dispatching_([this] { return service().dispatch(handle_, CS_DISPATCH_BLOCKING); })
    {}

    ~Flood()
    {
        resume();
        listener_.finalize(); // without it the dispatch would not end
    }
    Flood(const Flood&) = delete;
    Flood& operator=(const Flood&) = delete;

    // On return no thread is in a call, and all events have been delivered. They rest until resume().
    bool pause()
    {
        pause_ = true;
        return eventually([&] { return resting_ == 2; }) &&
               eventually([&] { return Listener::told() == provoked_ * Listener::kEvents && !readable(fd_); });
    }
    void resume() { pause_ = false; }

    // For the message of a failure.
    std::string state() const
    {
        return std::to_string(resting_) + " rest, " + std::to_string(provoked_ * Listener::kEvents) + " provoked, " +
               std::to_string(Listener::told()) + " told, " + std::to_string(failures_) + " calls failed, " +
               (readable(fd_) ? "readable" : "not readable");
    }
    // Calls that returned something else than CS_OK.
    int failures() const { return failures_; }
    // Each thread goes on and makes some more calls in time.
    bool goes_on()
    {
        resume();
        const int before = calls_;
        return eventually([&] { return calls_ >= before + 4; });
    }
    // The result of the dispatch, after finalize.
    std::optional<cs_error_t> dispatched() { return dispatching_.result(); }

private:
    // Returns whether the call was made and succeeded.
    template <class Call> bool turn(const Call& call)
    {
        if (pause_) {
            ++resting_;
            eventually([&] { return !pause_; });
            --resting_;
            return false;
        }
        const bool success = call(handle_) == CS_OK;
        failures_ += !success;
        ++calls_;
        return success;
    }

    Listener& listener_;
    const std::uint64_t handle_;
    const int fd_;
    std::atomic<bool> pause_ = false;
    std::atomic<int> resting_ = 0;
    std::atomic<int> calls_ = 0;
    std::atomic<int> failures_ = 0;
    std::atomic<int> provoked_ = 0; // each provoked kEvents events
    Repeat provoking_;              // the threads come last: they use the members above
    Repeat asking_;
    Background<cs_error_t> dispatching_;
};

// Nothing that the child did changes anything in the parent.
void expect_unharmed(Listener& listener, Flood& flood)
{
    EXPECT_TRUE(flood.goes_on());
    EXPECT_TRUE(flood.pause()) << flood.state();
    EXPECT_EQ(0, flood.failures());
    const int before = Listener::told();
    listener.provoke();
    EXPECT_TRUE(eventually([&] { return Listener::told() == before + Listener::kEvents; }));
    EXPECT_FALSE(readable(listener.fd(), kGlance));
    EXPECT_EQ(CS_OK, listener.finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, flood.dispatched());
}

// Decision 4
TEST_F(ForkAmongThreads, lets_each_child_finalize)
{
    Listener listener;
    Flood flood(listener);
    ASSERT_TRUE(flood.goes_on());
    for (int number = 0; number < kForks; ++number)
        ASSERT_EQ(0, in_child([&] { return service().finalize(listener) == CS_OK ? 0 : 1; })) << "child " << number;
    expect_unharmed(listener, flood);
}

// In the child the call returns one of these, or works. In both cases the child does not hang.
bool is_answer(cs_error_t error)
{
    return error == CS_OK || error == CS_ERR_LIBRARY;
}

// The parent's threads end their calls and rest; then the child makes the call, and finalizes.
void expect_each_child_may(cs_error_t (*call)(std::uint64_t))
{
    Listener listener;
    Flood flood(listener);
    ASSERT_TRUE(flood.goes_on());
    for (int number = 0; number < kForks; ++number) {
        const Turns for_child;
        Child child([&] {
            if (!for_child.take())
                return 1;
            if (!is_answer(call(listener)))
                return 2;
            return service().finalize(listener) == CS_OK ? 0 : 3;
        });
        ASSERT_TRUE(flood.pause()) << "behind child " << number - 1 << ": " << flood.state();
        for_child.give();
        ASSERT_EQ(0, child.status()) << "child " << number;
        flood.resume();
        ASSERT_TRUE(flood.goes_on()) << "behind child " << number;
    }
    expect_unharmed(listener, flood);
}

TEST_F(ForkAmongThreads, lets_each_child_make_a_request)
{
    expect_each_child_may(service().ask);
}

TEST_F(ForkAmongThreads, lets_each_child_dispatch_all)
{
    expect_each_child_may([](std::uint64_t handle) { return service().dispatch(handle, CS_DISPATCH_ALL); });
}

TEST_F(ForkAmongThreads, lets_each_child_dispatch_one_event_if_there_is_one)
{
    expect_each_child_may([](std::uint64_t handle) {
        const auto error = service().dispatch(handle, CS_DISPATCH_ONE_NONBLOCKING);
        return error == CS_ERR_TRY_AGAIN ? CS_OK : error; // no event was there
    });
}

} // namespace
