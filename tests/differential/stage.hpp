// What a program is played on: the daemon, the steward, and another process. The player asks for what is to happen to
// them.
#pragma once

#include "other.hpp"
#include "steward.hpp"

#include "support/daemon.hpp"

#include <memory>
#include <string>

namespace differential {

class Stage {
public:
    // As if nothing had been played on it; throws if that cannot be had.
    void prepare();

    // Of the step with this name: done, and all that it causes has arrived, when this returns.
    bool obey(const std::string& command);

    // Nothing goes on of what the program started.
    void tidy();

    int line() const { return lines_.players; } // the player's, of whatever steward there is
    bool usable() const;                        // the daemon is not dead without having been killed

    pid_t daemon_pid() const { return daemon_->pid(); }

private:
    void open();
    void kill();
    bool end_other(bool politely);

    StewardLines lines_;
    std::unique_ptr<test::Daemon> daemon_;
    std::unique_ptr<Steward> steward_;
    std::unique_ptr<Other> other_;
    bool stopped_ = false;
};

} // namespace differential
