// SPDX-License-Identifier: BSD-3-Clause
// How much stack the functions use, with all functions that they call, also those of libc: programs call them in
// threads with small stacks. `ctest -V` shows the numbers.
#include "support/daemon.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <corosync/cmap.h>
#include <corosync/cpg.h>
#include <corosync/votequorum.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <qb/qbipcc.h>

namespace {

constexpr std::ptrdiff_t kLimit = 8 << 10;
constexpr std::ptrdiff_t kLimitOfInitialize = 16 << 10;
#if defined(__s390x__)
constexpr std::ptrdiff_t kOverLibqb = 3 << 10;
#else
constexpr std::ptrdiff_t kOverLibqb = 2 << 10;
#endif

// The function that a thread runs, and the address of the thread's frame.
struct Call {
    const std::function<void()>& function;
    std::byte* frame = nullptr;
};

void* run(void* argument)
{
    auto& call = *static_cast<Call*>(argument);
    call.frame = static_cast<std::byte*>(__builtin_frame_address(0));
    call.function();
    return nullptr;
}

// Runs the function in a thread with its own stack, and returns the depth to which the stack was written.
std::ptrdiff_t depth_of(const std::function<void()>& function)
{
    constexpr std::byte kUntouched{0xa5};
    alignas(4096) static std::byte stack[256 << 10];

    std::fill(std::begin(stack), std::end(stack), kUntouched);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack, sizeof stack);
    Call call{function};
    pthread_t thread{};
    EXPECT_EQ(0, pthread_create(&thread, &attributes, run, &call));
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
    const auto deepest =
        std::find_if(std::begin(stack), std::end(stack), [=](std::byte byte) { return byte != kUntouched; });
    return call.frame - deepest;
}

