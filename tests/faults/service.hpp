// SPDX-License-Identifier: BSD-3-Clause
// The interface to a fake daemon and its client for the tests that are the same for every service.
// integration/service.hpp has the interface to the service itself.
#pragma once

#include "integration/listener.hpp"
#include "support/bytes.hpp"
#include "support/fake_daemon.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace test {

// A handle on a fake daemon, finalized at the end of its scope.
class Client {
public:
    virtual ~Client() = default;

    virtual std::uint64_t handle() const = 0;
    virtual cs_error_t finalize() = 0;
    virtual cs_error_t dispatch(cs_dispatch_flags_t flag) = 0;
    virtual int fd() const = 0;
    // All functions that take a handle, with valid arguments for this handle.
    virtual std::vector<HandleCall> calls() const = 0;

    // An event whose callback gets this number.
    virtual Bytes event(std::uint32_t number) const = 0;
    // Messages whose only callback gets this number, with `size` more bytes if events of the service can have them.
    virtual Steps numbered(std::uint32_t number, std::size_t size) const;
    // The bytes of such an event, and whether every event still had them when its callback returned.
    static Bytes content(std::uint32_t number, std::size_t size);
    bool intact = true;

    // Each kind of event.
    struct Kind {
        const char* name;
        Bytes event;
        std::size_t least; // an event of fewer bytes is malformed
    };
    virtual std::vector<Kind> kinds() const = 0;

    Numbers told;
    std::function<void()> on_told;

protected:
    void tell(std::uint32_t number)
    {
        told.push_back(number);
        if (on_told)
            on_told();
    }
    // The same for an event with content() at this address.
    void tell(const void* data, std::size_t size)
    {
        const auto number = value_at<std::uint32_t>({static_cast<const char*>(data), sizeof(std::uint32_t)}, 0);
        tell(number);
        intact &= content(number, size - sizeof number) == Bytes(static_cast<const char*>(data), size);
    }
};

struct FakedService { // the service with which a program is linked
    const char* name;
    FakeDaemon::Answer answer;
    std::unique_ptr<Client> (*connect)(FakeDaemon& daemon);
    std::vector<std::string> tested_elsewhere; // functions that are not among a client's calls
    std::size_t (*least)(const Bytes& reply);  // a reply of fewer bytes is malformed
};
extern const FakedService kFaked;

// A client's call that waits for a reply: its place in calls(), and its result with the usual reply.
struct AskingCall {
    std::size_t place;
    cs_error_t usual;
};
std::vector<AskingCall> asking_calls(FakeDaemon& daemon);

class FakedServiceTest : public ::testing::Test {
protected:
    FakedServiceTest();
    ~FakedServiceTest() override;

    Steps numbered(std::uint32_t first, std::uint32_t count) const;
    // The connection works: a request gets its own reply.
    static void expect_usable(const Client& client);
    void expect_usable() const { expect_usable(*client); }
    // Every call that needs the daemon fails within the promised time, and all others work.
    void expect_dead() const;

    FakeDaemon daemon;
    std::unique_ptr<Client> client;
};

} // namespace test
