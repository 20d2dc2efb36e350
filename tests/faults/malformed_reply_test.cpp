// SPDX-License-Identifier: BSD-3-Clause
// Malformed replies, to every function that waits for a reply. Whatever the daemon answers, the caller gets a result
// code, nothing of what the daemon sent if that is an error, and the next request its own answer. The same for every
// service.
#include "message_fields.hpp"
#include "service.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>

namespace {

using namespace test;

constexpr char kUntouched = '\xab';

// A function of a handle of its own, since some of them end what others need, and the daemon's usual reply to it.
struct Function {
    HandleCall call;
    std::unique_ptr<Client> client;
    Bytes reply;
};

class MalformedReply : public FakedServiceTest {
protected:
    template <class Test> void for_every_function(Test test)
    {
        FakeDaemon::Answer answer = kFaked.answer;
        for (const auto& asking : asking_calls(daemon)) {
            auto own = kFaked.connect(daemon);
            const HandleCall call = own->calls().at(asking.place);
            SCOPED_TRACE(call.name);
            call.call(own->handle());
            test(Function{call, std::move(own), answer(daemon.last_request())});
            if (HasFailure())
                return;
        }
    }

    // The result, if this is the answer to its first request.
    cs_error_t answered(const Function& function, const Bytes& answer)
    {
        SCOPED_TRACE("answered " + ::testing::PrintToString(answer.substr(0, 48)));
        daemon.on_next_request({reply(answer)});
        std::ranges::fill(outputs(), kUntouched);
        const cs_error_t error = function.call.call(function.client->handle());
        EXPECT_TRUE(error == CS_OK || !told_anything());
        expect_usable(*function.client);
        return error;
    }

    void expect_malformed(const Function& function, const Bytes& answer)
    {
        EXPECT_EQ(CS_ERR_LIBRARY, answered(function, answer)) << ::testing::PrintToString(answer.substr(0, 48));
    }

private:
    // Zeros are fine.
    static bool told_anything()
    {
        return !std::ranges::all_of(outputs(), [](char c) { return c == kUntouched || c == 0; });
    }
};

TEST_F(MalformedReply, is_tried_on_every_function_of_the_library)
{
    const auto calls = client->calls();
    std::ifstream exports(EXPORTS_OF_LIBRARY);
    std::size_t count = 0;
    for (std::string line; std::getline(exports, line);) {
        const std::string prefix = "T " + std::string(kFaked.name) + "_";
        if (!line.starts_with(prefix))
            continue;
        const std::string name = line.substr(prefix.size(), line.find('@') - prefix.size());
        const auto is_it = [&](const HandleCall& call) {
            return std::string(call.name).find(name) != std::string::npos;
        };
        const auto& elsewhere = kFaked.tested_elsewhere;
        EXPECT_TRUE(std::ranges::any_of(calls, is_it) || std::ranges::find(elsewhere, name) != elsewhere.end()) << name;
        ++count;
    }
    EXPECT_LT(15U, count);
}

TEST_F(MalformedReply, that_is_cut_short_is_refused)
{
    for_every_function([this](const Function& function) {
        for (std::size_t length = 1; length < kFaked.least(function.reply); ++length)
            expect_malformed(function, cut(function.reply, length));
        if (function.reply.size() > kHeaderSize)
            expect_malformed(function, error_reply(0, CS_OK));
    });
}

TEST_F(MalformedReply, that_is_too_long_is_refused)
{
    for_every_function([this](const Function& function) {
        const std::size_t length = 500'000;
        expect_malformed(function, with_size(function.reply, length) + Bytes(length - function.reply.size(), 'x'));
    });
}

TEST_F(MalformedReply, of_another_size_than_it_says_is_refused)
{
    for_every_function([this](const Function& function) {
        expect_malformed(function, with_size(function.reply, 0));
        expect_malformed(function, with_size(function.reply, kHeaderSize - 1));
        expect_malformed(function, with_size(function.reply, function.reply.size() + 1));
        if (!may_lie_about_size())
            return;
        for (const std::uint32_t size : kExtremes)
            if (size != 0)
                expect_malformed(function, with_size(function.reply, size));
    });
}

TEST_F(MalformedReply, to_another_request_is_refused)
{
    for_every_function([this](const Function& function) {
        for (const std::uint32_t id : {0xffffffffU, 1000U, 0x7fffffffU}) {
            expect_malformed(function, with(function.reply, kIdField, id));
            expect_malformed(function, error_reply(static_cast<std::int32_t>(id), CS_ERR_NOT_EXIST));
        }
        if (value_at<std::int32_t>(function.reply, kIdField) != 0) // which is an overloaded daemon's, for a bare error
            expect_malformed(function, message(0, Bytes(3, '\0'), CS_ERR_NOT_EXIST));
    });
}

TEST_F(MalformedReply, with_an_unknown_error_code_is_refused)
{
    for_every_function([this](const Function& function) {
        for (const std::int32_t error : {0, -1, 29, 12345, INT32_MAX, INT32_MIN}) {
            expect_malformed(function, with(function.reply, kErrorField, error));
            expect_malformed(function, error_reply(0, error));
        }
    });
}

TEST_F(MalformedReply, does_not_include_one_that_says_no)
{
    for_every_function([this](const Function& function) {
        const auto id = value_at<std::int32_t>(function.reply, kIdField);
        for (const cs_error_t error : {CS_ERR_TRY_AGAIN, CS_ERR_NOT_EXIST, CS_ERR_ACCESS, CS_ERR_SECURITY}) {
            EXPECT_EQ(error, answered(function, error_reply(0, error)));
            EXPECT_EQ(error, answered(function, error_reply(id, error)));
            EXPECT_EQ(error, answered(function, with(function.reply, kErrorField, std::int32_t{error})));
        }
    });
}

// What it means is for each service's own tests; here nothing is read or written that should not be.
TEST_F(MalformedReply, may_have_anything_in_any_field)
{
    for_every_function([this](const Function& function) {
        for_each_field(function.reply, [&](const Bytes& bent) {
            const cs_error_t error = answered(function, bent);
            EXPECT_TRUE(error >= CS_OK && error <= CS_ERR_SECURITY) << error;
        });
    });
}

TEST_F(MalformedReply, that_nobody_waits_for_is_not_the_next_ones)
{
    for_every_function([this](const Function& function) {
        const auto call = [&] { return function.call.call(function.client->handle()); };
        const cs_error_t usual = call();
        const auto id = value_at<std::int32_t>(function.reply, kIdField);
        const Bytes surplus = error_reply(id, CS_ERR_SECURITY);
        daemon.on_next_request({reply(function.reply), reply(surplus), reply(surplus)});
        call();
        daemon.requests(); // until it has done all that it was told
        EXPECT_EQ(usual, call());
    });
}

} // namespace
