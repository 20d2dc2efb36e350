// SPDX-License-Identifier: BSD-3-Clause
#include "core/handle_table.hpp"
#include "support/thread.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <deque>
#include <functional>
#include <set>
#include <vector>

namespace {

using Handle = std::uint64_t;

constexpr std::uint64_t kOneCheck = std::uint64_t{1} << 32;
constexpr std::uint64_t kWildcardCheck = std::uint64_t{0xffffffff} << 32;
constexpr std::uint32_t kSlots = 64U << 16;
constexpr int kThreads = 8;

constexpr std::uint32_t kAlive = 0x600df00d;

struct Object {
    explicit Object(std::atomic<int>& destructions) : destroyed(destructions) {}
    ~Object()
    {
        alive = 0;
        ++destroyed;
    }
    std::atomic<std::uint32_t> alive = kAlive;
    std::atomic<int>& destroyed;
};

using Table = corosync::HandleTable<Object>;

// All tests use one table, as a library does: its blocks of slots are never freed.
constinit Table table;

// An object in the table. Its handle is closed at the end of the scope, unless it was before.
class Entry {
public:
    Entry() = default;
    ~Entry() { close(); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    Handle handle() const { return handle_; }
    const Object* object() const { return object_; }
    bool destroyed() const { return destroyed_ == 1; }

    bool close()
    {
        if (table.close(handle_) == nullptr)
            return false;
        table.unpin(handle_);
        return true;
    }

private:
    std::atomic<int> destroyed_ = 0;
    Object* const object_ = corosync::make<Object>(destroyed_);
    const Handle handle_ = table.add(object_);
};

bool known(Handle handle)
{
    if (table.pin(handle) == nullptr)
        return false;
    table.unpin(handle);
    return true;
}

// Runs turn(thread) in several threads that start together.
void together(const std::function<void(int)>& turn)
{
    std::barrier start(kThreads);
    std::deque<test::Thread> threads;
    for (int number = 0; number < kThreads; ++number)
        threads.emplace_back([&, number] {
            start.arrive_and_wait();
            turn(number);
        });
}

TEST(HandleTable, gives_handles_that_are_not_zero_and_have_a_check_of_31_bits)
{
    const Entry entry;
    EXPECT_NE(0U, entry.handle() >> 32);
    EXPECT_EQ(0U, entry.handle() >> 63);
}

TEST(HandleTable, finds_the_object_that_was_added)
{
    Entry one;
    Entry other;
    EXPECT_EQ(one.object(), table.pin(one.handle()));
    EXPECT_EQ(other.object(), table.pin(other.handle()));
    table.unpin(one.handle());
    table.unpin(other.handle());
}

TEST(HandleTable, finds_only_the_exact_handle)
{
    const Entry entry;
    const Handle handle = entry.handle();
    for (const Handle stranger : {Handle{0}, handle & 0xffffffff, handle ^ kOneCheck, handle ^ (kOneCheck << 31),
                                  handle | kWildcardCheck, handle + 1, handle + kSlots, handle | 0xffffffff}) {
        EXPECT_FALSE(known(stranger)) << std::hex << stranger;
        EXPECT_EQ(nullptr, table.close(stranger)) << std::hex << stranger;
    }
    EXPECT_TRUE(known(handle));
}

TEST(HandleTable, finds_nothing_in_a_slot_that_was_never_used_or_does_not_exist)
{
    for (const std::uint32_t slot : {63U, 64U, 127U, 128U, kSlots - 1, kSlots, kSlots + 1, 0xffffffffU})
        EXPECT_FALSE(known(kOneCheck | slot)) << slot;
}

TEST(HandleTable, does_not_find_a_closed_handle)
{
    Entry entry;
    EXPECT_TRUE(entry.close());
    EXPECT_FALSE(known(entry.handle()));
    EXPECT_EQ(nullptr, table.close(entry.handle()));
    EXPECT_TRUE(entry.destroyed());
}

TEST(HandleTable, does_not_find_a_stale_handle_when_its_slot_is_in_use_again)
{
    Entry stale;
    stale.close();
    for (int times = 0; times < 1000; ++times) {
        const Entry fresh;
        ASSERT_EQ(static_cast<std::uint32_t>(stale.handle()), static_cast<std::uint32_t>(fresh.handle()));
        ASSERT_FALSE(known(stale.handle()));
    }
}

TEST(HandleTable, never_gives_the_same_handle_twice_in_a_row)
{
    Handle last = 0;
    for (int times = 0; times < 1000; ++times) {
        const Entry entry;
        ASSERT_NE(last, entry.handle());
        last = entry.handle();
    }
}

TEST(HandleTable, keeps_a_closed_object_until_its_last_pin_is_gone)
{
    Entry entry;
    table.pin(entry.handle());
    table.pin(entry.handle());
    EXPECT_TRUE(entry.close());
    EXPECT_FALSE(known(entry.handle()));
    table.unpin(entry.handle());
    EXPECT_FALSE(entry.destroyed());
    table.unpin(entry.handle());
    EXPECT_TRUE(entry.destroyed());
}

TEST(HandleTable, releases_several_references_at_once)
{
    Entry entry;
    table.pin(entry.handle());
    table.pin(entry.handle());
    ASSERT_NE(nullptr, table.close(entry.handle()));
    table.unpin(entry.handle(), 3);
    EXPECT_TRUE(entry.destroyed());
}

TEST(HandleTable, does_not_reuse_the_slot_of_an_object_that_is_still_pinned)
{
    Entry pinned;
    table.pin(pinned.handle());
    pinned.close();
    const Entry other;
    EXPECT_NE(static_cast<std::uint32_t>(pinned.handle()), static_cast<std::uint32_t>(other.handle()));
    table.unpin(pinned.handle());
}

TEST(HandleTable, holds_many_objects)
{
    constexpr int kMany = 5000;
    std::deque<Entry> entries(kMany);
    std::set<Handle> handles;
    for (Entry& entry : entries) {
        ASSERT_EQ(entry.object(), table.pin(entry.handle()));
        table.unpin(entry.handle());
        handles.insert(entry.handle());
    }
    EXPECT_EQ(static_cast<std::size_t>(kMany), handles.size());
    for (Entry& entry : entries)
        EXPECT_TRUE(entry.close());
    for (const Handle handle : handles)
        ASSERT_FALSE(known(handle));
}

TEST(HandleTable, lets_only_one_thread_close_a_handle)
{
    for (int times = 0; times < 300; ++times) {
        Entry entry;
        std::atomic<int> closers = 0;
        together([&](int) { closers += entry.close() ? 1 : 0; });
        ASSERT_EQ(1, closers);
        ASSERT_TRUE(entry.destroyed());
    }
}

TEST(HandleTable, lets_several_threads_add_objects)
{
    constexpr int kEach = 200;
    std::vector<std::deque<Entry>> entries(kThreads);
    together([&](int number) { entries[static_cast<std::size_t>(number)] = std::deque<Entry>(kEach); });
    std::set<Handle> handles;
    for (auto& part : entries)
        for (Entry& entry : part) {
            EXPECT_EQ(entry.object(), table.pin(entry.handle()));
            table.unpin(entry.handle());
            handles.insert(entry.handle());
        }
    EXPECT_EQ(static_cast<std::size_t>(kThreads * kEach), handles.size());
}

// Each thread opens and closes handles; the other threads find them in shared cells and use them at the same time.
TEST(HandleTable, never_finds_an_object_that_was_destroyed)
{
    constexpr int kTurns = 20000;
    constexpr std::size_t kCells = 4;
    std::array<std::atomic<Handle>, kCells> published{};
    std::atomic<int> dead_ones_seen = 0;
    std::vector<std::deque<Entry>> entries(kThreads);
    together([&](int number) {
        auto& mine = entries[static_cast<std::size_t>(number)];
        for (int turn = 0; turn < kTurns; ++turn) {
            auto& cell = published[static_cast<std::size_t>(turn + number) % kCells];
            if (turn % 16 == 0) {
                cell = mine.emplace_back().handle();
            } else if (turn % 16 == 8) {
                const Handle handle = cell;
                if (table.close(handle) != nullptr)
                    table.unpin(handle);
            } else {
                const Handle handle = cell;
                if (const Object* object = table.pin(handle); object != nullptr) {
                    dead_ones_seen += object->alive != kAlive;
                    table.unpin(handle);
                }
            }
        }
    });
    EXPECT_EQ(0, dead_ones_seen);
    for (auto& part : entries)
        for (Entry& entry : part) {
            entry.close();
            EXPECT_TRUE(entry.destroyed());
        }
}

} // namespace
