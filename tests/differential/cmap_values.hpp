// SPDX-License-Identifier: BSD-3-Clause
// The steps of libcmap that set and get values.
#pragma once

#include "player.hpp"

namespace differential {

bool is_stats(const Step& with); // whether the handle is for the statistics

// Values that change by themselves are not compared.
bool changes_itself(const Step& with, const char* key);

namespace cmap_values {

void change(const Step& with);
void get(const Step& with);
void get_one(const Step& with);

} // namespace cmap_values

} // namespace differential
