// SPDX-License-Identifier: BSD-3-Clause
// Statistics over the pairs of a row: one ratio for each pair, ours to the reference's, of a time, of CPU or of memory.
// Less is better.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace bench {

// There must be at least one value.
double median(std::vector<double> values);

struct Interval {
    double low = 0;
    double high = 0;
};

// The interval that contains the true median of the values' distribution, with 95 % confidence: a percentile bootstrap.
// The same values give the same interval each time. There must be at least one value.
Interval median_interval(const std::vector<double>& values);

struct Estimate {
    double ratio = 0; // the median
    Interval interval;
    std::size_t pairs = 0;
};

// From pairs of a reference's value and ours. The ratio of 0 to 0 is 1, that of more to 0 is infinite.
Estimate estimate(const std::vector<double>& reference, const std::vector<double>& ours);

// Whether the interval is narrower than a tenth of the ratio.
bool is_narrow(const Estimate& estimate);

enum class Verdict { ahead, level, behind };

// Depends on the interval: ahead if it is below 1, behind if above, and level if it contains 1, or an end that is 1.00
// when rounded.
Verdict verdict(const Estimate& estimate);

// "ahead", "level" or "behind"; "level (wide)" if the interval contains 1 but is not narrow, so that more pairs may
// change the verdict.
std::string verdict_words(const Estimate& estimate);

// The largest ratio, or only that it is not behind.
struct Goal {
    std::optional<double> most;
};

enum class Outcome { met, open, missed };

// Met if the whole interval is within the goal, missed if none of it is, open otherwise.
// "Not behind" is met unless all of the interval is above 1.
Outcome outcome(const Estimate& estimate, const Goal& goal);

} // namespace bench
