// SPDX-License-Identifier: BSD-3-Clause
// A daemon that follows the protocol in unusual ways: its replies come late, with events before and after them; its
// events are large, or come in several messages. Requests, events and dispatches follow each other in random order.
// Each call must return its usual result, and each event must be delivered once and in order.
#include "service.hpp"

#include "differential/random.hpp"
#include "support/environment.hpp"
#include "support/sanitizers.hpp"

#include <algorithm>
#include <deque>
#include <utility>

namespace {

using namespace test;

constexpr int kSteps = 60;
constexpr std::size_t kRoom = 500'000; // the connection has room for so many bytes of events
constexpr std::size_t kRoomOfSocket = 60'000;

class StrangeDaemon : public FakedServiceTest {
protected:
    ~StrangeDaemon() override { client->on_told = nullptr; }

    void play(std::uint64_t seed)
    {
        random_ = differential::Random(seed);
        client->on_told = [this] { in_callback(client->told.back()); };
        for (int step = 0; step < kSteps && !HasFailure(); ++step)
            act();
        while (!waiting_.empty() && !HasFailure())
            dispatch(CS_DISPATCH_ONE);
        dispatch(CS_DISPATCH_ONE_NONBLOCKING);
        EXPECT_FALSE(readable(client->fd(), std::chrono::milliseconds(0)));
        EXPECT_TRUE(std::ranges::equal(client->told, sent_));
        EXPECT_TRUE(client->intact);
    }

private:
    void act()
    {
        switch (random_.below(4)) {
        case 0:
            EXPECT_EQ(0U, daemon.now(events()));
            break;
        case 1:
            ask();
            break;
        default:
            const auto flag = static_cast<cs_dispatch_flags_t>(
                random_.of({CS_DISPATCH_ONE, CS_DISPATCH_ALL, CS_DISPATCH_ONE_NONBLOCKING}));
            if (flag != CS_DISPATCH_ONE || !waiting_.empty())
                dispatch(flag);
        }
    }

    // Some events for which the connection still has room.
    Steps events()
    {
        Steps steps;
        for (auto more = random_.below(4); more > 0; --more) {
            const auto size = static_cast<std::size_t>(random_.of({0, 1, 4080, 4096, 9'000, 50'000, 120'000}));
            const std::size_t room = transport() == Transport::socket ? kRoomOfSocket : kRoom;
            const auto number = next_;
            const Steps messages = client->numbered(number, size);
            std::size_t bytes = 0;
            for (const Step& message : messages)
                bytes += message.bytes.size();
            used_ = waiting_.empty() ? 0 : used_;
            if (used_ + bytes > room)
                break;
            used_ += bytes;
            ++next_;
            sent_.push_back(number);
            waiting_.insert(waiting_.end(), messages.size(), number);
            steps.insert(steps.end(), messages.begin(), messages.end());
        }
        return steps;
    }

    void ask()
    {
        const AskingCall& asked = asking_[static_cast<std::size_t>(random_.below(std::ssize(asking_)))];
        const HandleCall call = client->calls()[asked.place];
        Steps reaction = events();
        if (random_.chance(20))
            reaction.push_back(pause(std::chrono::milliseconds(1)));
        reaction.push_back(usual_reply());
        const Steps behind = events();
        reaction.insert(reaction.end(), behind.begin(), behind.end());
        daemon.on_next_request(reaction);
        const auto before = daemon.requests();
        EXPECT_EQ(asked.usual, call.call(client->handle())) << call.name;
        EXPECT_LT(before, daemon.requests()) << call.name; // the daemon has sent all events before this
    }

    void dispatch(cs_dispatch_flags_t flag)
    {
        const bool none = waiting_.empty();
        const bool part = waiting_.size() > 1 && waiting_[0] == waiting_[1]; // a part alone has no callback
        const auto told = client->told.size();
        const int budget = std::exchange(budget_, 2); // calls that callbacks may make
        EXPECT_EQ(flag == CS_DISPATCH_ONE_NONBLOCKING && none ? CS_ERR_TRY_AGAIN : CS_OK, client->dispatch(flag))
            << flag;
        budget_ = budget;
        if (flag == CS_DISPATCH_ALL) {
            EXPECT_TRUE(std::ranges::equal(client->told, sent_));
            waiting_.clear();
        } else if (none || part) {
            EXPECT_EQ(told, client->told.size()) << flag;
            if (part)
                waiting_.pop_front();
        } else {
            EXPECT_LT(told, client->told.size()) << flag; // one event, and those that callbacks dispatched
        }
    }

    void in_callback(std::uint32_t number)
    {
        EXPECT_TRUE(!waiting_.empty() && waiting_.front() == number) << number;
        while (!waiting_.empty() && waiting_.front() == number)
            waiting_.pop_front();
        if (budget_ == 0 || !random_.chance(30))
            return;
        --budget_;
        if (random_.chance(50))
            ask();
        else
            dispatch(CS_DISPATCH_ONE_NONBLOCKING);
    }

    const std::vector<AskingCall> asking_ = asking_calls(daemon);
    differential::Random random_{0};
    Numbers sent_;
    std::deque<std::uint32_t> waiting_; // the event number of each message
    std::uint32_t next_ = 1;
    std::size_t used_ = 0;
    int budget_ = 0;
};

TEST_F(StrangeDaemon, changes_no_result_and_loses_no_event)
{
    const std::uint64_t seeds = kSanitized ? 20 : 60;
    for (std::uint64_t seed = 1; seed <= seeds && !HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        play(seed);
    }
}

} // namespace
