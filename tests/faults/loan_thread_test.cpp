// SPDX-License-Identifier: BSD-3-Clause
// Two threads, one of them in the callback of an event on loan.
#include "loan_fixture.hpp"

#include <algorithm>
#include <atomic>
#include <csetjmp>
#include <mutex>

namespace {

using namespace test;

using Numbers = std::vector<std::int32_t>;

class LoanToOneThread : public LoanTest {
protected:
    // The callback of event 1 lasts until end_loan(). All callbacks record their event's number.
    LoanToOneThread()
    {
        session.on_event = [this](const Delivery& event) {
            if (event.number == 1) {
                borrowed = true;
                eventually([this] { return give_back.load(); });
            }
            const std::lock_guard guard(mutex);
            told.push_back(event.number);
        };
        send(1);
        send(2);
    }

    bool loan_begun()
    {
        return eventually([this] { return borrowed.load(); });
    }
    void end_loan() { give_back = true; }

    std::mutex mutex;
    std::atomic<bool> borrowed = false;
    std::atomic<bool> give_back = false;
};

class LoanWhileAnotherThreadDispatches : public LoanToOneThread, public ::testing::WithParamInterface<Flag> {};

TEST_P(LoanWhileAnotherThreadDispatches, is_called_in)
{
    Background borrowing([this] { return dispatch(Flag::one); });
    ASSERT_TRUE(loan_begun());
    EXPECT_EQ(CS_OK, dispatch(GetParam()));
    EXPECT_EQ(Numbers{2}, told);
    EXPECT_FALSE(borrowing.ended_within({}));
    end_loan();
    EXPECT_EQ(CS_OK, borrowing.result());
    EXPECT_EQ((Numbers{2, 1}), told);
}

INSTANTIATE_TEST_SUITE_P(Flag, LoanWhileAnotherThreadDispatches,
                         ::testing::Values(Flag::one, Flag::all, Flag::one_nonblocking));

// What the callback writes while the loan is called in must not be lost or undone.
TEST(LoanInUse, keeps_what_its_callback_writes_while_it_is_called_in)
{
    constexpr int kRounds = 50;
    for (int round = 0; round < kRounds; ++round) {
        LoanHandle loan;
        std::atomic<bool> writing = false;
        std::atomic<bool> called_in = false;
        bool kept = true;
        loan.session.on_event = [&](const Delivery& event) {
            if (event.number != 1)
                return;
            auto* const numbers = reinterpret_cast<std::uint32_t*>(event.data + 1024);
            const std::size_t count = (event.size - 1024) / sizeof *numbers;
            std::uint32_t turn = 0;
            while (!called_in) {
                ++turn;
                for (std::size_t index = 0; index < count; index += 64)
                    numbers[index] = turn;
                for (std::size_t index = 0; index < count; index += 64)
                    kept = kept && numbers[index] == turn;
                writing = true;
            }
        };
        loan.send(1, 65536);
        loan.send(2, 65536);
        Background borrowing([&] { return loan.dispatch(Flag::one); });
        ASSERT_TRUE(eventually([&] { return writing.load(); }));
        EXPECT_EQ(CS_OK, loan.dispatch(Flag::one));
        called_in = true;
        EXPECT_EQ(CS_OK, borrowing.result());
        ASSERT_TRUE(kept) << "round " << round;
    }
}

TEST_F(LoanToOneThread, does_not_stop_finalize_from_waking_a_waiting_thread)
{
    Background borrowing([this] { return dispatch(Flag::all); });
    ASSERT_TRUE(loan_begun());
    EXPECT_EQ(CS_OK, dispatch(Flag::one));
    Background waiting([this] { return dispatch(Flag::one); });
    EXPECT_TRUE(waiting.thread().falls_asleep());
    EXPECT_EQ(CS_OK, finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, waiting.result());
    EXPECT_FALSE(borrowing.ended_within({}));
    EXPECT_FALSE(end.hung_up());
    end_loan();
    EXPECT_EQ(CS_ERR_BAD_HANDLE, borrowing.result());
    EXPECT_TRUE(end.hung_up());
}

// Other threads cannot know that the callback has ended, and do not need to.
TEST_F(LoanToOneThread, is_called_in_by_another_thread_after_a_longjmp)
{
    std::jmp_buf out;
    session.on_event = [&](const Delivery& event) {
        {
            const std::lock_guard guard(mutex);
            told.push_back(event.number);
        }
        if (event.number == 1)
            std::longjmp(out, 1);
    };
    if (setjmp(out) == 0)
        dispatch(Flag::one);
    Background other([this] { return dispatch(Flag::one); });
    EXPECT_EQ(CS_OK, other.result());
    EXPECT_EQ((Numbers{1, 2}), told);
}

// Two threads dispatch. Each event goes to one of them.
TEST_F(LoanTest, delivers_every_event_once_with_two_threads)
{
    constexpr std::int32_t kMany = 4000;
    std::mutex mutex;
    session.on_event = [&](const Delivery& event) {
        const bool whole =
            numbered(event.number, event.size) == Bytes(reinterpret_cast<const char*>(event.data), event.size);
        const std::lock_guard guard(mutex);
        told.push_back(whole ? event.number : -1);
    };
    Background first([this] { return dispatch(Flag::blocking); });
    Background second([this] { return dispatch(Flag::blocking); });
    for (std::int32_t number = 1; number <= kMany; ++number) {
        const std::size_t size = number % 3 == 0 ? 100 : number % 3 == 1 ? 5000 : 8192;
        ASSERT_TRUE(eventually([&] { return end.has_room_for_event(size); }));
        send(number, size);
    }
    EXPECT_TRUE(eventually([&] {
        const std::lock_guard guard(mutex);
        return told.size() >= kMany;
    }));
    EXPECT_EQ(CS_OK, finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, first.result());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, second.result());
    std::sort(told.begin(), told.end());
    for (std::int32_t number = 1; number <= kMany; ++number)
        ASSERT_EQ(number, told[static_cast<std::size_t>(number - 1)]);
}

} // namespace
