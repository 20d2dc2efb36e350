// SPDX-License-Identifier: BSD-3-Clause
// Carries out a program on the libraries that are loaded, and writes down what it sees of them: the transcript, an
// observation a line, "STEP>>> NAME ARGUMENTS: RESULT OUTPUTS" with a > for each callback that it is inside of.
//
// What would wait for ever is not done: a dispatch that waits where there is nothing, a request of a stopped daemon;
// nor is what the reference is known not to survive, unless in a process of its own. The line then says "skipped".
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

// What is known of a slot. A finalized handle keeps its value.
struct Slot {
    std::uint64_t value = 0;
    bool live = false;
    bool stats = false; // cmap: of the other map
    int fd = -1;
    unsigned born = 0;        // the daemon that it belongs to
    unsigned callbacks = 0;   // bits: which of them it has
    int group = -1;           // cpg: that it is a member of
    bool left = false;        // cpg: one
    bool jumped = false;      // a dispatch was left by a jump: the reference keeps its connection and membership
    std::size_t trackers = 0; // cmap: added
    std::size_t queued = 0;   // at most so many bytes, and events, wait to be dispatched
    std::size_t events = 0;
};

// A dispatch that is running.
struct Frame {
    std::size_t step;
    int callbacks = 0; // that were called so far
    Slot* slot;        // NULL: of no handle
    std::uint64_t handle = 0;
    bool blocking = false; // somebody must leave it once there is nothing more
    bool leave_by_jump = false;
    std::jmp_buf jump;
};

constexpr int kMostFrames = 4;

class Player {
public:
    // Lines go to transcript, what is to happen around the program is asked for through requests, and steward is the
    // players' line.
    Player(int transcript, int steward, int requests) : transcript_(transcript), steward_(steward), requests_(requests)
    {}

    // Returns how many connections of dead daemons nobody can close any more: a callback was left by a jump, and the
    // handle had been finalized in it or was so in another one.
    int play(const Program& program);

    // For the steps:
    const Program& program() const { return *program_; }
    Slot& slot(Service service, std::int64_t selector);
    Slot* slot_of(Service service, std::uint64_t handle); // NULL: no slot's
    std::uint64_t value(Service service, std::int64_t selector);
    const char* label(Service service, std::uint64_t handle); // in the lines
    bool dead(const Slot& slot) const { return slot.live && slot.born != world_; }
    bool room(Slot& slot, std::size_t bytes); // in its queue; if so, it is taken
    unsigned world() const { return world_; }
    bool stopped() const { return stopped_; }
    bool down() const { return down_; }

    void begin(std::size_t step); // a line, with the step's name and arguments
    void say(const char* format, ...) __attribute__((format(printf, 2, 3)));
    void end() { say("\n"); }
    void bytes(const void* data, std::size_t size); // short ones as they are, long ones by a checksum
    void descriptor(int fd, Service service, std::int64_t selector);
    void result(cs_error_t error) { say(" %d", error); }
    void skip(const char* why) { say(" skipped: %s", why); }

    // Until all that was caused so far has arrived; sender is a handle of cpg that has sent without an answer, or NULL.
    void settle(Slot* sender);

    void dispatch(std::size_t step, cs_error_t (*call)(std::uint64_t, cs_dispatch_flags_t));
    void begin_callback(const char* name); // a line
    void end_callback(Service service, std::uint64_t handle);
    [[noreturn]] void jump(std::int64_t levels);
    bool inside() const { return depth_ > 0; }
    void fork(std::size_t step);

    void around(const Step& with);    // a step of the world's
    void signals(const Step& with);   // from now on, none, or many, with or without SA_RESTART
    void starved(const Step& with);   // an initialization with little of something
    void fd_closed(const Step& with); // the program closes a handle's descriptor
    void apart(const Step& with);     // in a process of its own

    // The same dispatch without its result's line; 0: it was left by a jump.
    int pull(std::size_t step, Service service, std::uint64_t handle, cs_dispatch_flags_t type,
             cs_error_t (*call)(std::uint64_t, cs_dispatch_flags_t), bool by_jump);
    bool deep() const { return depth_ == kMostFrames; }

    // Whether the numbers of descriptors and mappings are as they should be: not after what is known to leak.
    bool countable = true;

private:
    void one(std::size_t step); // and what is inside it
    void state();
    void finish();
    void leave_if_empty(Frame& frame);
    void count_kept(const Slot& slot);
    bool ask(const char* format, ...) __attribute__((format(printf, 2, 3)));
    bool may_wait(const Step& with); // for a daemon that is stopped
    bool room_for_others(std::size_t bytes);
    bool room_for_memberships();
    void drain();

    const int transcript_;
    const int steward_;
    const int requests_;
    const Program* program_ = nullptr;
    std::size_t top_ = 0; // the step that is not inside any
    std::array<std::array<Slot, kSlots>, 3> slots_{};
    std::array<Frame, kMostFrames> frames_{};
    int depth_ = 0;
    int leave_at_ = -1; // a child: at the end of the dispatch of this depth
    unsigned world_ = 0;
    bool stopped_ = false, down_ = false;
    bool away_ = false;      // a node
    int sent_ = 0;           // to a stopped daemon
    Slot* sender_ = nullptr; // and by whom
    int descriptors_ = 0;    // at the beginning
    int kept_ = 0;           // connections that nobody can close any more, of this daemon
    int kept_of_dead_ = 0;   // and of those before it
    char last_state_[128] = "";
};

extern Player* player; // for the callbacks

// What each does; the line is begun.
using Action = void (*)(std::size_t step, const Step& with);
Action action_of(Op op);
void cmap_step(std::size_t step, const Step& with);
void cpg_step(std::size_t step, const Step& with);
void cpg_zero_copy_step(const Step& with);
void votequorum_step(std::size_t step, const Step& with);

// Bytes to be stored or sent: as many as anybody wants, and different for each number.
constexpr std::size_t kMostInQueue = 300'000; // a message above this is taken out of the queue at once
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
