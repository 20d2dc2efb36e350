// SPDX-License-Identifier: BSD-3-Clause
// differential VARIANT REFERENCE OURS SIDE SANDBOX LIST [WORD VALUE]...
//
// Makes programs from seeds, runs them on the libraries in REFERENCE and on those in OURS, and compares the
// transcripts. VARIANT is ring, libqb or socket, the transport; or two of them with a dash, one for each side. SIDE is
// differential_side, SANDBOX sandbox.sh, LIST differences.txt. Words: "seeds": how many; "first": the first of them;
// "seconds" instead of "seeds"; "steps" of each program; "workers"; "nodes" of the cluster; "around", "inside",
// "forks", "large", "memory": 0 for programs without that (generator.hpp); "complete": 1 if every listed difference
// must occur; "first_failure": 1 to stop at the first one; "program" (a file) or "show" (a seed): only prints the
// transcripts of that program.
#include "as_c.hpp"
#include "compare.hpp"
#include "connection.hpp"
#include "generator.hpp"
#include "shrink.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace differential;
using Clock = std::chrono::steady_clock;

struct Setting {
    std::string variant, reference, ours, side, sandbox, list;
    std::map<std::string, std::string> words;

    long number(const std::string& word, long otherwise) const
    {
        const auto found = words.find(word);
        return found == words.end() ? otherwise : std::stol(found->second);
    }
};

Wishes wishes_of(const Setting& setting)
{
    const auto wanted = [&](const char* word) { return setting.number(word, 1) != 0; };
    return {.steps = static_cast<std::size_t>(setting.number("steps", 300)),
            .around = wanted("around"),
            .inside = wanted("inside"),
            .forks = wanted("forks"),
            .large = wanted("large"),
            .memory = wanted("memory"),
            .nodes = static_cast<int>(setting.number("nodes", 1))};
}

// Both sides, each in its sandbox.
class Pair {
public:
    explicit Pair(const Setting& setting) : differences(setting.list, setting.variant), setting_(setting) { start(); }

    // The first difference that is not in the list.
    std::optional<Differences::Found> run(const Program& program)
    {
        try {
            reference_->ask(program);
            ours_->ask(program);
            theirs = reference_->answer();
            own = ours_->answer();
        } catch (...) {
            start();
            throw;
        }
        return differences.compare(theirs, own);
    }

    Differences differences;
    Transcript theirs, own; // the last ones

private:
    std::unique_ptr<Connection> side(const std::string& libraries, const std::string& transport) const
    {
        const bool socket = transport == "socket";
        return std::make_unique<Connection>(std::vector<std::string>{
            setting_.sandbox, "env", "COROSYNC_CLIENT_TRANSPORT=" + (socket ? "auto" : transport),
            "DIFFERENTIAL_NODES=" + std::to_string(setting_.number("nodes", 1)),
            std::string("TEST_DAEMON_IPC=") + (socket ? "socket" : "shm"), "LD_LIBRARY_PATH=" + libraries,
            setting_.side, libraries});
    }
    void start()
    {
        reference_.reset();
        ours_.reset();
        const auto& variant = setting_.variant;
        const auto dash = variant.find('-');
        reference_ = side(setting_.reference, variant.substr(0, dash));
        ours_ = side(setting_.ours, dash == std::string::npos ? variant : variant.substr(dash + 1));
    }

    const Setting& setting_;
    std::unique_ptr<Connection> reference_, ours_;
};

class Search {
public:
    explicit Search(const Setting& setting)
        : setting_(setting), next_(setting.number("first", 1)), count_(setting.number("seeds", 0)),
          end_(Clock::now() + std::chrono::seconds(setting.number("seconds", 0))), total_(setting.list, setting.variant)
    {
        if (!count_)
            count_ = setting.words.contains("seconds") ? INT64_MAX / 2 : 1;
        first_ = next_;
    }

    bool run()
    {
        const auto workers = setting_.number("workers", std::max(1u, std::thread::hardware_concurrency()));
        std::vector<std::thread> threads;
        for (long i = 0; i < workers; ++i)
            threads.emplace_back([this] { work(); });
        long minute = 0;
        const auto begin = Clock::now();
        while (finished_ < workers) {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            if (Clock::now() - begin >= std::chrono::minutes(minute + 1))
                figures(std::to_string(++minute) + " min");
        }
        for (auto& thread : threads)
            thread.join();
        figures("end");
        bool good = failures_ == 0;
        for (const auto& [name, count] : total_.met()) {
            std::printf("%8ld  %s\n", count, name.c_str());
            good = good && (count > 0 || !setting_.number("complete", 0));
        }
        return good;
    }

private:
    void figures(const std::string& when)
    {
        const std::lock_guard lock(mutex_);
        std::printf("%s, %s: %ld seeds, %ld steps, %ld lines, %ld failures, %ld that did not repeat\n",
                    setting_.variant.c_str(), when.c_str(), seeds_.load(), steps_, lines_, failures_.load(), passing_);
        std::fflush(stdout);
    }

