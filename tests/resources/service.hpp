// The service whose library a program of these tests is linked with: what a test needs to know of it.
#pragma once

#include "support/client.hpp"

#include <cstdint>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace test {

struct Service {
    cs_error_t (*initialize)(std::uint64_t* handle); // without callbacks
    cs_error_t (*finalize)(std::uint64_t handle);
    bool finalize_asks; // the daemon, and so fails without it
    cs_error_t (*dispatch)(std::uint64_t handle, cs_dispatch_flags_t flag);
    cs_error_t (*fd_get)(std::uint64_t handle, int* fd);
    const std::vector<HandleCall>& (*calls)();
    // Brings the daemon into the state in which the calls, made on a fresh handle, give what they always give.
    void (*prepare)(std::uint64_t handle);
    // A request that succeeds.
    cs_error_t (*ask)(std::uint64_t handle);
    // Initializes a handle with callbacks that tell Listener, and has the daemon send it Listener::kEvents events.
    cs_error_t (*listen)(std::uint64_t* handle);
    cs_error_t (*provoke)(std::uint64_t handle);
    // Waits until the daemon beside us serves.
    void (*await)();
};
const Service& service();

// One daemon for all tests of the suite.
class ServiceTest : public ::testing::Test {
protected:
    static void SetUpTestSuite()
    {
        daemon_ = std::make_unique<Daemon>();
        service().await();
    }
    static void TearDownTestSuite() { daemon_.reset(); }
    static Daemon& daemon() { return *daemon_; }

private:
    static inline std::unique_ptr<Daemon> daemon_;
};

// A handle, finalized at the end of its scope.
class Handle {
public:
    Handle() { EXPECT_EQ(CS_OK, service().initialize(&handle_)); }
    ~Handle() { service().finalize(handle_); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    operator std::uint64_t() const { return handle_; }

private:
    std::uint64_t handle_ = kNoHandle;
};

// What the call gives when there is nothing that it lacks.
inline cs_error_t undisturbed(const HandleCall& call)
{
    const Handle handle;
    service().prepare(handle);
    return call.call(handle);
}

} // namespace test
