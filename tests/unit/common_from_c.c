// SPDX-License-Identifier: BSD-3-Clause
#include "common_from_c.h"

#include <corosync/corotypes.h>

const char* name_of_result(int number)
{
    return cs_strerror((cs_error_t)number);
}
