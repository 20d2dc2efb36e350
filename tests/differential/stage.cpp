#include "stage.hpp"

#include "support/process.hpp"

#include <stdexcept>

#include <sys/wait.h>

namespace differential {

void Stage::open()
{
    steward_.reset();
    daemon_.reset();
    daemon_ = std::make_unique<test::Daemon>();
    steward_ = std::make_unique<Steward>(lines_);
}

void Stage::prepare()
{
    if (steward_ && usable() && steward_->reset())
        return;
    open();
    if (!steward_->reset())
        throw std::runtime_error("a fresh daemon is not as it should be");
}

bool Stage::usable() const
{
    return daemon_ && (!steward_ || !test::waits_in_state(daemon_->pid(), WEXITED));
}

void Stage::kill()
{
    daemon_->kill(); // first, so that it tells nobody of the others' end
    other_.reset();
    steward_.reset();
}

bool Stage::end_other(bool politely)
{
    if (!other_)
        return true;
    const auto pid = other_->pid();
    if (politely)
        other_->ask("end");
    other_.reset();
    return steward_->await_end(pid);
}

bool Stage::obey(const std::string& command)
{
    if (command == "stop" || command == "continue") {
        stopped_ = command == "stop";
        stopped_ ? daemon_->stop() : daemon_->resume();
        return true;
    }
    if (command == "kill") {
        if (steward_)
            kill();
        return true;
    }
    if (command == "start") {
        if (steward_)
            return true;
        daemon_->restart();
        steward_ = std::make_unique<Steward>(lines_);
        return true;
    }
    if (command == "end" || command == "die")
        return end_other(command == "end");
    if (!steward_)
        return false;
    if (!other_)
        other_ = std::make_unique<Other>();
    const bool done = other_->ask(command);
    return steward_->barrier() && done;
}

void Stage::tidy()
{
    if (stopped_)
        daemon_->resume();
    stopped_ = false;
    if (!steward_ && daemon_) {
        daemon_->restart();
        steward_ = std::make_unique<Steward>(lines_);
    }
    if (usable())
        end_other(false);
    other_.reset();
}

} // namespace differential
