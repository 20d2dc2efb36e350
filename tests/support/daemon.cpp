// SPDX-License-Identifier: BSD-3-Clause
#include "daemon.hpp"

#include "eventually.hpp"
#include "process.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include <fcntl.h>
#include <qb/qbipcc.h>
#include <sys/wait.h>
#include <unistd.h>

namespace test {

namespace {

std::string node_text(int id, const std::string& address)
{
    const auto number = std::to_string(id);
    return "  node {\n"
           "    ring0_addr: " +
           address +
           "\n"
           "    name: n" +
           number +
           "\n"
           "    nodeid: " +
           number +
           "\n"
           "  }\n";
}

std::string configuration_text(const Daemon::Options& options)
{
    std::string nodes;
    for (int id = 1; const auto& address : options.addresses)
        nodes += node_text(id++, address);
    const std::string system = options.ipc == Daemon::Ipc::socket ? "system {\n  qb_ipc_type: socket\n}\n" : "";
    return "totem {\n"
           "  version: 2\n"
           "  cluster_name: fixture\n"
           "  transport: knet\n"
           "  crypto_cipher: none\n"
           "  crypto_hash: none\n" +
           options.totem +
           "}\n"
           "nodelist {\n" +
           nodes +
           "}\n"
           "quorum {\n" +
           (options.votequorum ? "  provider: corosync_votequorum\n" : "") + options.quorum +
           "}\n"
           "logging {\n"
           "  to_stderr: yes\n"
           "  to_syslog: no\n"
           "}\n" +
           system + options.sections;
}

// Uses libqb's client, so that the fixture does not depend on the libraries under test.
bool serves(const char* service)
{
    qb_ipcc_connection_t* connection = qb_ipcc_connect(service, 12328);
    if (connection)
        qb_ipcc_disconnect(connection);
    return connection != nullptr;
}

void remove_blackbox(pid_t pid)
{
    const auto prefix = "qb-corosync-" + std::to_string(pid) + "-";
    for (const auto& name : shared_memory_entries())
        if (name.starts_with(prefix))
            ::unlink(("/dev/shm/" + name).c_str());
}

} // namespace

Daemon::Ipc Daemon::ipc_from_environment()
{
    const char* wanted = std::getenv("TEST_DAEMON_IPC");
    return wanted && std::string_view(wanted) == "socket" ? Ipc::socket : Ipc::shm;
}

Daemon::Daemon() : Daemon(Options{}) {}

Daemon::Daemon(const Options& options)
    : configuration_(scratch_directory() + "/" + options.name + ".conf"),
      log_(scratch_directory() + "/" + options.name + ".log"), network_(options.network)
{
    std::ofstream(configuration_) << configuration_text(options);
    std::ofstream{log_}; // makes the file empty
    start();
    if (options.wait)
        await_service();
}

Daemon::~Daemon()
{
    if (!pid_ || creator_ != ::getpid()) // a child of the test must not end the daemon
        return;
    // The daemon removes the files of connections that were closed just now. If it were killed before, it would leave
    // them.
    eventually(1s, [this] { return connection_entries(pid_).empty(); });
    kill();
}

void Daemon::start()
{
    pid_ = ::fork();
    if (pid_ == -1)
        throw std::runtime_error("cannot fork");
    if (pid_ == 0) {
        const int log = ::open(log_.c_str(), O_WRONLY | O_APPEND);
        ::dup2(log, STDOUT_FILENO);
        ::dup2(log, STDERR_FILENO);
        if (network_ && !network_->move_in())
            ::_exit(126);
        ::execlp("corosync", "corosync", "-f", "-c", configuration_.c_str(), nullptr);
        ::_exit(127);
    }
}

void Daemon::await_service()
{
    const Visit visit(network_);
    bool died = false;
    const bool ready =
        eventually(6 * kPatience, [&] { return (died = waits_in_state(pid_, WEXITED)) || serves("cmap"); });
    if (!ready || died)
        throw std::runtime_error("the daemon does not serve:\n" + log_tail());
    // The daemon removes the files of the connections that checked it. If it were killed or stopped before, it would
    // leave them.
    eventually(1s, [this] { return connection_entries(pid_).empty(); });
}

void Daemon::kill()
{
    signal_child(pid_, SIGKILL);
    reap();
}

void Daemon::kill_without_reaping()
{
    signal_child(pid_, SIGKILL);
    if (!eventually([this] { return waits_in_state(pid_, WEXITED); }))
        throw std::runtime_error("the daemon survives SIGKILL");
}

int Daemon::terminate()
{
    signal_child(pid_, SIGTERM);
    return reap();
}

void Daemon::stop()
{
    signal_child(pid_, SIGSTOP);
    if (!eventually([this] { return waits_in_state(pid_, WSTOPPED); }))
        throw std::runtime_error("the daemon does not stop");
}

void Daemon::resume()
{
    signal_child(pid_, SIGCONT);
}

void Daemon::restart()
{
    if (pid_)
        kill();
    start();
    await_service();
}

int Daemon::reap()
{
    int status = 0;
    if (!eventually([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }))
        throw std::runtime_error("the daemon does not end:\n" + log_tail());
    remove_blackbox(pid_);
    pid_ = 0;
    if (!network_)
        ::unlink("/run/corosync.pid");
    return status;
}

std::string Daemon::log() const
{
    std::ifstream file(log_);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string Daemon::log_tail() const
{
    const auto text = log();
    constexpr std::size_t kEnough = 2000;
    return text.size() > kEnough ? text.substr(text.size() - kEnough) : text;
}

} // namespace test
