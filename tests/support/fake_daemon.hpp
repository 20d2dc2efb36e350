// SPDX-License-Identifier: BSD-3-Clause
// One service of a daemon, in a child process with libqb's own server. It sends its usual answer to each request,
// unless the test has set another reaction; and it does at once what the test tells it with now().
#pragma once

#include "bytes.hpp"
#include "daemon.hpp"
#include "eventually.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace test {

// One action of the daemon for a client.
struct Step {
    enum Kind : std::uint32_t {
        reply,
        usual_reply, // the answer to the request
        pause,       // lets time pass
        event,       // kept and sent later if there is no room for it now
        flood,       // the event over and over, from now on
        hang_up,     // closes the connection
        die,         // exits, leaving everything as it is
    };
    Kind kind;
    Bytes bytes;
};
using Steps = std::vector<Step>;

inline Step reply(Bytes bytes)
{
    return {Step::reply, std::move(bytes)};
}
inline Step usual_reply()
{
    return {Step::usual_reply, {}};
}
inline Step pause(Duration duration)
{
    return {Step::pause, as_bytes(duration)};
}
inline Step event(Bytes bytes)
{
    return {Step::event, std::move(bytes)};
}
inline Step flood(Bytes bytes)
{
    return {Step::flood, std::move(bytes)};
}
inline Step hang_up()
{
    return {Step::hang_up, {}};
}
inline Step die()
{
    return {Step::die, {}};
}
inline const Steps kSilence{};

enum class Command : std::uint32_t;

class FakeDaemon {
public:
    // Runs in the child; an empty answer means no reply.
    using Answer = std::function<Bytes(const Bytes& request)>;

    struct Options {
        std::string service;
        Answer answer;
        Daemon::Ipc ipc = Daemon::ipc_from_environment();
        int refusal = 0; // a negative errno to every client
        uid_t uid = 0;   // of the process
    };

    explicit FakeDaemon(const Options& options);
    ~FakeDaemon(); // kills it and waits for its end; the client must remove the files of connections that are still
                   // open
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;

    pid_t pid() const { return pid_; }

    // What to do for the next request that has no such reaction yet, instead of the answer.
    void on_next_request(const Steps& steps);

    // What to do at once, for the client that connected last. Returns the number of events that had no room.
    std::uint32_t now(const Steps& steps);

    Bytes last_request();
    std::uint32_t requests(); // so far
    std::uint32_t clients();  // at present

    void kill(); // SIGKILL, and waits for its end
    void await_death();
    void stop();
    void resume();

private:
    struct Report {
        std::uint32_t value;
        Bytes bytes;
    };
    Report ask(Command command, const Steps& steps = {});

    pid_t pid_ = 0;
    int control_ = -1;
};

} // namespace test
