// SPDX-License-Identifier: BSD-3-Clause
// The statistics of tests/bench, with values whose true result is known.
#include "bench/results.hpp"
#include "bench/statistics.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <random>

namespace {

using bench::Outcome;
using bench::Verdict;

// Ratios of a row: their logarithms have a normal distribution, so that the true median is known.
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
    // Whatever slows down both values of a pair has no effect.
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

TEST(BenchStatistics, an_interval_is_the_same_each_time)
{
    const auto values = Row(1).ratios(20, 0.9, 0.3);
    const auto once = bench::median_interval(values);
    const auto again = bench::median_interval(values);
    EXPECT_EQ(once.low, again.low);
    EXPECT_EQ(once.high, again.high);
}

TEST(BenchStatistics, nineteen_of_twenty_intervals_hold_the_true_median)
{
    Row row(2);
    int held = 0;
    for (int i = 0; i < 200; ++i) {
        const auto interval = bench::median_interval(row.ratios(15, 0.8, 0.3));
        held += interval.low <= 0.8 && 0.8 <= interval.high ? 1 : 0;
    }
    EXPECT_GE(held, 180);
    EXPECT_LE(held, 198); // an interval that always holds it is too wide
}

TEST(BenchStatistics, more_pairs_make_the_interval_narrower)
{
    const auto width = [](std::size_t pairs) {
        const auto interval = bench::median_interval(Row(3).ratios(pairs, 1, 0.3));
        return interval.high - interval.low;
    };
    EXPECT_LT(width(240), width(15) / 2);
}

TEST(BenchStatistics, a_few_outliers_do_not_change_the_verdict)
{
    auto values = Row(4).ratios(15, 0.8, 0.02);
    values[3] = 40;
    values[9] = 0.01;
    values[12] = 9;
    EXPECT_EQ(bench::verdict(of(values)), Verdict::ahead);
    EXPECT_TRUE(bench::is_narrow(of(values)));
}

TEST(BenchStatistics, faster_is_ahead_slower_is_behind_and_equal_is_level)
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

TEST(BenchStatistics, a_level_verdict_is_marked_wide_if_the_interval_is_wide)
{
    EXPECT_EQ(bench::verdict_words(between(0.96, 1.04)), "level");
    EXPECT_EQ(bench::verdict_words(between(0.6, 1.5)), "level (wide)");
    EXPECT_EQ(bench::verdict_words(between(1.5, 4)), "behind");
    EXPECT_EQ(bench::verdict_words(between(0.1, 0.7)), "ahead");
}

TEST(BenchStatistics, an_interval_is_narrow_if_it_is_below_a_tenth_of_its_ratio)
{
    EXPECT_TRUE(bench::is_narrow(between(0.976, 1.024)));
    EXPECT_FALSE(bench::is_narrow(between(0.94, 1.06)));
    EXPECT_FALSE(bench::is_narrow(between(0.094, 0.106)));
}

TEST(BenchStatistics, a_goal_is_met_or_missed_by_the_whole_interval_and_otherwise_open)
{
    EXPECT_EQ(bench::outcome(between(0.4, 0.5), {0.5}), Outcome::met);
    EXPECT_EQ(bench::outcome(between(0.4, 0.6), {0.5}), Outcome::open);
    EXPECT_EQ(bench::outcome(between(0.51, 0.6), {0.5}), Outcome::missed);
}

TEST(BenchStatistics, the_goal_not_behind_is_missed_only_by_behind)
{
    EXPECT_EQ(bench::outcome(between(0.4, 0.5), {}), Outcome::met);
    EXPECT_EQ(bench::outcome(between(0.9, 1.2), {}), Outcome::met);
    EXPECT_EQ(bench::outcome(between(1.01, 1.2), {}), Outcome::missed);
}

TEST(BenchStatistics, zero_against_zero_is_level_and_more_against_zero_is_behind)
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

// A file as measure.sh would write it.
class Written {
public:
    explicit Written(const std::string& text)
    {
        close(mkstemp(path_.data()));
        std::ofstream(path_) << text;
    }
    ~Written() { std::remove(path_.c_str()); }
    Written(const Written&) = delete;
    Written& operator=(const Written&) = delete;

