// SPDX-License-Identifier: BSD-3-Clause
// differential_side FOLDER, inside sandbox.sh: reads programs from the standard input, each with a line "run" at its
// end, and runs each one on the libraries in FOLDER, in a new process and, if necessary, with a new daemon. Writes its
// transcript, with a line "." at its end.
#include "player.hpp"
#include "stage.hpp"

#include "support/eventually.hpp"
#include "support/process.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace differential;

constexpr int kHangMs = 10'000; // time without a new line
constexpr int kGlanceMs = 100;
constexpr int kPlayed = 64; // a player exits with this plus the result of play()

// Whether all four libraries were loaded from the folder.
bool loaded_from(const std::string& folder)
{
    struct Search {
        const std::string& folder;
        int found = 0;
    } search{folder};
    ::dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* data) {
            auto& result = *static_cast<Search*>(data);
            for (const char* name : {"libcmap.so.4", "libcpg.so.4", "libvotequorum.so.8", "libcorosync_common.so.4"})
                result.found += info->dlpi_name == result.folder + "/" + name;
            return 0;
        },
        &search);
    return search.found == 4;
}

// The player writes its transcript to one of these, and sends its requests for things around it through the other.
struct Ends {
    int transcript[2], requests[2];

    Ends()
    {
        if (::pipe2(transcript, O_CLOEXEC) || ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, requests))
            throw std::runtime_error("pipe2");
    }
    ~Ends()
    {
        ::close(transcript[0]);
        ::close(requests[0]);
    }
    Ends(const Ends&) = delete;
    Ends& operator=(const Ends&) = delete;
};

[[noreturn]] void play(const Ends& ends, int steward, const Program& program)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(ends.transcript[0]);
    ::close(ends.requests[0]);
    const rlimit no_core{};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::_exit(kPlayed + Player(ends.transcript[1], steward, ends.requests[1]).play(program));
}

void obey(int requests, Stage& stage)
{
    char command[64] = "";
    if (::read(requests, command, sizeof command - 1) <= 0)
        return;
    const char answer = stage.obey(command) ? 'k' : 'n';
    [[maybe_unused]] const auto size = ::write(requests, &answer, 1);
}

// Passes the transcript on until it ends, and does what the player requests. Returns what is wrong if it does not end.
const char* forward(const Ends& ends, Stage& stage)
{
    char buffer[65536];
    for (int silent = 0; silent < kHangMs; silent += kGlanceMs) {
        pollfd both[] = {{ends.transcript[0], POLLIN, 0}, {ends.requests[0], POLLIN, 0}};
        if (::poll(both, 2, kGlanceMs) <= 0) {
            if (!stage.usable())
                return "the daemon has died";
            continue;
        }
        silent = 0;
        if (both[0].revents) {
            const ssize_t size = ::read(ends.transcript[0], buffer, sizeof buffer);
            if (size <= 0)
                return nullptr;
            std::cout.write(buffer, size);
        }
        if (both[1].revents & POLLIN)
            obey(ends.requests[0], stage);
    }
    return "hang";
}

// Connection files of the process in /dev/shm: "qb-DAEMON-CLIENT-...".
std::vector<std::string> files_of(pid_t process)
{
    const auto client = std::to_string(process);
    std::vector<std::string> names;
    for (const auto& name : test::shared_memory_entries()) {
        const auto at = name.find('-', 3) + 1;
        if (name.starts_with("qb-") && at && name.compare(at, client.size() + 1, client + "-") == 0)
            names.push_back(name);
    }
    return names;
}

void run(const Program& program, Stage& stage)
{
    Ends ends;
    const pid_t pid = stage.beside([] { return ::fork(); });
    if (pid == 0)
        play(ends, stage.line(), program);
    ::close(ends.transcript[1]);
    ::close(ends.requests[1]);
    if (const char* const wrong = forward(ends, stage)) {
        ::kill(pid, SIGKILL);
        std::cout << ' ' << wrong << '\n';
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
        std::cout << " crash SIG" << sigabbrev_np(WTERMSIG(status)) << '\n';
    else if (WIFEXITED(status) && WEXITSTATUS(status) < kPlayed)
        std::cout << " ended " << WEXITSTATUS(status) << '\n';
    // The daemon, if it lives, removes its files as soon as it can.
    const auto living = "qb-" + std::to_string(stage.daemon_pid()) + "-";
    std::vector<std::string> left;
    test::eventually([&] {
        left = files_of(pid);
        return !stage.usable() || std::none_of(left.begin(), left.end(),
                                               [&](const std::string& name) { return name.starts_with(living); });
    });
    const int kept = WIFEXITED(status) ? WEXITSTATUS(status) - kPlayed : 0;
    std::cout << "end files: " << std::max<long>(0, std::ssize(left) - std::max(kept, 0)) << '\n';
    for (const auto& name : left)
        test::remove_shared_memory_entry(name);
}

void serve()
{
    Stage stage;
    std::string text;
    for (std::string line; std::getline(std::cin, line);) {
        if (line != "run") {
            text += line + "\n";
            continue;
        }
        stage.prepare();
        run(from_text(text), stage);
        stage.tidy();
        text.clear();
        std::cout << "." << std::endl;
    }
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2 || !loaded_from(argv[1])) {
        std::cerr << "usage: differential_side FOLDER, with the libraries from there\n";
        return 2;
    }
    ::signal(SIGPIPE, SIG_IGN); // the steward may have exited
    // free() returns large blocks to the kernel at once, so that memory that was used before does not help under a
    // limit.
    ::mallopt(M_MMAP_THRESHOLD, 128 << 10);
    try {
        serve();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
