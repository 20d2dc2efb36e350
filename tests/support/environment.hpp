// SPDX-License-Identifier: BSD-3-Clause
// Sets an environment variable until the end of a scope.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace test {

class Variable {
public:
    // Without a value the variable is unset.
    Variable(const char* name, std::optional<std::string> value) : name_(name)
    {
        if (const char* now = std::getenv(name))
            before_ = now;
        put(value);
    }
    ~Variable() { put(before_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    void put(const std::optional<std::string>& value) const
    {
        if (value)
            ::setenv(name_, value->c_str(), 1);
        else
            ::unsetenv(name_);
    }

    const char* name_;
    std::optional<std::string> before_;
};

} // namespace test
