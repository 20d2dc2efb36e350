// SPDX-License-Identifier: BSD-3-Clause
// Setting, getting, changing and deleting values.
#include "cmap_scene.hpp"

#include <cstdlib>
#include <initializer_list>
#include <limits>

namespace {

using namespace conformance;

using Sizes = std::initializer_list<std::size_t>;

std::string key_of_length(std::size_t length)
{
    return std::string(length, 'k');
}

const Group kKeyLengths("cmap.key_length", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    for (const std::size_t length : Sizes{0, 1, 2, 3, 4, 254, 255, 256, 300, 70000}) {
        const std::string key = key_of_length(length);
        const char* const name = key.c_str();
        at(std::to_string(length)) << cmap_get(cmap, name, nullptr, nullptr, nullptr) << cmap_inc(cmap, name)
                                   << cmap_dec(cmap, name) << cmap_delete(cmap, name) << cmap_set_uint8(cmap, name, 1)
                                   << cmap_get(cmap, name, nullptr, nullptr, nullptr) << cmap_inc(cmap, name)
                                   << cmap_dec(cmap, name) << cmap_delete(cmap, name);
    }
});

const Group kKeyCharacters("cmap.key_characters", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    for (const char* key : {"a b", "a$b", "a!b", "a@b", "a,b", "a=b", "a[b", "a\tb", "a\nb", "a\x80z", "a/b:c-d_E.9",
                            "...", "-:_", "123"})
        at(quoted(key)) << cmap_set_uint8(cmap, key, 1) << cmap_get(cmap, key, nullptr, nullptr, nullptr)
                        << cmap_delete(cmap, key);
});

const Group kTypes("cmap.types", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    const auto note = [&](const char* name, auto set, auto get, auto least, auto most) {
        const std::string key = std::string("types.") + name;
        decltype(least) value{};
        at(std::string(name) + ".least") << set(cmap, key.c_str(), least) << got(cmap, key.c_str())
                                         << get(cmap, key.c_str(), &value) << (value == least);
        at(std::string(name) + ".most") << set(cmap, key.c_str(), most) << got(cmap, key.c_str())
                                        << get(cmap, key.c_str(), &value) << (value == most);
    };
    note("int8", cmap_set_int8, cmap_get_int8, std::int8_t{INT8_MIN}, std::int8_t{INT8_MAX});
    note("uint8", cmap_set_uint8, cmap_get_uint8, std::uint8_t{0}, std::uint8_t{UINT8_MAX});
    note("int16", cmap_set_int16, cmap_get_int16, std::int16_t{INT16_MIN}, std::int16_t{INT16_MAX});
    note("uint16", cmap_set_uint16, cmap_get_uint16, std::uint16_t{0}, std::uint16_t{UINT16_MAX});
    note("int32", cmap_set_int32, cmap_get_int32, std::int32_t{INT32_MIN}, std::int32_t{INT32_MAX});
    note("uint32", cmap_set_uint32, cmap_get_uint32, std::uint32_t{0}, std::uint32_t{UINT32_MAX});
    note("int64", cmap_set_int64, cmap_get_int64, std::int64_t{INT64_MIN}, std::int64_t{INT64_MAX});
    note("uint64", cmap_set_uint64, cmap_get_uint64, std::uint64_t{0}, std::uint64_t{UINT64_MAX});
    note("float", cmap_set_float, cmap_get_float, std::numeric_limits<float>::lowest(),
         std::numeric_limits<float>::infinity());
    note("double", cmap_set_double, cmap_get_double, std::numeric_limits<double>::denorm_min(),
         std::numeric_limits<double>::max());
});

const Group kMatrix("cmap.type_and_length", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    for (int type = 0; type <= 14; ++type) {
        auto line = at("type_" + std::to_string(type));
        for (std::size_t length = 0; length <= 9; ++length)
            line << set_bytes(cmap, "matrix.key", std::string(length, '\1'), type);
        line << got(cmap, "matrix.key");
    }
    for (const int type : {255, 256, 257, 258, 0x10b, -1, INT32_MIN}) {
        cmap_delete(cmap, "matrix.key");
        at("type_" + std::to_string(type)) << set_bytes(cmap, "matrix.key", "x", type) << got(cmap, "matrix.key");
    }
});

const Group kStrings("cmap.strings", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    const auto note = [&](const std::string& name, const std::string& bytes) {
        at(name) << set_bytes(cmap, "strings.key", bytes, CMAP_VALUETYPE_STRING) << got(cmap, "strings.key");
        cmap_delete(cmap, "strings.key");
    };
    using namespace std::string_literals;
    note("without_nul", "abc"s);
    note("with_nul", "abc\0"s);
    note("cut", "ab"s);
    note("nul_within_length_3", "ab\0"s);
    note("nul_within_length_4", "ab\0c"s);
    note("nul_within_length_5", "ab\0cd"s);
    note("empty", ""s);
    note("one_nul", "\0"s);
    note("two_nuls", "\0\0"s);
    for (const std::size_t length : Sizes{16383, 16384, 16385, 16386}) {
        const std::string text(length, 's');
        note("length_" + std::to_string(length), text);
        at("set_string_" + std::to_string(length))
            << cmap_set_string(cmap, "strings.key", text.c_str()) << got(cmap, "strings.key");
        cmap_delete(cmap, "strings.key");
    }
    at("set_string_empty") << cmap_set_string(cmap, "strings.key", "") << got(cmap, "strings.key");
});

