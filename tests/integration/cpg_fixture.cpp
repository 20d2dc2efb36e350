// SPDX-License-Identifier: BSD-3-Clause
#include "cpg_fixture.hpp"

#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

namespace test {

namespace {

std::string text_of(const cpg_name& name)
{
    return {name.value, name.length};
}

Members list(const cpg_address* addresses, std::size_t count)
{
    Members members;
    for (std::size_t i = 0; i < count; ++i)
        members.push_back({addresses[i].nodeid, addresses[i].pid, addresses[i].reason});
    return members;
}

Members nodes_only(const std::uint32_t* ids, std::size_t count)
{
    Members members;
    for (std::size_t i = 0; i < count; ++i)
        members.push_back({.nodeid = ids[i]});
    return members;
}

template <class Call> cs_error_t until_taken(Call call)
{
    cs_error_t error = CS_OK;
    eventually([&] { return (error = call()) != CS_ERR_TRY_AGAIN; });
    return error;
}

Events of_kind(const Events& events, Event::Kind kind)
{
    Events result;
    for (const auto& event : events)
        if (event.kind == kind)
            result.push_back(event);
    return result;
}

std::ostream& operator<<(std::ostream& out, const Members& members)
{
    for (const auto& member : members)
        out << ' ' << member;
    return out;
}

std::string obey(Cpg& cpg, const std::string& group, const std::string& command)
{
    const auto word = command.substr(0, command.find(' '));
    const auto rest = command.substr(std::min(command.size(), word.size() + 1));
    cs_error_t error = CS_ERR_NOT_SUPPORTED;
    if (word == "send")
        error = send(cpg, rest);
    else if (word == "large")
        error = send(cpg, pattern(std::stoul(rest)));
    else if (word == "leave")
        error = leave(cpg, group);
    else if (word == "finalize")
        error = cpg.finalize();
    return word + ": " + cs_strerror(error);
}

} // namespace

struct Cpg::Callbacks {
    static Cpg* owner(cpg_handle_t handle)
    {
        void* context = nullptr;
        return cpg_context_get(handle, &context) == CS_OK ? static_cast<Cpg*>(context) : nullptr;
    }

    static void deliver(cpg_handle_t handle, const cpg_name* group, std::uint32_t nodeid, std::uint32_t pid, void* data,
                        std::size_t size)
    {
        const Call call{handle, Event::message, static_cast<char*>(data), size};
        Cpg* cpg = owner(handle);
        if (!cpg)
            return;
        cpg->write_down({.kind = call.kind,
                         .group = text_of(*group),
                         .nodeid = nodeid,
                         .pid = pid,
                         .data = {call.data, call.size}});
        if (cpg->on_event)
            cpg->on_event(call);
    }

    static void confchg(cpg_handle_t handle, const cpg_name* group, const cpg_address* members,
                        std::size_t member_count, const cpg_address* left, std::size_t left_count,
                        const cpg_address* joined, std::size_t joined_count)
    {
        Cpg* cpg = owner(handle);
        if (!cpg)
            return;
        cpg->write_down({.kind = Event::confchg,
                         .group = text_of(*group),
                         .members = list(members, member_count),
                         .left = list(left, left_count),
                         .joined = list(joined, joined_count)});
        if (cpg->on_event)
            cpg->on_event({handle, Event::confchg, nullptr, 0});
    }

