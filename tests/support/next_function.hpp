// SPDX-License-Identifier: BSD-3-Clause
// For programs that replace functions of the C library or of libqb.
#pragma once

#include <dlfcn.h>

namespace test {

// The function that the program's own one with this name replaces.
template <class Function> Function* next(const char* name)
{
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

} // namespace test
