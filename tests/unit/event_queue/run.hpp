// SPDX-License-Identifier: BSD-3-Clause
// What the parts of the program share: the state of a run, and the rules that must hold.
#pragma once

#include "core/dispatch.hpp"
#include "model_daemon.hpp"
#include "program.hpp"

namespace program {

using corosync::Caller;
using corosync::Connection;
using corosync::DispatchRecord;
using corosync::DispatchType;
using corosync::EventHandling;
using corosync::EventQueue;
using corosync::HandleTable;
using model::world;
using search::Options;

constexpr int kNesting = 4;
constexpr int kFrame = 16; // bytes of stack between the frames of two callers

struct Held {
    int id = -1;
    const std::byte* data = nullptr;

    void intact() const;
    void release();
};

// Where a dispatch is.
enum class Stage { begun, searching, in_callback, called_back, between, asleep, leaving };

// A dispatch, as its caller sees it.
struct Call {
    int type = 0;
    int frame = 0;
    Stage stage = Stage::begun;
    Held held;
    int delivered = 0;
    bool late = false;      // its last look for an event began after a finalize
    bool readable = false;  // the result of its last sleep
    bool refused = false;   // there was no memory to call in a loan for it
    bool malformed = false; // its last event was malformed
    // The counts when it began.
    int announced = 0;
    int taken = 0;
    bool hung_up = false;
    bool finalized = false;

    [[nodiscard]] DispatchType parsed() const
    {
        DispatchType parsed{};
        DispatchType::parse(static_cast<unsigned>(type), parsed);
        return parsed;
    }
    void begin(int its_type, int its_frame);
    void take(const std::byte* data, std::size_t size);
    void check_callback() const;
    void check_result(int rc) const;
    void hash(search::Hash& hash) const;
};

class Session {
public:
    ~Session();
    static HandleTable<Session>& table();
    Connection& connection(); // only for dispatches of the first thread
    static const EventHandling& event_handling();
    static void wake_daemon() {} // the model never sleeps
    int deliver(std::uint64_t handle, std::byte* data, std::size_t size);
    EventQueue& queue() { return connection_.events(); }
    Connection& direct() { return connection_; }

private:
    Connection connection_;
};

// All that a run consists of, besides the world.
struct Run {
    int taken = 0; // events that dispatches have got
    int depth = 0; // of nested dispatches of the first thread
    Call calls[kNesting];
    int dispatches = 0;
    int jumps = 0;
    int forks = 0;
    int refusals = 0;
    int malformed = 0;
    bool finalized = false;      // finalize has at least begun
    bool half_finalized = false; // the other half must follow
    // The second thread.
    bool dispatching = false;
    Call other;
    DispatchRecord* other_record = nullptr;
    int others = 0;
    int other_jumps = 0;
    bool forking = false;
    bool starting_finalize = false;
    // There are no further choices: the run is finished.
    bool ending = false;
    // Where the first thread is while the second one takes a step.
    const char* elsewhere = nullptr;
};

bool is_part(const corosync::View& event);
int add_part(void*, const corosync::View& part, corosync::Buffer&, corosync::Event&);
inline constexpr EventHandling kHandling{
    .may_lend = [](const corosync::View&) { return true; }, .is_part = is_part, .add_part = add_part};

enum Deed {
    go_on,
    commit_small,
    commit_large,
    commit_part,
    announce_one,
    hang_up,
    other_step, // the next step of a dispatch; + a type: begins one
    other_jump = other_step + 5,
    other_finalize,
    begin_finalize,
    end_finalize,
    jump, // + the depth where it lands
    fork_soon = jump + kNesting,
    finalize,
    dispatch_, // + a type
    dispatch_deep = dispatch_ + 5,
    dispatch_deepest = dispatch_deep + 5,
};

inline search::Search* searching;
inline Bounds bounds;
inline Run run;
inline Session* session;
inline std::uint64_t handle;
inline DispatchRecord* first_record; // the first of a list
inline std::uintptr_t stack;         // of the first thread; frames are below

// promises.cpp

void check(bool good, const char* otherwise);
void check_descriptor();
void check_settled();

// `thread` 0 is the first, 1 the second, 2 one that only finalizes; a larger frame is a deeper one.
Caller caller(int thread, int frame);
int busy_records(int frame);
std::uint64_t queue_state();
int choose(const char* where, const Options& options);

// others.cpp: what the daemon and other threads may do. Returns true if the deed was one of these.

void add_daemon(Options& options);
bool daemon_does(int deed);
void add_others(Options& options);
bool others_do(const char* where, int deed);
// The first thread holds no lock: other threads may do anything.
void interleave(const char* where);

bool ready();    // whether a sleep on the descriptor would end
Call& current(); // the first thread's innermost dispatch
void close_handle(const Caller& caller);
void end_half();
void other_goes_on();

} // namespace program