const Group kLengths("cmap.binary_length", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    for (const std::size_t length :
         Sizes{0, 1, 16383, 16384, 16385, 20000, 1000000, 1048280, 1048281, 1048576, 2000000})
        at(std::to_string(length)) << set_bytes(cmap, "binary.key", std::string(length, 'b'), CMAP_VALUETYPE_BINARY)
                                   << got(cmap, "binary.key");
    // Lengths beyond any memory. How many bytes the library reads depends on how it cuts the length.
    const auto note = [&](const char* name, std::uint64_t length) {
        at.apart(name, [=](Line& line) {
            line << cmap_set(Cmap(), "binary.key", "x", static_cast<std::size_t>(length), CMAP_VALUETYPE_BINARY);
        });
    };
    note("2^31", std::uint64_t{1} << 31);
    note("2^32", std::uint64_t{1} << 32);
    at("then") << ask(cmap);
});

const Group kSetting("cmap.set", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    at("new_type") << cmap_set_uint8(cmap, "set.key", 1) << cmap_set_string(cmap, "set.key", "text")
                   << got(cmap, "set.key");
    at("bad_length_of_a_bad_key") << set_bytes(cmap, "a b", "xx", CMAP_VALUETYPE_INT8);
    at("bad_length_of_a_read_only_key") << set_bytes(cmap, "totem.version", "xx", CMAP_VALUETYPE_INT8);
    for (const char* key :
         {"totem.version", "totem.cluster_name", "totem.transport", "nodelist.node.0.nodeid", "nodelist.new",
          "system.xx", "runtime.services.x", "runtime.config.x", "runtime.totem.x", "internal_configuration.x",
          "uidgid.config.x", "config.reload_in_progress", "config.totemconfig_reload_in_progress"})
        at(std::string("read_only.") + key)
            << cmap_set_uint32(cmap, key, 9) << cmap_inc(cmap, key) << cmap_dec(cmap, key) << cmap_delete(cmap, key);
    for (const char* key : {"runtime.config", "totem.versionx", "totem.token", "uidgid.x"})
        at(std::string("writable.") + key) << cmap_set_uint32(cmap, key, 9) << cmap_delete(cmap, key);
});

const Group kRoom("cmap.room", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    cmap_set_uint32(cmap, "room.number", 7);
    set_bytes(cmap, "room.bytes", std::string(32, 'b'), CMAP_VALUETYPE_BINARY);
    set_bytes(cmap, "room.empty", "", CMAP_VALUETYPE_BINARY);
    set_bytes(cmap, "room.large", std::string(16384, 'l'), CMAP_VALUETYPE_BINARY);
    cmap_set_string(cmap, "room.text", "hello");
    for (const char* key : {"room.number", "room.bytes", "room.empty", "room.large", "room.text", "room.none"}) {
        std::size_t length = 99;
        cmap_value_types_t type{};
        const std::string name = std::string("ask.") + (key + 5);
        at(name) << cmap_get(cmap, key, nullptr, &length, &type) << length << type;
        length = 0;
        at(name + ".length") << cmap_get(cmap, key, nullptr, &length, nullptr) << length;
        at(name + ".type") << cmap_get(cmap, key, nullptr, nullptr, &type) << type;
        at(name + ".existence") << cmap_get(cmap, key, nullptr, nullptr, nullptr);
    }
    for (const std::size_t room : Sizes{1, 2, 3, 4, 5, 63, 64, 65})
        at("number.in_" + std::to_string(room)) << got(cmap, "room.number", room);
    for (const std::size_t room : Sizes{1, 31, 32, 33})
        at("bytes.in_" + std::to_string(room)) << got(cmap, "room.bytes", room);
    for (const std::size_t room : Sizes{1, 5, 6, 7})
        at("text.in_" + std::to_string(room)) << got(cmap, "room.text", room);
    for (const std::size_t room : Sizes{1, 16383, 16384, 16385})
        at("large.in_" + std::to_string(room)) << got(cmap, "room.large", room);
    for (const std::size_t room : Sizes{0, 1, 100})
        at("empty.in_" + std::to_string(room)) << got(cmap, "room.empty", room);
    for (const std::size_t room : Sizes{0, 1, 100})
        at("none.in_" + std::to_string(room)) << got(cmap, "room.none", room);
    for (const std::size_t room : Sizes{17, 16384, 1000000, 1048576, 1052620})
        at("number.in_" + std::to_string(room)) << got(cmap, "room.number", room);

    // With no room at all, the reference wrote the value all the same.
    for (const char* key : {"room.number", "room.bytes", "room.text", "room.large"})
        at.apart(std::string(key + 5) + ".in_0", [=](Line& line) { line << got(Cmap(), key, 0); });

    // More room than any reply can have.
    std::vector<Transcript::Case> cases;
    for (const std::uint64_t room : {std::uint64_t{1052621}, std::uint64_t{2000000}, std::uint64_t{1} << 46})
        for (const char* key : {"room.number", "room.none"})
            cases.push_back({std::string(key + 5) + ".in_" + std::to_string(room), [=](Line& line) {
                                 const Since before;
                                 Cmap own;
                                 line << got(own, key, static_cast<std::size_t>(room));
                                 line << ask(own) << own.finalize() << before.held();
                             }});
    at.all_apart(cases);
    at("then") << ask(cmap);
});

