// SPDX-License-Identifier: BSD-3-Clause
// Malformed replies to every function that waits for a reply. Whatever the daemon replies, the function returns a
// result code. If that is an error, the function stores nothing from the reply. The next request gets its own reply.
// The same for every service.
#include "message_fields.hpp"
#include "service.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>

namespace {

using namespace test;

constexpr char kNotWritten = '\xab';

// A function and the daemon's usual reply to it. Each function has its own handle, because some end what others need.
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

    // Returns the function's result if this is the reply to its first request.
    cs_error_t answered(const Function& function, const Bytes& answer)
    {
        SCOPED_TRACE("answered " + ::testing::PrintToString(answer.substr(0, 48)));
        daemon.on_next_request({reply(answer)});
        std::ranges::fill(outputs(), kNotWritten);
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
    // Functions may store zeros.
    static bool told_anything()
    {
        return !std::ranges::all_of(outputs(), [](char c) { return c == kNotWritten || c == 0; });
    }
};

TEST_F(MalformedReply, is_tested_with_every_function_of_the_library)
{
    const auto calls = client->calls();
    std::ifstream exports(std::string(EXPORTS "/lib") + kFaked.name + ".txt");
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

TEST_F(MalformedReply, that_is_too_short_is_refused)
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

TEST_F(MalformedReply, with_a_wrong_size_field_is_refused)
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
        if (value_at<std::int32_t>(function.reply, kIdField) !=
            0) // an overloaded daemon may send a bare error with id 0
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

TEST_F(MalformedReply, does_not_include_one_with_a_known_error_code)
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

// Here it matters only that the library touches no memory that it must not touch. Each service's tests check the
// results.
TEST_F(MalformedReply, may_have_any_value_in_any_field)
{
    for_every_function([this](const Function& function) {
        for_each_field(function.reply, [&](const Bytes& bent) {
            const cs_error_t error = answered(function, bent);
            EXPECT_TRUE(error >= CS_OK && error <= CS_ERR_SECURITY) << error;
        });
    });
}

TEST_F(MalformedReply, that_is_surplus_is_not_taken_for_the_next_reply)
{
    for_every_function([this](const Function& function) {
        const auto call = [&] { return function.call.call(function.client->handle()); };
        const cs_error_t usual = call();
        const auto id = value_at<std::int32_t>(function.reply, kIdField);
        const Bytes surplus = error_reply(id, CS_ERR_SECURITY);
        daemon.on_next_request({reply(function.reply), reply(surplus), reply(surplus)});
        call();
        daemon.requests(); // returns after the daemon has sent everything
        EXPECT_EQ(usual, call());
    });
}

} // namespace
