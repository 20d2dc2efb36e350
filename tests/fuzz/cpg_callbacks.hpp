// SPDX-License-Identifier: BSD-3-Clause
// Callbacks for cpg that read all that they get.
#pragma once

#include "input.hpp"

#include <corosync/cpg.h>

namespace fuzz {

inline void look_at(const cpg_name& group)
{
    if (group.length > CPG_MAX_NAME_LENGTH)
        abort();
    look_at(group.value, group.length);
}

inline void deliver(cpg_handle_t, const cpg_name* group, std::uint32_t, std::uint32_t, void* message,
                    std::size_t length)
{
    look_at(*group);
    look_at(message, length);
}

inline void confchg(cpg_handle_t, const cpg_name* group, const cpg_address* members, std::size_t member_count,
                    const cpg_address* left, std::size_t left_count, const cpg_address* joined,
                    std::size_t joined_count)
{
    look_at(*group);
    look_at(members, member_count * sizeof *members);
    look_at(left, left_count * sizeof *left);
    look_at(joined, joined_count * sizeof *joined);
}

inline void totem(cpg_handle_t, cpg_ring_id, std::uint32_t count, const std::uint32_t* members)
{
    look_at(members, count * sizeof *members);
}

inline constexpr cpg_model_v1_data_t kCallbacks{CPG_MODEL_V1, deliver, confchg, totem, 0};

} // namespace fuzz
