// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

// cs_strerror() with any number. A C program may pass one; in C++ that is undefined.
const char* name_of_result(int number);

#ifdef __cplusplus
}
#endif
