// SPDX-License-Identifier: BSD-3-Clause
// What the tests on a fake cmap service share.
#pragma once

#include "cmap_messages.hpp"
#include "integration/cmap_fixture.hpp"
#include "support/fake_daemon.hpp"

#include <string>
#include <vector>

namespace test {

class FakeCmapTest : public ::testing::Test {
protected:
    FakeCmapTest();
    ~FakeCmapTest() override;

    // `count` events with the numbers from `first` on.
    Steps numbered(std::uint32_t first, std::uint32_t count) const;
    Bytes numbered(std::uint32_t number) const { return Notification(cookie, number).bytes(); }

    cs_error_t dispatch(cs_dispatch_flags_t flag) const { return cmap_dispatch(cmap, flag); }
    // The connection works: a request gets its own reply.
    void expect_usable() const;
    // The connection has failed for good.
    void expect_dead() const;

    FakeDaemon daemon{{.service = "cmap", .answer = CmapAnswers{}}};
    Cmap cmap;
    Tracker& tracker = cmap.track("some.key", kEverything);
    const Cookie cookie = cookie_in(daemon.last_request());
    const int fd = cmap.fd();
};

} // namespace test
