// SPDX-License-Identifier: BSD-3-Clause
// As long as this lives, standard output and error go to a file.
#pragma once

#include "process.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace test {

class Eavesdropper {
public:
    Eavesdropper()
    {
        const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        ::dup2(file, STDOUT_FILENO);
        ::dup2(file, STDERR_FILENO);
        ::close(file);
    }
    ~Eavesdropper() { restore(); }
    Eavesdropper(const Eavesdropper&) = delete;
    Eavesdropper& operator=(const Eavesdropper&) = delete;

    std::string heard()
    {
        restore();
        std::ifstream file(path_);
        return {std::istreambuf_iterator<char>(file), {}};
    }

private:
    void restore()
    {
        for (auto* redirection : {&out_, &err_}) {
            if (redirection->saved == -1)
                continue;
            ::dup2(redirection->saved, redirection->original);
            ::close(std::exchange(redirection->saved, -1));
        }
    }

    struct Redirection {
        int saved;
        int original;
    };
    const std::string path_ = scratch_directory() + "/output";
    Redirection out_{::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), STDOUT_FILENO};
    Redirection err_{::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3), STDERR_FILENO};
};

} // namespace test
