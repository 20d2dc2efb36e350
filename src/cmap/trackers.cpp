// SPDX-License-Identifier: BSD-3-Clause
#include "cmap/trackers.hpp"

#include "cmap/wire.hpp"
#include "core/clock.hpp"
#include "core/reason.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace corosync::cmap {
namespace {

constexpr std::size_t kFirstSize = 8;
constexpr int kConfirmMs = 100;

} // namespace

Trackers::~Trackers()
{
    free(entries_);
}

int Trackers::add(cmap_notify_fn_t notify, void* user_data, std::uint64_t& cookie)
{
    if (!mutex_.lock())
        return -ENOTCONN;
    const LockGuard guard(mutex_);
    std::size_t index = 0;
    while (index < size_ && entries_[index].cookie != 0)
        ++index;
    if (index == size_ && !grow())
        return -ENOMEM;
    if (++serial_ == 0)
        serial_ = 1;
    cookie = (static_cast<std::uint64_t>(serial_) << 32) | index;
    entries_[index] = {cookie, false, {notify, user_data, 0}};
    return 0;
}

void Trackers::confirm(std::uint64_t cookie, cmap_track_handle_t handle)
{
    if (!mutex_.lock())
        return;
    const LockGuard guard(mutex_);
    Entry* entry = entry_of(cookie);
    if (entry == nullptr)
        return;
    entry->tracker.handle = handle;
    entry->confirmed = true;
    changed_.notify_all();
}

void Trackers::remove(std::uint64_t cookie)
{
    if (!mutex_.lock())
        return;
    const LockGuard guard(mutex_);
    if (Entry* entry = entry_of(cookie); entry != nullptr)
        entry->cookie = 0;
    changed_.notify_all();
}

int Trackers::find(std::uint64_t cookie, Tracker& tracker)
{
    const std::int64_t end = now_ms() + kConfirmMs;
    for (;;) {
        const auto left = static_cast<int>(end - now_ms());
        std::uint32_t seen = 0;
        {
            if (!mutex_.lock())
                return -ENOTCONN;
            const LockGuard guard(mutex_);
            const Entry* entry = entry_of(cookie);
            if (entry == nullptr)
                return 0;
            // The daemon replies before it sends an event, so the thread that sent the request will call confirm()
            // soon. The limit is for a daemon that does not reply.
            if (entry->confirmed || left <= 0) {
                tracker = entry->tracker;
                return 1;
            }
            seen = changed_.epoch();
        }
        changed_.wait(seen, left);
    }
}

int Trackers::deliver(cmap_handle_t handle, std::byte* event, std::size_t size, const std::atomic<bool>& closing)
{
    const View view(event, size);
    ReplyHeader header;
    if (!read_header(view, header))
        return explain_malformed("event", view);
    if (header.id != kNotify)
        return 0; // an event that only newer daemons have
    NotifyEvent notify;
    if (!view.read(notify) || length_of(notify.key) < 0 || view.bytes(sizeof notify, notify.new_length) == nullptr ||
        view.bytes(sizeof notify + notify.new_length, notify.old_length) == nullptr)
        return explain_malformed("event", view);

    Tracker tracker;
    if (const int rc = find(notify.cookie, tracker); rc <= 0)
        return rc;

    // Programs read numbers through these pointers, so move the old value up to its alignment. The buffer has room for
    // that.
    std::byte* new_data = event + sizeof notify;
    const auto new_length = static_cast<std::size_t>(notify.new_length);
    const auto old_length = static_cast<std::size_t>(notify.old_length);
    std::byte* old_data = new_data + (new_length + 7) / 8 * 8;
    std::memmove(old_data, new_data + new_length, old_length);
    const char* key = reinterpret_cast<const char*>(event + offsetof(NotifyEvent, key) + offsetof(Name, value));
    const cmap_notify_value new_value{static_cast<cmap_value_types_t>(notify.new_type), new_length, new_data};
    const cmap_notify_value old_value{static_cast<cmap_value_types_t>(notify.old_type), old_length, old_data};
    if (!closing.load(std::memory_order_acquire))
        tracker.notify(handle, tracker.handle, notify.event, key, new_value, old_value, tracker.user_data);
    return 0;
}

Trackers::Entry* Trackers::entry_of(std::uint64_t cookie)
{
    const auto index = static_cast<std::uint32_t>(cookie);
    return cookie != 0 && index < size_ && entries_[index].cookie == cookie ? &entries_[index] : nullptr;
}

bool Trackers::grow()
{
    const std::size_t larger = size_ == 0 ? kFirstSize : size_ * 2;
    if (larger > UINT32_MAX) // a cookie has 32 bits for the index
        return false;
    auto* entries = static_cast<Entry*>(realloc(entries_, larger * sizeof(Entry)));
    if (entries == nullptr)
        return false;
    for (std::size_t index = size_; index < larger; ++index)
        entries[index] = {};
    entries_ = entries;
    size_ = larger;
    return true;
}

} // namespace corosync::cmap
