#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# planted.sh [FAULT...]
#
# Checks that the differential test finds faults: for each of planted/*.patch, or those named, builds the libraries with
# the fault in a scratch folder and compares them with the reference until it finds a difference, in 1,000 programs at
# most. Prints the seeds; fails if a fault is not found. SEED=N begins with another program than the first, VARIANT=
# chooses libqb or socket instead of ring. --apply only checks that each patch fits the sources.

set -eu

. "$(dirname "$0")/../support/setup.sh"

help_if_asked "${1-}"
here=$top/tests/differential
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# plant FAULT: copies the sources with the fault into $scratch/source, always the same folder, for ccache.
plant() {
    mkdir -p "$scratch/source"
    rm -rf "$scratch/source/src"
    cp -r "$top"/{CMakeLists.txt,LICENSE,README.md,include,man,pkgconfig,src} "$scratch/source"
    patch -s -p1 -d "$scratch/source" <"$here/planted/$1.patch"
}

faults=("$@")
if [ $# = 0 ] || [ "$1" = --apply ]; then
    faults=("$here"/planted/*.patch)
    faults=("${faults[@]##*/}")
    faults=("${faults[@]%.patch}")
fi
status=0
if [ "${1-}" = --apply ]; then
    command -v patch >/dev/null || {
        echo "patch is not installed: skipped"
        exit 77
    }
    for fault in "${faults[@]}"; do
        plant "$fault" || status=1
    done
    exit $status
fi

install_missing "${build_packages[@]}" "${sandbox_packages[@]}" libgtest-dev patch \
    libcmap-dev libcorosync-common-dev libcpg-dev libvotequorum-dev

folder=$top/build
say "Building in build"
build "$folder" "cmap cpg votequorum corosync_common differential differential_side" -DCOROSYNC_CLIENT_TESTS=ON
reference=$(sed -n 's/^REFERENCE_LIBRARIES:PATH=//p' "$folder/CMakeCache.txt")
ccache=()
if command -v ccache >/dev/null; then
    export CCACHE_BASEDIR=$scratch CCACHE_NOHASHDIR=1
    ccache=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi

# build_planted: builds the libraries into $scratch/build/lib.
build_planted() {
    cmake -S "$scratch/source" -B "$scratch/build" -DCOROSYNC_CLIENT_TESTS=OFF "${ccache[@]}" || return 1
    cmake --build "$scratch/build" --parallel "$(nproc)" --target cmap cpg votequorum corosync_common
}

for fault in "${faults[@]}"; do
    say "$fault: $(head -n 1 "$here/planted/$fault.patch")"
    plant "$fault"
    build_planted >"$scratch/log" 2>&1 || {
        cat "$scratch/log" >&2
        die "The library with the fault cannot be built."
    }
    if "$here/run.sh" "$reference" "$scratch/build/lib" "$folder/tests/differential" "${VARIANT-ring}" \
        first "${SEED-1}" seeds 1000 first_failure 1 >"$scratch/log" 2>&1; then
        echo "  NOT caught"
        status=1
    elif ! grep -h 'caught at\|reference:\|ours:' "$scratch/log"; then
        cat "$scratch/log" >&2
        die "It failed without a difference."
    fi
done
exit $status
