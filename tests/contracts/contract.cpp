// SPDX-License-Identifier: BSD-3-Clause
#include "contract.hpp"

namespace test {

namespace {

std::unique_ptr<Daemon> running;
bool replaced = false;

class LastAct : public ::testing::Environment {
    void TearDown() override { running.reset(); }
};
const auto* const last_act = ::testing::AddGlobalTestEnvironment(new LastAct);

void await_quorum()
{
    const Handle handle(votequorum_service);
    votequorum_info info{};
    EXPECT_TRUE(eventually(
        [&] { return votequorum_getinfo(handle, 0, &info) == CS_OK && (info.flags & VOTEQUORUM_INFO_QUORATE) != 0; }));
}

constexpr const char* kProvoked = "contracts.provoked";

void ignore(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value, cmap_notify_value, void*)
{}

cs_error_t open_cmap(std::uint64_t* handle)
{
    cmap_track_handle_t tracker = 0;
    const auto error = cmap_initialize(handle);
    return error == CS_OK
               ? cmap_track_add(*handle, kProvoked, CMAP_TRACK_ADD | CMAP_TRACK_MODIFY, ignore, nullptr, &tracker)
               : error;
}

cs_error_t change(cmap_handle_t handle)
{
    static std::uint32_t value = 0;
    return cmap_set_uint32(handle, kProvoked, ++value);
}

// Joins its own group.
cs_error_t open_cpg(std::uint64_t* handle)
{
    static int number = 0;
    auto error = cpg_initialize(handle, nullptr);
    if (error == CS_OK)
        error = join(*handle, "contracts." + std::to_string(++number));
    return error == CS_OK ? cpg_dispatch(*handle, CS_DISPATCH_ONE) : error; // the confchg of the join
}

} // namespace

const std::array<Service, 3> services{{
    {"cmap", open_cmap, cmap_finalize, cmap_fd_get, cmap_dispatch,
     [](std::uint64_t handle) { return cmap_get(handle, "totem.version", nullptr, nullptr, nullptr); }, change},
    {"cpg", open_cpg, cpg_finalize, cpg_fd_get, cpg_dispatch,
     [](std::uint64_t handle) {
         unsigned nodeid = 0;
         return cpg_local_get(handle, &nodeid);
     },
     [](std::uint64_t handle) { return send(handle, "x"); }},
    {"votequorum", [](std::uint64_t* handle) { return votequorum_initialize(handle, nullptr); }, votequorum_finalize,
     votequorum_fd_get, votequorum_dispatch,
     [](std::uint64_t handle) {
         votequorum_info info{};
         return votequorum_getinfo(handle, 0, &info);
     },
     [](std::uint64_t handle) { return votequorum_trackstart(handle, 0, CS_TRACK_CURRENT); }},
}};
const Service& cmap_service = services[0];
const Service& cpg_service = services[1];
const Service& votequorum_service = services[2];

Contract::Contract()
{
    untouched();
    if (running && running->pid() != 0 && !replaced)
        return;
    running.reset();
    replaced = false;
    running = std::make_unique<Daemon>();
    await_settled();
    await_quorum();
}

const ProcessState& Contract::untouched()
{
    static const ProcessState state;
    return state;
}

Daemon& Contract::daemon()
{
    return *running;
}

void Contract::replace_daemon(const Daemon::Options& options)
{
    running.reset();
    replaced = true;
    running = std::make_unique<Daemon>(options);
    await_settled();
}

Handle::Handle(const Service& service) : service_(service)
{
    EXPECT_EQ(CS_OK, service_.initialize(&handle_)) << service_.name;
}

Handle::~Handle()
{
    if (handle_ != kNoHandle)
        finalize();
}

int Handle::fd() const
{
    int fd = -1;
    EXPECT_EQ(CS_OK, service_.fd_get(handle_, &fd)) << service_.name;
    return fd;
}

std::array<Handle, 3> one_of_each()
{
    return {Handle(cmap_service), Handle(cpg_service), Handle(votequorum_service)};
}

} // namespace test
