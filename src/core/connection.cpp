#include "core/connection.hpp"

#include "core/object.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace corosync {
namespace {

// Moves libqb, and by that daemon and clients alike, to file-system sockets. Where they lie only libqb knows.
constexpr char kForceFile[] = "/etc/libqb/force-filesystem-sockets";

// The server whose offer was refused last, per service library: not asked twice, since a handshake costs it 2 ms.
std::atomic<pid_t> refused_server{0};

} // namespace

Connection::~Connection()
{
    const auto end = [&](auto* transport) {
        if (transport == nullptr)
            return;
        if (abandoned())
            transport->forget(); // what a child shares with its parent is left alone
        else
            transport->close();
        destroy(transport);
    };
    end(ring_);
    end(libqb_);
    pthread_cond_destroy(&loan_ended_);
}

int Connection::open(const char* service)
{
    const Settings settings = Settings::from_environment();
    owner_ = getpid();
    spin_.configure(settings.spin_us);
    int rc = kUnlike;
    if (settings.transport != Transport::libqb)
        rc = open_ring(service, settings);
    if (rc != kUnlike)
        return rc;
    return settings.transport == Transport::ring ? -ENOTSUP : open_libqb(service, settings);
}

int Connection::descriptor() const
{
    return ring_ != nullptr ? ring_->descriptor() : libqb_->descriptor();
}

int Connection::open_ring(const char* service, const Settings& settings)
{
    if (access(kForceFile, F_OK) == 0)
        return kUnlike;
    const int socket = connect_abstract(service);
    // Nobody there under this name: libqb may know of a file-system socket. Otherwise its error is the same one.
    if ((socket == -ECONNREFUSED || socket == -ENOENT) && settings.transport != Transport::ring)
        return kUnlike;
    if (socket < 0)
        return socket;

    // Before a word is said, since a stranger need not answer.
    Server server;
    if (!socket_peer(socket, server) || !settings.accepts_peer(server.uid)) {
        close(socket);
        return -EACCES;
    }
    const bool known = settings.transport == Transport::automatic && server.pid != 0 &&
                       server.pid == refused_server.load(std::memory_order_relaxed);
    int rc = kUnlike;
    if (!known) {
        Offer offer;
        rc = shake_hands(socket, service, settings, server, offer);
        if (rc == 0) {
            ring_ = make<RingTransport>();
            rc = ring_ != nullptr ? ring_->attach(socket, server.uid, offer) : -ENOMEM;
        }
        if (rc == 0)
            return 0;
        destroy(std::exchange(ring_, nullptr));
        if (rc == kUnlike)
            refused_server.store(server.pid, std::memory_order_relaxed);
    }
    // The daemon sees the hang-up and removes what it made.
    close(socket);
    return rc;
}

int Connection::open_libqb(const char* service, const Settings& settings)
{
    libqb_ = make<LibqbTransport>();
    const int rc = libqb_ != nullptr ? libqb_->connect(service, settings) : -ENOMEM;
    if (rc != 0)
        destroy(std::exchange(libqb_, nullptr));
    return rc;
}

int Connection::post(const Message& message, unsigned threshold, const std::atomic<bool>* give_up)
{
    // Held for a moment only, unless the daemon is frozen and another thread's request waits for room for its byte.
    while (!sending_.lock_within(kSliceMs))
        if (give_up != nullptr && give_up->load(std::memory_order_acquire))
            return -ENOTCONN;
    int rc = -ENOTCONN;
    if (!abandoned())
        rc = on_transport([&](auto& transport) { return transport.send(message, threshold, give_up); });
    sending_.unlock();
    return rc;
}

int Connection::send(const Message& message, unsigned threshold)
{
    const int rc = post(message, threshold, &closing_);
    if (rc >= 0 || !closing())
        return rc;
    if (rc == -ENOTCONN)
        let_go_.store(true, std::memory_order_relaxed);
    return -EBADF;
}

int Connection::exchange(const Message& request, unsigned threshold, View& reply)
{
    const int rc = on_transport([&](auto& transport) {
        // An answer that nobody waits for must not be taken for ours. And what could not be answered is not asked.
        View surplus;
        int rest = 0;
        while ((rest = transport.reply(surplus, 0)) > 0)
            transport.drop_reply();
        if (rest < 0)
            return rest;
        // A request that has begun outlives a finalize by another thread.
        const int posted = post(request, threshold, nullptr);
        return posted != 0 ? posted : wait_reply(reply);
    });
    return rc == -ENOTCONN && let_go_.load(std::memory_order_relaxed) ? -EBADF : rc;
}

// 1 with a reply, or a negative errno. Nothing but the daemon's death ends the wait: a frozen daemon answers later.
int Connection::wait_reply(View& reply)
{
    return on_transport([&](auto& transport) {
        int rc = transport.reply(reply, 0);
        if (rc == 0)
            rc = spin_.until([&] { return transport.reply(reply, 0); });
        while (rc == 0) {
            rc = transport.reply(reply, kSliceMs);
            if (rc == 0 && transport.gone()) {
                // The answer may have been its last act.
                rc = transport.reply(reply, 0);
                return rc != 0 ? rc : -ENOTCONN;
            }
        }
        return rc;
    });
}

unsigned Connection::begin_close(const Caller& caller)
{
    closing_.store(true, std::memory_order_release);
    const Guard guard(events_);
    if (getpid() != owner_) {
        abandoned_.store(true, std::memory_order_relaxed);
        let_go_.store(true, std::memory_order_relaxed);
        // Not between a message and its byte, without which the daemon would freeze: then what the descriptor stands
        // for is left to the last user.
        if (sending_.lock_within(kSliceMs)) {
            on_transport([](auto& transport) { transport.abandon(); });
            sending_.unlock();
        }
    } else if (running_.any_of_others(caller)) {
        on_transport([&](auto& transport) {
            // A daemon with an event to announce hangs up on a client that does not listen any more.
            let_go_.store(!transport.gone(), std::memory_order_relaxed);
            transport.wake();
        });
    }
    pthread_cond_broadcast(&loan_ended_);
    return running_.reap(caller, [&](const Dispatching& record) {
        if (&record == borrower_)
            borrower_ = nullptr;
    });
}