void expect_below(std::ptrdiff_t limit, const std::string& what, const std::function<cs_error_t()>& function)
{
    cs_error_t error{};
    const auto depth = depth_of([&] {
        while ((error = function()) == CS_ERR_TRY_AGAIN) // a usual result of calls that send to the whole group
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
    EXPECT_EQ(CS_OK, error) << what;
    EXPECT_GT(depth, 0) << what;
    EXPECT_LT(depth, limit) << what;
    std::cout << std::setw(6) << depth << " of " << limit << " bytes: " << what << '\n';
}

bool libqb_connects()
{
    const char* const transport = std::getenv("COROSYNC_CLIENT_TRANSPORT");
    return transport && transport == std::string("libqb");
}

// If libqb connects, its own call for that needs the most.
std::ptrdiff_t limit_of_initialize(const char* service)
{
    if (!libqb_connects())
        return kLimitOfInitialize;
    qb_ipcc_connection_t* connection = nullptr;
    const auto of_libqb = depth_of([&] { connection = qb_ipcc_connect(service, 1 << 20); });
    qb_ipcc_disconnect(connection);
    return of_libqb;
}

// If libqb disconnects, its own call for that needs most of it: 5576 bytes on x86-64, where ours then adds 850, and
// 6232 on s390x, where ours adds up to 2000, because each frame there has 160 bytes for registers.
std::ptrdiff_t limit_of_finalize(const char* service)
{
    if (!libqb_connects())
        return kLimit;
    qb_ipcc_connection_t* connection = nullptr;
    std::ptrdiff_t of_libqb = 0;
    for (int round = 0; round < 2; ++round) { // the first one also looks up what libqb calls
        connection = qb_ipcc_connect(service, 1 << 20);
        of_libqb = depth_of([&] { qb_ipcc_disconnect(connection); });
    }
    return of_libqb + kOverLibqb;
}

class Stack : public ::testing::Test {
private:
    test::Daemon daemon_;
};

#define EXPECT_SHALLOW(call) expect_below(kLimit, #call, [&] { return call; })

TEST_F(Stack, used_by_libcmap_is_small)
{
    const std::string large(16000, 'v');
    const auto ignore = [](auto...) {};
    cmap_handle_t handle = 0;
    cmap_iter_handle_t iterator = 0;
    cmap_track_handle_t tracker = 0;
    std::string value(large.size(), '\0');
    std::size_t length = value.size();
    char key[CMAP_KEYNAME_MAXLEN + 1];
    char* text = nullptr;

    expect_below(limit_of_initialize("cmap"), "cmap_initialize", [&] { return cmap_initialize(&handle); });
    EXPECT_SHALLOW(cmap_track_add(handle, "stack.",
                                  CMAP_TRACK_ADD | CMAP_TRACK_MODIFY | CMAP_TRACK_DELETE | CMAP_TRACK_PREFIX, ignore,
                                  nullptr, &tracker));
    EXPECT_SHALLOW(cmap_set(handle, "stack.large", large.data(), large.size(), CMAP_VALUETYPE_BINARY));
    EXPECT_SHALLOW(cmap_dispatch(handle, CS_DISPATCH_ONE));
    EXPECT_SHALLOW(cmap_get(handle, "stack.large", value.data(), &length, nullptr));
    EXPECT_SHALLOW(cmap_set_uint8(handle, "stack.number", 1));
    EXPECT_SHALLOW(cmap_inc(handle, "stack.number"));
    EXPECT_SHALLOW(cmap_get_string(handle, "totem.cluster_name", &text));
    EXPECT_SHALLOW(cmap_iter_init(handle, "stack.", &iterator));
    EXPECT_SHALLOW(cmap_iter_next(handle, iterator, key, nullptr, nullptr));
    EXPECT_SHALLOW(cmap_iter_finalize(handle, iterator));
    EXPECT_SHALLOW(cmap_delete(handle, "stack.large"));
    EXPECT_SHALLOW(cmap_dispatch(handle, CS_DISPATCH_ALL));
    EXPECT_SHALLOW(cmap_track_delete(handle, tracker));
    expect_below(limit_of_finalize("cmap"), "cmap_finalize", [&] { return cmap_finalize(handle); });
    std::free(text);
}

TEST_F(Stack, used_by_libcpg_is_small)
{
    const cpg_name group{5, "stack"};
    cpg_callbacks_t callbacks{[](auto...) {}, [](auto...) {}};
    std::vector<char> large(2 << 20); // is sent in parts
    iovec small{large.data(), 64};
    iovec parts{large.data(), large.size()};
    cpg_handle_t handle = 0;
    cpg_name name = group;
    cpg_address members[CPG_MEMBERS_MAX];
    int count = CPG_MEMBERS_MAX;
    unsigned int node = 0;
    void* buffer = nullptr;
    cpg_iteration_handle_t iterator = 0;
    cpg_iteration_description_t description;

    expect_below(limit_of_initialize("cpg"), "cpg_initialize", [&] { return cpg_initialize(&handle, &callbacks); });
    EXPECT_SHALLOW(cpg_join(handle, &group));
    EXPECT_SHALLOW(cpg_dispatch(handle, CS_DISPATCH_ONE));
    EXPECT_SHALLOW(cpg_mcast_joined(handle, CPG_TYPE_AGREED, &small, 1));
    EXPECT_SHALLOW(cpg_dispatch(handle, CS_DISPATCH_ONE));
    EXPECT_SHALLOW(cpg_mcast_joined(handle, CPG_TYPE_AGREED, &parts, 1));
    EXPECT_SHALLOW(cpg_dispatch(handle, CS_DISPATCH_ONE));
    EXPECT_SHALLOW(cpg_zcb_alloc(handle, 4096, &buffer));
    EXPECT_SHALLOW(cpg_zcb_mcast_joined(handle, CPG_TYPE_AGREED, buffer, 4096));
    EXPECT_SHALLOW(cpg_dispatch(handle, CS_DISPATCH_ALL));
    EXPECT_SHALLOW(cpg_zcb_free(handle, buffer));
    EXPECT_SHALLOW(cpg_membership_get(handle, &name, members, &count));
    EXPECT_SHALLOW(cpg_local_get(handle, &node));
    EXPECT_SHALLOW(cpg_iteration_initialize(handle, CPG_ITERATION_ALL, nullptr, &iterator));
    EXPECT_SHALLOW(cpg_iteration_next(iterator, &description));
    EXPECT_SHALLOW(cpg_iteration_finalize(iterator));
    EXPECT_SHALLOW(cpg_leave(handle, &group));
    expect_below(limit_of_finalize("cpg"), "cpg_finalize", [&] { return cpg_finalize(handle); });
}

TEST_F(Stack, used_by_libvotequorum_is_small)
{
    votequorum_callbacks_t callbacks{[](auto...) {}, [](auto...) {}, [](auto...) {}};
    votequorum_handle_t handle = 0;
    votequorum_info info;

    expect_below(limit_of_initialize("votequorum"), "votequorum_initialize",
                 [&] { return votequorum_initialize(&handle, &callbacks); });
    EXPECT_SHALLOW(votequorum_trackstart(handle, 0, CS_TRACK_CHANGES));
    EXPECT_SHALLOW(votequorum_dispatch(handle, CS_DISPATCH_ONE));
    EXPECT_SHALLOW(votequorum_dispatch(handle, CS_DISPATCH_ALL));
    EXPECT_SHALLOW(votequorum_getinfo(handle, 0, &info));
    EXPECT_SHALLOW(votequorum_setexpected(handle, 1));
    EXPECT_SHALLOW(votequorum_setvotes(handle, 0, 1));
    EXPECT_SHALLOW(votequorum_qdevice_register(handle, "stack"));
    EXPECT_SHALLOW(votequorum_qdevice_unregister(handle, "stack"));
    EXPECT_SHALLOW(votequorum_trackstop(handle));
    expect_below(limit_of_finalize("votequorum"), "votequorum_finalize", [&] { return votequorum_finalize(handle); });
}

} // namespace
