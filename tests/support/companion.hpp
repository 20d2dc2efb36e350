// SPDX-License-Identifier: BSD-3-Clause
// A child process that does something beside the test, to be killed, stopped, or just asked. The two talk in lines.
#pragma once

#include "eventually.hpp"

#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

namespace test {

// One end of the conversation.
class Line {
public:
    explicit Line(int fd = -1) : fd_(fd) {}
    ~Line() { reset(); }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    void reset(int fd = -1); // hangs up, and takes another one

    void say(const std::string& text); // without a line feed in it
    // The next line; nothing if none comes in time or the other end is gone.
    std::optional<std::string> hear(Duration limit = kPatience);

private:
    int fd_;
    std::string heard_; // and not yet a line
};

class Companion {
public:
    // Runs body in a child, which ends with it. An exception that leaves body is said as a last line.
    explicit Companion(const std::function<void(Line&)>& body);
    ~Companion(); // kills, reaps
    Companion(const Companion&) = delete;
    Companion& operator=(const Companion&) = delete;

    pid_t pid() const { return pid_; }
    void say(const std::string& text) { line_.say(text); }
    // The next line that the child says; throws if none comes.
    std::string hear(Duration limit = kPatience);
    // For what it says without being asked.
    std::optional<std::string> try_to_hear(Duration limit) { return line_.hear(limit); }

    void stop();   // SIGSTOP, and is stopped on return
    void resume(); // SIGCONT
    void kill();   // SIGKILL, and reaps
    int wait();    // for its end: the exit status, -1 if it died of a signal; throws if it does not end

private:
    Line line_;
    pid_t pid_ = 0;
};

} // namespace test
