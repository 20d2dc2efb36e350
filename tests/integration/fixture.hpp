// SPDX-License-Identifier: BSD-3-Clause
// What the fixtures of all services share: handles that their destructor finalizes, and a daemon per suite or per test.
#pragma once

#include "support/client.hpp"
#include "support/daemon.hpp"
#include "support/eventually.hpp"
#include "support/process.hpp"
#include "support/thread.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace test {

inline void demand(cs_error_t error, const char* what)
{
    if (error != CS_OK)
        throw std::runtime_error(std::string(what) + ": " + cs_strerror(error));
}

// A handle, finalized at the end of its scope.
class OwnHandle {
public:
    ~OwnHandle()
    {
        if (handle_ != kNoHandle)
            finalize();
    }
    OwnHandle(const OwnHandle&) = delete;
    OwnHandle& operator=(const OwnHandle&) = delete;

    operator std::uint64_t() const { return handle_; }
    int fd() const
    {
        int fd = -1;
        demand(fd_get_(handle_, &fd), "fd_get");
        return fd;
    }
    cs_error_t finalize() { return finalize_(release()); }
    // Returns the handle. The caller has to finalize it.
    std::uint64_t release() { return handle_.exchange(kNoHandle); }

protected:
    using Finalize = cs_error_t (*)(std::uint64_t handle);
    using FdGet = cs_error_t (*)(std::uint64_t handle, int* fd);
    OwnHandle(Finalize ending, FdGet getting) : finalize_(ending), fd_get_(getting) {}

    // Returns the result of initialize(&handle).
    template <class Initialize> cs_error_t open(const Initialize& initialize)
    {
        std::uint64_t handle = kNoHandle;
        const auto error = initialize(&handle);
        handle_ = handle;
        return error;
    }

    std::atomic<std::uint64_t> handle_ = kNoHandle; // other threads may use it while it is finalized

private:
    const Finalize finalize_;
    const FdGet fd_get_;
};

// One daemon for all tests of the suite. No test may harm it.
template <class AnyDaemon> class SuiteTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() { daemon_ = std::make_unique<AnyDaemon>(); }
    static void TearDownTestSuite() { daemon_.reset(); }
    static Daemon& daemon() { return *daemon_; }

private:
    static inline std::unique_ptr<AnyDaemon> daemon_;
};

// A daemon for each test, which the test may kill.
template <class AnyDaemon> class FreshTest : public ::testing::Test {
protected:
    ~FreshTest() override { remove_what_libqb_leaves(); }

    AnyDaemon daemon;
    const pid_t first_pid = daemon.pid(); // still known after its death
};

} // namespace test
