// SPDX-License-Identifier: BSD-3-Clause
// A handle's connection to a service of the daemon, over one of the transports. Any number of threads may use it at
// once.
#pragma once

#include "core/any_transport.hpp"
#include "core/event_queue.hpp"
#include "core/lifecycle.hpp"
#include "core/request_channel.hpp"

namespace corosync {

class Connection {
public:
    Connection() = default;
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Connects. 0 or a negative errno. `deadline` limits the wait, and also the waits of requests until opened().
    int open(const char* service, const Settings& settings, const ConnectDeadline& deadline);
    void opened() { requests_.clear_deadline(); }

    [[nodiscard]] int descriptor() const
    {
        return transport_.visit([](const auto& transport) { return transport.descriptor(); });
    }
    [[nodiscard]] bool closing() const { return lifecycle_.closing(); }
    [[nodiscard]] const std::atomic<bool>& closing_flag() const { return lifecycle_.closing_flag(); }

    // True if the daemon has hung up. Asks the kernel.
    [[nodiscard]] bool disconnected()
    {
        return transport_.visit([](auto& transport) { return transport.disconnected(); });
    }

    RequestChannel& requests() { return requests_; }
    EventQueue& events() { return events_; }

    // First step of a finalize: wakes the waiting dispatches and lets every dispatch end. Returns the number of the
    // caller's abandoned dispatches, which still have pins. The second step is RequestChannel::last_request(), for a
    // service that sends a request on finalize.
    unsigned begin_close(const Caller& caller);

    // For the fork handlers.
    void before_fork()
    {
        requests_.before_fork();
        events_.before_fork();
    }
    void after_fork()
    {
        events_.after_fork();
        requests_.after_fork();
    }

private:
    int open_ring(const char* service, const Settings& settings, const ConnectDeadline& deadline);
    int open_libqb(const char* service, const Settings& settings, const ConnectDeadline& deadline);

    Lifecycle lifecycle_;
    AnyTransport transport_;
    RequestChannel requests_{transport_, lifecycle_};
    EventQueue events_{transport_, lifecycle_};
};

} // namespace corosync
