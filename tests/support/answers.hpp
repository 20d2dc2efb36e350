// SPDX-License-Identifier: BSD-3-Clause
// Replaces functions of the C library and of libqb in a program. A test can then say what they return, or do something
// in the middle of a function that calls them. (FailingCall of tests/resources makes each call fail in turn, on a real
// daemon.)
#pragma once

#include <cerrno>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace test {

class Answer {
public:
    // What the function returns. Without a value the real function is called.
    using Given = std::optional<std::intptr_t>;

    // Until the end of the scope each call of the function by this thread gets the answer, except the first `others`
    // calls. What give_answer() itself calls are the real functions.
    Answer(std::string_view function, std::function<Given()> give_answer, int others = 0);
    ~Answer();
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;

    int calls() const { return calls_; } // that got the answer

    // In give_answer(): where the function writes its result.
    template <class Result> static Result& result() { return *static_cast<Result*>(result_); }

    static std::function<Given()> failure(int error)
    {
        return [error] {
            errno = error;
            return -1;
        };
    }

private:
    friend Given answer_of(std::string_view function, void* result);

    const std::string_view function_;
    const std::function<Given()> give_answer_;
    int others_;
    int calls_ = 0;
    Answer* const next_;
    static thread_local void* result_;
};

// The function returns this.
inline std::function<Answer::Given()> always(std::intptr_t result)
{
    return [result] { return result; };
}

// For an action in the middle of a function, once.
inline std::function<Answer::Given()> once(std::function<void()> action)
{
    return [action = std::move(action), done = false]() mutable -> Answer::Given {
        if (!done) {
            done = true;
            action();
        }
        return {};
    };
}

} // namespace test
