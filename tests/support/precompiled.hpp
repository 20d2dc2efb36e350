// SPDX-License-Identifier: BSD-3-Clause
// Headers that nearly every test includes, compiled once: they take most of the time to compile a test. Tests still
// include all that they need; the build with clang uses no precompiled headers and finds missing ones.
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
