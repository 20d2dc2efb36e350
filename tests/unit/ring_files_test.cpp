// SPDX-License-Identifier: BSD-3-Clause
// Which directories and files of a daemon the library attaches, rule by rule. The files are real, so this runs in the
// sandbox.
#include "core/ring_alias.hpp"
#include "core/ring_files.hpp"
#include "ring_names.hpp"
#include "support/bytes.hpp"
#include "support/next_function.hpp"
#include "support/process.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

#include <qb/qbrb.h>
#include <sys/stat.h>
#include <unistd.h>

static long page_size = 0; // what sysconf() returns as the page size; 0: the machine's
// The sanitizers' run time calls sysconf() before dlsym() works.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// Replaces the C library's function, also for the core, which is linked into this program.
extern "C" long sysconf(int name) noexcept
{
    static const auto real = test::next<long(int)>("sysconf");
    return page_size != 0 && name == _SC_PAGESIZE ? page_size : real(name);
}
#endif

namespace {

namespace fs = std::filesystem;

using corosync::RingFiles;
using test::HandshakeReply;
using test::parses;

constexpr char kDirectory[] = "/dev/shm/qb-1-2-3-abcdef";
constexpr std::size_t kRingSize = 1048576;
constexpr std::uintmax_t kDataSize = kRingSize + test::kRingUnit;
constexpr std::uintmax_t kHeaderSize = sizeof(void*) == 8 ? 8252 : 8236;
constexpr uid_t kUs = 0;
constexpr uid_t kServer = 65533;
constexpr uid_t kStranger = 65534;

// Files as a daemon makes them.
class Files : public ::testing::Test {
protected:
    Files()
    {
        EXPECT_TRUE(parses(HandshakeReply(kDirectory, "cmap"), files));
        fs::create_directory(kDirectory);
        ::chmod(kDirectory, 0770);
        for (const auto& path : paths())
            create(path);
    }
    ~Files() override { fs::remove_all(kDirectory); }

    static std::vector<std::string> paths()
    {
        std::vector<std::string> result;
        for (const char* ring : {"request", "response", "event"})
            for (const char* part : {"header", "data"})
                result.push_back(std::string(kDirectory) + "/qb-" + ring + "-cmap-" + part);
        return result;
    }

    static void create(const std::string& path)
    {
        std::ofstream{path};
        ::chmod(path.c_str(), 0600);
        fs::resize_file(path, path.ends_with("-data") ? kDataSize : kHeaderSize);
    }

    bool safe() const { return files.safe_to_attach(kServer, kRingSize) == 1; }

    // Expects that the files are refused while any one of them is damaged in this way.
    void expect_unsafe_with(const std::function<void(const std::string&)>& damage) const
    {
        for (const auto& path : paths()) {
            damage(path);
            EXPECT_FALSE(safe()) << path;
            fs::remove_all(path);
            create(path);
        }
        EXPECT_TRUE(safe());
    }

    static bool give(const std::string& path, uid_t owner)
    {
        return ::chown(path.c_str(), owner, static_cast<gid_t>(-1)) == 0;
    }

