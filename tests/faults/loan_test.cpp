// SPDX-License-Identifier: BSD-3-Clause
// Loans: large events that a callback gets in place, in the ring. A loan is called in when another dispatch begins:
// then the callback keeps its memory, and the ring gets the space back.
#include "loan_fixture.hpp"

#include <csetjmp>

namespace {

using namespace test;

using Numbers = std::vector<std::int32_t>;

constexpr std::size_t kRing = HandshakeReply::kMessageSize + kRingUnit;

class Loan : public LoanTest {
protected:
    // Returns whether an event of this size is lent: then its space in the ring is still in use during its callback.
    bool lent(std::size_t size)
    {
        std::ptrdiff_t used = -1;
        session.on_event = [&](const Delivery&) { used = end.event_space_used(); };
        send(1, size);
        EXPECT_EQ(CS_OK, dispatch(Flag::one));
        EXPECT_EQ(0, end.event_space_used());
        return used > 0;
    }

    // Dispatches in the callback of event `number`.
    void nest(std::int32_t number, Flag flag)
    {
        session.on_event = [this, number, flag](const Delivery& event) {
            told.push_back(event.number);
            if (event.number == number)
                nested = dispatch(flag);
        };
    }

    cs_error_t nested = CS_ERR_VERSION; // dispatch never returns this
    std::jmp_buf out;
};

TEST_F(Loan, is_for_events_above_4_kib_and_below_half_of_the_ring)
{
    for (const std::size_t size : {std::size_t{24}, std::size_t{4088}, std::size_t{4096}, kRing / 2, kRing - 1024})
        EXPECT_FALSE(lent(size)) << size;
    for (const std::size_t size : {std::size_t{4104}, std::size_t{65536}, kRing / 4, kRing / 2 - 64})
        EXPECT_TRUE(lent(size)) << size;
}

TEST_F(Loan, is_not_for_events_in_a_ring_without_room_for_another_event)
{
    std::ptrdiff_t used_before = 0;
    std::vector<std::ptrdiff_t> given_back; // space that was given back before the callback
    session.on_event = [&](const Delivery&) { given_back.push_back(used_before - end.event_space_used()); };
    constexpr std::size_t kSize = kRing / 4 - 64;
    for (std::int32_t number = 1; number <= 4; ++number)
        send(number, kSize);
    for (int dispatches = 0; dispatches < 4; ++dispatches) {
        used_before = end.event_space_used();
        EXPECT_EQ(CS_OK, dispatch(Flag::one));
    }
    constexpr auto kChunk = static_cast<std::ptrdiff_t>(kSize + 8);
    EXPECT_EQ((std::vector<std::ptrdiff_t>{kChunk, 0, 0, 0}), given_back);
}

TEST_F(Loan, is_for_aligned_events_only)
{
    send(1, 28);
    EXPECT_EQ(CS_OK, dispatch(Flag::one));
    EXPECT_FALSE(lent(8196)); // begins at 4 modulo 8; the next one is aligned again
    EXPECT_TRUE(lent(8192));
}

TEST_F(Loan, or_copy_gives_the_whole_event_in_aligned_writable_memory)
{
    for (std::size_t size = 24; size < 20000; size += 1012) {
        bool good = false;
        session.on_event = [&](const Delivery& event) {
            good = reinterpret_cast<std::uintptr_t>(event.data) % 8 == 0 &&
                   numbered(7, size) == Bytes(reinterpret_cast<const char*>(event.data), event.size);
            std::memset(event.data, 0xff, event.size);
        };
        send(7, size);
        send(8, size);
        EXPECT_EQ(CS_OK, dispatch(Flag::one));
        EXPECT_TRUE(good) << size;
        session.on_event = [&](const Delivery& event) { good = event.number == 8; };
        EXPECT_EQ(CS_OK, dispatch(Flag::one));
        EXPECT_TRUE(good) << size;
    }
}

class LoanWithNestedDispatch : public Loan, public ::testing::WithParamInterface<Flag> {};

TEST_P(LoanWithNestedDispatch, is_called_in_and_its_memory_stays_valid)
{
    Bytes first;
    session.on_event = [&](const Delivery& event) {
        told.push_back(event.number);
        if (event.number != 1)
            return;
        event.data[100] = std::byte{'!'};
        nested = dispatch(GetParam());
        event.data[101] = std::byte{'?'};
        first.assign(reinterpret_cast<const char*>(event.data), event.size);
    };
    send(1);
    send(2);
    EXPECT_EQ(CS_OK, dispatch(Flag::one));
    EXPECT_EQ(CS_OK, nested);
    EXPECT_EQ((Numbers{1, 2}), told);
    Bytes expected = numbered(1, kLarge);
    expected[100] = '!';
    expected[101] = '?';
    EXPECT_EQ(expected, first);
    EXPECT_EQ(0, end.event_space_used());
}

INSTANTIATE_TEST_SUITE_P(Flag, LoanWithNestedDispatch, ::testing::Values(Flag::one, Flag::all, Flag::one_nonblocking));

// A program whose loan was called in will probably cause that again, and then a copy is cheaper.
TEST_F(Loan, is_not_made_again_after_one_was_called_in)
{
    nest(1, Flag::all);
    for (const std::int32_t number : {1, 2, 3})
        send(number);
    EXPECT_EQ(CS_OK, dispatch(Flag::one));
    EXPECT_EQ((Numbers{1, 2, 3}), told);
    EXPECT_FALSE(lent(kLarge));
}

TEST_F(Loan, is_not_called_in_by_a_nested_dispatch_in_the_callback_of_a_copied_event)
{
    nest(1, Flag::all);
    send(1, 104);
    send(2);
    send(3);
    EXPECT_EQ(CS_OK, dispatch(Flag::one));
    EXPECT_EQ(CS_OK, nested);
    EXPECT_EQ((Numbers{1, 2, 3}), told);
    EXPECT_TRUE(lent(kLarge));
}

TEST_F(Loan, whose_callback_left_with_longjmp_ends_with_the_next_dispatch)
{
    session.on_event = [this](const Delivery& event) {
        told.push_back(event.number);
        if (event.number == 1)
            std::longjmp(out, 1);
    };
    send(1);
    send(2);
    if (setjmp(out) == 0) {
        dispatch(Flag::all);
        ADD_FAILURE() << "it returned";
    }
    EXPECT_LT(0, end.event_space_used());
    EXPECT_EQ(CS_OK, dispatch(Flag::one));
    EXPECT_EQ((Numbers{1, 2}), told);
    EXPECT_EQ(0, end.event_space_used());
    EXPECT_EQ(CS_ERR_TRY_AGAIN, dispatch(Flag::one_nonblocking));
    EXPECT_TRUE(lent(kLarge));
}

TEST_F(Loan, whose_callback_left_with_longjmp_does_not_keep_a_finalized_connection_open)
{
    session.on_event = [this](const Delivery&) { std::longjmp(out, 1); };
    send(1);
    if (setjmp(out) == 0) {
        dispatch(Flag::all);
        ADD_FAILURE() << "it returned";
    }
    EXPECT_EQ(CS_OK, finalize());
    EXPECT_TRUE(end.hung_up());
}

TEST_F(Loan, lasts_until_its_callback_returns_even_after_finalize)
{
    Bytes seen;
    session.on_event = [&](const Delivery& event) {
        EXPECT_EQ(CS_OK, finalize());
        EXPECT_FALSE(end.hung_up());
        seen.assign(reinterpret_cast<const char*>(event.data), event.size);
    };
    send(1);
    send(2);
    EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatch(Flag::all));
    EXPECT_EQ(numbered(1, kLarge), seen);
    EXPECT_TRUE(end.hung_up());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatch(Flag::all));
}

