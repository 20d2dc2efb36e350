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
# All sources of a folder at once, in a file that CMake makes, because the headers of the C++ library take most of the time.
# For the analyzer these sources are then headers.
CC=clang CXX=clang++ CFLAGS='' CXXFLAGS='' "$cmake" -S "$source" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=None \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=0 \
    -DCOROSYNC_CLIENT_LTO=OFF -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DCOROSYNC_CLIENT_TESTS=OFF >/dev/null
find "$folder/src" -name 'unity_*.cxx' -print0 |
    xargs -0 -n 1 -P "$(nproc)" clang-tidy -p "$folder" --quiet --config-file="$source/.clang-tidy" \
        --extra-arg=-Xclang --extra-arg=-analyzer-opt-analyze-headers --checks=-bugprone-suspicious-include 2>/dev/null
