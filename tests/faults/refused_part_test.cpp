// SPDX-License-Identifier: BSD-3-Clause
// A part of a long message that the cluster cannot take yet is sent again for a second, with pauses. In a pause other
// threads can make requests.
#include "support/bytes.hpp"
#include "support/environment.hpp"
#include "support/raw_daemon.hpp"
#include "support/thread.hpp"

#include "cpg/wire.hpp"

#include <corosync/cpg.h>
#include <gtest/gtest.h>

namespace {

using namespace test;

TEST(RefusedPart, lets_dispatch_wake_the_daemon)
{
    const Variable transport("COROSYNC_CLIENT_TRANSPORT", "ring");
    RawDaemon daemon({RawDaemon::honest}, {.service = "cpg"});
    cpg_callbacks_t callbacks{};
    cpg_handle_t handle = 0;
    ASSERT_EQ(CS_OK, cpg_initialize(&handle, &callbacks));
    auto& end = daemon.end();

    // Events without a callback fill the ring.
    const Bytes event = message(99, Bytes(100'000, 'x'));
    while (end.has_room_for_event(event.size()))
        end.event(event);
    end.flow_control(2); // multicasts are refused, other requests are not
    Bytes text(3'000'000, 'x');
    const iovec whole{text.data(), text.size()};
    Background sending([&] { return cpg_mcast_joined(handle, CPG_TYPE_AGREED, &whole, 1); });
    EXPECT_TRUE(sending.thread().falls_asleep());
    while (end.event_space_used() > static_cast<std::ptrdiff_t>(HandshakeReply::kMessageSize / 2))
        ASSERT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ONE));
    ASSERT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ONE)); // which looks at the ring
    const auto request = end.request();
    ASSERT_TRUE(request);
    EXPECT_EQ(corosync::cpg::kLocalGet, value_at<std::int32_t>(*request, 0));

    EXPECT_EQ(CS_ERR_TRY_AGAIN, sending.result());
    end.hang_up();
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_finalize(handle)); // its request found no daemon
}

} // namespace
