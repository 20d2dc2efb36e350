// SPDX-License-Identifier: BSD-3-Clause
// The clock is set while a request waits: the request ends neither earlier nor later.
#include "clocks.hpp"
#include "integration/listener.hpp"

#include "support/process.hpp"
#include "support/thread.hpp"

#include <ostream>

namespace {

using namespace test;

struct Setting {
    const char* name;
    std::chrono::seconds by;
};

void PrintTo(const Setting& setting, std::ostream* out)
{
    *out << setting.name;
}

class ClockThatIsSet : public ServiceTest, public ::testing::WithParamInterface<Setting> {
protected:
    ~ClockThatIsSet() override { remove_what_libqb_leaves(); }
};

// The clock is set half a second after a request to a stopped daemon. The request still waits, and gets its reply.
TEST_P(ClockThatIsSet, neither_ends_nor_prolongs_a_request_that_is_answered)
{
    const Handle handle;
    Freeze freeze(daemon());
    Background asking([&] { return service().ask(handle); });
    EXPECT_FALSE(asking.ended_within(500ms));
    const ClockIsSet set(GetParam().by);
    EXPECT_FALSE(asking.ended_within(500ms));
    freeze.thaw();
    ASSERT_TRUE(asking.ended_within(kPatience));
    EXPECT_EQ(CS_OK, asking.result());
}

// The same, but the daemon dies instead of replying.
TEST_P(ClockThatIsSet, does_not_keep_a_request_from_seeing_that_the_daemon_died)
{
    EXPECT_LT(best_of_three(daemon(),
                            [] {
                                service().await();
                                const Handle handle;
                                daemon().stop();
                                Background asking([&] { return service().ask(handle); });
                                EXPECT_FALSE(asking.ended_within(500ms));
                                const auto setting = std::make_unique<ClockIsSet>(GetParam().by);
                                EXPECT_FALSE(asking.ended_within(500ms));
                                const auto start = Clock::now();
                                daemon().kill();
                                if (!asking.ended_within(kPatience))
                                    ADD_FAILURE() << "it waits for the clock";
                                const auto time = asking.ended_within({}) ? asking.finished() - start : kPatience;
                                return time;
                            }),
              kPromise);
    daemon().restart();
    service().await();
}

TEST_P(ClockThatIsSet, does_not_end_initialize)
{
    std::uint64_t handle = kNoHandle;
    Freeze freeze(daemon());
    Background initializing([&] { return service().initialize(&handle); });
    EXPECT_FALSE(initializing.ended_within(500ms));
    const ClockIsSet set(GetParam().by);
    EXPECT_FALSE(initializing.ended_within(500ms));
    freeze.thaw();
    EXPECT_EQ(CS_OK, initializing.result());
    EXPECT_EQ(CS_OK, service().finalize(handle));
}

TEST_P(ClockThatIsSet, does_not_end_a_dispatch_that_waits)
{
    Listener listener;
    Background dispatching([handle = std::uint64_t(listener)] { return service().dispatch(handle, CS_DISPATCH_ONE); });
    EXPECT_TRUE(dispatching.thread().falls_asleep());
    const ClockIsSet set(GetParam().by);
    EXPECT_FALSE(dispatching.ended_within(kGlance));
    listener.provoke();
    EXPECT_EQ(CS_OK, dispatching.result());
}

constexpr auto kSettingName = [](const ::testing::TestParamInfo<Setting>& info) {
    return std::string(info.param.name);
};
INSTANTIATE_TEST_SUITE_P(Set, ClockThatIsSet, ::testing::Values(Setting{"back", -1h}, Setting{"forward", 1h}),
                         kSettingName);

} // namespace
