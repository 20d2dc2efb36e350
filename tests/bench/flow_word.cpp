// SPDX-License-Identifier: BSD-3-Clause
#include "flow_word.hpp"

#include "measuring.hpp"

#include <qb/qbrb.h>
#include <unistd.h>

#include <climits>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>

namespace bench {
namespace {

// A part of a file that is mapped into memory.
struct Mapping {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    std::uintptr_t offset = 0;
    std::string path;
};

Mapping find_mapping(const std::function<bool(const Mapping&)>& wanted, const char* what)
{
    std::FILE* file = std::fopen("/proc/self/maps", "r");
    if (file == nullptr)
        fail("/proc/self/maps", "cannot be read");
    Mapping found;
    char line[PATH_MAX + 128];
    while (found.end == 0 && std::fgets(line, sizeof line, file) != nullptr) {
        unsigned long begin = 0;
        unsigned long end = 0;
        unsigned long offset = 0;
        char path[PATH_MAX] = "";
        std::sscanf(line, "%lx-%lx %*s %lx %*s %*s %4095s", &begin, &end, &offset, path);
        if (const Mapping mapping{begin, end, offset, path}; wanted(mapping))
            found = mapping;
    }
    std::fclose(file);
    if (found.end == 0)
        fail(what, "is not mapped");
    return found;
}

// The offset of the user data in a ring's header file: it is the same in each, so a ring of our own shows it.
std::uintptr_t offset_of_user_data()
{
    const std::string name = "bench-flow-" + std::to_string(getpid());
    qb_ringbuffer_t* ring =
        qb_rb_open(name.c_str(), 4096, QB_RB_FLAG_CREATE | QB_RB_FLAG_SHARED_PROCESS, sizeof(std::int32_t));
    if (ring == nullptr)
        fail("qb_rb_open", "no ring");
    const auto data = reinterpret_cast<std::uintptr_t>(qb_rb_shared_user_data_get(ring));
    const auto header = find_mapping([&](const Mapping& m) { return m.begin <= data && data < m.end; }, "a ring");
    qb_rb_close(ring);
    return data - header.begin + header.offset;
}

} // namespace

FlowWord::FlowWord()
{
    const auto offset = offset_of_user_data();
    const auto header = find_mapping(
        [&](const Mapping& m) {
            return m.path.find("request-cpg") != std::string::npos && m.path.find("header") != std::string::npos &&
                   m.offset <= offset && offset < m.offset + (m.end - m.begin);
        },
        "the request ring of cpg");
    word_ = reinterpret_cast<const volatile std::int32_t*>(header.begin + offset - header.offset);
}

} // namespace bench
