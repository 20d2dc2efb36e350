// SPDX-License-Identifier: BSD-3-Clause
#include "service.hpp"

namespace test {

Steps Client::numbered(std::uint32_t number, std::size_t) const
{
    return {test::event(event(number))};
}

Bytes Client::content(std::uint32_t number, std::size_t size)
{
    constexpr std::uint32_t kOffsets = 251;
    static const Bytes pattern = [] {
        Bytes bytes(200'000, ' ');
        for (std::size_t at = 0; at < bytes.size(); ++at)
            bytes[at] = static_cast<char>(at * 31 / 8);
        return bytes;
    }();
    return as_bytes(number) + pattern.substr(number % kOffsets, size);
}

std::vector<AskingCall> asking_calls(FakeDaemon& daemon)
{
    const auto client = kFaked.connect(daemon);
    const auto calls = client->calls();
    FakeDaemon::Answer answer = kFaked.answer;
    std::vector<AskingCall> asking;
    for (std::size_t place = 0; place < calls.size(); ++place) {
        if (calls[place].kind != HandleCall::request)
            continue;
        const auto before = daemon.requests();
        const cs_error_t usual = calls[place].call(client->handle());
        if (daemon.requests() > before && !answer(daemon.last_request()).empty())
            asking.push_back({place, usual});
    }
    return asking;
}

FakedServiceTest::FakedServiceTest()
    : daemon({.service = kFaked.name, .answer = kFaked.answer}), client(kFaked.connect(daemon))
{}

FakedServiceTest::~FakedServiceTest()
{
    client.reset();
    remove_what_libqb_leaves();
}

Steps FakedServiceTest::numbered(std::uint32_t first, std::uint32_t count) const
{
    Steps steps;
    for (std::uint32_t number = first; number < first + count; ++number)
        steps.push_back(event(client->event(number)));
    return steps;
}

void FakedServiceTest::expect_usable(const Client& client)
{
    for (const auto& [name, kind, call] : client.calls()) {
        if (kind == HandleCall::request) {
            EXPECT_EQ(CS_OK, call(client.handle())) << name;
            return;
        }
    }
}

void FakedServiceTest::expect_dead() const
{
    const auto expect = [](cs_error_t error, const auto& name, const auto& call) {
        const auto time = best_of_three([&] {
            const auto start = Clock::now();
            EXPECT_EQ(error, call()) << name;
            return Clock::now() - start;
        });
        EXPECT_LT(time, kPromise) << name;
    };
    for (const HandleCall& each : client->calls()) {
        if (each.kind == HandleCall::request)
            expect(CS_ERR_LIBRARY, each.name, [&] { return each.call(client->handle()); });
        else if (each.kind == HandleCall::local)
            expect(CS_OK, each.name, [&] { return each.call(client->handle()); });
    }
    for (const auto flag : kAllFlags)
        for (int times = 0; times < 2; ++times)
            expect(CS_ERR_LIBRARY, flag, [&] { return client->dispatch(flag); });
}

} // namespace test
