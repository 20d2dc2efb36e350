// SPDX-License-Identifier: BSD-3-Clause
// Keys in the daemon's map, for benchmarks with many keys.
#pragma once

#include "measuring.hpp"

#include <corosync/cmap.h>

#include <string>
#include <vector>

namespace bench {

// The keys exist as long as this object, all with one prefix and the value 0.
class Keys {
public:
    Keys(cmap_handle_t handle, const std::string& prefix, long count) : handle_(handle)
    {
        for (long i = 0; i < count; ++i) {
            names_.push_back(prefix + std::to_string(i));
            check(cmap_set_uint32(handle, names_.back().c_str(), 0), "cmap_set_uint32");
        }
    }
    ~Keys()
    {
        for (const auto& name : names_)
            check(cmap_delete(handle_, name.c_str()), "cmap_delete");
    }
    Keys(const Keys&) = delete;
    Keys& operator=(const Keys&) = delete;

    const char* name(long number) const { return names_[static_cast<std::size_t>(number) % names_.size()].c_str(); }

private:
    cmap_handle_t handle_;
    std::vector<std::string> names_;
};

} // namespace bench
