// SPDX-License-Identifier: BSD-3-Clause
#include "run.hpp"

#include <new>

namespace program {
namespace {

std::jmp_buf landing[kNesting];
alignas(HandleTable<Session>) unsigned char table_memory[sizeof(HandleTable<Session>)];

void dispatch(int type, int deeper)
{
    const int frame = (run.depth > 0 ? current().frame : 0) + deeper;
    Call& call = run.calls[run.depth++];
    call.begin(type, frame);
    --run.dispatches;
    Session* pinned = Session::table().pin(handle);
    const int rc = corosync::Dispatch<Session>(*pinned, handle).run(call.parsed(), caller(0, frame));
    --run.depth;
    world.seen = 0;
    call.check_result(rc);
    check_settled();
    check_descriptor();
}

void prepare_for_fork()
{
    --run.forks;
    run.forking = true;
    const int refusals = run.refusals;
    world.seen = queue_state();
    session->queue().before_fork();
    session->queue().after_fork();
    world.seen = 0;
    run.forking = false;
    check_settled();
    for (int depth = 0; depth < run.depth; ++depth) {
        const int id = run.calls[depth].held.id;
        check(id < 0 || !world.events[id].lent || world.events[id].kept || refusals > run.refusals,
              "an event is on loan over a fork");
    }
}

void add_own(Options& options)
{
    static const char* const kDispatch[] = {"", "dispatch ONE", "dispatch ALL", "dispatch BLOCKING",
                                            "dispatch ONE_NONBLOCKING"};
    static const char* const kDeep[] = {"", "dispatch ONE, deeper", "dispatch ALL, deeper", "dispatch BLOCKING, deeper",
                                        "dispatch ONE_NONBLOCKING, deeper"};
    static const char* const kDeepest[] = {"", "dispatch ONE, deepest", "dispatch ALL, deepest",
                                           "dispatch BLOCKING, deepest", "dispatch ONE_NONBLOCKING, deepest"};
    static const char* const kJump[] = {"jump to the top", "jump to the first callback", "jump to the second callback"};
    if (run.dispatches > 0 && run.depth < bounds.nesting && !run.finalized) {
        for (int type = 1; type <= 4; ++type) {
            options.add(dispatch_ + type, kDispatch[type]);
            if (busy_records(0) > run.depth) {
                options.add(dispatch_deep + type, kDeep[type]);
                options.add(dispatch_deepest + type, kDeepest[type]);
            }
        }
    }
    if (run.depth == 0)
        return;
    if (run.jumps > 0)
        for (int depth = 0; depth < run.depth; ++depth)
            options.add(jump + depth, kJump[depth]);
    if (run.forks > 0)
        options.add(fork_soon, "prepare for a fork");
    if (bounds.finalize && !run.finalized)
        options.add(finalize, "finalize");
}

// False if the callback returns.
bool act()
{
    Options options;
    options.add(go_on, run.depth == 0 ? "end" : "return");
    if (!run.ending) {
        add_own(options);
        add_others(options);
    }
    const char* where = run.depth == 0 ? "the program at the top" : "the program in a callback";
    const int deed = choose(where, options);
    if (others_do(where, deed))
        return true;
    if (deed == finalize) {
        world.seen = queue_state();
        close_handle(caller(0, current().frame + 1));
        world.seen = 0;
    } else if (deed == fork_soon) {
        prepare_for_fork();
    } else if (deed > dispatch_deepest) {
        dispatch(deed - dispatch_deepest, 5);
    } else if (deed > dispatch_deep) {
        dispatch(deed - dispatch_deep, 3);
    } else if (deed > dispatch_) {
        dispatch(deed - dispatch_, 2);
    } else if (deed >= jump) {
        --run.jumps;
        longjmp(landing[deed - jump], 1);
    }
    return deed != go_on;
}

void land(int depth)
{
    while (run.depth > depth)
        run.calls[--run.depth].held.release();
    check_descriptor();
}

void program()
{
    const int depth = run.depth;
    if (_setjmp(landing[depth]) != 0)
        land(depth);
    world.seen = 0;
    while (act())
        if (run.depth > 0)
            current().held.intact();
}

} // namespace

Session::~Session()
{
    session = nullptr;
}

HandleTable<Session>& Session::table()
{
    return *std::launder(reinterpret_cast<HandleTable<Session>*>(table_memory));
}

// The dispatch loop calls this before each call of the queue, without a lock.
Connection& Session::connection()
{
    Call& call = current();
    if (call.stage == Stage::called_back) {
        call.stage = Stage::between;
    } else if (call.stage == Stage::between) {
        interleave("behind the callback");
        call.stage = Stage::leaving;
    } else if (call.stage == Stage::searching && !call.parsed().waits) {
        call.stage = Stage::leaving;
        interleave("before the dispatch ends");
    }
    world.seen = queue_state();
    return connection_;
}

// The dispatch loop calls this before it reads an event.
const EventHandling& Session::event_handling()
{
    Call& call = current();
    if (call.stage == Stage::begun) {
        check_settled();
        check(busy_records(call.frame) == 1, "a dispatch that a jump left is not cleared away");
    }
    call.stage = Stage::searching;
    interleave("before the queue is asked");
    call.late = run.finalized;
    world.seen = search::Hash().add(queue_state()).add(call.readable).value();
    call.readable = false;
    return kHandling;
}

static Options well_or_ill()
{
    Options options;
    options.add(0, "it is well formed");
    options.add(1, "it is malformed");
    return options;
}

int Session::deliver(std::uint64_t, std::byte* data, std::size_t size)
{
    Call& call = current();
    call.take(data, size);
    call.stage = Stage::in_callback;
    interleave("between the queue and the callback");
    call.malformed = run.malformed > 0 && !run.ending && choose("an event arrives", well_or_ill()) != 0;
    if (call.malformed) {
        --run.malformed;
    } else if (!connection_.closing()) {
        call.check_callback();
        program();
        call.held.intact();
    }
    call.held.release();
    call.stage = Stage::called_back;
    return call.malformed ? -EPROTO : 0;
}

namespace {

// ---- A run.

void begin()
{
    world = {};
    run = {};
    run.dispatches = bounds.dispatches;
    run.jumps = bounds.jumps;
    run.forks = bounds.forks;
    run.refusals = bounds.refusals;
    run.malformed = bounds.malformed;
    run.others = bounds.others;
    run.other_jumps = bounds.other_jumps;
    new (table_memory) HandleTable<Session>;
    session = new (calloc(1, sizeof(Session))) Session; // zeroed, so that its bytes are the same in each run
    corosync::Settings settings;
    settings.transport = corosync::Transport::ring;
    check(session->direct().open("model", settings, corosync::ConnectDeadline(0)) == 0, "no connection");
    handle = Session::table().add(session);
    Session::table().pin(handle); // kept until the end of the run
    unsigned none = 0;
    session->queue().enter(caller(0, 1), first_record, none);
    session->queue().leave(*first_record);
}

// Delivers all that is left, and checks that nothing is left in the end.
void finish()
{
    run.ending = true;
    if (!run.finalized) {
        while (world.announced < world.committed && !world.hung_up)
            world.announce();
        dispatch(2, 2);
        check(run.taken == world.committed, "an event is never delivered");
        check(world.unread == 0 || world.hung_up, "a byte is left for ever");
        close_handle(caller(0, 1));
    } else if (run.half_finalized) {
        end_half();
    }
    run.elsewhere = "the end";
    for (int step = 0; run.dispatching; ++step) {
        check(step < 10, "a dispatch outlives finalize");
        other_goes_on();
    }
    bool busy = false;
    for (const DispatchRecord* record = first_record; record != nullptr; record = record->next)
        busy = busy || record->busy;
    Session::table().unpin(handle);
    check((session == nullptr) != busy, "the session does not end with its last dispatch");
}

void clean()
{
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, nullptr);
    corosync::destroy(session);
}

} // namespace

