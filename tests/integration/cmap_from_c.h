/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A C program can pass any number as an enumeration argument. In C++ a number outside the enumeration's range would be
 * undefined behaviour before the library gets it.
 */
#ifndef CMAP_FROM_C_H
#define CMAP_FROM_C_H

#include <stddef.h>

#include <corosync/cmap.h>

#ifdef __cplusplus
extern "C" {
#endif

cs_error_t initialize_map_number(cmap_handle_t* handle, int map);
cs_error_t set_type_number(cmap_handle_t handle, const char* key, const void* value, size_t length, int type);
cs_error_t get_type_number(cmap_handle_t handle, const char* key, void* value, size_t* length, int* type);

#ifdef __cplusplus
}
#endif

#endif
