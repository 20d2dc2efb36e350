// SPDX-License-Identifier: BSD-3-Clause
// The daemon hangs up during a finalize, because of it or not: a thread that waits in dispatch gets the error of the
// finalize.
#include "service.hpp"

#include "support/sanitizers.hpp"
#include "support/thread.hpp"

namespace {

using namespace test;

class FinalizeAndHangUp : public ::testing::Test {
protected:
    ~FinalizeAndHangUp() override { remove_what_libqb_leaves(); }

    FakeDaemon daemon{{.service = kFaked.name, .answer = kFaked.answer}};
};

// If finalize sends a request, the daemon hangs up instead of replying.
TEST_F(FinalizeAndHangUp, makes_waiting_threads_return_bad_handle)
{
    const int rounds = kSanitized || transport() != Transport::ring ? 100 : 400;
    int wrong = 0;
    for (int round = 0; round < rounds; ++round) {
        const auto client = kFaked.connect(daemon);
        if (service().finalize_asks)
            daemon.on_next_request({hang_up()});
        Background in_one([&] { return client->dispatch(CS_DISPATCH_ONE); });
        Background in_blocking([&] { return client->dispatch(CS_DISPATCH_BLOCKING); });
        std::this_thread::sleep_for(std::chrono::microseconds(50 * (round % 16)));
        service().finalize(client->handle());
        wrong += in_one.result() != CS_ERR_BAD_HANDLE;
        wrong += in_blocking.result() != CS_ERR_BAD_HANDLE;
    }
    EXPECT_EQ(0, wrong) << "of " << 2 * rounds;
}

} // namespace
