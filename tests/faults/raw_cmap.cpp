// SPDX-License-Identifier: BSD-3-Clause
#include "raw_cmap.hpp"

namespace test {

cs_error_t served(DaemonEnd& end, const std::function<cs_error_t()>& call)
{
    CmapAnswers answers;
    Background calling(call);
    while (!calling.ended_within({}))
        if (const auto request = end.request(1ms))
            end.reply(answers(*request));
    return *calling.result();
}

RingCmapTest::RingCmapTest()
{
    EXPECT_EQ(CS_OK, attempt.error());
    EXPECT_EQ(CS_OK, cmap_fd_get(handle, &fd));
    Background adding([this] { return tracker.add(handle, "some.key", kEverything); });
    const Bytes request = end.request().value();
    cookie_ = cookie_in(request);
    end.reply(CmapAnswers()(request));
    EXPECT_EQ(CS_OK, adding.result());
}

void RingCmapTest::expect_given_up()
{
    for (int times = 0; times < 2; ++times) {
        for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ALL, CS_DISPATCH_BLOCKING, CS_DISPATCH_ONE_NONBLOCKING})
            EXPECT_EQ(CS_ERR_LIBRARY, dispatch(flag)) << flag;
        EXPECT_EQ(CS_ERR_LIBRARY, get());
    }
    EXPECT_TRUE(eventually([this] { return end.hung_up(); }));
    EXPECT_TRUE(readable(fd));
}

} // namespace test
