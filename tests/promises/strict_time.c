// SPDX-License-Identifier: BSD-3-Clause
#undef _GNU_SOURCE // the build defines it
#include "strict_time.h"

#include <corosync/corotypes.h>

int strict_c_has_a_monotonic_clock(void)
{
#ifdef CLOCK_MONOTONIC
    return 1;
#else
    return 0;
#endif
}

uint64_t timestamp_in_strict_c(void)
{
    return cs_timestamp_get();
}

int64_t latest_time(void)
{
    return CS_TIME_END;
}
