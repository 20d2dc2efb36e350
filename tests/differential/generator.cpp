// SPDX-License-Identifier: BSD-3-Clause
#include "generator.hpp"

#include "arguments.hpp"
#include "guesses.hpp"
#include "random.hpp"

#include <iterator>
#include <utility>

namespace differential {

namespace {

struct Weight {
    Op op;
    int weight;
};

constexpr Weight kWeights[] = {
    // libcmap
    {Op::cmap_initialize, 4},
    {Op::cmap_initialize_map, 2},
    {Op::cmap_finalize, 3},
    {Op::cmap_fd_get, 2},
    {Op::cmap_dispatch, 30},
    {Op::cmap_context_get, 2},
    {Op::cmap_context_set, 2},
    {Op::cmap_set, 14},
    {Op::cmap_set_int8, 2},
    {Op::cmap_set_uint8, 2},
    {Op::cmap_set_int16, 2},
    {Op::cmap_set_uint16, 2},
    {Op::cmap_set_int32, 2},
    {Op::cmap_set_uint32, 2},
    {Op::cmap_set_int64, 2},
    {Op::cmap_set_uint64, 2},
    {Op::cmap_set_float, 2},
    {Op::cmap_set_double, 2},
    {Op::cmap_set_string, 8},
    {Op::cmap_delete, 6},
    {Op::cmap_get, 12},
    {Op::cmap_get_int8, 1},
    {Op::cmap_get_uint8, 1},
    {Op::cmap_get_int16, 1},
    {Op::cmap_get_uint16, 1},
    {Op::cmap_get_int32, 1},
    {Op::cmap_get_uint32, 1},
    {Op::cmap_get_int64, 1},
    {Op::cmap_get_uint64, 1},
    {Op::cmap_get_float, 1},
    {Op::cmap_get_double, 1},
    {Op::cmap_get_string, 4},
    {Op::cmap_inc, 4},
    {Op::cmap_dec, 4},
    {Op::cmap_iter_init, 4},
    {Op::cmap_iter_next, 8},
    {Op::cmap_iter_finalize, 3},
    {Op::cmap_track_add, 12},
    {Op::cmap_track_delete, 4},
    // libcpg
    {Op::cpg_initialize, 4},
    {Op::cpg_model_initialize, 4},
    {Op::cpg_finalize, 3},
    {Op::cpg_fd_get, 2},
    {Op::cpg_max_atomic_msgsize_get, 1},
    {Op::cpg_context_get, 1},
    {Op::cpg_context_set, 1},
    {Op::cpg_dispatch, 40},
    {Op::cpg_join, 12},
    {Op::cpg_leave, 4},
    {Op::cpg_mcast_joined, 50},
    {Op::cpg_membership_get, 6},
    {Op::cpg_local_get, 3},
    {Op::cpg_flow_control_state_get, 1},
    {Op::cpg_zcb_alloc, 4},
    {Op::cpg_zcb_free, 3},
    {Op::cpg_zcb_mcast_joined, 8},
    {Op::cpg_iteration_initialize, 4},
    {Op::cpg_iteration_next, 8},
    {Op::cpg_iteration_finalize, 3},
    // libvotequorum
    {Op::votequorum_initialize, 4},
    {Op::votequorum_model_initialize, 3},
    {Op::votequorum_finalize, 3},
    {Op::votequorum_dispatch, 24},
    {Op::votequorum_fd_get, 2},
    {Op::votequorum_getinfo, 8},
    {Op::votequorum_setexpected, 6},
    {Op::votequorum_setvotes, 6},
    {Op::votequorum_trackstart, 12},
    {Op::votequorum_trackstop, 4},
    {Op::votequorum_context_get, 1},
    {Op::votequorum_context_set, 1},
    {Op::votequorum_qdevice_register, 4},
    {Op::votequorum_qdevice_unregister, 3},
    {Op::votequorum_qdevice_update, 3},
    {Op::votequorum_qdevice_poll, 5},
    {Op::votequorum_qdevice_master_wins, 3},
    {Op::votequorum_get_qdevice_extra_info, 1},
    {Op::votequorum_set_qdevice_extra_info, 1},
};
static_assert(std::size(kWeights) == kFunctions);

class Generator {
public:
    Generator(std::uint64_t seed, const Wishes& wishes) : random_(seed), wishes_(wishes) {}

    Program make()
    {
        for (int slot = 0; slot < kSlots; ++slot)
            for (const Op op : {Op::cmap_initialize, Op::cpg_model_initialize, Op::votequorum_initialize})
                if (random_.chance(60))
                    add(0, 0, op, slot);
        for (std::size_t steps = 0; steps < wishes_.steps; ++steps)
            if (random_.chance(1))
                add(0, 0, Op::fork, random_.below(3));
            else if (wishes_.around && random_.chance(5))
                around();
            else
                add(0, 0, any());
        return std::move(program_);
    }

private:
    // One of the functions, chosen by weight.
    Op any()
    {
        static const int all = [] {
            int sum = 0;
            for (const auto& one : kWeights)
                sum += one.weight;
            return sum;
        }();
        auto number = random_.below(all);
        for (const auto& one : kWeights)
            if ((number -= one.weight) < 0)
                return one.op;
        return Op::cmap_fd_get;
    }

