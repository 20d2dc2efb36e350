// SPDX-License-Identifier: BSD-3-Clause
// Sends requests to a daemon byte by byte, through libqb's own client: requests that the libraries never send.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include <qb/qbipcc.h>
#include <sys/uio.h>

namespace test {

class RawClient {
public:
    // The header of a reply.
    struct Reply {
        std::int64_t received = 0;
        std::int32_t id = 0;
        std::int32_t size = 0;
        std::int32_t error = 0;
        bool operator==(const Reply&) const = default;
    };

    explicit RawClient(const char* service) : connection_(qb_ipcc_connect(service, 1 << 20)) {}
    ~RawClient()
    {
        if (connection_)
            qb_ipcc_disconnect(connection_);
    }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    // Sends a request with this body after its header, and receives the reply.
    Reply ask(std::int32_t id, const std::string& body) const
    {
        const auto whole = request(id, body);
        const iovec part{const_cast<char*>(whole.data()), whole.size()};
        std::array<char, 16384> answer{};
        Reply reply;
        reply.received = qb_ipcc_sendv_recv(connection_, &part, 1, answer.data(), answer.size(), 10'000);
        std::memcpy(&reply.id, answer.data(), sizeof reply.id);
        std::memcpy(&reply.size, &answer[8], sizeof reply.size);
        std::memcpy(&reply.error, &answer[16], sizeof reply.error);
        return reply;
    }

    // The same for a request without a reply. False if it was not sent.
    bool tell(std::int32_t id, const std::string& body) const
    {
        const auto whole = request(id, body);
        return qb_ipcc_send(connection_, whole.data(), whole.size()) > 0;
    }

private:
    static std::string request(std::int32_t id, const std::string& body)
    {
        std::string whole(16, '\0');
        const auto size = static_cast<std::int32_t>(whole.size() + body.size());
        std::memcpy(whole.data(), &id, sizeof id);
        std::memcpy(&whole[8], &size, sizeof size);
        return whole + body;
    }

    qb_ipcc_connection_t* connection_;
};

} // namespace test
