#include "service.hpp"

#include <numeric>

namespace test {

std::vector<std::size_t> places_of_asking_calls(FakeDaemon& daemon)
{
    const auto client = kService.connect(daemon);
    const auto calls = client->calls();
    FakeDaemon::Answer answer = kService.answer;
    std::vector<std::size_t> places;
    for (std::size_t place = 0; place < calls.size(); ++place) {
        if (calls[place].kind != HandleCall::request)
            continue;
        const auto before = daemon.requests();
        calls[place].call(client->handle());
        if (daemon.requests() > before && !answer(daemon.last_request()).empty())
            places.push_back(place);
    }
    return places;
}

Numbers numbers_to(std::uint32_t count)
{
    Numbers result(count);
    std::iota(result.begin(), result.end(), 1);
    return result;
}

ServiceTest::ServiceTest()
    : daemon({.service = kService.name, .answer = kService.answer}), client(kService.connect(daemon))
{}

ServiceTest::~ServiceTest()
{
    client.reset();
    remove_what_libqb_leaves();
}

Steps ServiceTest::numbered(std::uint32_t first, std::uint32_t count) const
{
    Steps steps;
    for (std::uint32_t number = first; number < first + count; ++number)
        steps.push_back(event(client->event(number)));
    return steps;
}

void ServiceTest::expect_usable(const Client& client)
{
    for (const auto& [name, kind, call] : client.calls()) {
        if (kind == HandleCall::request) {
            EXPECT_EQ(CS_OK, call(client.handle())) << name;
            return;
        }
    }
}

void ServiceTest::expect_dead() const
{
    for (const auto& [name, kind, call] : client->calls()) {
        if (kind == HandleCall::request || kind == HandleCall::local) {
            EXPECT_EQ(kind == HandleCall::local ? CS_OK : CS_ERR_LIBRARY, call(client->handle())) << name;
        }
    }
    for (const auto flag : kAllFlags)
        for (int times = 0; times < 2; ++times)
            EXPECT_EQ(CS_ERR_LIBRARY, client->dispatch(flag)) << flag;
}

} // namespace test
