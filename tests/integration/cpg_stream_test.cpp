// SPDX-License-Identifier: BSD-3-Clause
// Streams of messages in bursts, from one thread to another: no message is lost, doubled or out of order, and the
// descriptor is never readable without an event.
//
// TEST_STREAM_FACTOR multiplies the number of messages (100,000 small and 200 large ones), and makes the test print the
// results.
#include "cpg_fixture.hpp"
#include "support/sanitizers.hpp"

#include <atomic>
#include <cstdlib>
#include <iostream>

namespace {

using namespace test;

std::uint64_t factor()
{
    const char* wanted = std::getenv("TEST_STREAM_FACTOR");
    return wanted ? std::strtoull(wanted, nullptr, 10) : 1;
}

// A flag in the first word of a message, besides its number: the sender waits until this message has been delivered. So
// the queue is empty during its callback.
constexpr std::uint64_t kLast = std::uint64_t{1} << 63;

// The other words depend on the message's number and their index.
std::uint64_t filler(std::uint64_t number, std::size_t index)
{
    return (number + 1) * 0x9e3779b97f4a7c15 + index;
}

struct Load {
    std::size_t size;
    std::uint64_t count;
    std::vector<std::uint64_t> bursts; // lengths of bursts, repeated
};

std::vector<Load> loads()
{
    const std::uint64_t small = 8'400 * factor() / (kSanitized ? 10 : 1);
    const std::uint64_t large = 23 * factor() / (kSanitized ? 4 : 1);
    // Numbers around that of the notification bytes that are taken at once, and more than the socket has room for.
    const std::vector<std::uint64_t> many{1, 2, 3, 7, 63, 64, 65, 66, 130, 300, 1000};
    const std::vector<std::uint64_t> few{1, 2, 5};
    return {{8, small, many},     {64, small, many},       {1'000, small, many},   {8'000, small, many},
            {60'000, large, few}, {1'000'000, large, few}, {3'000'000, large, few}};
}

// Sends the load, and waits after each burst until it is delivered.
class Sender {
public:
    Sender(cpg_handle_t handle, const Load& load)
        : handle_(handle), load_(load), words_(load.size / sizeof(std::uint64_t)),
          thread_([this] { return send_bursts(); })
    {}

    // The receiver calls this after its checks, with the number of all delivered messages.
    void delivered(std::uint64_t count) { delivered_ = count; }

    // Returns "" or the error.
    std::string result() { return *thread_.result(); }

private:
    std::string send_bursts()
    {
        std::uint64_t sent = 0;
        for (std::size_t turn = 0; sent < load_.count; ++turn) {
            const auto length = std::min(load_.bursts[turn % load_.bursts.size()], load_.count - sent);
            for (std::uint64_t i = 1; i <= length; ++i)
                if (const auto error = send_one(sent++, i == length); error != CS_OK)
                    return std::string("message ") + std::to_string(sent) + ": " + cs_strerror(error);
            if (!eventually(3 * kPatience, [&] { return delivered_ == sent; }))
                return "stalled after message " + std::to_string(delivered_) + " of " + std::to_string(sent);
        }
        return "";
    }

    cs_error_t send_one(std::uint64_t number, bool last)
    {
        words_[0] = number | (last ? kLast : 0);
        for (std::size_t index = 1; index < words_.size(); ++index)
            words_[index] = filler(number, index);
        return send(handle_, {reinterpret_cast<const char*>(words_.data()), load_.size});
    }

    const cpg_handle_t handle_;
    const Load& load_;
    std::vector<std::uint64_t> words_;
    std::atomic<std::uint64_t> delivered_ = 0;
    Background<std::string> thread_; // last, because it uses the other members
};

// Checks messages in the callback. It reports only the first error.
class Receiver {
public:
    explicit Receiver(const Load& load) : load_(load) {}

    static void deliver(cpg_handle_t handle, const cpg_name*, std::uint32_t, std::uint32_t, void* data,
                        std::size_t size)
    {
        void* self = nullptr;
        cpg_context_get(handle, &self);
        static_cast<Receiver*>(self)->look_at(static_cast<const char*>(data), size);
    }

    int fd = -1;
    std::function<void()> on_message; // at the end of each callback

    std::uint64_t count() const { return count_; }
    bool complete() const { return count_ == load_.count; }
    // Whether the descriptor was readable in the latest callback.
    bool said_readable() const { return said_readable_; }

    void expect(bool right, const std::string& what)
    {
        if (!right && wrong_.empty())
            wrong_ = what + ", behind message " + std::to_string(count_);
    }
    const std::string& wrong() const { return wrong_; }

private:
    void look_at(const char* data, std::size_t size)
    {
        said_readable_ = readable(fd);
        expect(size == load_.size && reinterpret_cast<std::uintptr_t>(data) % sizeof(std::uint64_t) == 0,
               "size or alignment");
        const auto* words = reinterpret_cast<const std::uint64_t*>(data);
        expect((words[0] & ~kLast) == count_, "number " + std::to_string(words[0] & ~kLast));
        bool intact = true;
        for (std::size_t index = 1; index < size / sizeof *words; ++index)
            intact = intact && words[index] == filler(count_, index);
        expect(intact, "contents");
        expect(!said_readable_ || (words[0] & kLast) == 0, "readable in the callback of the last event");
        ++count_;
        if (on_message)
            on_message();
    }

    const Load& load_;
    std::uint64_t count_ = 0;
    bool said_readable_ = false;
    std::string wrong_;
};

class CpgStream : public CpgTest {
protected:
    // Opens a handle that has joined and has no event in its queue.
    static cpg_handle_t open(Receiver& receiver)
    {
        cpg_model_v1_data_t model{CPG_MODEL_V1, Receiver::deliver, nullptr, nullptr, 0};
        cpg_handle_t handle = kNoHandle;
        EXPECT_EQ(CS_OK,
                  cpg_model_initialize(&handle, CPG_MODEL_V1, reinterpret_cast<cpg_model_data_t*>(&model), &receiver));
        EXPECT_EQ(CS_OK, join(handle, "stream"));
        EXPECT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ONE)); // the confchg of the join
        EXPECT_EQ(CS_OK, cpg_fd_get(handle, &receiver.fd));
        return handle;
    }

    // Opens a handle, runs the test's main loop, and checks the results.
    template <class Loop> static void run(const char* name, Loop loop)
    {
        for (const auto& load : loads()) {
            Receiver receiver(load);
            const cpg_handle_t handle = open(receiver);
            const auto start = Clock::now();
            {
                Sender sender(handle, load);
                loop(handle, receiver, sender, load);
                EXPECT_EQ("", sender.result()) << load.size << " B";
            }
            const auto seconds = std::chrono::duration<double>(Clock::now() - start).count();
            EXPECT_EQ("", receiver.wrong()) << load.size << " B";
            EXPECT_EQ(load.count, receiver.count()) << load.size << " B";
            if (factor() > 1)
                std::cout << "stream: " << name << ", " << load.size << " B: " << receiver.count() << " of "
                          << load.count << " messages in " << seconds << " s\n";
        }
    }

    // The main loop of a program that polls and dispatches.
    static void behind_poll(cpg_handle_t handle, cs_dispatch_flags_t flag, Receiver& receiver, Sender& sender,
                            const Load& load)
    {
        // Parts of a long message are events too, but have no callback.
        const bool in_parts = load.size > kAtomic;
        while (!receiver.complete()) {
            const auto before = receiver.count();
            if (!readable(receiver.fd, 3 * kPatience)) {
                receiver.expect(false, "stalled");
                break;
            }
            receiver.expect(cpg_dispatch(handle, flag) == CS_OK, "woken without an event");
            const auto taken = receiver.count() - before;
            if (flag == CS_DISPATCH_ALL)
                receiver.expect(taken > 0 || in_parts, "woken without an event");
            else
                receiver.expect(taken == 1 || in_parts, "not exactly one");
            // If the descriptor was readable in the latest callback, there must be one more event: ALL would have
            // delivered it, ONE has not.
            if (taken > 0 && receiver.said_readable() && !in_parts)
                receiver.expect(flag != CS_DISPATCH_ALL && readable(receiver.fd),
                                "readable in a callback without another event");
            sender.delivered(receiver.count());
        }
        receiver.expect(!readable(receiver.fd, kGlance), "readable at the end");
        EXPECT_EQ(CS_OK, cpg_finalize(handle));
    }
};

TEST_F(CpgStream, is_complete_and_in_order_with_poll_and_dispatch_all)
{
    run("ALL behind poll", [](auto handle, auto&... rest) { behind_poll(handle, CS_DISPATCH_ALL, rest...); });
}

TEST_F(CpgStream, is_complete_and_in_order_with_poll_and_dispatch_one)
{
    run("ONE behind poll",
        [](auto handle, auto&... rest) { behind_poll(handle, CS_DISPATCH_ONE_NONBLOCKING, rest...); });
}

TEST_F(CpgStream, is_complete_and_in_order_with_dispatch_blocking)
{
    run("BLOCKING", [](cpg_handle_t handle, Receiver& receiver, Sender& sender, const Load&) {
        receiver.on_message = [&] {
            sender.delivered(receiver.count());
            if (!receiver.complete())
                return;
            receiver.expect(!readable(receiver.fd, kGlance), "readable at the end");
            EXPECT_EQ(CS_OK, cpg_finalize(handle));
        };
        EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_dispatch(handle, CS_DISPATCH_BLOCKING));
    });
}

} // namespace
