// SPDX-License-Identifier: BSD-3-Clause
// The order in which the handle and the other arguments are checked. handle_test.cpp tests what is the same for every
// service.
#include "votequorum_fixture.hpp"

#include <array>

namespace {

using namespace test;

using VotequorumHandle = VotequorumTest;

const std::string kTooLongName(VOTEQUORUM_QDEVICE_MAX_NAME_LEN, 'n');

// Calls the device functions with this name, also as the new name of update.
std::array<cs_error_t, 6> with_name(votequorum_handle_t handle, const char* name)
{
    return {votequorum_qdevice_register(handle, name),    votequorum_qdevice_unregister(handle, name),
            votequorum_qdevice_update(handle, name, "x"), votequorum_qdevice_update(handle, "x", name),
            votequorum_qdevice_poll(handle, name, 1, {}), votequorum_qdevice_master_wins(handle, name, 1)};
}

// VQ-D9
TEST_F(VotequorumHandle, is_checked_after_the_names)
{
    const Votequorum votequorum;
    for (const votequorum_handle_t handle : {votequorum_handle_t{votequorum}, kNoHandle})
        for (const char* const name : {static_cast<const char*>(nullptr), "", kTooLongName.c_str()})
            for (const auto error : with_name(handle, name))
                EXPECT_EQ(CS_ERR_INVALID_PARAM, error) << (name ? name : "NULL");
    for (const auto error : with_name(kNoHandle, "x"))
        EXPECT_EQ(CS_ERR_BAD_HANDLE, error);
}

TEST_F(VotequorumHandle, is_checked_before_the_size_of_extra_information)
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

// VQ-D9, decision 16: the library checks the handle first where the reference does.
TEST_F(VotequorumHandle, is_checked_before_pointers_to_results)
{
    EXPECT_EQ(CS_ERR_BAD_HANDLE, votequorum_getinfo(kNoHandle, 0, nullptr));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_getinfo(Votequorum(), 0, nullptr));
}

} // namespace
