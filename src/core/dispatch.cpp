#include "core/dispatch.hpp"

namespace corosync {
namespace {

// How long a waiting dispatch keeps a large buffer.
constexpr int kIdleMs = 1000;

struct Run {
    Connection& connection;
    const Receiver& receiver;
    std::uint64_t handle;
    Dispatching* record;
    const NoCancel& cancellation;

    void leave() const
    {
        connection.leave_dispatch(*record);
        receiver.unpin(receiver.session, handle, 1);
    }
};

// A thread cancelled while it waits takes no lock, pin or record with it.
void cancelled(void* run)
{
    static_cast<const Run*>(run)->leave();
}

// The one place where a dispatch sleeps, and the only one besides the callbacks where its thread may be cancelled.
// (Not in the loop: what pthread_cleanup_push keeps on the stack would be live across the callbacks.)
__attribute__((noinline)) short sleep_cancellable(Run& run)
{
    short revents = 0;
    pthread_cleanup_push(cancelled, &run);
    run.cancellation.allow();
    revents = run.connection.sleep(run.record->buffer.large() ? kIdleMs : -1);
    run.cancellation.forbid();
    pthread_cleanup_pop(0);
    if (revents == 0)
        run.record->buffer.trim();
    return revents;
}

// One event to the program, cancellation and all else as it called us.
int call_back(const Run& run, const Event& event)
{
    int rc = -EBADF;
    if (!run.connection.closing()) { // no callback after another thread's finalize
        run.cancellation.allow();
        rc = run.receiver.deliver(run.receiver.session, run.handle, event.data, event.size);
        run.cancellation.forbid();
    }
    if (event.lent)
        run.connection.end_loan();
    return run.connection.closing() ? -EBADF : rc;
}

int loop(Run& run, DispatchType type)
{
    Taking taking{type.one, type.waits, false};
    for (;;) {
        Event event;
        const int taken = run.connection.take(*run.record, taking, run.receiver, event);
        taking.readable = false;
        if (taken < 0)
            return taken;
        if (taken > 0) {
            // No data: the event was taken in by the filter, and counts.
            const int rc = event.data != nullptr ? call_back(run, event) : 0;
            if (rc < 0 || type.one)
                return rc;
        } else if (!type.waits) {
            return type.one ? -EAGAIN : 0;
        } else {
            taking.readable = (sleep_cancellable(run) & POLLIN) != 0;
        }
    }
}

} // namespace

int run_dispatch(Connection& connection, const Receiver& receiver, std::uint64_t handle, DispatchType type,
                 const Caller& caller)
{
    const NoCancel no_cancel;
    unsigned left_behind = 0;
    Dispatching* record = connection.enter_dispatch(caller, left_behind);
    if (left_behind != 0)
        receiver.unpin(receiver.session, handle, left_behind);
    if (record == nullptr) {
        receiver.unpin(receiver.session, handle, 1);
        return -ENOMEM;
    }
    Run run{connection, receiver, handle, record, no_cancel};
    const int rc = loop(run, type);
    run.leave();
    return rc;
}

} // namespace corosync
