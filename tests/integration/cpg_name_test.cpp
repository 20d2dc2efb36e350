// SPDX-License-Identifier: BSD-3-Clause
// Group names are bytes with a length (C17).
#include "cpg_fixture.hpp"

namespace {

using namespace test;

using CpgName = CpgTest;

using namespace std::string_literals;

TEST_F(CpgName, may_be_empty)
{
    Cpg cpg;
    cpg.enter("");
    EXPECT_EQ(Members{self()}, members_of(cpg, ""));
    EXPECT_EQ(CS_OK, send(cpg, "to nobody's group"));
    ASSERT_TRUE(cpg.await_messages(1));
    EXPECT_EQ("", cpg.take().front().group);
    EXPECT_EQ(CS_OK, leave(cpg, ""));
    EXPECT_TRUE(await_members("", 0));
}

// CPG-D7
TEST_F(CpgName, that_is_empty_leaves_no_member_behind)
{
    for (int round = 0; round < 3; ++round) {
        Cpg cpg;
        cpg.enter("");
        EXPECT_EQ(CS_OK, cpg.finalize());
        EXPECT_TRUE(await_members("", 0));
    }
}

TEST_F(CpgName, may_have_the_maximum_length_and_any_bytes)
{
    for (const auto& name : {std::string(CPG_MAX_NAME_LENGTH, 'l'), "a\0b"s, "\0"s, "\xff\xfe\n"s}) {
        Cpg cpg;
        ASSERT_EQ(CS_OK, join(cpg, name));
        ASSERT_EQ(CS_OK, send(cpg, "x"));
        ASSERT_TRUE(cpg.await_messages(1));
        for (const auto& event : cpg.take())
            EXPECT_EQ(name, event.group);
        EXPECT_EQ(Members{self()}, members_of(cpg, name));
    }
}

// C17
TEST_F(CpgName, with_a_trailing_nul_is_a_different_name)
{
    Cpg without;
    Cpg with;
    without.enter("PRE");
    with.enter("PRE\0"s);
    ASSERT_EQ(CS_OK, send(without, "without"));
    ASSERT_EQ(CS_OK, send(with, "with"));
    ASSERT_TRUE(without.await_messages(1) && with.await_messages(1));
    EXPECT_EQ(Texts{"without"}, messages(without.take()));
    EXPECT_EQ(Texts{"with"}, messages(with.take()));
}

// CPG-D35: bytes after the name's length are neither sent nor given to callbacks.
TEST_F(CpgName, does_not_include_the_bytes_after_its_length)
{
    static cpg_name shown_with_message;
    static cpg_name shown_with_change;
    std::memset(&shown_with_message, 'z', sizeof shown_with_message);
    std::memset(&shown_with_change, 'z', sizeof shown_with_change);
    cpg_callbacks_t callbacks{[](cpg_handle_t, const cpg_name* name, auto...) { shown_with_message = *name; },
                              [](cpg_handle_t, const cpg_name* name, auto...) { shown_with_change = *name; }};
    cpg_name garbage;
    std::memset(&garbage, 'g', sizeof garbage);
    std::memcpy(garbage.value, "tail", 4);
    garbage.length = 4;
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_initialize(&handle, &callbacks));
    ASSERT_EQ(CS_OK, cpg_join(handle, &garbage));
    ASSERT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ONE));
    ASSERT_EQ(CS_OK, send(handle, "x"));
    ASSERT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ONE));
    EXPECT_EQ(Members{self()}, members_of(handle, "tail"));
    EXPECT_EQ(CS_OK, cpg_finalize(handle));

    const auto expected = name_of("tail");
    EXPECT_EQ(0, std::memcmp(&expected, &shown_with_message, sizeof expected));
    EXPECT_EQ(0, std::memcmp(&expected, &shown_with_change, sizeof expected));
}

} // namespace
