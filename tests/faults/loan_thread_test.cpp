// Two threads, one of them in the callback of an event on loan.
#include "loan_fixture.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csetjmp>
#include <mutex>

namespace {

using namespace test;

using Numbers = std::vector<std::int32_t>;

class LoanToOneThread : public LoanTest {
protected:
    // The callback of event 1 takes until end_loan(); the others write down their numbers.
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

TEST_F(LoanToOneThread, lets_another_thread_find_nothing)
{
    Background borrowing([this] { return dispatch(Flag::one); });
    ASSERT_TRUE(loan_begun());
    EXPECT_EQ(0, dispatch(Flag::all));
    EXPECT_EQ(-EAGAIN, dispatch(Flag::one_nonblocking));
    end_loan();
    EXPECT_EQ(0, borrowing.result());
    EXPECT_EQ(Numbers{1}, told);
    EXPECT_EQ(0, dispatch(Flag::one_nonblocking));
    EXPECT_EQ((Numbers{1, 2}), told);
}

TEST_F(LoanToOneThread, lets_another_thread_wait_for_one)
{
    Background borrowing([this] { return dispatch(Flag::one); });
    ASSERT_TRUE(loan_begun());
    Background waiting([this] { return dispatch(Flag::one); });
    EXPECT_FALSE(waiting.ended_within(kGlance));
    end_loan();
    EXPECT_EQ(0, borrowing.result());
    EXPECT_EQ(0, waiting.result());
    EXPECT_EQ(2U, told.size());
}

TEST_F(LoanToOneThread, lets_another_thread_wait_for_all_that_comes)
{
    Background borrowing([this] { return dispatch(Flag::one); });
    ASSERT_TRUE(loan_begun());
    Background waiting([this] { return dispatch(Flag::blocking); });
    EXPECT_FALSE(waiting.ended_within(kGlance));
    end_loan();
    EXPECT_EQ(0, borrowing.result());
    EXPECT_TRUE(eventually([this] {
        const std::lock_guard guard(mutex);
        return told.size() == 2;
    }));
    EXPECT_EQ(0, finalize());
    EXPECT_EQ(-EBADF, waiting.result());
}

TEST_F(LoanToOneThread, does_not_keep_finalize_from_waking_who_waits_for_its_end)
{
    Background borrowing([this] { return dispatch(Flag::all); });
    ASSERT_TRUE(loan_begun());
    Background waiting([this] { return dispatch(Flag::one); });
    EXPECT_TRUE(waiting.thread().falls_asleep());
    EXPECT_EQ(0, finalize());
    EXPECT_EQ(-EBADF, waiting.result());
    EXPECT_FALSE(borrowing.ended_within({}));
    EXPECT_FALSE(end.hung_up());
    end_loan();
    EXPECT_EQ(-EBADF, borrowing.result());
    EXPECT_TRUE(end.hung_up());
}

// The thread that the jump brought back is free; nobody else can know that the callback is no more.
TEST_F(LoanToOneThread, makes_others_wait_until_the_thread_that_jumped_dispatches_again)
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
    Background waiting([this] { return dispatch(Flag::one); });
    EXPECT_FALSE(waiting.ended_within(kGlance));
    send(3);
    EXPECT_EQ(0, dispatch(Flag::one));
    EXPECT_EQ(0, waiting.result());
    std::sort(told.begin(), told.end());
    EXPECT_EQ((Numbers{1, 2, 3}), told);
}

// Of two threads, each event goes to one.
TEST_F(LoanTest, goes_round_without_losing_or_doubling_any)
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
    EXPECT_EQ(0, finalize());
    EXPECT_EQ(-EBADF, first.result());
    EXPECT_EQ(-EBADF, second.result());
    std::sort(told.begin(), told.end());
    for (std::int32_t number = 1; number <= kMany; ++number)
        ASSERT_EQ(number, told[static_cast<std::size_t>(number - 1)]);
}

} // namespace
