// cmap's notifications, and the table of trackers behind them. The cookie in the input decides between a tracker that
// exists, the first that a table gives, and none.
#include "cmap/trackers.hpp"
#include "event.hpp"

namespace {

void notify(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char* key, cmap_notify_value new_value,
            cmap_notify_value old_value, void*)
{
    fuzz::sink = fuzz::touch(key, std::strlen(key)) + fuzz::touch(new_value.data, new_value.len) +
                 fuzz::touch(old_value.data, old_value.len);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    corosync::cmap::Trackers trackers;
    trackers.confirm(trackers.add(notify, nullptr), 1);
    fuzz::with_event(data, size, [&](std::byte* event) { trackers.deliver(1, event, size); });
    return 0;
}
