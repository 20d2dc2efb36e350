// SPDX-License-Identifier: BSD-3-Clause
// The word with which the daemon tells a client of cpg that its flow control is on, read from the library's own
// mapping.
#pragma once

#include <cstdint>

namespace bench {

class FlowWord {
public:
    // The word of this process's only connection to cpg. Fails if the connection does not use rings.
    FlowWord();

    bool is_on() const { return *word_ != 0; }

private:
    const volatile std::int32_t* word_ = nullptr;
};

} // namespace bench
