// SPDX-License-Identifier: BSD-3-Clause
// The library accepts daemons of these users only (PEER): root, the caller's own user, and those that the administrator
// lists. Any user can bind an abstract socket name first.
#include "raw_cmap.hpp"
#include "watch.hpp"

#include "support/sanitizers.hpp"

#include <cerrno>
#include <filesystem>

#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace test;

constexpr uid_t kOtherUser = 65534;
constexpr uid_t kCaller = 65533;

class Peer : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override
    {
        if (!can_change_user())
            GTEST_SKIP() << "there are no other users here";
    }

    const std::string transport_name = GetParam();
    const Variable transport{"COROSYNC_CLIENT_TRANSPORT", transport_name};
    const Variable nobody_else{"COROSYNC_CLIENT_PEER_UIDS", std::nullopt};
};

TEST_P(Peer, of_a_user_that_is_not_listed_is_refused_before_any_file_is_opened)
{
    RawDaemon daemon({RawDaemon::honest}, {.uid = kOtherUser});
    const Watch watch(daemon.rings().directory());
    EXPECT_EQ(CS_ERR_ACCESS, Attempt().error());
    EXPECT_FALSE(watch.saw_anything());
    EXPECT_TRUE(daemon.visited(1));
    EXPECT_TRUE(eventually([&] { return daemon.end().hung_up(); }));
}

// The child process is killed if it waits too long.
TEST_P(Peer, of_a_user_that_is_not_listed_is_refused_before_it_replies)
{
    const RawDaemon daemon({[](const Visitor& visitor) { visitor.await_cue(); }}, {.uid = kOtherUser});
    EXPECT_EQ(CS_ERR_ACCESS, in_child([] { return static_cast<int>(Attempt().error()); }));
}

TEST_P(Peer, of_a_listed_user_is_accepted)
{
    const Variable listed("COROSYNC_CLIENT_PEER_UIDS", "1,65534");
    RawDaemon daemon({RawDaemon::honest}, {.uid = kOtherUser});
    const Attempt attempt;
    ASSERT_EQ(CS_OK, attempt.error());
    EXPECT_TRUE(daemon.visited(1));
    EXPECT_EQ(CS_OK, served(daemon.end(), [&] { return cmap_set_uint8(attempt.handle(), "some.key", 1); }));
}

TEST_P(Peer, of_the_callers_own_user_is_accepted)
{
    RawDaemon daemon({RawDaemon::honest}, {.uid = kCaller});
    daemon.rings().give_to(kCaller);
    EXPECT_EQ(CS_OK, in_child([] {
                  if (::setresuid(kCaller, kCaller, kCaller) != 0)
                      return -1;
                  return static_cast<int>(Attempt().error());
              }));
}

TEST_P(Peer, of_another_user_is_refused_by_a_caller_who_is_not_root)
{
    RawDaemon daemon({RawDaemon::honest}, {.uid = kOtherUser});
    EXPECT_EQ(CS_ERR_ACCESS, in_child([] {
                  if (::setresuid(kCaller, kCaller, kCaller) != 0)
                      return -1;
                  return static_cast<int>(Attempt().error());
              }));
}

// In a set-user-ID program the list comes from the user who started it, and must not be trusted.
TEST(PeerOfRaisedProgram, of_a_listed_user_is_refused)
{
    if (kSanitized || !can_change_user() || ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 0)
        GTEST_SKIP() << "there are no set-user-ID programs here, or they do not work with a sanitizer";
    const auto program = std::filesystem::path(scratch_directory()) / "raised_client";
    std::filesystem::copy_file(RAISED_CLIENT, program);
    EXPECT_EQ(0, ::chmod(program.c_str(), 04755));
    const auto connect_as = [&](uid_t user) {
        return in_child([&] {
            if (::setresuid(user, user, user) == 0)
                ::execl(program.c_str(), program.c_str(), nullptr);
            return -1;
        });
    };

    const Variable listed("COROSYNC_CLIENT_PEER_UIDS", std::to_string(kOtherUser));
    const RawDaemon daemon({RawDaemon::honest}, {.uid = kOtherUser});
    EXPECT_EQ(CS_OK, connect_as(0)); // the program's own user, so it gains no privileges
    EXPECT_EQ(CS_ERR_ACCESS, connect_as(kCaller));
    std::filesystem::remove(program);
}

// Root made the socket, but another user's process replies on it. The library checks the credentials of the reply, too.
// libqb's client does not provide them.
class Replier : public Peer {
protected:
    void expect_refused(const RawDaemon::Script& script)
    {
        RawDaemon daemon({[&](const Visitor& visitor) {
            Visitor::become(kOtherUser);
            script(visitor);
        }});
        const Watch watch(daemon.rings().directory());
        EXPECT_EQ(CS_ERR_ACCESS, Attempt().error());
        EXPECT_FALSE(watch.saw_anything());
        EXPECT_TRUE(daemon.visited(1));
    }
};

TEST_P(Replier, of_a_user_that_is_not_listed_is_refused_whatever_it_replies)
{
    expect_refused(RawDaemon::honest);
    expect_refused(RawDaemon::with([](HandshakeReply& offer) { offer = HandshakeReply::refusal(-EAGAIN); }));
    expect_refused(RawDaemon::with([](HandshakeReply& offer) { offer.transport = 0; }));
}

TEST_P(Replier, of_a_user_that_is_not_listed_is_refused_after_one_byte)
{
    expect_refused([](const Visitor& visitor) {
        visitor.read_request();
        visitor.send(&visitor.offer, 1);
        visitor.await_cue();
    });
}

constexpr auto kPeerTransport = [](const ::testing::TestParamInfo<const char*>& info) {
    return std::string(info.param);
};
INSTANTIATE_TEST_SUITE_P(By, Peer, ::testing::Values("auto", "ring", "libqb"), kPeerTransport);
INSTANTIATE_TEST_SUITE_P(By, Replier, ::testing::Values("auto", "ring"), kPeerTransport);

} // namespace
