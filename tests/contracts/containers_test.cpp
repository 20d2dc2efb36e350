// SPDX-License-Identifier: BSD-3-Clause
// Containers that share a network namespace, and so abstract socket names. A file makes daemon and clients use sockets
// in the file system. This is a separate program, because libqb checks for that file once per process.
#include "contract.hpp"
#include "support/environment.hpp"
#include "support/process.hpp"

#include <filesystem>
#include <fstream>

#include <sys/mount.h>

namespace {

using namespace test;

constexpr const char* kForceFile = "/etc/libqb/force-filesystem-sockets";

// A mount in our own mount namespace. The destructor unmounts it.
class Mount {
public:
    Mount(const char* type, const char* target, const std::string& options = "")
        : target_(target), mounted_(::mount(type, target, type, 0, options.c_str()) == 0)
    {}
    ~Mount()
    {
        if (mounted_)
            ::umount2(target_, MNT_DETACH);
    }
    Mount(const Mount&) = delete;
    Mount& operator=(const Mount&) = delete;

    explicit operator bool() const { return mounted_; }

private:
    const char* target_;
    bool mounted_;
};

// The options of an overlay over /etc.
std::string private_etc()
{
    const auto upper = scratch_directory() + "/upper";
    const auto work = scratch_directory() + "/work";
    std::filesystem::create_directory(upper);
    std::filesystem::create_directory(work);
    return "lowerdir=/etc,upperdir=" + upper + ",workdir=" + work;
}

// The address of a service's socket. It begins with "@" if it is no file.
std::string address_of(const std::string& service)
{
    std::ifstream sockets("/proc/net/unix");
    for (std::string line; std::getline(sockets, line);)
        if (line.ends_with("/" + service) || line.ends_with("@" + service))
            return line.substr(line.find_first_of("/@"));
    return "";
}

TEST(ContractC24, sockets_are_in_the_file_system)
{
    const Mount etc("overlay", "/etc", private_etc());
    const Mount tmp("tmpfs", "/tmp"); // some builds of libqb have their sockets there
    if (!etc || !tmp)
        GTEST_SKIP() << "no overlays here";
    std::filesystem::create_directories("/etc/libqb");
    ASSERT_TRUE(std::ofstream(kForceFile).good());
    Daemon daemon{{.ipc = Daemon::Ipc::shm}};
    await_settled();
    for (const auto& service : services) {
        EXPECT_TRUE(std::filesystem::is_socket(address_of(service.name))) << service.name;
        const Handle handle(service);
        EXPECT_EQ(CS_OK, handle.ask()) << service.name;
        EXPECT_EQ(CS_OK, handle.provoke()) << service.name;
        ASSERT_TRUE(readable(handle.fd(), kPatience)) << service.name;
        EXPECT_EQ(CS_OK, handle.dispatch(CS_DISPATCH_ONE)) << service.name;

        const Variable no_fall_back("COROSYNC_CLIENT_TRANSPORT", "ring");
        std::uint64_t none = kNoHandle;
        EXPECT_EQ(CS_ERR_NOT_SUPPORTED, service.initialize(&none)) << service.name;
    }
    // When the daemon is killed, its connections leave nothing behind.
    const pid_t pid = daemon.pid();
    {
        const auto handles = one_of_each();
        daemon.kill();
    }
    EXPECT_TRUE(connection_entries(pid).empty()) << *connection_entries(pid).begin();
}

} // namespace
