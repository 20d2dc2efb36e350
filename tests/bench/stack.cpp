// SPDX-License-Identifier: BSD-3-Clause
// stack: how much stack a call uses.
//
// Figures in bytes: of cmap_initialize with cmap_finalize ("stack_initialize"), cmap_get ("stack_request"),
// cpg_mcast_joined ("stack_send"), cmap_dispatch ("stack_cmap_dispatch") and cpg_dispatch ("stack_cpg_dispatch") with
// one event each.
#include "measuring.hpp"

#include <corosync/cmap.h>
#include <corosync/cpg.h>

#include <pthread.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include <cstring>
#include <functional>

namespace {

using Call = std::function<void()>;

constexpr char kKey[] = "bench.stack";
constexpr std::size_t kStack = std::size_t{4} << 20;
constexpr unsigned char kPaint = 0xa5;

void* run(void* call)
{
    (*static_cast<const Call*>(call))();
    return nullptr;
}

// Runs the call in a thread whose stack is filled with a pattern: returns the depth of the deepest byte that has
// changed.
double depth_of(const Call& call)
{
    void* stack = mmap(nullptr, kStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED)
        bench::fail("mmap", "no memory");
    std::memset(stack, kPaint, kStack);
    pthread_attr_t attributes;
    pthread_t thread{};
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack, kStack);
    if (pthread_create(&thread, &attributes, run, const_cast<Call*>(&call)) != 0)
        bench::fail("pthread_create", "no thread");
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
    const auto* bytes = static_cast<const unsigned char*>(stack);
    std::size_t untouched = 0;
    while (untouched < kStack && bytes[untouched] == kPaint)
        ++untouched;
    munmap(stack, kStack);
    return static_cast<double>(kStack - untouched);
}

// The depth without that of a thread that calls nothing. prepare() is called before each call, outside the thread. The
// first call does not count, because it binds the symbols.
void print_depth(const char* figure, const Call& prepare, const Call& call)
{
    prepare();
    call();
    prepare();
    bench::print(figure, depth_of(call) - depth_of([] {}));
}

void changed(cmap_handle_t, cmap_track_handle_t, int32_t, const char*, cmap_notify_value, cmap_notify_value, void*) {}
void deliver(cpg_handle_t, const cpg_name*, std::uint32_t, std::uint32_t, void*, std::size_t) {}
void confchg(cpg_handle_t, const cpg_name*, const cpg_address*, std::size_t, const cpg_address*, std::size_t,
             const cpg_address*, std::size_t)
{}

void of_cmap()
{
    cmap_handle_t handle = 0;
    cmap_track_handle_t track = 0;
    std::uint32_t value = 0;
    print_depth(
        "stack_initialize", [] {},
        [] {
            cmap_handle_t another = 0;
            bench::check(cmap_initialize(&another), "cmap_initialize");
            bench::check(cmap_finalize(another), "cmap_finalize");
        });
    bench::check(cmap_initialize(&handle), "cmap_initialize");
    bench::check(cmap_set_uint32(handle, kKey, 0), "cmap_set_uint32");
    print_depth(
        "stack_request", [] {},
        [&] {
            std::uint32_t got = 0;
            std::size_t length = sizeof got;
            cmap_value_types_t type{};
            bench::check(cmap_get(handle, kKey, &got, &length, &type), "cmap_get");
        });
    bench::check(cmap_track_add(handle, kKey, CMAP_TRACK_MODIFY, changed, nullptr, &track), "cmap_track_add");
    print_depth(
        "stack_cmap_dispatch", [&] { bench::check(cmap_set_uint32(handle, kKey, ++value), "cmap_set_uint32"); },
        [&] { bench::check(cmap_dispatch(handle, CS_DISPATCH_ONE), "cmap_dispatch"); });
    bench::check(cmap_delete(handle, kKey), "cmap_delete");
    bench::check(cmap_finalize(handle), "cmap_finalize");
}

void of_cpg()
{
    cpg_handle_t handle = 0;
    cpg_callbacks_t callbacks{deliver, confchg};
    cpg_name name{};
    name.length = 5;
    std::memcpy(name.value, "bench", 5);
    bench::check(cpg_initialize(&handle, &callbacks), "cpg_initialize");
    bench::check_when_ready([&] { return cpg_join(handle, &name); }, "cpg_join");
    bench::check(cpg_dispatch(handle, CS_DISPATCH_ONE), "cpg_dispatch");
    char bytes[64] = "";
    const iovec part{bytes, sizeof bytes};
    const auto send = [&] {
        bench::check_when_ready([&] { return cpg_mcast_joined(handle, CPG_TYPE_AGREED, &part, 1); },
                                "cpg_mcast_joined");
    };
    print_depth(
        "stack_send", [] {}, send);
    bench::check(cpg_dispatch(handle, CS_DISPATCH_ONE), "cpg_dispatch"); // the message that was just sent
    bench::check(cpg_dispatch(handle, CS_DISPATCH_ONE), "cpg_dispatch");
    print_depth("stack_cpg_dispatch", send,
                [&] { bench::check(cpg_dispatch(handle, CS_DISPATCH_ONE), "cpg_dispatch"); });
    bench::check(cpg_finalize(handle), "cpg_finalize");
}

} // namespace

int main(int argc, char**)
{
    if (argc != 1)
        bench::fail("usage", "stack");
    bench::print_libraries();
    of_cmap();
    of_cpg();
}
