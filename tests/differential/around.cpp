// SPDX-License-Identifier: BSD-3-Clause
// The steps that change the world around the program.
#include "player.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstdio>

#include <csignal>
#include <sys/time.h>
#include <unistd.h>

namespace differential {

namespace {

void ignore(int) {}

constexpr int kMostSent = 40; // messages to a stopped daemon: the socket has room for their bytes

} // namespace

bool Player::ask(const char* format, ...)
{
    char command[64];
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    char answer = 0;
    if (::write(requests_, command, static_cast<std::size_t>(length)) != length)
        ::_exit(5);
    while (::read(requests_, &answer, 1) != 1)
        if (errno != EINTR)
            ::_exit(5);
    return answer == 'k';
}

// A stopped daemon allows calls that the library answers alone, and messages from one sender, since two have no order.
bool Player::may_wait(const Step& with)
{
    const Service service = service_of(with.op);
    if (service == Service::none)
        return false;
    if (is_initialize(with.op))
        return true;
    if (with.op == Op::cpg_iteration_next || with.op == Op::cpg_iteration_finalize)
        return true;
    Slot* const slot = with.a[0] < kSlots ? &this->slot(service, with.a[0]) : nullptr;
    if (!slot || !slot->live || dead(*slot))
        return false;
    switch (with.op) {
    case Op::cmap_fd_get:
    case Op::cmap_context_get:
    case Op::cmap_context_set:
    case Op::cmap_finalize:
    case Op::cpg_fd_get:
    case Op::cpg_max_atomic_msgsize_get:
    case Op::cpg_context_get:
    case Op::cpg_context_set:
    case Op::cpg_flow_control_state_get:
    case Op::votequorum_fd_get:
    case Op::votequorum_context_get:
    case Op::votequorum_context_set:
    case Op::votequorum_finalize:
        return false;
    case Op::cmap_dispatch:
    case Op::cpg_dispatch:
    case Op::votequorum_dispatch:
        return with.a[1] == CS_DISPATCH_BLOCKING;
    case Op::cpg_mcast_joined:
        return with.a[1] > 2000 || (sent_ && slot != sender_) || sent_ >= kMostSent || slot->group == -1;
    default:
        return true;
    }
}

// What another process causes goes to all handles.
bool Player::room_for_others(std::size_t bytes)
{
    for (const auto service : {Service::cmap, Service::cpg})
        for (int selector = 0; selector < kSlots; ++selector) {
            Slot& one = slot(service, selector);
            for (std::size_t i = 0; one.live && i < (service == Service::cmap ? one.trackers : 1); ++i)
                if (!room(one, bytes))
                    return false;
        }
    return true;
}

// All members get confchg events when nodes and their members come and go.
bool Player::room_for_memberships()
{
    constexpr int kEvents = 6;
    for (const auto service : {Service::cpg, Service::votequorum})
        for (int selector = 0; selector < kSlots; ++selector)
            for (int i = 0; i < kEvents; ++i)
                if (Slot& one = slot(service, selector); one.live && !room(one, 1000))
                    return false;
    return true;
}

// Delivers all that has arrived.
void Player::drain()
{
    const auto all = [&](Service service, auto call) {
        for (int selector = 0; selector < kSlots; ++selector) {
            Slot& one = slot(service, selector);
            if (!one.live || dead(one))
                continue;
            Frame& frame = frames_[static_cast<std::size_t>(depth_++)];
            frame.step = top_;
            frame.slot = &one;
            frame.blocking = false;
            frame.callbacks = 1 << 20; // no step is inside this dispatch
            call(one.value, CS_DISPATCH_ALL);
            --depth_;
            one.queued = one.events = 0;
        }
    };
    all(Service::cmap, cmap_dispatch);
    all(Service::cpg, cpg_dispatch);
    all(Service::votequorum, votequorum_dispatch);
}

void Player::signals(const Step& with)
{
    struct sigaction action {};
    action.sa_handler = ignore;
    action.sa_flags = with.a[0] == 2 ? SA_RESTART : 0;
    ::sigaction(SIGALRM, &action, nullptr);
    const timeval interval{0, with.a[0] ? 700 : 0};
    const itimerval timer{interval, interval};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
}

void Player::around(const Step& with)
{
    const auto number = [](std::int64_t value) { return static_cast<int>(value); };
    if (inside())
        return skip("not in a callback");
    if (with.op >= Op::other_join && (stopped_ || down_))
        return skip("the daemon does not serve");
    switch (with.op) {
    case Op::daemon_stop:
        if (down_ || stopped_)
            return skip("it does not run");
        stopped_ = ask("stop");
        sent_ = 0;
        return;
    case Op::daemon_continue: {
        if (!stopped_)
            return skip("it is not stopped");
        ask("continue");
        stopped_ = false;
        Slot* const sender = sent_ && sender_ && sender_->live ? sender_ : nullptr;
        return settle(sender);
    }
    case Op::daemon_kill:
        if (down_)
            return skip("it does not run");
        if (with.a[0] && !stopped_) {
            end();
            drain();
            begin_callback("killed"); // the rest of the line
        }
        ask("kill");
        ++world_;
        kept_of_dead_ += kept_;
        kept_ = 0;
        down_ = true;
        stopped_ = false;
        return;
    case Op::daemon_start:
        if (!down_)
            return skip("it runs");
        down_ = false;
        return say(ask("start") ? " 1" : " 0");
    case Op::other_join:
        return room_for_others(1000) ? say(" %d", ask("join %d %d", number(with.a[0]), number(with.a[1])))
                                     : skip("queues are full");
    case Op::other_leave:
        return room_for_others(1000) ? say(" %d", ask("leave %d", number(with.a[1]))) : skip("queues are full");
    case Op::other_send:
        return room_for_others(static_cast<std::size_t>(with.a[0]) + 300)
                   ? say(" %d", ask("send %d %d", number(with.a[0]), number(with.a[1])))
                   : skip("queues are full");
    case Op::other_end:
        return room_for_others(1000) ? say(" %d", ask(with.a[0] ? "die %d" : "end %d", number(with.a[1])))
                                     : skip("queues are full");
    case Op::node_away:
        if (away_)
            return skip("a node is away");
        if (!room_for_memberships())
            return skip("queues are full");
        away_ = ask(with.a[1] ? "freeze %d" : "cut %d", number(with.a[0]));
        return say(" %d", away_);
    case Op::node_back:
        if (!away_)
            return skip("no node is away");
        if (!room_for_memberships())
            return skip("queues are full");
        away_ = false;
        return say(" %d", ask("back"));
    default:
        return room_for_others(1000) ? say(" %d", ask("set %d %d 1", number(with.a[0]), number(with.a[1])))
                                     : skip("queues are full");
    }
}

} // namespace differential
