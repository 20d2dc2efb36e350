// SPDX-License-Identifier: BSD-3-Clause
// The service whose library a program is linked with: what the tests that are the same for every service know of it.
// To add a service, describe it in a file like cmap_service.cpp.
#pragma once

#include "fixture.hpp"

#include <vector>

namespace test {

struct Service {
    using Initialize = cs_error_t (*)(std::uint64_t* handle);

    const char* name;                // of its socket
    Initialize initialize;           // without callbacks
    Initialize initialize_otherwise; // the same with the service's other function
    cs_error_t (*finalize)(std::uint64_t handle);
    bool finalize_asks; // the daemon, and so fails without it
    cs_error_t (*dispatch)(std::uint64_t handle, cs_dispatch_flags_t flag);
    cs_error_t (*fd_get)(std::uint64_t handle, int* fd);
    cs_error_t (*context_get)(std::uint64_t handle, void** context);
    cs_error_t (*context_set)(std::uint64_t handle, void* context);
    const std::vector<HandleCall>& (*calls)();
    // Brings the daemon into the state in which the calls, made on a fresh handle, give what they always give.
    void (*prepare)(std::uint64_t handle);
    // A request that succeeds. CS_ERR_BAD_OPERATION if the answer is wrong.
    cs_error_t (*ask)(std::uint64_t handle);
    // Initializes a handle with callbacks that tell Listener.
    cs_error_t (*listen)(std::uint64_t* handle);
    // Has the daemon send that handle events with the numbers from `first` on, an even count.
    cs_error_t (*provoke)(std::uint64_t handle, std::uint32_t first, int count);
    // Waits until the daemon beside us serves.
    void (*await)();
};
const Service& service();

// A daemon that serves.
struct ServingDaemon : Daemon {
    ServingDaemon() { service().await(); }
};
class ServiceTest : public SuiteTest<ServingDaemon> {};
class FreshServiceTest : public FreshTest<ServingDaemon> {};

// A handle without callbacks.
class Handle : public OwnHandle {
public:
    Handle() : Handle(service().initialize) {}

    cs_error_t dispatch(cs_dispatch_flags_t flag) const { return service().dispatch(handle_, flag); }
    cs_error_t ask() const { return service().ask(handle_); }

protected:
    explicit Handle(Service::Initialize initialize) : OwnHandle(service().finalize, service().fd_get)
    {
        EXPECT_EQ(CS_OK, open(initialize));
    }
};

// What the call gives when there is nothing that it lacks.
inline cs_error_t undisturbed(const HandleCall& call)
{
    const Handle handle;
    service().prepare(handle);
    return call.call(handle);
}

} // namespace test
