// SPDX-License-Identifier: BSD-3-Clause
#include "player.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <unistd.h>

namespace differential {

Player* player = nullptr;

namespace {

constexpr std::size_t kMostQueued = 600'000; // bytes in a ring of 1 MiB
constexpr std::size_t kMostEvents = 120;     // the socket has room for their bytes

// Blocks SIGALRM as long as it lives.
class Quiet {
public:
    explicit Quiet(bool wanted) : wanted_(wanted) { change(SIG_BLOCK); }
    ~Quiet() { change(SIG_UNBLOCK); }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

private:
    void change(int how) const
    {
        sigset_t alarm;
        sigemptyset(&alarm);
        sigaddset(&alarm, SIGALRM);
        if (wanted_)
            ::sigprocmask(how, &alarm, nullptr);
    }

    const bool wanted_;
};

} // namespace

Slot& Player::slot(Service service, std::int64_t selector)
{
    return slots_[static_cast<std::size_t>(service)][static_cast<std::size_t>(selector)];
}

Slot* Player::slot_of(Service service, std::uint64_t handle)
{
    for (auto& one : slots_[static_cast<std::size_t>(service)])
        if (one.live && one.value == handle)
            return &one;
    return nullptr;
}

std::uint64_t Player::value(Service service, std::int64_t selector)
{
    return selector < kSlots ? slot(service, selector).value
                             : never_valid(static_cast<int>(selector), slot(service, 0).value);
}

const char* Player::label(Service service, std::uint64_t handle)
{
    static char text[8];
    const Slot* const found = slot_of(service, handle);
    const auto number = found ? found - &slot(service, 0) : -1;
    std::snprintf(text, sizeof text, "%c%c", kLetters[static_cast<int>(service)],
                  found ? static_cast<char>('0' + number) : '?');
    return text;
}

bool Player::room(Slot& slot, std::size_t bytes)
{
    if (slot.queued + bytes > kMostQueued || slot.events + 1 > kMostEvents)
        return false;
    slot.queued += bytes;
    ++slot.events;
    return true;
}

void Player::settle(Slot* sender)
{
    if (down_)
        return;
    if (stopped_) {
        sender_ = sender;
        ++sent_;
        return;
    }
    unsigned nodeid = 0;
    if (sender && !dead(*sender))
        if (const auto error = cpg_local_get(sender->value, &nodeid); error != CS_OK)
            say(" (barrier %d)", error);
    char answer = 'b';
    while (::write(steward_, &answer, 1) != 1)
        if (errno != EINTR)
            ::_exit(4);
    while (::read(steward_, &answer, 1) != 1)
        if (errno != EINTR)
            ::_exit(4);
}

void Player::one(std::size_t step)
{
    const Step& what = program()[step];
    if (is_dispatch(what.op) && depth_ == kMostFrames)
        return;
    if (!is_dispatch(what.op))
        begin(step);
    if (leave_at_ >= 0 && (is_finalize(what.op) || what.op == Op::cpg_leave)) {
        skip("the reference would break the parent's, or leave as the child");
    } else if (stopped_ && may_wait(what)) {
        if (is_dispatch(what.op))
            begin(step);
        skip("it would wait for the daemon");
    } else {
        // The reference's initialize fails if signals come: that is known.
        if (is_finalize(what.op) && what.a[0] < kSlots)
            count_kept(slot(service_of(what.op), what.a[0]));
        const Quiet quiet(is_initialize(what.op) || what.op == Op::starved || what.op == Op::apart);
        action_of(what.op)(step, what);
    }
    end();
}

void Player::finish()
{
    constexpr Op kFinalize[] = {Op::cmap_finalize, Op::cpg_finalize, Op::votequorum_finalize};
    for (int service = 0; service < 3; ++service)
        for (int selector = 0; selector < kSlots; ++selector) {
            if (!slot(static_cast<Service>(service), selector).live)
                continue;
            Step finalize;
            finalize.op = kFinalize[service];
            finalize.a[0] = selector;
            say("end finalize %c%d:", kLetters[service], selector);
            finalize_of(service)(0, finalize);
            end();
        }
    state();
    say("end threads %d rings %s\n", count_entries("/proc/self/task"), !countable ? "?" : maps_rings() ? "yes" : "no");
}

int Player::play(const Program& program)
{
    player = this;
    program_ = &program;
    descriptors_ = count_descriptors();
    for (std::size_t step = 0; step < program.size(); step = end_of(program, step)) {
        top_ = step;
        one(step);
        state();
    }
    signals({});
    if (stopped_) {
        ask("continue");
        stopped_ = false;
    }
    if (away_)
        ask("back");
    finish();
    return kept_of_dead_;
}

Action action_of(Op op)
{
    switch (service_of(op)) {
    case Service::cmap:
        return cmap_step;
    case Service::cpg:
        return cpg_step;
    case Service::votequorum:
        return votequorum_step;
    case Service::none:
        break;
    }
    if (op == Op::apart)
        return [](std::size_t, const Step& with) { player->apart(with); };
    if (op == Op::fd_closed)
        return [](std::size_t, const Step& with) { player->fd_closed(with); };
    if (op == Op::starved)
        return [](std::size_t, const Step& with) { player->starved(with); };
    if (op == Op::signals)
        return [](std::size_t, const Step& with) { player->signals(with); };
    if (op > Op::fork)
        return [](std::size_t, const Step& with) { player->around(with); };
    if (op == Op::fork)
        return [](std::size_t step, const Step&) { player->fork(step); };
    return [](std::size_t, const Step& with) {
        if (!player->inside())
            return player->skip("not in a callback");
        player->end();
        player->jump(with.a[0]);
    };
}

} // namespace differential
