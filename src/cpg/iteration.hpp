// SPDX-License-Identifier: BSD-3-Clause
// Iteration handles. Each one maps to an iteration in the daemon that belongs to one cpg handle. It ends with that
// handle at the latest.
#pragma once

#include "core/handle_table.hpp"
#include "core/lock.hpp"

#include <corosync/cpg.h>

#include <cstddef>
#include <cstdint>

namespace corosync::cpg {

struct Iteration {
    cpg_handle_t owner = 0;
    std::uint64_t daemon_handle = 0; // the daemon's handle for it
};

HandleTable<Iteration>& iterations();

// The iterations of one cpg handle.
class OwnIterations {
public:
    OwnIterations() = default;
    ~OwnIterations() COROSYNC_NO_LOCK_ANALYSIS;
    OwnIterations(const OwnIterations&) = delete;
    OwnIterations& operator=(const OwnIterations&) = delete;

    // 0 with the new handle, -ENOMEM, or -ENOTCONN if another thread held the lock when this process was forked.
    int add(const Iteration& iteration, cpg_iteration_handle_t& handle);
    // False if it has ended already.
    bool end(cpg_iteration_handle_t handle);

private:
    int store(cpg_iteration_handle_t handle);

    Mutex mutex_;
    cpg_iteration_handle_t* handles_ COROSYNC_GUARDED_BY(mutex_) = nullptr; // 0: free
    std::size_t size_ COROSYNC_GUARDED_BY(mutex_) = 0;
};

} // namespace corosync::cpg
