/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A C program can pass any number as an enumeration argument. In C++ a number outside the enumeration's range would be
 * undefined behaviour before the library gets it.
 */
#ifndef VOTEQUORUM_FROM_C_H
#define VOTEQUORUM_FROM_C_H

#include <corosync/votequorum.h>

#ifdef __cplusplus
extern "C" {
#endif

cs_error_t votequorum_model_number(votequorum_handle_t* handle, int model);

#ifdef __cplusplus
}
#endif

#endif
