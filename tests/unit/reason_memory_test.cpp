// SPDX-License-Identifier: BSD-3-Clause
// The words of a reason stay in their memory. This program has that memory, with something behind it.
#include "common/reason_place.hpp"
#include "core/reason.hpp"
#include "core/reasons.hpp"

#include <climits>
#include <cstring>
#include <string>

#include <gtest/gtest.h>

static struct {
    cs_client_reason_memory memory;
    char behind[8];
} place;

// Replaces that of libcorosync_common for the core, which is linked into this program.
extern "C" cs_client_reason_memory* cs_client_reason_place()
{
    return &place.memory;
}

namespace {

using namespace corosync;

constexpr char kBehind[] = "behind!";

void expect_no_more_than_the_memory(Reason& reason, const std::string& word)
{
    explain(reason, word.c_str(), LONG_MIN, LONG_MIN);
    report({"cpg", 1, "cpg_join"}, CS_ERR_LIBRARY);
    EXPECT_LT(::strnlen(place.memory.words, sizeof place.memory.words), sizeof place.memory.words) << word.size();
    EXPECT_STREQ(kBehind, place.behind) << word.size();
}

TEST(MemoryOfAReason, is_all_that_words_of_any_length_use)
{
    std::strcpy(place.behind, kBehind);
    for (std::size_t length = 0; length < 300; ++length) {
        expect_no_more_than_the_memory(reasons::nobody_listens, std::string(length, 'w')); // the word
        expect_no_more_than_the_memory(reasons::malformed, std::string(length, 'w'));      // the numbers behind it
    }
}

TEST(MemoryOfAReason, has_no_number_that_the_reason_does_not_have)
{
    static constinit Reason many{"%,%,%,%", "-"};
    explain(many, 1, 2, 3);
    report({"cpg", 1, "cpg_join"}, CS_ERR_LIBRARY);
    EXPECT_STREQ("1,2,3,%; -", place.memory.words);
}

} // namespace
