// SPDX-License-Identifier: BSD-3-Clause
// The session of one cpg handle.
#pragma once

#include "core/connection.hpp"
#include "core/handle_table.hpp"
#include "cpg/assembly.hpp"
#include "cpg/iteration.hpp"
#include "cpg/wire.hpp"

#include <corosync/cpg.h>

#include <sys/uio.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace corosync::cpg {

// The largest message that is sent in one piece.
inline constexpr std::size_t kMaxAtomic = kMessageSize - 1024;

class Session {
public:
    static constexpr const char* kService = "cpg";
    static const EventHandling& event_handling();

    static HandleTable<Session>& table();
    Connection& connection() { return connection_; }

    void set_callbacks(const cpg_model_v1_data_t& model) { model_ = model; }

    // Callers have checked that names are not longer than CPG_MAX_NAME_LENGTH.
    cs_error_t join(const cpg_name& group);
    cs_error_t leave(const cpg_name& group);
    // Sends the requests that must precede the close of the connection.
    cs_error_t send_finalize();

    cs_error_t mcast(cpg_guarantee_t guarantee, const iovec* parts, std::size_t count);
    cs_error_t zero_copy_mcast(cpg_guarantee_t guarantee, const iovec& whole);

    // Writes at most CPG_MEMBERS_MAX members.
    cs_error_t membership(const cpg_name& group, cpg_address* members, int& count);
    cs_error_t local_nodeid(unsigned& nodeid);

    cs_error_t iteration_initialize(cpg_handle_t owner, cpg_iteration_type_t type, const cpg_name* group,
                                    cpg_iteration_handle_t& iteration);
    cs_error_t iteration_next(const Iteration& iteration, cpg_iteration_handle_t handle,
                              cpg_iteration_description_t& description);
    cs_error_t iteration_finalize(const Iteration& iteration, cpg_iteration_handle_t handle);

    COROSYNC_COLD void wake_daemon();
    int deliver(cpg_handle_t handle, std::byte* event, std::size_t size);

    std::atomic<void*> context{nullptr}; // the program's

private:
    bool may_be_member();
    cs_error_t mcast_whole(cpg_guarantee_t guarantee, std::span<const iovec> parts, std::size_t length);
    cs_error_t mcast_in_parts(cpg_guarantee_t guarantee, std::span<const iovec> parts, std::size_t length);
    cs_error_t mcast_part(Outgoing<PartialMcastRequest>& request, std::span<const iovec> parts, std::size_t skip);

    int add_part(const View& part, Buffer& buffer, Event& whole);
    COROSYNC_COLD void before_confchg(const View& event);
    int deliver_message(cpg_handle_t handle, std::byte* event, const View& view) const;
    int deliver_confchg(cpg_handle_t handle, std::byte* event, const View& view) const;
    int deliver_totem(cpg_handle_t handle, std::byte* event, const View& view) const;

    Connection connection_;
    cpg_model_v1_data_t model_{};
    Mutex large_;      // one long message at a time, so that parts of different messages do not mix
    Mutex membership_; // one join or leave at a time, each together with the note of its result
    Name group_ COROSYNC_GUARDED_BY(membership_){};
    std::uint32_t pid_ COROSYNC_GUARDED_BY(membership_) = 0;
    bool joined_ COROSYNC_GUARDED_BY(membership_) = false;
    OwnIterations iterations_;
    Assemblies assemblies_; // guarded by the lock of the event queue: see EventHandling
};

} // namespace corosync::cpg
