// SPDX-License-Identifier: BSD-3-Clause
#include "core/process.hpp"

#include "core/annotations.hpp"

#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <new>

namespace corosync {
namespace {

using Word = std::atomic<std::uint32_t>;

// The number is on a page that the kernel clears in each child (MADV_WIPEONFORK). 0 means: new process, no number yet.
// If the kernel does not offer this, `page` points to `none` for good, and this_process() uses process ids.
std::atomic<Word*> page{nullptr};
Word none{0};
// The last number that was assigned. Children inherit it and continue from there.
Word last{0};

std::size_t page_size()
{
    return static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

Word* make_page()
{
    void* memory = mmap(nullptr, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const bool wiped = memory != MAP_FAILED && madvise(memory, page_size(), MADV_WIPEONFORK) == 0;
    Word* made = wiped ? new (memory) Word(0) : &none;
    Word* present = nullptr;
    // Release pairs with the acquire in this_process(): a thread that sees the address also sees the word.
    const bool first =
        page.compare_exchange_strong(present, made, std::memory_order_acq_rel, std::memory_order_acquire);
    if (memory != MAP_FAILED && !(first && wiped))
        munmap(memory, page_size());
    return first ? made : present;
}

// For the first call in a process, and for each one if the kernel cannot clear the page.
COROSYNC_COLD std::uint32_t find_number()
{
    Word* word = page.load(std::memory_order_acquire);
    if (word == nullptr)
        word = make_page();
    if (word == &none)
        return static_cast<std::uint32_t>(getpid());
    // Increment before publishing: a child that is forked in between gets a higher number.
    const std::uint32_t next = last.fetch_add(1, std::memory_order_relaxed) + 1;
    std::uint32_t number = 0;
    return word->compare_exchange_strong(number, next, std::memory_order_relaxed) ? next : number;
}

// For dlclose().
__attribute__((destructor)) void release_page()
{
    Word* word = page.exchange(nullptr, std::memory_order_acquire);
    if (word != nullptr && word != &none)
        munmap(static_cast<void*>(word), page_size());
}

} // namespace

std::uint32_t this_process()
{
    // Each lock needs the number, so what is rare is in find_number().
    const Word* word = page.load(std::memory_order_acquire);
    const std::uint32_t number = word != nullptr ? word->load(std::memory_order_relaxed) : 0;
    return number != 0 ? number : find_number();
}

bool is_dead(pid_t pid)
{
    const auto fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    if (fd < 0)
        return errno == ESRCH || (errno == ENOSYS && kill(pid, 0) != 0 && errno == ESRCH);
    pollfd entry{fd, POLLIN, 0};
    const bool dead = poll(&entry, 1, 0) > 0;
    close(fd);
    return dead;
}

} // namespace corosync
