// SPDX-License-Identifier: BSD-3-Clause
#include "shared_steps.hpp"

#include "support/eventually.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <mutex>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <corosync/cmap.h>
#include <corosync/cpg.h>
#include <corosync/votequorum.h>
#include <gtest/gtest.h>

namespace differential::shared {

std::atomic<long> progress;
thread_local Random* chance = nullptr;

namespace {

constexpr std::size_t kMostBytes = 70'000;
constexpr int kMostDepth = 3;

using Slots = std::array<std::atomic<std::uint64_t>, kSlots>;
Slots cmaps, cpgs, votequorums;

thread_local int depth = 0; // depth of callbacks

// What is known of a handle of cpg. Its index is the handle's context.
struct Member {
    std::mutex lock;
    std::set<std::uint32_t> told;  // numbers of the delivered messages
    std::set<std::uint32_t> owing; // its own messages that must still be delivered
    bool joined = false;
    bool left = false; // then they need not be delivered
};
std::mutex members_lock;
std::vector<std::unique_ptr<Member>> members;

// Calls with(Member) under its lock, unless another thread finalizes the handle at this time.
template <class With> void with_member(cpg_handle_t handle, With with)
{
    void* context = nullptr;
    if (cpg_context_get(handle, &context) != CS_OK)
        return;
    Member* found = nullptr;
    {
        const std::lock_guard lock(members_lock);
        found = members.at(reinterpret_cast<std::uintptr_t>(context)).get();
    }
    const std::lock_guard lock(found->lock);
    with(*found);
}

// number, checksum of the rest, bytes
constexpr std::size_t kHead = 8;
std::atomic<std::uint32_t> last_number;

std::uint32_t sum_of(const unsigned char* bytes, std::size_t size)
{
    return std::accumulate(bytes, bytes + size, std::uint32_t{0});
}

void allow(const char* what, cs_error_t error)
{
    switch (error) {
    case CS_OK:
    case CS_ERR_TRY_AGAIN:
    case CS_ERR_INVALID_PARAM:
    case CS_ERR_BAD_HANDLE:
    case CS_ERR_BUSY:
    case CS_ERR_ACCESS:
    case CS_ERR_NOT_EXIST:
    case CS_ERR_NAME_TOO_LONG:
    case CS_ERR_EXIST:
    case CS_ERR_NOT_SUPPORTED:
    case CS_ERR_NO_SECTIONS:
    case CS_ERR_TOO_BIG:
        return;
    default:
        ADD_FAILURE() << what << " gives " << error;
    }
}

// Runs a few more steps in a callback.
void inside()
{
    ++progress;
    if (!chance || depth == kMostDepth || !chance->chance(10))
        return;
    ++depth;
    const auto program = generate(static_cast<std::uint64_t>(chance->below(1 << 30)),
                                  {.steps = 2, .around = false, .inside = false, .forks = false, .large = false});
    for (auto one = program.end() - 2; one != program.end(); ++one) // after the initializations
        step(*one);
    --depth;
}

void notified(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value, cmap_notify_value,
              void*)
{
    inside();
}

void quorum(votequorum_handle_t, std::uint64_t, std::uint32_t, std::uint32_t, votequorum_node_t*)
{
    inside();
}

void deliver(cpg_handle_t handle, const cpg_name*, std::uint32_t, std::uint32_t, void* message, std::size_t size)
{
    std::uint32_t head[2];
    ASSERT_GE(size, kHead);
    std::memcpy(head, message, kHead);
    const auto* const bytes = static_cast<const unsigned char*>(message);
    EXPECT_EQ(head[1], sum_of(bytes + kHead, size - kHead)) << "message " << head[0] << " of " << size;
    with_member(handle, [&](Member& own) {
        EXPECT_TRUE(own.told.insert(head[0]).second) << "message " << head[0] << " is delivered twice";
    });
    inside();
    EXPECT_EQ(head[1], sum_of(bytes + kHead, size - kHead)) << "message " << head[0] << " has changed";
}

void confchg(cpg_handle_t, const cpg_name*, const cpg_address*, std::size_t, const cpg_address*, std::size_t,
             const cpg_address*, std::size_t)
{
    inside();
}

// A handle, which other threads may finalize at any time, or a number that never was one.
std::uint64_t handle_of(const Slots& slots, std::int64_t selector)
{
    return selector < kSlots ? slots[static_cast<std::size_t>(selector)].load()
                             : never_valid(static_cast<int>(selector), slots[0].load());
}

template <class Initialize, class Finalize>
void fill(Slots& slots, std::int64_t selector, Initialize initialize, Finalize finalize)
{
    std::uint64_t none = 0, fresh = 0;
    auto& slot = slots[static_cast<std::size_t>(selector % kSlots)];
    if (slot.load())
        return;
    ASSERT_EQ(CS_OK, initialize(&fresh));
    if (!slot.compare_exchange_strong(none, fresh)) {
        EXPECT_EQ(CS_OK, finalize(fresh)); // another thread has filled the slot
    }
}

template <class Finalize> void empty(Slots& slots, std::int64_t selector, Finalize finalize)
{
    if (selector >= kSlots) {
        EXPECT_EQ(CS_ERR_BAD_HANDLE, finalize(handle_of(slots, selector)));
    } else if (const auto handle = slots[static_cast<std::size_t>(selector)].exchange(0)) {
        EXPECT_EQ(CS_OK, finalize(handle));
    }
}

cs_error_t open_cpg(cpg_handle_t* handle)
{
    std::uintptr_t number = 0;
    {
        const std::lock_guard lock(members_lock);
        number = members.size();
        members.push_back(std::make_unique<Member>());
    }
    cpg_model_v1_data_t model{CPG_MODEL_V1, deliver, confchg, nullptr, 0};
    return cpg_model_initialize(handle, CPG_MODEL_V1, reinterpret_cast<cpg_model_data_t*>(&model),
                                reinterpret_cast<void*>(number));
}

cs_error_t open_votequorum(votequorum_handle_t* handle)
{
    votequorum_callbacks_t callbacks{quorum, nullptr, nullptr};
    return votequorum_initialize(handle, &callbacks);
}

// The key belongs to this thread alone, the handles do not.
void remember(cmap_handle_t handle, std::int64_t selector)
{
    static std::atomic<int> threads;
    thread_local const std::string key = "d.thread." + std::to_string(++threads);
    const auto number = static_cast<std::uint32_t>(chance->below(1 << 30));
    std::uint32_t found = 0;
    const auto set = cmap_set_uint32(handle, key.c_str(), number);
    allow("cmap_set_uint32", set);
    const auto got = cmap_get_uint32(handle_of(cmaps, (selector + 1) % kSlots), key.c_str(), &found);
    allow("cmap_get_uint32", got);
    if (set == CS_OK && got == CS_OK) {
        EXPECT_EQ(number, found);
    }
}

void cmap_step(const Step& with)
{
    const auto handle = handle_of(cmaps, with.a[0]);
    const char* const name = key(static_cast<int>(with.a[1])).text;
    cmap_iter_handle_t walk = 0;
    cmap_track_handle_t tracker = 0;
    char found[CMAP_KEYNAME_MAXLEN + 1];
    switch (with.op) {
    case Op::cmap_initialize:
    case Op::cmap_initialize_map:
        return fill(cmaps, with.a[0], cmap_initialize, cmap_finalize);
    case Op::cmap_finalize:
        return empty(cmaps, with.a[0], cmap_finalize);
    case Op::cmap_dispatch:
        return allow("cmap_dispatch", cmap_dispatch(handle, static_cast<cs_dispatch_flags_t>(with.a[1])));
    case Op::cmap_track_add:
        return allow("cmap_track_add",
                     cmap_track_add(handle, "d.", CMAP_TRACK_PREFIX | 7, notified, nullptr, &tracker));
    case Op::cmap_iter_init:
        if (cmap_iter_init(handle, name, &walk) == CS_OK) {
            allow("cmap_iter_next", cmap_iter_next(handle, walk, found, nullptr, nullptr));
            allow("cmap_iter_finalize", cmap_iter_finalize(handle, walk));
        }
        return;
    case Op::cmap_delete:
        return allow("cmap_delete", cmap_delete(handle, name));
    case Op::cmap_set_string:
        return allow("cmap_set_string", cmap_set_string(handle, name, "text"));
    case Op::cmap_inc:
        return allow("cmap_inc", cmap_inc(handle, name));
    default:
        return remember(handle, with.a[0]);
    }
}

void send(cpg_handle_t handle, std::size_t size)
{
    thread_local std::vector<unsigned char> bytes(kHead + kMostBytes);
    const std::uint32_t number = ++last_number;
    size %= kMostBytes;
    std::memset(bytes.data() + kHead, static_cast<int>(number % 251), size);
    const std::uint32_t head[2] = {number, sum_of(bytes.data() + kHead, size)};
    std::memcpy(bytes.data(), head, kHead);
    bool is_member = false; // only a member gets its own message
    with_member(handle, [&](const Member& own) { is_member = own.joined && !own.left; });
    const iovec part{bytes.data(), kHead + size};
    const auto error = cpg_mcast_joined(handle, CPG_TYPE_AGREED, &part, 1);
    allow("cpg_mcast_joined", error);
    if (is_member && error == CS_OK)
        with_member(handle, [&](Member& own) { own.owing.insert(number); });
}

void join(cpg_handle_t handle, const cpg_name& name)
{
    const auto error = cpg_join(handle, &name);
    allow("cpg_join", error);
    if (error == CS_OK)
        with_member(handle, [](Member& own) { own.joined = true; });
}

void leave(cpg_handle_t handle, const cpg_name& name)
{
    with_member(handle, [](Member& own) { own.left = true; });
    allow("cpg_leave", cpg_leave(handle, &name));
}

void cpg_step(const Step& with)
{
    const auto handle = handle_of(cpgs, with.a[0]);
    const cpg_name name{6, "shared"};
    unsigned nodeid = 1;
    static thread_local cpg_address list[CPG_MEMBERS_MAX];
    int entries = 0;
    switch (with.op) {
    case Op::cpg_initialize:
    case Op::cpg_model_initialize:
        return fill(cpgs, with.a[0], open_cpg, cpg_finalize);
    case Op::cpg_finalize:
        return empty(cpgs, with.a[0], cpg_finalize);
    case Op::cpg_dispatch:
        return allow("cpg_dispatch", cpg_dispatch(handle, static_cast<cs_dispatch_flags_t>(with.a[1])));
    case Op::cpg_join:
        return join(handle, name);
    case Op::cpg_leave:
        return with.a[1] == 0 ? leave(handle, name) : void();
    case Op::cpg_mcast_joined:
    case Op::cpg_zcb_mcast_joined:
        return send(handle, static_cast<std::size_t>(with.a[1]));
    case Op::cpg_membership_get: {
        auto group = name;
        return allow("cpg_membership_get", cpg_membership_get(handle, &group, list, &entries));
    }
    default:
        allow("cpg_local_get", cpg_local_get(handle, &nodeid));
        EXPECT_EQ(1U, nodeid);
    }
}

void votequorum_step(const Step& with)
{
    const auto handle = handle_of(votequorums, with.a[0]);
    votequorum_info info{};
    info.node_id = 1;
    switch (with.op) {
    case Op::votequorum_initialize:
    case Op::votequorum_model_initialize:
        return fill(votequorums, with.a[0], open_votequorum, votequorum_finalize);
    case Op::votequorum_finalize:
        return empty(votequorums, with.a[0], votequorum_finalize);
    case Op::votequorum_dispatch:
        return allow("votequorum_dispatch", votequorum_dispatch(handle, static_cast<cs_dispatch_flags_t>(with.a[1])));
    case Op::votequorum_trackstart:
        return allow("votequorum_trackstart", votequorum_trackstart(handle, 5, CS_TRACK_CHANGES | CS_TRACK_CURRENT));
    case Op::votequorum_trackstop:
        return allow("votequorum_trackstop", votequorum_trackstop(handle));
    default:
        allow("votequorum_getinfo", votequorum_getinfo(handle, 0, &info));
        EXPECT_TRUE(info.node_id == 1 || info.node_id == 0) << info.node_id; // 0 if it was cleared
    }
}

} // namespace

void step(const Step& with)
{
    switch (service_of(with.op)) {
    case Service::cmap:
        cmap_step(with);
        break;
    case Service::cpg:
        cpg_step(with);
        break;
    case Service::votequorum:
        votequorum_step(with);
        break;
    case Service::none:
        break;
    }
    ++progress;
}

void finalize_one(std::int64_t number)
{
    const auto slot = number % kSlots;
    if (number / kSlots == 0)
        empty(cmaps, slot, cmap_finalize);
    else if (number / kSlots == 1)
        empty(cpgs, slot, cpg_finalize);
    else
        empty(votequorums, slot, votequorum_finalize);
}

static void settle_up(cpg_handle_t handle)
{
    const auto complete = [&] {
        bool all = false;
        EXPECT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ALL));
        with_member(handle, [&](const Member& own) {
            all = own.left || std::includes(own.told.begin(), own.told.end(), own.owing.begin(), own.owing.end());
        });
        return all;
    };
    EXPECT_TRUE(test::eventually(complete)) << "a message is lost";
}

void settle_up()
{
    for (auto& slot : cpgs)
        if (const auto handle = slot.load())
            settle_up(handle);
}

void forget()
{
    members.clear();
}

} // namespace differential::shared
