// SPDX-License-Identifier: BSD-3-Clause
// Initializations while descriptors or memory are scarce.
#include "player.hpp"

#include "support/full_shared_memory.hpp"

#include <cstdio>
#include <optional>

#include <alloca.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace differential {

namespace {

enum What { descriptors, memory, shared_memory, locked_memory };

// The limit with which `count` more descriptors can be opened, also if there are gaps between the open ones.
rlim_t descriptors_for(std::int64_t count)
{
    int limit = 0;
    for (std::int64_t left = count; left > 0 || ::fcntl(limit, F_GETFD) >= 0; ++limit)
        left -= ::fcntl(limit, F_GETFD) < 0;
    return static_cast<rlim_t>(limit);
}

// The limit with which the process can grow by this many KiB.
rlim_t memory_for(std::int64_t kib)
{
    unsigned long pages = 0;
    if (std::FILE* const file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%lu", &pages) != 1)
            pages = 0;
        std::fclose(file);
    }
    return pages * static_cast<rlim_t>(::getpagesize()) + static_cast<rlim_t>(kib) * 1024;
}

// Sets whether this process may lock any amount of memory, whatever the limit.
void set_locks_unlimited(bool unlimited)
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    if (::syscall(SYS_capget, &header, data))
        ::_exit(6);
    constexpr auto kBit = std::uint32_t{1} << CAP_IPC_LOCK;
    data[0].effective = unlimited ? data[0].effective | (data[0].permitted & kBit) : data[0].effective & ~kBit;
    if (::syscall(SYS_capset, &header, data))
        ::_exit(6);
}

// Allocates the stack that is needed from now on, before new pages are locked: later the stack could not grow.
void grow_stack()
{
    constexpr std::size_t kSize = std::size_t{2} << 20;
    auto* const bytes = static_cast<volatile char*>(alloca(kSize));
    for (std::size_t at = 0; at < kSize; at += 4096)
        bytes[at] = 0;
}

class Limited {
public:
    Limited(What what, std::int64_t much) : what_(what)
    {
        if (what == shared_memory) {
            full_.emplace();
            return;
        }
        ::malloc_trim(0);
        const auto limit = what == descriptors ? descriptors_for(much)
                           : what == memory    ? memory_for(much)
                                               : static_cast<rlim_t>(much) * 1024;
        if (what == locked_memory)
            grow_stack();
        ::getrlimit(resource(), &before_);
        const rlimit less{limit, before_.rlim_max};
        ::setrlimit(resource(), &less);
        if (what == locked_memory) {
            set_locks_unlimited(false);
            if (::mlockall(MCL_FUTURE))
                ::_exit(6);
        }
    }
    ~Limited()
    {
        if (what_ == shared_memory)
            return;
        if (what_ == locked_memory) {
            ::munlockall();
            set_locks_unlimited(true);
        }
        ::setrlimit(resource(), &before_);
    }
    Limited(const Limited&) = delete;
    Limited& operator=(const Limited&) = delete;

private:
    __rlimit_resource resource() const
    {
        return what_ == descriptors ? RLIMIT_NOFILE : what_ == memory ? RLIMIT_AS : RLIMIT_MEMLOCK;
    }

    const What what_;
    rlimit before_{};
    std::optional<test::FullSharedMemory> full_;
};

template <class Initialize, class Finalize>
int with_limit(What what, std::int64_t much, Initialize initialize, Finalize finalize)
{
    std::uint64_t handle = 0;
    int error = 0;
    {
        const Limited limited(what, much);
        error = initialize(&handle);
    }
    if (error == CS_OK)
        finalize(handle);
    return error;
}

int initialize(std::int64_t service, What what, std::int64_t much)
{
    if (service == 0)
        return with_limit(what, much, cmap_initialize, cmap_finalize);
    if (service == 1)
        return with_limit(
            what, much, [](cpg_handle_t* handle) { return cpg_initialize(handle, nullptr); }, cpg_finalize);
    return with_limit(
        what, much,
        [](votequorum_handle_t* handle) {
            votequorum_callbacks_t callbacks{};
            return votequorum_initialize(handle, &callbacks);
        },
        votequorum_finalize);
}

} // namespace

// a[0]: the service; a[1]: what is scarce; a[2]: how much of it is left, in descriptors or KiB.
void Player::starved(const Step& with)
{
    if (stopped_ || down_)
        return skip("the daemon does not serve");
    if (!countable)
        return skip("the reference has other descriptors open");
    const int before = count_descriptors();
    const int error = initialize(with.a[0], static_cast<What>(with.a[1]), with.a[2]);
    const int more = count_descriptors() - before;
    say(" %d fds %d", error, more);
    // This is written down here only. If descriptor 0 was closed, it is opened again, so that later descriptors have
    // the same numbers on both sides.
    const bool again = ::fcntl(STDIN_FILENO, F_GETFD) < 0 && ::open("/dev/null", O_RDONLY) == STDIN_FILENO;
    descriptors_ += more + (again ? 1 : 0);
}

} // namespace differential
