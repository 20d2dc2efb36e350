/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls with enumeration arguments as a C program can make them: with any number. In C++ a value that the
 * enumeration has no room for would be undefined before the library ever sees it.
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
