// SPDX-License-Identifier: BSD-3-Clause
#include "votequorum_fixture.hpp"

#include "votequorum_calls.hpp"

#include <map>

namespace test {

namespace {

// Finds the Votequorum object of a handle, because callbacks get only the handle.
class Owners {
public:
    void add(votequorum_handle_t handle, Votequorum* owner)
    {
        const std::lock_guard held(lock_);
        owners_[handle] = owner;
    }
    Votequorum& of(votequorum_handle_t handle)
    {
        const std::lock_guard held(lock_);
        return *owners_.at(handle);
    }

private:
    std::mutex lock_;
    std::map<votequorum_handle_t, Votequorum*> owners_;
};

Owners owners;

} // namespace

struct Callbacks {
    static void quorum(votequorum_handle_t handle, std::uint64_t context, std::uint32_t quorate, std::uint32_t entries,
                       votequorum_node_t nodes[])
    {
        std::string text = quorate == 1 ? "quorate" : quorate == 0 ? "inquorate" : "neither";
        for (std::uint32_t i = 0; i < entries; ++i)
            text += " " + std::to_string(nodes[i].nodeid) + ":" + std::to_string(nodes[i].state);
        tell(handle, context, text);
    }

    static void expected_votes(votequorum_handle_t handle, std::uint64_t context, std::uint32_t votes)
    {
        tell(handle, context, "expected " + std::to_string(votes));
    }

    static void node_list(votequorum_handle_t handle, std::uint64_t context, votequorum_ring_id_t ring,
                          std::uint32_t entries, std::uint32_t nodes[])
    {
        std::string text = "nodelist";
        for (std::uint32_t i = 0; i < entries; ++i)
            text += " " + std::to_string(nodes[i]);
        auto& owner = owners.of(handle);
        {
            const std::lock_guard held(owner.lock_);
            owner.ring_ = ring;
        }
        tell(handle, context, text);
    }

    static void extra_info(votequorum_handle_t handle, std::uint64_t context, std::uint32_t nodeid, std::uint32_t size,
                           void* bytes)
    {
        const std::string text(static_cast<const char*>(bytes), size);
        tell(handle, context, "extra " + std::to_string(nodeid) + " " + text);
    }

    static void tell(votequorum_handle_t handle, std::uint64_t context, const std::string& text)
    {
        auto& owner = owners.of(handle);
        {
            const std::lock_guard held(owner.lock_);
            owner.notices_.push_back({context, text});
        }
        if (owner.on_notice)
            owner.on_notice();
    }
};

std::ostream& operator<<(std::ostream& out, const Notice& notice)
{
    return out << "context " << notice.context << ": " << notice.text;
}

Votequorum::Votequorum(Initialize how) : OwnHandle(votequorum_finalize, votequorum_fd_get)
{
    if (how == Initialize::plain) {
        votequorum_callbacks_t callbacks{Callbacks::quorum, Callbacks::expected_votes, Callbacks::node_list};
        demand(open([&](votequorum_handle_t* handle) { return votequorum_initialize(handle, &callbacks); }),
               "votequorum_initialize");
    } else {
        const votequorum_model_v1_data_t model{VOTEQUORUM_MODEL_V1, Callbacks::quorum, Callbacks::expected_votes,
                                               Callbacks::node_list, Callbacks::extra_info};
        demand(open([&](votequorum_handle_t* handle) { return votequorum_model_initialize(handle, &model); }),
               "votequorum_model_initialize");
    }
    owners.add(handle_, this);
}

votequorum_info Votequorum::info(unsigned nodeid) const
{
    votequorum_info info{};
    demand(votequorum_getinfo(handle_, nodeid, &info), "votequorum_getinfo");
    return info;
}

std::size_t Votequorum::count() const
{
    const std::lock_guard held(lock_);
    return notices_.size();
}

Notices Votequorum::take_notices()
{
    const std::lock_guard held(lock_);
    return std::exchange(notices_, {});
}

Texts Votequorum::take()
{
    Texts texts;
    for (auto& notice : take_notices())
        texts.push_back(std::move(notice.text));
    return texts;
}

Texts Votequorum::await(std::size_t notices)
{
    eventually([&] { return dispatch(CS_DISPATCH_ALL) != CS_OK || count() >= notices; });
    return take();
}

Texts Votequorum::await_last(const Texts& expected)
{
    Texts texts;
    eventually([&] {
        const auto error = dispatch(CS_DISPATCH_ALL);
        for (auto& text : take())
            texts.push_back(std::move(text));
        if (texts.size() > expected.size())
            texts.erase(texts.begin(), texts.end() - std::ssize(expected));
        return error != CS_OK || texts == expected;
    });
    return texts;
}

votequorum_ring_id_t Votequorum::ring() const
{
    const std::lock_guard held(lock_);
    return ring_;
}

QuorateDaemon::QuorateDaemon(const Options& options) : Daemon(options)
{
    if (!eventually([] { return (Votequorum().info().flags & VOTEQUORUM_INFO_QUORATE) != 0; }))
        throw std::runtime_error("the daemon does not become quorate");
    eventually([this] { return connection_entries(pid()).empty(); }); // of the clients that queried it
}

const std::vector<HandleCall>& calls_with_a_handle()
{
    using H = votequorum_handle_t;
    constexpr auto request = HandleCall::request;
    static const std::vector<HandleCall> calls = [] {
        std::vector<HandleCall> all = {
            {"get_qdevice_extra_info", request,
             [](H h) {
                 struct Extra {
                     std::uint32_t size;
                     char bytes[VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE];
                 };
                 auto* extra = output<Extra>();
                 return votequorum_get_qdevice_extra_info(h, 1, &extra->size, extra->bytes);
             }},
            {"set_qdevice_extra_info", request, [](H h) { return votequorum_set_qdevice_extra_info(h, 1, "x"); }},
        };
        all.insert(all.end(), votequorum_calls().begin(), votequorum_calls().end()); // finalize is the last of them
        return all;
    }();
    return calls;
}

} // namespace test
