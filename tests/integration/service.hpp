// SPDX-License-Identifier: BSD-3-Clause
// The interface to a service for the tests that are the same for every service. A test program is linked with one
// service's library. To add a service, describe it in a file like cmap_service.cpp.
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
    bool finalize_asks; // finalize sends a request, and so fails without the daemon
    cs_error_t (*dispatch)(std::uint64_t handle, cs_dispatch_flags_t flag);
    cs_error_t (*fd_get)(std::uint64_t handle, int* fd);
    cs_error_t (*context_get)(std::uint64_t handle, void** context);
    cs_error_t (*context_set)(std::uint64_t handle, void* context);
    const std::vector<HandleCall>& (*calls)();
    // Prepares the daemon so that the calls on a new handle have their usual results.
    void (*prepare)(std::uint64_t handle);
    // Makes a request. Returns CS_ERR_BAD_OPERATION if the reply is wrong.
    cs_error_t (*ask)(std::uint64_t handle);
    // Initializes a handle with callbacks that tell Listener.
    cs_error_t (*listen)(std::uint64_t* handle);
    // Makes the daemon send events with the numbers from `first` on to this handle. `count` must be even.
    cs_error_t (*provoke)(std::uint64_t handle, std::uint32_t first, int count);
    // Waits until the daemon accepts connections.
    void (*await)();
};
const Service& service();

// A daemon that accepts connections.
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

// The call's usual result.
inline cs_error_t undisturbed(const HandleCall& call)
{
    const Handle handle;
    service().prepare(handle);
    return call.call(handle);
}

} // namespace test
