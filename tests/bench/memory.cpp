// SPDX-License-Identifier: BSD-3-Clause
// memory HANDLES: how much private memory HANDLES handles use: handles of cmap and cpg that are only connected, and
// handles that have delivered an event.
//
// Figures in bytes per handle: of cmap, idle ("memory_cmap_idle") and after a notification ("memory_cmap_used"); of
// cpg, idle, in a group after a message of 64 bytes, and then after one of 300 kB ("memory_cpg_idle",
// "memory_cpg_used", "memory_cpg_300k"). Memory that only the first handle needs is not counted.
#include "measuring.hpp"

#include <corosync/cmap.h>
#include <corosync/cpg.h>

#include <sys/uio.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace {

constexpr char kKey[] = "bench.memory";

void changed(cmap_handle_t, cmap_track_handle_t, int32_t, const char*, cmap_notify_value, cmap_notify_value, void*) {}

double anonymous_bytes()
{
    std::FILE* file = std::fopen("/proc/self/smaps_rollup", "r");
    char line[256];
    double kilobytes = -1;
    while (file != nullptr && std::fgets(line, sizeof line, file) != nullptr)
        if (std::sscanf(line, "Anonymous: %lf kB", &kilobytes) == 1)
            break;
    if (kilobytes < 0)
        bench::fail("/proc/self/smaps_rollup", "says nothing of anonymous memory");
    std::fclose(file);
    return kilobytes * 1024;
}

// How much memory each step leaves allocated per handle, printed as the sum of the steps so far. The first handle is
// not counted, because it allocates what the process needs only once.
class Growth {
public:
    explicit Growth(std::size_t handles) : handles_(handles) {}

    template <class Step> void after(const char* figure, Step step)
    {
        step(0);
        const double before = anonymous_bytes();
        for (std::size_t i = 1; i <= handles_; ++i)
            step(i);
        bytes_ += anonymous_bytes() - before;
        bench::print(figure, bytes_ / static_cast<double>(handles_));
    }

private:
    std::size_t handles_;
    double bytes_ = 0;
};

void of_cmap(std::size_t handles)
{
    std::vector<cmap_handle_t> all(handles + 1);
    Growth growth(handles);
    growth.after("memory_cmap_idle", [&](std::size_t i) { bench::check(cmap_initialize(&all[i]), "cmap_initialize"); });
    std::uint32_t value = 0;
    growth.after("memory_cmap_used", [&](std::size_t i) {
        cmap_track_handle_t track = 0;
        bench::check(cmap_track_add(all[i], kKey, CMAP_TRACK_ADD | CMAP_TRACK_MODIFY, changed, nullptr, &track),
                     "cmap_track_add");
        bench::check(cmap_set_uint32(all[i], kKey, ++value), "cmap_set_uint32");
        bench::check(cmap_dispatch(all[i], CS_DISPATCH_ONE), "cmap_dispatch");
        bench::check(cmap_track_delete(all[i], track), "cmap_track_delete");
    });
    bench::check(cmap_delete(all[0], kKey), "cmap_delete");
    for (const auto handle : all)
        bench::check(cmap_finalize(handle), "cmap_finalize");
}

// A handle of cpg. It joins a group of its own.
class Member {
public:
    Member() { bench::check(cpg_initialize(&handle_, &callbacks_), "cpg_initialize"); }
    ~Member() { bench::check(cpg_finalize(handle_), "cpg_finalize"); }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    void join(std::size_t number)
    {
        cpg_name name{};
        const int length = std::snprintf(name.value, sizeof name.value, "bench.memory.%zu", number);
        name.length = static_cast<std::uint32_t>(length);
        joined_ = false;
        bench::check_when_ready([&] { return cpg_join(handle_, &name); }, "cpg_join");
        while (!joined_)
            bench::check(cpg_dispatch(handle_, CS_DISPATCH_ONE), "cpg_dispatch");
    }
    void deliver(std::vector<char>& bytes)
    {
        const iovec part{bytes.data(), bytes.size()};
        delivered_ = false;
        bench::check_when_ready([&] { return cpg_mcast_joined(handle_, CPG_TYPE_AGREED, &part, 1); },
                                "cpg_mcast_joined");
        while (!delivered_)
            bench::check(cpg_dispatch(handle_, CS_DISPATCH_ONE), "cpg_dispatch");
    }

private:
    static void on_message(cpg_handle_t, const cpg_name*, std::uint32_t, std::uint32_t, void*, std::size_t)
    {
        delivered_ = true;
    }
    static void on_change(cpg_handle_t, const cpg_name*, const cpg_address*, std::size_t, const cpg_address*,
                          std::size_t, const cpg_address*, std::size_t)
    {
        joined_ = true;
    }

    static inline bool delivered_ = false;
    static inline bool joined_ = false;
    static inline cpg_callbacks_t callbacks_{on_message, on_change};
    cpg_handle_t handle_ = 0;
};

void of_cpg(std::size_t handles)
{
    std::vector<std::unique_ptr<Member>> all(handles + 1);
    Growth growth(handles);
    std::vector<char> small(64);
    std::vector<char> large(300000);
    growth.after("memory_cpg_idle", [&](std::size_t i) { all[i] = std::make_unique<Member>(); });
    growth.after("memory_cpg_used", [&](std::size_t i) {
        all[i]->join(i);
        all[i]->deliver(small);
    });
    growth.after("memory_cpg_300k", [&](std::size_t i) { all[i]->deliver(large); });
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2)
        bench::fail("usage", "memory HANDLES");
    const auto handles = static_cast<std::size_t>(std::strtoul(argv[1], nullptr, 10));
    bench::print_libraries();
    of_cmap(handles);
    of_cpg(handles);
}
