// SPDX-License-Identifier: BSD-3-Clause
// Compares two transcripts of one program. Deliberate differences are listed in differences.txt.
#pragma once

#include "connection.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace differential {

class Differences {
public:
    // The lines of the file for this variant: ring, libqb or socket. Throws if a line is malformed.
    Differences(const std::string& file, const std::string& variant);

    struct Found {
        std::string reference; // the lines; empty if there is none
        std::string ours;
    };

    // The first difference that is not listed. Counts those that are listed.
    std::optional<Found> compare(const Transcript& reference, const Transcript& ours);

    // How often each listed difference occurred, by its identifier and lines.
    const std::map<std::string, long>& met() const { return met_; }
    void add(const std::map<std::string, long>& others);

private:
    struct Entry {
        std::string name; // the name under which it is counted
        std::string line, reference, ours;
    };

    bool meant(const std::string& reference, const std::string& ours);

    std::vector<Entry> entries_;
    std::map<std::string, long> met_;
};

} // namespace differential
