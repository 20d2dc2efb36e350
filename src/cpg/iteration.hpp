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
    std::uint64_t daemons = 0; // the daemon's own handle
};

HandleTable<Iteration>& iterations();

// Those of one cpg handle.
class OwnIterations {
public:
    OwnIterations() = default;
    ~OwnIterations();
    OwnIterations(const OwnIterations&) = delete;
    OwnIterations& operator=(const OwnIterations&) = delete;

    // 0 if there is no memory.
    cpg_iteration_handle_t add(const Iteration& iteration);
    void end(cpg_iteration_handle_t handle);

private:
    bool remember(cpg_iteration_handle_t handle);

    Mutex mutex_;
    cpg_iteration_handle_t* handles_ = nullptr; // 0 where free
    std::size_t size_ = 0;
};

} // namespace corosync::cpg
