// SPDX-License-Identifier: BSD-3-Clause
// Creates and destroys objects without operator new, which needs the C++ run-time library.
#pragma once

#include <cstdlib>
#include <new>
#include <utility>

namespace corosync {

// nullptr if there is no memory.
template <class T, class... Arguments> T* make(Arguments&&... arguments)
{
    void* memory = malloc(sizeof(T));
    return memory != nullptr ? new (memory) T(std::forward<Arguments>(arguments)...) : nullptr;
}

template <class T> void destroy(T* object)
{
    if (object == nullptr)
        return;
    object->~T();
    free(object);
}

} // namespace corosync
