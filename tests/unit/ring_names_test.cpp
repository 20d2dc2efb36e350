// SPDX-License-Identifier: BSD-3-Clause
// Which names of rings the library accepts, rule by rule.
#include "ring_names.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using corosync::kRings;
using corosync::Ring;
using corosync::RingFiles;
using test::HandshakeReply;

constexpr char kDirectory[] = "/dev/shm/qb-1-2-3-abcdef";

class Names : public ::testing::Test {
protected:
    // Names of rings in a directory.
    static bool good_in(const std::string& directory) { return good(HandshakeReply(directory, "cmap")); }

    // Good names, except for one.
    static bool good_with(Ring ring, const std::string& name)
    {
        HandshakeReply reply(kDirectory, "cmap");
        reply.name(static_cast<int>(ring), name);
        return good(reply);
    }

    static bool good(const HandshakeReply& reply)
    {
        RingFiles files;
        return test::parses(reply, files);
    }
};

TEST_F(Names, of_a_daemon_are_accepted)
{
    EXPECT_TRUE(good_in(kDirectory));
    EXPECT_TRUE(good_in("/dev/shm/qb-123456-123456-1000-ABCDEF"));
    EXPECT_TRUE(good_with(Ring::event, std::string(kDirectory) + "/qb-event-x-cmap"));
}

TEST_F(Names, must_end_within_their_field)
{
    EXPECT_FALSE(good_with(Ring::request, std::string(HandshakeReply::kNameField, 'x')));
    EXPECT_FALSE(good_with(Ring::event, std::string(kDirectory) + "/qb-event-" + std::string(5000, 'x')));
}

TEST_F(Names, may_have_up_to_254_characters)
{
    const auto of_length = [](std::size_t length) {
        std::string name = std::string(kDirectory) + "/qb-response-";
        return name + std::string(length - name.size() - 4, 'x') + "cmap";
    };
    EXPECT_TRUE(good_with(Ring::response, of_length(254)));
    EXPECT_FALSE(good_with(Ring::response, of_length(255)));
    EXPECT_FALSE(good_with(Ring::response, of_length(4095)));
}

TEST_F(Names, must_be_in_shared_memory_with_libqbs_prefix)
{
    for (const char* directory : {"", "/", "/tmp/qb-1-2-3-abcdef", "/dev/shm", "/dev/shm/1-2-3", "/dev/shm/Qb-1",
                                  "/dev//shm/qb-1", "dev/shm/qb-1", "/dev/shm/../shm/qb-1", "/DEV/shm/qb-1"})
        EXPECT_FALSE(good_in(directory)) << directory;
}

TEST_F(Names, must_have_one_directory_and_no_empty_or_dot_component)
{
    for (const char* directory : {"/dev/shm/qb-1/2", "/dev/shm/qb-1/", "/dev/shm/qb-1/.", "/dev/shm/qb-1/..",
                                  "/dev/shm/qb-1/../qb-2", "/dev/shm//qb-1"})
        EXPECT_FALSE(good_in(directory)) << directory;
    EXPECT_FALSE(good_with(Ring::request, "/dev/shm/qb-request-cmap"));
    EXPECT_FALSE(good_with(Ring::request, std::string(kDirectory) + "/"));
    EXPECT_FALSE(good_with(Ring::request, kDirectory));
}

TEST_F(Names, must_not_be_templates)
{
    EXPECT_FALSE(good_in("/dev/shm/qb-1-2-3-XXXXXX"));
    EXPECT_FALSE(good_with(Ring::event, std::string(kDirectory) + "/qb-event-XXXXXX-cmap"));
    EXPECT_TRUE(good_in("/dev/shm/qb-1-2-3-XXXXXx"));
}

TEST_F(Names, must_share_a_directory)
{
    for (const char* directory : {"/dev/shm/qb-1-2-3-abcdeg", "/dev/shm/qb-1-2-3-abcde", "/dev/shm/qb-1-2-3-abcdefg"}) {
        EXPECT_FALSE(good_with(Ring::response, std::string(directory) + "/qb-response-cmap")) << directory;
        EXPECT_FALSE(good_with(Ring::event, std::string(directory) + "/qb-event-cmap")) << directory;
    }
}

TEST_F(Names, must_tell_which_ring_it_is)
{
    for (const char* base : {"/qb-response-cmap", "/qb-event-cmap", "/request-cmap", "/qb-request", "/", "/x"})
        EXPECT_FALSE(good_with(Ring::request, std::string(kDirectory) + base)) << base;
    EXPECT_FALSE(good_with(Ring::response, std::string(kDirectory) + "/qb-request-cmap"));
    EXPECT_FALSE(good_with(Ring::event, std::string(kDirectory) + "/qb-response-cmap"));
}

TEST_F(Names, must_end_with_the_service)
{
    for (const char* base : {"/qb-request-cpg", "/qb-request-cmap2", "/qb-request-map", "/qb-request-"})
        EXPECT_FALSE(good_with(Ring::request, std::string(kDirectory) + base)) << base;
}

TEST_F(Names, must_not_be_missing)
{
    for (const Ring ring : kRings)
        EXPECT_FALSE(good_with(ring, ""));
}

} // namespace
