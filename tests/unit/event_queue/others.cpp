// SPDX-License-Identifier: BSD-3-Clause
#include "run.hpp"

namespace program {

void add_daemon(Options& options)
{
    if (world.hung_up)
        return;
    if (world.committed < bounds.events) {
        options.add(commit_small, "the daemon writes a small event");
        if (bounds.large)
            options.add(commit_large, "the daemon writes a large event");
        if (bounds.parts)
            options.add(commit_part, "the daemon writes a part of a message");
    }
    if (world.announced < world.committed)
        options.add(announce_one, "the daemon sends a byte");
    if (bounds.hang_up)
        options.add(hang_up, "the daemon hangs up");
}

bool daemon_does(int deed)
{
    if (deed >= commit_small && deed <= commit_part)
        world.commit(static_cast<model::Kind>(deed - commit_small));
    else if (deed == announce_one)
        world.announce();
    else if (deed == hang_up)
        world.hung_up = true;
    else
        return false;
    return true;
}

bool ready()
{
    return world.readable() || session->direct().closing();
}

void add_others(Options& options)
{
    static const char* const kBegin[] = {"", "the other thread begins ONE", "the other thread begins ALL",
                                         "the other thread begins BLOCKING", "the other thread begins ONE_NONBLOCKING"};
    if (run.dispatching && run.other.stage == Stage::in_callback) {
        options.add(other_step, "the other thread's callback returns");
        if (run.other_jumps > 0)
            options.add(other_jump, "the other thread jumps out of its callback");
    } else if (run.dispatching && (run.other.stage != Stage::asleep || ready())) {
        options.add(other_step, "the other thread's dispatch goes on");
    } else if (!run.dispatching && run.others > 0 && !run.finalized) {
        for (int type = 1; type <= 4; ++type)
            options.add(other_step + type, kBegin[type]);
    }
    if (bounds.finalize && bounds.others > 0 && !run.finalized)
        options.add(other_finalize, "another thread finalizes");
    if (run.half_finalized)
        options.add(end_finalize, "the other thread's finalize ends");
}

// Finalize must wake a dispatch of another thread, which may sleep.
void check_woken(const Caller& by)
{
    const bool first = run.depth > 0 && by.thread != pthread_self();
    check(world.woken || (!first && !run.dispatching), "finalize wakes nobody");
}

// The first half of a finalize, up to the queue's lock.
void close_handle(const Caller& caller)
{
    run.finalized = true;
    Session::table().close(handle);
    const unsigned abandoned = session->direct().begin_close(caller);
    if (run.half_finalized)
        return;
    check_woken(caller);
    Session::table().unpin(handle, 1 + abandoned);
}

void end_half()
{
    run.half_finalized = false;
    const unsigned abandoned = session->direct().begin_close(caller(2, 1));
    check_woken(caller(2, 1));
    Session::table().unpin(handle, 1 + abandoned);
}

Call& current()
{
    return run.calls[run.depth - 1];
}

bool is_part(const corosync::View& event)
{
    return *event.bytes(1, 1) == model::kPart;
}

int add_part(void*, const corosync::View& part, corosync::Buffer&, corosync::Event&)
{
    (run.elsewhere != nullptr ? run.other : current()).take(part.bytes(0, 1), part.size());
    return 0;
}

void other_ends(int rc)
{
    run.other.check_result(rc);
    session->queue().leave(*run.other_record);
    run.dispatching = false;
    if (!run.ending)
        check_settled();
    Session::table().unpin(handle);
}

void other_begins(int type)
{
    --run.others;
    run.dispatching = true;
    run.other.begin(type, 2);
    Session::table().pin(handle);
    unsigned abandoned = 0;
    session->queue().enter(caller(1, 2), run.other_record, abandoned);
    if (abandoned != 0)
        Session::table().unpin(handle, abandoned);
    check_settled();
}

// The second thread takes its next step. The steps are those of dispatch.hpp; a finalize, or anything that the first
// thread does, may come between any two.
void other_goes_on()
{
    Call& call = run.other;
    const DispatchType type = call.parsed();
    if (call.stage == Stage::asleep) {
        const int revents = session->queue().sleep(-1);
        call.readable = (revents & POLLIN) != 0;
        call.stage = Stage::begun;
    } else if (call.stage == Stage::in_callback) {
        call.held.intact();
        call.held.release();
        session->queue().end_event(*run.other_record);
        call.stage = type.one ? Stage::leaving : Stage::between;
    } else if (session->direct().closing() && call.stage != Stage::begun) {
        other_ends(-EBADF);
    } else if (call.stage == Stage::leaving) {
        other_ends(0);
    } else {
        corosync::Event event;
        call.late = run.finalized;
        const int rc =
            session->queue().next(*run.other_record, {type.one, type.waits, call.readable}, kHandling, session, event);
        call.readable = false;
        if (rc < 0) {
            other_ends(rc);
        } else if (rc == 0) {
            if (type.waits)
                call.stage = Stage::asleep;
            else
                other_ends(type.one ? -EAGAIN : 0);
        } else if (event.data == nullptr) {
            call.stage = type.one ? Stage::leaving : Stage::begun;
        } else {
            call.take(event.data, event.size);
            call.stage = Stage::in_callback;
            call.check_callback();
        }
    }
}

bool others_do(const char* where, int deed)
{
    if (deed < other_step || deed > end_finalize)
        return false;
    run.elsewhere = where;
    world.seen = queue_state();
    if (deed == other_step) {
        other_goes_on();
    } else if (deed < other_jump) {
        other_begins(deed - other_step);
    } else if (deed == other_jump) {
        --run.other_jumps;
        run.other.held.release();
        run.dispatching = false;
        check_descriptor();
    } else if (deed == other_finalize) {
        close_handle(caller(2, 1));
    } else {
        end_half();
    }
    run.elsewhere = nullptr;
    world.seen = 0;
    return true;
}

// Others may go on here, because the first thread holds no lock.
void interleave(const char* where)
{
    world.seen = 0;
    while (!run.ending && run.elsewhere == nullptr) {
        Options options;
        options.add(go_on, "nothing");
        add_others(options);
        const int deed = choose(where, options);
        if (!others_do(where, deed))
            return;
    }
}

} // namespace program
