// SPDX-License-Identifier: BSD-3-Clause
// A handle of a service that lends large events, on a raw daemon.
#pragma once

#include "support/environment.hpp"
#include "support/raw_daemon.hpp"
#include "support/thread.hpp"

#include "service/session_call.hpp"

#include <functional>
#include <vector>

#include <gtest/gtest.h>

namespace test {

// The arguments of a callback of the session.
struct Delivery {
    std::int32_t number;
    std::byte* data;
    std::size_t size;
};

struct LoanRequest {
    corosync::RequestHeader header;
};

class LoanSession {
public:
    static constexpr char kService[] = "loan";
    static constexpr std::int32_t kWake = 10; // the request that wakes the daemon

    static const corosync::EventHandling& event_handling()
    {
        static constexpr corosync::EventHandling lending{.may_lend = [](const corosync::View&) { return true; }};
        return lending;
    }
    static corosync::HandleTable<LoanSession>& table();

    corosync::Connection& connection() { return connection_; }
    void wake_daemon();
    int deliver(std::uint64_t handle, std::byte* event, std::size_t size);

    std::function<void(const Delivery&)> on_event;

private:
    corosync::Connection connection_;
};

enum class Flag { one = 1, all = 2, blocking = 3, one_nonblocking = 4 };

// A handle with its own daemon.
class LoanHandle {
public:
    LoanHandle();
    ~LoanHandle();
    LoanHandle(const LoanHandle&) = delete;
    LoanHandle& operator=(const LoanHandle&) = delete;

    // Sends an event with this number and size.
    static Bytes numbered(std::int32_t number, std::size_t size);
    void send(std::int32_t number, std::size_t size = kLarge) { end.event(numbered(number, size)); }

    cs_error_t dispatch(Flag flag) const;
    cs_error_t finalize() const;

    // Numbers of events in the order in which their callbacks began.
    std::vector<std::int32_t> told;

    const Variable transport{"COROSYNC_CLIENT_TRANSPORT", "ring"};
    RawDaemon daemon{{RawDaemon::honest}, {.service = "loan"}};
    LoanSession& session = *corosync::make<LoanSession>();
    const int opened =
        session.connection().open("loan", corosync::Settings::from_environment(), corosync::ConnectDeadline(0));
    const std::uint64_t handle = LoanSession::table().add(&session);
    DaemonEnd& end = daemon.end();

    static constexpr std::size_t kLarge = 8192; // large enough to be lent
};

class LoanTest : public ::testing::Test, protected LoanHandle {};

} // namespace test
