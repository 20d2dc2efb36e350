// SPDX-License-Identifier: BSD-3-Clause
// After a finalize in the middle of a dispatch no callback begins, for any kind of event.
#include "service.hpp"

#include "support/answers.hpp"

namespace {

using namespace test;

using FinalizeBeforeACallback = FakedServiceTest;

// A dispatch forbids cancellation when it begins, and allows it just before it looks at the event and calls the
// callback.
TEST_F(FinalizeBeforeACallback, lets_none_begin)
{
    for (const auto& kind : client->kinds()) {
        for (const int others : {0, 1}) {
            client = kFaked.connect(daemon);
            daemon.now({event(kind.event)});
            ASSERT_TRUE(readable(client->fd(), kPatience));
            bool finalized = false;
            const Answer finalizes("pthread_setcancelstate", once([&] {
                                       finalized = true;
                                       EXPECT_EQ(CS_OK, client->finalize());
                                   }),
                                   others);
            client->dispatch(CS_DISPATCH_ALL);
            EXPECT_TRUE(finalized) << kind.name << ", " << others;
            EXPECT_EQ(Numbers{}, client->told) << kind.name << ", " << others;
        }
    }
}

} // namespace
