// SPDX-License-Identifier: BSD-3-Clause
// Trackers: which events they get, and what the events say.
#include "cmap_scene.hpp"

namespace {

using namespace conformance;

cs_error_t deliver(cmap_handle_t cmap)
{
    return cmap_dispatch(cmap, CS_DISPATCH_ALL);
}

// All that can happen to a key.
void live_and_die(cmap_handle_t cmap, const char* key)
{
    cmap_set_uint8(cmap, key, 1);
    cmap_set_uint8(cmap, key, 1);
    cmap_set_uint8(cmap, key, 2);
    cmap_delete(cmap, key);
}

const Group kEvents("cmap.event", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    Watch watch(cmap, "event.key", kEverything);
    const auto note = [&](const char* name, const std::function<cs_error_t()>& act) {
        at(name) << act() << deliver(cmap) << watch.take();
    };
    const auto set = [&](const std::string& bytes, int type) {
        return [&cmap, bytes, type] { return set_bytes(cmap, "event.key", bytes, type); };
    };
    note("add", [&] { return cmap_set_uint32(cmap, "event.key", 1); });
    note("same", [&] { return cmap_set_uint32(cmap, "event.key", 1); });
    note("change", [&] { return cmap_set_uint32(cmap, "event.key", 2); });
    note("type", [&] { return cmap_set_int32(cmap, "event.key", 2); });
    note("shorter", [&] { return cmap_set_int8(cmap, "event.key", 2); });
    note("inc", [&] { return cmap_inc(cmap, "event.key"); });
    note("dec", [&] { return cmap_dec(cmap, "event.key"); });
    note("text", [&] { return cmap_set_string(cmap, "event.key", "some text"); });
    note("failed_inc", [&] { return cmap_inc(cmap, "event.key"); });
    note("empty_text", [&] { return cmap_set_string(cmap, "event.key", ""); });
    note("empty", set("", CMAP_VALUETYPE_BINARY));
    note("delete_empty", [&] { return cmap_delete(cmap, "event.key"); });
    note("delete_again", [&] { return cmap_delete(cmap, "event.key"); });
    note("add_empty", set("", CMAP_VALUETYPE_BINARY));
    note("large", set(std::string(16384, 'l'), CMAP_VALUETYPE_BINARY));
    note("nearly_as_large", set(std::string(16383, 'm'), CMAP_VALUETYPE_BINARY));
    note("large_text", set(std::string(16384, 't'), CMAP_VALUETYPE_STRING));
    note("type_13", set("", 13));
    note("delete", [&] { return cmap_delete(cmap, "event.key"); });
});

const Group kKeys("cmap.tracked_key", [](Transcript& at, test::Daemon&) {
    const auto note = [&](const std::string& name, const char* tracked, std::int32_t flags,
                          std::initializer_list<const char*> changed) {
        const Cmap cmap;
        Watch watch(cmap);
        auto line = at(name);
        line << watch.add(tracked, flags);
        for (const char* key : changed)
            cmap_set_uint8(cmap, key, 1);
        line << deliver(cmap) << watch.take();
        for (const char* key : changed)
            cmap_delete(cmap, key);
    };
    note("exact", "ttrk.a", kEverything, {"ttrk.a", "ttrk.ab", "ttrk"});
    note("prefix", "tpp", kEverything | CMAP_TRACK_PREFIX, {"tpp", "tppx", "tpp.a", "tp.a"});
    note("prefix_with_dot", "tflg.", kEverything | CMAP_TRACK_PREFIX, {"tflg.a", "tflgx"});
    note("null", nullptr, kEverything, {"any.key"});
    note("null_prefix", nullptr, kEverything | CMAP_TRACK_PREFIX, {"any.key", "other"});
    note("empty", "", kEverything, {"any.key"});
    note("empty_prefix", "", kEverything | CMAP_TRACK_PREFIX, {"any.key", "other"});
    note("illegal", "a b", kEverything, {"any.key"});
    note("short", "a", kEverything, {"any.key"});
    note("short_prefix", "a", kEverything | CMAP_TRACK_PREFIX, {"any.key"});
    const std::string longest(CMAP_KEYNAME_MAXLEN, 'l');
    note("longest", longest.c_str(), kEverything, {longest.c_str()});
});

