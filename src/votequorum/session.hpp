// SPDX-License-Identifier: BSD-3-Clause
// The session of one votequorum handle.
#pragma once

#include "core/connection.hpp"
#include "core/handle_table.hpp"
#include "votequorum/wire.hpp"

#include <corosync/votequorum.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace corosync::votequorum {

// The name of a quorum device, whose length has been checked to fit into a message.
class DeviceName {
public:
    // False for NULL, an empty name, and one of VOTEQUORUM_QDEVICE_MAX_NAME_LEN characters or more.
    bool assign(const char* name);
    void put(char (&to)[kNameSize]) const;

private:
    const char* text_ = "";
    std::size_t length_ = 0;
};

class Session {
public:
    static constexpr const char* kService = "votequorum";
    static const EventHandling& event_handling()
    {
        static constexpr EventHandling defaults;
        return defaults;
    }

    static HandleTable<Session>& table();
    Connection& connection() { return connection_; }

    void set_callbacks(const votequorum_model_v1_data_t& model) { model_ = model; }

    cs_error_t getinfo(unsigned nodeid, votequorum_info& info);
    cs_error_t setexpected(unsigned votes);
    cs_error_t setvotes(unsigned nodeid, unsigned votes);
    cs_error_t trackstart(std::uint64_t context, unsigned flags);
    cs_error_t trackstop();

    cs_error_t device_register(const DeviceName& name);
    cs_error_t device_unregister(const DeviceName& name);
    cs_error_t device_update(const DeviceName& old_name, const DeviceName& new_name);
    cs_error_t device_poll(const DeviceName& name, unsigned cast_vote, votequorum_ring_id_t ring);
    cs_error_t device_master_wins(const DeviceName& name, unsigned allow);
    cs_error_t get_extra_info(unsigned nodeid, std::uint32_t& size, void* data);
    cs_error_t set_extra_info(const void* data, std::uint32_t size);

    COROSYNC_COLD void wake_daemon();
    int deliver(votequorum_handle_t handle, std::byte* event, std::size_t size) const;

    std::atomic<void*> context{nullptr}; // the program's

private:
    cs_error_t send_recv_name(RequestId id, const DeviceName& name);
    int deliver_quorum(votequorum_handle_t handle, std::byte* event, const View& view) const;
    int deliver_node_list(votequorum_handle_t handle, std::byte* event, const View& view) const;
    int deliver_expected_votes(votequorum_handle_t handle, const View& view) const;
    int deliver_extra_info(votequorum_handle_t handle, std::byte* event, const View& view) const;

    Connection connection_;
    votequorum_model_v1_data_t model_{};
};

} // namespace corosync::votequorum
