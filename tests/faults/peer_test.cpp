// Whom the library talks to at all (PEER): root, the caller's own user, and those that the administrator lists. An
// abstract socket name belongs to whoever takes it first.
#include "raw_cmap.hpp"

#include <cerrno>

#include <sys/inotify.h>
#include <unistd.h>

namespace {

using namespace test;

constexpr uid_t kStranger = 65534;
constexpr uid_t kCaller = 65533;

// Has anybody opened or changed anything in a directory since?
class Watch {
public:
    explicit Watch(const std::string& directory)
    {
        if (::inotify_add_watch(fd_, directory.c_str(), IN_ALL_EVENTS) == -1)
            throw std::runtime_error("cannot watch " + directory);
    }
    ~Watch() { ::close(fd_); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    bool saw_anything() const
    {
        alignas(inotify_event) char event[4096];
        return ::read(fd_, event, sizeof event) > 0;
    }

private:
    const int fd_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
};

class Peer : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override
    {
        if (in_child([] { return ::setresuid(kStranger, kStranger, kStranger) == 0 ? 0 : 1; }) != 0)
            GTEST_SKIP() << "there are no other users here";
    }
    bool rings_only() const { return transport_name == "ring"; }

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

TEST_P(Peer, that_is_a_stranger_is_refused_whatever_it_replies)
{
    const auto busy = [](HandshakeReply& offer) { offer = HandshakeReply::refusal(-EAGAIN); };
    const auto unlike = [](HandshakeReply& offer) { offer.transport = 0; };
    for (const RawDaemon::Lie& lie : {RawDaemon::Lie(busy), RawDaemon::Lie(unlike)}) {
        RawDaemon daemon({RawDaemon::with(lie)}, {.uid = kStranger});
        EXPECT_EQ(CS_ERR_ACCESS, Attempt().error());
        EXPECT_TRUE(daemon.visited(1));
    }
}

TEST_P(Peer, that_is_a_stranger_is_not_waited_for_once_it_has_said_anything)
{
    RawDaemon daemon({[](const Visitor& visitor) {
                         visitor.read_request();
                         visitor.send(&visitor.offer, 1);
                         visitor.await_cue();
                     }},
                     {.uid = kStranger});
    EXPECT_EQ(CS_ERR_ACCESS, Attempt().error());
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

// The socket is root's, and somebody else has got hold of it: the credentials of the reply count.
TEST_P(Peer, is_whoever_replies)
{
    if (transport_name == "libqb")
        GTEST_SKIP() << "libqb's client does not say who replied";
    RawDaemon daemon({[](const Visitor& visitor) {
        Visitor::become(kStranger);
        RawDaemon::honest(visitor);
    }});
    const Watch watch(daemon.rings().directory());
    EXPECT_EQ(CS_ERR_ACCESS, Attempt().error());
    EXPECT_FALSE(watch.saw_anything());
    EXPECT_TRUE(daemon.visited(1));
}

constexpr auto kTransport = [](const ::testing::TestParamInfo<const char*>& info) { return std::string(info.param); };
INSTANTIATE_TEST_SUITE_P(By, Peer, ::testing::Values("auto", "ring", "libqb"), kTransport);

} // namespace
