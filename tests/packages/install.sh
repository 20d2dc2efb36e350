#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# install.sh, inside sandbox.sh: what an installation from the sources gives, wherever it goes. The sources can only be
# read, the folders have names with blanks, and there are static libraries. Programs in C find it with CMake and with
# pkg-config, and work; the target `uninstall` takes it away.

set -eu -o pipefail

. "$(dirname "$0")/building.sh"
. "$source_folder/tests/support/node.sh"

need cmake ninja pkg-config
work=$WORK # which the sandbox takes away, with what is mounted there
mkdir "$work/sources"
mount --bind "$source_folder" "$work/sources"
mount -o remount,bind,ro "$work/sources"
! touch "$work/sources/touched" 2>/dev/null || fail "the sources can be written"
libraries=(corosync_common cmap cpg votequorum)

# installed NAME OPTION...: a build that is configured like that, installed below $work/NAME.
installed() {
    local name=$1
    shift
    quietly cmake -S "$work/sources" -B "$work/build $name" -G Ninja -DCOROSYNC_CLIENT_TESTS=OFF \
        -DCOROSYNC_CLIENT_WERROR=ON "$@"
    quietly cmake --build "$work/build $name"
    DESTDIR=$work/$name quietly cmake --install "$work/build $name"
}

# says EXPECTED PROGRAM
says() {
    [ "$("$2")" = "$1" ] || fail "${2##*/} says: $("$2")"
}

# needed PROGRAM: the libraries that it asks for.
needed() {
    readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort | paste -s -d ' '
}

mkdir "$work/project"
cat >"$work/project/program.c" <<'END'
#include <corosync/cmap.h>
#include <corosync/cpg.h>
#include <corosync/votequorum.h>
#include <stdio.h>

int main(void)
{
    puts(cs_strerror(cmap_finalize(0)));
    puts(cs_strerror(cpg_finalize(0)));
    puts(cs_strerror(votequorum_finalize(0)));
    return 0;
}
END
cp "$source_folder/tests/clients/tour.c" "$work/project"
cat >"$work/project/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.20)
project(program LANGUAGES C)
find_package(corosync-client 0.1 REQUIRED COMPONENTS cmap cpg votequorum)
find_package(corosync-client QUIET COMPONENTS cmap nonsense)
if(corosync-client_FOUND)
    message(FATAL_ERROR "It has a component that there is not")
endif()
foreach(kind "" _static)
    if(NOT TARGET corosync-client::cmap${kind})
        continue()
    endif()
    add_executable(program${kind} program.c)
    target_link_libraries(program${kind} PRIVATE
        corosync-client::cmap${kind} corosync-client::cpg${kind} corosync-client::votequorum${kind})
    add_executable(tour${kind} tour.c)
    target_link_libraries(tour${kind} PRIVATE corosync-client::cmap${kind})
endforeach()
END
answer=$(printf 'CS_ERR_BAD_HANDLE\n%.0s' 1 2 3)

echo "With blanks in the prefix, folders of its own, and static libraries"
installed "with blanks" "-DCMAKE_INSTALL_PREFIX=/opt/a prefix" "-DCMAKE_INSTALL_LIBDIR=lib/deep down" \
    "-DCMAKE_INSTALL_INCLUDEDIR=the headers" -DCOROSYNC_CLIENT_STATIC=ON -DBUILD_SHARED_LIBS=OFF
