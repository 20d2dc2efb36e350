/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls with enumeration arguments as a C program can make them: with any number. In C++ a value that the
 * enumeration has no room for would be undefined before the library ever sees it.
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
