// SPDX-License-Identifier: BSD-3-Clause
// Reads what measure.sh has written: the rows, and the output of each run.
#pragma once

#include "statistics.hpp"

#include <map>
#include <string>
#include <vector>

namespace bench {

// A figure of a row: a line of the table.
struct Line {
    std::string row; // the row's name
    std::string words;
    std::string place;
    std::string kind; // "measured" or "counted"
    std::string figure;
    std::string goal;  // a number, "level" or empty
    std::string floor; // its name, or empty
    std::string size;  // of the message, if the row is a point of the plot
};

class Results {
public:
    // Files as measure.sh writes them, tab-separated. The columns of the results are: row or floor, number of the pair,
    // "reference", "ours" or "floor", figure, value.
    Results(const std::string& lines, const std::string& results);

    const std::vector<Line>& lines() const { return lines_; }

    // In the order of the pairs; empty if there are none.
    std::vector<double> values(const std::string& row, const std::string& library, const std::string& figure) const;
    std::vector<double> reference(const Line& line) const { return values(line.row, "reference", line.figure); }
    std::vector<double> ours(const Line& line) const { return values(line.row, "ours", line.figure); }

    // Fails if there is no pair.
    Estimate estimate(const Line& line) const;

    // Whether a row needs more pairs: it has fewer than that (a counted one, none), or a figure with a goal has an
    // interval that is not narrow; if none has a goal, the first figure counts.
    bool need_more(const std::string& row, std::size_t pairs) const;

private:
    std::vector<Line> lines_;
    std::map<std::string, std::vector<double>> values_;
};

std::string fixed(double value, int decimals);

// A value of a figure with its unit.
std::string with_unit(const std::string& figure, double value);

} // namespace bench
