// SPDX-License-Identifier: BSD-3-Clause
// What this process holds, and what a library may leak or lose: descriptors, allocations, mappings, and files of
// connections.
#pragma once

#include "allocations.hpp"

#include "support/eventually.hpp"
#include "support/process.hpp"

#include <cstddef>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include <sys/types.h>

namespace test {

struct Held {
    std::map<int, std::string> descriptors;
    long allocations = 0;
    std::size_t mapped = 0; // bytes, without the heap and the stack
    std::set<std::string> files;

    static Held now(pid_t daemon)
    {
        const long allocations = live_allocations();
        return {open_descriptors(), allocations, mapped_bytes(), connection_entries(daemon)};
    }

    bool operator==(const Held&) const = default;

private:
    static std::size_t mapped_bytes()
    {
        std::ifstream maps("/proc/self/maps");
        std::size_t bytes = 0;
        for (std::string line; std::getline(maps, line);) {
            if (line.find("[heap]") != std::string::npos || line.find("[stack]") != std::string::npos)
                continue;
            std::size_t end_of_begin = 0;
            const auto begin = std::stoull(line, &end_of_begin, 16);
            bytes += std::stoull(line.substr(end_of_begin + 1), nullptr, 16) - begin;
        }
        return bytes;
    }
};

// The differences between `before` and now, as text; empty if there are none. The daemon needs a moment to remove its
// files.
inline std::string differences(const Held& before, pid_t daemon)
{
    Held now;
    if (eventually(kPatience / 10, [&] { return (now = Held::now(daemon)) == before; }))
        return "";
    std::string text;
    for (const auto& [number, target] : now.descriptors)
        if (!before.descriptors.contains(number))
            text += "kept descriptor " + std::to_string(number) + " of " + target + "\n";
    for (const auto& [number, target] : before.descriptors)
        if (!now.descriptors.contains(number))
            text += "closed descriptor " + std::to_string(number) + " of " + target + "\n";
    if (now.allocations != before.allocations)
        text += "allocations: " + std::to_string(now.allocations - before.allocations) + "\n";
    if (now.mapped != before.mapped)
        text += "mapped " + std::to_string(before.mapped) + " bytes before, " + std::to_string(now.mapped) + " now\n";
    for (const auto& name : now.files)
        if (!before.files.contains(name))
            text += "left /dev/shm/" + name + "\n";
    return text.empty() ? "other targets of descriptors, or fewer files\n" : text;
}

} // namespace test
