// SPDX-License-Identifier: BSD-3-Clause
// corosync/hdb.h does what programs expect of it. libqb does the work; these tests check corosync's names for it.

#include <corosync/hdb.h>

#include <gtest/gtest.h>

#include <cerrno>

namespace {

constexpr int kSize = 16;

struct Database : hdb_handle_database {
    Database() : hdb_handle_database() { hdb_create(this); }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() { hdb_destroy(this); }

    hdb_handle_t create()
    {
        hdb_handle_t handle = 0;
        EXPECT_EQ(hdb_handle_create(this, kSize, &handle), 0);
        return handle;
    }

    int get(hdb_handle_t handle)
    {
        void* instance = nullptr;
        return hdb_handle_get(this, handle, &instance);
    }
};

int destroyed = 0;

void count_destruction(void*)
{
    ++destroyed;
}

DECLARE_HDB_DATABASE(declared, count_destruction)

TEST(Hdb, an_instance_lives_until_its_last_holder_puts_it)
{
    hdb_handle_t handle = 0;
    void* instance = nullptr;
    destroyed = 0;

    EXPECT_EQ(hdb_handle_create(&declared, kSize, &handle), 0);
    EXPECT_EQ(hdb_handle_get(&declared, handle, &instance), 0);
    for (int i = 0; i < kSize; ++i)
        EXPECT_EQ(static_cast<char*>(instance)[i], 0);
    EXPECT_EQ(hdb_handle_destroy(&declared, handle), 0);
    EXPECT_EQ(hdb_handle_get(&declared, handle, &instance), -EBADF);
    EXPECT_EQ(instance, nullptr);
    EXPECT_EQ(destroyed, 0);
    EXPECT_EQ(hdb_handle_put(&declared, handle), 0);
    EXPECT_EQ(destroyed, 1);

    hdb_handle_t next = 0;
    EXPECT_EQ(hdb_handle_create(&declared, kSize, &next), 0);
    EXPECT_EQ(hdb_base_convert(next), hdb_base_convert(handle));
    EXPECT_NE(next, handle);
    EXPECT_EQ(hdb_handle_get_always(&declared, handle, &instance), -EBADF);
    EXPECT_EQ(hdb_handle_destroy(&declared, next), 0);
    hdb_destroy(&declared);
}

TEST(Hdb, counts_the_holders)
{
    Database database;
    const hdb_handle_t handle = database.create();

    EXPECT_EQ(hdb_handle_refcount_get(&database, handle), 1);
    EXPECT_EQ(database.get(handle), 0);
    EXPECT_EQ(hdb_handle_refcount_get(&database, handle), 2);
    EXPECT_EQ(hdb_handle_put(&database, handle), 0);
    EXPECT_EQ(hdb_handle_refcount_get(&database, handle), 1);
    EXPECT_EQ(hdb_handle_put(&database, handle), 0);
    EXPECT_EQ(hdb_handle_refcount_get(&database, handle), -EBADF);
    EXPECT_EQ(hdb_handle_put(&database, handle), -EBADF);
}

TEST(Hdb, iterates_over_instances_that_are_not_destroyed)
{
    Database database;
    const hdb_handle_t first = database.create();
    const hdb_handle_t pending = database.create();
    const hdb_handle_t last = database.create();
    EXPECT_EQ(database.get(pending), 0);
    EXPECT_EQ(hdb_handle_destroy(&database, pending), 0);

    void* instance = nullptr;
    hdb_handle_t handle = 0;
    hdb_iterator_reset(&database);
    for (const hdb_handle_t expected : {first, last}) {
        EXPECT_EQ(hdb_iterator_next(&database, &instance, &handle), 0);
        EXPECT_EQ(handle, expected);
        EXPECT_EQ(hdb_handle_refcount_get(&database, handle), 2);
        EXPECT_EQ(hdb_handle_put(&database, handle), 0);
    }
    EXPECT_EQ(hdb_iterator_next(&database, &instance, &handle), -1);
    EXPECT_EQ(hdb_iterator_next(&database, &instance, &handle), -1);

    EXPECT_EQ(hdb_handle_put(&database, pending), 0);
    EXPECT_EQ(hdb_handle_destroy(&database, last), 0);
    hdb_iterator_reset(&database);
    EXPECT_EQ(hdb_iterator_next(&database, &instance, &handle), 0);
    EXPECT_EQ(hdb_handle_put(&database, handle), 0);
    EXPECT_EQ(hdb_iterator_next(&database, &instance, &handle), -EBADF);
    EXPECT_EQ(hdb_iterator_next(&database, &instance, &handle), -1);
    EXPECT_EQ(hdb_handle_destroy(&database, first), 0);
}

TEST(Hdb, iterates_over_nothing_when_empty)
{
    Database database;
    void* instance = nullptr;
    hdb_handle_t handle = 0;
    EXPECT_EQ(hdb_iterator_next(&database, &instance, &handle), -1);
}

TEST(Hdb, finds_any_instance_in_the_slot_without_the_check)
{
    Database database;
    const hdb_handle_t handle = database.create();
    const unsigned long long wildcard = hdb_nocheck_convert(hdb_base_convert(handle));

    EXPECT_EQ(wildcard, 0xffffffff00000000ULL);
    EXPECT_EQ(database.get(wildcard), 0);
    EXPECT_EQ(hdb_handle_put(&database, handle), 0);
    EXPECT_EQ(database.get(handle ^ 0x80000000U), -EBADF);
    EXPECT_EQ(hdb_handle_destroy(&database, handle), 0);
}

TEST(Hdb, has_its_own_names_for_a_mutex)
{
    pthread_mutex_t mutex;
    hdb_database_lock_init(&mutex);
    hdb_database_lock(&mutex);
    EXPECT_EQ(pthread_mutex_trylock(&mutex), EBUSY);
    hdb_database_unlock(&mutex);
    EXPECT_EQ(pthread_mutex_trylock(&mutex), 0);
    hdb_database_unlock(&mutex);
    hdb_database_lock_destroy(&mutex);
}

} // namespace