const Group kTypedGet("cmap.typed_get", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    cmap_set_int16(cmap, "typed.int16", 1);
    cmap_set_uint8(cmap, "typed.uint8", 1);
    cmap_set_uint32(cmap, "typed.uint32", 1);
    cmap_set_float(cmap, "typed.float", 1);
    cmap_set_string(cmap, "typed.string", "text");
    cmap_set_string(cmap, "typed.empty_string", "");
    for (const std::size_t length : Sizes{0, 2, 16, 17, 16384})
        set_bytes(cmap, ("typed.binary_" + std::to_string(length)).c_str(), std::string(length, 'b'),
                  CMAP_VALUETYPE_BINARY);
    for (const char* key : {"int16", "uint8", "uint32", "float", "string", "empty_string", "binary_0", "binary_2",
                            "binary_16", "binary_17", "binary_16384", "missing"}) {
        const std::string name = std::string("typed.") + key;
        std::uint16_t number = 4711;
        at(std::string(key) + ".as_uint16") << cmap_get_uint16(cmap, name.c_str(), &number) << number;
        std::int64_t large = 4711;
        at(std::string(key) + ".as_int64") << cmap_get_int64(cmap, name.c_str(), &large) << large;
        double real = 4711;
        at(std::string(key) + ".as_double") << cmap_get_double(cmap, name.c_str(), &real) << (real == 4711);
        char before = 'b';
        char* text = &before;
        const cs_error_t error = cmap_get_string(cmap, name.c_str(), &text);
        at(std::string(key) + ".as_string") << error << (text == &before ? "untouched" : quoted(text));
        if (error == CS_OK)
            std::free(text);
    }
    at("missing.into_null") << cmap_get_uint16(cmap, "typed.missing", nullptr)
                            << cmap_get_string(cmap, "typed.missing", nullptr);
    at.apart("other_type.into_null", [](Line& line) {
        const Cmap own;
        line << cmap_get_uint16(own, "typed.uint32", nullptr) << cmap_get_string(own, "typed.uint32", nullptr);
    });
});

const Group kCounting("cmap.inc_and_dec", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    const auto note = [&](const char* name, const std::string& bytes, int type) {
        set_bytes(cmap, "count.key", bytes, type);
        at(std::string(name) + ".inc") << cmap_inc(cmap, "count.key") << got(cmap, "count.key");
        set_bytes(cmap, "count.key", bytes, type);
        at(std::string(name) + ".dec") << cmap_dec(cmap, "count.key") << got(cmap, "count.key");
    };
    const std::string ones(8, '\xff');
    const std::string zeros(8, '\0');
    note("int8.most", "\x7f", CMAP_VALUETYPE_INT8);
    note("uint8.most", ones.substr(0, 1), CMAP_VALUETYPE_UINT8);
    note("int16.ones", ones.substr(0, 2), CMAP_VALUETYPE_INT16);
    note("uint16.zero", zeros.substr(0, 2), CMAP_VALUETYPE_UINT16);
    note("int32.ones", ones.substr(0, 4), CMAP_VALUETYPE_INT32);
    note("uint32.zero", zeros.substr(0, 4), CMAP_VALUETYPE_UINT32);
    note("int64.zero", zeros, CMAP_VALUETYPE_INT64);
    note("uint64.zero", zeros, CMAP_VALUETYPE_UINT64);
    note("uint64.ones", ones, CMAP_VALUETYPE_UINT64);
    note("float", zeros.substr(0, 4), CMAP_VALUETYPE_FLOAT);
    note("double", zeros, CMAP_VALUETYPE_DOUBLE);
    note("string", "1", CMAP_VALUETYPE_STRING);
    note("binary", "1", CMAP_VALUETYPE_BINARY);
    note("type_13", "", 13);
    at("missing") << cmap_inc(cmap, "count.missing") << cmap_dec(cmap, "count.missing");
    at("delete") << cmap_delete(cmap, "count.key") << cmap_delete(cmap, "count.key") << got(cmap, "count.key");
});

} // namespace
