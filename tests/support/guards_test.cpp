// SPDX-License-Identifier: BSD-3-Clause
// Each guard reports what it guards against. The first half calls the guards themselves. The second half runs this
// program again with tests that must fail, and checks that they do. The last test here is for a child that has ended.
#include "companion.hpp"
#include "guards.hpp"
#include "process.hpp"
#include "thread.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace test;

constexpr Duration kAtOnce = 0ms;
constexpr const char* kLeftBehind = "/dev/shm/guards-victim";

// What the guards report after `leak`.
template <class Leak> std::string complaint_about(Leak leak)
{
    const auto before = Holdings::now();
    leak();
    return leaks_since(before, kAtOnce);
}

struct Outcome {
    int status;
    std::string output;
};

// Runs one of the tests below, which must fail, in a process of its own.
Outcome run_victim(const std::string& name)
{
    const auto program = std::filesystem::read_symlink("/proc/self/exe").string();
    const auto command = "TEST_TIME_LIMIT=1 GTEST_OUTPUT= '" + program +
                         "' --gtest_also_run_disabled_tests --gtest_filter='*Victim.DISABLED_" + name + "' 2>&1";
    std::FILE* pipe = ::popen(command.c_str(), "re");
    std::string output;
    std::array<char, 4096> buffer;
    while (const auto size = std::fread(buffer.data(), 1, buffer.size(), pipe))
        output.append(buffer.data(), size);
    return {::pclose(pipe), output};
}

TEST(Guards, report_nothing_about_a_clean_test)
{
    EXPECT_EQ("", complaint_about([] { ::close(::dup(STDIN_FILENO)); }));
}

TEST(Guards, notice_a_leaked_descriptor)
{
    int leaked = -1;
    EXPECT_NE("", complaint_about([&] { leaked = ::dup(STDIN_FILENO); }));
    ::close(leaked);
}

TEST(Guards, notice_that_a_foreign_descriptor_was_closed)
{
    const int foreign = ::dup(STDIN_FILENO);
    EXPECT_NE("", complaint_about([&] { ::close(foreign); }));
}

TEST(Guards, notice_that_a_descriptor_number_was_reused)
{
    const int foreign = ::dup(STDIN_FILENO);
    std::array<int, 2> pipe;
    ASSERT_EQ(0, ::pipe(pipe.data()));
    EXPECT_NE("", complaint_about([&] { ::dup2(pipe[0], foreign); }));
    for (const int descriptor : {foreign, pipe[0], pipe[1]})
        ::close(descriptor);
}

TEST(Guards, notice_a_file_left_in_shared_memory)
{
    const std::string path = "/dev/shm/guards-test";
    EXPECT_NE("", complaint_about([&] { std::ofstream{path}; }));
    std::filesystem::remove(path);
}

TEST(Guards, notice_a_thread_left_behind)
{
    std::atomic<bool> enough = false;
    std::unique_ptr<Thread> thread;
    EXPECT_NE("", complaint_about(
                      [&] { thread = std::make_unique<Thread>([&] { eventually([&] { return enough.load(); }); }); }));
    enough = true;
}

TEST(Guards, wait_for_a_descriptor_that_is_closed_late)
{
    const auto before = Holdings::now();
    const int descriptor = ::dup(STDIN_FILENO);
    Thread closer([=] {
        std::this_thread::sleep_for(kGlance);
        ::close(descriptor);
    });
    EXPECT_EQ("leaked descriptor", leaks_since(before, kAtOnce).substr(0, 17));
    closer.join();
    EXPECT_EQ("", leaks_since(before));
}

TEST(Guards, fail_a_test_that_leaks)
{
    const std::pair<const char*, const char*> leaks[] = {
        {"leaks_a_descriptor", "leaked descriptor"},
        {"closes_a_foreign_descriptor", "closed a foreign descriptor"},
        {"leaves_a_file_in_shared_memory", "left /dev/shm/guards-victim"},
        {"leaves_a_thread", "leaked 1 threads"},
        {"leaks_beside_its_test", "leaked descriptor"},
    };
    for (const auto& [victim, complaint] : leaks) {
        const auto [status, output] = run_victim(victim);
        EXPECT_NE(0, status) << victim;
        EXPECT_NE(std::string::npos, output.find(complaint)) << output;
    }
    std::filesystem::remove(kLeftBehind);
}

TEST(Guards, end_a_test_that_hangs_and_name_it)
{
    const auto [status, output] = run_victim("hangs");
    EXPECT_NE(0, status);
    EXPECT_NE(std::string::npos, output.find("watchdog: Victim.DISABLED_hangs took more than 1 s")) << output;
}

TEST(Guards, let_a_clean_test_pass)
{
    const auto [status, output] = run_victim("behaves");
    EXPECT_EQ(0, status) << output;
}

// Nor does it signal a process of another sandbox: resume() uses the same call.
TEST(Companion, that_has_ended_signals_no_other_process)
{
    Companion stopped([](Line& line) { line.hear(); });
    stopped.stop();
    Companion ended([](Line&) {});
    EXPECT_EQ(0, ended.wait());
    ended.resume();
    EXPECT_TRUE(waits_in_state(stopped.pid(), WSTOPPED));
}

TEST(Victim, DISABLED_leaks_a_descriptor)
{
    EXPECT_NE(-1, ::dup(STDIN_FILENO));
}

TEST(Victim, DISABLED_closes_a_foreign_descriptor)
{
    EXPECT_EQ(0, ::close(STDIN_FILENO));
}

TEST(Victim, DISABLED_leaves_a_file_in_shared_memory)
{
    EXPECT_TRUE(std::ofstream{kLeftBehind});
}

TEST(Victim, DISABLED_leaves_a_thread)
{
    std::thread([] { ::pause(); }).detach();
}

class SuiteVictim : public ::testing::Test {
protected:
    static void TearDownTestSuite() { EXPECT_NE(-1, ::dup(STDIN_FILENO)); }
};

TEST_F(SuiteVictim, DISABLED_leaks_beside_its_test) {}

TEST(Victim, DISABLED_hangs)
{
    for (;;)
        ::pause();
}

TEST(Victim, DISABLED_behaves) {}

} // namespace
