// SPDX-License-Identifier: BSD-3-Clause
// Handles: what opening and closing them returns, what they hold, and their context.
#include "cmap_scene.hpp"
#include "support/fake_daemon.hpp"
#include "support/thread.hpp"

#include <cerrno>
#include <cstdlib>
#include <list>

#include <fcntl.h>

namespace {

using namespace conformance;
using test::kUntouched;

// The result of an initialization that may fail: the error, whether the handle variable was written, whether the handle
// works, and what the process holds now.
void note_initialize(Line& line, const std::function<cs_error_t(cmap_handle_t*)>& initialize)
{
    const Since before;
    cmap_handle_t handle = kUntouched;
    line << initialize(&handle) << (handle == kUntouched ? "untouched" : "written");
    const cs_error_t answer = ask(handle);
    line << answer << (answer == CS_OK ? before.held_now() : before.held());
    line << cmap_finalize(handle) << before.held();
}

void note_initialize(Line&& line, const std::function<cs_error_t(cmap_handle_t*)>& initialize)
{
    note_initialize(line, initialize);
}

const Group kInitialize("cmap.initialize", [](Transcript& at, test::Daemon&) {
    note_initialize(at("plain"), cmap_initialize);
    for (const int map : {0, 1, 2, -1})
        note_initialize(at("map_" + std::to_string(map)), [=](cmap_handle_t* handle) {
            return cmap_initialize_map(handle, static_cast<cmap_map_t>(map));
        });

    const Since before;
    {
        const Cmap cmap;
        at("descriptor") << readiness(cmap.fd()) << ((::fcntl(cmap.fd(), F_GETFL) & O_NONBLOCK) != 0)
                         << ((::fcntl(cmap.fd(), F_GETFD) & FD_CLOEXEC) != 0);
        const Cmap stats(CMAP_MAP_STATS);
        for (const char* key : {"totem.version", "stats.srp.mcast_tx"})
            at(std::string("maps.") + key)
                << cmap_get(cmap, key, nullptr, nullptr, nullptr) << (cmap_get(stats, key, nullptr, nullptr, nullptr));
        std::list<Cmap> many;
        for (int count = 0; count < 50; ++count)
            many.emplace_back();
        int working = 0;
        for (const auto& one : many)
            working += ask(one) == CS_OK;
        at("many") << working << before.held_now();
    }
    at("many.finalized") << before.held();
});

const Group kDescriptors("cmap.few_descriptors", [](Transcript& at, test::Daemon&) {
    for (const rlim_t more : {rlim_t{0}, rlim_t{1}}) {
        // If a connection takes more descriptors than that, it fails in the middle.
        if (static_cast<rlim_t>(test::descriptors_per_handle()) <= more)
            continue;
        const Since before;
        cmap_handle_t handle = kUntouched;
        {
            const test::FewDescriptors few(more);
            at("initialize_" + std::to_string(more)) << cmap_initialize(&handle) << (handle == kUntouched);
        }
        at("held_" + std::to_string(more)) << before.held();
    }
});

const Group kUsers("cmap.users", [](Transcript& at, test::Daemon&) {
    if (!test::can_change_user())
        return; // on both sides, in a user namespace with a single user
    constexpr uid_t kUser = 65534;
    constexpr gid_t kGroup = 65533;
    const auto initialize = [] {
        cmap_handle_t handle = kUntouched;
        return cmap_initialize(&handle);
    };
    const Cmap cmap;
    at("stranger") << test::as_user(kUser, kGroup, initialize);
    at("group_0") << test::as_user(kUser, 0, initialize);
    cmap_set_uint8(cmap, "uidgid.uid.65534", 1);
    at("user_listed") << test::as_user(kUser, kGroup, initialize);
    cmap_set_uint8(cmap, "uidgid.uid.65534", 2);
    at("user_listed_with_2") << test::as_user(kUser, kGroup, initialize);
    cmap_set_uint8(cmap, "uidgid.gid.65533", 1);
    at("group_listed") << test::as_user(kUser, kGroup, initialize);
});

const Group kContext("cmap.context", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    const int something = 0;
    const void* context = &context;
    at("fresh") << cmap_context_get(cmap, &context) << (context == nullptr);
    at("set") << cmap_context_set(cmap, &something) << cmap_context_get(cmap, &context) << (context == &something);
    at("cleared") << cmap_context_set(cmap, nullptr) << cmap_context_get(cmap, &context) << (context == nullptr);
});

// The library leaves the program's sequence of random() alone.
const Group kRandom("cmap.random", [](Transcript& at, test::Daemon&) {
    ::srandom(1);
    const long first = ::random();
    ::srandom(1);
    const Cmap cmap;
    at("initialize") << (::random() == first);
    ::srandom(1);
    const Watch watch(cmap, "random.key", kEverything);
    at("track_add") << (::random() == first);
});

const Group kNoDaemon("cmap.no_daemon", [](Transcript& at) {
    note_initialize(at("initialize"), cmap_initialize);
    note_initialize(at("initialize_map"),
                    [](cmap_handle_t* handle) { return cmap_initialize_map(handle, CMAP_MAP_STATS); });
});

// A daemon that refuses the connection, with these errors.
const Group kRefused("cmap.refused", [](Transcript& at) {
    for (const int reason : {EAGAIN, EACCES, ENOMEM, EMFILE, ENOTSUP, EBUSY, EPERM, EINVAL}) {
        const test::FakeDaemon daemon({.service = "cmap", .answer = {}, .refusal = -reason});
        note_initialize(at(::strerrorname_np(reason)), cmap_initialize);
    }
});

// The daemon says "try again" for a few milliseconds only.
const Group kStarting("cmap.starting", [](Transcript& at) {
    cmap_handle_t handle = kUntouched;
    at("before") << cmap_initialize(&handle);
    const test::Daemon daemon({.wait = false});
    bool others = false;
    const bool came = test::eventually([&] {
        const cs_error_t error = cmap_initialize(&handle);
        others = others || (error != CS_OK && error != CS_ERR_LIBRARY && error != CS_ERR_TRY_AGAIN);
        return error == CS_OK;
    });
    at("then") << came << others << ask(handle);
    at("finalize") << cmap_finalize(handle);
});

} // namespace