    bool more(long& seed)
    {
        seed = next_++;
        return seed - first_ < count_ && (!setting_.words.contains("seconds") || Clock::now() < end_);
    }

    void work()
    {
        try {
            Pair pair(setting_);
            const auto wishes = wishes_of(setting_);
            for (long seed; more(seed);)
                one(pair, seed, generate(static_cast<std::uint64_t>(seed), wishes));
            const std::lock_guard lock(mutex_);
            total_.add(pair.differences.met());
        } catch (const std::exception& error) {
            const std::lock_guard lock(mutex_);
            std::printf("FAILED: %s\n", error.what());
            ++failures_;
        }
        ++finished_;
    }

    // Whether this failure differs from all before it, not counting the numbers in it.
    bool new_kind(const Differences::Found& found)
    {
        std::string kind = found.reference + "\n" + found.ours;
        std::erase_if(kind, [](char letter) { return letter >= '0' && letter <= '9'; });
        const std::lock_guard lock(mutex_);
        return kinds_.insert(kind).second;
    }

    void one(Pair& pair, long seed, const Program& program)
    {
        std::optional<Differences::Found> found;
        try {
            found = pair.run(program);
        } catch (const std::exception& error) {
            found = Differences::Found{"", error.what()};
        }
        {
            const std::lock_guard lock(mutex_);
            ++seeds_;
            steps_ += std::ssize(program);
            lines_ += std::ssize(pair.own);
        }
        if (!found)
            return;
        const auto first = *found;
        int again = 0;
        for (int i = 0; i < 2; ++i)
            again += pair.run(program).has_value();
        if (!again) {
            const std::lock_guard lock(mutex_);
            ++passing_;
            std::printf("seed %ld, once only:\n  reference: %s\n  ours:      %s\n", seed, first.reference.c_str(),
                        first.ours.c_str());
            return;
        }
        if (setting_.number("first_failure", 0)) {
            const std::lock_guard lock(mutex_);
            if (failures_++ == 0)
                std::printf("caught at seed %ld after %ld seeds\n  reference: %s\n  ours:      %s\n", seed,
                            seeds_.load(), first.reference.c_str(), first.ours.c_str());
            next_ = first_ + count_; // start no more programs
            return;
        }
        if (!new_kind(first)) {
            const std::lock_guard lock(mutex_);
            ++failures_;
            std::printf("FAILED: seed %ld, as before:\n  reference: %s\n  ours:      %s\n", seed,
                        first.reference.c_str(), first.ours.c_str());
            return;
        }
        const auto shrunk = shrink(program, [&](const Program& less) { return pair.run(less).has_value(); });
        const auto at_last = pair.run(shrunk).value_or(first);
        const std::lock_guard lock(mutex_);
        ++failures_;
        std::printf("FAILED: seed %ld, in %zu steps:\n%s  reference: %s\n  ours:      %s\nand as C:\n%s", seed,
                    shrunk.size(), to_text(shrunk).c_str(), at_last.reference.c_str(), at_last.ours.c_str(),
                    as_c(shrunk).c_str());
        std::fflush(stdout);
    }

    const Setting& setting_;
    std::mutex mutex_;
    std::atomic<long> next_, seeds_ = 0, failures_ = 0, finished_ = 0;
    long first_ = 0, count_, steps_ = 0, lines_ = 0, passing_ = 0;
    std::set<std::string> kinds_; // kinds of failures
    const Clock::time_point end_;
    Differences total_;
};

// The transcripts of one program, from the file or from the seed.
int show(const Setting& setting)
{
    Program program;
    if (setting.words.contains("program")) {
        std::ifstream stream(setting.words.at("program"));
        program = from_text(std::string(std::istreambuf_iterator<char>(stream), {}));
    } else {
        program = generate(static_cast<std::uint64_t>(setting.number("show", 1)), wishes_of(setting));
    }
    Pair pair(setting);
    const auto found = pair.run(program);
    for (const auto& line : pair.theirs)
        std::cout << "R " << line << '\n';
    for (const auto& line : pair.own)
        std::cout << "O " << line << '\n';
    if (found)
        std::cout << "reference: " << found->reference << "\nours:      " << found->ours << '\n';
    return found ? 1 : 0;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 7 || argc % 2 == 0) {
        std::fprintf(stderr, "usage: %s VARIANT REFERENCE OURS SIDE SANDBOX LIST [WORD VALUE]...\n", argv[0]);
        return 2;
    }
    Setting setting{argv[1], argv[2], argv[3], argv[4], argv[5], argv[6], {}};
    for (int i = 7; i < argc; i += 2)
        setting.words[argv[i]] = argv[i + 1];
    try {
        if (setting.words.contains("program") || setting.words.contains("show"))
            return show(setting);
        return Search(setting).run() ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}
