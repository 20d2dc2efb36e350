// SPDX-License-Identifier: BSD-3-Clause
// A client of the daemon without the library. It sends requests that the library would not send, and joins with any
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

    // These throw if the daemon replies with an error.
    void join(std::string_view group, std::uint32_t pid);
    void leave(std::string_view group, std::uint32_t pid);
    // The client gets no more events and must send no more requests. The membership stays until the connection ends.
    void stop_receiving();

    // Sends a part of a message. `length` is the size of the whole message according to the part.
    void send_part(std::uint32_t type, std::uint32_t length, std::string_view bytes);
    void send_whole(std::string_view bytes);

    RawClient::Reply ask(std::int32_t id, const std::string& body) const { return client_.ask(id, body); }

private:
    void demand(std::int32_t id, const std::string& body) const;

    const RawClient client_{"cpg"};
};

} // namespace test
