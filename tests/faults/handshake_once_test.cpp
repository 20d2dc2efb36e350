// SPDX-License-Identifier: BSD-3-Clause
// One reply of a daemon to a handshake is odd, perhaps because the daemon is starting. Later connections use its rings
// again.
#include "raw_cmap.hpp"

#include <cerrno>
#include <filesystem>
#include <ostream>

#include <qb/qbrb.h>

namespace {

namespace fs = std::filesystem;
using namespace test;

constexpr std::size_t kVisitors = 20; // each has rings of three megabytes
constexpr Duration kBetweenConnections = 250ms;

struct Oddity {
    const char* name;
    RawDaemon::Lie happen; // changes the first visitor's offer, or the files that it names
};

void PrintTo(const Oddity& oddity, std::ostream* out)
{
    *out << oddity.name;
}

const Oddity kOddities[] = {
    {"another_id", [](HandshakeReply& offer) { offer.id = -2; }},
    {"another_size", [](HandshakeReply& offer) { offer.size = 12324; }},
    {"a_positive_error", [](HandshakeReply& offer) { offer.error = EAGAIN; }},
    {"no_name", [](HandshakeReply& offer) { offer.name(1, ""); }},
    {"no_file", [](HandshakeReply& offer) { fs::remove(offer.names[2] + std::string("-header")); }},
    {"no_files",
     [](HandshakeReply& offer) {
         offer = {"/dev/shm/qb-nobody-made-this", "cmap"};
     }},
    {"a_file_that_is_not_whole",
     [](HandshakeReply& offer) {
         const auto data = offer.names[1] + std::string("-data");
         fs::resize_file(data, fs::file_size(data) / 2);
     }},
    {"a_ring_that_another_has_too",
     [](HandshakeReply& offer) {
         qb_rb_open(offer.names[0], offer.message_size, QB_RB_FLAG_SHARED_PROCESS, sizeof(std::int32_t));
     }},
};

class OddHandshake : public ::testing::TestWithParam<Oddity> {
protected:
    // A connection that uses rings visits the daemon once. One that uses libqb's client visits it twice, the first time
    // perhaps without a request.
    bool next_one_uses_rings()
    {
        const auto before = daemon.visits();
        const Attempt attempt;
        EXPECT_EQ(CS_OK, attempt.error());
        return daemon.visited(before + 1);
    }

    const Variable transport{"COROSYNC_CLIENT_TRANSPORT", "auto"};
    RawDaemon daemon{{RawDaemon::with(GetParam().happen), RawDaemon::honest}, {.visitors = kVisitors}};
};

TEST_P(OddHandshake, does_not_stop_later_connections_from_using_rings)
{
    EXPECT_EQ(CS_OK, Attempt().error());
    EXPECT_TRUE(daemon.visited(2));
    bool rings = false;
    while (!rings && daemon.visits() + 4 <= kVisitors) {
        std::this_thread::sleep_for(kBetweenConnections);
        rings = next_one_uses_rings();
    }
    EXPECT_TRUE(rings);
    EXPECT_TRUE(next_one_uses_rings()); // so do later ones
}

constexpr auto kName = [](const ::testing::TestParamInfo<Oddity>& info) { return std::string(info.param.name); };
INSTANTIATE_TEST_SUITE_P(By, OddHandshake, ::testing::ValuesIn(kOddities), kName);

} // namespace
