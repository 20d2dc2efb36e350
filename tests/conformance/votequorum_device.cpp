// SPDX-License-Identifier: BSD-3-Clause
// The quorum device of a single node.
#include "votequorum_scene.hpp"

namespace {

using namespace conformance;

constexpr votequorum_ring_id_t kBadRing{77, 77};
constexpr char kDevice[] = "QD";

// What getinfo says once it has these flags and this device name: a call that changes the device returns before the
// change is there. If it never comes, what getinfo says in the end.
std::string once(votequorum_handle_t handle, unsigned flags, const std::string& device)
{
    const auto expected = "flags=" + std::to_string(flags) + ",device=" + conformance::quoted(device);
    std::string words;
    test::eventually([&] { return (words = flags_of(handle)) == expected; });
    return words;
}

constexpr unsigned kQuorate = VOTEQUORUM_INFO_QUORATE;
constexpr unsigned kRegistered = kQuorate | VOTEQUORUM_INFO_QDEVICE_REGISTERED;
constexpr unsigned kAlive = kRegistered | VOTEQUORUM_INFO_QDEVICE_ALIVE;

const Group kNone("votequorum.no_device", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const Votequorum votequorum;
    votequorum_trackstart(votequorum, 0, CS_TRACK_CURRENT);
    await_told(votequorum, 2);
    at("unregister") << votequorum_qdevice_unregister(votequorum, kDevice);
    at("update") << votequorum_qdevice_update(votequorum, kDevice, "Q2");
    at("poll") << votequorum_qdevice_poll(votequorum, kDevice, 1, votequorum::last_ring);
    at("poll_bad_ring") << votequorum_qdevice_poll(votequorum, kDevice, 1, kBadRing);
    at("master_wins") << votequorum_qdevice_master_wins(votequorum, kDevice, 1);
});

const Group kNames("votequorum.device_name", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const Votequorum votequorum;
    const std::string longest(254, 'n');
    const std::string too_long(255, 'n');
    const std::pair<const char*, const char*> wrong[] = {{"empty", ""}, {"255", too_long.c_str()}};
    for (const auto& [name, value] : wrong) {
        const std::string with = name;
        at("register." + with) << votequorum_qdevice_register(votequorum, value);
        at("unregister." + with) << votequorum_qdevice_unregister(votequorum, value);
        at("update_from." + with) << votequorum_qdevice_update(votequorum, value, "x");
        at("update_to." + with) << votequorum_qdevice_update(votequorum, "x", value);
        at("poll." + with) << votequorum_qdevice_poll(votequorum, value, 1, kBadRing);
        at("master_wins." + with) << votequorum_qdevice_master_wins(votequorum, value, 1);
    }
    at("register.254") << votequorum_qdevice_register(votequorum, longest.c_str());
    at("info.254") << once(votequorum, kRegistered, longest);
    at("unregister.254") << votequorum_qdevice_unregister(votequorum, longest.c_str());
});

const Group kDeviceLife("votequorum.device", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const Votequorum votequorum;
    const Votequorum other;
    at("register") << votequorum_qdevice_register(votequorum, kDevice);
    at("register_again") << votequorum_qdevice_register(votequorum, kDevice);
    at("register_on_another_handle") << votequorum_qdevice_register(other, kDevice);
    at("register_other") << votequorum_qdevice_register(votequorum, "OTHER");
    at("trackstart") << votequorum_trackstart(votequorum, 9, CS_TRACK_CURRENT);
    const auto error = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
    at("told") << error << take_told();
    at("info") << once(votequorum, kRegistered, kDevice);
    const auto ring = votequorum::last_ring;
    at("poll.bad_ring") << votequorum_qdevice_poll(votequorum, kDevice, 1, kBadRing);
    at("poll.bad_ring_and_name") << votequorum_qdevice_poll(votequorum, "XX", 1, kBadRing);
    at("poll.bad_name") << votequorum_qdevice_poll(votequorum, "XX", 1, ring);
    for (const unsigned vote : {1U, 0U, 77U}) {
        const auto name = "poll." + std::to_string(vote);
        at(name) << votequorum_qdevice_poll(votequorum, kDevice, vote, ring);
        at(name + ".info") << once(votequorum, kAlive | (vote ? VOTEQUORUM_INFO_QDEVICE_CAST_VOTE : 0), kDevice);
    }
    at("master_wins.bad_name") << votequorum_qdevice_master_wins(votequorum, "XX", 1);
    for (const unsigned allow : {1U, 5U, 0U}) {
        const auto name = "master_wins." + std::to_string(allow);
        at(name) << votequorum_qdevice_master_wins(votequorum, kDevice, allow);
        at(name + ".info") << once(
            votequorum, kAlive | VOTEQUORUM_INFO_QDEVICE_CAST_VOTE | (allow ? VOTEQUORUM_INFO_QDEVICE_MASTER_WINS : 0),
            kDevice);
    }
    at("poll.other_handle") << votequorum_qdevice_poll(other, kDevice, 1, ring);
    at("update.bad_name") << votequorum_qdevice_update(votequorum, "XX", "Q2");
    at("update") << votequorum_qdevice_update(votequorum, kDevice, "Q2");
    at("update.info") << once(votequorum, kAlive | VOTEQUORUM_INFO_QDEVICE_CAST_VOTE, "Q2");
    at("update_again") << votequorum_qdevice_update(votequorum, kDevice, "Q3");
    at("unregister.old_name") << votequorum_qdevice_unregister(votequorum, kDevice);
    at("unregister") << votequorum_qdevice_unregister(votequorum, "Q2");
    at("unregister.info") << once(votequorum, kQuorate, "");
    at("unregister_again") << votequorum_qdevice_unregister(votequorum, "Q2");
});

// The device belongs to the node, not to the handle that registered it.
const Group kOutlives("votequorum.device_outlives", [](Transcript& at, test::Daemon&) {
    await_quorate();
    {
        const Votequorum votequorum;
        at("register") << votequorum_qdevice_register(votequorum, kDevice);
    }
    const Votequorum votequorum;
    at("info") << once(votequorum, kRegistered, kDevice);
    at("unregister") << votequorum_qdevice_unregister(votequorum, kDevice);
});

} // namespace
