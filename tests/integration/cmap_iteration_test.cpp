// SPDX-License-Identifier: BSD-3-Clause
// Iteration over keys.
#include "cmap_fixture.hpp"

#include <algorithm>

namespace {

using namespace test;

using CmapIteration = CmapTest;
using Keys = std::vector<std::string>;

// An iterator, finalized at the end of its scope.
class Iterator {
public:
    Iterator(const Cmap& cmap, const char* prefix) : cmap_(cmap)
    {
        EXPECT_EQ(CS_OK, cmap_iter_init(cmap, prefix, &handle_));
    }
    ~Iterator() { cmap_iter_finalize(cmap_, handle_); }
    Iterator(const Iterator&) = delete;
    Iterator& operator=(const Iterator&) = delete;

    operator cmap_iter_handle_t() const { return handle_; }

    // The next key, or the error as a number.
    std::string next() const
    {
        char key[CMAP_KEYNAME_MAXLEN + 1];
        const auto error = cmap_iter_next(cmap_, handle_, key, nullptr, nullptr);
        return error == CS_OK ? key : std::to_string(error);
    }

private:
    const Cmap& cmap_;
    cmap_iter_handle_t handle_ = 0;
};

const std::string kEnd = std::to_string(CS_ERR_NO_SECTIONS);

void set_all(const Cmap& cmap, const Keys& keys)
{
    for (const auto& key : keys)
        ASSERT_EQ(CS_OK, cmap.set(key, u8(1)));
}

TEST_F(CmapIteration, gives_each_key_with_length_and_type)
{
    const Cmap cmap;
    ASSERT_EQ(CS_OK, cmap.set("titer.a", u8(1)));
    ASSERT_EQ(CS_OK, cmap.set("titer.b", u32(1)));
    ASSERT_EQ(CS_OK, cmap.set("titer.c", text("abc")));
    ASSERT_EQ(CS_OK, cmap.set("titer.d", binary("")));
    const Iterator iterator(cmap, "titer.");

    struct Row {
        std::string key;
        std::size_t length;
        int type;
        bool operator==(const Row&) const = default;
    };
    std::vector<Row> rows;
    char key[CMAP_KEYNAME_MAXLEN + 1];
    std::size_t length = 0;
    cmap_value_types_t type{};
    while (cmap_iter_next(cmap, iterator, key, &length, &type) == CS_OK)
        rows.push_back({key, length, type});

    EXPECT_EQ((std::vector<Row>{{"titer.a", 1, CMAP_VALUETYPE_UINT8},
                                {"titer.b", 4, CMAP_VALUETYPE_UINT32},
                                {"titer.c", 4, CMAP_VALUETYPE_STRING},
                                {"titer.d", 0, CMAP_VALUETYPE_BINARY}}),
              rows);
}

TEST_F(CmapIteration, returns_an_error_at_its_end_and_changes_nothing)
{
    const Cmap cmap;
    const Iterator iterator(cmap, "tnothing.");
    for (int i = 0; i < 2; ++i) {
        char key[CMAP_KEYNAME_MAXLEN + 1] = "untouched";
        std::size_t length = 4711;
        cmap_value_types_t type = CMAP_VALUETYPE_DOUBLE;
        EXPECT_EQ(CS_ERR_NO_SECTIONS, cmap_iter_next(cmap, iterator, key, &length, &type));
        EXPECT_STREQ("untouched", key);
        EXPECT_EQ(4711U, length);
        EXPECT_EQ(CMAP_VALUETYPE_DOUBLE, type);
    }
}

TEST_F(CmapIteration, ends_with_finalize)
{
    const Cmap cmap;
    cmap_iter_handle_t iterator = 0;
    char key[CMAP_KEYNAME_MAXLEN + 1];
    ASSERT_EQ(CS_OK, cmap_iter_init(cmap, "totem.", &iterator));
    EXPECT_EQ(CS_OK, cmap_iter_finalize(cmap, iterator));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_iter_next(cmap, iterator, key, nullptr, nullptr));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_iter_finalize(cmap, iterator));
}

TEST_F(CmapIteration, of_null_and_of_the_empty_prefix_gives_all_keys)
{
    const Cmap cmap;
    const auto all = cmap.keys(nullptr);
    EXPECT_NE(all.end(), std::find(all.begin(), all.end(), "totem.version"));
    EXPECT_EQ(all, cmap.keys(""));
}

