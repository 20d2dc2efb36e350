// SPDX-License-Identifier: BSD-3-Clause
// How a player writes down what it sees.
#include "player.hpp"

#include "support/daemon.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace differential {

bool maps_rings()
{
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.find("/dev/shm/qb-") != std::string::npos)
            return true;
    return false;
}

int count_entries(const char* directory)
{
    DIR* const all = ::opendir(directory);
    if (!all)
        return -1;
    int count = 0;
    while (const dirent* entry = ::readdir(all))
        count += entry->d_name[0] != '.';
    ::closedir(all);
    return count;
}

bool readable(int fd)
{
    pollfd one{fd, POLLIN, 0};
    return ::poll(&one, 1, 0) > 0 && (one.revents & POLLIN);
}

int count_descriptors()
{
    return count_entries("/proc/self/fd");
}

const char* pattern(std::int64_t number)
{
    static char* const memory = [] {
        char* const bytes = static_cast<char*>(std::malloc(kMostBytes + 256));
        std::uint32_t state = 1;
        for (std::size_t i = 0; i < kMostBytes + 256; ++i) {
            state = state * 1664525 + 1013904223;
            bytes[i] = static_cast<char>((state >> 24) % 250 + 1);
        }
        return bytes;
    }();
    return memory + (number & 255);
}

std::uint32_t checksum(const void* data, std::size_t size)
{
    std::uint32_t sum = 2166136261; // FNV-1a
    for (const auto* byte = static_cast<const unsigned char*>(data); size; --size)
        sum = (sum ^ *byte++) * 16777619;
    return sum;
}

void Player::say(const char* format, ...)
{
    char text[1200];
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const auto size = std::min(static_cast<std::size_t>(length), sizeof text - 1);
    for (std::size_t done = 0; done < size;) {
        const ssize_t written = ::write(transcript_, text + done, size - done);
        if (written < 0 && errno != EINTR)
            ::_exit(3);
        done += static_cast<std::size_t>(std::max<ssize_t>(written, 0));
    }
}

void Player::bytes(const void* data, std::size_t size)
{
    if (size > 12)
        return say(" %zu#%08x", size, checksum(data, size));
    char hex[25] = "";
    for (std::size_t i = 0; i < size; ++i)
        std::snprintf(hex + 2 * i, 3, "%02x", static_cast<const unsigned char*>(data)[i]);
    say(" <%s>", hex);
}

// Writes whether the descriptor is the same as at the beginning, and its flags.
void Player::descriptor(int fd, Service service, std::int64_t selector)
{
    if (fd == -1)
        return say(" none");
    say(" %s flags %x %x", fd == slot(service, selector).fd ? "same" : "another", ::fcntl(fd, F_GETFL),
        ::fcntl(fd, F_GETFD));
}

void Player::begin(std::size_t step)
{
    const Step& what = program()[step];
    say("%zu%.*s %s", top_, depth_, ">>>>>>>>", name_of(what.op));
    if (what.op == Op::apart)
        return say(" %s:", apart_name(what.a[0]));
    const Service service = service_of(what.op);
    std::size_t first = 0;
    if (service != Service::none && what.op != Op::cpg_iteration_next && what.op != Op::cpg_iteration_finalize) {
        const auto selector = what.a[first++];
        const Slot* const slot = selector < kSlots ? &this->slot(service, selector) : nullptr;
        say(" %s%s%c%d", slot && dead(*slot) ? "dead " : "", slot && slot->stats ? "stats " : "",
            kLetters[static_cast<int>(service)], static_cast<int>(selector));
    }
    for (; first < 5; ++first)
        say(" %lld", static_cast<long long>(what.a[first]));
    say(":");
}

// Writes, if it has changed, which descriptors are readable, and how many more descriptors are open than at the
// beginning and for the open handles.
void Player::state()
{
    static const int each = test::Daemon::ipc_from_environment() == test::Daemon::Ipc::socket ? 3 : 1;
    int handles = 0;
    char text[sizeof last_state_];
    char* at = text;
    for (std::size_t service = 0; service < 3; ++service) {
        *at++ = ' ';
        *at++ = kLetters[service];
        for (const auto& slot : slots_[service]) {
            handles += slot.live;
            *at++ = !slot.live ? '-' : dead(slot) ? 'x' : readable(slot.fd) ? 'R' : 'q';
        }
    }
    if (countable)
        std::snprintf(at, 16, " fds %d", count_descriptors() - descriptors_ - each * handles);
    else
        std::strcpy(at, " fds ?");
    if (std::strcmp(text, last_state_) != 0)
        say("%zu state%s\n", top_, text);
    std::strcpy(last_state_, text);
}

} // namespace differential
