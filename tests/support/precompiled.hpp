// SPDX-License-Identifier: BSD-3-Clause
// What nearly every test includes, compiled once: it is most of the time that a test takes to compile. Tests include
// what they need as ever; the build with clang has no precompiled headers and shows what is missing.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
