// SPDX-License-Identifier: BSD-3-Clause
#include "conformance.hpp"

#include "support/eventually.hpp"
#include "support/process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <list>
#include <set>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <fnmatch.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace conformance {

namespace {

using namespace std::chrono_literals;

// A case that takes longer hangs, even on a busy machine. Where the lists say so, it need not be waited for that long.
constexpr test::Duration kHang = 60s;
constexpr test::Duration kListedHang = 5s;

constexpr int kFailed = 125; // an exit status that no case has

void write_all(int fd, std::string_view text)
{
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written == -1 && errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "the transcript");
        text.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
}

std::vector<const Group*>& groups()
{
    static std::vector<const Group*> all;
    return all;
}

// Connection files of this process in /dev/shm: "qb-DAEMON-CLIENT-...".
std::set<std::string> own_shared_memory()
{
    auto names = test::shared_memory_entries();
    const auto client = "-" + std::to_string(::getpid()) + "-";
    std::erase_if(names, [&](const std::string& name) { return name.find(client) == std::string::npos; });
    return names;
}

// A case while it runs.
class Child {
public:
    explicit Child(const Transcript::Body& body);
    ~Child()
    {
        if (pid_ > 0)
            end_by_force();
        ::close(pipe_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    // The words of its line, which has this name, when the case has ended or hangs.
    std::string words(const std::string& name);

private:
    void listen();
    void end_by_force();

    pid_t pid_ = 0;
    int pipe_ = -1;
    std::string heard_;
    const test::Clock::time_point start_ = test::Clock::now();
};

// True if a case with this line is expected to hang. conformance.sh lists these lines.
bool is_listed_hang(const std::string& line)
{
    const char* listed = std::getenv("LISTED_HANGS");
    std::istringstream patterns(listed ? listed : "");
    for (std::string pattern; std::getline(patterns, pattern);)
        if (::fnmatch(pattern.c_str(), line.c_str(), 0) == 0)
            return true;
    return false;
}

[[noreturn]] void live(int pipe, const Transcript::Body& body)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const rlimit no_core{};
    ::setrlimit(RLIMIT_CORE, &no_core);
    try {
        Line line(pipe);
        body(line);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        ::_exit(kFailed);
    }
    ::_exit(0);
}

Child::Child(const Transcript::Body& body)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK))
        throw std::system_error(errno, std::generic_category(), "pipe2");
    pid_ = ::fork();
    if (pid_ == -1)
        throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ == 0) {
        ::close(ends[0]);
        live(ends[1], body);
    }
    ::close(ends[1]);
    pipe_ = ends[0];
}

void Child::listen()
{
    char buffer[4096];
    for (ssize_t size; (size = ::read(pipe_, buffer, sizeof buffer)) > 0;)
        heard_.append(buffer, static_cast<std::size_t>(size));
}

void Child::end_by_force()
{
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
}

std::string Child::words(const std::string& name)
{
    int status = 0;
    bool ended = false;
    test::eventually(start_ + kHang - test::Clock::now(), [&] {
        listen();
        ended = ::waitpid(pid_, &status, WNOHANG) == pid_;
        return ended || (test::Clock::now() > start_ + kListedHang && is_listed_hang(name + ":" + heard_ + " hang"));
    });
    if (!ended) {
        end_by_force();
        listen();
        return heard_ + " hang";
    }
    pid_ = 0;
    listen();
    if (WIFSIGNALED(status))
        return heard_ + " crash SIG" + sigabbrev_np(WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        throw std::runtime_error("a case that is done apart failed:" + heard_);
    return heard_;
}

} // namespace

Line& Line::operator<<(std::string_view word)
{
    write_all(fd_, " " + std::string(word));
    return *this;
}

std::string quoted(std::string_view bytes)
{
    constexpr std::size_t kEnough = 40;
    std::string word = "\"";
    for (const char byte : bytes.substr(0, kEnough)) {
        if (byte > ' ' && byte < 127 && byte != '"' && byte != '\\') {
            word += byte;
            continue;
        }
        char escaped[5];
        std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned char>(byte));
        word += escaped;
    }
    word += '"';
    return bytes.size() > kEnough ? word + "..." + std::to_string(bytes.size()) : word;
}

std::string readiness(int fd)
{
    const bool readable = test::readable(fd);
    const bool hung_up = test::hung_up(fd);
    if (!readable && !hung_up)
        return "quiet";
    return std::string(readable ? "readable" : "") + (readable && hung_up ? "+" : "") + (hung_up ? "hung-up" : "");
}

Since::Since() : descriptors_(test::open_descriptors().size()), shared_memory_(own_shared_memory()) {}

std::string Since::held_now() const
{
    const auto descriptors = static_cast<long>(test::open_descriptors().size()) - static_cast<long>(descriptors_);
    const auto now = own_shared_memory();
    const auto entries = std::count_if(now.begin(), now.end(),
                                       [this](const std::string& name) { return !shared_memory_.contains(name); });
    return "fds " + std::to_string(descriptors) + " shm " + std::to_string(entries);
}

std::string Since::held() const
{
    // Some of it goes away by itself, such as a connection's files after the daemon has seen it close.
    std::string words;
    test::eventually([&] { return (words = held_now()) == "fds 0 shm 0"; });
    return words;
}

Transcript::Note::~Note()
{
    write_all(STDOUT_FILENO, "\n");
}

Transcript::Note Transcript::operator()(const std::string& name) const
{
    write_all(STDOUT_FILENO, group_ + "." + name + ":");
    return Note(STDOUT_FILENO);
}

void Transcript::apart(const std::string& name, const Body& body) const
{
    all_apart({{name, body}});
}

void Transcript::all_apart(const std::vector<Case>& cases) const
{
    std::list<Child> children;
    for (const auto& one : cases)
        children.emplace_back(one.body);
    auto child = children.begin();
    for (const auto& one : cases) {
        const auto name = group_ + "." + one.name;
        write_all(STDOUT_FILENO, name + ":" + (child++)->words(name) + "\n");
    }
}

Group::Group(std::string name, OnDaemon body) : name_(std::move(name))
{
    body_ = [body, this](Transcript& at) {
        ::setenv("TEST_NAME", name_.c_str(), 1); // for tests/manual/witness.c: this daemon is real
        test::Daemon daemon;
        body(at, daemon);
    };
    groups().push_back(this);
}

Group::Group(std::string name, Alone body) : name_(std::move(name)), body_(body)
{
    groups().push_back(this);
}

void Group::run() const
{
    Transcript at(name_);
    body_(at);
}

const std::vector<const Group*>& Group::all()
{
    return groups();
}

} // namespace conformance
