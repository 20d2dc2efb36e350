// SPDX-License-Identifier: BSD-3-Clause
// A client of the daemon's that is not the library: it says on the wire what no library would say, and joins under any
// pid, so that a test can have a group of any size.
#pragma once

#include "support/raw_client.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace test {

class RawCpg {
public:
    enum PartType : std::uint32_t { first = 1, continued = 2, last = 3 };

    // These throw unless the daemon consents.
    void join(std::string_view group, std::uint32_t pid);
    void leave(std::string_view group, std::uint32_t pid);
    // No more events for us, and no more requests; the membership stays until the connection ends.
    void deafen();

    // A part of a message of `length` bytes in all, or so it says.
    void send_part(std::uint32_t type, std::uint32_t length, std::string_view bytes);
    void send_whole(std::string_view bytes);

    RawClient::Reply ask(std::int32_t id, const std::string& body) const { return client_.ask(id, body); }

private:
    void demand(std::int32_t id, const std::string& body) const;

    const RawClient client_{"cpg"};
};

} // namespace test
