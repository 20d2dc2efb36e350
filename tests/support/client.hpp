// SPDX-License-Identifier: BSD-3-Clause
// What the integration tests of every library look at: the transport under test, what a handle is, what poll says of
// its descriptor, and how result codes are shown.
//
// The same tests run over each transport: COROSYNC_CLIENT_TRANSPORT=ring|libqb tells the library what to use,
// TEST_DAEMON_IPC=socket the daemon.
#pragma once

#include "daemon.hpp"
#include "eventually.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <span>
#include <utility>

#include <csignal>
#include <sys/resource.h>
#include <sys/types.h>

#include <corosync/corotypes.h>

// So that a failed comparison names the code. In the enumeration's own namespace, where GoogleTest looks.
inline void PrintTo(cs_error_t error, std::ostream* out)
{
    *out << static_cast<int>(error) << " (" << cs_strerror(error) << ")";
}

namespace test {

enum class Transport { ring, libqb, socket };
Transport transport();

// The handle that no library gives out, and one that stays what it is when initialize fails.
inline constexpr std::uint64_t kNoHandle = 0;
inline constexpr std::uint64_t kUntouched = 0x1122334455667788;

inline constexpr cs_dispatch_flags_t kAllFlags[] = {CS_DISPATCH_ONE, CS_DISPATCH_ALL, CS_DISPATCH_BLOCKING,
                                                    CS_DISPATCH_ONE_NONBLOCKING};

// Where the calls of the tables below have the library write to, each thread in a place of its own: for those who want
// to know what was written there, and what was not.
inline constexpr std::size_t kOutputs = 8192;
std::span<char, kOutputs> outputs();

template <class T> T* output()
{
    static_assert(sizeof(T) <= kOutputs);
    return reinterpret_cast<T*>(outputs().data());
}

// A function that takes a handle, with arguments that are right.
struct HandleCall {
    enum Kind { local, request, dispatch, finalize };
    const char* name;
    Kind kind;
    std::function<cs_error_t(std::uint64_t)> call;
};

// Within this time of the daemon's death, whoever waits for it is told.
inline constexpr Duration kPromise = 250ms;

// The shortest of up to three times, so that a machine that is busy elsewhere does not break the promise.
template <class Scenario> Duration best_of_three(Scenario scenario)
{
    Duration best = scenario();
    for (int repetition = 0; repetition < 2 && best >= kPromise; ++repetition)
        best = std::min(best, scenario());
    return best;
}

// The same of a scenario that kills the daemon.
template <class Scenario> Duration best_of_three(Daemon& daemon, Scenario scenario)
{
    bool again = false;
    return best_of_three([&] {
        if (std::exchange(again, true))
            daemon.restart();
        return scenario();
    });
}

// libqb's client removes the files of a dead daemon's connection but not their directory; this does.
void remove_what_libqb_leaves();

// Descriptors that a handle costs.
std::ptrdiff_t descriptors_per_handle();

// What poll says of a descriptor, after waiting up to `wait` for it to be readable.
bool readable(int fd, Duration wait = {});
bool hung_up(int fd);
int unread_bytes(int fd);

// Lowers the limit of open descriptors to what is open and `more`, for as long as it lives.
class FewDescriptors {
public:
    explicit FewDescriptors(rlim_t more);
    ~FewDescriptors();
    FewDescriptors(const FewDescriptors&) = delete;
    FewDescriptors& operator=(const FewDescriptors&) = delete;

private:
    rlimit before_{};
};

// Counts SIGUSR1 instead of dying of it, for as long as it lives.
class SignalCounter {
public:
    explicit SignalCounter(int flags = 0); // of sigaction
    ~SignalCounter();
    SignalCounter(const SignalCounter&) = delete;
    SignalCounter& operator=(const SignalCounter&) = delete;

    static int count();

private:
    struct sigaction before_ {};
};

// What `call` returns in a process with these ids and no others; -1 if it cannot have them.
int as_user(uid_t user, gid_t group, const std::function<cs_error_t()>& call);

// Other users can be had here: not in a user namespace with a single one.
bool can_change_user();

} // namespace test
