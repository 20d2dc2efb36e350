// SPDX-License-Identifier: BSD-3-Clause
#include "run.hpp"

#include <cstring>

namespace program {

void check(bool good, const char* otherwise)
{
    if (!good)
        model::fail(otherwise);
}

Caller caller(int thread, int frame)
{
    return {pthread_self() + static_cast<pthread_t>(thread), stack - static_cast<std::uintptr_t>(frame * kFrame)};
}

// ---- The state.

int record_number(const void* address)
{
    int number = 1;
    for (const DispatchRecord* record = first_record; record != nullptr; record = record->next, ++number)
        if (record == address)
            return number;
    return 0;
}

// A number for the records of dispatches and for all other bytes of the queue: the counts of notification bytes, the
// loan.
std::uint64_t queue_state()
{
    search::Hash hash;
    for (const DispatchRecord* record = first_record; record != nullptr; record = record->next) {
        hash.add(record->busy).add(record->lent).add(record->buffer.capacity());
        if (record->busy)
            hash.add(record->caller.thread - pthread_self()).add(stack - record->caller.frame);
    }
    const auto* bytes = reinterpret_cast<const unsigned char*>(&session->queue());
    const auto* skip = reinterpret_cast<const unsigned char*>(first_record);
    for (std::size_t at = 0; at + sizeof(std::uintptr_t) <= sizeof(EventQueue); at += sizeof(std::uintptr_t)) {
        if (bytes + at >= skip && bytes + at < skip + sizeof(DispatchRecord))
            continue;
        std::uintptr_t word = 0;
        std::memcpy(&word, bytes + at, sizeof word);
        const auto* address = reinterpret_cast<const void*>(word);
        if (const int number = record_number(address); number != 0)
            word = static_cast<std::uintptr_t>(number);
        else if (word - reinterpret_cast<std::uintptr_t>(session) < sizeof(Session))
            word -= reinterpret_cast<std::uintptr_t>(session);
        hash.add(word);
    }
    return hash.value();
}

// Counts the first thread's dispatches that began at this frame or deeper.
int busy_records(int frame)
{
    int busy = 0;
    for (const DispatchRecord* record = first_record; record != nullptr; record = record->next)
        if (record->busy && record->caller.thread == pthread_self() && record->caller.frame <= caller(0, frame).frame)
            ++busy;
    return busy;
}

std::uint64_t state(const char* where)
{
    search::Hash hash;
    hash.add(reinterpret_cast<std::uintptr_t>(where)).add(reinterpret_cast<std::uintptr_t>(run.elsewhere));
    hash.add(queue_state()).add(world.seen);
    for (const int number : {world.committed, world.announced, world.unread, world.reclaimed, run.taken})
        hash.add(static_cast<std::uint64_t>(number));
    for (const bool flag : {world.hung_up, world.woken, world.may_lend, model::transport->known_disconnected(),
                            run.finalized, run.half_finalized, run.dispatching, session->direct().closing()})
        hash.add(flag);
    for (const model::Event& event : world.events) {
        if (!event.held && &event - world.events < world.reclaimed)
            continue; // it was delivered and is gone
        hash.add(static_cast<std::uint64_t>(event.kind)).add(event.lent).add(event.kept).add(event.held);
    }
    for (int depth = 0; depth < run.depth; ++depth)
        run.calls[depth].hash(hash);
    if (run.dispatching)
        run.other.hash(hash);
    for (const int number :
         {run.depth, run.dispatches, run.jumps, run.forks, run.refusals, run.malformed, run.others, run.other_jumps})
        hash.add(static_cast<std::uint64_t>(number));
    return hash.value();
}

void Call::hash(search::Hash& hash) const
{
    hash.add(static_cast<std::uint64_t>(type)).add(static_cast<std::uint64_t>(frame));
    hash.add(static_cast<std::uint64_t>(stage)).add(static_cast<std::uint64_t>(held.id));
    hash.add(static_cast<std::uint64_t>(delivered != 0)).add(late).add(readable).add(refused).add(malformed);
    hash.add(static_cast<std::uint64_t>(announced > run.taken ? announced : 0)).add(taken == run.taken);
    hash.add(hung_up).add(finalized);
}

int choose(const char* where, const Options& options)
{
    return searching->choose(where, options, [=] { return state(where); });
}

// ---- The rules.

void Held::intact() const
{
    if (id < 0)
        return;
    for (std::size_t at = 0; at < world.events[id].size(); ++at)
        check(data[at] == std::byte(id + 1), "the event has changed under its callback");
}

void Held::release()
{
    if (id >= 0)
        world.events[id].held = false;
    id = -1;
}

void check_descriptor()
{
    if (run.finalized || world.hung_up)
        return;
    const int undelivered = world.announced - run.taken;
    check(undelivered == 0 || world.readable(), "the descriptor is not readable, though an event has been announced");
    check(undelivered > 0 || !world.readable(), "the descriptor is readable for nothing");
}

// All notification bytes of delivered events have been read: when a dispatch begins, when it ends, and in the callback
// of a single event.
void check_settled()
{
    if (!run.finalized && !world.hung_up)
        check(world.unread == world.announced - run.taken, "not exactly the bytes of undelivered events are left");
}

void Call::begin(int its_type, int its_frame)
{
    *this = {};
    type = its_type;
    frame = its_frame;
    announced = world.announced;
    taken = run.taken;
    hung_up = world.hung_up;
    finalized = run.finalized;
}

// The queue has given an event to this dispatch.
void Call::take(const std::byte* data, std::size_t size)
{
    check(!late, "an event is delivered after finalize");
    check(run.taken < world.committed && data[0] == std::byte(run.taken + 1),
          "an event is lost, doubled or out of order");
    check(size == world.events[run.taken].size(), "an event has another size");
    check(world.announced > run.taken || world.hung_up, "an event is delivered before its byte has come");
    ++delivered;
    held = {run.taken++, data};
    if (parsed().one)
        check_settled(); // checked before its only callback
    if (world.events[held.id].kind == model::Kind::part) {
        held = {};
        return;
    }
    held.intact();
    world.events[held.id].held = true;
}

void Call::check_callback() const
{
    held.intact();
    check_descriptor();
}

void Call::check_result(int rc) const
{
    const DispatchType its = parsed();
    if (run.finalized && rc == -EBADF)
        return;
    check(!finalized && rc != -EBADF, "a result that does not fit a finalized handle");
    if ((rc == -ENOMEM && refused) || (rc == -EPROTO && malformed))
        return;
    check(!malformed, "a malformed event is not reported");
    if (rc == -ENOTCONN) {
        check(world.hung_up, "a living daemon is called dead");
        check(run.taken == world.committed, "events were in the ring when the daemon died, and are lost");
        check(!its.one || delivered == 0, "a single event was delivered, but not reported");
        return;
    }
    if (rc == -EAGAIN) {
        check(its.one && !its.waits, "only ONE_NONBLOCKING may find nothing");
        check(delivered == 0 && !hung_up, "an event or a hang-up is not reported");
        check(run.taken > taken || announced <= taken, "an announced event is not found");
        return;
    }
    check(rc == 0, "an undocumented result");
    if (its.one) {
        check(delivered == 1, "not exactly one event");
    } else {
        check(!its.waits, "BLOCKING ends without a reason");
        check(run.taken >= announced && !hung_up, "ALL leaves an event or a hang-up behind");
    }
}

} // namespace program
