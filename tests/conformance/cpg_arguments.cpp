// SPDX-License-Identifier: BSD-3-Clause
// Handles and pointers that are not valid, names that are too long, and which of several wrong arguments is noticed
// first.
#include "cpg_scene.hpp"
#include "support/full_shared_memory.hpp"

namespace {

using namespace conformance;
using test::kNoHandle;

const cpg_name kGroup = test::name_of("arguments");
const std::string kLong(3'000'000, 'x');

cpg_name too_long()
{
    auto name = test::name_of(std::string(CPG_MAX_NAME_LENGTH, 'n'));
    ++name.length;
    return name;
}

// All functions, for both kinds of handles.
std::vector<test::HandleCall> calls()
{
    using H = cpg_handle_t;
    constexpr auto request = test::HandleCall::request;
    std::vector<test::HandleCall> all = {
        {"zcb_mcast_joined", request,
         [](H h) {
             char byte = 'x';
             return cpg_zcb_mcast_joined(h, CPG_TYPE_AGREED, &byte, 1);
         }},
        {"iteration_next", request,
         [](H h) {
             cpg_iteration_description_t description;
             return cpg_iteration_next(h, &description);
         }},
        {"iteration_finalize", request, [](H h) { return cpg_iteration_finalize(h); }},
    };
    all.insert(all.begin(), test::cpg_calls().begin(), test::cpg_calls().end());
    return all;
}

// Values that are not enumerators; C programs may pass them.
cs_error_t iterate(cpg_handle_t handle, int type, const cpg_name* group, cpg_iteration_handle_t* out)
{
    return cpg_iteration_initialize(handle, static_cast<cpg_iteration_type_t>(type), group, out);
}

cpg_model_t model_number(int number)
{
    return static_cast<cpg_model_t>(number);
}

cs_error_t dispatch_number(cpg_handle_t handle, int type)
{
    return cpg_dispatch(handle, static_cast<cs_dispatch_flags_t>(type));
}

const Group kHandles("cpg.handle", [](Transcript& at, test::Daemon&) {
    settle();
    const cpg_handle_t stale = stale_handle<Cpg>();
    Cpg cpg;
    const cpg_handle_t live = cpg;
    const cpg_handle_t reused = stale; // a handle that has the slot of the stale one
    for (const auto& [name, kind, call] : calls()) {
        auto line = at(in_one_word(name));
        for (const cpg_handle_t handle :
             {kNoHandle, cpg_handle_t{1}, cpg_handle_t{0xdeadbeef}, ~cpg_handle_t{0}, cpg_handle_t{0x80000000},
              live & 0xffffffff, live ^ (cpg_handle_t{1} << 40), live + 1, reused})
            line << call(handle);
    }
    unsigned nodeid = 0;
    at("live") << cpg_local_get(live, &nodeid);
    at("finalize_twice") << cpg.finalize() << cpg_finalize(live);
});

// The reference took any check word of all ones for the right one.
const Group kWildcard("cpg.wildcard", [](Transcript& at, test::Daemon&) {
    settle();
    Cpg cpg;
    const cpg_handle_t wildcard = cpg | (~cpg_handle_t{0} << 32);
    for (const auto& [name, kind, call] : test::cpg_calls())
        if (kind != test::HandleCall::finalize && name != std::string("zcb_free")) // NULL has its own group
            at(in_one_word(name)) << call(wildcard);
    at("finalize") << cpg_finalize(wildcard);
    at("then_finalize") << cpg.finalize();
});

const Group kNull("cpg.null", [](Transcript& at, test::Daemon&) {
    settle();
    static constexpr iovec kNowhere{nullptr, 1};
    static const iovec kFarFromAnywhere{nullptr, kLong.size()};
    const cpg_handle_t stale = stale_handle<Cpg>();
    std::vector<Transcript::Case> cases = {
        {"initialize.handle", [](Line& line) { line << cpg_initialize(nullptr, nullptr); }},
        {"model_initialize.handle",
         [](Line& line) { line << cpg_model_initialize(nullptr, CPG_MODEL_V1, nullptr, nullptr); }},
    };
    const std::pair<const char*, std::function<cs_error_t(cpg_handle_t)>> calls[] = {
        {"fd_get.fd", [](auto h) { return cpg_fd_get(h, nullptr); }},
        {"max_atomic_msgsize_get.size", [](auto h) { return cpg_max_atomic_msgsize_get(h, nullptr); }},
        {"context_get.context", [](auto h) { return cpg_context_get(h, nullptr); }},
        {"flow_control_state_get.state", [](auto h) { return cpg_flow_control_state_get(h, nullptr); }},
        {"local_get.nodeid", [](auto h) { return cpg_local_get(h, nullptr); }},
        {"join.group", [](auto h) { return cpg_join(h, nullptr); }},
        {"leave.group", [](auto h) { return cpg_leave(h, nullptr); }},
        {"membership_get.group",
         [](auto h) {
             cpg_address members[CPG_MEMBERS_MAX];
             int count = 0;
             return cpg_membership_get(h, nullptr, members, &count);
         }},
        {"mcast_joined.parts", [](auto h) { return cpg_mcast_joined(h, CPG_TYPE_AGREED, nullptr, 1); }},
        {"mcast_joined.data", [](auto h) { return cpg_mcast_joined(h, CPG_TYPE_AGREED, &kNowhere, 1); }},
        {"mcast_joined.long_data", [](auto h) { return cpg_mcast_joined(h, CPG_TYPE_AGREED, &kFarFromAnywhere, 1); }},
        {"zcb_alloc.buffer", [](auto h) { return cpg_zcb_alloc(h, 8, nullptr); }},
        {"zcb_mcast_joined.buffer", [](auto h) { return cpg_zcb_mcast_joined(h, CPG_TYPE_AGREED, nullptr, 8); }},
        {"zcb_free.buffer", [](auto h) { return cpg_zcb_free(h, nullptr); }},
    };
    for (const auto& [name, call] : calls) {
        cases.push_back({name, [call = call](Line& line) { line << call(Cpg()); }});
        cases.push_back(
            {std::string(name) + ".stale_handle", [call = call, stale](Line& line) { line << call(stale); }});
    }
    at.all_apart(cases);
});

// With a handle that is open and with one that never was.
const Group kOrder("cpg.order", [](Transcript& at, test::Daemon&) {
    settle();
    const Cpg cpg;
    auto group = kGroup;
    auto long_name = too_long();
    cpg_address members[CPG_MEMBERS_MAX];
    int count = 4711;
    cpg_iteration_handle_t iteration = test::kUntouched;
    const std::pair<const char*, std::function<cs_error_t(cpg_handle_t)>> calls[] = {
        {"join.long_name", [&](auto h) { return cpg_join(h, &long_name); }},
        {"leave.long_name", [&](auto h) { return cpg_leave(h, &long_name); }},
        {"membership_get.long_name", [&](auto h) { return cpg_membership_get(h, &long_name, members, &count); }},
        {"membership_get.long_name_and_null",
         [&](auto h) { return cpg_membership_get(h, &long_name, nullptr, nullptr); }},
        {"membership_get.list", [&](auto h) { return cpg_membership_get(h, &group, nullptr, &count); }},
        {"membership_get.count", [&](auto h) { return cpg_membership_get(h, &group, members, nullptr); }},
        {"iteration.long_name", [&](auto h) { return iterate(h, CPG_ITERATION_ONE_GROUP, &long_name, &iteration); }},
        {"iteration.long_name_and_null", [&](auto h) { return iterate(h, CPG_ITERATION_ALL, &long_name, nullptr); }},
        {"iteration.null", [&](auto h) { return iterate(h, CPG_ITERATION_ALL, nullptr, nullptr); }},
        {"iteration.all_and_group", [&](auto h) { return iterate(h, CPG_ITERATION_ALL, &group, &iteration); }},
        {"iteration.names_and_group", [&](auto h) { return iterate(h, CPG_ITERATION_NAME_ONLY, &group, &iteration); }},
        {"iteration.one_group_and_none",
         [&](auto h) { return iterate(h, CPG_ITERATION_ONE_GROUP, nullptr, &iteration); }},
        {"iteration.type_0", [&](auto h) { return iterate(h, 0, nullptr, &iteration); }},
        {"iteration.type_0_and_group", [&](auto h) { return iterate(h, 0, &group, &iteration); }},
        {"iteration.type_4", [&](auto h) { return iterate(h, 4, nullptr, &iteration); }},
        {"iteration_next.null", [](auto h) { return cpg_iteration_next(h, nullptr); }},
        {"mcast_joined.nothing", [](auto h) { return cpg_mcast_joined(h, CPG_TYPE_AGREED, nullptr, 0); }},
        {"context_set.null", [](auto h) { return cpg_context_set(h, nullptr); }},
        {"zcb_mcast_joined.too_much",
         [](auto h) {
             char byte = 'x';
             return cpg_zcb_mcast_joined(h, CPG_TYPE_AGREED, &byte, (1 << 20) + 1);
         }},
    };
    for (const auto& [name, call] : calls) {
        auto line = at(name);
        for (const cpg_handle_t handle : {cpg_handle_t{cpg}, kNoHandle})
            line << call(handle);
    }
    at("outputs") << count << (iteration == test::kUntouched);
    at("iterate_bad_handle") << iterate(kNoHandle, CPG_ITERATION_ALL, nullptr, &iteration)
                             << iterate(kNoHandle, CPG_ITERATION_ONE_GROUP, &group, &iteration)
                             << (iteration == test::kUntouched);
});

const Group kTypes("cpg.dispatch_type", [](Transcript& at, test::Daemon&) {
    settle();
    std::vector<Transcript::Case> cases;
    for (const int type : {0, 5, 99, -1}) {
        const auto name = std::to_string(type);
        cases.push_back({name, [type](Line& line) { line << dispatch_number(Cpg(), type); }});
        cases.push_back({name + ".bad_handle", [type](Line& line) { line << dispatch_number(kNoHandle, type); }});
    }
    at.all_apart(cases);
});

cs_error_t initialize_with_flags(cpg_handle_t* handle, unsigned flags)
{
    cpg_model_v1_data_t model{CPG_MODEL_V1, nullptr, nullptr, nullptr, flags};
    return cpg_model_initialize(handle, CPG_MODEL_V1, reinterpret_cast<cpg_model_data_t*>(&model), nullptr);
}

cs_error_t initialize_and_finalize()
{
    cpg_handle_t handle = kNoHandle;
    const auto error = cpg_initialize(&handle, nullptr);
    return error == CS_OK ? cpg_finalize(handle) : error;
}

const Group kInitialize("cpg.initialize", [](Transcript& at, test::Daemon&) {
    settle();
    cpg_handle_t handle = test::kUntouched;
    // Nothing is released meanwhile. Sockets need almost no shared memory.
    if (test::transport() != test::Transport::socket) {
        test::FullSharedMemory::settle();
        const test::FullSharedMemory full;
        const Since before;
        at("shared_memory_full") << cpg_initialize(&handle, nullptr);
        at("shared_memory_full.handle_is_untouched") << (handle == test::kUntouched);
        at("shared_memory_full.holds") << before.held();
    }
    handle = test::kUntouched;
    for (const int number : {0, 2, -1}) {
        const auto model = model_number(number);
        at("model_" + std::to_string(number))
            << cpg_model_initialize(&handle, model, nullptr, nullptr)
            << cpg_model_initialize(nullptr, model, nullptr, nullptr) << (handle == test::kUntouched);
    }
    const Since before_flags;
    for (const unsigned flags : {2U, 3U, 0x80000000U}) {
        handle = test::kUntouched;
        const auto name = "flags_" + std::to_string(flags);
        at(name) << initialize_with_flags(&handle, flags);
        at(name + ".handle_is_untouched") << (handle == test::kUntouched);
        at(name + ".then_finalize") << cpg_finalize(handle);
    }
    at("flags.hold") << before_flags.held();
    cpg_callbacks_t callbacks{};
    at("empty_callbacks") << cpg_initialize(&handle, &callbacks);
    at("empty_callbacks.finalize") << cpg_finalize(handle);
    at("no_callbacks") << cpg_initialize(&handle, nullptr);
    at("no_callbacks.finalize") << cpg_finalize(handle);

    at("no_model_data") << cpg_model_initialize(&handle, CPG_MODEL_V1, nullptr, nullptr);
    at("no_model_data.join") << cpg_join(handle, &kGroup);
    at("no_model_data.one") << cpg_dispatch(handle, CS_DISPATCH_ONE);
    at("no_model_data.all") << cpg_dispatch(handle, CS_DISPATCH_ALL);
    at("no_model_data.finalize") << cpg_finalize(handle);

    static int called = 0;
    cpg_model_v1_data_t model{};
    model.model = model_number(99);
    model.flags = CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF;
    model.cpg_confchg_fn = [](auto...) { ++called; };
    auto* data = reinterpret_cast<cpg_model_data_t*>(&model);
    at("model_99_in_the_data") << cpg_model_initialize(&handle, CPG_MODEL_V1, data, nullptr);
    at("model_99_in_the_data.join") << test::join(handle, "model");
    at("model_99_in_the_data.one") << cpg_dispatch(handle, CS_DISPATCH_ONE) << called;
    at("model_99_in_the_data.finalize") << cpg_finalize(handle);

    if (test::can_change_user()) {
        at("by_a_stranger") << test::as_user(65534, 65534, initialize_and_finalize);
        at("by_a_stranger_in_root's_group") << test::as_user(65534, 0, initialize_and_finalize);
    }
    at.apart("no_descriptors", [](Line& line) {
        const Since before;
        const auto initialize = [] {
            const test::FewDescriptors few(0);
            return initialize_and_finalize();
        };
        const auto error = initialize();
        line << error << before.held();
    });
});

const Group kProperties("cpg.properties", [](Transcript& at, test::Daemon&) {
    settle();
    const auto descriptors = test::open_descriptors();
    const Since before;
    cpg_handle_t handle = kNoHandle;
    at("initialize") << cpg_initialize(&handle, nullptr);
    at("holds") << before.held_now();
    std::uint32_t size = 0;
    at("max_atomic_msgsize") << cpg_max_atomic_msgsize_get(handle, &size) << size;
    cpg_flow_control_state_t state = CPG_FLOW_CONTROL_ENABLED;
    at("flow_control_state") << cpg_flow_control_state_get(handle, &state) << static_cast<int>(state);
    unsigned nodeid = 0;
    at("local") << cpg_local_get(handle, &nodeid) << nodeid;
    int something = 0;
    void* context = &something;
    at("context") << cpg_context_get(handle, &context) << (context == nullptr);
    at("context.set") << cpg_context_set(handle, &something) << cpg_context_get(handle, &context)
                      << (context == &something);
    at("context.set_null") << cpg_context_set(handle, nullptr) << cpg_context_get(handle, &context)
                           << (context == nullptr);
    int fd = -1;
    at("fd") << cpg_fd_get(handle, &fd) << (descriptors.count(fd) == 0) << readiness(fd);
    int again = -1;
    at("fd.again") << cpg_fd_get(handle, &again) << (fd == again);
    bool nonblocking = true;
    bool closed_on_exec = true;
    for (const auto& [number, target] : test::open_descriptors()) {
        if (descriptors.count(number))
            continue;
        nonblocking = nonblocking && (::fcntl(number, F_GETFL) & O_NONBLOCK);
        closed_on_exec = closed_on_exec && (::fcntl(number, F_GETFD) & FD_CLOEXEC);
    }
    at("descriptors") << nonblocking << closed_on_exec;
    at("finalize") << cpg_finalize(handle);
    at("holds_then") << before.held();
    cpg_model_v1_data_t model{CPG_MODEL_V1, nullptr, nullptr, nullptr, 0};
    auto* data = reinterpret_cast<cpg_model_data_t*>(&model);
    at("model") << cpg_model_initialize(&handle, CPG_MODEL_V1, data, &something);
    at("model.context") << cpg_context_get(handle, &context) << (context == &something);
    at("model.finalize") << cpg_finalize(handle);

    int failed = 0;
    for (int round = 0; round < 50; ++round) {
        Cpg cpg;
        failed += test::join(cpg, "rounds") != CS_OK || cpg.finalize() != CS_OK;
    }
    at("fifty_lives.failed") << failed;
    at("fifty_lives.hold") << before.held();

    // CPG-D44
    srandom(1);
    const long first = random();
    const long second = random();
    srandom(1);
    const bool same_first = random() == first;
    const Cpg cpg;
    at("random.is_not_drawn_from") << same_first << (random() == second);
});

const Group kNobody("cpg.no_daemon", [](Transcript& at) {
    const Since before;
    cpg_handle_t handle = test::kUntouched;
    at("initialize") << cpg_initialize(&handle, nullptr);
    at("handle_is_untouched") << (handle == test::kUntouched);
    at("then_finalize") << cpg_finalize(handle);
    handle = test::kUntouched;
    at("wrong_flags") << initialize_with_flags(&handle, 2);
    at("wrong_flags.handle_is_untouched") << (handle == test::kUntouched);
    at("wrong_model") << cpg_model_initialize(&handle, model_number(2), nullptr, nullptr);
    int others = 0;
    for (int i = 0; i < 50; ++i)
        others += cpg_initialize(&handle, nullptr) != CS_ERR_LIBRARY;
    at("fifty_times.other_results") << others;
    at("holds") << before.held();
});

const Group kStarting("cpg.starting_daemon", [](Transcript& at) {
    test::Daemon::Options options;
    options.wait = false;
    const Since before;
    const test::Daemon daemon(options);
    cs_error_t error = CS_OK;
    bool unexpected = false;
    const bool came = test::eventually([&] {
        error = initialize_and_finalize();
        unexpected = unexpected || (error != CS_OK && error != CS_ERR_LIBRARY && error != CS_ERR_TRY_AGAIN);
        return error == CS_OK;
    });
    at("serves") << came << unexpected;
    at("holds") << before.held();
});

} // namespace
