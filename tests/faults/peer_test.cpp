// Whom the library talks to at all (PEER): root, the caller's own user, and those that the administrator lists. An
// abstract socket name belongs to whoever takes it first.
#include "raw_cmap.hpp"
#include "watch.hpp"

#include <cerrno>

#include <unistd.h>

namespace {

using namespace test;

constexpr uid_t kStranger = 65534;
constexpr uid_t kCaller = 65533;

class Peer : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override
    {
        if (in_child([] { return ::setresuid(kStranger, kStranger, kStranger) == 0 ? 0 : 1; }) != 0)
            GTEST_SKIP() << "there are no other users here";
    }

    const std::string transport_name = GetParam();
    const Variable transport{"COROSYNC_CLIENT_TRANSPORT", transport_name};
    const Variable nobody_else{"COROSYNC_CLIENT_PEER_UIDS", std::nullopt};
};

TEST_P(Peer, that_is_a_stranger_is_refused_before_any_file_is_opened)
{
    RawDaemon daemon({RawDaemon::honest}, {.uid = kStranger});
    const Watch watch(daemon.rings().directory());
    EXPECT_EQ(CS_ERR_ACCESS, Attempt().error());
    EXPECT_FALSE(watch.saw_anything());
    EXPECT_TRUE(daemon.visited(1));
    EXPECT_TRUE(eventually([&] { return daemon.end().hung_up(); }));
}

TEST_P(Peer, that_is_listed_is_accepted)
{
    const Variable listed("COROSYNC_CLIENT_PEER_UIDS", "1,65534");
    RawDaemon daemon({RawDaemon::honest}, {.uid = kStranger});
    const Attempt attempt;
    ASSERT_EQ(CS_OK, attempt.error());
    EXPECT_TRUE(daemon.visited(1));
    EXPECT_EQ(CS_OK, served(daemon.end(), [&] { return cmap_set_uint8(attempt.handle(), "some.key", 1); }));
}

TEST_P(Peer, that_is_the_callers_own_user_is_accepted)
{
    RawDaemon daemon({RawDaemon::honest}, {.uid = kCaller});
    daemon.rings().give_to(kCaller);
    EXPECT_EQ(CS_OK, in_child([] {
                  if (::setresuid(kCaller, kCaller, kCaller) != 0)
                      return -1;
                  return static_cast<int>(Attempt().error());
              }));
}

TEST_P(Peer, that_is_another_user_is_refused_by_a_caller_who_is_not_root_too)
{
    RawDaemon daemon({RawDaemon::honest}, {.uid = kStranger});
    EXPECT_EQ(CS_ERR_ACCESS, in_child([] {
                  if (::setresuid(kCaller, kCaller, kCaller) != 0)
                      return -1;
                  return static_cast<int>(Attempt().error());
              }));
}

// The socket is root's, and somebody else has got hold of it: the credentials of the reply count, too. libqb's client
// does not say whose they are.
class Replier : public Peer {
protected:
    void expect_refused(const RawDaemon::Script& script)
    {
        RawDaemon daemon({[&](const Visitor& visitor) {
            Visitor::become(kStranger);
            script(visitor);
        }});
        const Watch watch(daemon.rings().directory());
        EXPECT_EQ(CS_ERR_ACCESS, Attempt().error());
        EXPECT_FALSE(watch.saw_anything());
        EXPECT_TRUE(daemon.visited(1));
    }
};

TEST_P(Replier, that_is_a_stranger_is_refused_whatever_it_replies)
{
    expect_refused(RawDaemon::honest);
    expect_refused(RawDaemon::with([](HandshakeReply& offer) { offer = HandshakeReply::refusal(-EAGAIN); }));
    expect_refused(RawDaemon::with([](HandshakeReply& offer) { offer.transport = 0; }));
}

TEST_P(Replier, that_is_a_stranger_is_not_waited_for_once_it_has_said_anything)
{
    expect_refused([](const Visitor& visitor) {
        visitor.read_request();
        visitor.send(&visitor.offer, 1);
        visitor.await_cue();
    });
}

constexpr auto kTransport = [](const ::testing::TestParamInfo<const char*>& info) { return std::string(info.param); };
INSTANTIATE_TEST_SUITE_P(By, Peer, ::testing::Values("auto", "ring", "libqb"), kTransport);
INSTANTIATE_TEST_SUITE_P(By, Replier, ::testing::Values("auto", "ring"), kTransport);

} // namespace
