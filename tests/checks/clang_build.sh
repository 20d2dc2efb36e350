#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# clang_build.sh CMAKE SOURCE_FOLDER BUILD_FOLDER: everything builds with clang, without a warning. Nothing of it is
# run, so it need be neither fast nor easy to debug.

set -eu
cmake=$1 source=$2 folder=$3
command -v clang++ >/dev/null || {
    echo "clang is not installed: skipped"
    exit 77
}
mkdir -p "$folder"
log=$folder/build.log
flags='-O0 -U_FORTIFY_SOURCE'
if ! {
    CC=clang CXX=clang++ CFLAGS='' CXXFLAGS='' "$cmake" -S "$source" -B "$folder" -G Ninja \
        -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="$flags" -DCMAKE_CXX_FLAGS="$flags" \
        -DCOROSYNC_CLIENT_LTO=OFF \
        -DCOROSYNC_CLIENT_TESTS=ON -DCOROSYNC_CLIENT_BENCH=ON -DCOROSYNC_CLIENT_WERROR=ON &&
        "$cmake" --build "$folder" --parallel "$(nproc)" -- -k 0
} >"$log" 2>&1; then
    grep -vE '^(-- |\[[0-9/]+\] (Building|Linking|Creating))' "$log"
    exit 1
fi
