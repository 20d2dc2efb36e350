// SPDX-License-Identifier: BSD-3-Clause
#include "guards.hpp"

#include "process.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <gtest/gtest.h>
#include <unistd.h>

namespace test {

namespace {

// A test takes a few seconds at most; sanitizers and a busy machine multiply that.
constexpr std::chrono::seconds kUsualLimit = 120s;

std::chrono::seconds time_limit()
{
    const char* wanted = std::getenv("TEST_TIME_LIMIT");
    return wanted ? std::chrono::seconds(std::atoi(wanted)) : kUsualLimit;
}

// The time for what goes away by itself; shorter than the watchdog's limit.
Duration patience()
{
    return std::min(Duration(3s), Duration(time_limit()) / 2);
}

std::string differences(const Holdings& before, const Holdings& now)
{
    std::string text;
    for (const auto& [number, target] : now.descriptors) {
        const auto old = before.descriptors.find(number);
        if (old == before.descriptors.end())
            text += "leaked descriptor " + std::to_string(number) + " (" + target + ")\n";
        else if (old->second != target)
            text += "descriptor " + std::to_string(number) + " was " + old->second + " and is " + target + "\n";
    }
    for (const auto& [number, target] : before.descriptors)
        if (!now.descriptors.contains(number))
            text += "closed a foreign descriptor " + std::to_string(number) + " (" + target + ")\n";
    for (const auto& name : now.shared_memory)
        if (!before.shared_memory.contains(name))
            text += "left /dev/shm/" + name + "\n";
    if (now.threads > before.threads)
        text += "leaked " + std::to_string(now.threads - before.threads) + " threads\n";
    return text;
}

// Written before the alarm is set, read by its handler: a handler may use nothing else.
std::array<char, 256> watchdog_message;

void watchdog_barks(int)
{
    [[maybe_unused]] const auto written =
        ::write(STDERR_FILENO, watchdog_message.data(), std::strlen(watchdog_message.data()));
    std::abort();
}

class Guards : public ::testing::EmptyTestEventListener {
    void OnTestProgramStart(const ::testing::UnitTest&) override
    {
        if (std::getenv("TEST_GUARDS_ANSWER"))
            std::puts("guarded");
    }

    void OnTestSuiteStart(const ::testing::TestSuite& suite) override
    {
        around_suite_ = Holdings::now();
        Watchdog::arm(std::string("setting up ") + suite.name(), time_limit());
    }

    void OnTestStart(const ::testing::TestInfo& test) override
    {
        const std::string name = std::string(test.test_suite_name()) + "." + test.name();
        setenv("TEST_NAME", name.c_str(), 1); // for tests/manual/witness.c
        around_test_ = Holdings::now();
        Watchdog::arm(name, time_limit());
    }

    void OnTestEnd(const ::testing::TestInfo& test) override
    {
        EXPECT_EQ("", leaks_since(around_test_, patience()));
        Watchdog::arm(std::string("what follows ") + test.test_suite_name() + "." + test.name(), time_limit());
    }

    void OnTestSuiteEnd(const ::testing::TestSuite&) override
    {
        EXPECT_EQ("", leaks_since(around_suite_, patience()));
        Watchdog::disarm();
    }

    Holdings around_suite_;
    Holdings around_test_;
};

} // namespace

Holdings Holdings::now()
{
    Holdings result{open_descriptors(), shared_memory_entries(), thread_count()};
    std::erase_if(result.shared_memory, [](const std::string& name) { return name.starts_with("qb-corosync-"); });
    // Outside a sandbox other programs, such as other tests, create rings at the same time.
    if (std::getenv("WORK") == nullptr) {
        const std::string pid = "-" + std::to_string(::getpid()) + "-";
        std::erase_if(result.shared_memory, [&](const std::string& name) {
            return name.starts_with("qb-") && name.find(pid) == std::string::npos;
        });
    }
    return result;
}

std::string leaks_since(const Holdings& before, Duration patience)
{
    std::string text;
    eventually(patience, [&] { return (text = differences(before, Holdings::now())).empty(); });
    return text;
}

void Watchdog::arm(const std::string& what, std::chrono::seconds limit)
{
    disarm();
    const auto text = "\nwatchdog: " + what + " took more than " + std::to_string(limit.count()) + " s: aborting\n";
    watchdog_message = {};
    text.copy(watchdog_message.data(), watchdog_message.size() - 1);
    struct sigaction action {};
    action.sa_handler = watchdog_barks;
    ::sigaction(SIGALRM, &action, nullptr);
    ::alarm(static_cast<unsigned>(limit.count()));
}

void Watchdog::disarm()
{
    ::alarm(0);
}

void install_guards()
{
    std::thread([] {}).join(); // with the first thread of a program, a sanitizer may start one that stays
    ::testing::UnitTest::GetInstance()->listeners().Append(new Guards);
}

} // namespace test
