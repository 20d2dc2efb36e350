// SPDX-License-Identifier: BSD-3-Clause
// Only compiles precompiled.hpp.
