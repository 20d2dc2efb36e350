// SPDX-License-Identifier: BSD-3-Clause
// Counts the notification bytes of a connection. The daemon writes one byte to the socket after each event that it puts
// into the ring. The byte announces the event. We read one byte per delivered event, at a time when the program cannot
// see a difference: in any callback and between dispatches, the descriptor is readable if and only if there is an
// announced event that is not delivered.
//
// A byte is stale if its event has been delivered and the byte is still on the socket.
//
// This class does no input or output. The event queue reads and counts the bytes.
#pragma once

namespace corosync {

class NotificationBytes {
public:
    // The most events that are delivered before their bytes are read in one call. A larger number is not faster.
    static constexpr int kBatch = 64;

    // The number of stale bytes.
    [[nodiscard]] int stale() const { return stale_; }
    // True if the next event is known to be announced: its byte is on the socket, behind the stale bytes.
    [[nodiscard]] bool announced() const { return announced_ > 0; }

    // Updates the counts: `unread` bytes are on the socket, and about `queued` events are in the ring. Returns
    // announced().
    bool update(int unread, int queued)
    {
        int batch = queued < kBatch ? queued : kBatch;
        if (unread - stale_ < batch)
            batch = unread - stale_;
        announced_ = batch > 0 ? batch : 0;
        return announced();
    }

    // Counts the delivery of an announced event. True if the stale bytes, including this event's, must be read before
    // the callback: the next event is not known to be announced, or `last` says that the program wants no other event
    // now.
    bool count_delivery(bool last)
    {
        --announced_;
        ++stale_;
        return last || announced_ == 0;
    }

    // The stale bytes have been read. If fewer were there, after a hang-up or because the program reads the descriptor,
    // the missing ones do not count any more.
    void clear_stale() { stale_ = 0; }

    // For a single event: we tried to read stale() + 1 bytes and got `got`. True if we got all of them: the last one
    // announced the event, which may now be delivered.
    bool count_single(int got)
    {
        const bool announced = got > stale_;
        stale_ = announced ? 0 : stale_ - got;
        return announced;
    }

    // Another process may now read bytes from the socket, as after a fork.
    void forget_announced() { announced_ = 0; }

private:
    int stale_ = 0;
    int announced_ = 0;
};

} // namespace corosync
