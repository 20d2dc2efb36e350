// SPDX-License-Identifier: BSD-3-Clause
#include "process.hpp"

#include "eventually.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

namespace test {

namespace fs = std::filesystem;

void check(bool good, const char* function)
{
    if (!good)
        throw std::system_error(errno, std::generic_category(), function);
}

std::map<int, std::string> open_descriptors()
{
    const auto close = [](DIR* directory) { ::closedir(directory); };
    const std::unique_ptr<DIR, decltype(close)> directory(::opendir("/proc/self/fd"), close);
    if (!directory)
        throw std::system_error(errno, std::generic_category(), "/proc/self/fd");
    std::map<int, std::string> result;
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string name = entry->d_name;
        if (name.starts_with('.') || std::stoi(name) == ::dirfd(directory.get()))
            continue;
        std::error_code error;
        result.emplace(std::stoi(name), fs::read_symlink("/proc/self/fd/" + name, error).string());
    }
    return result;
}

std::set<std::string> shared_memory_entries()
{
    std::set<std::string> result;
    for (const auto& entry : fs::directory_iterator("/dev/shm"))
        result.insert(entry.path().filename().string());
    return result;
}

std::set<std::string> connection_entries(pid_t daemon)
{
    auto result = shared_memory_entries();
    const auto prefix = "qb-" + std::to_string(daemon) + "-";
    std::erase_if(result, [&](const std::string& name) { return !name.starts_with(prefix); });
    return result;
}

void remove_shared_memory_entry(const std::string& name)
{
    std::error_code error;
    do
        fs::remove_all("/dev/shm/" + name, error);
    while (error == std::errc::no_such_file_or_directory); // another process was faster: what is left?
    if (error)
        throw fs::filesystem_error("cannot remove", "/dev/shm/" + name, error);
}

bool maps_rings(pid_t process)
{
    constexpr std::string_view kPrefix = "/dev/shm/qb-"; // a pid follows, or a word for the daemon's blackbox
    std::ifstream maps("/proc/" + std::to_string(process) + "/maps");
    for (std::string line; std::getline(maps, line);)
        if (const auto at = line.find(kPrefix); at != std::string::npos && line[at + kPrefix.size()] <= '9')
            return true;
    return false;
}

int thread_count()
{
    const fs::directory_iterator tasks("/proc/self/task");
    return static_cast<int>(std::distance(begin(tasks), end(tasks)));
}

Child::Child(const std::function<int()>& body) : pid_(::fork())
{
    check(pid_ != -1, "fork");
    if (pid_ == 0)
        ::_exit(body());
}

int Child::status()
{
    if (!reaped_)
        status_ = status_of_child(pid_);
    reaped_ = true;
    return status_;
}

int status_of_child(pid_t pid)
{
    if (pid <= 0) // waitpid() would wait for any child, and kill() would signal many processes
        return -1;
    int status = 0;
    if (!eventually([&] { return ::waitpid(pid, &status, WNOHANG) == pid; })) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, &status, 0);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void signal_child(pid_t pid, int signal)
{
    if (pid > 0)
        ::kill(pid, signal);
}

bool waits_in_state(pid_t pid, int events)
{
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid), &info, events | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

std::string scratch_directory()
{
    const char* work = std::getenv("WORK");
    if (!work)
        throw std::runtime_error("WORK is not set: run this under tests/support/sandbox.sh");
    return work;
}

} // namespace test
