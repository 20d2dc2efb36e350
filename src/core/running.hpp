// SPDX-License-Identifier: BSD-3-Clause
// The running dispatches of a connection, each with its buffer.
//
// A callback may leave its dispatch by longjmp or by unwinding. The rest of the dispatch then never runs: it is
// abandoned. So the facts that matter are recorded here: the thread and the frame. If the same thread makes a later
// call with a frame at or above the recorded one, the dispatch is abandoned. Then its pin on the handle is dropped and
// its loan is ended. This comparison works only on the thread's own stack. On other stacks (a fibre, a signal stack)
// the record stays.
#pragma once

#include "core/buffer.hpp"

#include <pthread.h>

#include <cstdint>

namespace corosync {

// The calling thread and its stack frame.
struct Caller {
    pthread_t thread;
    std::uintptr_t frame;

    // Call this in the function whose frame is to be recorded.
    static Caller at(void* frame_address) { return {pthread_self(), reinterpret_cast<std::uintptr_t>(frame_address)}; }
};

struct DispatchRecord {
    DispatchRecord* next = nullptr;
    bool busy = false;
    Caller caller{};
    Buffer buffer;     // for the event; one per nesting level, kept for the next dispatch
    bool lent = false; // the event is on loan, not in the buffer
};

class RunningDispatches {
public:
    RunningDispatches() = default;
    ~RunningDispatches();
    RunningDispatches(const RunningDispatches&) = delete;
    RunningDispatches& operator=(const RunningDispatches&) = delete;

    // Returns a free record for the caller, or nullptr if there is no memory.
    DispatchRecord* enter(const Caller& caller);
    static void leave(DispatchRecord& record);

    // Frees the records of abandoned dispatches and returns their number. Calls ended(record) for each.
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

    // True if another thread than the caller's is in a dispatch.
    [[nodiscard]] bool any_of_others(const Caller& caller) const;

private:
    static bool abandoned(const DispatchRecord& record, const Caller& caller);

    DispatchRecord first_; // programs rarely need more than one
};

} // namespace corosync
