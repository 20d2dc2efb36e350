// SPDX-License-Identifier: BSD-3-Clause
// Calls that the reference is known not to survive, or that leave it in another state: each in a child with handles of
// its own.
#include "player.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>

#include <sys/wait.h>
#include <unistd.h>

namespace differential {

namespace {

constexpr std::uint64_t kWildcard = std::uint64_t{0xffffffff} << 32;
const volatile int kOddType = 257; // not a constant, so that no compiler warns
constexpr char kKey[] = "f.apart";

cmap_handle_t cmap()
{
    cmap_handle_t handle = 0;
    cmap_initialize(&handle);
    cmap_set_uint32(handle, kKey, 7);
    return handle;
}

cpg_handle_t cpg()
{
    cpg_handle_t handle = 0;
    cpg_initialize(&handle, nullptr);
    return handle;
}

votequorum_handle_t votequorum()
{
    votequorum_handle_t handle = 0;
    votequorum_callbacks_t callbacks{};
    votequorum_initialize(&handle, &callbacks);
    return handle;
}

cs_error_t mcast(iovec* parts, unsigned count)
{
    return cpg_mcast_joined(cpg(), CPG_TYPE_AGREED, parts, count);
}

cs_error_t mcast_parts(unsigned count)
{
    static iovec parts[65];
    for (auto& part : parts)
        part = {const_cast<char*>("x"), 1};
    return mcast(parts, count);
}

constexpr auto dispatch_type(int type)
{
    return static_cast<cs_dispatch_flags_t>(type);
}

constexpr struct {
    const char* name;
    cs_error_t (*call)();
} kCalls[] = {
    {"cmap_initialize_NULL", [] { return cmap_initialize(nullptr); }},
    {"cmap_fd_get_NULL", [] { return cmap_fd_get(cmap(), nullptr); }},
    {"cmap_context_get_NULL", [] { return cmap_context_get(cmap(), nullptr); }},
    {"cmap_get_uint32_NULL", [] { return cmap_get_uint32(cmap(), kKey, nullptr); }},
    {"cmap_get_uint32_missing_NULL", [] { return cmap_get_uint32(cmap(), "d.missing", nullptr); }},
    {"cmap_get_no_room",
     [] {
         char value[64];
         std::size_t length = 0;
         return cmap_get(cmap(), kKey, value, &length, nullptr);
     }},
    {"cmap_set_type_257",
     [] {
         const auto handle = cmap();
         const auto error = cmap_set(handle, kKey, "x", 1, static_cast<cmap_value_types_t>(kOddType));
         cmap_delete(handle, kKey);
         return error;
     }},
    {"cmap_wildcard",
     [] {
         int fd = -1;
         return cmap_fd_get(cmap() | kWildcard, &fd);
     }},
    {"cmap_dispatch_type_0_of_no_handle", [] { return cmap_dispatch(0, dispatch_type(0)); }},
    {"cmap_dispatch_type_99_of_no_handle", [] { return cmap_dispatch(0, dispatch_type(99)); }},
    {"cpg_initialize_NULL", [] { return cpg_initialize(nullptr, nullptr); }},
    {"cpg_fd_get_NULL", [] { return cpg_fd_get(cpg(), nullptr); }},
    {"cpg_max_atomic_msgsize_get_NULL", [] { return cpg_max_atomic_msgsize_get(cpg(), nullptr); }},
    {"cpg_context_get_NULL", [] { return cpg_context_get(cpg(), nullptr); }},
    {"cpg_flow_control_state_get_NULL", [] { return cpg_flow_control_state_get(cpg(), nullptr); }},
    {"cpg_local_get_NULL", [] { return cpg_local_get(cpg(), nullptr); }},
    {"cpg_join_NULL", [] { return cpg_join(cpg(), nullptr); }},
    {"cpg_leave_NULL", [] { return cpg_leave(cpg(), nullptr); }},
    {"cpg_membership_get_NULL",
     [] {
         static cpg_address list[CPG_MEMBERS_MAX];
         int count = 0;
         return cpg_membership_get(cpg(), nullptr, list, &count);
     }},
    {"cpg_mcast_joined_NULL", [] { return mcast(nullptr, 1); }},
    {"cpg_mcast_joined_64_parts", [] { return mcast_parts(64); }},
    {"cpg_mcast_joined_65_parts", [] { return mcast_parts(65); }},
    {"cpg_zcb_alloc_NULL", [] { return cpg_zcb_alloc(cpg(), 10, nullptr); }},
    {"cpg_zcb_free_NULL", [] { return cpg_zcb_free(cpg(), nullptr); }},
    {"cpg_wildcard",
     [] {
         int fd = -1;
         return cpg_fd_get(cpg() | kWildcard, &fd);
     }},
    {"cpg_dispatch_type_0_of_no_handle", [] { return cpg_dispatch(0, dispatch_type(0)); }},
    {"cpg_dispatch_type_99_of_no_handle", [] { return cpg_dispatch(0, dispatch_type(99)); }},
    {"votequorum_initialize_NULL", [] { return votequorum_initialize(nullptr, nullptr); }},
    {"votequorum_fd_get_NULL", [] { return votequorum_fd_get(votequorum(), nullptr); }},
    {"votequorum_getinfo_NULL", [] { return votequorum_getinfo(votequorum(), 0, nullptr); }},
    {"votequorum_context_get_NULL", [] { return votequorum_context_get(votequorum(), nullptr); }},
    {"votequorum_qdevice_register_NULL", [] { return votequorum_qdevice_register(votequorum(), nullptr); }},
    {"votequorum_wildcard",
     [] {
         int fd = -1;
         return votequorum_fd_get(votequorum() | kWildcard, &fd);
     }},
};

} // namespace

const char* apart_name(std::int64_t number)
{
    return kCalls[static_cast<std::size_t>(number) % std::size(kCalls)].name;
}

void Player::apart(const Step& with)
{
    if (stopped_ || down_)
        return skip("the daemon does not serve");
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(STDERR_FILENO); // the reference prints a message when it aborts
        std::signal(SIGABRT, SIG_DFL);
        result(kCalls[static_cast<std::size_t>(with.a[0]) % std::size(kCalls)].call());
        ::_exit(0);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) != child && errno == EINTR) {
    }
    if (WIFSIGNALED(status))
        say(" dies of SIG%s", sigabbrev_np(WTERMSIG(status)));
}

} // namespace differential
