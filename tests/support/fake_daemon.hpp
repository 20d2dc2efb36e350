// SPDX-License-Identifier: BSD-3-Clause
// One service of a daemon, played by a child process on libqb's own server. To each request it gives its usual answer,
// unless the test has scripted another reaction; and it does what the test tells it to do at once.
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

// One thing that the daemon does for a client.
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
    // Runs in the child; an empty answer is none.
    using Answer = std::function<Bytes(const Bytes& request)>;

    struct Options {
        std::string service;
        Answer answer;
        Daemon::Ipc ipc = Daemon::ipc_from_environment();
        int refusal = 0; // a negative errno to every client
        uid_t uid = 0;   // of the process
    };

    explicit FakeDaemon(const Options& options);
    ~FakeDaemon(); // kills and reaps it; the files of connections that are open then are the client's business
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;

    pid_t pid() const { return pid_; }

    // The reaction to the next request that has none yet, instead of the answer.
    void on_next_request(const Steps& steps);

    // For the client that connected last, at once. Returns the number of events that had no room.
    std::uint32_t now(const Steps& steps);

    Bytes last_request();
    std::uint32_t requests(); // so far
    std::uint32_t clients();  // at present

    void kill(); // SIGKILL, and reaps
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
