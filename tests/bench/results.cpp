// SPDX-License-Identifier: BSD-3-Clause
#include "results.hpp"

#include "measuring.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace bench {
namespace {

std::vector<std::vector<std::string>> read(const std::string& path, std::size_t columns)
{
    std::ifstream file(path);
    if (!file)
        fail(path.c_str(), "cannot be read");
    std::vector<std::vector<std::string>> table;
    for (std::string line; std::getline(file, line);) {
        std::vector<std::string> fields;
        std::istringstream in(line + '\t');
        for (std::string field; std::getline(in, field, '\t');)
            fields.push_back(field);
        if (fields.size() != columns)
            fail(path.c_str(), "has a line with other columns");
        table.push_back(fields);
    }
    return table;
}

std::string key(const std::string& row, const std::string& library, const std::string& figure)
{
    return row + '\t' + library + '\t' + figure;
}

bool begins(const std::string& text, const char* with)
{
    return text.rfind(with, 0) == 0;
}

} // namespace

Results::Results(const std::string& lines, const std::string& results)
{
    for (const auto& f : read(lines, 8))
        lines_.push_back({f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7]});
    for (const auto& f : read(results, 5))
        values_[key(f[0], f[2], f[3])].push_back(std::strtod(f[4].c_str(), nullptr));
}

std::vector<double> Results::values(const std::string& row, const std::string& library, const std::string& figure) const
{
    const auto found = values_.find(key(row, library, figure));
    return found == values_.end() ? std::vector<double>{} : found->second;
}

Estimate Results::estimate(const Line& line) const
{
    const auto theirs = reference(line);
    const auto mine = ours(line);
    if (theirs.empty() || mine.empty())
        fail((line.row + ", " + line.figure).c_str(), "has no values");
    return bench::estimate(theirs, mine);
}

bool Results::need_more(const std::string& row, std::size_t pairs) const
{
    bool first = true;
    bool has_goal = false;
    for (const Line& line : lines_)
        has_goal = has_goal || (line.row == row && !line.goal.empty());
    for (const Line& line : lines_) {
        if (line.row != row)
            continue;
        const bool counted = line.kind == "counted";
        if (std::min(reference(line).size(), ours(line).size()) < (counted ? 1 : pairs))
            return true;
        if (!counted && (has_goal ? !line.goal.empty() : first) && !is_narrow(estimate(line)))
            return true;
        first = false;
    }
    return false;
}

std::string fixed(double value, int decimals)
{
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

std::string with_unit(const std::string& figure, double value)
{
    if (figure == "syscalls" || figure == "faults")
        return fixed(value, 3);
    if (figure == "instructions" || begins(figure, "relocations"))
        return fixed(value, 0);
    if (begins(figure, "memory") || begins(figure, "stack") || begins(figure, "text"))
        return fixed(value / 1024, 1) + " KiB";
    return fixed(value / 1000, value < 1e3 ? 3 : value < 1e6 ? 2 : 0) + " µs";
}

} // namespace bench
