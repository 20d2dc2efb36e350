// SPDX-License-Identifier: BSD-3-Clause
// Says in words why a call fails: for cs_client_reason(), and for the log that COROSYNC_CLIENT_LOG asks for.
//
// The code that finds the cause calls explain(). It notes the reason for this thread, and nothing else. The C function
// that then fails calls report(), which writes the words. A call that succeeds only clears the note: one store.
#pragma once

#include "core/annotations.hpp"
#include "core/message.hpp"

#include <corosync/corotypes.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace corosync {

// One of src/core/reasons.hpp. In the texts, '%' stands for the next number and '$' for the word of explain().
struct Reason {
    const char* cause;
    const char* remedy;
    bool ordinary = false; // part of normal work: not logged. Its words have no numbers.

    // For the log, which has at most one line per second for the same reason.
    std::atomic<std::int64_t> logged_ms{INT64_MIN / 2};
    std::atomic<std::uint32_t> left_out{0};
};

// The call that fails.
struct Call {
    const char* service;
    std::uint64_t handle;
    const char* function;
};

// A reason with its word and numbers.
struct Note {
    Reason* reason = nullptr;
    const char* word = nullptr;
    long numbers[3] = {};
};

// Notes why the running call will fail. `word` must be a constant.
COROSYNC_COLD void explain(Reason& reason, const char* word, long first = 0, long second = 0, long third = 0) noexcept;
inline void explain(Reason& reason, long first = 0, long second = 0, long third = 0) noexcept
{
    explain(reason, nullptr, first, second, third);
}
// The same for a system call that failed, unless a reason is noted already. Returns `rc`, a negative errno.
COROSYNC_COLD int explain_errno(int rc) noexcept;
// The same for the errno with which the daemon refuses a connect.
COROSYNC_COLD int explain_refusal(int rc) noexcept;
// Notes that the daemon sent the malformed message `view`, which is a `word`. Returns -EPROTO.
COROSYNC_COLD int explain_malformed(const char* word, View view) noexcept;
// True if a reason is noted.
bool explained() noexcept;
// A call begins, or goes on in another way.
void forget_reason() noexcept;
// Drops the note and returns it. restore_reason() brings it back.
Note take_reason() noexcept;
void restore_reason(const Note& note) noexcept;

// For a C function that fails: makes the noted reason, or a general one for `error`, that of the thread, and logs it.
// Returns `error`. Keeps errno.
COROSYNC_COLD cs_error_t report(const Call& call, cs_error_t error) noexcept;

} // namespace corosync
