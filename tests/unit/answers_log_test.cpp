// SPDX-License-Identifier: BSD-3-Clause
// The lines of the log at any time, and where system calls fail. Each test has a child, as a process reads the variable
// once.
#include "core/log.hpp"
#include "core/reason.hpp"
#include "support/answers.hpp"
#include "support/process.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace {

using namespace test;
using namespace corosync;

class LogLine : public ::testing::Test {
protected:
    ~LogLine() override { std::filesystem::remove(file_); }

    // What the log has after a child has done this.
    std::string logged(const std::function<void()>& action, const char* target = nullptr)
    {
        std::filesystem::remove(file_);
        EXPECT_EQ(0, in_child([&] {
                      ::setenv("COROSYNC_CLIENT_LOG", target != nullptr ? target : file_.c_str(), 1);
                      configure_log();
                      action();
                      return 0;
                  }));
        std::ifstream lines(file_);
        return {std::istreambuf_iterator<char>(lines), {}};
    }
    void write(const char* function = "cpg_join") { write_log(reason_, {"cpg", 1, function}, CS_ERR_LIBRARY, "words"); }

    // All clocks show this time.
    static std::function<Answer::Given()> shows(const std::time_t& seconds)
    {
        return [&seconds] {
            Answer::result<timespec>() = {seconds, 123000000};
            return 0;
        };
    }

private:
    const std::string file_ = std::filesystem::temp_directory_path() / ("log-of-" + std::to_string(::getpid()));
    Reason reason_{"cause", "remedy"};
};

TEST_F(LogLine, begins_with_the_time_on_any_day)
{
    const struct {
        std::time_t seconds;
        const char* text;
    } kDays[] = {{1, "1970-01-01T00:00:01.123Z "},          {951782400, "2000-02-29T00:00:00.123Z "},
                 {951868799, "2000-02-29T23:59:59.123Z "},  {951868800, "2000-03-01T00:00:00.123Z "},
                 {1709251199, "2024-02-29T23:59:59.123Z "}, {1735689599, "2024-12-31T23:59:59.123Z "},
                 {1735689600, "2025-01-01T00:00:00.123Z "}, {4107542399, "2100-02-28T23:59:59.123Z "},
                 {4107542400, "2100-03-01T00:00:00.123Z "}};
    for (const auto& day : kDays)
        EXPECT_EQ(day.text, logged([&] {
                                const Answer clock("clock_gettime", shows(day.seconds));
                                write();
                            }).substr(0, 25));
}

TEST_F(LogLine, says_how_many_were_left_out_unless_it_is_full)
{
    std::time_t now = 5;
    const auto write_two_seconds = [&](const char* function) {
        const Answer clock("clock_gettime", shows(now));
        for (const int later : {0, 0, 0, 1}) {
            now += later;
            write(function);
        }
    };
    const auto text = logged([&] { write_two_seconds("cpg_join"); });
    EXPECT_EQ(2, std::ranges::count(text, '\n'));
    EXPECT_NE(std::string::npos, text.find("words (2 more before)\n")) << text;
    const std::string name(700, 'f');
    const auto full = logged([&] { write_two_seconds(name.c_str()); });
    EXPECT_EQ(2 * 640U, full.size());
    EXPECT_EQ(std::string::npos, full.find("more before"));
}

TEST_F(LogLine, is_lost_if_the_file_cannot_be_looked_at)
{
    EXPECT_EQ("", logged([&] {
                  const Answer none("fstat", Answer::failure(EOVERFLOW));
                  write();
              }));
}

TEST_F(LogLine, is_lost_if_there_is_no_descriptor_for_the_systems_logger)
{
    logged(
        [&] {
            const Answer none("socket", Answer::failure(EMFILE));
            write();
            if (none.calls() != 1)
                ::_exit(1);
        },
        "syslog");
}

TEST_F(LogLine, does_not_exist_for_an_ordinary_reason)
{
    EXPECT_EQ("", logged([] {
                  forget_reason();
                  report({"cpg", 1, "cpg_dispatch"}, CS_ERR_TRY_AGAIN);
              }));
    EXPECT_NE("", logged([] {
                  forget_reason();
                  report({"cpg", 1, "cpg_dispatch"}, CS_ERR_BAD_HANDLE);
              }));
}

} // namespace
