// SPDX-License-Identifier: BSD-3-Clause
// The account of the bytes by which the daemon announces events on the socket: one byte for each event, written behind
// the event. A byte is taken off the socket for each event that is delivered, neither earlier nor later than the
// program can see: in any callback, and between dispatches, the descriptor is readable if and only if an undelivered
// event has been announced.
//
// No input or output here: the event queue takes and counts the bytes, and tells the account.
#pragma once

namespace corosync {

class NotificationBytes {
public:
    // Events that are delivered before their bytes are taken, all at once. More bring nothing.
    static constexpr int kBatch = 64;

    // Bytes on the socket whose events have been delivered.
    [[nodiscard]] int stale() const { return stale_; }
    // The next event is known to be announced: its byte lies on the socket, behind those that are owed.
    [[nodiscard]] bool announced() const { return announced_ > 0; }

    // `unread` bytes lie on the socket, and about `queued` events in the ring. False if no event is announced: every
    // byte belongs to one that has been delivered.
    bool update(int unread, int queued)
    {
        int batch = queued < kBatch ? queued : kBatch;
        if (unread - stale_ < batch)
            batch = unread - stale_;
        announced_ = batch > 0 ? batch : 0;
        return announced();
    }

    // An announced event is about to be delivered. True if the bytes must be taken before: the next event, if there is
    // one, is not known to be announced, or the program wants no other now.
    bool count_delivery(bool last)
    {
        --announced_;
        ++stale_;
        return last || announced_ == 0;
    }

    // The owed bytes have been taken. There can be fewer only after a hang-up, or if the program reads the descriptor:
    // what is not there is not owed.
    void clear_stale() { stale_ = 0; }

    // For a single event: `taken` of stale() + 1 bytes were there. True if the last one was: it announced the event,
    // which may be delivered.
    bool count_single(int taken)
    {
        const bool announced = taken > stale_;
        stale_ = announced ? 0 : stale_ - taken;
        return announced;
    }

    // What lies on the socket may change without us, as behind a fork.
    void forget_announced() { announced_ = 0; }

private:
    int stale_ = 0;
    int announced_ = 0;
};

} // namespace corosync
