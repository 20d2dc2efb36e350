// SPDX-License-Identifier: BSD-3-Clause
#include "guesses.hpp"

namespace differential {

namespace {

bool initializes(Op op)
{
    switch (op) {
    case Op::cmap_initialize:
    case Op::cmap_initialize_map:
    case Op::cpg_initialize:
    case Op::cpg_model_initialize:
    case Op::votequorum_initialize:
    case Op::votequorum_model_initialize:
        return true;
    default:
        return false;
    }
}

} // namespace

bool Guesses::suits(Op op, const Guess& guess)
{
    if (initializes(op))
        return !guess.live;
    switch (op) {
    case Op::cpg_join:
        return guess.live && !guess.member && !guess.left;
    case Op::cpg_leave:
    case Op::cpg_mcast_joined:
    case Op::cpg_zcb_mcast_joined:
        return guess.member;
    case Op::cmap_dispatch:
    case Op::cpg_dispatch:
    case Op::votequorum_dispatch:
        return guess.live && guess.waiting > 0;
    default:
        return guess.live;
    }
}

std::int64_t Guesses::slot_for(Op op, Random& random)
{
    if (random.chance(4))
        return kSlots + random.below(kSelectors - kSlots);
    const auto first = random.below(kSlots);
    if (service_of(op) != Service::none && random.chance(85))
        for (std::int64_t i = 0; i < kSlots; ++i)
            if (suits(op, of(op, (first + i) % kSlots)))
                return (first + i) % kSlots;
    return first;
}

void Guesses::learn(const Step& step)
{
    if (service_of(step.op) == Service::none || step.a[0] >= kSlots)
        return;
    Guess& one = of(step.op, step.a[0]);
    if (initializes(step.op) && !one.live)
        one = {.live = true};
    switch (step.op) {
    case Op::cmap_finalize:
    case Op::cpg_finalize:
    case Op::votequorum_finalize:
        one = {};
        break;
    case Op::cpg_join:
        one.member = one.live && !one.left;
        ++one.waiting;
        break;
    case Op::cpg_leave:
        one.left = one.left || one.member;
        one.member = false;
        break;
    case Op::cpg_mcast_joined:
    case Op::cpg_zcb_mcast_joined:
        one.waiting += one.member;
        break;
    case Op::cmap_track_add:
        one.told = true;
        break;
    case Op::votequorum_trackstart:
        one.told = true;
        ++one.waiting;
        break;
    case Op::cmap_dispatch:
    case Op::cpg_dispatch:
    case Op::votequorum_dispatch:
        one.waiting = step.a[1] == 2 || !one.waiting ? 0 : one.waiting - 1;
        break;
    case Op::votequorum_setexpected:
    case Op::votequorum_setvotes:
    case Op::cmap_set:
    case Op::cmap_set_string:
    case Op::cmap_set_uint32:
    case Op::cmap_inc:
    case Op::cmap_dec:
    case Op::cmap_delete:
        for (auto& each : all_[static_cast<std::size_t>(service_of(step.op))])
            each.waiting += each.told;
        break;
    default:
        break;
    }
}

} // namespace differential
