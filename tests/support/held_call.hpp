// SPDX-License-Identifier: BSD-3-Clause
// A call in another thread that stops in the middle, with the locks that it has.
#pragma once

#include "answers.hpp"
#include "eventually.hpp"
#include "thread.hpp"

#include <atomic>
#include <functional>
#include <string_view>

namespace test {

class HeldCall {
public:
    // The call stops where it first calls this function, until the end of the scope.
    HeldCall(std::string_view function, const std::function<void()>& call)
        : thread_([this, function, call] {
              const Answer stops(function, once([this] {
                                     stopped_ = true;
                                     eventually([this] { return released_.load(); });
                                 }));
              call();
          })
    {
        eventually([this] { return stopped_.load(); });
    }
    ~HeldCall() { released_ = true; }

    bool stopped() const { return stopped_; }

private:
    std::atomic<bool> stopped_ = false;
    std::atomic<bool> released_ = false;
    Thread thread_; // comes last: it uses the other members
};

} // namespace test
