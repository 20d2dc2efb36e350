// SPDX-License-Identifier: BSD-3-Clause
// Whether two transcripts of one program differ, and whether that is meant. The list of what is meant is
// differences.txt.
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
    // The lines of the file that concern this variant: ring, libqb or socket. Throws if one is not as it should be.
    Differences(const std::string& file, const std::string& variant);

    struct Found {
        std::string reference; // the lines; empty: there is none
        std::string ours;
    };

    // The first that is not meant. Those that are meant are counted.
    std::optional<Found> compare(const Transcript& reference, const Transcript& ours);

    // How often each was met, by its identifier and lines.
    const std::map<std::string, long>& met() const { return met_; }
    void add(const std::map<std::string, long>& others);

private:
    struct Entry {
        std::string name; // how it is counted
        std::string line, reference, ours;
    };

    bool meant(const std::string& reference, const std::string& ours);

    std::vector<Entry> entries_;
    std::map<std::string, long> met_;
};

} // namespace differential
