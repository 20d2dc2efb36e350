// SPDX-License-Identifier: BSD-3-Clause
#include "streamer.hpp"

#include "support/eventually.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <corosync/cmap.h>
#include <corosync/cpg.h>
#include <corosync/votequorum.h>
#include <poll.h>
#include <sys/uio.h>

namespace soak {

namespace {

using namespace test;

constexpr std::string_view kGroup = "soak";
constexpr std::size_t kShortest = 64;
constexpr std::size_t kLongest = 1'500'000;
constexpr auto kPause = 1ms; // after each message, and before another attempt

// All messages are parts of this; it is the same in every process.
const std::vector<std::uint64_t>& pool()
{
    static const auto words = [] {
        std::mt19937_64 random(1);
        std::vector<std::uint64_t> result(2 * kLongest / sizeof(std::uint64_t));
        std::generate(result.begin(), result.end(), random);
        return result;
    }();
    return words;
}

struct Head {
    std::uint32_t node;
    std::uint32_t stay;
    std::uint32_t number;
    std::uint32_t size; // of the whole message
};

// The head determines the rest of a message.
const char* body_of(const Head& head)
{
    const auto offset = (head.node * 7919 + head.stay * 104729 + head.number * 31) % (pool().size() / 2);
    return reinterpret_cast<const char*>(pool().data() + offset);
}

std::optional<Head> read_message(const void* data, std::size_t size)
{
    Head head{};
    if (size < sizeof head)
        return {};
    std::memcpy(&head, data, sizeof head);
    const bool right =
        head.size == size && size <= kLongest &&
        std::memcmp(static_cast<const char*>(data) + sizeof head, body_of(head), size - sizeof head) == 0;
    return right ? std::optional(head) : std::nullopt;
}

class Streamer {
public:
    Streamer(std::uint32_t node, std::uint64_t seed, Line& line) : node_(node), random_(seed + node), line_(line) {}

    void run()
    {
        std::thread receiving([this] {
            while (!ending_)
                stay();
        });
        std::string command;
        while (command != "end") {
            command = line_.hear(24h).value_or("end");
            if (command == "stop")
                stopping_ = true;
        }
        ending_ = true;
        receiving.join();
        say("trackers " + std::to_string(votes_told_) + " " + std::to_string(map_told_));
    }

private:
    // A stay: from one connection to the next.
    void stay()
    {
        if (!connect())
            return;
        ++stay_;
        sent_ = 0;
        std::thread sending([this] { send_all(); });
        while (!ending_ && receive()) {
        }
        // The sender may be in a call now; the call then returns that the handle is bad.
        leaving_ = true;
        expect(cpg_finalize(handle_), "cpg_finalize");
        sending.join();
        leaving_ = false;
        if (!ending_)
            say("lost");
        disconnect();
    }

    bool connect()
    {
        const auto attempt = [this](const char* what, auto call) {
            cs_error_t error = CS_OK;
            while (!ending_ && (error = call()) != CS_OK) {
                if (error != CS_ERR_LIBRARY && error != CS_ERR_TRY_AGAIN)
                    wrong(what, error);
                if (error == CS_ERR_LIBRARY && handle_ != 0)
                    return false; // the daemon has died again
                std::this_thread::sleep_for(kPause * 20);
            }
            return !ending_;
        };
        cpg_model_v1_data_t model{CPG_MODEL_V1, on_message, on_confchg, on_ring,
                                  CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF};
        cpg_name group{};
        group.length = static_cast<std::uint32_t>(kGroup.copy(group.value, sizeof group.value));
        votequorum_callbacks_t votes{};
        votes.votequorum_quorum_notify_fn = [](votequorum_handle_t handle, std::uint64_t, std::uint32_t, std::uint32_t,
                                               votequorum_node_t*) {
            void* self = nullptr;
            votequorum_context_get(handle, &self);
            ++static_cast<Streamer*>(self)->votes_told_;
        };
        const bool connected =
            attempt("cpg_model_initialize",
                    [&] {
                        return cpg_model_initialize(&handle_, CPG_MODEL_V1, reinterpret_cast<cpg_model_data_t*>(&model),
                                                    this);
                    }) &&
            attempt("votequorum_initialize", [&] { return votequorum_initialize(&votes_, &votes); }) &&
            attempt("votequorum_context_set", [&] { return votequorum_context_set(votes_, this); }) &&
            attempt("votequorum_trackstart", [&] { return votequorum_trackstart(votes_, 0, CS_TRACK_CHANGES); }) &&
            attempt("cmap_initialize", [&] { return cmap_initialize(&map_); }) &&
            attempt("cmap_track_add",
                    [&] {
                        cmap_track_handle_t tracker = 0;
                        return cmap_track_add(map_, kCounter, CMAP_TRACK_ADD | CMAP_TRACK_MODIFY, on_counter, this,
                                              &tracker);
                    }) &&
            attempt("cpg_join", [&] { return cpg_join(handle_, &group); });
        if (!connected) {
            if (handle_ != 0)
                expect(cpg_finalize(handle_), "cpg_finalize");
            disconnect();
        }
        return connected;
    }

    void disconnect()
    {
        handle_ = 0;
        if (votes_ != 0)
            expect(votequorum_finalize(std::exchange(votes_, 0)), "votequorum_finalize");
        if (map_ != 0)
            expect(cmap_finalize(std::exchange(map_, 0)), "cmap_finalize");
        counter_ = 0;
        counted_ = 0;
    }

