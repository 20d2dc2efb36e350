// SPDX-License-Identifier: BSD-3-Clause
// What the tests on a raw cmap daemon share.
#pragma once

#include "cmap_messages.hpp"
#include "integration/cmap_fixture.hpp"
#include "support/environment.hpp"
#include "support/raw_daemon.hpp"

#include <functional>
#include <utility>

namespace test {

// An attempt to connect. The destructor finalizes the handle. A failed attempt does not change the handle.
class Attempt {
public:
    Attempt() : error_(cmap_initialize(&handle_)) { EXPECT_EQ(error_ != CS_OK, handle_ == kUntouched); }
    ~Attempt() { finalize(); }
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;

    cs_error_t error() const { return error_; }
    cmap_handle_t handle() const { return handle_; }
    void finalize()
    {
        if (std::exchange(error_, CS_ERR_BAD_HANDLE) == CS_OK)
            cmap_finalize(handle_);
    }

private:
    cmap_handle_t handle_ = kUntouched;
    cs_error_t error_;
};

// Makes a call in another thread and replies to its requests until it returns.
cs_error_t served(DaemonEnd& end, const std::function<cs_error_t()>& call);

// A connected handle with a tracker.
class RingCmapTest : public ::testing::Test {
protected:
    RingCmapTest();

    cs_error_t dispatch(cs_dispatch_flags_t flag) const { return cmap_dispatch(handle, flag); }
    cs_error_t get() const { return cmap_get(handle, "some.key", nullptr, nullptr, nullptr); }
    Bytes numbered(std::uint32_t number) const { return Notification(cookie_, number).bytes(); }
    std::vector<std::uint32_t> told() { return numbers(tracker.take()); }
    // Every call fails from now on, and the connection to the daemon is closed.
    void expect_given_up();

    const Variable transport{"COROSYNC_CLIENT_TRANSPORT", "ring"};
    RawDaemon daemon;
    const Attempt attempt;
    const cmap_handle_t handle = attempt.handle();
    DaemonEnd& end = daemon.end();
    Tracker tracker;
    int fd = -1;

private:
    Cookie cookie_ = 0;
};

} // namespace test
