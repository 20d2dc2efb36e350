// SPDX-License-Identifier: BSD-3-Clause
// Which dispatches of a connection are running, and the buffer of each.
//
// A callback may leave by longjmp or by unwinding, and then nothing on the stack of the dispatch that called it is ever
// looked at again. So what matters is recorded here: the thread and the frame. A later call of the same thread whose
// frame lies at or above the recorded one proves that the dispatch is no more; its pin on the handle is then given
// back, and a loan it had is ended. On a stack that is not the thread's own (a fibre, a signal stack) addresses
// prove nothing, and the record stays.
#pragma once

#include "core/buffer.hpp"

#include <pthread.h>

#include <cstdint>

namespace corosync {

// The calling thread at this depth of its stack.
struct Caller {
    pthread_t thread;
    std::uintptr_t frame;

    // To be used in the function whose frame is meant.
    static Caller at(void* frame_address) { return {pthread_self(), reinterpret_cast<std::uintptr_t>(frame_address)}; }
};

struct DispatchRecord {
    DispatchRecord* next = nullptr;
    bool busy = false;
    Caller caller{};
    Buffer buffer;     // for its event; one per nesting level, kept for the next use
    bool lent = false; // its event is not in the buffer, but in the alias of the ring
};

class RunningDispatches {
public:
    RunningDispatches() = default;
    ~RunningDispatches();
    RunningDispatches(const RunningDispatches&) = delete;
    RunningDispatches& operator=(const RunningDispatches&) = delete;

    // A free record for the caller; nullptr if there is no memory.
    DispatchRecord* enter(const Caller& caller);
    static void leave(DispatchRecord& record);

    // Frees the records that the caller's frame proves dead, and tells how many. `ended` is called for each.
    template <class Ended> unsigned reap(const Caller& caller, Ended ended)
    {
        unsigned count = 0;
        for (DispatchRecord* record = &first_; record != nullptr; record = record->next) {
            if (!abandoned(*record, caller))
                continue;
            ended(*record);
            leave(*record);
            ++count;
        }
        return count;
    }

    [[nodiscard]] bool any() const;
    // Whether a thread other than the caller's is in a dispatch.
    [[nodiscard]] bool any_of_others(const Caller& caller) const;

private:
    static bool abandoned(const DispatchRecord& record, const Caller& caller);

    DispatchRecord first_; // nearly always the only one
};

} // namespace corosync
