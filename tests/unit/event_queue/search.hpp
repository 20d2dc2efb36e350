// SPDX-License-Identifier: BSD-3-Clause
// A depth-first search through all that a program and its world may do.
//
// A run asks for a choice wherever it may go on in more than one way. The search repeats the run with the same choices
// up to the last one that has another option left, and takes that option. A run ends early if it reaches a state that
// was seen before: all that follows has been searched.
#pragma once

#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <string>
#include <unordered_set>
#include <vector>

namespace search {

class Hash {
public:
    Hash& add(std::uint64_t value)
    {
        value_ = (value_ ^ value) * 0x9e3779b97f4a7c15U;
        value_ ^= value_ >> 29;
        return *this;
    }
    [[nodiscard]] std::uint64_t value() const { return value_; }

private:
    std::uint64_t value_ = 1;
};

// What the run may do next. Each option has a number that the caller chooses, and words for the report.
struct Options {
    static constexpr int kMost = 32;
    int count = 0;
    int what[kMost] = {};
    const char* words[kMost] = {};

    void add(int number, const char* in_words)
    {
        what[count] = number;
        words[count++] = in_words;
    }
    // The option's index, or 0 if it is not there.
    [[nodiscard]] int find(int number) const
    {
        for (int place = 0; place < count; ++place)
            if (what[place] == number)
                return place;
        return 0;
    }
};

class Search {
public:
    std::uint64_t states() const { return visited_.size(); }
    std::uint64_t paths() const { return paths_; }
    // Empty, or what failed and the choices that led to it.
    const std::string& failure() const { return failure_; }

    // Returns one of the options. state() is a number for all that the future depends on.
    template <class State> int choose(const char* where, const Options& options, State state)
    {
        step();
        if (options.count == 1)
            return options.what[0];
        int taken = 0;
        if (position_ < path_.size()) {
            // The options differ from those before only while a failure is made shorter. Then it takes the same deed,
            // if that is possible.
            taken = path_[position_].taken;
            if (shortening_)
                taken = options.find(path_[position_].what);
            else if (path_[position_].count != options.count)
                fail("a run that is not repeated by the same choices");
        } else if (!shortening_ && !visited_.insert(state()).second) {
            end_run();
        } else {
            path_.emplace_back();
        }
        path_[position_++] = {taken, options.count, options.what[taken]};
        if (tell_)
            failure_ += std::string("\n  ") + where + ": " + options.words[taken];
        return options.what[taken];
    }

    // Call this in every loop that might go on for ever without a choice.
    void step()
    {
        if (++steps_ > kLongest)
            fail("the run does not end");
    }

    // The thread sanitizer knows longjmp(), but not _longjmp(): its record of the stack would grow with each jump.
    [[noreturn]] void end_run() { longjmp(end_, 1); }
    [[noreturn]] void fail(const char* what)
    {
        failed_ = true;
        if (tell_)
            failure_ += std::string("\n  then: ") + what;
        end_run();
    }

    // Runs until every choice has been made in every way, or a run has failed. Calls `clean` after each run.
    template <class Run, class Clean> void explore(Run run, Clean clean)
    {
        for (;;) {
            once(run, clean);
            ++paths_;
            if (failed_)
                return shorten(run, clean);
            while (!path_.empty() && path_.back().taken + 1 == path_.back().count)
                path_.pop_back();
            if (path_.empty())
                return;
            ++path_.back().taken;
        }
    }

private:
    struct Choice {
        int taken = 0;
        int count = 0;
        int what = 0;
    };
    using Path = std::vector<Choice>;
    static constexpr std::size_t kLongest = 1000;

    template <class Run, class Clean> void once(Run run, Clean clean)
    {
        position_ = 0;
        steps_ = 0;
        failed_ = false;
        if (_setjmp(end_) == 0)
            run();
        clean();
    }

    // Leaves out and simplifies choices as long as the run still fails, then repeats it and reports.
    template <class Run, class Clean> void shorten(Run run, Clean clean)
    {
        shortening_ = true;
        Path best = path_;
        for (bool better = true; better;) {
            better = false;
            for (std::size_t at = best.size(); at-- > 0;) {
                for (const bool leave_out : {true, false}) {
                    if (at >= best.size() || (!leave_out && best[at].taken == 0))
                        continue;
                    path_ = best;
                    if (leave_out)
                        path_.erase(path_.begin() + static_cast<std::ptrdiff_t>(at));
                    else
                        path_[at].what = 0;
                    once(run, clean);
                    path_.resize(position_);
                    while (!path_.empty() && path_.back().taken == 0)
                        path_.pop_back();
                    if (failed_ && weight(path_) < weight(best)) {
                        best = path_;
                        better = true;
                    }
                }
            }
        }
        path_ = best;
        tell_ = true;
        once(run, clean);
    }

    static std::size_t weight(const Path& path)
    {
        std::size_t weight = path.size();
        for (const Choice& choice : path)
            weight += choice.taken != 0 ? kLongest : 0;
        return weight;
    }

    std::jmp_buf end_;
    Path path_;
    std::size_t position_ = 0; // index in the path
    std::size_t steps_ = 0;    // with or without a choice
    std::unordered_set<std::uint64_t> visited_;
    std::uint64_t paths_ = 0;
    bool failed_ = false;
    bool shortening_ = false;
    bool tell_ = false;
    std::string failure_;
};

} // namespace search
