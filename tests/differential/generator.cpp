#include "generator.hpp"

#include <initializer_list>

namespace differential {

namespace {

// SplitMix64: the same everywhere.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::int64_t below(std::int64_t limit)
    {
        std::uint64_t value = state_ += 0x9e3779b97f4a7c15;
        value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
        value = (value ^ value >> 27) * 0x94d049bb133111eb;
        return static_cast<std::int64_t>((value ^ value >> 31) % static_cast<std::uint64_t>(limit));
    }
    bool chance(int percent) { return below(100) < percent; }
    std::int64_t of(std::initializer_list<std::int64_t> values) { return values.begin()[below(std::ssize(values))]; }

private:
    std::uint64_t state_;
};

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
    // One of the functions.
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

    // What is known of a slot, if nothing unforeseen has happened.
    struct Guess {
        bool live = false, member = false, left = false, told = false;
        int waiting = 0; // events
    };

    Guess& guess(Op op, std::int64_t slot)
    {
        return guesses_[static_cast<std::size_t>(service_of(op))][static_cast<std::size_t>(slot)];
    }

    bool suits(Op op, const Guess& guess)
    {
        switch (op) {
        case Op::cmap_initialize:
        case Op::cmap_initialize_map:
        case Op::cpg_initialize:
        case Op::cpg_model_initialize:
        case Op::votequorum_initialize:
        case Op::votequorum_model_initialize:
            return !guess.live;
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

    // Mostly one of those that the step is made for.
    std::int64_t slot_for(Op op)
    {
        if (random_.chance(4))
            return kSlots + random_.below(kSelectors - kSlots);
        const auto first = random_.below(kSlots);
        if (service_of(op) != Service::none && random_.chance(85))
            for (std::int64_t i = 0; i < kSlots; ++i)
                if (suits(op, guess(op, (first + i) % kSlots)))
                    return (first + i) % kSlots;
        return first;
    }

    void learn(const Step& step)
    {
        if (service_of(step.op) == Service::none || step.a[0] >= kSlots)
            return;
        Guess& one = guess(step.op, step.a[0]);
        switch (step.op) {
        case Op::cmap_initialize:
        case Op::cmap_initialize_map:
        case Op::cpg_initialize:
        case Op::cpg_model_initialize:
        case Op::votequorum_initialize:
        case Op::votequorum_model_initialize:
            if (!one.live)
                one = {.live = true};
            break;
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
            for (auto& each : guesses_[static_cast<std::size_t>(service_of(step.op))])
                each.waiting += each.told;
            break;
        default:
            break;
        }
    }

    void add(int depth, int at, Op op) { add(depth, at, op, slot_for(op)); }

    void add(int depth, int at, Op op, std::int64_t slot)
    {
        Step step{.depth = depth, .at = at, .op = op, .a = {slot}};
        if (is_initialize(op))
            step.a[0] = slot % kSlots;
        switch (service_of(op)) {
        case Service::cmap:
            cmap(step);
            break;
        case Service::cpg:
            cpg(step);
            break;
        case Service::votequorum:
            votequorum(step);
            break;
        case Service::none:
            break;
        }
        program_.push_back(step);
        learn(step);
        if (wishes_.inside && is_dispatch(op) && depth < 3 && random_.chance(depth ? 40 : 30))
            inside(step);
    }

    // The daemon is stopped or dead for a few steps only.
    void around()
    {
        const auto number = random_.below(100);
        const auto step = [&](Op op, std::int64_t first = 0, std::int64_t second = 0) {
            program_.push_back({.op = op, .a = {first, second}});
        };
        if (number < 12) {
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
            // Memory: what is too little in any case.
            if (random_.chance(50) || !wishes_.memory)
                program_.push_back({.op = Op::starved, .a = {random_.below(3), 0, 1 + random_.below(2)}});
            else
                program_.push_back({.op = Op::starved, .a = {random_.below(3), 1, random_.of({100, 1000, 1500})}});
        } else if (number < 24) {
            step(Op::apart, random_.below(1000));
        } else if (number < 40) {
            step(Op::other_join, random_.below(2));
        } else if (number < 50) {
            step(Op::other_leave);
        } else if (number < 80) {
            step(Op::other_send, message_size() % 300001);
        } else if (number < 85) {
            step(Op::other_end, random_.below(2));
        } else {
            step(Op::other_set, random_.below(5), random_.below(1000));
        }
    }

    // What the callbacks of this dispatch do.
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

    std::int64_t dispatch_type() { return 1 + (random_.chance(10) ? 2 : random_.of({0, 1, 1, 3})); }

    std::int64_t key() { return random_.chance(75) ? random_.below(5) : random_.below(kKeys); }
    std::int64_t context() { return random_.of({0, 1, 0x1234, -1}); }
    std::int64_t number()
    {
        return random_.of({0, 1, -1, 127, 128, 255, 32767, 65535, 2147483647, 4294967295, INT64_MAX, INT64_MIN});
    }

    void cmap(Step& step)
    {
        auto& a = step.a;
        a[1] = key();
        switch (step.op) {
        case Op::cmap_initialize_map:
            a[1] = random_.of({0, 1, 1, 1, 2, -1});
            break;
        case Op::cmap_dispatch:
            a[1] = dispatch_type();
            a[2] = random_.below(2);
            break;
        case Op::cmap_context_set:
            a[1] = context();
            break;
        case Op::cmap_set:
            a[2] = random_.chance(50) ? 12 : random_.of({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11, 11, 13, 255});
            a[3] = random_.of({0,    1,    2,    4,     8,     16,    100,   255,     1000,    4080,
                               4096, 5000, 8192, 16383, 16384, 16385, 20000, 1048280, 1048281, 2000000});
            if (a[2] < 11 && random_.chance(70)) {
                constexpr std::int64_t kSizes[] = {0, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
                a[3] = kSizes[a[2]];
            }
            a[4] = random_.chance(3) ? -1 : random_.below(256);
            break;
        case Op::cmap_set_string:
            a[2] = random_.of({-1, 0, 1, 5, 100, 4096, 16383, 16384, 16385, 20000});
            a[3] = random_.below(256);
            break;
        case Op::cmap_get:
            a[2] = random_.of({1, 2, 4, 8, 16, 100, 255, 4096, 16384, 16385, 20000, 1000000, 1052620});
            a[3] = random_.chance(60) ? 0 : random_.below(8);
            break;
        case Op::cmap_iter_init:
            a[1] = random_.below(kSlots);
            a[2] = random_.of({20, 0, 21, 7, kNullKey, 9, 10, 6, 16});
            a[3] = random_.chance(3);
            break;
        case Op::cmap_iter_next:
            a[1] = random_.below(kSlots);
            a[2] = random_.chance(80) ? 0 : random_.below(8);
            break;
        case Op::cmap_iter_finalize:
        case Op::cmap_track_delete:
            a[1] = random_.below(kSlots);
            break;
        case Op::cmap_track_add:
            a[1] = random_.below(kSlots);
            a[2] = random_.chance(30) ? random_.of({20, 21}) : key();
            a[3] = random_.chance(60) ? (a[2] >= 20 ? 15 : 7)
                                      : random_.of({0, 1, 2, 4, 6, 7, 8, 9, 10, 12, 15, 16, 64, -1});
            a[4] = random_.chance(5) ? random_.below(4) : 0;
            break;
        default:
            a[2] = number();
            break;
        }
    }

    std::int64_t group_name() { return random_.chance(70) ? random_.below(2) : random_.below(kGroups); }

    std::int64_t message_size()
    {
        if (random_.chance(50))
            return random_.below(2000);
        const auto size = random_.of(
            {0, 1, 8, 64, 1000, 4040, 4096, 4097, 5000, 8192, 20000, 60000, 65536, 100000, 261888, 262144, 300000});
        return wishes_.large || size < 4000 ? size : size % 4000;
    }

    void cpg(Step& step)
    {
        auto& a = step.a;
        switch (step.op) {
        case Op::cpg_initialize:
            a[1] = random_.chance(70) ? 3 : random_.of({0, 1, 2, 8});
            break;
        case Op::cpg_model_initialize:
            a[1] = random_.chance(70) ? 7 : random_.of({0, 1, 2, 3, 4, 5, 6, 8});
            a[2] = random_.chance(95) ? 1 : random_.of({0, 2, 99, -1});
            a[3] = random_.chance(98) ? random_.below(2) : random_.of({2, 3, -1});
            a[4] = context();
            break;
        case Op::cpg_context_set:
            a[1] = context();
            break;
        case Op::cpg_dispatch:
            a[1] = dispatch_type();
            a[2] = random_.below(2);
            break;
        case Op::cpg_join:
        case Op::cpg_leave:
            a[1] = group_name();
            break;
        case Op::cpg_mcast_joined:
            a[1] = message_size();
            a[2] = random_.chance(60) ? 1 : random_.of({1, 2, 3, 5, 62, 63});
            if (a[1] == 0 && random_.chance(50))
                a[2] = 0;
            a[3] = random_.of({0, 1, 2, 2, 3, 99});
            a[4] = random_.below(256);
            break;
        case Op::cpg_membership_get:
            a[1] = group_name();
            a[2] = random_.chance(90) ? 0 : random_.below(4);
            break;
        case Op::cpg_zcb_alloc:
            a[1] = random_.below(kSlots);
            a[2] = random_.of({0, 1, 100, 4096, 10000, 100000, 1000000});
            a[3] = random_.below(256);
            break;
        case Op::cpg_zcb_free:
            a[1] = random_.below(kSlots);
            break;
        case Op::cpg_zcb_mcast_joined:
            a[1] = random_.below(kSlots);
            a[2] = message_size();
            a[3] = random_.of({0, 2, 99});
            break;
        case Op::cpg_iteration_initialize:
            a[1] = random_.of({1, 2, 2, 3, 3, 0, 4, -1});
            a[2] = a[1] == 2 ? group_name() : random_.chance(90) ? -1 : group_name();
            if (random_.chance(5))
                a[2] = -1;
            a[3] = random_.below(kSlots);
            a[4] = random_.chance(3);
            break;
        case Op::cpg_iteration_next:
        case Op::cpg_iteration_finalize:
            a[0] = random_.below(kSlots);
            a[1] = random_.chance(3);
            break;
        default:
            break;
        }
    }

    std::int64_t device_name() { return random_.chance(80) ? 0 : random_.below(kDevices); }

    void votequorum(Step& step)
    {
        auto& a = step.a;
        switch (step.op) {
        case Op::votequorum_initialize:
        case Op::votequorum_model_initialize:
            a[1] = random_.chance(75) ? 7 : random_.of({0, 1, 2, 3, 4, 5, 6, 8});
            a[2] = random_.chance(95) ? 1 : random_.of({0, 2, -1});
            break;
        case Op::votequorum_dispatch:
            a[1] = random_.chance(95) ? dispatch_type() : random_.of({0, 5, 99, -1});
            a[2] = random_.below(2);
            break;
        case Op::votequorum_getinfo:
            a[1] = random_.of({0, 0, 1, 1, 2, 99, 0x80000000, 0xffffffff});
            break;
        case Op::votequorum_setexpected:
            a[1] = random_.of({0, 1, 1, 2, 3, 1000, 0xffffffff, 0x80000000});
            break;
        case Op::votequorum_setvotes:
            a[1] = random_.of({0, 1, 1, 2, 99});
            a[2] = random_.of({0, 1, 1, 2, 2, 3, 3, 4, 5, 1000});
            break;
        case Op::votequorum_trackstart:
            a[1] = random_.of({0, 1, 2, INT64_MAX, -1});
            a[2] = random_.chance(60) ? random_.of({1, 2, 4}) : random_.of({0, 3, 5, 6, 7, 8, 0xffffffff});
            break;
        case Op::votequorum_context_set:
            a[1] = context();
            break;
        case Op::votequorum_get_qdevice_extra_info:
            a[1] = random_.of({0, 1, 99});
            break;
        case Op::votequorum_set_qdevice_extra_info:
            a[1] = random_.of({0, 1, 4096, 4097});
            break;
        default:
            a[1] = device_name();
            a[2] = step.op == Op::votequorum_qdevice_update ? device_name() : random_.below(3);
            a[3] = random_.chance(70) ? 0 : 1 + random_.below(3);
            break;
        }
    }

    Random random_;
    const Wishes wishes_;
    std::array<std::array<Guess, kSlots>, 3> guesses_{};
    Program program_;
};

} // namespace

Program generate(std::uint64_t seed, const Wishes& wishes)
{
    return Generator(seed, wishes).make();
}

} // namespace differential
