// SPDX-License-Identifier: BSD-3-Clause
// A daemon whose replies and events are malformed. The reference reads much of this from uninitialized memory, so the
// transcript has only what is the same in each run.
#include "cmap_scene.hpp"
#include "faults/cmap_messages.hpp"
#include "support/fake_daemon.hpp"

#include <algorithm>
#include <climits>

namespace {

using namespace conformance;
using test::Bytes;
using test::event;
using test::FakeDaemon;
using test::Notification;
using test::Steps;

constexpr char kKey[] = "some.key";

FakeDaemon fake_daemon()
{
    return FakeDaemon({.service = "cmap", .answer = test::CmapAnswers{}});
}

// A malformed event, and a good one after it: what each dispatch returns, and how many callbacks it made.
const Group kEvents("cmap.strange_event", [](Transcript& at) {
    FakeDaemon daemon = fake_daemon();
    const auto note = [&](const std::string& name, cs_dispatch_flags_t type,
                          const std::function<Bytes(test::Cookie)>& strange) {
        at.apart(name, [&](Line& line) {
            const Cmap cmap;
            std::size_t calls = 0;
            cmap_track_handle_t tracker = 0;
            const auto count = [](cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value,
                                  cmap_notify_value, void* counter) { ++*static_cast<std::size_t*>(counter); };
            cmap_track_add(cmap, kKey, kEverything, count, &calls, &tracker);
            const auto cookie = test::cookie_in(daemon.last_request());
            daemon.now({event(strange(cookie)), event(Notification(cookie, 1).bytes())});
            line << cmap_dispatch(cmap, type) << calls << readiness(cmap.fd());
            line << cmap_dispatch(cmap, type) << calls << readiness(cmap.fd());
            line << cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING) << calls << ask(cmap);
        });
    };
    for (const auto type : {CS_DISPATCH_ONE, CS_DISPATCH_ALL, CS_DISPATCH_ONE_NONBLOCKING}) {
        const std::string name = "." + std::to_string(type);
        note("unknown" + name, type, [](test::Cookie) { return test::message(1000, "12345678"); });
        note("bare_unknown" + name, type, [](test::Cookie) { return test::message(10, {}); });
        note("unknown_tracker" + name, type, [](test::Cookie cookie) { return Notification(cookie + 1, 7).bytes(); });
        note("good" + name, type, [](test::Cookie cookie) { return Notification(cookie, 7).bytes(); });
    }
    const auto cut = [](std::size_t length) {
        return [=](test::Cookie cookie) { return Notification(cookie, 7).bytes().substr(0, length); };
    };
    note("cut_to_16", CS_DISPATCH_ONE, cut(16));
    note("without_last_byte", CS_DISPATCH_ONE, cut(Notification(0, 7).bytes().size() - 1));
    const auto lengths = [](std::uint64_t now, std::uint64_t before) {
        return [=](test::Cookie cookie) {
            Notification bent(cookie, "12345678");
            bent.fields.new_length = now;
            bent.fields.old_length = before;
            return bent.bytes();
        };
    };
    note("new_length_beyond_the_end", CS_DISPATCH_ONE, lengths(9, 0));
    note("old_length_beyond_the_end", CS_DISPATCH_ONE, lengths(4, 5));
    note("endless_length", CS_DISPATCH_ONE, lengths(UINT64_MAX, 9));
    note("endless_key", CS_DISPATCH_ONE, [](test::Cookie cookie) {
        Notification bent(cookie, 7);
        std::fill(std::begin(bent.fields.key.value), std::end(bent.fields.key.value), 'x');
        return bent.bytes();
    });
    at.apart("tracker_of_another_handle", [&](Line& line) {
        const Cmap other;
        const Watch watch(other, kKey, kEverything);
        const auto cookie = test::cookie_in(daemon.last_request());
        const Cmap cmap;
        daemon.now({event(Notification(cookie, 1).bytes())});
        line << cmap_dispatch(cmap, CS_DISPATCH_ALL) << watch.count();
    });
    note("longer_than_it_needs", CS_DISPATCH_ONE,
         [](test::Cookie cookie) { return Notification(cookie, 7).bytes() + "more"; });
});

// In the event, the old value comes directly after the new one.
const Group kAlignment("cmap.alignment", [](Transcript& at) {
    FakeDaemon daemon = fake_daemon();
    const Cmap cmap;
    bool aligned = true;
    cmap_track_handle_t tracker = 0;
    const auto look = [](cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value now,
                         cmap_notify_value before, void* result) {
        for (const void* data : {now.data, before.data})
            if (reinterpret_cast<std::uintptr_t>(data) % 8 != 0)
                *static_cast<bool*>(result) = false;
    };
    cmap_track_add(cmap, kKey, kEverything, look, &aligned, &tracker);
    const auto cookie = test::cookie_in(daemon.last_request());
    for (std::size_t length = 1; length <= 8; ++length)
        daemon.now({event(Notification(cookie, Bytes(length, 'n'), Bytes(8, 'o')).bytes())});
    at("values") << cmap_dispatch(cmap, CS_DISPATCH_ALL) << aligned;
});

