// SPDX-License-Identifier: BSD-3-Clause
// Iteration handles. Each stands for an iteration of the daemon's on one handle of cpg, and ends with that at the
// latest.
#pragma once

#include "core/handle_table.hpp"
#include "core/lock.hpp"

#include <corosync/cpg.h>

#include <cstddef>
#include <cstdint>

namespace corosync::cpg {

struct Iteration {
    cpg_handle_t owner = 0;
    std::uint64_t daemon_handle = 0; // the daemon's own handle
};

HandleTable<Iteration>& iterations();

// Those of one cpg handle.
class OwnIterations {
public:
    OwnIterations() = default;
    ~OwnIterations() COROSYNC_NO_LOCK_ANALYSIS;
    OwnIterations(const OwnIterations&) = delete;
    OwnIterations& operator=(const OwnIterations&) = delete;

    // 0 with the handle of it, -ENOMEM, or -ENOTCONN if another thread was at it when this process was forked.
    int add(const Iteration& iteration, cpg_iteration_handle_t& handle);
    void end(cpg_iteration_handle_t handle);

private:
    int store(cpg_iteration_handle_t handle);

    Mutex mutex_;
    cpg_iteration_handle_t* handles_ COROSYNC_GUARDED_BY(mutex_) = nullptr; // 0 where free
    std::size_t size_ COROSYNC_GUARDED_BY(mutex_) = 0;
};

} // namespace corosync::cpg
