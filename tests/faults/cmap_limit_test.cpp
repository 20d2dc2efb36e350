// SPDX-License-Identifier: BSD-3-Clause
// COROSYNC_CLIENT_CONNECT_MS limits cmap_initialize_map() as a whole: here the handshake ends in time, but the daemon
// does not reply to the request that follows.
#include "fake_cmap.hpp"

#include "support/environment.hpp"
#include "support/process.hpp"

namespace {

using namespace test;

class CmapLimit : public ::testing::Test {
protected:
    ~CmapLimit() override { remove_what_libqb_leaves(); }

    FakeDaemon daemon{{.service = "cmap", .answer = CmapAnswers{}}};
};

TEST_F(CmapLimit, ends_initialize_map_when_its_request_gets_no_reply)
{
    for (const char* value : {"1", "100", "1200"}) {
        const auto before = open_descriptors();
        const auto asked = daemon.requests();
        daemon.on_next_request(kSilence);
        cmap_handle_t handle = kUntouched;
        const Variable limit("COROSYNC_CLIENT_CONNECT_MS", value);
        Background initializing([&] { return cmap_initialize_map(&handle, CMAP_MAP_STATS); });
        const bool ended = initializing.ended_within(kPatience);
        EXPECT_TRUE(ended) << value;
        if (!ended)
            daemon.now({hang_up()});
        EXPECT_EQ(CS_ERR_TRY_AGAIN, initializing.result()) << value;
        EXPECT_EQ(kUntouched, handle) << value;
        EXPECT_EQ(before, open_descriptors()) << value;
        EXPECT_FALSE(maps_rings(::getpid())) << value;
        EXPECT_TRUE(eventually([&] { return daemon.clients() == 0; })) << value;
        if (daemon.requests() == asked) // the limit had passed before the request was sent
            daemon.on_next_request({});
    }
}

TEST_F(CmapLimit, does_not_apply_to_later_requests)
{
    const Variable limit("COROSYNC_CLIENT_CONNECT_MS", "1000");
    cmap_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cmap_initialize_map(&handle, CMAP_MAP_STATS));
    daemon.on_next_request(kSilence);
    Background asking([=] { return cmap_get(handle, "some.key", nullptr, nullptr, nullptr); });
    EXPECT_FALSE(asking.ended_within(1200ms));
    daemon.now({hang_up()});
    EXPECT_EQ(CS_ERR_LIBRARY, asking.result());
    EXPECT_EQ(CS_OK, cmap_finalize(handle));
}

} // namespace