    void add(int depth, int at, Op op) { add(depth, at, op, guesses_.slot_for(op, random_)); }

    void add(int depth, int at, Op op, std::int64_t slot)
    {
        Step step{.depth = depth, .at = at, .op = op, .a = {slot}};
        if (is_initialize(op))
            step.a[0] = slot % kSlots;
        arguments_.fill(step);
        program_.push_back(step);
        guesses_.learn(step);
        if (wishes_.inside && is_dispatch(op) && depth < 3 && random_.chance(depth ? 40 : 30))
            inside(step);
    }

    // Stops or kills the daemon for a few steps only.
    void around()
    {
        const auto number = random_.below(100);
        const auto step = [&](Op op, std::int64_t first = 0, std::int64_t second = 0) {
            program_.push_back({.op = op, .a = {first, second}});
        };
        const auto node = wishes_.nodes > 1 ? 1 + random_.below(wishes_.nodes) : 0;
        if (wishes_.nodes > 1 && number < 13) {
            // Another process than the program, and one at a time.
            if (number < 5)
                program_.push_back(
                    {.op = Op::node_away, .a = {2 + random_.below(wishes_.nodes - 1), random_.below(2)}});
            else
                step(Op::node_back);
        } else if (number < 12) {
            step(Op::daemon_stop);
            for (auto count = 1 + random_.below(6); count; --count)
                add(0, 0, random_.chance(50) ? Op::cpg_mcast_joined : any());
            step(Op::daemon_continue);
        } else if (number < 13) {
            step(Op::daemon_kill, random_.below(2));
            for (auto count = random_.below(30); count; --count)
                add(0, 0, any());
            step(Op::daemon_start);
        } else if (number < 15) {
            step(Op::signals, 1 + random_.below(2));
            for (auto count = random_.below(20); count; --count)
                add(0, 0, any());
            step(Op::signals, 0);
        } else if (number < 17) {
            // KiB of memory: too little in any case. KiB of locked memory: enough for all but the rings.
            const auto of_what = random_.of({0, 0, 1, 1, 2, 3, 3});
            const auto much = of_what == 1   ? random_.of({100, 200})
                              : of_what == 3 ? random_.of({3000, 4000})
                                             : 1 + random_.below(2);
            if ((of_what != 1 && of_what != 3) || wishes_.memory)
                program_.push_back({.op = Op::starved, .a = {random_.below(3), of_what, much}});
        } else if (number < 20) {
            program_.push_back({.op = Op::fd_closed,
                                .a = {random_.below(3), random_.below(kSlots), random_.below(3), random_.below(6)}});
        } else if (number < 24) {
            step(Op::apart, random_.below(1000));
        } else if (number < 40) {
            step(Op::other_join, random_.below(2), node);
        } else if (number < 50) {
            step(Op::other_leave, 0, node);
        } else if (number < 80) {
            step(Op::other_send, arguments_.message_size() % 300001, node);
        } else if (number < 85) {
            step(Op::other_end, random_.below(2), node);
        } else {
            step(Op::other_set, random_.below(5), random_.below(1000));
        }
    }

    // The steps in the callbacks of this dispatch.
    void inside(const Step& outer)
    {
        for (auto count = 1 + random_.below(3); count; --count) {
            const int at = static_cast<int>(random_.below(3));
            const bool same = random_.chance(70);
            if (random_.chance(15)) {
                add(outer.depth + 1, at, Op::jump, random_.below(3));
            } else if (random_.chance(15)) {
                add(outer.depth + 1, at, Op::fork, wishes_.forks ? random_.below(3) : 2 * random_.below(2));
            } else if (random_.chance(30)) {
                constexpr Op kAll[] = {Op::cmap_dispatch, Op::cpg_dispatch, Op::votequorum_dispatch};
                if (same)
                    add(outer.depth + 1, at, outer.op, outer.a[0]);
                else
                    add(outer.depth + 1, at, kAll[random_.below(3)]);
            } else {
                Op op = any();
                while (same && service_of(op) != service_of(outer.op))
                    op = any();
                if (same)
                    add(outer.depth + 1, at, op, outer.a[0]);
                else
                    add(outer.depth + 1, at, op);
            }
        }
    }

    Random random_;
    const Wishes wishes_;
    Arguments arguments_{random_, wishes_};
    Guesses guesses_;
    Program program_;
};

} // namespace

Program generate(std::uint64_t seed, const Wishes& wishes)
{
    return Generator(seed, wishes).make();
}

} // namespace differential
