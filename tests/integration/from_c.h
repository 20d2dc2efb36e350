/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A C program can pass any number as an enumeration argument. In C++ a number outside the enumeration's range would be
 * undefined behaviour before the library gets it.
 */
#ifndef FROM_C_H
#define FROM_C_H

#include <stdint.h>

#include <corosync/corotypes.h>

#ifdef __cplusplus
extern "C" {
#endif

cs_error_t dispatch_number(cs_error_t (*dispatch)(uint64_t, cs_dispatch_flags_t), uint64_t handle, int type);

#ifdef __cplusplus
}
#endif

#endif
