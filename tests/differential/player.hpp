// SPDX-License-Identifier: BSD-3-Clause
// Runs a program on the loaded libraries, and writes down what it sees: the transcript, a line for each observation,
// "STEP>>> NAME ARGUMENTS: RESULT OUTPUTS" with a > for each callback that it is in.
//
// It skips steps that would wait for ever (a dispatch that waits without events, a request to a stopped daemon), and
// steps that the reference is known not to survive, unless in a process of its own. The line then says "skipped".
#pragma once

#include "program.hpp"

#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <corosync/cmap.h>
#include <corosync/cpg.h>
#include <corosync/votequorum.h>
#include <sys/types.h>

namespace differential {

// What the player knows of a slot. A finalized handle keeps its value.
struct Slot {
    std::uint64_t value = 0;
    bool live = false;
    bool stats = false; // cmap: of the statistics
    int fd = -1;
    unsigned born = 0;        // the daemon that it is connected to
    unsigned callbacks = 0;   // a bit for each callback that it has
    int group = -1;           // cpg: the group that it is a member of
    bool left = false;        // cpg: it has left a group
    bool jumped = false;      // a jump left a dispatch: the reference keeps its connection and membership
    std::size_t trackers = 0; // cmap: trackers added so far
    std::size_t queued = 0;   // at most this many bytes, and events, are queued
    std::size_t events = 0;
};

// A dispatch that is running.
struct Frame {
    std::size_t step;
    int callbacks = 0; // callbacks called so far
    Slot* slot;        // NULL: it has no handle
    std::uint64_t handle = 0;
    bool blocking = false; // a callback must leave it after the last event
    bool leave_by_jump = false;
    std::jmp_buf jump;
};

constexpr int kMostFrames = 4;

class Player {
public:
    // Writes lines to transcript, sends requests for things around the program to requests, and asks the steward
    // through steward.
    Player(int transcript, int steward, int requests) : transcript_(transcript), steward_(steward), requests_(requests)
    {}

    // Returns how many connections of dead daemons nobody can close any more: a jump left a callback whose handle was
    // finalized in it, or in another one.
    int play(const Program& program);

    // For the steps:
    const Program& program() const { return *program_; }
    Slot& slot(Service service, std::int64_t selector);
    Slot* slot_of(Service service, std::uint64_t handle); // NULL: in no slot
    std::uint64_t value(Service service, std::int64_t selector);
    const char* label(Service service, std::uint64_t handle); // as it is written in the lines
    bool dead(const Slot& slot) const { return slot.live && slot.born != world_; }
    bool room(Slot& slot, std::size_t bytes); // whether its queue has room for these bytes; reserves it
    unsigned world() const { return world_; }
    bool stopped() const { return stopped_; }
    bool down() const { return down_; }

    void begin(std::size_t step); // begins a line with the step's name and arguments
    void say(const char* format, ...) __attribute__((format(printf, 2, 3)));
    void end() { say("\n"); }
    void bytes(const void* data, std::size_t size); // short ones as they are, long ones as a checksum
    void descriptor(int fd, Service service, std::int64_t selector);
    void result(cs_error_t error) { say(" %d", error); }
    void skip(const char* why) { say(" skipped: %s", why); }

    // Waits until all that was caused so far has arrived; sender is a handle of cpg that has sent without waiting for a
    // reply, or NULL.
    void settle(Slot* sender);

    void dispatch(std::size_t step, cs_error_t (*call)(std::uint64_t, cs_dispatch_flags_t));
    void begin_callback(const char* name); // begins a line
    void end_callback(Service service, std::uint64_t handle);
    [[noreturn]] void jump(std::int64_t levels);
    bool inside() const { return depth_ > 0; }
    void fork(std::size_t step);

    void around(const Step& with);    // a step that changes the world around the program
    void signals(const Step& with);   // from now on signals come, or none, with or without SA_RESTART
    void starved(const Step& with);   // an initialization while something is scarce
    void fd_closed(const Step& with); // the program closes a handle's descriptor
    void apart(const Step& with);     // in a process of its own

    // The same dispatch without a line for its result. 0: a jump left it.
    int pull(std::size_t step, Service service, std::uint64_t handle, cs_dispatch_flags_t type,
             cs_error_t (*call)(std::uint64_t, cs_dispatch_flags_t), bool by_jump);
    bool deep() const { return depth_ == kMostFrames; }

    // Whether the numbers of descriptors and mappings are compared: not after a call that is known to leak.
    bool countable = true;

private:
    void one(std::size_t step); // the step, and the steps inside it
    void state();
    void finish();
    void leave_if_empty(Frame& frame);
    void count_kept(const Slot& slot);
    bool ask(const char* format, ...) __attribute__((format(printf, 2, 3)));
    bool may_wait(const Step& with); // for a stopped daemon
    bool room_for_others(std::size_t bytes);
    bool room_for_memberships();
    void drain();

    const int transcript_;
    const int steward_;
    const int requests_;
    const Program* program_ = nullptr;
    std::size_t top_ = 0; // the step that is inside no other one
    std::array<std::array<Slot, kSlots>, 3> slots_{};
    std::array<Frame, kMostFrames> frames_{};
    int depth_ = 0;
    int leave_at_ = -1; // in a child: it exits at the end of the dispatch of this depth
    unsigned world_ = 0;
    bool stopped_ = false, down_ = false;
    bool away_ = false;      // whether a node is away
    int sent_ = 0;           // messages sent to a stopped daemon
    Slot* sender_ = nullptr; // and their sender
    int descriptors_ = 0;    // at the beginning
    int kept_ = 0;           // connections to this daemon that nobody can close any more
    int kept_of_dead_ = 0;   // and to those before it
    char last_state_[128] = "";
};

extern Player* player; // used by the callbacks

// Each step has one; its line has been begun.
using Action = void (*)(std::size_t step, const Step& with);
Action action_of(Op op);
void cmap_step(std::size_t step, const Step& with);
void cpg_step(std::size_t step, const Step& with);
void cpg_zero_copy_step(const Step& with);
void votequorum_step(std::size_t step, const Step& with);

// Bytes to set or send: as many as needed, different for each number.
constexpr std::size_t kMostInQueue = 300'000; // a longer message is taken out of the queue at once
constexpr std::size_t kMostBytes = std::size_t{3} << 20;
const char* pattern(std::int64_t number);
std::uint32_t checksum(const void* data, std::size_t size);

bool readable(int fd);
const char* apart_name(std::int64_t number);
int count_descriptors();
int count_entries(const char* directory);
bool maps_rings();
Action finalize_of(int service);
constexpr char kLetters[] = {'m', 'c', 'v'}; // of the services

} // namespace differential
