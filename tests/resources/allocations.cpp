// SPDX-License-Identifier: BSD-3-Clause
#include "allocations.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);
}

namespace test {

namespace {

constexpr int kNoFailure = -1;
thread_local int until_failure = kNoFailure; // this many allocations succeed before one fails
thread_local FailingAllocation::Extent extent = FailingAllocation::alone;
thread_local bool has_failed = false;
thread_local long live = 0;

bool fails()
{
    if (until_failure == kNoFailure)
        return false;
    if (until_failure > 0) {
        --until_failure;
        return false;
    }
    if (extent == FailingAllocation::alone)
        until_failure = kNoFailure;
    has_failed = true;
    errno = ENOMEM;
    return true;
}

void* counted(void* memory)
{
    live += memory != nullptr;
    return memory;
}

} // namespace

long live_allocations()
{
    return live;
}

FailingAllocation::FailingAllocation(int number, Extent how_far)
{
    extent = how_far;
    has_failed = false;
    until_failure = number;
}

FailingAllocation::~FailingAllocation()
{
    until_failure = kNoFailure;
}

bool FailingAllocation::happened() const
{
    return has_failed;
}

} // namespace test

extern "C" {

void* malloc(std::size_t size)
{
    return test::fails() ? nullptr : test::counted(__libc_malloc(size));
}

void* calloc(std::size_t count, std::size_t size)
{
    return test::fails() ? nullptr : test::counted(__libc_calloc(count, size));
}

void* realloc(void* memory, std::size_t size)
{
    if (test::fails())
        return nullptr;
    void* const moved = __libc_realloc(memory, size);
    return memory == nullptr ? test::counted(moved) : moved;
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size)
{
    if (test::fails())
        return ENOMEM;
    *memory = test::counted(__libc_memalign(alignment, size));
    return *memory != nullptr ? 0 : ENOMEM;
}

void free(void* memory)
{
    test::live -= memory != nullptr;
    __libc_free(memory);
}
}

void* operator new(std::size_t size)
{
    if (void* const memory = __libc_malloc(size))
        return memory;
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept
{
    __libc_free(memory);
}

void operator delete(void* memory, std::size_t) noexcept
{
    __libc_free(memory);
}
