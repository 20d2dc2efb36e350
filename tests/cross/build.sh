#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# build.sh ARCHITECTURE FOLDER PART..., in the system that root.sh makes: builds the libraries and these parts of the tests
# in FOLDER.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/architectures.sh"
know "$1"
folder=$2
shift 2
parts=("${@/#/tests/}")
export CROSS_PREFIX=$prefix CROSS_PROCESSOR=$processor CROSS_MULTIARCH=$multiarch
cmake -S "$here/../.." -B "$folder" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" \
    -DCOROSYNC_CLIENT_TESTS=ON -DCOROSYNC_CLIENT_WERROR=ON
cmake --build "$folder" --parallel "$(nproc)" --target src/all "${parts[@]/%//all}"
