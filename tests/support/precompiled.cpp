// SPDX-License-Identifier: BSD-3-Clause
// Nothing but a place for precompiled.hpp.
