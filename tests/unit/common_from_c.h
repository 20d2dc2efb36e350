// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

// cs_strerror() with any number, which a C program may pass and C++ has no defined way to.
const char* name_of_result(int number);

#ifdef __cplusplus
}
#endif
