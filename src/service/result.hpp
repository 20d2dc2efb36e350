// SPDX-License-Identifier: BSD-3-Clause
// What the services make result codes from: results of the core, and error fields of replies.
#pragma once

#include <corosync/corotypes.h>

#include <cstdint>

namespace corosync {

// A result of the core: 0 or more, or a negative errno value. Through the public conversion, so that there is one
// table only.
inline cs_error_t from_transport(int rc) noexcept
{
    return qb_to_cs_error(rc);
}

// The error field of a reply. A program must never see a value that its switch statements do not know, so what is no
// result code means that the answer is not one either.
constexpr cs_error_t from_wire(std::int32_t error) noexcept
{
    const bool known = (error >= CS_OK && error <= CS_ERR_CONTEXT_NOT_FOUND) || error == CS_ERR_TOO_MANY_GROUPS ||
                       error == CS_ERR_SECURITY;
    return known ? static_cast<cs_error_t>(error) : CS_ERR_LIBRARY;
}

} // namespace corosync
