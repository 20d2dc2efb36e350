// SPDX-License-Identifier: BSD-3-Clause
// Shared by the benchmarks of cpg: a member of a group, and the three ways to dispatch.
#pragma once

#include "measuring.hpp"

#include <corosync/cpg.h>

#include <functional>
#include <string>
#include <vector>

namespace bench {

enum class Mode { blocking, all, one };

// The mode with this name. Fails if there is none.
Mode mode_of(const std::string& name);

// Delivers until done(): in one blocking call, whose callback ends it by finalizing the handle; or in many calls, each
// after poll.
void dispatch_until(cpg_handle_t handle, Mode mode, const std::function<bool()>& done);

// A handle, joined to a group.
class GroupMember {
public:
    using OnMessage = std::function<void(const unsigned char* message, std::size_t size)>;

    // Dispatches of the handle call on_message.
    GroupMember(const char* group, OnMessage on_message);
    ~GroupMember();
    GroupMember(const GroupMember&) = delete;
    GroupMember& operator=(const GroupMember&) = delete;

    cpg_handle_t handle() const { return handle_; }

    // Dispatches until the group has this many members.
    void wait_for_members(std::size_t count) const;

    // Repeats until the daemon accepts the message.
    void send(const std::vector<char>& bytes) const;
    // CS_OK or CS_ERR_TRY_AGAIN.
    cs_error_t try_send(const std::vector<char>& bytes) const;
    void finalize();

private:
    static void deliver(cpg_handle_t handle, const cpg_name*, std::uint32_t, std::uint32_t, void* message,
                        std::size_t size);
    static void confchg(cpg_handle_t handle, const cpg_name*, const cpg_address*, std::size_t count, const cpg_address*,
                        std::size_t, const cpg_address*, std::size_t);

    cpg_handle_t handle_ = 0;
    OnMessage on_message_;
    std::size_t members_ = 0; // counted once we are one of them
};

} // namespace bench
