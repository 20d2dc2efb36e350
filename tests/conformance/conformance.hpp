// SPDX-License-Identifier: BSD-3-Clause
// One program runs on the reference's libraries and on ours and writes down what it sees: the transcript, with a line
// for each observation, "cmap.get.missing_key: 12". The two transcripts may differ only where differences_*.txt says
// so.
//
// How to add scenes. Each file SERVICE_SUBJECT.cpp in this folder is named in the service's line of CMakeLists.txt. It
// holds groups: objects with a name that begins with the service, and a function that makes calls and notes their
// results:
//
// clang-format off
//     const Group kGet("cmap.get", [](Transcript& at, test::Daemon&) {
//         Cmap cmap;
//         std::size_t length = 0;
//         at("missing_key") << cmap_get(cmap, "no.such.key", nullptr, &length, nullptr) << length;
//         // cmap.get.missing_key: 12 0
//         at.apart("null_handle", [&](Line& line) { line << cmap_initialize(nullptr); });
//         // cmap.get.null_handle: crash SIGSEGV
//     });
// clang-format on
//
// - A group runs in a process of its own. If its function takes a daemon, a new one runs and serves. Groups that need
//   another daemon (fake, frozen, starting, none) take none and start their own.
// - Calls that may crash or hang in one of the two libraries run apart: in a child, with a time limit. The child
//   initializes the handles that it uses.
// - Names are unique; values are the same in every run: no pids, no handles, no addresses, no times.
// - Only `<<` is evaluated from left to right: make no two calls in one list of arguments.
// - Functions that only one of the two libraries has are looked up with dlsym.
//
// A deliberate difference goes to differences_SERVICE.txt; differences_cmap.txt says how. A line that depends on
// timing, and may therefore differ, goes to tolerated.txt. tests/run.sh -L conformance runs everything; the transcripts
// are left in conformance/VARIANT of the build folder.
#pragma once

#include "support/client.hpp"
#include "support/daemon.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <corosync/corotypes.h>

namespace conformance {

// The four types, and their names in observations.
constexpr struct {
    const char* name;
    cs_dispatch_flags_t type;
} kDispatchTypes[] = {{"one", CS_DISPATCH_ONE},
                      {"all", CS_DISPATCH_ALL},
                      {"blocking", CS_DISPATCH_BLOCKING},
                      {"one_nonblocking", CS_DISPATCH_ONE_NONBLOCKING}};

// The values of one observation.
class Line {
public:
    explicit Line(int fd) : fd_(fd) {}

    Line& operator<<(std::string_view word);
    Line& operator<<(const char* word) { return *this << std::string_view(word); }
    // Numbers and codes are written as numbers; nothing else is converted to a number.
    template <class T>
    requires std::is_integral_v<T> || std::is_enum_v<T> Line& operator<<(T value)
    {
        if constexpr (std::is_same_v<T, bool>)
            return *this << (value ? "yes" : "no");
        else if constexpr (std::is_enum_v<T>)
            return *this << static_cast<int>(value);
        else
            return *this << std::to_string(value);
    }

private:
    int fd_;
};

// Bytes as a word: printable bytes as they are; long words are abbreviated.
std::string quoted(std::string_view bytes);

// The handle of a Cmap, Cpg or Votequorum that has been finalized.
template <class Owner> std::uint64_t stale_handle()
{
    Owner owner;
    const std::uint64_t handle = owner;
    owner.finalize();
    return handle;
}

// What poll returns for a descriptor, as a word: "quiet", "readable", "hung-up" or "readable+hung-up".
std::string readiness(int fd);

// What this process holds more than when this object was made, descriptors and entries in /dev/shm, as words: "fds 1
// shm 1". Waits a moment for what goes away by itself.
class Since {
public:
    Since();
    std::string held() const;
    std::string held_now() const; // does not wait

private:
    std::size_t descriptors_;
    std::set<std::string> shared_memory_;
};

class Transcript {
public:
    using Body = std::function<void(Line& line)>;
    struct Case {
        std::string name;
        Body body;
    };

    explicit Transcript(std::string group) : group_(std::move(group)) {}

    // The line ends with the full expression.
    class Note : public Line {
    public:
        using Line::Line;
        ~Note();
        Note(const Note&) = delete;
        Note& operator=(const Note&) = delete;
    };
    Note operator()(const std::string& name) const;

    // Runs in a child. If the child did not exit by itself, "crash SIGNAL" or "hang" follows the values that it wrote.
    void apart(const std::string& name, const Body& body) const;

    // The same for several cases at once, for those that hang.
    void all_apart(const std::vector<Case>& cases) const;

private:
    std::string group_;
};

class Group {
public:
    using OnDaemon = void (*)(Transcript& at, test::Daemon& daemon);
    using Alone = void (*)(Transcript& at);

    Group(std::string name, OnDaemon body);
    Group(std::string name, Alone body);

    const std::string& name() const { return name_; }

    // Writes its part of the transcript to the standard output. Throws if it cannot run.
    void run() const;

    static const std::vector<const Group*>& all();

private:
    std::string name_;
    std::function<void(Transcript&)> body_;
};

} // namespace conformance
