// SPDX-License-Identifier: BSD-3-Clause
// asterisk: threads make requests on one handle at the same time, and the program initializes again without finalize.
#include "contract.hpp"

namespace {

using namespace test;

using ContractC13 = Contract;
using ContractC22 = Contract;

// The members of the group, from several requests.
Members list_members(cpg_handle_t handle, cpg_name group)
{
    Members members;
    cpg_iteration_handle_t iteration = 0;
    cpg_iteration_description_t member{};
    if (cpg_iteration_initialize(handle, CPG_ITERATION_ONE_GROUP, &group, &iteration) != CS_OK)
        return members;
    while (cpg_iteration_next(iteration, &member) == CS_OK)
        members.push_back({member.nodeid, member.pid});
    cpg_iteration_finalize(iteration);
    return members;
}

TEST_F(ContractC13, threads_make_two_requests_at_once)
{
    Cpg cpg;
    cpg.enter("asterisk");
    const cpg_handle_t handle = cpg;
    const Repeat asking([=] {
        unsigned nodeid = 0;
        EXPECT_EQ(CS_OK, cpg_local_get(handle, &nodeid));
        EXPECT_EQ(1U, nodeid);
    });
    for (int i = 0; i < 300; ++i)
        ASSERT_EQ(Members{self()}, list_members(handle, name_of("asterisk")));
}

// In a child process, because such a handle stays open until the process ends.
TEST_F(ContractC22, handles_that_are_never_finalized_disturb_nothing)
{
    for (const auto& service : services) {
        EXPECT_EQ(0, in_child([&] {
                      std::uint64_t handle = kNoHandle;
                      for (int i = 0; i < 3; ++i)
                          if (service.initialize(&handle) != CS_OK || service.provoke(handle) != CS_OK)
                              return 1;
                      if (service.ask(handle) != CS_OK || service.dispatch(handle, CS_DISPATCH_ONE) != CS_OK)
                          return 2;
                      return service.finalize(handle) == CS_OK ? 0 : 3;
                  }))
            << service.name;
        EXPECT_EQ(CS_OK, Handle(service).ask()) << service.name;
    }
}

} // namespace
