// SPDX-License-Identifier: BSD-3-Clause
#include "core/running.hpp"

#include "core/object.hpp"

#include <sys/auxv.h>

namespace corosync {
namespace {

// The size that we assume for the main thread's stack. The kernel reserves at least twice as much address space for it.
constexpr std::uintptr_t kMainStack = 64 << 20;

// Sets the bounds of the calling thread's own stack. False if `address` is outside.
bool own_stack(std::uintptr_t address, std::uintptr_t& low, std::uintptr_t& high)
{
    // The kernel puts AT_RANDOM above the main thread's first frame. pthread_getattr_np() would have to open a file for
    // the main thread, so try AT_RANDOM first.
    high = getauxval(AT_RANDOM);
    low = high - kMainStack;
    if (address < high && address >= low)
        return true;
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return false;
    void* base = nullptr;
    std::size_t size = 0;
    const bool known = pthread_attr_getstack(&attributes, &base, &size) == 0;
    pthread_attr_destroy(&attributes);
    low = reinterpret_cast<std::uintptr_t>(base);
    high = low + size;
    return known && address < high && address >= low;
}

// True if both addresses are on the calling thread's own stack. Only then they can be compared. `a` is at most `b`.
bool on_own_stack(std::uintptr_t a, std::uintptr_t b)
{
    std::uintptr_t low = 0;
    std::uintptr_t high = 0;
    return own_stack(a, low, high) && b < high;
}

} // namespace

RunningDispatches::~RunningDispatches()
{
    for (DispatchRecord* record = first_.next; record != nullptr;) {
        DispatchRecord* next = record->next;
        destroy(record);
        record = next;
    }
}

DispatchRecord* RunningDispatches::enter(const Caller& caller)
{
    DispatchRecord* record = &first_;
    while (record->busy) {
        if (record->next == nullptr) {
            record->next = make<DispatchRecord>();
            if (record->next == nullptr)
                return nullptr;
        }
        record = record->next;
    }
    record->busy = true;
    record->caller = caller;
    return record;
}

void RunningDispatches::leave(DispatchRecord& record)
{
    record.busy = false;
    record.buffer.trim();
}

bool RunningDispatches::any_of_others(const Caller& caller) const
{
    for (const DispatchRecord* record = &first_; record != nullptr; record = record->next)
        if (record->busy && pthread_equal(record->caller.thread, caller.thread) == 0)
            return true;
    return false;
}

// Stacks grow downwards: a live dispatch has a higher frame than all functions that it called.
bool RunningDispatches::abandoned(const DispatchRecord& record, const Caller& caller)
{
    return record.busy && pthread_equal(record.caller.thread, caller.thread) != 0 &&
           record.caller.frame <= caller.frame && on_own_stack(record.caller.frame, caller.frame);
}

} // namespace corosync
