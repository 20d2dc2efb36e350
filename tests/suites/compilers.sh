#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# compilers.sh, inside enter.sh, in the system of a node: the suite's own gcc and its newest gcc and clang build the
# libraries with the flags of several distributions, and with other ones that people use. No compiler and no linker warns,
# and the libraries export and need what they should.

set -eu -o pipefail

cd "$(dirname "$0")/../.."

# The name of the newest package of those with numbers in their names.
newest() {
    apt-cache search --names-only "^$1-[0-9]+\$" | sed "s/^$1-\([0-9]*\) .*/\1/" | sort -n | tail -n 1
}

fedora="-O2 -g -grecord-gcc-switches -pipe -Wall -Werror=format-security -Wp,-U_FORTIFY_SOURCE,-D_FORTIFY_SOURCE=3 \
-Wp,-D_GLIBCXX_ASSERTIONS -fstack-protector-strong -m64 -march=x86-64 -mtune=generic -fasynchronous-unwind-tables \
-fstack-clash-protection -fcf-protection -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -fexceptions -flto=auto"
opensuse="-O2 -g -Wall -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -funwind-tables \
-fasynchronous-unwind-tables -fstack-clash-protection -Werror=return-type -flto=auto"
arch="-O2 -pipe -march=x86-64 -mtune=generic -fno-plt -fexceptions -Wp,-D_FORTIFY_SOURCE=3 -Wformat \
-Werror=format-security -fstack-clash-protection -fcf-protection -Wp,-D_GLIBCXX_ASSERTIONS -g -flto=auto"
relro="-Wl,-z,relro -Wl,--as-needed -Wl,-z,now"

exports_are_right() {
    local library
    for library in corosync_common cmap cpg votequorum; do
        tests/abi/exports.sh $library "$1/lib" || return 1
    done
}

failed=0
# build NAME FLAGS LINKER_FLAGS CMAKE_OPTION...: with $CC and $CXX.
build() {
    local folder=/tmp/build log=/tmp/log good=yes
    rm -rf $folder
    CFLAGS=$2 CXXFLAGS=$2 LDFLAGS=$3 cmake -G Ninja -B $folder -DCOROSYNC_CLIENT_TESTS=OFF \
        -DCOROSYNC_CLIENT_WERROR=ON "${@:4}" >$log 2>&1 && cmake --build $folder >>$log 2>&1 || good=
    ! grep 'warning:' $log | grep -v 'linker hardening options not enabled by' >/dev/null || good= # since ours are on the line
    # These make the libraries call what they should not, abort() with -ftrapv.
    [[ $* = *SANITIZE* || $* = *-ftrapv* ]] || exports_are_right $folder >>$log 2>&1 || good=
    if [ -z "$good" ]; then
        cat $log
        failed=1
    fi
    echo "$([ -n "$good" ] && echo good || echo FAILED): $CXX, $1"
}

builds() {
    $CXX --version | sed -n 1p
    build "as it is" "" ""
    build "with -O3" "" "" -DCMAKE_BUILD_TYPE=Release
    build "for a debugger" "" "" -DCMAKE_BUILD_TYPE=Debug
    build "without link-time optimization" "" "" -DCOROSYNC_CLIENT_LTO=OFF
    build "as Fedora" "$fedora" "$relro -Wl,--build-id=sha1"
    build "as openSUSE" "$opensuse" "-flto=auto $relro -Wl,--no-undefined"
    build "as Arch Linux" "$arch" "$relro -Wl,-O1 -Wl,--sort-common"
    build "with signed overflow trapped" "-O2 -ftrapv -ftrivial-auto-var-init=zero" ""
    build "with the address sanitizer" "" "" -DCOROSYNC_CLIENT_SANITIZE=address
    build "with the thread sanitizer" "" "" -DCOROSYNC_CLIENT_SANITIZE=thread
}

gcc=$(newest gcc) clang=$(newest clang)
# gcc's link-time optimization warns where there is no make.
apt-get -q install make "gcc-$gcc" "g++-$gcc" "clang-$clang" "libclang-rt-$clang-dev" "lld-$clang" >/dev/null
CC=gcc CXX=g++
export CC CXX
if [ "$(gcc -dumpversion)" != "$gcc" ]; then
    builds
fi
CC=gcc-$gcc CXX=g++-$gcc
builds
! echo 'int main() {}' | "$CXX" -fhardened -O2 -x c++ - -o /dev/null 2>/dev/null ||
    build "with -fhardened" "-O2 -fhardened" "$relro" -DCOROSYNC_CLIENT_HARDEN=OFF
CC=clang-$clang CXX=clang++-$clang
builds
exit $failed
