// SPDX-License-Identifier: BSD-3-Clause
#include "statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace bench {
namespace {

constexpr std::size_t kResamples = 2000;
constexpr double kOutside = 0.025; // on each side
constexpr double kNarrow = 0.1;
constexpr double kSame = 0.005; // two decimals show this difference from 1 as 1.00

// SplitMix64: small, random enough for a bootstrap, and the same on each machine, unlike the library's distributions.
class Dice {
public:
    std::size_t below(std::size_t count)
    {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t bits = state_;
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
        return static_cast<std::size_t>((bits ^ (bits >> 31)) % count);
    }

private:
    std::uint64_t state_ = 20;
};

double ratio(double reference, double ours)
{
    if (reference != 0)
        return ours / reference;
    return ours == 0 ? 1 : std::numeric_limits<double>::infinity();
}

} // namespace

double median(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return values.size() % 2 == 1 ? *middle : (*std::max_element(values.begin(), middle) + *middle) / 2;
}

Interval median_interval(const std::vector<double>& values)
{
    Dice dice;
    std::vector<double> medians(kResamples);
    std::vector<double> drawn(values.size());
    for (double& one : medians) {
        for (double& value : drawn)
            value = values[dice.below(values.size())];
        one = median(drawn);
    }
    std::sort(medians.begin(), medians.end());
    const auto outside = static_cast<std::size_t>(kOutside * kResamples);
    return {medians[outside], medians[kResamples - 1 - outside]};
}

Estimate estimate(const std::vector<double>& reference, const std::vector<double>& ours)
{
    const std::size_t pairs = std::min(reference.size(), ours.size());
    std::vector<double> ratios(pairs);
    for (std::size_t i = 0; i < pairs; ++i)
        ratios[i] = ratio(reference[i], ours[i]);
    return {median(ratios), median_interval(ratios), pairs};
}

bool is_narrow(const Estimate& estimate)
{
    if (!std::isfinite(estimate.interval.high))
        return estimate.interval.low == estimate.interval.high;
    return estimate.interval.high - estimate.interval.low < kNarrow * estimate.ratio ||
           estimate.interval.low == estimate.interval.high;
}

Verdict verdict(const Estimate& estimate)
{
    if (estimate.interval.high < 1 - kSame)
        return Verdict::ahead;
    return estimate.interval.low > 1 + kSame ? Verdict::behind : Verdict::level;
}

std::string verdict_words(const Estimate& estimate)
{
    switch (verdict(estimate)) {
    case Verdict::ahead:
        return "ahead";
    case Verdict::behind:
        return "behind";
    case Verdict::level:
        break;
    }
    return is_narrow(estimate) ? "level" : "level (wide)";
}

Outcome outcome(const Estimate& estimate, const Goal& goal)
{
    if (!goal.most)
        return verdict(estimate) == Verdict::behind ? Outcome::missed : Outcome::met;
    if (estimate.interval.high <= *goal.most)
        return Outcome::met;
    return estimate.interval.low > *goal.most ? Outcome::missed : Outcome::open;
}

} // namespace bench