    // Dispatches all events. False if the daemon is dead.
    bool receive()
    {
        pollfd set[3] = {{-1, POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLIN, 0}};
        cpg_fd_get(handle_, &set[0].fd);
        votequorum_fd_get(votes_, &set[1].fd);
        cmap_fd_get(map_, &set[2].fd);
        ::poll(set, 3, 100);
        return alive(cpg_dispatch(handle_, CS_DISPATCH_ALL), "cpg_dispatch") &&
               alive(votequorum_dispatch(votes_, CS_DISPATCH_ALL), "votequorum_dispatch") &&
               alive(cmap_dispatch(map_, CS_DISPATCH_ALL), "cmap_dispatch");
    }

    bool alive(cs_error_t error, const char* what)
    {
        if (error != CS_OK && error != CS_ERR_LIBRARY)
            wrong(what, error);
        return error == CS_OK;
    }

    void send_all()
    {
        std::vector<char> message(kLongest);
        while (!stopping_ && !leaving_) {
            const Head head{node_, stay_, sent_ + 1, random_size()};
            std::memcpy(message.data(), &head, sizeof head);
            std::memcpy(message.data() + sizeof head, body_of(head), head.size - sizeof head);
            if (!send_one({message.data(), head.size}))
                return;
            ++sent_;
            if (sent_ % 64 == 0)
                count();
            std::this_thread::sleep_for(kPause);
        }
        if (stopping_ && !leaving_)
            say("sent " + std::to_string(sent_));
    }

    // Sends the message until it is accepted; false if it cannot be. A refused message is not delivered, so the next
    // attempt has the same number.
    bool send_one(const iovec& message)
    {
        while (!leaving_) {
            const auto error = cpg_mcast_joined(handle_, CPG_TYPE_AGREED, &message, 1);
            if (error == CS_OK)
                return true;
            if (error != CS_ERR_TRY_AGAIN && error != CS_ERR_INTERRUPT) {
                if (error != CS_ERR_LIBRARY && !(error == CS_ERR_BAD_HANDLE && leaving_))
                    wrong("cpg_mcast_joined", error);
                return false;
            }
            std::this_thread::sleep_for(kPause);
        }
        return false;
    }

    // Most messages are short.
    std::uint32_t random_size()
    {
        const double share = std::pow(std::uniform_real_distribution<>(0, 1)(random_), 8);
        return static_cast<std::uint32_t>(kShortest * std::pow(double(kLongest) / kShortest, share));
    }

    // Increments the counter, which our own tracker must see.
    void count()
    {
        const auto error = cmap_set_uint32(map_, kCounter, counter_ + 1);
        counter_ += error == CS_OK;
        if (error != CS_ERR_TRY_AGAIN)
            expect(error, "cmap_set_uint32");
    }

    static void on_counter(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value now,
                           cmap_notify_value, void* context)
    {
        auto& self = *static_cast<Streamer*>(context);
        std::uint32_t number = 0;
        std::memcpy(&number, now.data, sizeof number);
        if (number != ++self.counted_)
            self.say("wrong counter: " + std::to_string(number) + " instead of " + std::to_string(self.counted_));
        ++self.map_told_;
    }

    static Streamer& owner(cpg_handle_t handle)
    {
        void* self = nullptr;
        cpg_context_get(handle, &self);
        return *static_cast<Streamer*>(self);
    }

    static void on_message(cpg_handle_t handle, const cpg_name*, std::uint32_t node, std::uint32_t, void* data,
                           std::size_t size)
    {
        auto& self = owner(handle);
        const auto head = read_message(data, size);
        if (!head || head->node != node)
            self.say("wrong contents: " + std::to_string(size) + " bytes from node " + std::to_string(node));
        else
            self.say("message " + std::to_string(node) + " " + std::to_string(head->stay) + " " +
                     std::to_string(head->number) + " " + std::to_string(size));
    }

    static void on_confchg(cpg_handle_t handle, const cpg_name*, const cpg_address* members, std::size_t member_count,
                           const cpg_address* left, std::size_t left_count, const cpg_address* joined,
                           std::size_t joined_count)
    {
        std::string text = "confchg";
        const auto add = [&text](const cpg_address* addresses, std::size_t count) {
            text += " " + std::to_string(count);
            for (std::size_t i = 0; i < count; ++i)
                text += " " + std::to_string(addresses[i].nodeid);
        };
        add(members, member_count);
        add(left, left_count);
        add(joined, joined_count);
        owner(handle).say(text);
    }

    static void on_ring(cpg_handle_t handle, cpg_ring_id ring, std::uint32_t, const std::uint32_t*)
    {
        owner(handle).say("ring " + std::to_string(ring.nodeid) + " " + std::to_string(ring.seq));
    }

    void expect(cs_error_t error, const char* what)
    {
        if (error != CS_OK && error != CS_ERR_LIBRARY)
            wrong(what, error);
    }
    void wrong(const char* what, cs_error_t error) { say(std::string("wrong ") + what + ": " + cs_strerror(error)); }

    void say(const std::string& text)
    {
        const std::lock_guard held(speaking_);
        line_.say(text);
    }

    static constexpr const char* kCounter = "soak.counter";

    const std::uint32_t node_;
    std::mt19937_64 random_;
    Line& line_;
    std::mutex speaking_;
    std::atomic<bool> stopping_ = false;
    std::atomic<bool> ending_ = false;
    std::atomic<bool> leaving_ = false;

    cpg_handle_t handle_ = 0;
    votequorum_handle_t votes_ = 0;
    cmap_handle_t map_ = 0;
    std::uint32_t stay_ = 0;
    std::uint32_t sent_ = 0;    // in this stay
    std::uint32_t counter_ = 0; // the value that was set, and the one in the last event
    std::uint32_t counted_ = 0;
    std::uint64_t votes_told_ = 0; // in all stays
    std::uint64_t map_told_ = 0;
};

} // namespace

void stream(std::uint32_t node, std::uint64_t seed, Line& line)
{
    Streamer(node, seed, line).run();
}

} // namespace soak
