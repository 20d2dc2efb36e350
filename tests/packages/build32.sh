#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# build32.sh EXPORTS FOLDER: for 32-bit x86, where layouts must be the same and pointers are not, the libraries and the
# unit tests are built and run. apt-get, as the machine has it configured, brings libqb and GoogleTest for that, which
# lie unpacked in FOLDER.

set -eu -o pipefail

. "$(dirname "$0")/building.sh"

exports=$1 folder=$2
need apt-get dpkg-deb
[ "$(uname -m)" = x86_64 ] || skip "not a machine for x86"
echo 'int main(void) {}' | c++ -m32 -x c++ - -o /dev/null 2>/dev/null || skip "c++ -m32 does not work here"

# apt for the other architecture, with nothing of the machine's state.
apt() {
    apt-get -qq -o APT::Architecture=i386 -o APT::Architectures=i386 -o Dir::State::status=/dev/null \
        -o Dir::State::lists="$folder/lists" -o APT::Sandbox::User=root "$@"
}
if [ ! -e "$folder/complete" ]; then
    rm -rf "$folder"
    mkdir -p "$folder/lists/partial" "$folder/unpacked"
    apt update >/dev/null 2>&1 || : # of one archive that fails these packages need not be
    (cd "$folder" && apt download libgtest-dev libqb-dev libqb100 libsystemd0 \
        libcap2 libgcrypt20 libgpg-error0 liblz4-1 liblzma5 libzstd1) || skip "no libraries for 32 bits to be had"
    for deb in "$folder"/*.deb; do
        dpkg-deb -x "$deb" "$folder/unpacked"
    done
    touch "$folder/complete"
fi

libraries=$folder/unpacked/usr/lib/i386-linux-gnu
search=$libraries:$folder/unpacked/lib/i386-linux-gnu
export PKG_CONFIG_LIBDIR=$libraries/pkgconfig PKG_CONFIG_SYSROOT_DIR=$folder/unpacked CC=gcc CXX=g++
export CFLAGS=-m32 CXXFLAGS=-m32 LDFLAGS="-m32 -Wl,-rpath-link,$search"
rm -rf "$folder/build"
quietly cmake -S "$source_folder" -B "$folder/build" -G Ninja -DCOROSYNC_CLIENT_TESTS=ON -DCOROSYNC_CLIENT_WERROR=ON \
    -DGTest_DIR="$libraries/cmake/GTest"
quietly cmake --build "$folder/build" --target src/all tests/unit/all
for library in corosync_common cmap cpg votequorum; do
    readelf -h "$folder/build/lib/lib$library.so" | grep 'Class: *ELF32' >/dev/null || fail "lib$library is not for 32 bits"
    "$exports" $library "$folder/build/lib"
done
LD_LIBRARY_PATH=$search ctest --test-dir "$folder/build" -L unit --no-tests=error --output-on-failure