    RingFiles files;
};

TEST_F(Files, of_a_daemon_are_safe)
{
    EXPECT_TRUE(safe());
}

TEST_F(Files, must_have_the_exact_size)
{
    EXPECT_EQ(kDataSize, RingFiles::data_size(kRingSize));
    EXPECT_EQ(1, files.safe_to_attach(kServer, kDataSize - 13));
    EXPECT_EQ(0, files.safe_to_attach(kServer, kDataSize - 12));
    expect_unsafe_with([](const std::string& path) { fs::resize_file(path, fs::file_size(path) + 1); });
    expect_unsafe_with([](const std::string& path) { fs::resize_file(path, fs::file_size(path) - 1); });
    expect_unsafe_with([](const std::string& path) { fs::resize_file(path, 0); });
}

TEST_F(Files, must_all_exist)
{
    expect_unsafe_with([](const std::string& path) { fs::remove(path); });
}

TEST_F(Files, must_be_regular)
{
    expect_unsafe_with([](const std::string& path) {
        fs::rename(path, path + ".real");
        fs::create_symlink(path + ".real", path);
    });
    expect_unsafe_with([](const std::string& path) {
        fs::remove(path);
        fs::create_directory(path);
    });
    expect_unsafe_with([](const std::string& path) {
        fs::remove(path);
        ::mkfifo(path.c_str(), 0600);
    });
}

TEST_F(Files, must_have_one_link)
{
    expect_unsafe_with([](const std::string& path) { fs::create_hard_link(path, path + ".second"); });
}

TEST_F(Files, must_be_writable_by_their_owner_only)
{
    for (const mode_t mode : {0620U, 0602U, 0666U})
        expect_unsafe_with([=](const std::string& path) { ::chmod(path.c_str(), mode); });
}

TEST_F(Files, may_be_read_by_others)
{
    for (const auto& path : paths())
        ::chmod(path.c_str(), 0644);
    EXPECT_TRUE(safe());
}

class OwnerOfFiles : public Files {
protected:
    void SetUp() override
    {
        if (!give(kDirectory, kServer) || !give(kDirectory, kUs))
            GTEST_SKIP() << "cannot give files away here";
    }
};

TEST_F(OwnerOfFiles, must_be_the_caller_or_the_server)
{
    for (const uid_t owner : {kServer, kUs}) {
        for (const auto& path : paths())
            give(path, owner);
        EXPECT_TRUE(safe()) << owner;
    }
    expect_unsafe_with([](const std::string& path) { give(path, kStranger); });
}

// A program that runs as another user for a while.
TEST_F(OwnerOfFiles, may_be_the_real_user_of_the_process)
{
    ::chmod(kDirectory, 0755);
    EXPECT_EQ(0, test::in_child([this] { return ::seteuid(kStranger) == 0 && safe() ? 0 : 1; }));
    give(kDirectory, kServer);
    EXPECT_EQ(0, test::in_child([this] { return ::seteuid(kStranger) == 0 && safe() ? 0 : 1; }));
    give(paths().front(), kServer - 1);
    EXPECT_EQ(0, test::in_child([this] { return ::seteuid(kStranger) == 0 && !safe() ? 0 : 1; }));
}

TEST_F(OwnerOfFiles, must_own_the_directory_too)
{
    give(kDirectory, kServer);
    EXPECT_TRUE(safe());
    give(kDirectory, kStranger);
    EXPECT_FALSE(safe());
}

TEST_F(Files, must_be_in_a_directory_that_not_all_users_can_write)
{
    ::chmod(kDirectory, 0700);
    EXPECT_TRUE(safe());
    ::chmod(kDirectory, 0772);
    EXPECT_FALSE(safe());
    ::chmod(kDirectory, 01777);
    EXPECT_FALSE(safe());
}

TEST_F(Files, must_be_in_a_directory_that_is_no_link)
{
    const std::string real = std::string(kDirectory) + ".real";
    fs::rename(kDirectory, real);
    fs::create_directory_symlink(real, kDirectory);
    EXPECT_FALSE(safe());
    files.remove();
    EXPECT_TRUE(fs::exists(real + "/qb-event-cmap-data"));
    fs::remove(kDirectory);
    fs::rename(real, kDirectory);
}

TEST_F(Files, must_be_in_a_directory_that_exists)
{
    fs::remove_all(kDirectory);
    EXPECT_FALSE(safe());
    files.remove();
}

TEST_F(Files, are_removed_with_their_directory)
{
    files.remove();
    EXPECT_FALSE(fs::exists(kDirectory));
}

TEST_F(Files, are_removed_though_some_are_missing)
{
    fs::remove(paths().front());
    files.remove();
    EXPECT_FALSE(fs::exists(kDirectory));
}

TEST_F(Files, are_removed_without_other_files)
{
    const std::string other = std::string(kDirectory) + "/other";
    std::ofstream{other};
    files.remove();
    EXPECT_TRUE(fs::exists(other));
    for (const auto& path : paths())
        EXPECT_FALSE(fs::exists(path)) << path;
}

// The directory then has the number 0 while it is open.
TEST_F(Files, are_found_and_removed_without_standard_input)
{
    EXPECT_EQ(0, test::in_child([this] {
                  ::close(STDIN_FILENO);
                  struct stat status {};
                  if (!safe() || !files.stat_data(corosync::Ring::event, status))
                      return 1;
                  corosync::RingAlias alias;
                  if (!alias.map(files, kDataSize))
                      return 2;
                  files.remove();
                  if (fs::exists(kDirectory))
                      return 3;
                  fs::create_directory(kDirectory);
                  create(paths().front());
                  RingFiles::remove_directories(1, 2);
                  if (fs::exists(kDirectory))
                      return 4;
                  return ::close(STDIN_FILENO) != 0 ? 0 : 5; // nothing is left open
              }));
}

TEST_F(Files, have_no_alias_while_the_one_with_the_events_is_missing_or_too_short)
{
    const std::string data = std::string(kDirectory) + "/qb-event-cmap-data";
    corosync::RingAlias alias;
    fs::resize_file(data, kDataSize - 1);
    EXPECT_FALSE(alias.map(files, kDataSize));
    fs::remove(data);
    EXPECT_FALSE(alias.map(files, kDataSize));
    ::mkfifo(data.c_str(), 0600);
    EXPECT_FALSE(alias.map(files, kDataSize));
    fs::remove(data);
    create(data);
    EXPECT_TRUE(alias.map(files, kDataSize));
}

// Page sizes of other machines. Each such page is one or more whole pages of this kernel.
class FilesOfLargePages : public Files, public ::testing::WithParamInterface<long> {
protected:
    FilesOfLargePages()
    {
        page_size = GetParam();
        ring_size = RingFiles::data_size(kRingSize);
        for (const auto& path : paths())
            if (path.ends_with("-data"))
                fs::resize_file(path, ring_size);
    }
    ~FilesOfLargePages() override { page_size = 0; }
    void SetUp() override
    {
        if (::sysconf(_SC_PAGESIZE) != page_size)
            GTEST_SKIP() << "sysconf() cannot be replaced here";
    }

