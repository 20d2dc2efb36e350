// SPDX-License-Identifier: BSD-3-Clause
#include "core/settings.hpp"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace corosync {
namespace {

constexpr unsigned kMaxSpinUs = 100;
constexpr unsigned kMaxConnectMs = 3600000;

// Reads a decimal number and moves `text` behind it. False if there is no number or it does not fit.
bool read_number(const char*& text, std::uint32_t& number)
{
    std::uint64_t value = 0;
    const char* at = text;
    for (; *at >= '0' && *at <= '9'; ++at) {
        value = value * 10 + static_cast<unsigned>(*at - '0');
        if (value > UINT32_MAX)
            return false;
    }
    if (at == text)
        return false;
    text = at;
    number = static_cast<std::uint32_t>(value);
    return true;
}

// Reads the variable as a number. False if it contains anything else.
bool number_in(const char* variable, std::uint32_t& number)
{
    const char* text = secure_getenv(variable);
    return text != nullptr && read_number(text, number) && *text == '\0';
}

} // namespace

Settings Settings::from_environment()
{
    Settings settings;
    if (const char* transport = secure_getenv("COROSYNC_CLIENT_TRANSPORT"); transport != nullptr) {
        if (std::strcmp(transport, "ring") == 0)
            settings.transport = Transport::ring;
        else if (std::strcmp(transport, "libqb") == 0)
            settings.transport = Transport::libqb;
    }
    std::uint32_t number = 0;
    if (number_in("COROSYNC_CLIENT_SPIN_US", number))
        settings.spin_us = number < kMaxSpinUs ? number : kMaxSpinUs;
    if (number_in("COROSYNC_CLIENT_RING_KIB", number) && number >= kMessageSize / 1024 &&
        number <= kMaxMessageSize / 1024)
        settings.message_size = number * 1024;
    if (number_in("COROSYNC_CLIENT_CONNECT_MS", number) && number >= 1 && number <= kMaxConnectMs)
        settings.connect_ms = number;
    settings.peer_uids = secure_getenv("COROSYNC_CLIENT_PEER_UIDS");
    return settings;
}

bool Settings::trusts_peer(uid_t uid) const
{
    if (uid == 0 || uid == geteuid())
        return true;
    // The list ends at the first entry that is not a number: a typing error must not let an untrusted user in.
    const char* list = peer_uids;
    std::uint32_t listed = 0;
    while (list != nullptr && read_number(list, listed)) {
        if (*list != ',' && *list != '\0')
            return false;
        if (listed == uid)
            return true;
        if (*list == ',')
            ++list;
    }
    return false;
}

} // namespace corosync
