// SPDX-License-Identifier: BSD-3-Clause
// If the daemon's reply to the handshake is unlike those that this library knows, the library connects with libqb's
// client instead, or fails where the program wants rings only.
#include "raw_cmap.hpp"
#include "watch.hpp"

#include <algorithm>
#include <filesystem>
#include <ostream>

#include <qb/qbrb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using namespace test;

struct Lie {
    const char* name;
    RawDaemon::Lie tell; // changes the offer that the visitor gets
    const char* harms_libqb = nullptr;
};

void PrintTo(const Lie& lie, std::ostream* out)
{
    *out << lie.name;
}

std::string file_of(const HandshakeReply& offer, int ring, const char* part)
{
    return offer.names[ring] + std::string(part);
}

std::string directory_of(const HandshakeReply& offer)
{
    return fs::path(offer.names[0]).parent_path();
}

void shorten(const std::string& path)
{
    fs::resize_file(path, fs::file_size(path) - 4);
}

// Renames the files, too, so that only the name is wrong.
void rename_ring(HandshakeReply& offer, int ring, const std::string& name)
{
    for (const char* part : {"-header", "-data"})
        fs::rename(file_of(offer, ring, part), name + part);
    offer.name(ring, name);
}

void give_to_stranger(const std::string& path)
{
    constexpr uid_t kStranger = 65534;
    // Where no other user exists, makes the file writable for everybody, which is refused as well.
    if (::chown(path.c_str(), kStranger, static_cast<gid_t>(-1)) != 0)
        ::chmod(path.c_str(), 0777);
}

const Lie kFieldLies[] = {
    {"another_id", [](HandshakeReply& offer) { offer.id = -2; }},
    {"another_size", [](HandshakeReply& offer) { offer.size = 12324; }},
    {"a_positive_error", [](HandshakeReply& offer) { offer.error = EACCES; }},
    {"the_socket_transport", [](HandshakeReply& offer) { offer.transport = 0; }},
    {"an_unknown_transport", [](HandshakeReply& offer) { offer.transport = 4; }},
    {"less_than_was_asked_for", [](HandshakeReply& offer) { offer.message_size = 65536; },
     "libqb's client maps what was offered, and unmaps as much as the files hold"},
    {"more_than_64_mib", [](HandshakeReply& offer) { offer.message_size = (64U << 20) + 1; }},
};

const Lie kNameLies[] = {
    {"no_name", [](HandshakeReply& offer) { offer.name(1, ""); }},
    {"a_name_without_end", [](HandshakeReply& offer) { offer.name(2, std::string(HandshakeReply::kNameField, 'x')); }},
    {"a_name_of_255_characters",
     [](HandshakeReply& offer) {
         const std::string start = directory_of(offer) + "/qb-response-";
         rename_ring(offer, 1, start + std::string(255 - start.size() - 4, 'x') + "cmap");
     }},
    {"a_template", [](HandshakeReply& offer) { rename_ring(offer, 2, directory_of(offer) + "/qb-event-XXXXXX-cmap"); }},
    {"an_empty_component",
     [](HandshakeReply& offer) {
         offer = {directory_of(offer) + "/", "cmap"};
     }},
    {"a_nested_directory",
     [](HandshakeReply& offer) {
         const std::string nested = directory_of(offer) + "/qb-nested";
         fs::create_directory(nested);
         for (const int ring : {0, 1, 2})
             rename_ring(offer, ring, nested + "/" + fs::path(offer.names[ring]).filename().string());
     }},
    {"a_foreign_directory", [](HandshakeReply& offer) { offer.name(0, "/tmp/qb-1/qb-request-cmap"); }},
    {"another_directory_for_one", [](HandshakeReply& offer) { offer.name(2, "/dev/shm/qb-1/qb-event-cmap"); }},
    {"a_way_up",
     [](HandshakeReply& offer) {
         offer = {"/dev/shm/qb-1/../qb-2", "cmap"};
     }},
    {"names_of_old_daemons",
     [](HandshakeReply& offer) {
         offer.name(0, "cmap-request-1-2-3");
         offer.name(1, "cmap-response-1-2-3");
         offer.name(2, "cmap-event-1-2-3");
     }},
    {"two_names_exchanged", [](HandshakeReply& offer) { std::swap(offer.names[0], offer.names[1]); }},
    {"another_service",
     [](HandshakeReply& offer) {
         offer = {"/dev/shm/qb-1", "cpg"};
     }},
};

