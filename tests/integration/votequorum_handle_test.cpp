// Which handles are refused, and what is looked at first: the handle or the other arguments.
#include "votequorum_fixture.hpp"
#include "votequorum_from_c.h"

#include <array>

namespace {

using namespace test;

using VotequorumHandle = VotequorumTest;

const std::string kTooLongName(VOTEQUORUM_QDEVICE_MAX_NAME_LEN, 'n');

void expect_bad_everywhere(votequorum_handle_t handle)
{
    for (const auto& [name, kind, call] : calls_with_a_handle())
        EXPECT_EQ(CS_ERR_BAD_HANDLE, call(handle)) << name << " with handle " << std::hex << handle;
}

// C9
TEST_F(VotequorumHandle, is_never_zero)
{
    const Votequorum first;
    const Votequorum second;
    EXPECT_NE(kNoHandle, first);
    EXPECT_NE(kNoHandle, second);
    EXPECT_NE(first, second);
}

// Row 8, C8
TEST_F(VotequorumHandle, that_was_finalized_is_bad)
{
    votequorum_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, votequorum_initialize(&handle, nullptr));
    ASSERT_EQ(CS_OK, votequorum_finalize(handle));
    expect_bad_everywhere(handle);
}

// Row 9, C8
TEST_F(VotequorumHandle, that_was_finalized_stays_bad_when_another_takes_its_place)
{
    Votequorum stale;
    const Votequorum other;
    const votequorum_handle_t handle = stale;
    ASSERT_EQ(CS_OK, stale.finalize());
    const Votequorum next;
    expect_bad_everywhere(handle);
    EXPECT_EQ(1U, other.info().node_id);
    EXPECT_EQ(1U, next.info().node_id);
}

// Row 10, VQ-D17
TEST_F(VotequorumHandle, that_is_almost_right_is_bad)
{
    const Votequorum votequorum;
    const votequorum_handle_t right = votequorum;
    constexpr votequorum_handle_t kLower = 0xffffffff;
    constexpr votequorum_handle_t kOneCheckBit = votequorum_handle_t{1} << 40;
    for (const votequorum_handle_t wrong : std::array<votequorum_handle_t, 9>{
             kNoHandle, right & kLower, right ^ kOneCheckBit, right + 1, (right & ~kLower) | 0x7fffffff,
             (right & ~kLower) | 0x80000000, (right & ~kLower) | kLower, right | ~kLower, ~votequorum_handle_t{0}})
        expect_bad_everywhere(wrong);
    EXPECT_EQ(1U, votequorum.info().node_id);
}

// Row 11
TEST_F(VotequorumHandle, is_looked_at_after_the_dispatch_type)
{
    const Votequorum votequorum;
    for (const int type : {0, 5, 99, -1}) {
        EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_dispatch_number(votequorum, type)) << type;
        EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_dispatch_number(kNoHandle, type)) << type;
    }
}

// The device functions with this name, as the new one too where there are two.
std::array<cs_error_t, 6> with_name(votequorum_handle_t handle, const char* name)
{
    return {votequorum_qdevice_register(handle, name),    votequorum_qdevice_unregister(handle, name),
            votequorum_qdevice_update(handle, name, "x"), votequorum_qdevice_update(handle, "x", name),
            votequorum_qdevice_poll(handle, name, 1, {}), votequorum_qdevice_master_wins(handle, name, 1)};
}

// Rows 3, 11, 34; VQ-D9
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

// Section 6
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

// Row 3, VQ-D9, decision 16
TEST_F(VotequorumHandle, that_is_good_does_not_excuse_null)
{
    const Votequorum votequorum;
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_getinfo(votequorum, 0, nullptr));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_fd_get(votequorum, nullptr));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_context_get(votequorum, nullptr));
}

// Row 3: where the reference first looks at the handle, the handle is first.
TEST_F(VotequorumHandle, is_looked_at_before_where_answers_go)
{
    EXPECT_EQ(CS_ERR_BAD_HANDLE, votequorum_getinfo(kNoHandle, 0, nullptr));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, votequorum_fd_get(kNoHandle, nullptr));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, votequorum_context_get(kNoHandle, nullptr));
}

} // namespace
