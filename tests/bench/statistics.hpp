// SPDX-License-Identifier: BSD-3-Clause
// What the pairs of a row say: one ratio for each, ours to the reference's, of a time, of CPU, of memory: less is
// better.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace bench {

// Of at least one value.
double median(std::vector<double> values);

struct Interval {
    double low = 0;
    double high = 0;
};

// Where the median of what the values were drawn from lies, with 95 % confidence: a percentile bootstrap. The same
// values give the same interval each time. At least one value.
Interval median_interval(const std::vector<double>& values);

struct Estimate {
    double ratio = 0; // the median
    Interval interval;
    std::size_t pairs = 0;
};

// Pairs of a reference's value and ours. Nothing to nothing is 1, something to nothing is infinite.
Estimate estimate(const std::vector<double>& reference, const std::vector<double>& ours);

// Narrower than a tenth of the ratio.
bool is_narrow(const Estimate& estimate);

enum class Verdict { ahead, level, behind };

// By where the interval lies: ahead is below 1, behind above, and level has 1 in it, or an end that is 1.00 when
// rounded.
Verdict verdict(const Estimate& estimate);

// "ahead", "level" or "behind"; "level (wide)" if the interval has 1 in it but is not narrow, so that more pairs may
// still say otherwise.
std::string verdict_words(const Estimate& estimate);

// The most that a ratio may be, or only that it is not behind.
struct Goal {
    std::optional<double> most;
};

enum class Outcome { met, open, missed };

// Met if the whole interval is within the goal, missed if none of it is, open otherwise.
// "Not behind" is met unless all of the interval is above 1.
Outcome outcome(const Estimate& estimate, const Goal& goal);

} // namespace bench
