// SPDX-License-Identifier: BSD-3-Clause
// cmap's events, and the table of trackers. The cookie in the input is that of a tracker that exists (the first that a
// table gives), or of none.
#include "cmap/trackers.hpp"
#include "core/buffer.hpp"
#include "input.hpp"

namespace {

void notify(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char* key, cmap_notify_value new_value,
            cmap_notify_value old_value, void*)
{
    if (std::strlen(key) > CMAP_KEYNAME_MAXLEN)
        abort();
    fuzz::look_at(new_value.data, new_value.len);
    fuzz::look_at(old_value.data, old_value.len);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    corosync::cmap::Trackers trackers;
    std::uint64_t cookie = 0;
    trackers.add(notify, nullptr, cookie);
    trackers.confirm(cookie, 1);
    trackers.deliver(1, fuzz::event("cmap", data, size, corosync::Buffer::kSlack).data(), size, {false});
    return 0;
}
