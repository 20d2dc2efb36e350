// SPDX-License-Identifier: BSD-3-Clause
// What the tests that are the same for every service know of a fake daemon, and of its client. For what they know of
// the service itself see integration/service.hpp.
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
    // All functions that take a handle, with arguments that are right for this one.
    virtual std::vector<HandleCall> calls() const = 0;

    // An event that tells a callback this number.
    virtual Bytes event(std::uint32_t number) const = 0;
    // Messages that together tell a callback this number, and which have so many bytes more, if they can have any.
    virtual Steps numbered(std::uint32_t number, std::size_t size) const;
    // What such an event has, and whether it still had that whenever its callback returned.
    static Bytes content(std::uint32_t number, std::size_t size);
    bool intact = true;

    // Each kind of event, at most once as a callback is told.
    struct Kind {
        const char* name;
        Bytes event;
        std::size_t least; // so much of it must be there
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
    // The same, of an event with content() at this address.
    void tell(const void* data, std::size_t size)
    {
        const auto number = value_at<std::uint32_t>({static_cast<const char*>(data), sizeof(std::uint32_t)}, 0);
        tell(number);
        intact &= content(number, size - sizeof number) == Bytes(static_cast<const char*>(data), size);
    }
};

struct FakedService { // of the service that a program is linked with
    const char* name;
    FakeDaemon::Answer answer;
    std::unique_ptr<Client> (*connect)(FakeDaemon& daemon);
    std::vector<std::string> tested_elsewhere; // functions that are not among a client's calls
    std::size_t (*least)(const Bytes& reply);  // so much of a reply must be there
};
extern const FakedService kFaked;

// A client's call that waits for a reply, by its place among all of them, and what it returns with the usual one.
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
    // The connection works: a request gets its own answer.
    static void expect_usable(const Client& client);
    void expect_usable() const { expect_usable(*client); }
    // Every call that needs the daemon fails as soon as promised, and all others work.
    void expect_dead() const;

    FakeDaemon daemon;
    std::unique_ptr<Client> client;
};

} // namespace test