prefix="$work/with blanks/opt/a prefix"
[ ! -e "/opt/a prefix" ] || fail "DESTDIR is not heeded"
[ -z "$(find "$work/with blanks" -type f -not -path "$prefix/*")" ] || fail "files outside the prefix"
for library in "${libraries[@]}"; do
    for file in "$prefix/lib/deep down/lib$library".{so,a}; do
        [ -s "$file" ] || fail "there is no $file"
    done
done
[ -s "$prefix/the headers/corosync/cpg.h" ] || fail "there is no cpg.h"

quietly cmake -S "$work/project" -B "$work/project/build" -G Ninja \
    "-Dcorosync-client_DIR=$prefix/lib/deep down/cmake/corosync-client"
quietly cmake --build "$work/project/build"
says "$answer" "$work/project/build/program"
says "$answer" "$work/project/build/program_static"
[[ $(needed "$work/project/build/program") = *libcmap.so.4* ]] || fail "the program has not the shared libraries"
for program in program_static tour_static; do
    [[ ! $(needed "$work/project/build/$program") =~ cmap|cpg|votequorum|corosync_common|stdc ]] ||
        fail "$program needs $(needed "$work/project/build/$program")"
done
start_node ""
"$work/project/build/tour" >"$work/shared.txt"
"$work/project/build/tour_static" | diff "$work/shared.txt" - || fail "the static program has seen something else"
grep -q "initialize: success" "$work/shared.txt" || fail "the program has seen nothing: $(cat "$work/shared.txt")"

# pkg-config's answers, as a Makefile puts them into a command. Its words have to bear the blanks.
export PKG_CONFIG_PATH="$prefix/lib/deep down/pkgconfig" PKG_CONFIG_SYSROOT_DIR=
# program_of NAME ANSWERS
program_of() {
    sh -c "cc '$work/project/program.c' -o '$work/$1' $2"
}
here="$(pkg-config --define-variable=prefix="${prefix// /\\ }" --cflags --libs libcmap libcpg libvotequorum)"
program_of by_pkg_config "$here"
LD_LIBRARY_PATH="$prefix/lib/deep down" says "$answer" "$work/by_pkg_config"
[[ $(needed "$work/by_pkg_config") = *libcmap.so.4* ]] || fail "the program has not the shared libraries"
[[ $(pkg-config --cflags --libs libcmap) = *'-I/opt/a\ prefix/the\ headers'*'-L/opt/a\ prefix/lib/deep\ down'* ]] ||
    fail "pkg-config says $(pkg-config --cflags --libs libcmap)"

# With --static, all that the archives need; the shared libraries are not to be found, so that they get taken.
mkdir "$work/archives"
cp "$prefix/lib/deep down"/*.a "$work/archives"
static=$(pkg-config --static --libs libcmap libcpg libvotequorum)
for word in -lcmap -lcpg -lvotequorum '-lcorosync_common .*-lqb'; do
    [[ $static =~ $word ]] || fail "pkg-config --static says $static"
done
# What libqb's own file adds for a static libqb need not be installed for the shared one.
static=$(sed -E "s/-L[^ ]*(\\\\ [^ ]*)*//; s/-lsystemd//g" <<<"$static")
program_of static_by_pkg_config "-I'$prefix/the headers' -L'$work/archives' $static"
says "$answer" "$work/static_by_pkg_config"
[[ ! $(needed "$work/static_by_pkg_config") = *cmap* ]] || fail "the program needs $(needed "$work/static_by_pkg_config")"

DESTDIR="$work/with blanks" quietly cmake --build "$work/build with blanks" --target uninstall
left=$(find "$work/with blanks" -not -type d)
[ -z "$left" ] || fail "uninstall has left $left"
[ -z "$(find "$work/with blanks" -name '*corosync*')" ] || fail "uninstall has left folders"

# A file of somebody else beside ours, below a folder whose name looks like a pattern.
DESTDIR="$work/a [b]" quietly cmake --install "$work/build with blanks"
touch "$work/a [b]/opt/a prefix/the headers/corosync/cfg.h"
DESTDIR="$work/a [b]" quietly cmake --build "$work/build with blanks" --target uninstall
left=$(find "$work/a [b]" -not -type d)
[ "$left" = "$work/a [b]/opt/a prefix/the headers/corosync/cfg.h" ] || fail "uninstall has left only: $left"

echo "With absolute folders"
installed absolute -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_LIBDIR=/usr/lib/elsewhere \
    -DCMAKE_INSTALL_INCLUDEDIR=/srv/include -DCMAKE_INSTALL_MANDIR=/srv/man
[ -s "$work/absolute/usr/lib/elsewhere/libcpg.so.4" ] || fail "there is no libcpg.so.4"
[ -s "$work/absolute/srv/include/corosync/cpg.h" ] || fail "there is no cpg.h"
[ -s "$work/absolute/srv/man/man3/cpg_join.3" ] || fail "there is no manual"
[ -z "$(find "$work/absolute" -name '*.a')" ] || fail "there are static libraries that nobody asked for"
for variable in libdir=/usr/lib/elsewhere includedir=/srv/include; do
    said=$(PKG_CONFIG_PATH=$work/absolute/usr/lib/elsewhere/pkgconfig pkg-config --variable=${variable%%=*} libcpg)
    [ "$said" = "${variable#*=}" ] || fail "pkg-config says $said for $variable"
done
echo "installed, found, used and uninstalled"
