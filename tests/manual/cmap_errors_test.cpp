// SPDX-License-Identifier: BSD-3-Clause
// Errors that the manual documents for libcmap and that no other test provokes.
#include "memory.hpp"

#include "integration/cmap_calls.hpp"
#include "integration/cmap_fixture.hpp"
#include "support/bytes.hpp"
#include "support/fake_daemon.hpp"

namespace {

using namespace test;

// A new handle on which no request has been made.
class Fresh {
public:
    Fresh() { EXPECT_EQ(CS_OK, cmap_initialize(&handle_)); }
    ~Fresh() { cmap_finalize(handle_); }
    Fresh(const Fresh&) = delete;
    Fresh& operator=(const Fresh&) = delete;
    operator cmap_handle_t() const { return handle_; }

private:
    cmap_handle_t handle_ = kNoHandle;
};

TEST(CmapErrors, that_the_daemon_sends_are_returned_by_every_request)
{
    for (const cs_error_t error : {CS_ERR_TRY_AGAIN, CS_ERR_NO_MEMORY}) {
        FakeDaemon daemon({.service = "cmap", .answer = [=](const Bytes&) { return error_reply(0, error); }});
        const Fresh cmap;
        for (const auto& [name, kind, call] : cmap_calls())
            if (kind == HandleCall::request) {
                EXPECT_EQ(error, call(cmap)) << name;
            }
        cmap_handle_t refused = kNoHandle;
        EXPECT_EQ(error, cmap_initialize_map(&refused, CMAP_MAP_ICMAP));
    }
}

using CmapMemory = MemoryTest<CmapTest>;

TEST_F(CmapMemory, that_ran_out_fails_every_request)
{
    for (const auto& [name, kind, call] : cmap_calls()) {
        if (kind != HandleCall::request)
            continue;
        const Fresh cmap;
        const cs_error_t error = without_memory([&, &make = call] { return make(cmap); });
        EXPECT_EQ(CS_ERR_NO_MEMORY, error) << name;
    }
}

TEST_F(CmapMemory, that_ran_out_fails_a_dispatch_and_loses_no_event)
{
    Cmap cmap;
    const Tracker& tracker = cmap.track("memory.key", kEverything);
    change("memory.key", 1);
    ASSERT_TRUE(readable(cmap.fd(), kPatience));
    EXPECT_EQ(CS_ERR_NO_MEMORY, without_memory([&] { return cmap_dispatch(cmap, CS_DISPATCH_ALL); }));
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ(1U, tracker.count());
}

// A function for one type, with only the key as argument.
struct Typed {
    const char* name;
    std::function<cs_error_t(cmap_handle_t, const char* key)> call;
};

template <class Number> Typed setter(const char* name, cs_error_t (*set)(cmap_handle_t, const char*, Number))
{
    return {name, [=](cmap_handle_t handle, const char* key) { return set(handle, key, Number(1)); }};
}

template <class Number> Typed getter(const char* name, cs_error_t (*get)(cmap_handle_t, const char*, Number*))
{
    return {name, [=](cmap_handle_t handle, const char* key) {
                Number number{};
                return get(handle, key, &number);
            }};
}

const std::vector<Typed> kSetters = {
    setter("int8", cmap_set_int8),
    setter("uint8", cmap_set_uint8),
    setter("int16", cmap_set_int16),
    setter("uint16", cmap_set_uint16),
    setter("int32", cmap_set_int32),
    setter("uint32", cmap_set_uint32),
    setter("int64", cmap_set_int64),
    setter("uint64", cmap_set_uint64),
    setter("float", cmap_set_float),
    setter("double", cmap_set_double),
    {"string", [](cmap_handle_t handle, const char* key) { return cmap_set_string(handle, key, "1"); }},
};

const std::vector<Typed> kGetters = {
    getter("int8", cmap_get_int8),     getter("uint8", cmap_get_uint8),   getter("int16", cmap_get_int16),
    getter("uint16", cmap_get_uint16), getter("int32", cmap_get_int32),   getter("uint32", cmap_get_uint32),
    getter("int64", cmap_get_int64),   getter("uint64", cmap_get_uint64), getter("float", cmap_get_float),
    getter("double", cmap_get_double), getter("string", cmap_get_string),
};

using CmapTyped = CmapTest;
const std::string kTooLong(CMAP_KEYNAME_MAXLEN + 1, 'k');

TEST_F(CmapTyped, setters_refuse_what_cmap_set_refuses)
{
    const Cmap cmap;
    const Cmap stats(CMAP_MAP_STATS);
    for (const auto& [name, set] : kSetters) {
        EXPECT_EQ(CS_ERR_INVALID_PARAM, set(cmap, nullptr)) << name;
        EXPECT_EQ(CS_ERR_NAME_TOO_LONG, set(cmap, kTooLong.c_str())) << name;
        EXPECT_EQ(CS_ERR_ACCESS, set(cmap, "system.typed")) << name;
        EXPECT_EQ(CS_ERR_NOT_SUPPORTED, set(stats, "stats.clear.typed")) << name;
    }
}

TEST_F(CmapTyped, getters_refuse_what_cmap_get_refuses)
{
    const Cmap cmap;
    ASSERT_EQ(CS_OK, cmap.set("typed.binary", binary("12345678")));
    for (const auto& [name, get] : kGetters) {
        EXPECT_EQ(CS_ERR_INVALID_PARAM, get(cmap, "typed.binary")) << name;
        EXPECT_EQ(CS_ERR_NAME_TOO_LONG, get(cmap, kTooLong.c_str())) << name;
        EXPECT_EQ(CS_ERR_NOT_EXIST, get(cmap, "typed.missing")) << name;
    }
}

TEST_F(CmapTyped, string_that_does_not_fit_into_a_request_is_too_big)
{
    const Cmap cmap;
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_set_string(cmap, "typed.string", std::string(1048280, 's').c_str()));
    EXPECT_EQ(CS_ERR_TOO_BIG, cmap_set_string(cmap, "typed.string", std::string(1048281, 's').c_str()));
}

} // namespace
