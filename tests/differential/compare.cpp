// SPDX-License-Identifier: BSD-3-Clause
#include "compare.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace differential {

namespace {

constexpr std::string_view kNothing = "(nothing)";

// Does the text match the pattern, in which * is any text?
bool matches(std::string_view text, std::string_view pattern)
{
    const auto star = pattern.find('*');
    if (star == std::string_view::npos)
        return text == pattern;
    if (!text.starts_with(pattern.substr(0, star)))
        return false;
    text.remove_prefix(star);
    pattern.remove_prefix(star + 1);
    for (std::size_t skipped = 0; skipped <= text.size(); ++skipped)
        if (matches(text.substr(skipped), pattern))
            return true;
    return false;
}

struct Parts {
    std::string name, values;
};

// "17>> cpg_join c0 1: 1" without the number of the step.
Parts parts_of(const std::string& line)
{
    const auto blank = line.find(' ');
    const auto colon = line.find(':', blank);
    if (blank == std::string::npos || colon == std::string::npos)
        return {line, ""};
    return {line.substr(blank + 1, colon - blank - 1), line.substr(std::min(colon + 2, line.size()))};
}

std::string step_of(const std::string& line)
{
    return line.substr(0, line.find_first_of("> "));
}

bool ends_here(const std::string& line)
{
    return line.find(" crash SIG") != std::string::npos || line.ends_with(" hang");
}

} // namespace

Differences::Differences(const std::string& file, const std::string& variant)
{
    std::ifstream lines(file);
    std::string head;
    bool any = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line[0] == '#')
            continue;
        if (line[0] != ' ') {
            head = line.substr(0, line.find(": "));
            continue;
        }
        std::istringstream words(line);
        std::string variants, rest;
        words >> variants >> std::ws;
        std::getline(words, rest);
        const auto colon = rest.find(": ");
        const auto arrow = rest.find(" -> ");
        if (head.empty() || colon == std::string::npos || arrow == std::string::npos || arrow < colon)
            throw std::runtime_error(file + ": this is no difference: " + line);
        any = true;
        if (variants != "all" && ("," + variants + ",").find("," + variant + ",") == std::string::npos)
            continue;
        entries_.push_back({head + ": " + rest, rest.substr(0, colon), rest.substr(colon + 2, arrow - colon - 2),
                            rest.substr(arrow + 4)});
        met_[entries_.back().name] = 0;
    }
    if (!any)
        throw std::runtime_error(file + " has nothing in it");
}

bool Differences::meant(const std::string& reference, const std::string& ours)
{
    const auto theirs = reference.empty() ? Parts{"", std::string(kNothing)} : parts_of(reference);
    const auto own = ours.empty() ? Parts{"", std::string(kNothing)} : parts_of(ours);
    if (!reference.empty() && !ours.empty() && theirs.name != own.name)
        return false;
    const auto& name = reference.empty() ? own.name : theirs.name;
    for (const auto& entry : entries_)
        if (matches(name, entry.line) && matches(theirs.values, entry.reference) && matches(own.values, entry.ours)) {
            ++met_[entry.name];
            return true;
        }
    return false;
}

std::optional<Differences::Found> Differences::compare(const Transcript& reference, const Transcript& ours)
{
    static const std::string nothing;
    for (std::size_t theirs = 0, own = 0; theirs < reference.size() || own < ours.size();) {
        const auto& line = theirs < reference.size() ? reference[theirs] : nothing;
        const auto& mine = own < ours.size() ? ours[own] : nothing;
        if (line == mine || (!line.empty() && !mine.empty() && meant(line, mine))) {
            ++theirs;
            ++own;
        } else if (!mine.empty() && meant("", mine)) {
            ++own;
        } else if (!line.empty() && meant(line, "")) {
            ++theirs;
        } else if (ends_here(line) && !mine.empty() && !ends_here(mine) && step_of(line) == step_of(mine)) {
            ++met_["the reference ends: " + parts_of(line).name];
            return {}; // the reference's transcript ends here
        } else {
            return Found{line, mine};
        }
    }
    return {};
}

void Differences::add(const std::map<std::string, long>& others)
{
    for (const auto& [name, count] : others)
        met_[name] += count;
}

} // namespace differential
