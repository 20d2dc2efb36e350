// SPDX-License-Identifier: BSD-3-Clause
#include "cmap/trackers.hpp"
#include "support/thread.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace {

using namespace test;
using corosync::cmap::Tracker;
using corosync::cmap::Trackers;

using Cookie = std::uint64_t;

// Much shorter than the time that find() waits.
constexpr Duration kMoment = 10ms;

void nothing(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value, cmap_notify_value, void*)
{}

class TrackersTest : public ::testing::Test {
protected:
    Cookie begin()
    {
        Cookie cookie = 0;
        EXPECT_EQ(0, trackers.add(nothing, this, cookie));
        return cookie;
    }
    Cookie add(cmap_track_handle_t handle)
    {
        const Cookie cookie = begin();
        trackers.confirm(cookie, handle);
        return cookie;
    }
    bool knows(Cookie cookie) { return trackers.find(cookie, found) == 1; }

    Trackers trackers;
    Tracker found;
};

TEST_F(TrackersTest, find_a_tracker_that_was_added_and_confirmed)
{
    const Cookie cookie = add(77);
    ASSERT_TRUE(knows(cookie));
    EXPECT_EQ(nothing, found.notify);
    EXPECT_EQ(this, found.user_data);
    EXPECT_EQ(77U, found.handle);
}

TEST_F(TrackersTest, do_not_find_a_removed_tracker)
{
    const Cookie cookie = add(77);
    trackers.remove(cookie);
    EXPECT_FALSE(knows(cookie));
}

TEST_F(TrackersTest, do_not_find_an_old_tracker_in_a_reused_slot)
{
    const Cookie old = add(1);
    trackers.remove(old);
    const Cookie fresh = add(2);
    EXPECT_EQ(static_cast<std::uint32_t>(old), static_cast<std::uint32_t>(fresh));
    EXPECT_NE(old, fresh);
    EXPECT_FALSE(knows(old));
    trackers.remove(old);
    trackers.confirm(old, 3);
    ASSERT_TRUE(knows(fresh));
    EXPECT_EQ(2U, found.handle);
}

TEST_F(TrackersTest, do_not_find_a_cookie_that_they_did_not_give)
{
    const Cookie cookie = add(1);
    for (const Cookie stranger :
         {Cookie{0}, Cookie{1}, cookie + 1, cookie + 8, cookie + (Cookie{1} << 32), ~Cookie{0}, cookie | 0xffffffff})
        EXPECT_FALSE(knows(stranger)) << std::hex << stranger;
}

TEST_F(TrackersTest, give_cookies_that_are_not_zero)
{
    EXPECT_NE(0U, add(1));
}

TEST_F(TrackersTest, may_be_many)
{
    std::vector<Cookie> cookies;
    for (cmap_track_handle_t handle = 0; handle < 1000; ++handle)
        cookies.push_back(add(handle));
    EXPECT_EQ(cookies.size(), std::set(cookies.begin(), cookies.end()).size());
    for (std::size_t i = 0; i < cookies.size(); ++i) {
        ASSERT_TRUE(knows(cookies[i]));
        ASSERT_EQ(i, found.handle);
    }
}

// The daemon's first event may come before the reply to the request has been read.
TEST_F(TrackersTest, wait_until_the_tracker_is_confirmed)
{
    const Cookie cookie = begin();
    const Thread answer([&] {
        std::this_thread::sleep_for(kMoment);
        trackers.confirm(cookie, 77);
    });
    ASSERT_TRUE(knows(cookie));
    EXPECT_EQ(77U, found.handle);
}

TEST_F(TrackersTest, wait_until_the_tracker_is_refused)
{
    const Cookie cookie = begin();
    const Thread answer([&] {
        std::this_thread::sleep_for(kMoment);
        trackers.remove(cookie);
    });
    EXPECT_FALSE(knows(cookie));
}

TEST_F(TrackersTest, do_not_wait_for_ever)
{
    EXPECT_TRUE(knows(begin()));
    EXPECT_EQ(this, found.user_data);
}

} // namespace