// Malformed replies to a request whose reply is a header alone: what the call returns, and what the next one does.
const Group kReplies("cmap.strange_reply", [](Transcript& at) {
    FakeDaemon daemon = fake_daemon();
    constexpr auto kSet = test::wire::kSet;
    const auto note = [&](const std::string& name, const Steps& reaction) {
        at.apart(name, [&](Line& line) {
            const Cmap cmap;
            daemon.on_next_request(reaction);
            line << cmap_set_uint8(cmap, kKey, 1);
            daemon.requests(); // it has handled all that it was told
            line << ask(cmap);
        });
    };
    for (const int error : {1, 2, 6, 7, 12, 22, 26, 28, 100, 0, 29, 31, 99, 101, -1, INT_MAX})
        note("error_" + std::to_string(error), {test::reply(test::error_reply(kSet, error))});
    note("bare_with_id_0", {test::reply(test::error_reply(0, 7))});
    note("hang_up", {test::hang_up()});
    note("surplus", {test::reply(test::message(kSet, {})), test::reply(test::error_reply(kSet, 12))});
    note("event_first", {test::event(test::message(1000, {})), test::reply(test::message(kSet, {}))});
});

// What a reply says about a value or a key must be in the reply.
const Group kLies("cmap.lying_reply", [](Transcript& at) {
    FakeDaemon daemon = fake_daemon();
    at.apart("get.of_another_kind", [&](Line& line) {
        const Cmap cmap;
        daemon.on_next_request({test::reply(test::error_reply(test::wire::kDelete, CS_ERR_NOT_EXIST))});
        line << got(cmap, kKey) << ask(cmap);
    });
    at.apart("iter_next.endless_key", [&](Line& line) {
        const Cmap cmap;
        cmap_iter_handle_t iterator = 0;
        cmap_iter_init(cmap, nullptr, &iterator);
        test::wire::IterNextReply answer{};
        answer.header = {test::wire::kIterNext, sizeof answer, CS_OK};
        answer.key.length = 0xffff;
        std::fill(std::begin(answer.key.value), std::end(answer.key.value), 'x');
        daemon.on_next_request({test::reply(test::as_bytes(answer))});
        struct {
            char key[CMAP_KEYNAME_MAXLEN + 1];
            char behind[70000];
        } room{};
        line << cmap_iter_next(cmap, iterator, room.key, nullptr, nullptr);
        line << std::any_of(std::begin(room.behind), std::end(room.behind), [](char byte) { return byte != '\0'; });
    });
    at.apart("iter_next.key", [&](Line& line) {
        const Cmap cmap;
        cmap_iter_handle_t iterator = 0;
        cmap_iter_init(cmap, nullptr, &iterator);
        test::wire::IterNextReply answer{};
        answer.header = {test::wire::kIterNext, sizeof answer, CS_OK};
        answer.key.length = 3;
        std::fill_n(answer.key.value, 3, 'k');
        daemon.on_next_request({test::reply(test::as_bytes(answer))});
        char key[CMAP_KEYNAME_MAXLEN + 1] = "";
        line << cmap_iter_next(cmap, iterator, key, nullptr, nullptr) << key;
    });
    at.apart("track_add.error", [&](Line& line) {
        const Cmap cmap;
        cmap_track_handle_t tracker = 4711;
        daemon.on_next_request({test::reply(test::error_reply(test::wire::kTrackAdd, CS_ERR_NO_MEMORY))});
        line << cmap_track_add(cmap, kKey, kEverything, ignore_event, nullptr, &tracker) << tracker;
    });
    at.apart("initialize_map.error", [&](Line& line) {
        daemon.on_next_request({test::reply(test::error_reply(test::wire::kSetCurrentMapReply, CS_ERR_BUSY))});
        const Since before;
        cmap_handle_t handle = test::kUntouched;
        line << cmap_initialize_map(&handle, CMAP_MAP_STATS) << (handle == test::kUntouched) << before.held();
    });
});

// The reference makes two requests for a string, the first one for its length. The string may be deleted between them.
const Group kChangingString("cmap.changing_string", [](Transcript& at) {
    int requests = 0;
    FakeDaemon daemon({.service = "cmap", .answer = [&](const Bytes& request) {
                           return ++requests == 1 ? test::get_reply(request, Bytes("text\0", 5), CMAP_VALUETYPE_STRING)
                                                  : test::error_reply(test::wire::kGet, CS_ERR_NOT_EXIST);
                       }});
    const Cmap cmap;
    char before = 'b';
    char* text = &before;
    const cs_error_t error = cmap_get_string(cmap, kKey, &text);
    at("deleted") << error << (text == &before ? "untouched" : error == CS_OK ? quoted(text) : "dangling");
});

} // namespace
