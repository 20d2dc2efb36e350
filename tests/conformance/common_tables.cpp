// SPDX-License-Identifier: BSD-3-Clause
// libcorosync_common: functions without a state.
#include "conformance.hpp"

#include <climits>

namespace {

using namespace conformance;

// C01
const Group kTexts("common.strerror", [](Transcript& at) {
    for (int value = -2; value <= 102; ++value)
        at(std::to_string(value)) << quoted(cs_strerror(static_cast<cs_error_t>(value)));
    for (const int value : {77777, INT_MAX, INT_MIN})
        at(std::to_string(value)) << quoted(cs_strerror(static_cast<cs_error_t>(value)));
});

// C02, C03
const Group kConversions("common.conversion", [](Transcript& at) {
    for (int value = -140; value <= 140; ++value)
        at(std::to_string(value)) << qb_to_cs_error(value) << hdb_error_to_cs(value);
    for (const int value : {INT_MAX, INT_MIN})
        at(std::to_string(value)) << qb_to_cs_error(value) << hdb_error_to_cs(value);
});

} // namespace
