/* SPDX-License-Identifier: BSD-3-Clause */
// The results of corotypes.h in a program in strictly conforming C.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

int strict_c_has_a_monotonic_clock(void);
uint64_t timestamp_in_strict_c(void);
int64_t latest_time(void);

#ifdef __cplusplus
}
#endif
