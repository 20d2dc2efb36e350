#include "daemon_log.hpp"

#include <sstream>

namespace soak {

namespace {

constexpr const char* kDrop = "cs_ipcs_msg_process() (2:2 - "; // request 2 of service 2, a message in one piece
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
    const auto formed = [&](Ring ring) { return log.find(kMembership + text_of(ring) + ") was formed"); };
    std::set<std::uint32_t> nodes;
    if (formed(from) == std::string::npos)
        return nodes;
    std::istringstream lines(log.substr(formed(from)));
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        const auto membership = line.find(kMembership);
        if (membership == std::string::npos)
            continue;
        if (const auto left = line.find(kLeft, membership); left != std::string::npos) {
            std::istringstream list(line.substr(left + std::char_traits<char>::length(kLeft)));
            for (std::uint32_t node = 0; list >> node;)
                nodes.insert(node);
        }
        if (line.find(kMembership + text_of(to) + ")") != std::string::npos)
            break;
    }
    return nodes;
}

} // namespace soak
