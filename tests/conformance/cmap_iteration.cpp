// SPDX-License-Identifier: BSD-3-Clause
// Iterators, and what failed calls leave behind.
#include "cmap_scene.hpp"

namespace {

using namespace conformance;

void fill(cmap_handle_t cmap)
{
    for (const char* key : {"titer.a", "titer.b", "titer.c", "titer.d", "titerx"})
        cmap_set_uint16(cmap, key, 1);
}

// cmap_iter_next with all that it returns.
std::string next(cmap_handle_t cmap, cmap_iter_handle_t iterator)
{
    char key[CMAP_KEYNAME_MAXLEN + 1] = "untouched";
    std::size_t length = 4711;
    cmap_value_types_t type{};
    const cs_error_t error = cmap_iter_next(cmap, iterator, key, &length, &type);
    return std::to_string(error) + " " + key + " length " + std::to_string(length) + " type " + std::to_string(type);
}

const Group kIterators("cmap.iterator", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    fill(cmap);
    cmap_iter_handle_t iterator = 0;
    at("init") << cmap_iter_init(cmap, "titer.", &iterator);
    for (int count = 1; count <= 6; ++count)
        at("next_" + std::to_string(count)) << next(cmap, iterator);
    at("finalize") << cmap_iter_finalize(cmap, iterator);
    at("after") << next(cmap, iterator) << cmap_iter_finalize(cmap, iterator);
    for (const char* prefix : {"titer", "titerx", "tite", "titer.a", "titer.ab", "totem.v"})
        at(std::string("prefix.") + prefix) << keys(cmap, prefix);
    for (const char* prefix : {"no.such.prefix", "a b", "\x80", "z", "zz"})
        at("prefix." + quoted(prefix)) << keys(cmap, prefix);
    at("prefix.none_is_all") << (keys(cmap, nullptr) == keys(cmap, ""));

    cmap_iter_handle_t first = 0;
    cmap_iter_handle_t second = 0;
    cmap_iter_init(cmap, "titer.", &first);
    cmap_iter_init(cmap, "titerx", &second);
    at("two.first") << next(cmap, first);
    at("two.second") << next(cmap, second);
    at("two.first_again") << next(cmap, first);
    const Cmap other;
    at("foreign") << next(other, first) << cmap_iter_finalize(other, first);
    at("none") << next(cmap, 0) << cmap_iter_finalize(cmap, 0);
    char key[CMAP_KEYNAME_MAXLEN + 1] = "untouched";
    at("key_only") << cmap_iter_next(cmap, first, key, nullptr, nullptr) << key;

    cmap_iter_handle_t wildcard = first | (~cmap_iter_handle_t{0} << 32);
    at("wildcard") << next(cmap, wildcard) << cmap_iter_finalize(cmap, wildcard);
});

const Group kChanges("cmap.iterator_and_changes", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    char key[CMAP_KEYNAME_MAXLEN + 1];
    cmap_iter_handle_t iterator = 0;
    fill(cmap);
    cmap_iter_init(cmap, "titer", &iterator);
    {
        auto line = at("delete_each");
        while (cmap_iter_next(cmap, iterator, key, nullptr, nullptr) == CS_OK)
            line << key << cmap_delete(cmap, key);
    }
    fill(cmap);
    cmap_iter_init(cmap, "titer", &iterator);
    for (const char* gone : {"titer.a", "titer.b", "titer.c", "titer.d", "titerx"})
        cmap_delete(cmap, gone);
    at("delete_all") << next(cmap, iterator);

    fill(cmap);
    cmap_iter_init(cmap, "titer", &iterator);
    at("insert.first") << next(cmap, iterator);
    cmap_set_uint8(cmap, "titer.bb", 1);
    cmap_delete(cmap, "titer.c");
    for (int count = 2; count <= 6; ++count)
        at("insert.next_" + std::to_string(count)) << next(cmap, iterator);
});

// Calls that fail, and then finalize. On the reference, failed calls kept the connection open.
const Group kLeaks("cmap.leak", [](Transcript& at, test::Daemon&) {
    const std::string too_long(CMAP_KEYNAME_MAXLEN + 1, 'x');
    const auto note = [&](const char* name, const std::function<void(Line&, cmap_handle_t)>& fail) {
        at.apart(name, [&](Line& line) {
            const Since before;
            Cmap cmap;
            fail(line, cmap);
            line << cmap.finalize() << before.held();
        });
    };
    note("nothing", [](Line&, cmap_handle_t) {});
    note("iter_init", [&](Line& line, cmap_handle_t cmap) {
        cmap_iter_handle_t iterator = 4711;
        line << cmap_iter_init(cmap, too_long.c_str(), &iterator) << iterator;
    });
    note("track_add", [&](Line& line, cmap_handle_t cmap) {
        cmap_track_handle_t tracker = 4711;
        line << cmap_track_add(cmap, too_long.c_str(), kEverything, ignore_event, nullptr, &tracker) << tracker;
    });
    note("track_add.flags", [&](Line& line, cmap_handle_t cmap) {
        cmap_track_handle_t tracker = 4711;
        line << cmap_track_add(cmap, "leak.key", 16, ignore_event, nullptr, &tracker) << tracker;
    });
    note("set", [&](Line& line, cmap_handle_t cmap) { line << cmap_set_uint8(cmap, too_long.c_str(), 1); });
    note("get", [&](Line& line, cmap_handle_t cmap) { line << got(cmap, too_long.c_str()); });
    note("open_iterator_and_tracker", [&](Line& line, cmap_handle_t cmap) {
        cmap_iter_handle_t iterator = 0;
        cmap_track_handle_t tracker = 0;
        line << cmap_iter_init(cmap, nullptr, &iterator)
             << cmap_track_add(cmap, "leak.key", kEverything, ignore_event, nullptr, &tracker);
    });
});

} // namespace