const Lie kFileLies[] = {
    {"no_files",
     [](HandshakeReply& offer) {
         offer = {"/dev/shm/qb-nobody-made-this", "cmap"};
     }},
    {"a_data_file_of_another_size", [](HandshakeReply& offer) { shorten(file_of(offer, 1, "-data")); }},
    {"a_header_file_of_another_size", [](HandshakeReply& offer) { shorten(file_of(offer, 0, "-header")); }},
    {"a_second_name_for_a_file",
     [](HandshakeReply& offer) {
         fs::create_hard_link(file_of(offer, 2, "-header"), file_of(offer, 2, "-header-too"));
     }},
    {"a_link_for_a_file",
     [](HandshakeReply& offer) {
         const std::string data = file_of(offer, 2, "-data");
         fs::rename(data, data + "-too");
         fs::create_symlink(data + "-too", data);
     }},
    {"a_pipe_for_a_file",
     [](HandshakeReply& offer) {
         const std::string header = file_of(offer, 1, "-header");
         fs::remove(header);
         ::mkfifo(header.c_str(), 0600);
     }},
    {"no_file", [](HandshakeReply& offer) { fs::remove(file_of(offer, 2, "-header")); }},
    {"a_file_that_all_can_write", [](HandshakeReply& offer) { ::chmod(file_of(offer, 0, "-data").c_str(), 0666); }},
    {"a_file_that_a_group_can_write",
     [](HandshakeReply& offer) { ::chmod(file_of(offer, 1, "-header").c_str(), 0620); }},
    {"a_directory_that_all_can_write", [](HandshakeReply& offer) { ::chmod(directory_of(offer).c_str(), 0777); }},
    {"a_link_for_the_directory",
     [](HandshakeReply& offer) {
         const std::string directory = directory_of(offer);
         fs::create_directory_symlink(directory, directory + "-too");
         offer = {directory + "-too", "cmap"};
     }},
    {"a_strangers_file", [](HandshakeReply& offer) { give_to_stranger(file_of(offer, 2, "-data")); }},
    {"a_strangers_directory", [](HandshakeReply& offer) { give_to_stranger(directory_of(offer)); }},
    {"a_size_that_is_not_that_of_the_files", [](HandshakeReply& offer) { offer.message_size += 4096; }},
};

RawDaemon::Lie another_has(int ring)
{
    return [ring](HandshakeReply& offer) {
        qb_rb_open(offer.names[ring], offer.message_size, QB_RB_FLAG_SHARED_PROCESS, sizeof(std::int32_t));
    };
}

// These faults can be seen only in attached rings.
const Lie kRingLies[] = {
    {"a_request_ring_that_another_has_too", another_has(0)},
    {"a_response_ring_that_another_has_too", another_has(1)},
    {"an_event_ring_that_another_has_too", another_has(2)},
};

class WrongOffer : public ::testing::TestWithParam<Lie> {
protected:
    ~WrongOffer() override { fs::remove(daemon.rings().directory() + "-too"); }

    RawDaemon daemon{{RawDaemon::with(GetParam().tell), RawDaemon::honest}};
};

TEST_P(WrongOffer, makes_the_library_use_libqbs_client)
{
    const Variable transport("COROSYNC_CLIENT_TRANSPORT", "auto");
    const Attempt attempt;
    EXPECT_EQ(CS_OK, attempt.error());
    EXPECT_TRUE(daemon.visited(2));
    EXPECT_TRUE(eventually([this] { return daemon.end(0).hung_up(); }));
    EXPECT_EQ(CS_OK, served(daemon.end(1), [&] { return cmap_set_uint8(attempt.handle(), "some.key", 1); }));
}

TEST_P(WrongOffer, is_an_error_if_the_program_wants_rings_only)
{
    const Variable transport("COROSYNC_CLIENT_TRANSPORT", "ring");
    EXPECT_EQ(CS_ERR_NOT_SUPPORTED, Attempt().error());
    EXPECT_TRUE(daemon.visited(1));
    EXPECT_TRUE(eventually([this] { return daemon.end(0).hung_up(); }));
}

