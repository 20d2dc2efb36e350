// SPDX-License-Identifier: BSD-3-Clause
// The word by which the daemon tells a client of cpg that its flow control is on, read where the library has it mapped.
#pragma once

#include <cstdint>

namespace bench {

class FlowWord {
public:
    // Of the only connection to cpg that this process has. Fails if it is not over rings.
    FlowWord();

    bool is_on() const { return *word_ != 0; }

private:
    const volatile std::int32_t* word_ = nullptr;
};

} // namespace bench
