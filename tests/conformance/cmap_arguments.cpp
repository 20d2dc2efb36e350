// SPDX-License-Identifier: BSD-3-Clause
// Handles and pointers that are not valid, and which of several wrong arguments is noticed first.
#include "cmap_scene.hpp"
#include "integration/cmap_calls.hpp"

namespace {

using namespace conformance;
using test::kNoHandle;

constexpr char kKey[] = "arguments.key";
const std::string kLongest(CMAP_KEYNAME_MAXLEN, 'x');
const std::string kTooLong(CMAP_KEYNAME_MAXLEN + 1, 'x');

const Group kHandles("cmap.handle", [](Transcript& at, test::Daemon&) {
    const cmap_handle_t stale = stale_handle<Cmap>();
    const Cmap cmap;
    const cmap_handle_t live = cmap;
    const cmap_handle_t reused = stale; // a handle that has the slot of the stale one
    for (const auto& [name, kind, call] : test::cmap_calls()) {
        auto line = at(name);
        for (const cmap_handle_t handle :
             {kNoHandle, cmap_handle_t{1}, cmap_handle_t{0xdeadbeef}, ~cmap_handle_t{0}, cmap_handle_t{0x80000000},
              cmap_handle_t{0xffffffff}, live ^ (cmap_handle_t{1} << 40), live + 1, reused})
            line << call(handle);
    }
    at("live") << cmap_get(cmap, "totem.version", nullptr, nullptr, nullptr);
});

// The reference took any check word of all ones for the right one.
const Group kWildcard("cmap.wildcard", [](Transcript& at, test::Daemon&) {
    Cmap cmap;
    const cmap_handle_t wildcard = cmap | (~cmap_handle_t{0} << 32);
    int fd = -1;
    at("fd_get") << cmap_fd_get(wildcard, &fd);
    at("set") << cmap_set_uint8(wildcard, kKey, 1);
    at("dispatch") << cmap_dispatch(wildcard, CS_DISPATCH_ALL);
    at("finalize") << cmap_finalize(wildcard);
    at("then_finalize") << cmap.finalize();
});

// NULL as an argument whose memory is read or written.
const Group kNull("cmap.null", [](Transcript& at, test::Daemon&) {
    at.all_apart({
        {"initialize.handle", [](Line& line) { line << cmap_initialize(nullptr); }},
        {"initialize_map.handle", [](Line& line) { line << cmap_initialize_map(nullptr, CMAP_MAP_ICMAP); }},
        {"fd_get.fd", [](Line& line) { line << cmap_fd_get(Cmap(), nullptr); }},
        {"context_get.context", [](Line& line) { line << cmap_context_get(Cmap(), nullptr); }},
        {"get_uint8.value.found",
         [](Line& line) {
             const Cmap cmap;
             line << cmap_set_uint8(cmap, "null.uint8", 1) << cmap_get_uint8(cmap, "null.uint8", nullptr);
         }},
        {"get_double.value.found",
         [](Line& line) {
             const Cmap cmap;
             line << cmap_set_double(cmap, "null.double", 1) << cmap_get_double(cmap, "null.double", nullptr);
         }},
        {"get_string.string.found", [](Line& line) { line << cmap_get_string(Cmap(), "totem.cluster_name", nullptr); }},
    });
});

const Group kHarmlessNull("cmap.harmless_null", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    at("set.key") << cmap_set(cmap, nullptr, "x", 1, CMAP_VALUETYPE_INT8);
    at("set.value") << cmap_set(cmap, kKey, nullptr, 1, CMAP_VALUETYPE_INT8);
    at("set.value_of_length_0") << cmap_set(cmap, kKey, nullptr, 0, CMAP_VALUETYPE_BINARY);
    at("set_uint32.key") << cmap_set_uint32(cmap, nullptr, 1);
    at("set_string.key") << cmap_set_string(cmap, nullptr, "x");
    at("set_string.value") << cmap_set_string(cmap, kKey, nullptr);
    at("delete.key") << cmap_delete(cmap, nullptr);
    at("inc.key") << cmap_inc(cmap, nullptr);
    at("dec.key") << cmap_dec(cmap, nullptr);
    at("get.key") << cmap_get(cmap, nullptr, nullptr, nullptr, nullptr);
    at("get_uint32.key") << cmap_get_uint32(cmap, nullptr, nullptr);
    at("get_string.key") << cmap_get_string(cmap, nullptr, nullptr);
    char byte = 0;
    at("get.length") << cmap_get(cmap, "totem.version", &byte, nullptr, nullptr);
    cmap_iter_handle_t iterator = 0;
    at("iter_init.iterator") << cmap_iter_init(cmap, nullptr, nullptr);
    at("iter_next.key") << cmap_iter_init(cmap, nullptr, &iterator)
                        << cmap_iter_next(cmap, iterator, nullptr, nullptr, nullptr);
    cmap_track_handle_t tracker = 0;
    at("track_add.tracker") << cmap_track_add(cmap, kKey, CMAP_TRACK_ADD, ignore_event, nullptr, nullptr);
    at("track_add.function") << cmap_track_add(cmap, kKey, CMAP_TRACK_ADD, nullptr, nullptr, &tracker);
});

