#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# analysis.sh CMAKE SOURCE_FOLDER BUILD_FOLDER: clang-tidy finds nothing in the sources of the libraries. What it looks for
# is in .clang-tidy.

set -eu
cmake=$1 source=$2 folder=$3
if ! command -v clang-tidy >/dev/null || ! command -v clang++ >/dev/null; then
    echo "clang-tidy or clang is not installed: skipped"
    exit 77
fi
CC=clang CXX=clang++ CFLAGS='' CXXFLAGS='' "$cmake" -S "$source" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=None \
    -DCOROSYNC_CLIENT_LTO=OFF -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DCOROSYNC_CLIENT_TESTS=OFF >/dev/null
find "$source/src" -name '*.cpp' -print0 |
    xargs -0 -n 2 -P "$(nproc)" clang-tidy -p "$folder" --quiet 2>/dev/null
