// SPDX-License-Identifier: BSD-3-Clause
// report WHAT LINES RESULTS ...: prints what measure.sh has measured. LINES and RESULTS: see results.hpp. WHAT is one
// of
//
// open LINES RESULTS PAIRS ROW...: the names of those ROWs that need more pairs: they have fewer than PAIRS, or a
// figure
//     with a goal has an interval that is not narrow; if none has a goal, the first figure counts.
// table LINES RESULTS: the Markdown table of all figures.
// streams LINES RESULTS: the Markdown table of what limits the streams.
// gains LINES RESULTS GAINS: the Markdown table of what a user gains; GAINS has lines "ROW FIGURE WORDS", separated by
//     tabs. The figure "rate" is the row's time, as messages per second: more is better there.
// points LINES RESULTS LIBRARY: for the plot: size, rate and its quartiles, CPU and its quartiles.
#include "measuring.hpp"
#include "results.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

namespace {

using bench::Estimate;
using bench::Line;
using bench::Results;

Line figure_of(const Line& line, const char* figure)
{
    Line other = line;
    other.figure = figure;
    return other;
}

std::string place_in_words(const std::string& place)
{
    if (place == "other")
        return "another CPU";
    if (place == "same")
        return "the same CPU";
    if (place == "pinned")
        return "not pinned, program is";
    if (place == "free")
        return "not pinned";
    return place == "nodes" ? "three nodes" : "(no daemon)";
}

std::string ratio_in_words(const Estimate& estimate)
{
    if (!std::isfinite(estimate.ratio))
        return "from nothing";
    const std::string ratio = bench::fixed(estimate.ratio, 2);
    if (estimate.pairs == 1)
        return ratio;
    return ratio + " (" + bench::fixed(estimate.interval.low, 2) + ".." + bench::fixed(estimate.interval.high, 2) + ")";
}

std::string goal_in_words(const Line& line, const Estimate& estimate)
{
    if (line.goal.empty())
        return "";
    bench::Goal goal;
    if (line.goal != "level")
        goal.most = std::strtod(line.goal.c_str(), nullptr);
    const auto outcome = bench::outcome(estimate, goal);
    return (goal.most ? "<= " + line.goal : std::string("not behind")) + (outcome == bench::Outcome::met ? ": met"
                                                                          : outcome == bench::Outcome::open
                                                                              ? ": open"
                                                                              : ": missed");
}

std::string floor_in_words(const Results& results, const Line& line)
{
    const auto values = results.values(line.floor, "floor", "time");
    return values.empty() ? "" : bench::with_unit("time", bench::median(values));
}

void table(const Results& results)
{
    std::puts("| row | what | daemon on | floor | reference | ours | ratio (95 %) | pairs | verdict | goal |\n"
              "|---|---|---|---|---|---|---|---|---|---|");
    for (const Line& line : results.lines()) {
        const Estimate estimate = results.estimate(line);
        const auto shown = [&](const std::vector<double>& values) {
            return bench::with_unit(line.figure, bench::median(values));
        };
        std::printf("| %s | %s, %s | %s | %s | %s | %s | %s | %zu | %s | %s |\n", line.row.c_str(), line.words.c_str(),
                    line.figure.c_str(), place_in_words(line.place).c_str(), floor_in_words(results, line).c_str(),
                    shown(results.reference(line)).c_str(), shown(results.ours(line)).c_str(),
                    ratio_in_words(estimate).c_str(), estimate.pairs, bench::verdict_words(estimate).c_str(),
                    goal_in_words(line, estimate).c_str());
    }
}

void streams(const Results& results)
{
    bool first = true;
    for (const Line& line : results.lines()) {
        if (line.figure != "time" || results.reference(figure_of(line, "refused")).empty())
            continue;
        if (std::exchange(first, false))
            std::puts("| stream: reference / ours | messages per second | sender refused | with flow control on | flow "
                      "control turned on, per 1000 "
                      "messages |\n"
                      "|---|---|---|---|---|");
        const auto both = [&](const char* figure, int decimals, const char* unit) {
            std::string text;
            for (const char* library : {"reference", "ours"}) {
                const double middle = bench::median(results.values(line.row, library, figure));
                const double shown = std::strcmp(figure, "time") == 0 ? 1e9 / middle : middle;
                text += (text.empty() ? "" : " / ") + bench::fixed(shown, decimals) + unit;
            }
            return text;
        };
        std::printf("| %s | %s | %s | %s | %s |\n", line.row.c_str(), both("time", 0, "").c_str(),
                    both("refused", 0, " %").c_str(), both("refused_by_flow", 0, " %").c_str(),
                    both("flow", 2, "").c_str());
    }
}

// The same for the reciprocal values.
Estimate inverse(Estimate estimate)
{
    estimate.ratio = 1 / estimate.ratio;
    estimate.interval = {1 / estimate.interval.high, 1 / estimate.interval.low};
    return estimate;
}

std::string rate_in_words(double ns)
{
    return bench::fixed(1e9 / ns, 0) + "/s";
}

void gains(const Results& results, const char* path)
{
    std::ifstream file(path);
    std::puts("| | reference | here | ratio (95 %) | |\n|---|---|---|---|---|");
    for (std::string text; std::getline(file, text);) {
        std::istringstream in(text);
        Line line;
        std::getline(in, line.row, '\t');
        std::getline(in, line.figure, '\t');
        std::getline(in, line.words);
        const bool rate = line.figure == "rate";
        if (rate)
            line.figure = "time";
        const Estimate estimate = results.estimate(line);
        const auto shown = [&](const std::vector<double>& values) {
            return rate ? rate_in_words(bench::median(values)) : bench::with_unit(line.figure, bench::median(values));
        };
        std::printf("| %s | %s | %s | %s | %s |\n", line.words.c_str(), shown(results.reference(line)).c_str(),
                    shown(results.ours(line)).c_str(), ratio_in_words(rate ? inverse(estimate) : estimate).c_str(),
                    bench::verdict_words(estimate).c_str());
    }
}

void print_quartiles(std::vector<double> values, double (*of)(double))
{
    for (double& value : values)
        value = of(value);
    std::sort(values.begin(), values.end());
    const std::size_t last = values.size() - 1;
    std::printf("\t%g\t%g\t%g", bench::median(values), values[last / 4], values[last - last / 4]);
}

void points(const Results& results, const char* library)
{
    for (const Line& line : results.lines()) {
        if (line.size.empty() || line.figure != "time")
            continue;
        std::printf("%s", line.size.c_str());
        print_quartiles(results.values(line.row, library, "time"), [](double ns) { return 1e9 / ns; });
        print_quartiles(results.values(line.row, library, "cpu"), [](double ns) { return ns / 1000; });
        std::puts("");
    }
}

} // namespace

int main(int argc, char** argv)
{
    const std::string what = argc > 1 ? argv[1] : "";
    const bool takes_another = what == "open" || what == "gains" || what == "points";
    if (argc < (takes_another ? 5 : 4))
        bench::fail("usage", "report open|table|streams|gains|points LINES RESULTS [PAIRS ROW...|GAINS|LIBRARY]");
    const Results results(argv[2], argv[3]);
    if (what == "open") {
        for (int i = 5; i < argc; ++i)
            if (results.need_more(argv[i], std::strtoul(argv[4], nullptr, 10)))
                std::puts(argv[i]);
    } else if (what == "table")
        table(results);
    else if (what == "streams")
        streams(results);
    else if (what == "gains")
        gains(results, argv[4]);
    else if (what == "points")
        points(results, argv[4]);
    else
        bench::fail(what.c_str(), "is nothing to report");
}
