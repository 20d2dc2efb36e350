// SPDX-License-Identifier: BSD-3-Clause
// Language bindings (Ruby, Go, Rust, OCaml): there is a result for "no event", errors in a callback longjmp() or unwind
// through the library, and missing callbacks or pointers are NULL.
#include "contract.hpp"

#include <csetjmp>

namespace {

using namespace test;

using ContractC04 = Contract;
using ContractC10 = Contract;
using ContractC15 = Contract;

TEST_F(ContractC04, dispatch_without_an_event_returns_try_again)
{
    for (const auto& service : services)
        EXPECT_EQ(CS_ERR_TRY_AGAIN, Handle(service).dispatch(CS_DISPATCH_ONE_NONBLOCKING)) << service.name;
}

constexpr std::size_t kSizes[] = {100, 8000, 1'500'000};

// A program whose every callback leaves without returning. Each message must come once, and the handle must still work.
class Leaving {
public:
    explicit Leaving(std::size_t size) : sent_{pattern(size, 1), pattern(size, 2), pattern(size, 3)}
    {
        cpg.enter("bindings");
        for (const auto& bytes : sent_)
            EXPECT_EQ(CS_OK, send(cpg, bytes));
    }

    // The main loop. The callback does not return to this dispatch.
    void run(cs_error_t (*dispatch)(Cpg&, cs_dispatch_flags_t), cs_dispatch_flags_t flag)
    {
        while (cpg.count() < sent_.size()) {
            ASSERT_TRUE(readable(cpg.fd(), kPatience)) << "stalled after message " << cpg.count();
            ASSERT_EQ(CS_OK, dispatch(cpg, flag));
            Background elsewhere([&] { return members_of(cpg, "bindings") == Members{self()}; });
            ASSERT_EQ(true, elsewhere.result()) << "the handle is left locked";
        }
        EXPECT_TRUE(sent_ == messages(cpg.take()));
        const int fd = cpg.fd();
        // Called directly in this function, because another one's stack frame might be deeper than the dispatches were.
        EXPECT_EQ(CS_OK, cpg_finalize(cpg.release()));
        EXPECT_FALSE(open_descriptors().contains(fd)) << "the dispatch that was left holds the handle";
    }

    Cpg cpg;

private:
    const Texts sent_;
};

std::jmp_buf target;

cs_error_t dispatch_and_jump(Cpg& cpg, cs_dispatch_flags_t flag)
{
    return setjmp(target) == 0 ? cpg_dispatch(cpg, flag) : CS_OK;
}

TEST_F(ContractC10, callbacks_may_leave_with_longjmp)
{
    for (const auto flag : kAllFlags) {
        for (const auto size : kSizes) {
            Leaving program(size);
            program.cpg.on_event = [](const Cpg::Call&) { std::longjmp(target, 1); };
            program.run(dispatch_and_jump, flag);
        }
    }
}

struct Raised {};

cs_error_t dispatch_and_catch(Cpg& cpg, cs_dispatch_flags_t flag)
{
    try {
        return cpg_dispatch(cpg, flag);
    } catch (const Raised&) {
        return CS_OK;
    }
}

TEST_F(ContractC10, exceptions_may_pass_through_dispatch)
{
    for (const auto flag : kAllFlags) {
        for (const auto size : kSizes) {
            Leaving program(size);
            program.cpg.on_event = [](const Cpg::Call&) { throw Raised(); };
            program.run(dispatch_and_catch, flag);
        }
    }
}

TEST_F(ContractC15, callbacks_are_optional)
{
    for (const auto& service : services) { // the structure may be NULL
        const Handle handle(service);
        ASSERT_EQ(CS_OK, handle.provoke());
        EXPECT_EQ(CS_OK, handle.dispatch(CS_DISPATCH_ONE)) << service.name;
    }
    for (const bool deliver : {true, false}) { // each callback may be NULL
        Cpg cpg({.deliver = deliver, .confchg = !deliver});
        ASSERT_EQ(CS_OK, join(cpg, "bindings"));
        ASSERT_EQ(CS_OK, send(cpg, "x"));
        ASSERT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ONE));
        ASSERT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ONE));
        EXPECT_EQ(1U, cpg.count()) << deliver;
    }
}

TEST_F(ContractC15, pointers_to_results_are_optional)
{
    const Handle map(cmap_service);
    cmap_iter_handle_t keys = 0;
    char key[CMAP_KEYNAME_MAXLEN + 1];
    ASSERT_EQ(CS_OK, cmap_iter_init(map, "totem.version", &keys));
    EXPECT_EQ(CS_OK, cmap_iter_next(map, keys, key, nullptr, nullptr));
    EXPECT_STREQ("totem.version", key);
    EXPECT_EQ(CS_OK, cmap_iter_finalize(map, keys));
    std::size_t length = 0;
    EXPECT_EQ(CS_OK, cmap_get(map, key, nullptr, &length, nullptr));
    EXPECT_LT(0U, length);

    Cpg cpg;
    cpg.enter("bindings");
    cpg_iteration_handle_t members = 0;
    cpg_iteration_description_t member{};
    ASSERT_EQ(CS_OK, cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &members));
    EXPECT_EQ(CS_OK, cpg_iteration_next(members, &member));
    EXPECT_EQ(own_pid(), member.pid);
    EXPECT_EQ(CS_OK, cpg_iteration_finalize(members));
}

} // namespace
