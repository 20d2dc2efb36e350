// SPDX-License-Identifier: BSD-3-Clause
// Promises that the headers of all services have in common.
#include "integration/listener.hpp"

#include "support/bytes.hpp"
#include "support/environment.hpp"
#include "support/fake_daemon.hpp"
#include "support/process.hpp"
#include "support/thread.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace test;

constexpr char kMark = '\xab';

class Promise : public ::testing::Test {
protected:
    Promise() { service().await(); }
    ~Promise() override
    {
        Listener::on_event = nullptr;
        daemon_.reset();
        remove_what_libqb_leaves();
    }

private:
    std::unique_ptr<Daemon> daemon_ = std::make_unique<Daemon>();

protected:
    Daemon& daemon = *daemon_;
};

using PromiseOfCallbacks = Promise;
using PromiseOfOutputs = Promise;
using PromiseOfBlocking = Promise;
using PromiseOfInitialize = Promise;

// A listener with events in its queue.
class Listening : public Listener {
public:
    Listening() { queue(); }
};

// Returns whether the daemon replied, with any result. A daemon may reply that some other handle is bad, such as that
// of an iteration.
bool served(const HandleCall& call, std::uint64_t handle)
{
    const auto error = call.call(handle);
    int fd = -1;
    if (call.kind != HandleCall::request)
        return error == CS_OK;
    return error != CS_ERR_LIBRARY && error != CS_ERR_NO_MEMORY && service().fd_get(handle, &fd) == CS_OK;
}

TEST_F(PromiseOfCallbacks, that_they_run_only_in_the_dispatching_thread_is_kept)
{
    const Listening handle;
    std::atomic<int> calls = 0;
    std::atomic<pid_t> caller = 0;
    Listener::on_event = [&] {
        ++calls;
        caller = ::gettid();
    };
    Background others([&] {
        for (const auto& call : service().calls())
            if (call.kind == HandleCall::local || call.kind == HandleCall::request)
                call.call(handle);
        return true;
    });
    EXPECT_TRUE(others.result());
    std::this_thread::sleep_for(kGlance);
    EXPECT_EQ(0, calls);
    Background dispatching([&] {
        EXPECT_EQ(CS_OK, service().dispatch(handle, CS_DISPATCH_ONE));
        return ::gettid();
    });
    const auto dispatcher = dispatching.result();
    EXPECT_EQ(dispatcher, caller.load());
    EXPECT_EQ(1, calls);
}

TEST_F(PromiseOfCallbacks, that_they_may_call_every_function_is_kept)
{
    const Listening handle;
    bool called = false;
    Listener::on_event = [&] {
        if (std::exchange(called, true))
            return;
        for (const auto& call : service().calls())
            EXPECT_TRUE(served(call, handle)) << call.name;
    };
    EXPECT_EQ(CS_ERR_BAD_HANDLE, service().dispatch(handle, CS_DISPATCH_ONE)) << "its callback finalized the handle";
    EXPECT_TRUE(called);
}

TEST_F(PromiseOfCallbacks, that_no_lock_blocks_other_threads_is_kept)
{
    const Listening handle;
    bool called = false;
    Listener::on_event = [&] {
        if (std::exchange(called, true))
            return;
        for (const auto& call : service().calls()) {
            Background other([&] { return served(call, handle); });
            EXPECT_EQ(true, other.result()) << call.name;
        }
    };
    EXPECT_EQ(CS_ERR_BAD_HANDLE, service().dispatch(handle, CS_DISPATCH_ONE));
    EXPECT_TRUE(called);
}

// Checks the result of the call, and that it stored nothing.
void expect_untouched(const HandleCall& call, std::uint64_t handle, cs_error_t expected)
{
    std::ranges::fill(outputs(), kMark);
    EXPECT_EQ(expected, call.call(handle)) << call.name;
    EXPECT_TRUE(std::ranges::all_of(outputs(), [](char c) { return c == kMark; })) << call.name;
}

TEST_F(PromiseOfOutputs, that_a_bad_handle_or_a_dead_daemon_changes_nothing_is_kept)
{
    std::uint64_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, service().initialize(&handle));
    daemon.kill();
    for (const auto& call : service().calls()) {
        expect_untouched(call, handle + 1, CS_ERR_BAD_HANDLE);
        if (call.kind == HandleCall::request)
            expect_untouched(call, handle, CS_ERR_LIBRARY);
    }
    service().finalize(handle);
}

