// SPDX-License-Identifier: BSD-3-Clause
// Zero copy buffers: allocated, sent and freed.
#include "cpg_fixture.hpp"

namespace {

using namespace test;

using CpgZeroCopy = CpgTest;

// A buffer that is freed at the end of its scope.
class ZeroCopy {
public:
    ZeroCopy(cpg_handle_t handle, std::size_t size) : handle_(handle)
    {
        EXPECT_EQ(CS_OK, cpg_zcb_alloc(handle, size, &memory_));
    }
    ~ZeroCopy() { EXPECT_EQ(CS_OK, cpg_zcb_free(handle_, memory_)); }
    ZeroCopy(const ZeroCopy&) = delete;
    ZeroCopy& operator=(const ZeroCopy&) = delete;

    operator void*() const { return memory_; }

private:
    cpg_handle_t handle_;
    void* memory_ = nullptr;
};

// Repeats cpg_zcb_mcast_joined while it returns CS_ERR_TRY_AGAIN.
cs_error_t send_buffer(cpg_handle_t handle, void* buffer, std::size_t size)
{
    cs_error_t error = CS_OK;
    eventually(
        [&] { return (error = cpg_zcb_mcast_joined(handle, CPG_TYPE_AGREED, buffer, size)) != CS_ERR_TRY_AGAIN; });
    return error;
}

TEST_F(CpgZeroCopy, can_be_sent_by_members_only)
{
    Cpg cpg;
    const ZeroCopy buffer(cpg, 100);
    std::memcpy(buffer, "hello", 5);
    EXPECT_EQ(CS_ERR_NOT_EXIST, send_buffer(cpg, buffer, 5));
    cpg.enter("buffer");
    EXPECT_EQ(CS_OK, send_buffer(cpg, buffer, 5));
    std::memcpy(buffer, "again", 5);
    EXPECT_EQ(CS_OK, send_buffer(cpg, buffer, 5));
    EXPECT_EQ(CS_OK, send_buffer(cpg, buffer, 0));
    ASSERT_TRUE(cpg.await_messages(3));
    EXPECT_EQ((Texts{"hello", "again", ""}), messages(cpg.take()));
    EXPECT_EQ(CS_OK, leave(cpg, "buffer"));
    EXPECT_EQ(CS_ERR_NOT_EXIST, send_buffer(cpg, buffer, 5));
}

// CPG-D37
TEST_F(CpgZeroCopy, can_send_up_to_one_mebibyte)
{
    constexpr std::size_t kMost = 1'048'576;
    Cpg cpg;
    cpg.enter("buffer.sizes");
    const ZeroCopy buffer(cpg, kMost + 1);
    EXPECT_EQ(CS_ERR_TOO_BIG, send_buffer(cpg, buffer, kMost + 1));
    EXPECT_EQ(CS_ERR_TOO_BIG, send_buffer(cpg, buffer, SIZE_MAX));
    for (const std::size_t size : {kAtomic, kAtomic + 1, std::size_t{1'048'392}, std::size_t{1'048'393}, kMost}) {
        const auto bytes = pattern(size);
        std::memcpy(buffer, bytes.data(), size);
        EXPECT_EQ(CS_OK, send_buffer(cpg, buffer, size)) << size;
        ASSERT_TRUE(cpg.await_messages(1)) << size;
        EXPECT_TRUE(Texts{bytes} == messages(cpg.take())) << size;
    }
}

TEST_F(CpgZeroCopy, is_aligned_and_filled_with_zeros)
{
    const Cpg cpg;
    for (const std::size_t size : {0U, 1U, 63U, 4096U, 1'048'576U}) {
        const ZeroCopy buffer(cpg, size);
        EXPECT_EQ(0U, reinterpret_cast<std::uintptr_t>(static_cast<void*>(buffer)) % 64);
        EXPECT_TRUE(std::string(size, '\0') == std::string_view(static_cast<char*>(static_cast<void*>(buffer)), size));
    }
}

// CPG-D39
TEST_F(CpgZeroCopy, of_an_impossible_size_is_refused)
{
    const Cpg cpg;
    void* buffer = &buffer;
    EXPECT_EQ(CS_ERR_NO_MEMORY, cpg_zcb_alloc(cpg, SIZE_MAX, &buffer));
    EXPECT_EQ(CS_ERR_NO_MEMORY, cpg_zcb_alloc(cpg, SIZE_MAX - 64, &buffer));
    EXPECT_EQ(&buffer, buffer);
}

TEST_F(CpgZeroCopy, may_be_sent_and_freed_through_another_handle)
{
    Cpg one;
    Cpg other;
    other.enter("buffer.other");
    void* buffer = nullptr;
    ASSERT_EQ(CS_OK, cpg_zcb_alloc(one, 10, &buffer));
    EXPECT_EQ(CS_OK, one.finalize());
    EXPECT_EQ(CS_OK, send_buffer(other, buffer, 10));
    EXPECT_TRUE(other.await_messages(1));
    EXPECT_EQ(CS_OK, cpg_zcb_free(other, buffer));
}

TEST_F(CpgZeroCopy, free_accepts_null)
{
    const Cpg cpg;
    EXPECT_EQ(CS_OK, cpg_zcb_free(cpg, nullptr));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_zcb_free(kNoHandle, nullptr));
}

// CPG-D40
TEST_F(CpgZeroCopy, that_was_not_allocated_here_is_not_freed)
{
    const Cpg cpg;
    char foreign[64] = {};
    void* buffer = nullptr;
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_zcb_free(cpg, foreign));
    ASSERT_EQ(CS_OK, cpg_zcb_alloc(cpg, 10, &buffer));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_zcb_free(cpg, static_cast<char*>(buffer) + 1));
    EXPECT_EQ(CS_OK, cpg_zcb_free(cpg, buffer));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_zcb_free(cpg, buffer));
}

// Otherwise a program whose handle is gone could not free its buffers. The address sanitizer would report a leak.
TEST_F(CpgZeroCopy, is_freed_even_if_the_handle_is_bad)
{
    Cpg cpg;
    const cpg_handle_t handle = cpg;
    void* buffer = nullptr;
    ASSERT_EQ(CS_OK, cpg_zcb_alloc(cpg, 10, &buffer));
    EXPECT_EQ(CS_OK, cpg.finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_zcb_free(handle, buffer));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_zcb_free(Cpg(), buffer));
}

TEST_F(CpgZeroCopy, is_not_sent_beyond_its_end)
{
    Cpg cpg;
    cpg.enter("buffer.end");
    const ZeroCopy buffer(cpg, 10);
    EXPECT_EQ(CS_ERR_INVALID_PARAM, send_buffer(cpg, buffer, 11));
    char own[] = "memory of another kind";
    EXPECT_EQ(CS_OK, send_buffer(cpg, own, 6));
    ASSERT_TRUE(cpg.await_messages(1));
    EXPECT_EQ(Texts{"memory"}, messages(cpg.take()));
}

} // namespace
