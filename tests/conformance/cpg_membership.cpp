// SPDX-License-Identifier: BSD-3-Clause
// Groups: joining, leaving, who gets the confchg event, who the members are; names; and the cluster's membership.
#include "cpg_scene.hpp"
#include "integration/cpg_raw.hpp"

#include <cstring>
#include <list>

namespace {

using namespace conformance;
using namespace std::string_literals;

cs_error_t join_once(cpg_handle_t handle, std::string_view group)
{
    const auto name = test::name_of(group);
    return cpg_join(handle, &name);
}

const Group kLife("cpg.membership", [](Transcript& at, test::Daemon&) {
    settle();
    Cpg cpg;
    Cpg second;
    at("leave_before_join") << test::leave(cpg, "life");
    at("join") << join_once(cpg, "life");
    at("join.told") << dispatched(cpg, CS_DISPATCH_ONE);
    at("members") << members_word(cpg, "life");
    at("join_again") << join_once(cpg, "life");
    at("join_another_group") << join_once(cpg, "another");
    at("join_by_another_handle") << join_once(second, "life");
    at("join_another_group_by_another_handle") << join_once(second, "another");
    at("leave") << test::leave(cpg, "life");
    at("leave.told") << told_after(cpg, 1);
    at("leave.members") << members_left("life");
    at("leave_again") << test::leave(cpg, "life");
    at("send_then") << test::send(cpg, "lost");
    at("send_long_then") << test::send(cpg, test::pattern(3'000'000));
    at("join_then") << join_once(cpg, "life");
    Marker().await_queue(cpg);
    at("told_then") << dispatched(cpg, CS_DISPATCH_ALL);
    Other other("other", "life");
    at("others_join") << told_after(cpg, 1);
    at("others_send") << other.tell("send theirs") << told_after(cpg, 1);
    at("others_leave") << other.tell("leave") << told_after(cpg, 1);
    at("another_group") << told_after(second, 1);
});

const Group kNoSecondGroup("cpg.second_group", [](Transcript& at, test::Daemon&) {
    settle();
    at.apart("join", [](Line& line) {
        Cpg cpg;
        cpg.enter("first");
        line << test::leave(cpg, "first") << told_after(cpg, 1);
        line << join_once(cpg, "second");
    });
    at("members") << members_left("second");
});

const Group kWrongName("cpg.leave_wrong_name", [](Transcript& at, test::Daemon&) {
    settle();
    Marker marker;
    Cpg cpg;
    Cpg elsewhere;
    cpg.enter("right");
    elsewhere.enter("wrong");
    at("leave") << test::leave(cpg, "wrong");
    marker.await_queue(cpg);
    at("told") << dispatched(cpg, CS_DISPATCH_ALL);
    at("told_elsewhere") << dispatched(elsewhere, CS_DISPATCH_ALL);
    at("finalize") << cpg.finalize();
    at("members") << members_left("right");
    at("members_elsewhere") << members_word(elsewhere, "wrong");
});

// CPG-D6
const Group kChild("cpg.leave_in_child", [](Transcript& at, test::Daemon&) {
    settle();
    Cpg cpg;
    cpg.enter("child");
    at("leave") << test::in_child([&] { return test::leave(cpg, "child"); });
    at("finalize") << cpg.finalize();
    at("members") << members_left("child");
});

const Group kReasons("cpg.reasons", [](Transcript& at, test::Daemon&) {
    settle();
    Cpg cpg;
    cpg.enter("reasons");
    Other one("one", "reasons");
    at("one_joins") << told_after(cpg, 1);
    Other two("two", "reasons");
    at("two_joins") << told_after(cpg, 1);
    Other three("three", "reasons");
    at("three_joins") << told_after(cpg, 1);
    at("members") << members_word(cpg, "reasons");
    at("two_sends") << two.tell("send theirs") << told_after(cpg, 1);
    at("two_sends_much") << two.tell("large 3000000") << told_after(cpg, 1);
    at("one_leaves") << one.tell("leave") << told_after(cpg, 1);
    at("two_finalizes") << two.tell("finalize") << told_after(cpg, 1);
    three.kill();
    at("three_is_killed") << told_after(cpg, 1);
    at("members_then") << members_word(cpg, "reasons");
});

const Group kAsking("cpg.membership_get", [](Transcript& at, test::Daemon&) {
    settle();
    Cpg cpg;
    cpg.enter("count");
    auto name = test::name_of("count");
    cpg_address members[CPG_MEMBERS_MAX];
    for (const int before : {0, -1, 1000}) {
        int count = before;
        std::memset(members, 0x5a, sizeof members);
        const auto error = cpg_membership_get(cpg, &name, members, &count);
        at("count_" + std::to_string(before))
            << error << count << process_word({members[0].nodeid, members[0].pid, members[0].reason})
            << (members[1].pid == 0x5a5a5a5a);
    }
    at("of_nobody") << members_word(cpg, "nobody's");
    at("from_outside") << members_word(Cpg(), "count");
    const Cpg soon;
    at("soon_after_join") << join_once(soon, "soon")
                          << test::eventually([&] { return test::members_of(soon, "soon").size() == 1; });
});

const Group kCrowd("cpg.crowd", [](Transcript& at, test::Daemon&) {
    settle();
    constexpr std::size_t kSize = 130;
    constexpr std::uint32_t kFirstPid = 1'000'000;
    const auto known = [](const test::Members& members) {
        std::size_t right = 0;
        for (std::size_t i = 1; i < members.size(); ++i)
            right += members[i].pid == kFirstPid + i;
        return std::to_string(members.size()) + "," + std::to_string(right);
    };
    Cpg cpg;
    cpg.enter("crowd");
    std::list<test::RawCpg> others;
    while (others.size() < kSize - 1) {
        others.emplace_back().join("crowd", kFirstPid + static_cast<std::uint32_t>(others.size()));
        others.back().stop_receiving();
    }
    process_names[kFirstPid + kSize] = "last";
    test::RawCpg& last = others.emplace_back();
    last.join("crowd", kFirstPid + kSize);
    cpg.await([&] { return cpg.events().back().members.size() == kSize + 1; });
    const auto joined = cpg.take().back();
    at("joined") << known(joined.members) << list_word(joined.joined) << list_word(joined.left);
    struct {
        cpg_address list[CPG_MEMBERS_MAX];
        cpg_address behind[8];
    } room;
    std::memset(&room, 0x5a, sizeof room);
    auto name = test::name_of("crowd");
    int count = 0;
    at("membership_get") << cpg_membership_get(cpg, &name, room.list, &count) << count
                         << (room.behind[0].pid == 0x5a5a5a5a);
    last.leave("crowd", kFirstPid + kSize);
    cpg.await([&] { return cpg.count() == 1; });
    const auto left = cpg.take().back();
    at("left") << known(left.members) << list_word(left.joined) << list_word(left.left);
});

const Group kNames("cpg.name", [](Transcript& at, test::Daemon&) {
    settle();
    const std::pair<const char*, std::string> names[] = {{"empty", ""},
                                                         {"of_128_bytes", std::string(CPG_MAX_NAME_LENGTH, 'l')},
                                                         {"of_127_bytes", std::string(CPG_MAX_NAME_LENGTH - 1, 'l')},
                                                         {"with_nul", "a\0b"s},
                                                         {"of_nul", "\0"s},
                                                         {"binary", "\xff\xfe\n"s}};
    for (const auto& [name, bytes] : names) {
        const std::string with = name;
        Cpg cpg;
        at(with + ".join") << join_once(cpg, bytes);
        at(with + ".send") << test::send(cpg, "x");
        at(with + ".told") << told_after(cpg, 2);
        at(with + ".members") << members_word(cpg, bytes);
        at(with + ".leave") << test::leave(cpg, bytes) << told_after(cpg, 1);
        at(with + ".members_then") << members_left(bytes);
    }
    Cpg without;
    Cpg with;
    without.enter("PRE");
    with.enter("PRE\0"s);
    at("prefix.send") << test::send(without, "without") << test::send(with, "with");
    at("prefix.told") << told_after(without, 1);
    at("prefix.told_with_nul") << told_after(with, 1);

    static std::string tail_of_message;
    static std::string tail_of_confchg;
    cpg_callbacks_t callbacks{[](cpg_handle_t, const cpg_name* name, auto...) {
                                  tail_of_message = quoted({name->value, 12});
                              },
                              [](cpg_handle_t, const cpg_name* name, auto...) {
                                  tail_of_confchg = quoted({name->value, 12});
                              }};
    auto garbage = test::name_of("tail, garbage");
    garbage.length = 4;
    cpg_handle_t handle = test::kNoHandle;
    at("garbage.initialize") << cpg_initialize(&handle, &callbacks);
    at("garbage.join") << cpg_join(handle, &garbage) << cpg_dispatch(handle, CS_DISPATCH_ONE) << tail_of_confchg;
    at("garbage.send") << test::send(handle, "x") << cpg_dispatch(handle, CS_DISPATCH_ONE) << tail_of_message;
    at("garbage.members") << members_word(handle, "tail");
    at("garbage.leave") << test::leave(handle, "tail");
    at("garbage.finalize") << cpg_finalize(handle);
});

const Group kEmptyName("cpg.empty_name", [](Transcript& at, test::Daemon&) {
    settle();
    Cpg cpg;
    cpg.enter("");
    at("finalize") << cpg.finalize();
    at("members") << members_left("");
    const Cpg next;
    at("join_again") << join_once(next, "");
});

// The remaining items of an iteration, sorted because their order means nothing, and how it ends.
std::string items(cpg_iteration_handle_t iteration)
{
    std::vector<std::string> all;
    cpg_iteration_description_t item;
    cs_error_t error = CS_OK;
    while ((error = cpg_iteration_next(iteration, &item)) == CS_OK)
        all.push_back(quoted({item.group.value, item.group.length}) + "/" +
                      (item.pid == 0 ? std::to_string(item.nodeid) + ":0" : process_word({item.nodeid, item.pid, 0})));
    std::sort(all.begin(), all.end());
    std::string words;
    for (const auto& one : all)
        words += one + " ";
    return words + std::to_string(error);
}

const Group kIteration("cpg.iteration", [](Transcript& at, test::Daemon&) {
    settle();
    Cpg pair;
    Cpg single;
    pair.enter("pair");
    single.enter("single");
    const Other other("other", "pair");
    const auto iterate = [&](const std::string& name, cpg_iteration_type_t type, const char* group = nullptr) {
        const auto one = test::name_of(group ? group : "");
        cpg_iteration_handle_t iteration = test::kNoHandle;
        at(name) << cpg_iteration_initialize(pair, type, group ? &one : nullptr, &iteration);
        at(name + ".items") << items(iteration);
        at(name + ".again") << items(iteration);
        at(name + ".finalize") << cpg_iteration_finalize(iteration);
        at(name + ".finalize_again") << cpg_iteration_finalize(iteration);
        cpg_iteration_description_t item;
        at(name + ".next_then") << cpg_iteration_next(iteration, &item);
    };
    iterate("all", CPG_ITERATION_ALL);
    iterate("names", CPG_ITERATION_NAME_ONLY);
    iterate("one_group", CPG_ITERATION_ONE_GROUP, "single");
    iterate("another_group", CPG_ITERATION_ONE_GROUP, "pair");
    iterate("nobody's", CPG_ITERATION_ONE_GROUP, "nobody's");

    cpg_iteration_handle_t iteration = test::kNoHandle;
    cpg_iteration_description_t item;
    std::memset(&item, 0x5a, sizeof item);
    const auto untouched = item;
    const auto nobody = test::name_of("nobody's");
    at("end") << cpg_iteration_initialize(pair, CPG_ITERATION_ONE_GROUP, &nobody, &iteration)
              << cpg_iteration_next(iteration, &item);
    at("end.description_is_untouched") << (std::memcmp(&item, &untouched, sizeof item) == 0);
    at("end.finalize") << cpg_iteration_finalize(iteration);

    at("snapshot") << cpg_iteration_initialize(pair, CPG_ITERATION_ALL, nullptr, &iteration);
    Cpg newcomer;
    newcomer.enter("newcomer");
    at("snapshot.items") << items(iteration);
    cpg_iteration_handle_t beside = test::kNoHandle;
    at("snapshot.beside") << cpg_iteration_initialize(single, CPG_ITERATION_ALL, nullptr, &beside) << items(beside);
    at("finalize_of_the_handle") << pair.finalize();
    at("finalize_of_the_handle.next") << cpg_iteration_next(iteration, &item);
    at("finalize_of_the_handle.finalize") << cpg_iteration_finalize(iteration);
    at("finalize_of_the_handle.beside") << items(beside);
});

const Group kTotem("cpg.totem", [](Transcript& at, test::Daemon&) {
    settle();
    Marker marker;
    const auto join_with = [&](const std::string& name, test::Wanted wanted) {
        Cpg cpg(wanted);
        at(name + ".join") << join_once(cpg, name);
        marker.await_queue(cpg);
        at(name + ".one") << dispatched(cpg, CS_DISPATCH_ONE);
        at(name + ".all") << dispatched(cpg, CS_DISPATCH_ALL);
    };
    constexpr unsigned kInitial = CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF;
    join_with("with_flag", {.totem = true, .flags = kInitial});
    join_with("without_flag", {.totem = true});
    join_with("without_callback", {.flags = kInitial});
    join_with("totem_only", {.confchg = false, .totem = true, .flags = kInitial});
});

} // namespace
