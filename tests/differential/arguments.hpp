// SPDX-License-Identifier: BSD-3-Clause
// Arguments for the functions: all that their types allow, most of them border cases.
#pragma once

#include "generator.hpp"
#include "random.hpp"

#include <cstdint>

namespace differential {

class Arguments {
public:
    Arguments(Random& random, const Wishes& wishes) : random_(random), wishes_(wishes) {}

    void fill(Step& step); // all arguments except the handle
    std::int64_t message_size();

private:
    void cmap(Step& step);
    void cpg(Step& step);
    void votequorum(Step& step);

    std::int64_t dispatch_type() { return 1 + (random_.chance(10) ? 2 : random_.of({0, 1, 1, 3})); }
    std::int64_t key() { return random_.chance(75) ? random_.below(5) : random_.below(kKeys); }
    std::int64_t context() { return random_.of({0, 1, 0x1234, -1}); }
    std::int64_t number();
    std::int64_t group_name() { return random_.chance(70) ? random_.below(2) : random_.below(kGroups); }
    std::int64_t device_name() { return random_.chance(80) ? 0 : random_.below(kDevices); }

    Random& random_;
    const Wishes& wishes_;
};

} // namespace differential
