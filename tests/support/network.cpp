// SPDX-License-Identifier: BSD-3-Clause
#include "network.hpp"

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace test {

namespace {

int open_namespace(const std::string& path)
{
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        throw std::system_error(errno, std::generic_category(), path);
    return fd;
}

} // namespace

NetworkNamespace::NetworkNamespace(std::string name) : name_(std::move(name))
{
    run("ip netns add " + name_);
    run("ip -n " + name_ + " link set lo up");
    fd_ = open_namespace("/run/netns/" + name_);
}

NetworkNamespace::~NetworkNamespace()
{
    ::close(fd_);
    [[maybe_unused]] const int status = std::system(("ip netns del " + name_).c_str());
}

bool NetworkNamespace::move_in() const
{
    return ::setns(fd_, CLONE_NEWNET) == 0 && ::unshare(CLONE_NEWNS) == 0 &&
           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("tmpfs", "/run", "tmpfs", 0, nullptr) == 0;
}

Visit::Visit(const NetworkNamespace* to)
{
    if (!to)
        return;
    home_ = open_namespace("/proc/thread-self/ns/net");
    if (::setns(to->fd_, CLONE_NEWNET) == 0)
        return;
    const int error = errno;
    ::close(home_);
    throw std::system_error(error, std::generic_category(), "setns");
}

Visit::~Visit()
{
    if (home_ == -1)
        return;
    if (::setns(home_, CLONE_NEWNET))
        std::abort(); // otherwise all later tests would use the wrong daemon
    ::close(home_);
}

void run(const std::string& command)
{
    if (std::system(command.c_str()))
        throw std::runtime_error("failed: " + command);
}

} // namespace test
