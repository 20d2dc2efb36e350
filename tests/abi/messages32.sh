#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# messages32.sh CXX SOURCE-FOLDER STANDARD
# The sources, with all their static_asserts about the layouts of messages and rings, compile for 32-bit machines
# without a warning: a daemon and its clients may have different sizes of pointers.
set -eu
cxx=$1 source=$2 standard=$3
. "$(dirname "$0")/sources.sh"
output=$(mktemp)
trap 'rm -f "$output"' EXIT
compile()
{
    # shellcheck disable=SC2086 # several words
    "$cxx" -m32 -std=c++"$standard" $rules -I"$source/include" -I"$source/src" -fsyntax-only -x c++ "$@"
}

echo '#include <cstddef>' | compile - 2> "$output" || { echo "$cxx -m32 compiles nothing here, there are no headers for it: skipped"; exit 77; }
! echo 'static_assert(sizeof(void*) == 8);' | compile - 2> "$output" || { echo "FAILED: not 32 bits"; exit 1; }
compile_all "$source"
echo "$count sources for 32 bits"