    const std::string& path() const { return path_; }

private:
    std::string path_ = "/tmp/bench_statistics.XXXXXX";
};

// Pairs of a row's figure; the reference's value is always 1.
std::string pairs_of(const std::string& row, const std::string& figure, const std::vector<double>& ours)
{
    std::string text;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        const std::string pair = row + '\t' + std::to_string(i + 1) + '\t';
        text +=
            pair + "reference\t" + figure + "\t1\n" + pair + "ours\t" + figure + '\t' + std::to_string(ours[i]) + '\n';
    }
    return text;
}

bool needs_more(const std::string& lines, const std::string& results, std::size_t pairs)
{
    return bench::Results(Written(lines).path(), Written(results).path()).need_more("row", pairs);
}

const std::string kTime = "row\twords\tother\tmeasured\ttime\tlevel\tfloor\t64\n";
const std::string kCpuWithoutGoal = "row\twords\tother\tmeasured\tcpu\t\t\t\n";
const std::string kCounted = "row\twords\tnone\tcounted\tsyscalls\tlevel\t\t\n";

TEST(BenchResults, values_are_found_by_row_library_and_figure_in_the_order_of_the_pairs)
{
    const Written lines(kTime + kCpuWithoutGoal);
    const Written written(pairs_of("row", "time", {0.5, 2, 1}) + pairs_of("row", "cpu", {7}) +
                          pairs_of("another", "time", {9}) + "floor\t1\tfloor\ttime\t3\n");
    const bench::Results results(lines.path(), written.path());
    ASSERT_EQ(results.lines().size(), 2U);
    EXPECT_EQ(results.lines()[0].size, "64");
    EXPECT_EQ(results.ours(results.lines()[0]), (std::vector<double>{0.5, 2, 1}));
    EXPECT_EQ(results.reference(results.lines()[0]), (std::vector<double>{1, 1, 1}));
    EXPECT_EQ(results.ours(results.lines()[1]), std::vector<double>{7});
    EXPECT_EQ(results.values("floor", "floor", "time"), std::vector<double>{3});
    EXPECT_EQ(results.estimate(results.lines()[0]).ratio, 1);
}

TEST(BenchResults, a_row_needs_more_until_it_has_its_pairs)
{
    EXPECT_TRUE(needs_more(kTime, "", 15));
    EXPECT_TRUE(needs_more(kTime, pairs_of("row", "time", std::vector<double>(14, 1)), 15));
    EXPECT_FALSE(needs_more(kTime, pairs_of("row", "time", std::vector<double>(15, 1)), 15));
}

TEST(BenchResults, a_row_needs_more_until_its_interval_is_narrow)
{
    EXPECT_TRUE(needs_more(kTime, pairs_of("row", "time", Row(6).ratios(15, 1, 0.5)), 15));
    EXPECT_FALSE(needs_more(kTime, pairs_of("row", "time", Row(6).ratios(15, 1, 0.02)), 15));
    EXPECT_FALSE(needs_more(kTime, pairs_of("row", "time", Row(6).ratios(400, 1, 0.2)), 15));
}

TEST(BenchResults, a_row_with_a_goal_needs_no_more_for_a_figure_without_one)
{
    const auto narrow = pairs_of("row", "time", Row(7).ratios(15, 1, 0.02));
    const auto wide = pairs_of("row", "cpu", Row(7).ratios(15, 1, 0.5));
    EXPECT_FALSE(needs_more(kTime + kCpuWithoutGoal, narrow + wide, 15));
    EXPECT_TRUE(needs_more(kCpuWithoutGoal, wide, 15));
}

TEST(BenchResults, a_counted_row_needs_one_pair)
{
    EXPECT_TRUE(needs_more(kCounted, "", 15));
    EXPECT_FALSE(needs_more(kCounted, pairs_of("row", "syscalls", {2}), 15));
}

} // namespace