TEST_F(Loan, and_the_events_after_it_survive_the_daemons_death)
{
    session.on_event = [this](const Delivery& event) {
        if (event.number == 1)
            end.hang_up();
        told.push_back(event.number);
    };
    for (const std::int32_t number : {1, 2, 3})
        send(number);
    EXPECT_EQ(CS_ERR_LIBRARY, dispatch(Flag::all));
    EXPECT_EQ((Numbers{1, 2, 3}), told);
}

TEST_F(Loan, always_gives_its_space_back)
{
    constexpr std::size_t kSize = kRing / 4;
    for (std::int32_t number = 1; number <= 100; ++number) {
        send(number, kSize);
        if (number % 3 == 0) {
            EXPECT_EQ(CS_OK, dispatch(Flag::all));
            EXPECT_EQ(0, end.event_space_used());
        }
    }
    EXPECT_EQ(CS_OK, dispatch(Flag::all));
    EXPECT_EQ(100U, told.size());
}

// Events of many sizes, callbacks that dispatch, and callbacks that leave with longjmp().
TEST_F(Loan, or_copy_delivers_every_event_once_and_in_order)
{
    constexpr std::int32_t kMany = 3000;
    constexpr std::size_t kSizes[] = {24, 28, 100, 4096, 4104, 8192, 8196, 30000, 100000, kRing / 4, kRing / 2};
    unsigned seed = 1;
    const auto random = [&](unsigned limit) {
        seed = seed * 1103515245 + 12345;
        return seed / 65536 % limit;
    };
    session.on_event = [&](const Delivery& event) {
        told.push_back(event.number);
        const unsigned what = random(16);
        if (what < 4)
            dispatch(static_cast<Flag>(what % 2 == 0 ? 2 : 4));
        else if (what == 4)
            std::longjmp(out, 1);
    };
    std::int32_t sent = 0;
    while (told.size() < kMany) {
        const std::size_t size = kSizes[random(std::size(kSizes))];
        if (sent < kMany && random(4) != 0 && end.has_room_for_event(size)) {
            send(++sent, size);
        } else if (setjmp(out) == 0) {
            const auto error = dispatch(static_cast<Flag>(random(2) == 0 ? 2 : 4));
            ASSERT_TRUE(error == CS_OK || error == CS_ERR_TRY_AGAIN);
        }
    }
    for (std::int32_t number = 1; number <= kMany; ++number)
        ASSERT_EQ(number, told[static_cast<std::size_t>(number - 1)]);
    EXPECT_EQ(CS_ERR_TRY_AGAIN, dispatch(Flag::one_nonblocking));
    EXPECT_EQ(0, end.event_space_used());
}

} // namespace
