// SPDX-License-Identifier: BSD-3-Clause
// What the tests of the contracts share. A suite is a row of contracts.txt, a file is a kind of program. Each test does
// what that program does, and little else.
#pragma once

#include "integration/cpg_fixture.hpp"
#include "support/process_state.hpp"

#include <array>
#include <cstdint>

#include <corosync/cmap.h>
#include <corosync/votequorum.h>

namespace test {

// One daemon for all tests. If a test kills it, the next test starts a new one.
class Contract : public ::testing::Test {
protected:
    Contract();
    ~Contract() override { remove_what_libqb_leaves(); }

    // The state of the process before it used any of the libraries.
    static const ProcessState& untouched();

    static Daemon& daemon();
    // Replaces the daemon for the rest of the test.
    static void replace_daemon(const Daemon::Options& options);
};

// A common interface to the three libraries, for contracts that apply to all of them.
struct Service {
    const char* name;
    cs_error_t (*initialize)(std::uint64_t* handle);
    cs_error_t (*finalize)(std::uint64_t handle);
    cs_error_t (*fd_get)(std::uint64_t handle, int* fd);
    cs_error_t (*dispatch)(std::uint64_t handle, cs_dispatch_flags_t type);
    cs_error_t (*ask)(std::uint64_t handle);     // makes a request
    cs_error_t (*provoke)(std::uint64_t handle); // causes one or two events on this handle
};
extern const std::array<Service, 3> services;
extern const Service& cmap_service;
extern const Service& cpg_service;
extern const Service& votequorum_service;

// A handle without callbacks and without queued events. The destructor finalizes it.
class Handle {
public:
    explicit Handle(const Service& service);
    ~Handle();
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    operator std::uint64_t() const { return handle_; }
    int fd() const;
    cs_error_t dispatch(cs_dispatch_flags_t type) const { return service_.dispatch(handle_, type); }
    cs_error_t ask() const { return service_.ask(handle_); }
    cs_error_t provoke() const { return service_.provoke(handle_); }
    cs_error_t finalize() { return service_.finalize(std::exchange(handle_, kNoHandle)); }

private:
    const Service& service_;
    std::uint64_t handle_ = kNoHandle;
};

std::array<Handle, 3> one_of_each();

} // namespace test