void explore(search::Search& search, const Bounds& its_bounds)
{
    const model::Descriptors descriptors;
    searching = &search;
    bounds = its_bounds;
    stack = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    search.explore(
        [] {
            begin();
            program();
            finish();
        },
        clean);
}

} // namespace program

namespace model {

using namespace program;

void before(const char* call)
{
    searching->step();
    while (!run.ending && !run.starting_finalize) {
        Options options;
        options.add(go_on, "nothing");
        add_daemon(options);
        if (bounds.finalize && bounds.others > 0 && !run.finalized)
            options.add(begin_finalize, "another thread begins to finalize");
        const int deed = choose(call, options);
        if (deed == begin_finalize) {
            world.lock_awaited = run.starting_finalize = run.half_finalized = true;
            close_handle(caller(2, 1));
            world.lock_awaited = run.starting_finalize = false;
        } else if (!daemon_does(deed)) {
            return;
        }
    }
}

void asleep()
{
    const char* const where = "the first thread sleeps";
    if (run.elsewhere != nullptr)
        return;
    current().stage = Stage::asleep;
    world.seen = 0;
    for (int deed = hang_up; deed != go_on;) {
        Options options;
        if (ready())
            options.add(go_on, "it wakes up");
        add_daemon(options);
        add_others(options);
        if (options.count == 0) {
            check_descriptor();
            searching->end_run(); // it may wait for ever here, and rightly
        }
        deed = choose(where, options);
        if (!daemon_does(deed))
            others_do(where, deed);
    }
    current().readable = world.readable() && !session->direct().closing();
}

bool memory()
{
    int busy = 0;
    for (const DispatchRecord* record = first_record; record != nullptr; record = record->next)
        busy += record->busy ? 1 : 0;
    check(world.events[world.reclaimed].held || busy > run.depth + (run.dispatching ? 1 : 0),
          "a loan is called in whose callback is known to be over");
    if (run.ending || run.refusals == 0)
        return true;
    Options options;
    options.add(1, "there is memory");
    options.add(0, "there is no memory");
    if (choose("a loan is called in", options) != 0)
        return true;
    --run.refusals;
    if (!run.forking)
        (run.elsewhere != nullptr ? run.other : current()).refused = true;
    return false;
}

void fail(const char* what)
{
    searching->fail(what);
}

} // namespace model
