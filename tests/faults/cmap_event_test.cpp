// SPDX-License-Identifier: BSD-3-Clause
// Cmap events with wrong lengths, keys and trackers, and valid events of unusual shapes. malformed_event_test.cpp has
// the faults that any event can have.
#include "fake_cmap.hpp"

namespace {

using namespace test;

using Numbers = std::vector<std::uint32_t>;

class CmapEvent : public FakeCmapTest {
protected:
    // Sends this event and a valid one after it; expects an error for the first and a callback for the second.
    void expect_malformed(const Bytes& bytes)
    {
        daemon.now({event(bytes), event(numbered(1))});
        EXPECT_EQ(CS_ERR_LIBRARY, dispatch(CS_DISPATCH_ONE));
        EXPECT_EQ(0U, tracker.count());
        expect_only_good_one();
    }

    void expect_ignored(const Bytes& bytes)
    {
        daemon.now({event(bytes), event(numbered(1))});
        EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ONE));
        EXPECT_EQ(0U, tracker.count());
        expect_only_good_one();
    }

    // Returns what the only callback of this valid event gets.
    Event delivered(const Bytes& bytes)
    {
        daemon.now({event(bytes)});
        EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ONE));
        EXPECT_EQ(1U, tracker.count());
        return tracker.count() > 0 ? tracker.take().front() : Event{};
    }

private:
    void expect_only_good_one()
    {
        EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ONE));
        EXPECT_EQ(Numbers{1}, numbers(tracker.take()));
        EXPECT_EQ(CS_ERR_TRY_AGAIN, dispatch(CS_DISPATCH_ONE_NONBLOCKING));
    }
};

TEST_F(CmapEvent, of_an_unknown_kind_counts_as_dispatched)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ALL, CS_DISPATCH_ONE_NONBLOCKING}) {
        daemon.now({event(message(1000, {}))});
        ASSERT_TRUE(readable(fd, kPatience));
        EXPECT_EQ(CS_OK, dispatch(flag));
        EXPECT_FALSE(readable(fd));
    }
}

TEST_F(CmapEvent, of_an_unknown_tracker_counts_as_dispatched_and_has_no_callback)
{
    for (const Cookie stranger : {Cookie{0}, ~Cookie{0}, cookie + 1, cookie ^ (Cookie{1} << 32)})
        expect_ignored(Notification(stranger, 7).bytes());
}

TEST_F(CmapEvent, of_a_deleted_tracker_counts_as_dispatched_and_has_no_callback)
{
    Tracker& deleted = cmap.track("other.key", kEverything);
    const Cookie its_cookie = cookie_in(daemon.last_request());
    EXPECT_EQ(CS_OK, cmap_track_delete(cmap, deleted.handle()));
    expect_ignored(Notification(its_cookie, 7).bytes());
    EXPECT_EQ(0U, deleted.count());
}

TEST_F(CmapEvent, with_values_beyond_its_end_is_malformed)
{
    struct Lengths {
        std::uint64_t now;
        std::uint64_t before;
    };
    constexpr std::uint64_t kMost = UINT64_MAX;
    for (const auto& [now, before] :
         {Lengths{9, 0}, Lengths{0, 9}, Lengths{4, 5}, Lengths{8, 1}, Lengths{kMost, 0}, Lengths{0, kMost},
          Lengths{kMost, 9}, Lengths{9, kMost}, Lengths{8, kMost - 7}, Lengths{kMost - 335, 0},
          Lengths{std::uint64_t{1} << 32, 0}, Lengths{std::uint64_t{1} << 63, std::uint64_t{1} << 63}}) {
        for (const Cookie whose : {cookie, ~cookie}) { // of a known tracker and of an unknown one
            Notification bent(whose, "12345678");
            bent.fields.new_length = now;
            bent.fields.old_length = before;
            expect_malformed(bent.bytes());
        }
    }
}

TEST_F(CmapEvent, with_an_unterminated_key_is_malformed)
{
    Notification bent(cookie, 7);
    std::fill(std::begin(bent.fields.key.value), std::end(bent.fields.key.value), 'x');
    expect_malformed(bent.bytes());
}

TEST_F(CmapEvent, may_have_the_longest_key)
{
    Notification longest(cookie, 7);
    std::fill_n(longest.fields.key.value, CMAP_KEYNAME_MAXLEN, 'x');
    EXPECT_EQ(std::string(CMAP_KEYNAME_MAXLEN, 'x'), delivered(longest.bytes()).key);
}

TEST_F(CmapEvent, may_have_extra_bytes_at_its_end)
{
    EXPECT_EQ(u32(7), delivered(numbered(7) + "more").now);
}

TEST_F(CmapEvent, may_have_the_maximum_message_size)
{
    constexpr std::size_t kMostValues = 1048576 - sizeof(wire::NotifyEvent);
    const Bytes now(kMostValues - 5, 'n');
    const Event event = delivered(Notification(cookie, now, "older").bytes());
    EXPECT_TRUE(binary(now) == event.now);
    EXPECT_TRUE(binary("older") == event.before);
    expect_usable();
}

// In the ring a chunk begins where the one before it ends, and in an event the old value where the new one ends.
TEST_F(CmapEvent, always_has_aligned_values)
{
    bool aligned = true;
    tracker.on_event = [&](const Tracker::Call& call) {
        for (const void* data : {call.now.data, call.before.data})
            aligned = aligned && reinterpret_cast<std::uintptr_t>(data) % 8 == 0;
    };
    for (std::size_t now = 0; now <= 9; ++now) {
        for (std::size_t before = 0; before <= 9; ++before) {
            const Event event = delivered(Notification(cookie, Bytes(now, 'n'), Bytes(before, 'o')).bytes());
            EXPECT_EQ(Bytes(now, 'n'), event.now.bytes);
            EXPECT_EQ(Bytes(before, 'o'), event.before.bytes);
        }
    }
    EXPECT_TRUE(aligned);
}

TEST_F(CmapEvent, arrives_in_order_when_the_event_ring_was_full)
{
    constexpr std::uint32_t kMany = 7000; // the ring holds about 3000
    Numbers expected;
    for (std::uint32_t number = 1; number <= kMany; ++number)
        expected.push_back(number);
    const std::uint32_t waiting = daemon.now(numbered(1, kMany));
    EXPECT_LT(0U, waiting);
    EXPECT_TRUE(eventually([&] {
        EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ALL));
        return tracker.count() >= kMany;
    }));
    EXPECT_TRUE(expected == numbers(tracker.events()));
    EXPECT_FALSE(readable(fd, kGlance));
    expect_usable();
}

} // namespace
