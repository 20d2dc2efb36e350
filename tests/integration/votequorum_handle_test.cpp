// SPDX-License-Identifier: BSD-3-Clause
// What is looked at first: the handle or the other arguments. For what is the same for every service see
// handle_test.cpp.
#include "votequorum_fixture.hpp"

#include <array>

namespace {

using namespace test;

using VotequorumHandle = VotequorumTest;

const std::string kTooLongName(VOTEQUORUM_QDEVICE_MAX_NAME_LEN, 'n');

// The device functions with this name, as the new one too where there are two.
std::array<cs_error_t, 6> with_name(votequorum_handle_t handle, const char* name)
{
    return {votequorum_qdevice_register(handle, name),    votequorum_qdevice_unregister(handle, name),
            votequorum_qdevice_update(handle, name, "x"), votequorum_qdevice_update(handle, "x", name),
            votequorum_qdevice_poll(handle, name, 1, {}), votequorum_qdevice_master_wins(handle, name, 1)};
}

// VQ-D9
TEST_F(VotequorumHandle, is_looked_at_after_the_names)
{
    const Votequorum votequorum;
    for (const votequorum_handle_t handle : {votequorum_handle_t{votequorum}, kNoHandle})
        for (const char* const name : {static_cast<const char*>(nullptr), "", kTooLongName.c_str()})
            for (const auto error : with_name(handle, name))
                EXPECT_EQ(CS_ERR_INVALID_PARAM, error) << (name ? name : "NULL");
    for (const auto error : with_name(kNoHandle, "x"))
        EXPECT_EQ(CS_ERR_BAD_HANDLE, error);
}

TEST_F(VotequorumHandle, is_looked_at_after_where_extra_information_goes_and_before_its_size)
{
    const Votequorum votequorum;
    std::uint32_t size = 0;
    char extra[VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE + 1] = {};
    for (const votequorum_handle_t handle : {votequorum_handle_t{votequorum}, kNoHandle}) {
        EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_get_qdevice_extra_info(handle, 1, nullptr, extra));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_get_qdevice_extra_info(handle, 1, &size, nullptr));
    }
    EXPECT_EQ(CS_ERR_BAD_HANDLE, votequorum_set_qdevice_extra_info(kNoHandle, sizeof extra, extra));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_set_qdevice_extra_info(votequorum, sizeof extra, extra));
}

// VQ-D9, decision 16: where the reference first looks at the handle, the handle is first.
TEST_F(VotequorumHandle, is_looked_at_before_where_answers_go)
{
    EXPECT_EQ(CS_ERR_BAD_HANDLE, votequorum_getinfo(kNoHandle, 0, nullptr));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_getinfo(Votequorum(), 0, nullptr));
}

} // namespace
