// SPDX-License-Identifier: BSD-3-Clause
// What a single node reports about itself, its votes, and who may connect.
#include "votequorum_scene.hpp"

#include <cstring>

namespace {

using namespace conformance;

cs_error_t initialize(votequorum_handle_t& handle)
{
    return votequorum_initialize(&handle, &kAllCallbacks);
}

const Group kInfo("votequorum.info", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const Votequorum votequorum;
    for (const unsigned node : {0U, 1U}) {
        votequorum_info info{};
        at("of_" + std::to_string(node)) << votequorum_getinfo(votequorum, node, &info) << info.node_id
                                         << info.node_state << info.node_votes << info.node_expected_votes
                                         << info.highest_expected << info.total_votes << info.quorum << info.flags
                                         << info.qdevice_votes << quoted(info.qdevice_name);
    }
    for (const unsigned node : {2U, 99U, 0x80000000U, 0xffffffffU}) {
        votequorum_info info{};
        at("of_" + std::to_string(node)) << votequorum_getinfo(votequorum, node, &info);
    }
    at("of_unknown.then") << flags_of(votequorum);
});

// VQ-D2: the reference returned what was on the daemon's stack.
const Group kInfoOfNobody("votequorum.info_of_nobody", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const Votequorum votequorum;
    votequorum_info info{};
    std::memset(&info, 0x55, sizeof info);
    const votequorum_info nothing{};
    at("error") << votequorum_getinfo(votequorum, 99, &info);
    at("is_zero") << (std::memcmp(&info, &nothing, sizeof info) == 0);
});

const Group kExpected("votequorum.expected", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const Votequorum votequorum;
    at("trackstart") << votequorum_trackstart(votequorum, 3, CS_TRACK_CHANGES_ONLY);
    for (const unsigned votes : {0U, 1U, 2U, 3U, 1000U, 0xffffffffU, 0x80000000U}) {
        const auto error = votequorum_setexpected(votequorum, votes);
        at("set_" + std::to_string(votes)) << error;
        if (error == CS_OK)
            await_told(votequorum, 1);
        const auto dispatched = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
        at("set_" + std::to_string(votes) + ".told") << dispatched << take_told();
    }
});

const Group kVotes("votequorum.votes", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const Votequorum votequorum;
    at("trackstart") << votequorum_trackstart(votequorum, 4, CS_TRACK_CHANGES_ONLY);
    const auto after = [&](const std::string& name, cs_error_t error, std::size_t events) {
        at(name) << error;
        await_told(votequorum, events);
        at(name + ".told") << take_told();
        votequorum_info info{};
        at(name + ".info") << votequorum_getinfo(votequorum, 0, &info) << info.node_votes << info.total_votes
                           << info.highest_expected << info.quorum << info.flags << info.qdevice_votes;
    };
    after("of_99", votequorum_setvotes(votequorum, 99, 1), 0);
    after("of_1_to_0", votequorum_setvotes(votequorum, 1, 0), 0);
    after("of_1_to_1", votequorum_setvotes(votequorum, 1, 1), 0);
    after("of_1_to_2", votequorum_setvotes(votequorum, 1, 2), 1);
    after("of_1_back_to_1", votequorum_setvotes(votequorum, 1, 1), 0);
    after("expected_1", votequorum_setexpected(votequorum, 1), 0);
    after("of_the_device_to_3", votequorum_setvotes(votequorum, 0, 3), 2);
});

const Group kNobody("votequorum.no_daemon", [](Transcript& at) {
    votequorum_handle_t handle = test::kUntouched;
    const Since before;
    at("initialize") << initialize(handle);
    at("handle_is_untouched") << (handle == test::kUntouched);
    at("then_the_handle") << flags_of(handle);
    at("holds") << before.held();
});

const Group kOtherProvider("votequorum.other_provider", [](Transcript& at) {
    test::Daemon::Options options;
    options.votequorum = false;
    const test::Daemon daemon(options);
    votequorum_handle_t handle = test::kUntouched;
    const Since before;
    at("initialize") << initialize(handle);
    at("holds") << before.held();
});

const Group kStranger("votequorum.stranger", [](Transcript& at, test::Daemon&) {
    await_quorate();
    if (!test::can_change_user())
        return;
    votequorum_handle_t handle = 0;
    at("initialize") << test::as_user(65534, 65534, [&] { return initialize(handle); });
});

const Group kDescriptors("votequorum.few_descriptors", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const Since before;
    at.all_apart({
        {"none",
         [](Line& line) {
             const test::FewDescriptors few(0);
             votequorum_handle_t handle = 0;
             line << initialize(handle);
         }},
        {"three",
         [](Line& line) {
             const test::FewDescriptors few(3);
             votequorum_handle_t handle = 0;
             line << initialize(handle);
         }},
    });
    at("holds") << before.held();
});

const Group kStarting("votequorum.starting_daemon", [](Transcript& at) {
    test::Daemon::Options options;
    options.wait = false;
    const Since before;
    test::Daemon daemon(options);
    votequorum_handle_t handle = 0;
    bool unexpected = false;
    cs_error_t error = CS_OK;
    const bool came = test::eventually([&] {
        error = initialize(handle);
        unexpected = unexpected || (error != CS_OK && error != CS_ERR_LIBRARY && error != CS_ERR_TRY_AGAIN);
        return error == CS_OK;
    });
    at("serves") << came << unexpected;
    at("finalize") << votequorum_finalize(handle);
    at("holds") << before.held();
});

const Group kLeftovers("votequorum.leftovers", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const Since before;
    {
        const Votequorum first;
        const Votequorum second;
        at("open") << flags_of(first) << flags_of(second);
        at("tracking") << votequorum_trackstart(first, 0, CS_TRACK_CHANGES);
    }
    at("finalized") << before.held();
});

} // namespace
