// The statistics of tests/bench, with values whose truth is known.
#include "bench/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace {

using bench::Outcome;
using bench::Verdict;

// Ratios of a row: their logarithms are normal, so that the true median is known.
class Row {
public:
    explicit Row(unsigned seed) : random_(seed) {}

    std::vector<double> ratios(std::size_t count, double middle, double spread)
    {
        std::vector<double> values(count);
        for (double& value : values)
            value = middle * std::exp(spread * normal());
        return values;
    }

private:
    double uniform() { return (static_cast<double>(random_()) + 0.5) / 4294967296.0; }
    // Box and Muller: the standard's distributions differ from library to library.
    double normal() { return std::sqrt(-2 * std::log(uniform())) * std::cos(2 * M_PI * uniform()); }

    std::mt19937 random_;
};

bench::Estimate of(const std::vector<double>& ratios)
{
    return bench::estimate(std::vector<double>(ratios.size(), 1), ratios);
}

bench::Estimate between(double low, double high)
{
    return {(low + high) / 2, {low, high}, 15};
}

TEST(BenchStatistics, median_of_an_odd_and_an_even_number_of_values)
{
    EXPECT_EQ(bench::median({7}), 7);
    EXPECT_EQ(bench::median({9, 1, 4}), 4);
    EXPECT_EQ(bench::median({9, 1, 4, 5}), 4.5);
}

TEST(BenchStatistics, the_ratio_is_the_median_of_the_pairs_and_not_that_of_the_medians)
{
    // Whatever slows both of a pair down falls out.
    const auto estimate = bench::estimate({10, 1000, 20}, {5, 500, 30});
    EXPECT_EQ(estimate.ratio, 0.5);
    EXPECT_EQ(estimate.pairs, 3U);
}

TEST(BenchStatistics, an_interval_of_equal_values_has_no_width)
{
    const auto estimate = of({0.5, 0.5, 0.5});
    EXPECT_EQ(estimate.interval.low, 0.5);
    EXPECT_EQ(estimate.interval.high, 0.5);
    EXPECT_TRUE(bench::is_narrow(estimate));
}

TEST(BenchStatistics, an_interval_comes_out_the_same_each_time)
{
    const auto values = Row(1).ratios(20, 0.9, 0.3);
    const auto once = bench::median_interval(values);
    const auto again = bench::median_interval(values);
    EXPECT_EQ(once.low, again.low);
    EXPECT_EQ(once.high, again.high);
}

TEST(BenchStatistics, nineteen_of_twenty_intervals_hold_the_true_median)
{
    for (const std::size_t pairs : {15U, 40U}) {
        Row row(2);
        int held = 0;
        for (int i = 0; i < 200; ++i) {
            const auto interval = bench::median_interval(row.ratios(pairs, 0.8, 0.3));
            held += interval.low <= 0.8 && 0.8 <= interval.high ? 1 : 0;
        }
        EXPECT_GE(held, 180) << pairs;
        EXPECT_LE(held, 198) << pairs; // one that always holds it is too wide
    }
}

TEST(BenchStatistics, more_pairs_make_the_interval_narrower)
{
    const auto width = [](std::size_t pairs) {
        const auto interval = bench::median_interval(Row(3).ratios(pairs, 1, 0.3));
        return interval.high - interval.low;
    };
    EXPECT_LT(width(240), width(15) / 2);
}

TEST(BenchStatistics, a_few_wild_pairs_do_not_move_the_verdict)
{
    auto values = Row(4).ratios(15, 0.8, 0.02);
    values[3] = 40;
    values[9] = 0.01;
    values[12] = 9;
    EXPECT_EQ(bench::verdict(of(values)), Verdict::ahead);
    EXPECT_TRUE(bench::is_narrow(of(values)));
}

TEST(BenchStatistics, what_is_faster_is_ahead_what_is_slower_is_behind_and_the_same_is_level)
{
    EXPECT_EQ(bench::verdict(of(Row(5).ratios(15, 0.9, 0.03))), Verdict::ahead);
    EXPECT_EQ(bench::verdict(of(Row(5).ratios(15, 1.1, 0.03))), Verdict::behind);
    EXPECT_EQ(bench::verdict(of(Row(5).ratios(15, 1, 0.03))), Verdict::level);
}

TEST(BenchStatistics, an_interval_with_one_in_it_or_at_its_end_is_level)
{
    EXPECT_EQ(bench::verdict(between(0.9, 1)), Verdict::level);
    EXPECT_EQ(bench::verdict(between(1, 1.2)), Verdict::level);
    EXPECT_EQ(bench::verdict(between(0.9, 0.99)), Verdict::ahead);
    EXPECT_EQ(bench::verdict(between(1.01, 1.2)), Verdict::behind);
    EXPECT_EQ(bench::verdict(between(0.9, 0.996)), Verdict::level); // 1.00 in the table
    EXPECT_EQ(bench::verdict(between(1.004, 1.2)), Verdict::level);
}

TEST(BenchStatistics, level_says_so_when_the_interval_is_too_wide_to_mean_much)
{
    EXPECT_EQ(bench::verdict_words(between(0.96, 1.04)), "level");
    EXPECT_EQ(bench::verdict_words(between(0.6, 1.5)), "level (wide)");
    EXPECT_EQ(bench::verdict_words(between(1.5, 4)), "behind");
    EXPECT_EQ(bench::verdict_words(between(0.1, 0.7)), "ahead");
}

TEST(BenchStatistics, an_interval_is_narrow_below_a_tenth_of_its_ratio)
{
    EXPECT_TRUE(bench::is_narrow(between(0.976, 1.024)));
    EXPECT_FALSE(bench::is_narrow(between(0.94, 1.06)));
    EXPECT_FALSE(bench::is_narrow(between(0.094, 0.106)));
}

TEST(BenchStatistics, a_goal_is_met_or_missed_by_the_whole_interval_and_open_between)
{
    EXPECT_EQ(bench::outcome(between(0.4, 0.5), {0.5}), Outcome::met);
    EXPECT_EQ(bench::outcome(between(0.4, 0.6), {0.5}), Outcome::open);
    EXPECT_EQ(bench::outcome(between(0.51, 0.6), {0.5}), Outcome::missed);
}

TEST(BenchStatistics, not_behind_is_missed_by_what_is_behind_only)
{
    EXPECT_EQ(bench::outcome(between(0.4, 0.5), {}), Outcome::met);
    EXPECT_EQ(bench::outcome(between(0.9, 1.2), {}), Outcome::met);
    EXPECT_EQ(bench::outcome(between(1.01, 1.2), {}), Outcome::missed);
}

TEST(BenchStatistics, nothing_beside_nothing_is_level_and_something_beside_nothing_is_behind)
{
    const auto none = bench::estimate({0, 0}, {0, 0});
    EXPECT_EQ(none.ratio, 1);
    EXPECT_EQ(bench::verdict_words(none), "level");
    const auto some = bench::estimate({0, 0}, {0, 0.5});
    EXPECT_EQ(some.interval.high, std::numeric_limits<double>::infinity());
    EXPECT_FALSE(bench::is_narrow(some));
    EXPECT_EQ(bench::verdict_words(bench::estimate({0, 0}, {1, 2})), "behind");
    EXPECT_EQ(bench::verdict_words(bench::estimate({4, 4}, {0, 0})), "ahead");
}

} // namespace
