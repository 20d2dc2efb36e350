// SPDX-License-Identifier: BSD-3-Clause
// dlm_controld: dispatches all events per wake-up, does its work inside callbacks, and finalizes twice.
#include "contract.hpp"

namespace {

using namespace test;

using ContractC02 = Contract;
using ContractC07 = Contract;
using ContractC08 = Contract;
using ContractC10 = Contract;

TEST_F(ContractC02, dispatch_all_leaves_the_descriptor_unreadable)
{
    constexpr int kMany = 500;
    Cpg cpg;
    cpg.enter("dlm:ls");
    const int fd = cpg.fd();
    Background sending([&] {
        send_numbers(cpg, kMany);
        return true;
    });
    while (cpg.count() < kMany) {
        const auto before = cpg.count();
        ASSERT_TRUE(readable(fd, kPatience)) << "stalled after message " << before;
        ASSERT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ALL));
        ASSERT_LT(before, cpg.count()) << "woken without an event";
    }
    EXPECT_FALSE(readable(fd, kGlance));
    EXPECT_EQ(true, sending.result());
    EXPECT_EQ(numbers(1, kMany), messages(cpg.take()));
}

// The callback gets small messages as a copy, larger ones in place, and long ones where their parts were joined.
TEST_F(ContractC07, deliver_callbacks_may_finalize)
{
    for (const std::size_t size : {100U, 8000U, 3'000'000U}) {
        Cpg cpg;
        cpg.enter("dlm:ls");
        const cpg_handle_t handle = cpg;
        const int fd = cpg.fd();
        int called = 0;
        cpg.on_event = [&](const Cpg::Call& call) {
            ++called;
            EXPECT_EQ(CS_OK, cpg.finalize());
            EXPECT_TRUE(pattern(size) == std::string_view(call.data, call.size)) << "the message must stay valid";
        };
        ASSERT_EQ(CS_OK, send(cpg, pattern(size)));
        ASSERT_EQ(CS_OK, send(cpg, "not any more"));
        cs_error_t error = CS_OK;
        while (error == CS_OK && readable(fd, kPatience))
            error = cpg_dispatch(handle, CS_DISPATCH_ALL);
        EXPECT_EQ(CS_ERR_BAD_HANDLE, error) << size;
        EXPECT_EQ(1, called) << size;
        EXPECT_FALSE(open_descriptors().contains(fd)) << size;
    }
}

TEST_F(ContractC08, stale_handles_are_bad_even_if_new_ones_take_their_place)
{
    for (const auto& service : services) {
        Handle first(service);
        const std::uint64_t stale = first;
        EXPECT_EQ(CS_OK, first.finalize());
        const auto is_bad = [&] {
            int fd = -1;
            EXPECT_EQ(CS_ERR_BAD_HANDLE, service.finalize(stale)) << service.name;
            EXPECT_EQ(CS_ERR_BAD_HANDLE, service.fd_get(stale, &fd)) << service.name;
            EXPECT_EQ(CS_ERR_BAD_HANDLE, service.ask(stale)) << service.name;
            EXPECT_EQ(CS_ERR_BAD_HANDLE, service.dispatch(stale, CS_DISPATCH_ALL)) << service.name;
        };
        is_bad();
        const Handle second(service);
        const Handle third(service);
        is_bad();
        EXPECT_TRUE(stale != second && stale != third) << service.name;
        EXPECT_EQ(CS_OK, second.ask()) << service.name;
        EXPECT_EQ(CS_OK, third.ask()) << service.name;
    }
}

TEST_F(ContractC10, callbacks_send_and_query_and_use_other_handles)
{
    for (const std::size_t size : {100U, 8000U, 3'000'000U}) {
        Cpg cpg;
        cpg.enter("dlm:ls");
        cpg.on_event = [&](const Cpg::Call&) {
            if (cpg.count() > 1)
                return;
            EXPECT_EQ(Members{self()}, members_of(cpg, "dlm:ls"));
            EXPECT_EQ(CS_OK, send(cpg, "answer"));
            for (const auto& service : services) {
                const Handle other(service);
                EXPECT_EQ(CS_OK, other.ask()) << service.name;
                EXPECT_EQ(CS_OK, other.provoke()) << service.name;
                EXPECT_EQ(CS_OK, other.dispatch(CS_DISPATCH_ONE)) << service.name;
            }
            Background elsewhere([&] { return members_of(cpg, "dlm:ls") == Members{self()}; });
            EXPECT_EQ(true, elsewhere.result()) << "no lock is held";
        };
        ASSERT_EQ(CS_OK, send(cpg, pattern(size)));
        ASSERT_TRUE(cpg.await_messages(2));
        EXPECT_TRUE((Texts{pattern(size), "answer"}) == messages(cpg.take())) << size;
    }
}

} // namespace
