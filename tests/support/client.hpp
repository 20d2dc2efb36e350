// SPDX-License-Identifier: BSD-3-Clause
// What the integration tests of all libraries need: the transport under test, handles, polling of descriptors, and the
// names of result codes.
//
// The same tests run over each transport: COROSYNC_CLIENT_TRANSPORT=ring|libqb tells the library which one to use,
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

// Prints the name of the code if a comparison fails. GoogleTest looks for it in the namespace of the enumeration.
inline void PrintTo(cs_error_t error, std::ostream* out)
{
    *out << static_cast<int>(error) << " (" << cs_strerror(error) << ")";
}

namespace test {

enum class Transport { ring, libqb, socket };
Transport transport();

// No library returns kNoHandle. kUntouched shows that a failed initialize has not written the handle.
inline constexpr std::uint64_t kNoHandle = 0;
inline constexpr std::uint64_t kUntouched = 0x1122334455667788;

inline constexpr cs_dispatch_flags_t kAllFlags[] = {CS_DISPATCH_ONE, CS_DISPATCH_ALL, CS_DISPATCH_BLOCKING,
                                                    CS_DISPATCH_ONE_NONBLOCKING};

// The calls in the tables below have the library write its results here, each thread in its own buffer, so that tests
// can check what was written.
inline constexpr std::size_t kOutputs = 8192;
std::span<char, kOutputs> outputs();

template <class T> T* output()
{
    static_assert(sizeof(T) <= kOutputs);
    return reinterpret_cast<T*>(outputs().data());
}

// A function that takes a handle, with valid arguments.
struct HandleCall {
    enum Kind { local, request, dispatch, finalize };
    const char* name;
    Kind kind;
    std::function<cs_error_t(std::uint64_t)> call;
};

// After the daemon's death, a waiting call returns within this time.
inline constexpr Duration kPromise = 250ms;

// The shortest of up to three times, so that a busy machine does not make the test fail.
template <class Scenario> Duration best_of_three(Scenario scenario)
{
    Duration best = scenario();
    for (int repetition = 0; repetition < 2 && best >= kPromise; ++repetition)
        best = std::min(best, scenario());
    return best;
}

// The same for a scenario that kills the daemon.
template <class Scenario> Duration best_of_three(Daemon& daemon, Scenario scenario)
{
    bool again = false;
    return best_of_three([&] {
        if (std::exchange(again, true))
            daemon.restart();
        return scenario();
    });
}

// libqb's client removes the files of a dead daemon's connection but not their directory. This function removes it.
void remove_what_libqb_leaves();

// The number of descriptors that a handle uses.
std::ptrdiff_t descriptors_per_handle();

// Whether the descriptor is readable, after waiting up to `wait` for it.
bool readable(int fd, Duration wait = {});
bool hung_up(int fd);
int unread_bytes(int fd);

// As long as it lives, only `more` descriptors can be opened.
class FewDescriptors {
public:
    explicit FewDescriptors(rlim_t more);
    ~FewDescriptors();
    FewDescriptors(const FewDescriptors&) = delete;
    FewDescriptors& operator=(const FewDescriptors&) = delete;

private:
    rlimit before_{};
};

// As long as it lives, SIGUSR1 is counted and does not end the program.
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

// What `call` returns in a process with this user and group and no other groups; -1 if it cannot change to them.
int as_user(uid_t user, gid_t group, const std::function<cs_error_t()>& call);

// Whether other users exist: not in a user namespace with a single one.
bool can_change_user();

} // namespace test
