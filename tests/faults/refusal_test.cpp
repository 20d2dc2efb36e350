// SPDX-License-Identifier: BSD-3-Clause
// Daemons that refuse a client, and the result of initialize. The same for every service.
#include "service.hpp"

#include <cerrno>

namespace {

using namespace test;

struct Row {
    int error;
    cs_error_t expected;
};

class Refusal : public ::testing::TestWithParam<Row> {};

TEST_P(Refusal, is_what_initialize_returns)
{
    FakeDaemon daemon({.service = kFaked.name, .answer = kFaked.answer, .refusal = -GetParam().error});
    for (const auto initialize : {service().initialize, service().initialize_otherwise}) {
        std::uint64_t handle = kUntouched;
        EXPECT_EQ(GetParam().expected, initialize(&handle));
        EXPECT_EQ(kUntouched, handle);
    }
    EXPECT_EQ(0U, daemon.clients());
}

INSTANTIATE_TEST_SUITE_P(Errno, Refusal,
                         ::testing::Values(Row{EPERM, CS_ERR_LIBRARY}, Row{ENOENT, CS_ERR_NOT_EXIST},
                                           Row{EIO, CS_ERR_LIBRARY}, Row{EAGAIN, CS_ERR_TRY_AGAIN},
                                           Row{ENOMEM, CS_ERR_NO_MEMORY}, Row{EACCES, CS_ERR_ACCESS},
                                           Row{EBUSY, CS_ERR_BUSY}, Row{EINVAL, CS_ERR_INVALID_PARAM},
                                           Row{EMFILE, CS_ERR_LIBRARY}, Row{ENOSPC, CS_ERR_NO_SPACE},
                                           Row{EROFS, CS_ERR_LIBRARY}, Row{ENOSYS, CS_ERR_NOT_SUPPORTED},
                                           Row{ENAMETOOLONG, CS_ERR_LIBRARY}, Row{ENOBUFS, CS_ERR_TRY_AGAIN},
                                           Row{ETIMEDOUT, CS_ERR_TRY_AGAIN}));

} // namespace
