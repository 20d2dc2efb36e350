// One handle's connection to a service of the daemon: requests with and without a reply, and events. Any number of
// threads may use it at once.
//
// Locks, none of them held while a callback runs:
//   exchange_  a request together with its reply, for the whole wait
//   sending_   one message with its notification byte; a message that gets no reply needs only this one
//   events_    the event ring, the account of notification bytes and the records of running dispatches
#pragma once

#include "core/libqb_transport.hpp"
#include "core/lock.hpp"
#include "core/ring_transport.hpp"
#include "core/running.hpp"
#include "core/spin.hpp"

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace corosync {

// A session's own look at events, in the order in which they arrive and with no other one under way: for what is put
// together from several of them.
struct Filter {
    // Whether `event` is a part of something larger, for absorb().
    bool (*is_part)(const View& event);
    // Takes in a part where it lies. 1 if `whole` is now an event to deliver, whose memory `buffer` owns; 0 if there
    // is none to deliver yet; or a negative errno. The part itself is used up in any case.
    int (*absorb)(void* session, const View& part, Buffer& buffer, Event& whole);
    // Sees every other event before it is delivered.
    void (*observe)(void* session, const View& event);
};

// What a dispatch needs of the session it works for.
struct Receiver {
    // Decodes one event and calls the program back, unless it wants no such events. The memory is writable, 8-aligned
    // and has Buffer::kSlack spare bytes behind it unless it is on loan. 0, or -EPROTO for a malformed event.
    int (*deliver)(void* session, std::uint64_t handle, std::byte* event, std::size_t size);
    void (*unpin)(void* session, std::uint64_t handle, unsigned count);
    void* session;
    const Filter* filter; // or nullptr
    bool may_lend;        // large events may be delivered where they lie
};

// What a well-formed reply to a request looks like, besides the bare header that may carry an error.
struct Expected {
    std::int32_t id = 0;
    std::size_t least = sizeof(ReplyHeader);
    std::size_t most = sizeof(ReplyHeader);

    template <class Message> static Expected reply(std::int32_t id, std::size_t tail = 0)
    {
        return {id, sizeof(Message), sizeof(Message) + tail};
    }
};

class Connection {
public:
    Connection() = default;
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Connects. Waits as long as the daemon takes to answer. 0 or a negative errno.
    int open(const char* service);

    [[nodiscard]] int descriptor() const;

    // Sends a message that gets no reply. -EAGAIN if flow control or a full ring forbids it, -EBADF if it fails while
    // the handle is finalized.
    int send(const Message& message, unsigned threshold);

    // Finalize, first half: from now on every dispatch ends, and waiting ones wake up. Returns the number of pins
    // that were held by dispatches of the caller which a callback left by a jump.
    unsigned begin_close(const Caller& caller);
    [[nodiscard]] bool closing() const { return closing_.load(std::memory_order_acquire); }
    // Second half, for a service that wants to say goodbye. Whatever the answer is: 0, or a negative errno. Not sent
    // where it would have to wait for another thread's request, or from a forked child; closing has the same effect.
    int last_request(const Message& request);

    // For the dispatch loop.
    Dispatching* enter_dispatch(const Caller& caller, unsigned& pins_to_drop);
    void leave_dispatch(Dispatching& record);
    int take(Dispatching& record, const Taking& taking, const Receiver& receiver, Event& event);
    void end_loan();
    short sleep(int timeout_ms);

private:
    friend class Exchange;

    template <class F> decltype(auto) on_transport(F f) { return ring_ != nullptr ? f(*ring_) : f(*libqb_); }

    [[nodiscard]] bool abandoned() const { return abandoned_.load(std::memory_order_relaxed); }
    int open_ring(const char* service, const Settings& settings);
    int open_libqb(const char* service, const Settings& settings);
    int post(const Message& message, unsigned threshold, const std::atomic<bool>* give_up);
    int exchange(const Message& request, unsigned threshold, View& reply);
    int wait_reply(View& reply);
    int take_next(Dispatching& record, const Taking& taking, const Receiver& receiver, Event& event);

    RingTransport* ring_ = nullptr; // one of these two
    LibqbTransport* libqb_ = nullptr;
    pid_t owner_ = 0;
    std::atomic<bool> closing_{false};
    std::atomic<bool> abandoned_{false}; // closed in a child of the process that opened it
    // The daemon may have been let go for a dispatch to wake up, or for a send to end: not its own doing then.
    std::atomic<bool> let_go_{false};

    Mutex exchange_;
    Mutex sending_;
    Mutex events_;
    Spin spin_;                       // under exchange_
    RunningDispatches running_;       // under events_
    Dispatching* borrower_ = nullptr; // whose callback has an event on loan
    bool copy_all_ = false;           // a callback with a loan has tried to dispatch: no more loans here
    pthread_cond_t loan_ended_ = PTHREAD_COND_INITIALIZER;
};

// A request and the reply to it. The reply may be read as long as this lives, and the connection's other requests
// wait as long: so decode and go.
class Exchange {
public:
    Exchange(Connection& connection, const Message& request, const Expected& expected, unsigned threshold = kOrdinary);
    ~Exchange();
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    // 0, or the negative errno of a request that failed; -EPROTO for a reply that is none.
    [[nodiscard]] int status() const { return status_; }
    // The service's answer, if status() is 0: kWireOk, with a reply of the expected size, or another code.
    [[nodiscard]] std::int32_t error() const { return error_; }
    [[nodiscard]] bool ok() const { return status_ == 0 && error_ == kWireOk; }
    [[nodiscard]] const View& reply() const { return reply_; }

private:
    int check(const Expected& expected);

    Connection& connection_;
    View reply_;
    bool replied_ = false;
    int status_ = 0;
    std::int32_t error_ = 0;
};

} // namespace corosync
