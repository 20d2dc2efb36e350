// SPDX-License-Identifier: BSD-3-Clause
// Converts results of the core and error fields of replies to cs_error_t.
#pragma once

#include <corosync/corotypes.h>

#include <cstdint>

namespace corosync {

// Converts a result of the core: 0 or more, or a negative errno value. It uses the public conversion, so that there is
// only one table.
inline cs_error_t from_transport(int rc) noexcept
{
    return qb_to_cs_error(rc);
}

// Converts the error field of a reply. Programs must never get a value outside cs_error_t, so an unknown code becomes
// CS_ERR_LIBRARY: the reply is malformed.
constexpr cs_error_t from_wire(std::int32_t error) noexcept
{
    const bool known = (error >= CS_OK && error <= CS_ERR_CONTEXT_NOT_FOUND) || error == CS_ERR_TOO_MANY_GROUPS ||
                       error == CS_ERR_SECURITY;
    return known ? static_cast<cs_error_t>(error) : CS_ERR_LIBRARY;
}

} // namespace corosync
