// SPDX-License-Identifier: BSD-3-Clause
// A fork while another thread holds a lock of the services: nobody in the child releases it, so what needs it fails at
// once. And what these parts do without memory.
#include "cmap/trackers.hpp"
#include "cmap/wire.hpp"
#include "cpg/iteration.hpp"
#include "cpg/zero_copy.hpp"
#include "support/answers.hpp"
#include "support/held_call.hpp"
#include "support/process.hpp"

#include <cerrno>
#include <cstdint>
#include <deque>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace test;
using namespace corosync;
using cmap::Trackers;
using cpg::OwnIterations;

void nothing(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value, cmap_notify_value, void*)
{}

TEST(TrackersAtAFork, cannot_be_used_in_the_child_if_another_thread_held_them)
{
    Trackers trackers;
    std::uint64_t cookie = 0;
    const HeldCall adding("realloc", [&] { trackers.add(nothing, nullptr, cookie); });
    ASSERT_TRUE(adding.stopped());
    EXPECT_EQ(0, in_child([&] {
                  std::uint64_t childs = 0;
                  if (trackers.add(nothing, nullptr, childs) != -ENOTCONN)
                      return 1;
                  trackers.confirm(1, 1);
                  trackers.remove(1);
                  cmap::NotifyEvent event{};
                  event.header = {cmap::kNotify, sizeof event, kWireOk};
                  const std::atomic<bool> closing{false};
                  return trackers.deliver(1, reinterpret_cast<std::byte*>(&event), sizeof event, closing) == -ENOTCONN
                             ? 0
                             : 2;
              }));
}

TEST(IterationsAtAFork, cannot_be_added_in_the_child_if_another_thread_held_them)
{
    OwnIterations own;
    cpg_iteration_handle_t parents = 0;
    const HeldCall adding("realloc", [&] { own.add({}, parents); });
    ASSERT_TRUE(adding.stopped());
    EXPECT_EQ(0, in_child([&] {
                  cpg_iteration_handle_t childs = 0;
                  own.end(childs);
                  return own.add({}, childs) == -ENOTCONN && childs == 0 ? 0 : 1;
              }));
}

TEST(IterationsWithoutMemory, are_not_added)
{
    OwnIterations own;
    cpg_iteration_handle_t handle = 0;
    for (const char* function : {"malloc", "realloc"}) {
        const Answer none(function, Answer::failure(ENOMEM));
        EXPECT_EQ(-ENOMEM, own.add({}, handle)) << function;
        EXPECT_EQ(0U, handle);
    }
    std::vector<cpg_iteration_handle_t> handles;
    const Answer none("calloc", Answer::failure(ENOMEM));
    while (own.add({}, handle) == 0)
        handles.push_back(handle);
    EXPECT_EQ(64U, handles.size()); // the table of all handles cannot grow
    own.end(handles[7]);
    EXPECT_EQ(0, own.add({}, handle));
}

TEST(ZeroCopyAtAFork, cannot_be_used_in_the_child_if_another_thread_held_it)
{
    void* const before = cpg::zero_copy_alloc(10);
    std::vector<void*> more(16);
    {
        const HeldCall growing("realloc", [&] {
            for (void*& buffer : more)
                buffer = cpg::zero_copy_alloc(10);
        });
        ASSERT_TRUE(growing.stopped());
        EXPECT_EQ(0, in_child([&] {
                      const bool none = cpg::zero_copy_alloc(10) == nullptr && !cpg::zero_copy_free(before) &&
                                        cpg::zero_copy_size(before) == SIZE_MAX;
                      return none ? 0 : 1;
                  }));
    }
    for (void* buffer : more)
        EXPECT_TRUE(cpg::zero_copy_free(buffer));
    EXPECT_EQ(10U, cpg::zero_copy_size(before));
    EXPECT_TRUE(cpg::zero_copy_free(before));
}

TEST(ZeroCopyBuffers, are_known_by_their_beginning)
{
    std::vector<void*> buffers;
    for (std::size_t size = 0; size < 40; ++size)
        buffers.push_back(cpg::zero_copy_alloc(size));
    for (std::size_t size = 0; size < 40; ++size) {
        char* const bytes = static_cast<char*>(buffers[size]);
        EXPECT_EQ(size, cpg::zero_copy_size(bytes));
        EXPECT_EQ(SIZE_MAX, cpg::zero_copy_size(bytes + 1));
        EXPECT_FALSE(cpg::zero_copy_free(bytes + 1));
    }
    for (void* buffer : buffers) {
        EXPECT_TRUE(cpg::zero_copy_free(buffer));
        EXPECT_FALSE(cpg::zero_copy_free(buffer));
    }
}

} // namespace
