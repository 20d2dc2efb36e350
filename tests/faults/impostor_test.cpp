// SPDX-License-Identifier: BSD-3-Clause
// A complete daemon that runs as a wrong user. The same for every service. Unlike peer_test.cpp, this uses libqb's
// server, on both transports.
#include "service.hpp"
#include "watch.hpp"

#include "support/environment.hpp"
#include "support/process.hpp"

#include <optional>
#include <tuple>

namespace {

using namespace test;

constexpr uid_t kOtherUser = 65534;

class Impostor : public ::testing::TestWithParam<std::tuple<const char*, Daemon::Ipc>> {
protected:
    void SetUp() override
    {
        if (!can_change_user())
            GTEST_SKIP() << "there are no other users here";
        daemon.emplace(FakeDaemon::Options{
            .service = kFaked.name, .answer = kFaked.answer, .ipc = std::get<1>(GetParam()), .uid = kOtherUser});
    }

    const Variable transport{"COROSYNC_CLIENT_TRANSPORT", std::get<0>(GetParam())};
    const Variable others{"COROSYNC_CLIENT_PEER_UIDS", "0,1,2"};
    std::optional<FakeDaemon> daemon;
};

TEST_P(Impostor, is_refused_if_its_user_is_not_listed)
{
    const auto before = open_descriptors();
    for (int times = 0; times < 3; ++times) {
        std::uint64_t handle = kUntouched;
        EXPECT_EQ(CS_ERR_ACCESS, service().initialize(&handle));
        EXPECT_EQ(kUntouched, handle);
    }
    EXPECT_EQ(before, open_descriptors());
    EXPECT_EQ(0U, daemon->requests());
    EXPECT_TRUE(eventually([&] { return daemon->clients() == 0; }));
}

TEST_P(Impostor, is_refused_before_any_file_is_opened)
{
    const OwnWatch watch;
    if (!watch)
        GTEST_SKIP() << "this process may not use fanotify";
    std::uint64_t handle = kUntouched;
    EXPECT_EQ(CS_ERR_ACCESS, service().initialize(&handle));
    EXPECT_FALSE(watch.saw_anything());
}

constexpr auto kName = [](const auto& info) {
    return std::get<0>(info.param) + std::string(std::get<1>(info.param) == Daemon::Ipc::shm ? "_rings" : "_sockets");
};
INSTANTIATE_TEST_SUITE_P(By, Impostor,
                         ::testing::Combine(::testing::Values("auto", "ring", "libqb"),
                                            ::testing::Values(Daemon::Ipc::shm, Daemon::Ipc::socket)),
                         kName);

} // namespace