int Connection::last_request(const Message& request)
{
    if (abandoned() || !exchange_.try_lock())
        return 0;
    View reply;
    int rc = exchange(request, kOrdinary, reply);
    if (rc > 0) {
        on_transport([](auto& transport) { transport.drop_reply(); });
        rc = 0;
    }
    exchange_.unlock();
    return rc == -EBADF ? 0 : rc; // being let go says the same
}

Dispatching* Connection::enter_dispatch(const Caller& caller, unsigned& pins_to_drop)
{
    const Guard guard(events_);
    pins_to_drop = running_.reap(caller, [&](const Dispatching& record) {
        if (&record != borrower_)
            return;
        borrower_ = nullptr;
        on_transport([](auto& transport) { transport.reclaim(); });
        pthread_cond_broadcast(&loan_ended_);
    });
    // What a callback that never returned left on the socket would wake the program for nothing.
    if (!closing())
        on_transport([](auto& transport) { transport.settle(); });
    return running_.enter(caller);
}

void Connection::leave_dispatch(Dispatching& record)
{
    const Guard guard(events_);
    if (!closing())
        on_transport([](auto& transport) { transport.settle(); });
    RunningDispatches::leave(record);
}

// 1 with an event, 0 if there is none for this caller now, or a negative errno.
int Connection::take(Dispatching& record, const Taking& taking, const Receiver& receiver, Event& event)
{
    const Guard guard(events_);
    while (borrower_ != nullptr && !closing()) {
        // While an event is on loan nothing behind it can be had.
        if (pthread_equal(borrower_->caller.thread, record.caller.thread) != 0) {
            copy_all_ = true;
            return taking.waits ? -EAGAIN : 0; // the outer call cannot go on before this one returns
        }
        if (!taking.waits)
            return 0;
        pthread_cond_wait(&loan_ended_, events_.native());
    }
    if (closing())
        return -EBADF;
    const int rc = take_next(record, taking, receiver, event);
    // A finalize by another thread looks like a hang-up from here.
    return rc < 0 && closing() ? -EBADF : rc;
}

int Connection::take_next(Dispatching& record, const Taking& taking, const Receiver& receiver, Event& event)
{
    return on_transport([&](auto& transport) {
        if (const int rc = transport.peek(taking, event); rc <= 0)
            return rc;
        const View view(event.data, event.size);
        const Filter* filter = receiver.filter;
        const bool part = filter != nullptr && filter->is_part(view);
        const bool lend = event.lent && receiver.may_lend && !copy_all_ && !part;
        // Memory first: an event for which there is none stays where it is, announced as before.
        if (!part && !lend && !record.buffer.reserve(event.size) && !transport.hand_over(record.buffer))
            return -ENOMEM;
        if (const int rc = transport.accept(taking); rc <= 0)
            return rc;
        if (filter != nullptr && !part)
            filter->observe(receiver.session, view);
        if (lend) {
            borrower_ = &record;
            return 1;
        }
        Event mine;
        int rc = 1;
        if (part) {
            rc = filter->absorb(receiver.session, view, record.buffer, mine);
        } else {
            mine = {record.buffer.data(), event.size};
            if (mine.data != event.data) // handed over
                std::memcpy(mine.data, event.data, event.size);
        }
        transport.reclaim();
        event = mine;
        return rc < 0 ? rc : 1;
    });
}

void Connection::end_loan()
{
    const Guard guard(events_);
    borrower_ = nullptr;
    if (!abandoned())
        on_transport([](auto& transport) { transport.reclaim(); });
    pthread_cond_broadcast(&loan_ended_);
}

// Sleeps until the descriptor is readable or hung up. What poll says, 0 if nothing.
short Connection::sleep(int timeout_ms)
{
    // In a forked child nobody is woken by finalize, which leaves alone what the parent may use.
    if (getpid() != owner_)
        timeout_ms = kSliceMs;
    return on_transport([&](auto& transport) {
        pollfd set[2];
        const unsigned count = transport.poll_set(set);
        if (poll(set, count, timeout_ms) <= 0)
            return short{0};
        const auto revents = static_cast<short>(set[0].revents | (count == 2 ? set[1].revents : 0));
        if (hung_up(revents) && !closing())
            transport.note_gone();
        return revents;
    });
}

Exchange::Exchange(Connection& connection, const Message& request, const Expected& expected, unsigned threshold)
    : connection_(connection)
{
    connection_.exchange_.lock();
    // A request that has not begun when the handle is finalized does not begin any more.
    status_ = connection_.closing() ? -EBADF : connection_.exchange(request, threshold, reply_);
    replied_ = status_ > 0;
    if (replied_)
        status_ = check(expected);
}

Exchange::~Exchange()
{
    if (replied_)
        connection_.on_transport([](auto& transport) { transport.drop_reply(); });
    connection_.exchange_.unlock();
}

int Exchange::check(const Expected& expected)
{
    ReplyHeader header;
    if (!read_header(reply_, header))
        return -EPROTO;
    const bool bare = reply_.size() == sizeof header;
    if (header.id != expected.id && !(bare && header.id == 0 && header.error != kWireOk))
        return -EPROTO;
    if (header.error == kWireOk && (reply_.size() < expected.least || reply_.size() > expected.most))
        return -EPROTO;
    error_ = header.error;
    return 0;
}

} // namespace corosync