TEST_F(CmapIteration, accepts_any_prefix)
{
    const Cmap cmap;
    set_all(cmap, {"QQQ", "QQQ.a", "QQQb"});
    EXPECT_EQ((Keys{"QQQ", "QQQ.a", "QQQb"}), cmap.keys("Q"));
    EXPECT_EQ((Keys{"QQQ", "QQQ.a", "QQQb"}), cmap.keys("QQ"));
    EXPECT_EQ((Keys{"QQQ", "QQQ.a", "QQQb"}), cmap.keys("QQQ"));
    EXPECT_EQ(Keys{}, cmap.keys("tunknown."));
    EXPECT_EQ(Keys{}, cmap.keys("no such key!"));
    EXPECT_EQ(Keys{}, cmap.keys(std::string(CMAP_KEYNAME_MAXLEN, 'z').c_str()));
}

TEST_F(CmapIteration, gives_the_whole_name_of_the_longest_key)
{
    const Cmap cmap;
    const std::string longest(CMAP_KEYNAME_MAXLEN, 'l');
    set_all(cmap, {longest});
    EXPECT_EQ(Keys{longest}, cmap.keys("lllll"));
}

TEST_F(CmapIteration, is_independent_of_other_iterations)
{
    const Cmap cmap;
    set_all(cmap, {"ttwo.a", "ttwo.b"});
    const Iterator one(cmap, "ttwo.");
    const Iterator two(cmap, "ttwo.");
    EXPECT_EQ("ttwo.a", one.next());
    EXPECT_EQ("ttwo.a", two.next());
    EXPECT_EQ("ttwo.b", two.next());
    EXPECT_EQ("ttwo.b", one.next());
}

TEST_F(CmapIteration, belongs_to_its_handle)
{
    const Cmap cmap;
    const Cmap other;
    const Iterator iterator(cmap, "totem.");
    char key[CMAP_KEYNAME_MAXLEN + 1];
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_iter_next(other, iterator, key, nullptr, nullptr));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_iter_finalize(other, iterator));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_iter_next(cmap, 0, key, nullptr, nullptr));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_iter_finalize(cmap, 0));
}

TEST_F(CmapIteration, continues_after_the_deletion_of_its_current_key)
{
    const Cmap cmap;
    const Keys keys{"tdel.a", "tdel.b", "tdel.c"};
    set_all(cmap, keys);
    const Iterator iterator(cmap, "tdel.");
    for (const auto& key : keys) {
        EXPECT_EQ(key, iterator.next());
        EXPECT_EQ(CS_OK, cmap_delete(cmap, key.c_str()));
    }
    EXPECT_EQ(kEnd, iterator.next());
}

TEST_F(CmapIteration, does_not_give_deleted_keys)
{
    const Cmap cmap;
    const Keys keys{"tgone.a", "tgone.b", "tgone.c"};
    set_all(cmap, keys);
    const Iterator iterator(cmap, "tgone.");
    for (const auto& key : keys)
        EXPECT_EQ(CS_OK, cmap_delete(cmap, key.c_str()));
    EXPECT_EQ(kEnd, iterator.next());
}

TEST_F(CmapIteration, gives_keys_that_were_added_after_its_position)
{
    const Cmap cmap;
    set_all(cmap, {"tadd.a", "tadd.c"});
    const Iterator iterator(cmap, "tadd.");
    EXPECT_EQ("tadd.a", iterator.next());
    set_all(cmap, {"tadd.b", "tadd.d"});
    EXPECT_EQ("tadd.b", iterator.next());
    EXPECT_EQ("tadd.c", iterator.next());
    EXPECT_EQ("tadd.d", iterator.next());
    EXPECT_EQ(kEnd, iterator.next());
}

TEST_F(CmapIteration, refuses_null)
{
    const Cmap cmap;
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_iter_init(cmap, "totem.", nullptr));
    const Iterator iterator(cmap, "totem.");
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_iter_next(cmap, iterator, nullptr, nullptr, nullptr));
}

// CMAP-D5: the test guard checks that finalize closes the connection.
TEST_F(CmapIteration, of_a_prefix_that_is_too_long_fails_and_leaves_nothing_behind)
{
    const Cmap cmap;
    cmap_iter_handle_t iterator = 4711;
    const std::string too_long(CMAP_KEYNAME_MAXLEN + 1, 'z');
    EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cmap_iter_init(cmap, too_long.c_str(), &iterator));
    EXPECT_EQ(4711U, iterator);
}

} // namespace
