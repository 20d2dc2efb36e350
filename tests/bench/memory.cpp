// memory HANDLES: what so many idle handles of cmap, each of which has delivered an event, hold in private memory, and
// how deep the stack is that a dispatch uses.
//
// Figures: bytes of private memory per handle ("memory"), and of stack ("stack").
#include "measuring.hpp"

#include <corosync/cmap.h>

#include <pthread.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr char kKey[] = "bench.memory";
constexpr std::size_t kStack = std::size_t{4} << 20;
constexpr unsigned char kPaint = 0xa5;

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

void deliver_one(cmap_handle_t handle)
{
    static std::uint32_t value = 0;
    bench::check(cmap_set_uint32(handle, kKey, ++value), "cmap_set_uint32");
    bench::check(cmap_dispatch(handle, CS_DISPATCH_ONE), "cmap_dispatch");
}

cmap_handle_t open_one()
{
    cmap_handle_t handle = 0;
    cmap_track_handle_t track = 0;
    bench::check(cmap_initialize(&handle), "cmap_initialize");
    bench::check(cmap_track_add(handle, kKey, CMAP_TRACK_ADD | CMAP_TRACK_MODIFY, changed, nullptr, &track),
                 "cmap_track_add");
    deliver_one(handle);
    bench::check(cmap_track_delete(handle, track), "cmap_track_delete");
    return handle;
}

// In a thread whose stack is painted: the deepest byte that has changed. The thread that does nothing has its own
// share.
double stack_of(void* (*run)(void*), cmap_handle_t handle)
{
    void* stack = mmap(nullptr, kStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED)
        bench::fail("mmap", "no memory");
    std::memset(stack, kPaint, kStack);
    pthread_attr_t attributes;
    pthread_t thread{};
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack, kStack);
    if (pthread_create(&thread, &attributes, run, &handle) != 0)
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

void* do_nothing(void*)
{
    return nullptr;
}

void* dispatch(void* handle)
{
    bench::check(cmap_dispatch(*static_cast<cmap_handle_t*>(handle), CS_DISPATCH_ALL), "cmap_dispatch");
    return nullptr;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2)
        bench::fail("usage", "memory HANDLES");
    const long handles = std::strtol(argv[1], nullptr, 10);
    bench::print_libraries();
    const cmap_handle_t first = open_one();
    const double before = anonymous_bytes();
    for (long i = 0; i < handles; ++i)
        open_one();
    bench::print("memory", (anonymous_bytes() - before) / static_cast<double>(handles));

    cmap_track_handle_t track = 0;
    bench::check(cmap_track_add(first, kKey, CMAP_TRACK_MODIFY, changed, nullptr, &track), "cmap_track_add");
    deliver_one(first); // and binds the symbols
    bench::check(cmap_set_uint32(first, kKey, 0), "cmap_set_uint32");
    bench::print("stack", stack_of(dispatch, first) - stack_of(do_nothing, first));
}
