// SPDX-License-Identifier: BSD-3-Clause
#include "group.hpp"

#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstring>
#include <utility>

namespace bench {
namespace {

// Not found with cpg_context_get(), because that would be measured, too.
std::vector<std::pair<cpg_handle_t, GroupMember*>> known;

GroupMember& member_of(cpg_handle_t handle)
{
    for (const auto& [of, member] : known)
        if (of == handle)
            return *member;
    fail("callback", "of an unknown handle");
}

} // namespace

Mode mode_of(const std::string& name)
{
    if (name == "blocking")
        return Mode::blocking;
    if (name == "all")
        return Mode::all;
    if (name == "one")
        return Mode::one;
    fail(name.c_str(), "is not blocking, all or one");
}

void dispatch_until(cpg_handle_t handle, Mode mode, const std::function<bool()>& done)
{
    if (mode == Mode::blocking) {
        cpg_dispatch(handle, CS_DISPATCH_BLOCKING);
        return;
    }
    const auto type = mode == Mode::all ? CS_DISPATCH_ALL : CS_DISPATCH_ONE;
    pollfd entry{-1, POLLIN, 0};
    check(cpg_fd_get(handle, &entry.fd), "cpg_fd_get");
    while (!done()) {
        if (poll(&entry, 1, 30000) != 1)
            fail("poll", "no message for half a minute");
        const cs_error_t error = cpg_dispatch(handle, type);
        if (!done())
            check(error, "cpg_dispatch");
    }
}

GroupMember::GroupMember(const char* group, OnMessage on_message) : on_message_(std::move(on_message))
{
    cpg_model_v1_data_t model{};
    model.cpg_deliver_fn = deliver;
    model.cpg_confchg_fn = confchg;
    check(cpg_model_initialize(&handle_, CPG_MODEL_V1, reinterpret_cast<cpg_model_data_t*>(&model), nullptr),
          "cpg_model_initialize");
    known.emplace_back(handle_, this);
    cpg_name name{};
    name.length = static_cast<std::uint32_t>(std::strlen(group));
    std::memcpy(name.value, group, name.length);
    check_when_ready([&] { return cpg_join(handle_, &name); }, "cpg_join");
    wait_for_members(1);
}

GroupMember::~GroupMember()
{
    finalize();
}

void GroupMember::wait_for_members(std::size_t count) const
{
    while (members_ < count)
        check(cpg_dispatch(handle_, CS_DISPATCH_ONE), "cpg_dispatch");
}

void GroupMember::send(const std::vector<char>& bytes) const
{
    while (try_send(bytes) != CS_OK)
        usleep(200);
}

cs_error_t GroupMember::try_send(const std::vector<char>& bytes) const
{
    const iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    const cs_error_t error = cpg_mcast_joined(handle_, CPG_TYPE_AGREED, &part, 1);
    if (error != CS_ERR_TRY_AGAIN)
        check(error, "cpg_mcast_joined");
    return error;
}

void GroupMember::finalize()
{
    if (handle_ != 0)
        check(cpg_finalize(std::exchange(handle_, 0)), "cpg_finalize");
}

void GroupMember::deliver(cpg_handle_t handle, const cpg_name*, std::uint32_t, std::uint32_t, void* message,
                          std::size_t size)
{
    member_of(handle).on_message_(static_cast<const unsigned char*>(message), size);
}

void GroupMember::confchg(cpg_handle_t handle, const cpg_name*, const cpg_address* members, std::size_t count,
                          const cpg_address*, std::size_t, const cpg_address*, std::size_t)
{
    for (std::size_t i = 0; i < count; ++i)
        if (members[i].pid == static_cast<std::uint32_t>(getpid()))
            member_of(handle).members_ = count;
}

} // namespace bench
