/* SPDX-License-Identifier: BSD-3-Clause */
#include "from_c.h"

cs_error_t dispatch_number(cs_error_t (*dispatch)(uint64_t, cs_dispatch_flags_t), uint64_t handle, int type)
{
    return dispatch(handle, (cs_dispatch_flags_t)type);
}
