// SPDX-License-Identifier: BSD-3-Clause
// State of the process that belongs to the program; libraries must not change it.
#pragma once

#include "process.hpp"

#include <clocale>
#include <csignal>
#include <string>
#include <vector>

#include <sys/stat.h>

namespace test {

struct ProcessState {
    int threads = thread_count();
    std::vector<sighandler_t> signal_handlers = handlers();
    mode_t mask = umask_now();
    std::string locale = std::setlocale(LC_ALL, nullptr);

    bool operator==(const ProcessState&) const = default;

private:
    static std::vector<sighandler_t> handlers()
    {
        std::vector<sighandler_t> result;
        for (int signal = 1; signal <= SIGRTMAX; ++signal) {
            struct sigaction action {};
            ::sigaction(signal, nullptr, &action);
            result.push_back(action.sa_handler);
        }
        return result;
    }
    static mode_t umask_now()
    {
        const mode_t mask = ::umask(0);
        ::umask(mask);
        return mask;
    }
};

} // namespace test
