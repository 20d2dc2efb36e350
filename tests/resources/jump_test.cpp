// SPDX-License-Identifier: BSD-3-Clause
// A callback does not return: it leaves its dispatch by a jump.
#include "integration/listener.hpp"

#include "support/process.hpp"
#include "support/thread.hpp"

#include <csetjmp>

namespace {

using namespace test;

using Jump = ServiceTest;

// The callback of the event with this number jumps to this function. A dispatch that was left has no result, so this
// returns CS_OK for it. The stack frames in between hold no objects with destructors.
cs_error_t dispatch_until_jump(const Listener& listener, cs_dispatch_flags_t flag, int number)
{
    static std::jmp_buf target;
    Listener::in_event(number, [] { std::longjmp(target, 1); });
    if (setjmp(target) == 0)
        return listener.dispatch(flag);
    Listener::on_event = nullptr;
    return CS_OK;
}

// Provokes events and jumps out of the callback of the second one.
void jump_away(const Listener& listener, cs_dispatch_flags_t flag)
{
    listener.provoke();
    while (listener.told() < 2) {
        ASSERT_TRUE(readable(listener.fd(), kPatience)) << "behind event " << listener.told();
        ASSERT_EQ(CS_OK, dispatch_until_jump(listener, flag, 2));
    }
    ASSERT_EQ(2, listener.told()) << flag;
}

// C10, decision 8
TEST_F(Jump, out_of_a_callback_neither_loses_an_event_nor_repeats_one)
{
    for (const auto flag : kAllFlags) {
        const Listener listener;
        jump_away(listener, flag);
        EXPECT_TRUE(listener.hears(Listener::kEvents)) << flag;
        EXPECT_FALSE(readable(listener.fd(), kGlance)) << flag;
        EXPECT_EQ(CS_ERR_TRY_AGAIN, listener.dispatch(CS_DISPATCH_ONE_NONBLOCKING)) << flag;
    }
}

// C10
TEST_F(Jump, out_of_a_callback_leaves_a_handle_that_works_for_any_thread)
{
    for (const auto flag : kAllFlags) {
        const Listener listener;
        jump_away(listener, flag);
        EXPECT_EQ(CS_OK, service().ask(listener)) << flag;
        Background elsewhere([&] { return listener.hears(Listener::kEvents) && listener.works(); });
        EXPECT_EQ(true, elsewhere.result()) << flag;
        EXPECT_TRUE(listener.works()) << flag;
    }
}

// C10, decision 11: finalize releases it itself; it is not left for later. It also does so on the main thread, as here,
// when no descriptor can be opened.
TEST_F(Jump, out_of_a_callback_lets_finalize_release_everything)
{
    for (const auto flag : kAllFlags) {
        Listener listener;
        const int fd = listener.fd();
        jump_away(listener, flag);
        {
            const FewDescriptors none(0);
            EXPECT_EQ(CS_OK, listener.finalize()) << flag;
        }
        EXPECT_FALSE(open_descriptors().contains(fd)) << flag;
        EXPECT_TRUE(eventually([] { return connection_entries(daemon().pid()).empty(); })) << flag;
    }
}

} // namespace
