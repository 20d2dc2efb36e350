// SPDX-License-Identifier: BSD-3-Clause
// A program of steps: the generator makes it from a seed, the player runs it on one side's libraries, and the driver
// compares, shrinks and prints it. As text, a step is a line: DEPTH AT NAME ARGUMENT...
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace differential {

// Each is a function of the libraries, except those of the last lines: what only a callback can do, and changes of the
// world around.
#define DIFFERENTIAL_OPS(OP)                                                                                           \
    OP(cmap_initialize)                                                                                                \
    OP(cmap_initialize_map)                                                                                            \
    OP(cmap_finalize)                                                                                                  \
    OP(cmap_fd_get)                                                                                                    \
    OP(cmap_dispatch)                                                                                                  \
    OP(cmap_context_get)                                                                                               \
    OP(cmap_context_set)                                                                                               \
    OP(cmap_set)                                                                                                       \
    OP(cmap_set_int8)                                                                                                  \
    OP(cmap_set_uint8)                                                                                                 \
    OP(cmap_set_int16)                                                                                                 \
    OP(cmap_set_uint16)                                                                                                \
    OP(cmap_set_int32)                                                                                                 \
    OP(cmap_set_uint32)                                                                                                \
    OP(cmap_set_int64)                                                                                                 \
    OP(cmap_set_uint64)                                                                                                \
    OP(cmap_set_float)                                                                                                 \
    OP(cmap_set_double)                                                                                                \
    OP(cmap_set_string)                                                                                                \
    OP(cmap_delete)                                                                                                    \
    OP(cmap_get)                                                                                                       \
    OP(cmap_get_int8)                                                                                                  \
    OP(cmap_get_uint8)                                                                                                 \
    OP(cmap_get_int16)                                                                                                 \
    OP(cmap_get_uint16)                                                                                                \
    OP(cmap_get_int32)                                                                                                 \
    OP(cmap_get_uint32)                                                                                                \
    OP(cmap_get_int64)                                                                                                 \
    OP(cmap_get_uint64)                                                                                                \
    OP(cmap_get_float)                                                                                                 \
    OP(cmap_get_double)                                                                                                \
    OP(cmap_get_string)                                                                                                \
    OP(cmap_inc)                                                                                                       \
    OP(cmap_dec)                                                                                                       \
    OP(cmap_iter_init)                                                                                                 \
    OP(cmap_iter_next)                                                                                                 \
    OP(cmap_iter_finalize)                                                                                             \
    OP(cmap_track_add)                                                                                                 \
    OP(cmap_track_delete)                                                                                              \
    OP(cpg_initialize)                                                                                                 \
    OP(cpg_model_initialize)                                                                                           \
    OP(cpg_finalize)                                                                                                   \
    OP(cpg_fd_get)                                                                                                     \
    OP(cpg_max_atomic_msgsize_get)                                                                                     \
    OP(cpg_context_get)                                                                                                \
    OP(cpg_context_set)                                                                                                \
    OP(cpg_dispatch)                                                                                                   \
    OP(cpg_join)                                                                                                       \
    OP(cpg_leave)                                                                                                      \
    OP(cpg_mcast_joined)                                                                                               \
    OP(cpg_membership_get)                                                                                             \
    OP(cpg_local_get)                                                                                                  \
    OP(cpg_flow_control_state_get)                                                                                     \
    OP(cpg_zcb_alloc)                                                                                                  \
    OP(cpg_zcb_free)                                                                                                   \
    OP(cpg_zcb_mcast_joined)                                                                                           \
    OP(cpg_iteration_initialize)                                                                                       \
    OP(cpg_iteration_next)                                                                                             \
    OP(cpg_iteration_finalize)                                                                                         \
    OP(votequorum_initialize)                                                                                          \
    OP(votequorum_model_initialize)                                                                                    \
    OP(votequorum_finalize)                                                                                            \
    OP(votequorum_dispatch)                                                                                            \
    OP(votequorum_fd_get)                                                                                              \
    OP(votequorum_getinfo)                                                                                             \
    OP(votequorum_setexpected)                                                                                         \
    OP(votequorum_setvotes)                                                                                            \
    OP(votequorum_trackstart)                                                                                          \
    OP(votequorum_trackstop)                                                                                           \
    OP(votequorum_context_get)                                                                                         \
    OP(votequorum_context_set)                                                                                         \
    OP(votequorum_qdevice_register)                                                                                    \
    OP(votequorum_qdevice_unregister)                                                                                  \
    OP(votequorum_qdevice_update)                                                                                      \
    OP(votequorum_qdevice_poll)                                                                                        \
    OP(votequorum_qdevice_master_wins)                                                                                 \
    OP(votequorum_get_qdevice_extra_info)                                                                              \
    OP(votequorum_set_qdevice_extra_info)                                                                              \
    OP(jump)                                                                                                           \
    OP(fork)                                                                                                           \
    OP(daemon_stop)                                                                                                    \
    OP(daemon_continue)                                                                                                \
    OP(daemon_kill)                                                                                                    \
    OP(daemon_start)                                                                                                   \
    OP(other_join)                                                                                                     \
    OP(other_leave)                                                                                                    \
    OP(other_send)                                                                                                     \
    OP(other_end)                                                                                                      \
    OP(other_set)                                                                                                      \
    OP(node_away)                                                                                                      \
    OP(node_back)                                                                                                      \
    OP(signals)                                                                                                        \
    OP(starved)                                                                                                        \
    OP(fd_closed)                                                                                                      \
    OP(apart)

enum class Op {
#define DIFFERENTIAL_OP(name) name,
    DIFFERENTIAL_OPS(DIFFERENTIAL_OP)
#undef DIFFERENTIAL_OP
};

constexpr std::size_t kOps = static_cast<std::size_t>(Op::apart) + 1;
constexpr std::size_t kFunctions = static_cast<std::size_t>(Op::jump);
static_assert(kFunctions == 78);

const char* name_of(Op op);

// The player knows what the numbers mean. For a function with a handle, the first is the handle's slot.
struct Step {
    // 0, or the step is inside callbacks of the last dispatch before it that has a depth one less; in which of them.
    int depth = 0;
    int at = 0;
    Op op = Op::jump;
    std::array<std::int64_t, 6> a{};
};

using Program = std::vector<Step>;

std::string to_text(const Program& program);
Program from_text(std::string_view text); // throws

// The index after the step and all steps inside it.
std::size_t end_of(const Program& program, std::size_t step);

enum class Service { cmap, cpg, votequorum, none };
Service service_of(Op op);
bool is_dispatch(Op op);
bool is_initialize(Op op);
bool is_finalize(Op op);

// Four handles of each service, and a number that never was one.
constexpr int kSlots = 4;
constexpr int kSelectors = 8;
std::uint64_t never_valid(int selector, std::uint64_t first_handle);

// Names by number.
struct Name {
    const char* text; // NULL is one of the keys
    std::size_t length;
};
constexpr int kKeys = 23;
constexpr int kNullKey = 12;
constexpr int kNudgeKey = 22;
constexpr int kGroups = 8;
constexpr int kDevices = 5;
Name key(int number);
Name group(int number); // if it is longer than a group's name may be, only the length
Name device(int number);

} // namespace differential
