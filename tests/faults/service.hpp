// What the tests that are the same for every service know of the one that they are linked with.
#pragma once

#include "support/bytes.hpp"
#include "support/client.hpp"
#include "support/fake_daemon.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace test {

using Numbers = std::vector<std::uint32_t>;

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
};

struct Service {
    const char* name;
    FakeDaemon::Answer answer;
    cs_error_t (*initialize)(std::uint64_t* handle); // without a request
    cs_error_t (*finalize)(std::uint64_t handle);
    bool finalize_asks; // the daemon, and so fails without it
    std::unique_ptr<Client> (*connect)(FakeDaemon& daemon);
    std::vector<std::string> tested_elsewhere; // functions that are not among a client's calls
    std::size_t (*least)(const Bytes& reply);  // so much of a reply must be there
};
extern const Service kService;

// A client's call that waits for a reply, by its place among all of them, and what it returns with the usual one.
struct AskingCall {
    std::size_t place;
    cs_error_t usual;
};
std::vector<AskingCall> asking_calls(FakeDaemon& daemon);

// 1 .. count.
Numbers numbers_to(std::uint32_t count);

class ServiceTest : public ::testing::Test {
protected:
    ServiceTest();
    ~ServiceTest() override;

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