// If libqb opens a file of an unexpected size, it truncates or extends that file.
using WrongOfferBeforeAttach = WrongOffer;
TEST_P(WrongOfferBeforeAttach, is_found_before_the_files_are_opened)
{
    const Variable transport("COROSYNC_CLIENT_TRANSPORT", "ring");
    const Watch watch(daemon.rings().directory());
    EXPECT_EQ(CS_ERR_NOT_SUPPORTED, Attempt().error());
    EXPECT_FALSE(watch.saw_file_opened());
}

constexpr auto kNameOfLie = [](const ::testing::TestParamInfo<Lie>& info) { return std::string(info.param.name); };
INSTANTIATE_TEST_SUITE_P(Field, WrongOffer, ::testing::ValuesIn(kFieldLies), kNameOfLie);
INSTANTIATE_TEST_SUITE_P(Name, WrongOffer, ::testing::ValuesIn(kNameLies), kNameOfLie);
INSTANTIATE_TEST_SUITE_P(File, WrongOffer, ::testing::ValuesIn(kFileLies), kNameOfLie);
INSTANTIATE_TEST_SUITE_P(Field, WrongOfferBeforeAttach, ::testing::ValuesIn(kFieldLies), kNameOfLie);
INSTANTIATE_TEST_SUITE_P(Name, WrongOfferBeforeAttach, ::testing::ValuesIn(kNameLies), kNameOfLie);
INSTANTIATE_TEST_SUITE_P(File, WrongOfferBeforeAttach, ::testing::ValuesIn(kFileLies), kNameOfLie);
INSTANTIATE_TEST_SUITE_P(Ring, WrongOffer, ::testing::ValuesIn(kRingLies), kNameOfLie);

// Here libqb's client decides what it accepts. But it must not hang, and must not keep anything without a handle.
class WrongOfferToLibqb : public ::testing::TestWithParam<Lie> {
protected:
    ~WrongOfferToLibqb() override { fs::remove(daemon.rings().directory() + "-too"); }

    const Variable transport{"COROSYNC_CLIENT_TRANSPORT", "libqb"};
    RawDaemon daemon{{RawDaemon::with(GetParam().tell)}};
};

TEST_P(WrongOfferToLibqb, does_not_make_initialize_hang)
{
    if (GetParam().harms_libqb)
        GTEST_SKIP() << GetParam().harms_libqb;
    Attempt();
    EXPECT_TRUE(daemon.visited(1));
    EXPECT_TRUE(eventually([this] { return daemon.end().hung_up(); }));
}

INSTANTIATE_TEST_SUITE_P(Field, WrongOfferToLibqb, ::testing::ValuesIn(kFieldLies), kNameOfLie);
INSTANTIATE_TEST_SUITE_P(Name, WrongOfferToLibqb, ::testing::ValuesIn(kNameLies), kNameOfLie);
INSTANTIATE_TEST_SUITE_P(File, WrongOfferToLibqb, ::testing::ValuesIn(kFileLies), kNameOfLie);
INSTANTIATE_TEST_SUITE_P(Ring, WrongOfferToLibqb, ::testing::ValuesIn(kRingLies), kNameOfLie);

// The test changes the rings that the first visitor gets.
class UsedRings : public ::testing::Test {
protected:
    void expect_refused()
    {
        const Variable transport("COROSYNC_CLIENT_TRANSPORT", "ring");
        EXPECT_EQ(CS_ERR_NOT_SUPPORTED, Attempt().error());
        EXPECT_TRUE(eventually([this] { return daemon.end().hung_up(); }));
    }
    RawDaemon daemon;
};

TEST_F(UsedRings, are_refused_with_a_request_in_them)
{
    daemon.rings().put(DaemonEnd::request_ring, message(0, {}));
    expect_refused();
}

TEST_F(UsedRings, are_refused_with_part_of_the_request_ring_in_use)
{
    daemon.rings().put_taken(DaemonEnd::request_ring);
    expect_refused();
}

TEST_F(UsedRings, are_refused_with_a_reply_in_them)
{
    daemon.rings().reply(message(0, {}));
    expect_refused();
}

