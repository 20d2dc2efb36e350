// SPDX-License-Identifier: BSD-3-Clause
// Malformed events of each kind. Dispatch drops such an event without a callback and returns CS_ERR_LIBRARY. Later
// events are delivered. The same for every service.
#include "message_fields.hpp"
#include "service.hpp"

#include <initializer_list>
#include <string>

namespace {

using namespace test;

class MalformedEvent : public FakedServiceTest {
protected:
    template <class Test> void for_every_kind(Test test)
    {
        for (const auto& kind : client->kinds()) {
            SCOPED_TRACE(kind.name);
            test(kind);
            if (HasFailure())
                return;
        }
    }

    // Sends this event and a valid one after it. Returns the result of the first dispatch.
    cs_error_t first_result(const Bytes& bytes)
    {
        SCOPED_TRACE("event " + ::testing::PrintToString(bytes.substr(0, 48)));
        client->told.clear();
        daemon.now({event(bytes), event(client->event(4711))});
        const cs_error_t error = client->dispatch(CS_DISPATCH_ONE);
        EXPECT_LE(client->told.size(), error == CS_OK ? 1U : 0U);
        client->told.clear();
        EXPECT_EQ(CS_OK, client->dispatch(CS_DISPATCH_ONE));
        EXPECT_EQ(Numbers{4711}, client->told);
        EXPECT_EQ(CS_ERR_TRY_AGAIN, client->dispatch(CS_DISPATCH_ONE_NONBLOCKING));
        return error;
    }

    void expect_malformed(const Bytes& bytes)
    {
        EXPECT_EQ(CS_ERR_LIBRARY, first_result(bytes)) << ::testing::PrintToString(bytes.substr(0, 48));
    }
};

TEST_F(MalformedEvent, does_not_include_a_valid_one)
{
    for_every_kind([this](const Client::Kind& kind) { EXPECT_EQ(CS_OK, first_result(kind.event)); });
    expect_usable();
}

TEST_F(MalformedEvent, includes_one_that_is_too_short)
{
    for_every_kind([this](const Client::Kind& kind) {
        for (std::size_t length = 1; length < kind.least; ++length)
            expect_malformed(cut(kind.event, length));
    });
    expect_usable();
}

TEST_F(MalformedEvent, includes_one_whose_size_field_is_wrong)
{
    for_every_kind([this](const Client::Kind& kind) {
        expect_malformed(with_size(kind.event, 0));
        expect_malformed(with_size(kind.event, kHeaderSize - 1));
        expect_malformed(with_size(kind.event, kind.event.size() + 1));
        if (!may_lie_about_size())
            return;
        for (const std::uint32_t size : kExtremes)
            if (size != 0)
                expect_malformed(with_size(kind.event, size));
    });
    expect_usable();
}

// Here it matters only that the library reads no memory that it must not read. Each service's tests check the results.
TEST_F(MalformedEvent, may_have_any_value_in_any_field)
{
    for_every_kind([this](const Client::Kind& kind) {
        for_each_field(kind.event, [this](const Bytes& bent) {
            const cs_error_t error = first_result(bent);
            EXPECT_TRUE(error == CS_OK || error == CS_ERR_LIBRARY) << error;
        });
    });
    expect_usable();
}

// Newer daemons may send longer events, and events of other kinds.
TEST_F(MalformedEvent, does_not_include_one_with_extra_bytes)
{
    for_every_kind([this](const Client::Kind& kind) {
        for (const std::size_t more : std::initializer_list<std::size_t>{1, 8, 1'000'000})
            EXPECT_EQ(CS_OK, first_result(with_size(kind.event, kind.event.size() + more) + Bytes(more, 'x')));
    });
    expect_usable();
}

TEST_F(MalformedEvent, does_not_include_one_of_an_unknown_kind)
{
    for_every_kind([this](const Client::Kind& kind) {
        for (const std::uint32_t id : {2U, 8U, 99U, 1000U, 0x7fffffffU, 0xffffffffU})
            EXPECT_EQ(CS_OK, first_result(with(kind.event, kIdField, id)));
    });
    expect_usable();
}

TEST_F(MalformedEvent, among_valid_ones_ends_only_one_dispatch)
{
    const auto kinds = client->kinds();
    for (const auto flag : {CS_DISPATCH_ALL, CS_DISPATCH_BLOCKING}) {
        for (const std::size_t place : std::initializer_list<std::size_t>{0, 1, 50, 63, 64, 99}) {
            client->told.clear();
            Steps steps = numbered(1, 99);
            const Bytes& good = kinds[place % kinds.size()].event;
            steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(place), event(with_size(good, 0)));
            daemon.now(steps);
            EXPECT_EQ(CS_ERR_LIBRARY, client->dispatch(flag));
            EXPECT_EQ(place, client->told.size());
            EXPECT_TRUE(eventually([this] {
                EXPECT_EQ(CS_OK, client->dispatch(CS_DISPATCH_ALL));
                return client->told.size() == 99;
            }));
            EXPECT_EQ(numbers_to(99), client->told);
        }
    }
    expect_usable();
}

} // namespace
