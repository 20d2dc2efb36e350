// SPDX-License-Identifier: BSD-3-Clause
// One program that is run on the reference's libraries and on ours and writes down what it sees of them: the
// transcript, a line for each observation, "cmap.get.missing_key: 12". The two may differ only where differences_*.txt
// says so.
//
// How to add scenes. Each file SERVICE_SUBJECT.cpp beside this one is named in the service's line of CMakeLists.txt and
// holds groups, objects with a name that begins with the service and a function that does things and notes what came
// of them:
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
// - A group runs in a process of its own, with a fresh daemon that serves, if its function takes one. Groups with other
//   daemons (fake, frozen, starting, none) take none and make theirs.
// - What may crash or hang in one of the two libraries is done apart: in a child, with a time limit. Handles that the
//   child uses are its own: initialized in it.
// - Names are unique; values are the same in every run: no pids, no handles, no addresses, no times.
// - Nothing but `<<` is known to happen from left to right: no two calls in one list of arguments.
// - What only one of the two libraries has is looked up with dlsym.
//
// A deliberate difference goes to differences_SERVICE.txt; differences_cmap.txt says how. What depends on timing, and
// is therefore allowed to differ, goes to tolerated.txt. tests/run.sh -L conformance runs everything; the transcripts
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

// The four, and what they are called in names of observations.
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
    // Numbers and codes as numbers; nothing else becomes one by conversion.
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

// Bytes as a word: printable ones as they are, long ones abbreviated.
std::string quoted(std::string_view bytes);

// The handle of a Cmap, Cpg or Votequorum that is finalized.
template <class Owner> std::uint64_t stale_handle()
{
    Owner owner;
    const std::uint64_t handle = owner;
    owner.finalize();
    return handle;
}

// What poll says of a descriptor, as a word: "quiet", "readable", "hung-up" or "readable+hung-up".
std::string readiness(int fd);

// What this process has come to hold since this was made, descriptors and entries in /dev/shm, as words: "fds 1 shm 1".
// Waits a moment for what goes away by itself.
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

    // Done in a child. Behind the values that it came to stands "crash SIGNAL" or "hang" if it did not end by itself.
    void apart(const std::string& name, const Body& body) const;

    // The same for several at once, for those that hang.
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

    // Writes its part of the transcript to the standard output; throws what keeps it from that.
    void run() const;

    static const std::vector<const Group*>& all();

private:
    std::string name_;
    std::function<void(Transcript&)> body_;
};

} // namespace conformance
