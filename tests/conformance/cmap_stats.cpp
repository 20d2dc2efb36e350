// SPDX-License-Identifier: BSD-3-Clause
// The map of statistics. Its values change, so for most of them the transcript has only the type and the length.
#include "cmap_scene.hpp"

#include <thread>

#include <unistd.h>

namespace {

using namespace conformance;

constexpr char kCounter[] = "stats.srp.mcast_tx";

class Stats : public Cmap {
public:
    Stats() : Cmap(CMAP_MAP_STATS) {}
};

const Group kChanging("cmap.stats.change", [](Transcript& at, test::Daemon&) {
    const Stats stats;
    for (const char* key :
         {"stats.foreign", "totem.version", "stats.clear", "a b", "x", kCounter, "stats.clear.nope", "stats.clear.knet",
          "stats.clear.ipc", "stats.clear.totem", "stats.clear.schedmiss", "stats.clear.all", "stats.clear.allx!"})
        at(key) << cmap_set_uint8(stats, key, 1) << cmap_set_string(stats, key, "any") << cmap_delete(stats, key)
                << cmap_inc(stats, key) << cmap_dec(stats, key);
    at("bad_length") << set_bytes(stats, "stats.clear.all", "xx", CMAP_VALUETYPE_INT8);
    at("get_of_clear") << cmap_get(stats, "stats.clear.all", nullptr, nullptr, nullptr);
    at("long_key") << cmap_set_uint8(stats, std::string(256, 's').c_str(), 1);
});

// If there was less room than the value needs, the reference wrote it all the same.
const Group kRoom("cmap.stats.room", [](Transcript& at, test::Daemon&) {
    for (std::size_t room = 0; room <= 9; ++room)
        at.apart((room < 8 ? "too_small." : "enough.") + std::to_string(room), [=](Line& line) {
            const std::string answer = got(Stats(), kCounter, room);
            line << answer.substr(0, answer.find(" \"")) << (answer.ends_with("overwritten") ? "overwritten" : "kept");
        });
    const Stats stats;
    std::size_t length = 0;
    cmap_value_types_t type{};
    at("length") << cmap_get(stats, kCounter, nullptr, &length, &type) << length << type;
    at("existence") << cmap_get(stats, kCounter, nullptr, nullptr, nullptr);
    at("missing") << cmap_get(stats, "stats.none", nullptr, &length, &type);
    std::uint64_t large = 0;
    std::uint32_t number = 4711;
    char* text = nullptr;
    at("as_uint64") << cmap_get_uint64(stats, kCounter, &large);
    at("as_uint32") << cmap_get_uint32(stats, kCounter, &number) << number;
    at("as_string") << cmap_get_string(stats, kCounter, &text) << (text == nullptr);
});

const Group kIterating("cmap.stats.iterate", [](Transcript& at, test::Daemon&) {
    const Stats stats;
    for (const char* prefix : {"stats.pg.", "stats.srp.", "stats.ipcs.global.", "stats.knet.handle."})
        at(prefix) << keys(stats, prefix);
    at("none") << keys(stats, "totem.");
    cmap_iter_handle_t iterator = 0;
    cmap_iter_init(stats, "stats.", &iterator);
    char key[CMAP_KEYNAME_MAXLEN + 1];
    std::size_t told = 0;
    cmap_value_types_t type{};
    bool same = true;
    while (cmap_iter_next(stats, iterator, key, &told, &type) == CS_OK) {
        std::string room(1000, '\0');
        std::size_t length = room.size();
        cmap_value_types_t found{};
        same = same && cmap_get(stats, key, room.data(), &length, &found) == CS_OK && type == found &&
               told == (type == CMAP_VALUETYPE_STRING ? 0 : length);
    }
    at("as_get") << same;
});

const Group kFlags("cmap.stats.track_flags", [](Transcript& at, test::Daemon&) {
    const Stats stats;
    for (const char* key : {kCounter, "stats.ipcs.", "stats.none"})
        for (std::int32_t flags = 0; flags <= 16; ++flags) {
            Watch watch(stats);
            at(std::string(key) + "." + std::to_string(flags)) << watch.add(key, flags) << watch.remove();
        }
});

const Group kEvents("cmap.stats.events", [](Transcript& at, test::Daemon&) {
    const Stats stats;
    Watch watch(stats, "stats.ipcs.service0.", kEverything | CMAP_TRACK_PREFIX);
    std::string events;
    const auto comes = [&](const std::string& event) {
        return test::eventually([&] {
            cmap_dispatch(stats, CS_DISPATCH_ALL);
            return (events += watch.take()).find(event + "(stats.ipcs.service0.") != std::string::npos;
        });
    };
    Cmap other;
    at("connect") << comes("add");
    at("disconnect") << other.finalize() << comes("delete");

    // The daemon looks for changes every 1.5 s.
    const std::string own = "stats.ipcs.service0." + std::to_string(::getpid()) + ".";
    std::string key = keys(stats, own.c_str());
    const auto end = key.find(".requests");
    key = key.substr(0, end).substr(key.rfind(' ', end) + 1) + ".requests";
    Watch counter(stats, key.c_str(), 0);
    at("counter") << test::eventually([&] {
        ask(stats);
        cmap_dispatch(stats, CS_DISPATCH_ALL);
        return counter.count() > 0;
    }) << counter.take().starts_with("modify(");
});

// The daemon notices that it was not scheduled; asking for the length of such a key kills it.
const Group kSchedmiss("cmap.stats.schedmiss", [](Transcript& at) {
    test::Daemon daemon({.totem = "  token: 1000\n"}); // the daemon must have waited for most of this time
    const Stats stats;
    daemon.stop();
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    daemon.resume();
    std::uint64_t timestamp = 0;
    float delay = 0;
    at("timestamp") << test::eventually(
        [&] { return cmap_get_uint64(stats, "stats.schedmiss.0.timestamp", &timestamp) == CS_OK; });
    at("delay") << cmap_get_float(stats, "stats.schedmiss.0.delay", &delay) << (delay > 0);
    std::size_t length = 0;
    cmap_value_types_t type{};
    at("length") << cmap_get(stats, "stats.schedmiss.0.timestamp", nullptr, &length, &type) << length << type;
    at("then") << ask(stats);
});

// Tracking a name kills the daemon.
const Group kProcname("cmap.stats.procname", [](Transcript& at, test::Daemon&) {
    const Stats stats;
    const std::string own = "stats.ipcs.service0." + std::to_string(::getpid()) + ".";
    const std::string all = keys(stats, own.c_str());
    const auto end = all.find(".procname");
    const auto start = all.rfind(' ', end) + 1;
    const std::string key = all.substr(start, end - start) + ".procname";
    Watch watch(stats);
    at("track") << watch.add(key.c_str(), kEverything);
    // The daemon looks for changes every 1.5 s.
    at("daemon_dies") << test::eventually([&] { return ask(stats) == CS_ERR_LIBRARY; });
});

} // namespace