TEST_F(UsedRings, are_refused_with_an_impossible_level_of_flow_control)
{
    daemon.rings().flow_control(3);
    expect_refused();
}

TEST_F(UsedRings, are_refused_with_a_negative_level_of_flow_control)
{
    daemon.rings().flow_control(-1);
    expect_refused();
}

TEST_F(UsedRings, are_accepted_with_flow_control_on)
{
    const Variable transport("COROSYNC_CLIENT_TRANSPORT", "ring");
    daemon.rings().flow_control(2);
    EXPECT_EQ(CS_OK, Attempt().error());
}

// A daemon may send events as soon as it has replied.
TEST(Handshake, may_be_followed_at_once_by_events)
{
    const Variable transport("COROSYNC_CLIENT_TRANSPORT", "ring");
    RawDaemon daemon({[](const Visitor& visitor) {
        const Bytes all = as_bytes(visitor.offer) + "xx";
        if (visitor.read_request())
            visitor.send(all.data(), all.size());
    }});
    daemon.rings().put_event(message(1000, {}));
    daemon.rings().put_event(message(1000, {}));
    const Attempt attempt;
    ASSERT_EQ(CS_OK, attempt.error());
    EXPECT_EQ(CS_OK, cmap_dispatch(attempt.handle(), CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_EQ(CS_OK, cmap_dispatch(attempt.handle(), CS_DISPATCH_ONE));
    EXPECT_EQ(CS_ERR_TRY_AGAIN, cmap_dispatch(attempt.handle(), CS_DISPATCH_ONE_NONBLOCKING));
}

// Some daemons have a larger message size than the client asks for.
TEST(Handshake, may_offer_a_larger_message_size_than_requested)
{
    constexpr std::uint32_t kLarger = 4U << 20;
    const Variable transport("COROSYNC_CLIENT_TRANSPORT", "ring");
    RawDaemon daemon({RawDaemon::honest}, {.message_size = kLarger});
    const Attempt attempt;
    ASSERT_EQ(CS_OK, attempt.error());
    daemon.end().event(message(1000, Bytes(kLarger - 24, 'x')));
    EXPECT_EQ(CS_OK, cmap_dispatch(attempt.handle(), CS_DISPATCH_ONE));
    EXPECT_EQ(CS_ERR_TRY_AGAIN, cmap_dispatch(attempt.handle(), CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_EQ(CS_OK, served(daemon.end(), [&] { return cmap_set_uint8(attempt.handle(), "some.key", 1); }));
}

// With SO_PASSCRED left on, the kernel would not merge notification bytes.
TEST(Handshake, leaves_so_passcred_off_on_the_socket)
{
    const Variable transport("COROSYNC_CLIENT_TRANSPORT", "ring");
    const RawDaemon daemon;
    const Attempt attempt;
    int fd = -1;
    ASSERT_EQ(CS_OK, cmap_fd_get(attempt.handle(), &fd));
    int asked = -1;
    socklen_t size = sizeof asked;
    EXPECT_EQ(0, ::getsockopt(fd, SOL_SOCKET, SO_PASSCRED, &asked, &size));
    EXPECT_EQ(0, asked);
}

// Handshakes take the daemon's time. After it has refused a daemon's offer, the library asks that daemon for no other.
TEST(Refusal, is_remembered_for_the_same_daemon)
{
    const Variable transport("COROSYNC_CLIENT_TRANSPORT", "auto");
    const auto lying = RawDaemon::with([](HandshakeReply& offer) { offer.transport = 3; });
    const auto not_to_be_asked = [](const Visitor& visitor) {
        const auto refusal = HandshakeReply::refusal(-EPERM);
        if (visitor.read_request())
            visitor.send(&refusal, sizeof refusal);
    };
    {
        RawDaemon daemon({lying, RawDaemon::honest, not_to_be_asked, RawDaemon::honest}, {.visitors = 4});
        EXPECT_EQ(CS_OK, Attempt().error());
        EXPECT_TRUE(daemon.visited(2));
        EXPECT_EQ(CS_OK, Attempt().error());
        EXPECT_TRUE(daemon.visited(4));
    }
    RawDaemon another;
    EXPECT_EQ(CS_OK, Attempt().error());
    EXPECT_TRUE(another.visited(1));
}

} // namespace