const Group kFlags("cmap.track_flags", [](Transcript& at, test::Daemon&) {
    for (std::int32_t flags = 0; flags < 16; ++flags) {
        const Cmap cmap;
        Watch watch(cmap);
        auto line = at(std::to_string(flags));
        line << watch.add("flags.key", flags);
        live_and_die(cmap, "flags.key");
        line << deliver(cmap) << watch.take();
    }
    const Cmap cmap;
    for (const std::int32_t flags : {16, 17, 64, -1, 0x10000000, INT32_MIN}) {
        cmap_track_handle_t tracker = 4711;
        at(std::to_string(flags)) << cmap_track_add(cmap, "flags.key", flags, ignore_event, nullptr, &tracker)
                                  << tracker;
    }
});

const Group kTrackers("cmap.trackers", [](Transcript& at, test::Daemon&) {
    Cmap cmap;
    Cmap other;
    Watch first(cmap, "shared.key", kEverything);
    Watch second(cmap, "shared.key", kEverything);
    Watch theirs(other, "shared.key", kEverything);
    change("shared.key", 2);
    at("another_handle") << deliver(other) << first.take() << theirs.take();
    at("both") << deliver(cmap) << first.take() << second.take();
    at("same_handle") << cmap_set_uint8(cmap, "shared.key", 1) << deliver(cmap) << first.take();
    second.take();
    theirs.take();

    at("delete") << first.remove() << first.remove();
    at("delete.none") << cmap_track_delete(cmap, 0) << cmap_track_delete(cmap, ~cmap_track_handle_t{0});
    at("delete.foreign") << cmap_track_delete(cmap, theirs.tracker());
    at("delete.wildcard") << cmap_track_delete(cmap, second.tracker() | (~cmap_track_handle_t{0} << 32));
    change("shared.key", 1);
    at("after_delete") << deliver(cmap) << first.take() << second.take();
    at("after_finalize") << cmap.finalize() << deliver(other) << theirs.take();
});

const Group kDeleted("cmap.deleted_tracker", [](Transcript& at, test::Daemon&) {
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ALL, CS_DISPATCH_ONE_NONBLOCKING}) {
        const Cmap cmap;
        Watch watch(cmap, "deleted.key", kEverything);
        change("deleted.key", 2);
        const std::string name = "dispatch_" + std::to_string(flag);
        at(name) << watch.remove() << readiness(cmap.fd()) << cmap_dispatch(cmap, flag);
        at(name + ".events") << watch.take() << readiness(cmap.fd());
        at(name + ".again") << cmap_dispatch(cmap, flag == CS_DISPATCH_ONE ? CS_DISPATCH_ONE_NONBLOCKING : flag);
        at(name + ".empty") << cmap_dispatch(cmap, CS_DISPATCH_ALL) << readiness(cmap.fd());
        cmap_delete(cmap, "deleted.key");
    }
    const Cmap cmap;
    Watch watch(cmap, "deleted.key", kEverything);
    Watch live(cmap, "living.key", kEverything);
    change("deleted.key", 1);
    change("living.key", 1);
    at("before_a_living_one") << watch.remove() << deliver(cmap) << live.take();
});

// An event that the daemon itself causes.
const Group kCounters("cmap.counter_event", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    Watch watch(cmap, "runtime.services.cmap", kEverything | CMAP_TRACK_PREFIX);
    at("set") << cmap_set_uint64(cmap, "totem.config_version", 1) << test::readable(cmap.fd(), test::kPatience);
    const cs_error_t error = deliver(cmap);
    const std::string events = watch.take();
    at("told") << error << events.substr(0, events.find('(')) << events.ends_with(",0:\"\")");
});

} // namespace