    void write(std::size_t offset, const test::Bytes& bytes) const
    {
        std::fstream file(data, std::ios::in | std::ios::out | std::ios::binary);
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            file.seekp(static_cast<std::streamoff>((offset + at) % ring_size));
            file.put(bytes[at]);
        }
    }

    const std::string data = std::string(kDirectory) + "/qb-event-cmap-data";
    std::size_t ring_size;
};

TEST_P(FilesOfLargePages, are_whole_pages)
{
    const std::size_t unit = std::max(static_cast<std::size_t>(GetParam()), test::kRingUnit);
    EXPECT_EQ((kRingSize / unit + 1) * unit, ring_size);
    EXPECT_EQ(kRingSize, RingFiles::data_size(kRingSize - 13));
    EXPECT_TRUE(safe());
    fs::resize_file(data, kDataSize);
    EXPECT_EQ(ring_size == kDataSize, safe());
}

TEST_P(FilesOfLargePages, are_as_large_as_those_of_libqb)
{
    qb_ringbuffer_t* const ring = qb_rb_open("unit", kRingSize, QB_RB_FLAG_CREATE | QB_RB_FLAG_SHARED_PROCESS, 0);
    ASSERT_NE(nullptr, ring);
    EXPECT_EQ(ring_size, fs::file_size("/dev/shm/qb-unit-data"));
    qb_rb_close(ring);
}

TEST_P(FilesOfLargePages, have_an_alias_that_keeps_an_event_when_it_is_called_in)
{
    const test::Bytes event(100000, 'e');
    const std::size_t offset = ring_size - 30000; // it wraps around the end
    write(offset, event);
    corosync::RingAlias alias;
    ASSERT_TRUE(alias.map(files, ring_size));
    const auto lent = [&] { return test::Bytes(reinterpret_cast<char*>(alias.at(offset)), event.size()); };
    EXPECT_EQ(event, lent());
    write(offset, "E");
    EXPECT_EQ('E', lent().front());
    ASSERT_TRUE(alias.call_in(offset, event.size()));
    const test::Bytes kept = lent();
    EXPECT_EQ("E" + event.substr(1), kept);
    write(offset, test::Bytes(event.size(), 'n'));
    EXPECT_EQ(kept, lent());
}

INSTANTIATE_TEST_SUITE_P(On, FilesOfLargePages, ::testing::Values(4096, 16384, 65536));

} // namespace
