// SPDX-License-Identifier: BSD-3-Clause
#include "large_message.hpp"

#include "support/sanitizers.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <alloca.h>
#include <corosync/client.h>
#include <malloc.h>
#include <sys/mman.h>

namespace test {

namespace {

constexpr std::size_t kLong = 1'200'000; // comes in two parts
constexpr std::size_t kRing = 900'000;   // this much of a ring is surely used before the daemon waits
constexpr int kIdleTurns = 20;           // turns of a main loop: more than a message has parts
constexpr std::size_t kStep = 509;       // such a step touches each page, at changing places

std::size_t address_space()
{
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    return pages * static_cast<std::size_t>(::getpagesize());
}

// After this the process needs no more memory from the kernel: on the heap, on this stack, and for two threads at a
// time.
__attribute__((noinline)) void take_memory_in_advance()
{
    constexpr std::size_t kHeap = 24 << 20;
    constexpr std::size_t kStack = 3 << 20;
    ::mallopt(M_ARENA_MAX, 1);
    ::mallopt(M_MMAP_THRESHOLD, kHeap + 4096); // above what malloc() adds, so that free() keeps it
    ::mallopt(M_TRIM_THRESHOLD, 2 * kHeap);
    std::free(std::memset(std::malloc(kHeap), 1, kHeap));
    auto* stack = static_cast<volatile char*>(alloca(kStack));
    for (std::size_t at = 0; at < kStack; at += 1024)
        stack[at] = 1;
    Background one([] { return 1; });
    Background other([&] { return one.result(); });
}

} // namespace

std::string name_of(const MessageCase& message)
{
    constexpr const char* kLacks[] = {"", "_without_address_space", "_with_all_memory_locked"};
    return std::to_string(message.size) + "_bytes" + kLacks[static_cast<int>(message.lack)];
}

const std::vector<MessageCase>& message_cases()
{
    static const std::vector<MessageCase> cases = {
        {64},
        {4097},
        {8192},
        {60'000},
        {300'000},
        {kLong},
        {8192, Lack::address_space},
        {300'000, Lack::address_space},
        {kLong, Lack::address_space},
        {8192, Lack::unlocked_memory},
        {300'000, Lack::unlocked_memory},
    };
    return cases;
}

Lacking::Lacking(Lack lack) : lack_(lack)
{
    if (lack_ == Lack::address_space) {
        if (kSanitized) {
            possible_ = false; // a sanitizer uses the memory itself
            return;
        }
        take_memory_in_advance();
        ::getrlimit(RLIMIT_AS, &before_);
        const rlimit now{address_space(), before_.rlim_max};
        possible_ = ::setrlimit(RLIMIT_AS, &now) == 0;
    } else if (lack_ == Lack::unlocked_memory) {
        possible_ = !kSanitized && ::mlockall(MCL_CURRENT | MCL_FUTURE) == 0;
    }
}

Lacking::~Lacking()
{
    if (lack_ == Lack::address_space && possible_)
        ::setrlimit(RLIMIT_AS, &before_);
    else if (lack_ == Lack::unlocked_memory && possible_)
        ::munlockall();
}

void MessageMemory::hold(const Cpg::Call& call)
{
    data_ = call.data;
    copy_.assign(call.data, call.size);
    write();
}

bool MessageMemory::kept()
{
    const bool before = is(copy_);
    write();
    return before && is(copy_);
}

bool MessageMemory::keeps_what_is_written_until(const std::function<bool()>& enough)
{
    bool right = true;
    char next = 0;
    for (bool last = false;; last = enough()) {
        for (std::size_t at = 0; at < copy_.size(); at += 8) {
            auto* const place = static_cast<volatile char*>(data_ + at);
            right = right && *place == copy_[at];
            *place = copy_[at] = ++next;
        }
        if (last)
            return right && is(copy_);
    }
}

void MessageMemory::write()
{
    const auto change = [this](std::size_t at) {
        data_[at] = static_cast<char>(~data_[at]);
        copy_[at] = static_cast<char>(~copy_[at]);
    };
    for (std::size_t at = 0; at < copy_.size(); at += kStep)
        change(at);
    change(copy_.size() - 1);
}

void LargeMessage::queue(int count)
{
    static int number = 0; // so that a member of an earlier test does not matter
    cpg.enter("large." + std::to_string(::getpid()) + "." + std::to_string(++number));
    send_all(count);
    if (!lacking_->possible())
        GTEST_SKIP() << "this cannot be made scarce here";
}

void LargeMessage::start_again(int count)
{
    cpg.on_event = nullptr;
    cpg.take();
    send_all(count);
}

void LargeMessage::send_all(int count)
{
    for (sent_ = 0; sent_ < count; ++sent_)
        EXPECT_EQ(CS_OK, send(cpg, text(sent_))) << cs_client_reason();
    const auto fit = std::clamp(static_cast<int>(kRing / GetParam().size), 1, count);
    if (transport() == Transport::socket) {
        EXPECT_TRUE(readable(fd, kPatience));
        std::this_thread::sleep_for(20ms);
    } else {
        EXPECT_TRUE(eventually([&] { return unread_bytes(fd) >= fit; }));
    }
    lacking_.emplace(GetParam().lack);
}

bool LargeMessage::hears(int count, cs_dispatch_flags_t flag)
{
    int idle = 0;
    while (told() < count) {
        const int before = told();
        if (!readable(fd, kPatience)) {
            ADD_FAILURE() << "nothing comes after message " << before;
            return false;
        }
        if (const auto error = cpg_dispatch(cpg, flag); error != CS_OK) {
            ADD_FAILURE() << cs_strerror(error) << " after message " << before;
            return false;
        }
        idle = told() == before ? idle + 1 : 0;
        if (idle == kIdleTurns) {
            ADD_FAILURE() << "woken without an event, over and over, after message " << before;
            return false;
        }
    }
    EXPECT_EQ(count, told());
    EXPECT_TRUE(is_readable_as_it_must_be()) << "after message " << count;
    return told() == count;
}

__attribute__((noinline)) bool LargeMessage::hears_from_a_deeper_frame(int count, cs_dispatch_flags_t flag)
{
    constexpr std::size_t kDeeper = 64 << 10;
    auto* const depth = static_cast<volatile char*>(alloca(kDeeper));
    depth[0] = 1;
    const bool all = hears(count, flag);
    depth[0] = 2; // so that the compiler keeps this memory until here
    return all;
}

cs_error_t LargeMessage::dispatch_one(cs_dispatch_flags_t flag)
{
    cs_error_t error = CS_OK;
    for (const int before = told(); told() == before && error == CS_OK;) {
        if (!readable(fd, kPatience))
            return CS_ERR_TIMEOUT;
        error = cpg_dispatch(cpg, flag);
    }
    return error;
}

bool LargeMessage::is_readable_as_it_must_be() const
{
    return told() < sent_ ? readable(fd, kPatience) : !readable(fd, kGlance);
}

void LargeMessage::expect_heard(int count)
{
    lacking_.reset(); // what follows needs memory
    const auto heard = messages(cpg.events());
    std::vector<int> numbers;
    for (const auto& message : heard) {
        const int number = static_cast<unsigned char>(message.empty() ? 255 : message.front());
        numbers.push_back(message == text(number) ? number : -1); // -1: not what was sent
    }
    std::vector<int> expected;
    for (int number = 0; number < count; ++number)
        expected.push_back(number);
    EXPECT_EQ(expected, numbers);
}

int LargeMessage::told() const
{
    return static_cast<int>(cpg.count());
}

void LargeMessage::in_message(int number, std::function<void(const Cpg::Call&)> action)
{
    cpg.on_event = [number, action = std::move(action)](const Cpg::Call& call) {
        if (call.kind == Event::message && number_of(call) == number)
            action(call);
    };
}

} // namespace test
