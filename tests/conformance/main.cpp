// SPDX-License-Identifier: BSD-3-Clause
// conformance FOLDER SERVICE... [half], inside sandbox.sh: runs the groups of these services on the libraries in FOLDER
// and writes the transcript to the standard output. With "first-half" or "second-half" it runs every other group.
#include "conformance.hpp"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <set>
#include <string>

#include <link.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using conformance::Group;

constexpr unsigned kMostSeconds = 600; // for a group

// Which of Corosync's libraries were loaded from another folder, as text.
std::string strangers(const std::string& folder)
{
    struct Search {
        const std::string folder;
        std::string strangers{};
        int found = 0;
    } search{folder + "/"};
    ::dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* data) {
            auto& result = *static_cast<Search*>(data);
            const std::string path = info->dlpi_name;
            const auto name = path.substr(path.rfind('/') + 1);
            for (const char* library : {"libcmap.so.4", "libcpg.so.4", "libvotequorum.so.8", "libcorosync_common.so.4"})
                if (name == library)
                    path == result.folder + name ? ++result.found : (result.strangers += " " + path, 0);
            return 0;
        },
        &search);
    return search.found == 4 ? "" : search.strangers + " (" + std::to_string(search.found) + " of 4 are as meant)";
}

bool run(const Group& group)
{
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::setpgid(0, 0);
        ::alarm(kMostSeconds);
        try {
            group.run();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s: %s\n", group.name().c_str(), error.what());
            ::_exit(1);
        }
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    ::kill(-pid, SIGKILL); // its daemon, if the group could not end it
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
    if (WIFSIGNALED(status))
        std::fprintf(stderr, "%s: SIG%s\n", group.name().c_str(), sigabbrev_np(WTERMSIG(status)));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 3) {
        std::fprintf(stderr, "usage: %s FOLDER SERVICE... [first-half|second-half]\n", argv[0]);
        return 2;
    }
    if (const auto loaded = strangers(argv[1]); !loaded.empty()) {
        std::fprintf(stderr, "not the libraries in %s:%s\n", argv[1], loaded.c_str());
        return 2;
    }
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const std::set<std::string> wanted(argv + 2, argv + argc);
    bool good = true;
    bool first_half = false;
    for (const Group* group : Group::all()) {
        const std::string& name = group->name();
        if (!wanted.contains(name) && !wanted.contains(name.substr(0, name.find('.'))))
            continue;
        first_half = !first_half;
        if (!wanted.contains(first_half ? "second-half" : "first-half"))
            good = run(*group) && good;
    }
    return good ? 0 : 1;
}
