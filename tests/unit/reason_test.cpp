// SPDX-License-Identifier: BSD-3-Clause
// How a reason is noted, and its text.
#include "core/reason.hpp"
#include "core/reasons.hpp"

#include <cerrno>
#include <climits>
#include <cstring>
#include <set>
#include <string>
#include <thread>

#include <corosync/client.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

namespace {

using namespace corosync;

constexpr Call kCall{"cpg", 0x1234, "cpg_join"};

std::string reported(cs_error_t error)
{
    EXPECT_EQ(error, report(kCall, error));
    return cs_client_reason();
}

TEST(Reason, is_the_noted_text_with_its_word_and_numbers)
{
    explain(reasons::malformed, "reply", -3, 5);
    EXPECT_EQ("the daemon sent a malformed reply: message id -3, 5 bytes; report it, with the versions of both sides",
              reported(CS_ERR_LIBRARY));
    EXPECT_FALSE(explained()) << "a reason is for one call";
}

TEST(Reason, that_is_too_long_is_cut_off)
{
    const std::string word(300, 'w');
    explain(reasons::nobody_listens, word.c_str());
    EXPECT_EQ("nobody listens on the socket '" + std::string(209, 'w'), reported(CS_ERR_LIBRARY));
    EXPECT_EQ(239U, std::strlen(cs_client_reason()));
    for (std::size_t length = 170; length < 220; ++length) {
        const std::string nearly(length, 'w');
        explain(reasons::nobody_listens, nearly.c_str());
        EXPECT_EQ(("nobody listens on the socket '" + nearly + "' in this network namespace; start").substr(0, 239),
                  reported(CS_ERR_LIBRARY).substr(0, nearly.size() + 64));
    }
    const std::string with_numbers(190, 'w');
    explain(reasons::malformed, with_numbers.c_str(), LONG_MIN, LONG_MIN);
    EXPECT_EQ(239U, reported(CS_ERR_LIBRARY).size());
}

TEST(Reason, is_general_if_nothing_was_noted)
{
    std::set<std::string> seen;
    for (const cs_error_t error : {CS_ERR_LIBRARY, CS_ERR_TRY_AGAIN, CS_ERR_INVALID_PARAM, CS_ERR_NO_MEMORY,
                                   CS_ERR_BAD_HANDLE, CS_ERR_NAME_TOO_LONG, CS_ERR_TOO_BIG, CS_ERR_NOT_EXIST})
        EXPECT_TRUE(seen.insert(reported(error)).second) << error << ": " << cs_client_reason();
}

TEST(Reason, of_a_failed_system_call_names_the_limit)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const auto reason_of = [](int error) {
        EXPECT_EQ(-error, explain_errno(-error));
        return reported(CS_ERR_LIBRARY);
    };
    EXPECT_EQ("no file descriptor is free: the limit of the process is " + std::to_string(limit.rlim_cur) +
                  "; close descriptors, or raise RLIMIT_NOFILE",
              reason_of(EMFILE));
    EXPECT_EQ("the system has no room for another open file; raise fs.file-max", reason_of(ENFILE));
    EXPECT_EQ(reason_of(ENOMEM), reason_of(EAGAIN));
    EXPECT_EQ("the message is larger than the daemon takes; send it in parts", reason_of(EMSGSIZE));
    EXPECT_EQ("a system call failed with errno 5; look up that number in errno(3)", reason_of(EIO));
}

TEST(Reason, that_is_noted_is_not_replaced_by_that_of_a_system_call)
{
    explain(reasons::hung_up_early);
    explain_errno(-EIO);
    EXPECT_EQ(&reasons::hung_up_early, take_reason().reason);
    EXPECT_EQ(0, explain_errno(0));
    EXPECT_FALSE(explained());
}

TEST(Reason, comes_back_when_it_is_restored)
{
    explain(reasons::malformed, "event", 1, 2);
    const Note note = take_reason();
    EXPECT_FALSE(explained());
    restore_reason(note);
    EXPECT_EQ("the daemon sent a malformed event: message id 1, 2 bytes; report it, with the versions of both sides",
              reported(CS_ERR_LIBRARY));
}

TEST(Reason, belongs_to_its_thread)
{
    reported(CS_ERR_BAD_HANDLE);
    const std::string mine = cs_client_reason();
    std::thread([] {
        EXPECT_STREQ("", cs_client_reason());
        reported(CS_ERR_INVALID_PARAM);
    }).join();
    EXPECT_EQ(mine, cs_client_reason());
}

// The texts of an ordinary reason are written once only, but the texts of another reason must not stay there.
TEST(Reason, that_is_ordinary_replaces_another_one)
{
    const std::string ordinary = reported(CS_ERR_TRY_AGAIN);
    const std::string other = reported(CS_ERR_BAD_HANDLE);
    EXPECT_NE(ordinary, other);
    EXPECT_EQ(ordinary, reported(CS_ERR_TRY_AGAIN));
    EXPECT_EQ(ordinary, reported(CS_ERR_TRY_AGAIN));
}

TEST(Reason, does_not_change_errno)
{
    errno = ERANGE;
    report(kCall, CS_ERR_NO_MEMORY);
    EXPECT_EQ(ERANGE, errno);
}

} // namespace
