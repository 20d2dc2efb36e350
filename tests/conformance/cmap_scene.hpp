// What the scenes of libcmap share.
#pragma once

#include "conformance.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include <corosync/cmap.h>

namespace conformance {

// A handle, finalized at the end of its scope. Throws if it can't be had.
class Cmap {
public:
    explicit Cmap(cmap_map_t map = CMAP_MAP_ICMAP)
    {
        if (cmap_initialize_map(&handle_, map) != CS_OK)
            throw std::runtime_error("cmap_initialize_map");
    }
    ~Cmap()
    {
        if (handle_)
            finalize();
    }
    Cmap(const Cmap&) = delete;
    Cmap& operator=(const Cmap&) = delete;

    operator cmap_handle_t() const { return handle_; }
    cs_error_t finalize() { return cmap_finalize(std::exchange(handle_, test::kNoHandle)); }

private:
    cmap_handle_t handle_ = test::kNoHandle;
};

inline void ignore_event(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value,
                         cmap_notify_value, void*)
{}

} // namespace conformance
