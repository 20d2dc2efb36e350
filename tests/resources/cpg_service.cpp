#include "integration/cpg_fixture.hpp"
#include "service.hpp"

namespace test {

const Service& service()
{
    static constexpr Service cpg{
        .initialize = [](cpg_handle_t* handle) { return cpg_initialize(handle, nullptr); },
        .finalize = cpg_finalize,
        .calls = cpg_calls,
        .prepare =
            [](cpg_handle_t) {
                EXPECT_TRUE(await_members("calls", 0)); // the last handle may have joined
            },
        .ask =
            [](cpg_handle_t handle) {
                unsigned nodeid = 0;
                return cpg_local_get(handle, &nodeid);
            },
        .await = await_settled,
    };
    return cpg;
}

} // namespace test
