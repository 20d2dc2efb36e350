// A daemon in all but the user that it runs as. The same for every service and, unlike peer_test.cpp, with libqb's own
// server on either transport.
#include "service.hpp"

#include "support/environment.hpp"
#include "support/process.hpp"

namespace {

using namespace test;

constexpr uid_t kStranger = 65534;

TEST(Impostor, is_refused_by_whoever_it_did_not_start_as)
{
    if (!can_change_user())
        GTEST_SKIP() << "there are no other users here";
    const Variable nobody_else("COROSYNC_CLIENT_PEER_UIDS", std::nullopt);
    FakeDaemon daemon({.service = kService.name, .answer = kService.answer, .uid = kStranger});
    const auto before = open_descriptors();
    for (int times = 0; times < 3; ++times) {
        std::uint64_t handle = kUntouched;
        EXPECT_EQ(CS_ERR_ACCESS, kService.initialize(&handle));
        EXPECT_EQ(kUntouched, handle);
    }
    EXPECT_EQ(before, open_descriptors());
    EXPECT_TRUE(eventually([&] { return daemon.clients() == 0; }));
}

// Before it could answer anything: its answer would come too late.
TEST(Impostor, that_is_asked_nothing_hears_nothing)
{
    if (!can_change_user())
        GTEST_SKIP() << "there are no other users here";
    const Variable nobody_else("COROSYNC_CLIENT_PEER_UIDS", "0,1,2");
    FakeDaemon daemon({.service = kService.name, .answer = kService.answer, .uid = kStranger});
    std::uint64_t handle = kUntouched;
    EXPECT_EQ(CS_ERR_ACCESS, kService.initialize(&handle));
    EXPECT_EQ(0U, daemon.requests());
}

} // namespace
