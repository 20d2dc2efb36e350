// SPDX-License-Identifier: BSD-3-Clause
#include "daemon_log.hpp"

#include <sstream>

namespace soak {

namespace {

constexpr const char* kDrop = "cs_ipcs_msg_process() (2:2 - "; // request 2 of service 2: a message in one piece
constexpr const char* kMembership = "A new membership (";
constexpr const char* kLeft = "left: ";

} // namespace

std::string text_of(const Ring& ring)
{
    std::ostringstream text;
    text << std::hex << ring.node << '.' << ring.seq;
    return text.str();
}

std::uint64_t dropped_messages(const std::string& log)
{
    std::uint64_t count = 0;
    for (auto found = log.find(kDrop); found != std::string::npos; found = log.find(kDrop, found + 1))
        ++count;
    return count;
}

std::set<std::uint32_t> nodes_left(const std::string& log, Ring from, Ring to)
{
    const auto line_of = [](Ring ring) { return kMembership + text_of(ring) + ") "; };
    std::set<std::uint32_t> nodes;
    const auto begin = log.find(line_of(from));
    if (begin == std::string::npos)
        return nodes;
    const auto end = log.find('\n', log.find(line_of(to), begin));
    std::istringstream lines(log.substr(begin, end - begin));
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        const auto left = line.find(kLeft, line.find(kMembership));
        if (left == std::string::npos)
            continue;
        std::istringstream list(line.substr(left + std::char_traits<char>::length(kLeft)));
        for (std::uint32_t node = 0; list >> node;)
            nodes.insert(node);
    }
    return nodes;
}

} // namespace soak