// A handle that never was open, with other wrong arguments in turn.
const Group kOrder("cmap.order", [](Transcript& at, test::Daemon&) {
    constexpr cmap_handle_t bad = kNoHandle;
    const char* const long_key = kTooLong.c_str();
    char byte = 0;
    std::size_t length = 1;
    at("set.key") << cmap_set(bad, nullptr, "x", 1, CMAP_VALUETYPE_INT8);
    at("set.value") << cmap_set(bad, kKey, nullptr, 1, CMAP_VALUETYPE_INT8);
    at("set.long_key") << cmap_set(bad, long_key, "x", 1, CMAP_VALUETYPE_INT8);
    at("set.long_key_and_no_value") << cmap_set(bad, long_key, nullptr, 1, CMAP_VALUETYPE_INT8);
    at("set.longest_key") << cmap_set(bad, kLongest.c_str(), "x", 1, CMAP_VALUETYPE_INT8);
    at("set_uint8.long_key") << cmap_set_uint8(bad, long_key, 1);
    at("set_string.value") << cmap_set_string(bad, kKey, nullptr);
    at("set_string.value_and_long_key") << cmap_set_string(bad, long_key, nullptr);
    at("set_string.long_key") << cmap_set_string(bad, long_key, "x");
    at("delete.key") << cmap_delete(bad, nullptr);
    at("delete.long_key") << cmap_delete(bad, long_key);
    at("inc.long_key") << cmap_inc(bad, long_key);
    at("dec.key") << cmap_dec(bad, nullptr);
    at("get.key") << cmap_get(bad, nullptr, &byte, &length, nullptr);
    at("get.long_key") << cmap_get(bad, long_key, &byte, &length, nullptr);
    at("get.length") << cmap_get(bad, kKey, &byte, nullptr, nullptr);
    at("get.long_key_and_no_length") << cmap_get(bad, long_key, &byte, nullptr, nullptr);
    at("get_uint8.value") << cmap_get_uint8(bad, kKey, nullptr);
    at("get_uint8.long_key") << cmap_get_uint8(bad, long_key, nullptr);
    at("get_string.string") << cmap_get_string(bad, kKey, nullptr);
    at("get_string.key") << cmap_get_string(bad, nullptr, nullptr);
    cmap_iter_handle_t iterator = 0;
    at("iter_init.iterator") << cmap_iter_init(bad, kKey, nullptr);
    at("iter_init.long_prefix") << cmap_iter_init(bad, long_key, &iterator);
    at("iter_next.key") << cmap_iter_next(bad, 1, nullptr, nullptr, nullptr);
    cmap_track_handle_t tracker = 0;
    at("track_add.tracker") << cmap_track_add(bad, kKey, 0, ignore_event, nullptr, nullptr);
    at("track_add.function") << cmap_track_add(bad, kKey, 0, nullptr, nullptr, &tracker);
    at("track_add.long_key") << cmap_track_add(bad, long_key, 0, ignore_event, nullptr, &tracker);
    at("track_add.flags") << cmap_track_add(bad, kKey, 16, ignore_event, nullptr, &tracker);
    at.apart("fd_get.fd", [](Line& line) { line << cmap_fd_get(bad, nullptr); });
    at.apart("context_get.context", [](Line& line) { line << cmap_context_get(bad, nullptr); });
});

} // namespace
