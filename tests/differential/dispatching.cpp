// SPDX-License-Identifier: BSD-3-Clause
// Running dispatches, and what happens in their callbacks.
#include "player.hpp"

#include <algorithm>
#include <cerrno>

#include <sys/wait.h>
#include <unistd.h>

namespace differential {

Action finalize_of(int service)
{
    constexpr Action kAll[] = {cmap_step, cpg_step, votequorum_step};
    return kAll[service];
}

int Player::pull(std::size_t step, Service service, std::uint64_t handle, cs_dispatch_flags_t type,
                 cs_error_t (*call)(std::uint64_t, cs_dispatch_flags_t), bool by_jump)
{
    Frame& frame = frames_[static_cast<std::size_t>(depth_)];
    frame.step = step;
    frame.callbacks = 0;
    frame.slot = slot_of(service, handle);
    frame.handle = handle;
    frame.blocking = type == CS_DISPATCH_BLOCKING;
    frame.leave_by_jump = by_jump;
    const int depth = depth_;
    ++depth_;
    volatile int result = 0;
    if (setjmp(frame.jump) == 0)
        result = call(handle, type);
    depth_ = depth;
    if (result == CS_OK && type == CS_DISPATCH_ALL && frame.slot)
        frame.slot->queued = frame.slot->events = 0;
    return result;
}

void Player::dispatch(std::size_t step, cs_error_t (*call)(std::uint64_t, cs_dispatch_flags_t))
{
    const Step& what = program()[step];
    const auto service = service_of(what.op);
    const int result = pull(step, service, value(service, what.a[0]), static_cast<cs_dispatch_flags_t>(what.a[1]), call,
                            what.a[2] & 1);
    begin(step);
    result ? say(" %d", result) : say(" left by a jump");
    if (leave_at_ >= depth_) { // a jump may have skipped more dispatches
        say(" child leaves\n");
        ::_exit(0);
    }
}

void Player::begin_callback(const char* name)
{
    const Slot* const slot = depth_ ? frames_[static_cast<std::size_t>(depth_ - 1)].slot : nullptr;
    say("%zu%.*s %s%s:", top_, depth_, ">>>>>>>>", slot && dead(*slot) ? "late " : "", name);
}

// The connection may stay open: a call from a deeper frame cannot tell that a jump left the dispatch.
void Player::count_kept(const Slot& slot)
{
    kept_ += inside() && slot.live && slot.jumped && !dead(slot);
}

void Player::leave_if_empty(Frame& frame)
{
    Slot* const slot = frame.slot;
    if (!frame.blocking || !slot || !slot->live || readable(slot->fd))
        return;
    if (frame.leave_by_jump)
        jump(0);
    if (leave_at_ >= 0) {
        say("child leaves\n"); // on the reference, finalize would break the parent's handle
        ::_exit(0);
    }
    const auto service = service_of(program()[frame.step].op);
    Step finalize;
    finalize.op = service == Service::cmap  ? Op::cmap_finalize
                  : service == Service::cpg ? Op::cpg_finalize
                                            : Op::votequorum_finalize;
    finalize.a[0] = slot - &this->slot(service, 0);
    begin_callback("finalize");
    count_kept(*slot);
    finalize_of(static_cast<int>(service))(0, finalize);
    end();
}

// Runs the steps that are inside this callback.
void Player::end_callback(Service, std::uint64_t)
{
    Frame& frame = frames_[static_cast<std::size_t>(depth_ - 1)];
    if (frame.slot && dead(*frame.slot))
        return end(); // on the reference there are no more callbacks
    say(frame.slot && frame.slot->live && readable(frame.slot->fd) ? " more\n" : "\n");
    const int at = frame.callbacks++;
    const auto end = end_of(program(), frame.step);
    const int depth = program()[frame.step].depth + 1;
    for (auto inner = frame.step + 1; inner < end; inner = end_of(program(), inner))
        if (program()[inner].depth == depth && program()[inner].at == at)
            one(inner);
    leave_if_empty(frame);
}

void Player::jump(std::int64_t levels)
{
    countable = false; // the reference keeps the connection after a jump
    const auto to = std::max<std::int64_t>(0, depth_ - 1 - levels);
    std::uint64_t finalized = 0; // nested dispatches may have the same handle
    for (auto left = to; left < depth_; ++left) {
        const Frame& frame = frames_[static_cast<std::size_t>(left)];
        if (!frame.slot)
            continue;
        frame.slot->jumped = true;
        if (frame.slot->value == frame.handle && frame.slot->live)
            continue;
        kept_ += frame.handle != finalized;
        finalized = frame.handle;
    }
    std::longjmp(frames_[static_cast<std::size_t>(to)].jump, 1);
}

void Player::fork(std::size_t step)
{
    const auto kind = program()[step].a[0];
    const pid_t child = ::fork();
    if (child == 0) {
        say(" child");
        const bool waits =
            std::any_of(frames_.begin(), frames_.begin() + depth_, [](const Frame& frame) { return frame.blocking; });
        if (kind == 0 || (kind > 1 && !inside()) || waits) // a blocking dispatch would wait in the child
            ::_exit(0);
        if (kind == 1 && inside()) {
            leave_at_ = depth_ - 1;
            return;
        }
        if (kind == 2) {
            leave_at_ = depth_ - 1;
            end();
            jump(0);
        }
        ::_exit(0);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) != child && errno == EINTR) {
    }
    say(WIFSIGNALED(status) ? " child died of %d" : " child ended %d",
        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

} // namespace differential
