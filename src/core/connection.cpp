// SPDX-License-Identifier: BSD-3-Clause
#include "core/connection.hpp"

#include "core/reasons.hpp"

#include <unistd.h>

#include <cerrno>

namespace corosync {
namespace {

// If this file exists, libqb uses file-system sockets, in the daemon and in its clients. Only libqb knows where they
// are.
constexpr char kForceFile[] = "/etc/libqb/force-filesystem-sockets";

// Remembers, per service library, the server that offered no shared memory. For one minute we do not ask it again,
// since a handshake costs 2 ms. Not for ever, since another daemon may later get the same process id.
class ServerWithoutShm {
public:
    [[nodiscard]] bool known(pid_t pid) const
    {
        return pid != 0 && pid_.load(std::memory_order_relaxed) == pid &&
               now_ms() - since_ms_.load(std::memory_order_relaxed) < kMinuteMs;
    }
    void note(pid_t pid)
    {
        since_ms_.store(now_ms(), std::memory_order_relaxed);
        pid_.store(pid, std::memory_order_relaxed);
    }

private:
    static constexpr std::int64_t kMinuteMs = 60000;
    std::atomic<pid_t> pid_{0};
    std::atomic<std::int64_t> since_ms_{0};
};
constinit ServerWithoutShm server_without_shm;

bool may_fall_back(int rc)
{
    return rc == kUnrecognized || rc == kNoSharedMemory;
}

// Notes the reason after a connect of libqb's client, which returned `rc`. If it did no better than the rings, theirs
// is the better reason. If it did, the log says why the rings were not used.
int explain_libqb(int rc, const char* service, const Note& why_no_rings)
{
    const bool no_daemon = rc == -ECONNREFUSED || rc == -ENOENT || rc == -ENOTCONN;
    if (explained() || (rc != 0 && !no_daemon))
        return explain_errno(rc);
    if (rc == 0 && why_no_rings.reason == &reasons::nobody_listens)
        explain(reasons::filesystem_sockets);
    else if (rc == 0 || (why_no_rings.reason != nullptr && why_no_rings.reason != &reasons::filesystem_sockets))
        restore_reason(why_no_rings);
    else if (rc == -ENOENT)
        explain(reasons::not_found);
    else if (rc == -ENOTCONN)
        explain(reasons::hung_up_early);
    else
        explain(reasons::nobody_listens, service);
    return rc;
}

} // namespace

Connection::~Connection()
{
    if (!transport_.open())
        return;
    transport_.visit([this](auto& transport) {
        if (lifecycle_.closed_in_child())
            transport.release_in_child(); // a child does not touch what it shares with its parent
        else
            transport.close();
    });
}

int Connection::open(const char* service, const Settings& settings, const ConnectDeadline& deadline)
{
    lifecycle_.begin();
    requests_.begin(settings.spin_us, deadline);
    int rc = kNoSharedMemory;
    if (settings.transport != Transport::libqb)
        rc = open_ring(service, settings, deadline);
    if (!may_fall_back(rc))
        return explain_errno(rc);
    return settings.transport == Transport::ring ? -ENOTSUP : open_libqb(service, settings, deadline);
}

int Connection::open_ring(const char* service, const Settings& settings, const ConnectDeadline& deadline)
{
    if (access(kForceFile, F_OK) == 0) {
        explain(reasons::filesystem_sockets);
        return kNoSharedMemory;
    }
    const int socket = connect_abstract(service);
    // Nothing listens on this name. libqb may find a file-system socket, or returns the same error.
    if (socket == -ECONNREFUSED || socket == -ENOENT) {
        explain(reasons::nobody_listens, service);
        return settings.transport != Transport::ring ? kNoSharedMemory : socket;
    }
    if (socket < 0)
        return socket;

    // Check the peer before sending anything: an untrusted one may never reply.
    Server server;
    if (!socket_peer(socket, server) || !settings.trusts_peer(server.uid)) {
        explain(reasons::untrusted_peer, server.pid, server.uid);
        close(socket);
        return -EACCES;
    }
    lifecycle_.set_daemon(server.pid);
    int rc = kNoSharedMemory;
    if (settings.transport != Transport::automatic || !server_without_shm.known(server.pid)) {
        Offer offer;
        rc = perform_handshake(socket, service, settings, deadline, server, offer);
        if (rc == 0) {
            RingTransport* ring = transport_.make_ring();
            rc = ring != nullptr ? ring->attach(socket, server.uid, offer) : -ENOMEM;
        }
        if (rc == 0)
            return 0;
        transport_.clear();
        if (rc == kNoSharedMemory)
            server_without_shm.note(server.pid);
    } else {
        explain(reasons::no_rings);
    }
    // The daemon sees the hang-up and removes the files that it made.
    close(socket);
    return rc;
}

int Connection::open_libqb(const char* service, const Settings& settings, const ConnectDeadline& deadline)
{
    const Note why_no_rings = take_reason();
    LibqbTransport* libqb = transport_.make_libqb();
    const int rc = libqb != nullptr ? libqb->connect(service, settings, deadline) : -ENOMEM;
    if (rc != 0)
        transport_.clear();
    else
        lifecycle_.set_daemon(libqb->server());
    return explain_libqb(rc, service, why_no_rings);
}

unsigned Connection::begin_close(const Caller& caller)
{
    const unsigned abandoned = events_.close(caller);
    if (!lifecycle_.in_creator())
        requests_.disconnect_in_child();
    return abandoned;
}

} // namespace corosync
