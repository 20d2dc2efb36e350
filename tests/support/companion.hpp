// SPDX-License-Identifier: BSD-3-Clause
// A child process that runs with the test, and can be killed, stopped, or asked. Both sides send lines.
#pragma once

#include "eventually.hpp"

#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

namespace test {

// One end of the connection between them.
class Line {
public:
    explicit Line(int fd = -1) : fd_(fd) {}
    ~Line() { reset(); }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    void reset(int fd = -1); // closes it, and uses another one

    void say(const std::string& text); // must not contain a line feed
    // Returns the next line; nothing if none comes in time or the other end is closed.
    std::optional<std::string> hear(Duration limit = kPatience);

private:
    int fd_;
    std::string heard_; // received, but not yet a complete line
};

class Companion {
public:
    // Runs body in a child, which exits after it. If body throws, the exception's message is the last line.
    explicit Companion(const std::function<void(Line&)>& body);
    ~Companion(); // kills the child and waits for its end
    Companion(const Companion&) = delete;
    Companion& operator=(const Companion&) = delete;

    pid_t pid() const { return pid_; }
    void say(const std::string& text) { line_.say(text); }
    // Returns the child's next line; throws if none comes.
    std::string hear(Duration limit = kPatience);
    // The same for lines that may not come.
    std::optional<std::string> try_to_hear(Duration limit) { return line_.hear(limit); }

    void stop();   // SIGSTOP; the child is stopped on return
    void resume(); // SIGCONT
    void kill();   // SIGKILL, and waits for its end
    int wait();    // waits for its end: the exit status, -1 if it died of a signal; throws if it does not end

private:
    Line line_;
    pid_t pid_ = 0;
};

} // namespace test