    static void totem(cpg_handle_t handle, cpg_ring_id ring, std::uint32_t count, const std::uint32_t* nodes)
    {
        Cpg* cpg = owner(handle);
        if (!cpg)
            return;
        cpg->write_down(
            {.kind = Event::totem, .nodeid = ring.nodeid, .members = nodes_only(nodes, count), .ring = ring.seq});
        if (cpg->on_event)
            cpg->on_event({handle, Event::totem, nullptr, 0});
    }
};

std::ostream& operator<<(std::ostream& out, const Member& member)
{
    return out << member.nodeid << ':' << member.pid << '/' << member.reason;
}

std::uint32_t own_pid()
{
    return static_cast<std::uint32_t>(::getpid());
}

Member self(std::uint32_t reason)
{
    return {1, own_pid(), reason};
}

std::ostream& operator<<(std::ostream& out, const Event& event)
{
    constexpr std::size_t kEnough = 40;
    switch (event.kind) {
    case Event::message:
        return out << "message of " << event.nodeid << ':' << event.pid << " in '" << event.group << "', "
                   << event.data.size() << " bytes " << ::testing::PrintToString(event.data.substr(0, kEnough));
    case Event::confchg:
        return out << "confchg of '" << event.group << "', members" << event.members << ", left" << event.left
                   << ", joined" << event.joined;
    case Event::totem:
        return out << "totem " << event.nodeid << '.' << event.ring << ", nodes" << event.members;
    }
    return out;
}

Texts messages(const Events& events)
{
    Texts result;
    for (const auto& event : of_kind(events, Event::message))
        result.push_back(event.data);
    return result;
}

Events confchgs(const Events& events)
{
    return of_kind(events, Event::confchg);
}

Events totems(const Events& events)
{
    return of_kind(events, Event::totem);
}

Cpg::Cpg(Wanted wanted) : OwnHandle(cpg_finalize, cpg_fd_get)
{
    cpg_model_v1_data_t model{CPG_MODEL_V1, wanted.deliver ? Callbacks::deliver : nullptr,
                              wanted.confchg ? Callbacks::confchg : nullptr, wanted.totem ? Callbacks::totem : nullptr,
                              wanted.flags};
    demand(open([&](cpg_handle_t* handle) {
               return cpg_model_initialize(handle, CPG_MODEL_V1, reinterpret_cast<cpg_model_data_t*>(&model), this);
           }),
           "cpg_model_initialize");
}

void Cpg::enter(std::string_view group)
{
    demand(join(handle_, group), "cpg_join");
    const bool in = await([this] { return !confchgs(events()).empty(); });
    if (!in)
        throw std::runtime_error("the membership does not begin");
    take();
}

Events Cpg::events() const
{
    const std::lock_guard held(lock_);
    return events_;
}

Events Cpg::take()
{
    const std::lock_guard held(lock_);
    messages_ = 0;
    return std::exchange(events_, {});
}

std::size_t Cpg::count() const
{
    const std::lock_guard held(lock_);
    return events_.size();
}

bool Cpg::await_messages(std::size_t count)
{
    return await([this, count] {
        const std::lock_guard held(lock_);
        return messages_ >= count;
    });
}

bool Cpg::await(const std::function<bool()>& condition)
{
    const int descriptor = fd();
    return eventually([&] {
               if (readable(descriptor, 10ms) && cpg_dispatch(handle_, CS_DISPATCH_ALL) != CS_OK)
                   return true;
               return condition();
           }) &&
           condition();
}

void Cpg::write_down(Event&& event)
{
    const std::lock_guard held(lock_);
    messages_ += event.kind == Event::message;
    events_.push_back(std::move(event));
}

cpg_name name_of(std::string_view bytes)
{
    cpg_name name{};
    name.length = static_cast<std::uint32_t>(bytes.copy(name.value, sizeof name.value));
    return name;
}

cs_error_t join(cpg_handle_t handle, std::string_view group)
{
    const auto name = name_of(group);
    return until_taken([&] { return cpg_join(handle, &name); });
}

cs_error_t leave(cpg_handle_t handle, std::string_view group)
{
    const auto name = name_of(group);
    return until_taken([&] { return cpg_leave(handle, &name); });
}

cs_error_t send_once(cpg_handle_t handle, std::string_view data)
{
    const iovec part{const_cast<char*>(data.data()), data.size()};
    return cpg_mcast_joined(handle, CPG_TYPE_AGREED, &part, 1);
}

cs_error_t send(cpg_handle_t handle, std::string_view data)
{
    return until_taken([&] { return send_once(handle, data); });
}

void send_numbers(cpg_handle_t handle, int count)
{
    for (const auto& number : numbers(1, count))
        demand(send(handle, number), "cpg_mcast_joined");
}

Texts numbers(int first, int last)
{
    Texts result;
    for (int number = first; number <= last; ++number)
        result.push_back(std::to_string(number));
    return result;
}

Members members_of(cpg_handle_t handle, std::string_view group)
{
    auto name = name_of(group);
    cpg_address addresses[CPG_MEMBERS_MAX];
    int count = 0;
    demand(until_taken([&] { return cpg_membership_get(handle, &name, addresses, &count); }), "cpg_membership_get");
    return list(addresses, static_cast<std::size_t>(count));
}

bool await_members(std::string_view group, std::size_t count)
{
    const Cpg asking;
    return eventually([&] { return members_of(asking, group).size() == count; });
}

std::string pattern(std::size_t size, unsigned seed)
{
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<char>((i * 131 + (i >> 12) + seed) & 0xff);
    return bytes;
}

MemberProcess::MemberProcess(std::string_view group)
    : Companion([group = std::string(group)](Line& line) {
          Cpg cpg;
          cpg.enter(group);
          line.say("in");
          for (;;) {
              if (const auto command = line.hear(2ms))
                  line.say(obey(cpg, group, *command));
              cpg_dispatch(cpg, CS_DISPATCH_ALL);
              cpg.take();
          }
      })
{
    if (const auto first = hear(); first != "in")
        throw std::runtime_error(first);
}

std::string MemberProcess::tell(const std::string& command)
{
    say(command);
    return hear();
}

void await_settled()
{
    if (!eventually([] {
            cpg_handle_t handle = kNoHandle;
            return cpg_initialize(&handle, nullptr) == CS_OK && cpg_finalize(handle) == CS_OK;
        }))
        throw std::runtime_error("cpg is not served");
    // The daemon delivers the first message after its first membership.
    Cpg().enter("settled");
}

const std::vector<HandleCall>& cpg_calls()
{
    using H = cpg_handle_t;
    constexpr auto local = HandleCall::local;
    constexpr auto request = HandleCall::request;
    static const cpg_name group = name_of("calls");
    static const std::vector<HandleCall> calls = {
        {"fd_get", local, [](H h) { return cpg_fd_get(h, output<int>()); }},
        {"max_atomic_msgsize_get", local, [](H h) { return cpg_max_atomic_msgsize_get(h, output<std::uint32_t>()); }},
        {"context_get", local, [](H h) { return cpg_context_get(h, output<void*>()); }},
        {"context_set", local, [](H h) { return cpg_context_set(h, nullptr); }},
        {"flow_control_state_get", local,
         [](H h) { return cpg_flow_control_state_get(h, output<cpg_flow_control_state_t>()); }},
        {"zcb_alloc", local,
         [](H h) {
             void* buffer = nullptr;
             const auto error = cpg_zcb_alloc(h, 8, &buffer);
             cpg_zcb_free(h, buffer);
             return error;
         }},
        {"zcb_free", local, [](H h) { return cpg_zcb_free(h, nullptr); }},
        {"join", request, [](H h) { return cpg_join(h, &group); }},
        {"leave", request, [](H h) { return cpg_leave(h, &group); }},
        {"mcast_joined", request, [](H h) { return send_once(h, "x"); }},
        {"mcast_joined of a long message", request, [](H h) { return send_once(h, std::string(3'000'000, 'x')); }},
        {"membership_get", request,
         [](H h) {
             struct List {
                 int count;
                 cpg_address members[CPG_MEMBERS_MAX];
             };
             auto name = group;
             auto* list = output<List>();
             return cpg_membership_get(h, &name, list->members, &list->count);
         }},
        {"local_get", request, [](H h) { return cpg_local_get(h, output<unsigned>()); }},
        {"iteration_initialize", request,
         [](H h) { return cpg_iteration_initialize(h, CPG_ITERATION_ALL, nullptr, output<cpg_iteration_handle_t>()); }},
        {"dispatch", HandleCall::dispatch, [](H h) { return cpg_dispatch(h, CS_DISPATCH_ALL); }},
        {"finalize", HandleCall::finalize, [](H h) { return cpg_finalize(h); }},
    };
    return calls;
}

} // namespace test
