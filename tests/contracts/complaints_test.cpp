// SPDX-License-Identifier: BSD-3-Clause
// Complaints of the reference's users. Each test shows that one does not apply here.
#include "contract.hpp"
#include "integration/cpg_raw.hpp"
#include "support/eavesdropper.hpp"
#include "support/sanitizers.hpp"

namespace {

using namespace test;

using Complaint = Contract;

// The stack size of threads on musl systems. The sanitizers' frames are large.
constexpr std::size_t kThreadStack = kSanitized ? 1 << 20 : 128 << 10;

TEST_F(Complaint, that_dispatch_needs_a_large_stack_does_not_apply)
{
    Cpg cpg;
    cpg.enter("small");
    const Texts sent{"short", pattern(60'000), pattern(3'000'000)};
    for (const auto& bytes : sent)
        ASSERT_EQ(CS_OK, send(cpg, bytes));
    bool complete = false;
    Thread small([&] { complete = cpg.await_messages(sent.size()); }, {.size = kThreadStack, .guard = 4 << 20});
    small.join();
    EXPECT_TRUE(complete);
    EXPECT_TRUE(sent == messages(cpg.take()));
}

// The program finalizes the handle after the error, and so wakes up only once.
TEST_F(Complaint, that_a_dead_descriptor_makes_the_program_spin_does_not_apply)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "the event socket does not hang up";
    for (const auto type : {CS_DISPATCH_ONE, CS_DISPATCH_ALL}) {
        Handle map(cmap_service);
        const int fd = map.fd();
        daemon().kill();
        ASSERT_TRUE(readable(fd, kPatience));
        EXPECT_EQ(CS_ERR_LIBRARY, map.dispatch(type));
        EXPECT_EQ(CS_OK, map.finalize());
        EXPECT_FALSE(open_descriptors().contains(fd)) << "the descriptor is still open";
        daemon().restart();
        await_settled();
    }
}

TEST_F(Complaint, that_a_request_hangs_when_the_daemon_dies_does_not_apply)
{
    for (const auto& service : services) {
        const Duration time = best_of_three(daemon(), [&] {
            await_settled();
            const Handle handle(service);
            daemon().stop();
            Background asking([&] { return handle.ask(); });
            EXPECT_TRUE(asking.thread().falls_asleep());
            const auto start = Clock::now();
            daemon().kill();
            EXPECT_EQ(CS_ERR_LIBRARY, asking.result()) << service.name;
            return asking.finished() - start;
        });
        EXPECT_LT(time, kPromise) << service.name;
        daemon().restart();
        await_settled();
    }
}

// Any member of the group can send a wrong length of its message.
TEST_F(Complaint, that_lengths_are_not_checked_does_not_apply)
{
    Cpg cpg;
    cpg.enter("lies");
    RawCpg sender;
    sender.join("lies", 999'999);
    ASSERT_TRUE(cpg.await([&] { return cpg.count() == 1; }));
    sender.send_part(RawCpg::first, 3, "longer than it says");
    sender.send_part(RawCpg::last, 3, "and longer");
    sender.send_part(RawCpg::first, 0xffffffff, "shorter");
    sender.send_part(RawCpg::last, 0xffffffff, "by far");
    sender.send_whole("honest");
    ASSERT_TRUE(cpg.await([&] { return !messages(cpg.events()).empty(); }));
    EXPECT_EQ(Texts{"honest"}, messages(cpg.take()));
}

TEST_F(Complaint, that_long_messages_make_the_library_print_does_not_apply)
{
    Cpg cpg;
    cpg.enter("noise");
    Eavesdropper eavesdropper;
    Freeze busy(daemon());
    while (send_once(cpg, pattern(500'000)) == CS_OK) {
    }
    Background sending([&] { return send(cpg, pattern(3'000'000)); });
    EXPECT_FALSE(sending.ended_within(kGlance)) << "there is room";
    busy.thaw();
    EXPECT_EQ(CS_OK, sending.result());
    EXPECT_EQ("", eavesdropper.heard());
}

TEST_F(Complaint, that_files_stay_in_shared_memory_does_not_apply)
{
    if (transport() != Transport::ring)
        GTEST_SKIP() << "libqb's client leaves a directory";
    const pid_t pid = daemon().pid();
    auto handles = one_of_each();
    EXPECT_LT(0U, connection_entries(pid).size());
    daemon().kill();
    for (auto& handle : handles)
        handle.finalize();
    EXPECT_EQ(std::set<std::string>{}, connection_entries(pid));
}

} // namespace
