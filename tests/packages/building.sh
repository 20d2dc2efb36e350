# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the tests of packages: builds of the sources as a packager does them.
# shellcheck shell=bash

source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck disable=SC2034 # for the scripts that source this one
archives=/srv/archives # of packages, where a system that was made for a test has them

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

skip() {
    echo "$*: skipped"
    exit 77
}

need() {
    local tool
    for tool; do
        command -v "$tool" >/dev/null || skip "$tool is not installed"
    done
}

# quietly CMD...: what it says counts only if it fails.
quietly() {
    local log
    log=$(mktemp)
    "$@" >"$log" 2>&1 || {
        cat "$log" >&2
        rm -f "$log"
        fail "$1"
    }
    rm -f "$log"
}

# distribution_flags: the flags of Debian's packages, as variables for what is built next.
distribution_flags() {
    local variable
    need dpkg-buildflags
    for variable in CPPFLAGS CFLAGS CXXFLAGS LDFLAGS; do
        export "$variable=$(dpkg-buildflags --get $variable)"
    done
    CFLAGS="$CFLAGS $CPPFLAGS" CXXFLAGS="$CXXFLAGS $CPPFLAGS" # cmake has no variable for the third
}

# build FOLDER [CMAKE_OPTION...]: in FOLDER/build, of a copy in FOLDER of what the libraries are built from. Nothing
# can come from the network.
build() {
    local folder=$1 offline=()
    shift
    mkdir -p "$folder"
    (cd "$source_folder" && tar -c CMakeLists.txt LICENSE include src man pkgconfig) | tar -x -C "$folder"
    ! unshare -n true 2>/dev/null || offline=(unshare -n)
    quietly "${offline[@]}" cmake -S "$folder" -B "$folder/build" -G Ninja -DCMAKE_INSTALL_PREFIX=/usr \
        -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DCOROSYNC_CLIENT_TESTS=OFF "$@"
    quietly "${offline[@]}" cmake --build "$folder/build"
}

# compiled_with FOLDER FLAGS: each file was.
compiled_with() {
    ! grep '"command":' "$1/build/compile_commands.json" | grep -vF -e "$2" || fail "compiled without $2"
}
