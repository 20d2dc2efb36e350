// SPDX-License-Identifier: BSD-3-Clause
// libcorosync_common, and how the services use it. The numbers are written out, since they are the contract.

#include "common_from_c.h"
#include "service/result.hpp"

#include <corosync/corotypes.h>

#include <gtest/gtest.h>

#include <cerrno>
#include <climits>
#include <ctime>
#include <map>
#include <string>

namespace {

const std::map<int, std::string> kNames = {
    {1, "success"},
    {2, "CS_ERR_LIBRARY"},
    {3, "CS_ERR_VERSION"},
    {4, "CS_ERR_INIT"},
    {5, "CS_ERR_TIMEOUT"},
    {6, "CS_ERR_TRY_AGAIN"},
    {7, "CS_ERR_INVALID_PARAM"},
    {8, "CS_ERR_NO_MEMORY"},
    {9, "CS_ERR_BAD_HANDLE"},
    {10, "CS_ERR_BUSY"},
    {11, "CS_ERR_ACCESS"},
    {12, "CS_ERR_NOT_EXIST"},
    {13, "CS_ERR_NAME_TOO_LONG"},
    {14, "CS_ERR_EXIST"},
    {15, "CS_ERR_NO_SPACE"},
    {16, "CS_ERR_INTERRUPT"},
    {17, "CS_ERR_NAME_NOT_FOUND"},
    {18, "CS_ERR_NO_RESOURCES"},
    {19, "CS_ERR_NOT_SUPPORTED"},
    {20, "CS_ERR_BAD_OPERATION"},
    {21, "CS_ERR_FAILED_OPERATION"},
    {22, "CS_ERR_MESSAGE_ERROR"},
    {23, "CS_ERR_QUEUE_FULL"},
    {24, "CS_ERR_QUEUE_NOT_AVAILABLE"},
    {25, "CS_ERR_BAD_FLAGS"},
    {26, "CS_ERR_TOO_BIG"},
    {27, "CS_ERR_NO_SECTIONS"},
    {28, "CS_ERR_CONTEXT_NOT_FOUND"},
    {30, "CS_ERR_TOO_MANY_GROUPS"},
    {100, "CS_ERR_SECURITY"},
};

const std::map<int, int> kFromQb = {
    {-EBADF, 9},      {-ENOMEM, 8},   {-EAGAIN, 6},      {-EWOULDBLOCK, 6}, {-ETIMEDOUT, 6}, {-ENOBUFS, 6},
    {-ENOMSG, 6},     {-EBADE, 21},   {-ETIME, 5},       {-EINVAL, 7},      {-EBUSY, 10},    {-EACCES, 11},
    {-EOVERFLOW, 13}, {-EEXIST, 14},  {-ENOSPC, 15},     {-EINTR, 16},      {-ENOENT, 12},   {-ENODEV, 12},
    {-ENOSYS, 19},    {-ENOTSUP, 19}, {-EOPNOTSUPP, 19}, {-EBADMSG, 22},    {-EMSGSIZE, 26}, {-E2BIG, 26},
};

const std::map<int, int> kFromHdb = {{0, 1}, {-EBADF, 9}, {-ENOMEM, 8}, {-EMFILE, 18}, {-EACCES, 11}};

int in(const std::map<int, int>& table, int key, int otherwise)
{
    const auto row = table.find(key);
    return row == table.end() ? otherwise : row->second;
}

TEST(Strerror, names_every_result_code_and_no_other_number)
{
    for (int number = -2; number <= 102; ++number) {
        const auto row = kNames.find(number);
        EXPECT_EQ(name_of_result(number), row == kNames.end() ? "unknown error" : row->second) << number;
    }
    EXPECT_STREQ(name_of_result(77777), "unknown error");
}

TEST(QbToCsError, converts_zero_and_positive_numbers_to_success)
{
    for (const int result : {0, 1, 5, +EAGAIN, +ENOMEM, INT_MAX})
        EXPECT_EQ(qb_to_cs_error(result), 1) << result;
}

TEST(QbToCsError, converts_each_negative_errno)
{
    for (int error = 1; error <= 140; ++error)
        EXPECT_EQ(qb_to_cs_error(-error), in(kFromQb, -error, 2)) << error;
    EXPECT_EQ(qb_to_cs_error(INT_MIN), 2);
}

TEST(HdbErrorToCs, converts_each_result)
{
    for (int result = -140; result <= 140; ++result)
        EXPECT_EQ(hdb_error_to_cs(result), in(kFromHdb, result, 2)) << result;
}

TEST(Conversions, do_not_change_errno)
{
    errno = 4711;
    qb_to_cs_error(-EBADF);
    hdb_error_to_cs(-EBADF);
    name_of_result(9);
    EXPECT_EQ(errno, 4711);
}

TEST(FromTransport, is_the_same_as_the_public_conversion)
{
    EXPECT_EQ(corosync::from_transport(0), 1);
    EXPECT_EQ(corosync::from_transport(-EAGAIN), 6);
    EXPECT_EQ(corosync::from_transport(-ENOTCONN), 2);
}

TEST(FromWire, accepts_only_result_codes)
{
    for (int number = -2; number <= 102; ++number)
        EXPECT_EQ(corosync::from_wire(number), kNames.count(number) != 0 ? number : 2) << number;
    for (const int number : {12345, INT_MAX, INT_MIN})
        EXPECT_EQ(corosync::from_wire(number), 2) << number;
}

std::uint64_t monotonic_now()
{
    timespec at = {};
    clock_gettime(CLOCK_MONOTONIC, &at);
    return static_cast<std::uint64_t>(at.tv_sec) * 1000000000U + static_cast<std::uint64_t>(at.tv_nsec);
}

TEST(TimestampGet, counts_nanoseconds_of_the_monotonic_clock)
{
    const std::uint64_t before = monotonic_now();
    const std::uint64_t stamp = cs_timestamp_get();
    EXPECT_GE(stamp, before);
    EXPECT_LE(stamp, monotonic_now());
}

} // namespace
