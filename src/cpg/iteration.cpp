// SPDX-License-Identifier: BSD-3-Clause
#include "cpg/iteration.hpp"

#include <cerrno>
#include <cstdlib>

namespace corosync::cpg {
namespace {

bool close_handle(cpg_iteration_handle_t handle)
{
    if (iterations().close(handle) == nullptr)
        return false;
    iterations().unpin(handle);
    return true;
}

} // namespace

HandleTable<Iteration>& iterations()
{
    static constinit HandleTable<Iteration> table;
    return table;
}

OwnIterations::~OwnIterations()
{
    for (std::size_t index = 0; index < size_; ++index)
        close_handle(handles_[index]);
    free(handles_);
}

int OwnIterations::add(const Iteration& iteration, cpg_iteration_handle_t& handle)
{
    auto* own = make<Iteration>(iteration);
    if (own == nullptr)
        return -ENOMEM;
    const cpg_iteration_handle_t added = iterations().add(own);
    if (added == 0) {
        destroy(own);
        return -ENOMEM;
    }
    const int rc = store(added);
    if (rc == 0)
        handle = added;
    else
        close_handle(added);
    return rc;
}

bool OwnIterations::end(cpg_iteration_handle_t handle)
{
    if (mutex_.lock()) {
        const LockGuard guard(mutex_);
        for (std::size_t index = 0; index < size_; ++index)
            if (handles_[index] == handle)
                handles_[index] = 0;
    }
    return close_handle(handle);
}

int OwnIterations::store(cpg_iteration_handle_t handle)
{
    if (!mutex_.lock())
        return -ENOTCONN;
    const LockGuard guard(mutex_);
    std::size_t free_index = 0;
    while (free_index < size_ && handles_[free_index] != 0)
        ++free_index;
    if (free_index == size_) {
        const std::size_t larger = size_ + 8;
        auto* grown = static_cast<cpg_iteration_handle_t*>(realloc(handles_, larger * sizeof *handles_));
        if (grown == nullptr)
            return -ENOMEM;
        for (std::size_t index = size_; index < larger; ++index)
            grown[index] = 0;
        handles_ = grown;
        size_ = larger;
    }
    handles_[free_index] = handle;
    return 0;
}

} // namespace corosync::cpg