// votequorum.h documents the exceptions.
TEST(PromiseOfOutputsOfRefusals, that_a_refusal_changes_nothing_is_kept)
{
    FakeDaemon refusing(
        {.service = service().name, .answer = [](const Bytes&) { return error_reply(0, CS_ERR_ACCESS); }});
    std::uint64_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, service().initialize(&handle));
    for (const auto& call : service().calls())
        // mcast_joined gets no reply.
        if (call.kind == HandleCall::request && call.name != std::string("mcast_joined") &&
            call.name != std::string("getinfo") && call.name != std::string("get_qdevice_extra_info"))
            expect_untouched(call, handle, CS_ERR_ACCESS);
    service().finalize(handle);
}

TEST_F(PromiseOfBlocking, that_functions_without_a_request_do_not_block_is_kept)
{
    std::uint64_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, service().initialize(&handle));
    {
        const Freeze freeze(daemon);
        for (const auto& call : service().calls()) {
            if (call.kind == HandleCall::request || (call.kind == HandleCall::finalize && service().finalize_asks))
                continue;
            Background calling([&] { return call.call(handle); });
            EXPECT_TRUE(calling.ended_within(kPatience)) << call.name;
            EXPECT_EQ(CS_OK, calling.result()) << call.name;
        }
    }
    EXPECT_EQ(service().finalize_asks ? CS_OK : CS_ERR_BAD_HANDLE, service().finalize(handle));
}

// Leaves the daemon `few` free descriptors until the destruction.
class FewForDaemon {
public:
    FewForDaemon(const Daemon& daemon, std::size_t few) : pid_(daemon.pid())
    {
        std::set<rlim_t> used;
        for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/fd"))
            used.insert(std::stoul(entry.path().filename()));
        rlim_t limit = 0;
        for (std::size_t free = 0; free < few || used.contains(limit); ++limit)
            free += !used.contains(limit);
        ::prlimit(pid_, RLIMIT_NOFILE, nullptr, &before_);
        const rlimit less{limit, before_.rlim_max};
        EXPECT_EQ(0, ::prlimit(pid_, RLIMIT_NOFILE, &less, nullptr));
    }
    ~FewForDaemon() { ::prlimit(pid_, RLIMIT_NOFILE, &before_, nullptr); }
    FewForDaemon(const FewForDaemon&) = delete;
    FewForDaemon& operator=(const FewForDaemon&) = delete;

private:
    const pid_t pid_;
    rlimit before_{};
};

// A daemon that runs out of descriptors during a connect does not remove the files that it has made.
void remove_what_is_left_by(const Daemon& daemon)
{
    for (const auto& left : connection_entries(daemon.pid()))
        remove_shared_memory_entry(left);
}

// These two tests repeat their check, because the daemon may still be closing the descriptors of earlier connections.
TEST_F(PromiseOfInitialize, that_it_fails_if_the_daemon_has_too_few_descriptors_is_kept)
{
    std::uint64_t handle = kUntouched;
    EXPECT_TRUE(eventually([&] {
        const FewForDaemon few(daemon, 1);
        const auto error = service().initialize(&handle);
        if (error == CS_OK)
            service().finalize(std::exchange(handle, kUntouched));
        return error == CS_ERR_LIBRARY;
    }));
    EXPECT_EQ(kUntouched, handle);
    remove_what_is_left_by(daemon);
}

TEST_F(PromiseOfInitialize, that_it_waits_if_the_daemon_has_no_descriptor_is_kept)
{
    EXPECT_TRUE(eventually([&] {
        std::uint64_t handle = kNoHandle;
        std::optional<FewForDaemon> none(std::in_place, daemon, 0);
        Background initializing([&] { return service().initialize(&handle); });
        const bool waits = !initializing.ended_within(kGlance);
        none.reset();
        const auto error = initializing.result();
        // If it did not wait, the daemon had a descriptor after all, but perhaps too few, as in the test above.
        EXPECT_TRUE(error == CS_OK || (!waits && error == CS_ERR_LIBRARY)) << error.value();
        EXPECT_EQ(error == CS_OK ? CS_OK : CS_ERR_BAD_HANDLE, service().finalize(handle));
        return waits;
    }));
    remove_what_is_left_by(daemon);
}

// Like a container with its own /dev/shm.
TEST_F(PromiseOfInitialize, that_it_fails_if_shared_memory_cannot_be_seen_is_kept)
{
    EXPECT_EQ(CS_ERR_NOT_EXIST, in_child([] {
                  const Variable fall_back("COROSYNC_CLIENT_TRANSPORT", "auto");
                  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
                      ::mount("tmpfs", "/dev/shm", "tmpfs", 0, nullptr) != 0)
                      return 255;
                  std::uint64_t handle = kUntouched;
                  const auto error = service().initialize(&handle);
                  return handle == kUntouched ? static_cast<int>(error) : 254;
              }));
}

} // namespace
