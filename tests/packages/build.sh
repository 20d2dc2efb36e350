#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# build.sh EXPORTS GCC-VERSION|CLANG-VERSION FLAG...: with this compiler, Debian's flags and FLAG..., the libraries build
# without a warning and are what EXPORTS, the test of it, demands; and from a copy of what gets installed, anywhere,
# pkg-config builds a program.

set -eu -o pipefail

. "$(dirname "$0")/building.sh"

exports=$1 CC=$2
case $CC in
gcc-*) CXX=g++-${CC#*-} ;;
clang-*) CXX=clang++-${CC#*-} ;;
esac
shift 2
need "$CC" "$CXX" pkg-config
export CC CXX
distribution_flags
# Fedora and Arch Linux have the assertions, in this form.
CFLAGS="$CFLAGS $*" CXXFLAGS="$CXXFLAGS -Wp,-D_GLIBCXX_ASSERTIONS $*" LDFLAGS="$LDFLAGS -Wl,--as-needed $*"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build "$work" -DCOROSYNC_CLIENT_WERROR=ON
compiled_with "$work" "$CXXFLAGS"
for library in corosync_common cmap cpg votequorum; do
    "$exports" $library "$work/build/lib"
done

DESTDIR=$work/staged quietly cmake --install "$work/build"
mv "$work/staged/usr" "$work/elsewhere"
PKG_CONFIG_PATH=$(dirname "$(find "$work/elsewhere" -name libcpg.pc)")
export PKG_CONFIG_PATH
cat >"$work/program.c" <<'END'
#include <corosync/cpg.h>
#include <stdio.h>

int main(void)
{
    puts(cs_strerror(cpg_finalize(0)));
    return 0;
}
END
# shellcheck disable=SC2046 # one word for each flag
$CC "$@" "$work/program.c" -o "$work/program" $(pkg-config --define-prefix --cflags --libs libcpg)
library=$(LD_LIBRARY_PATH=${PKG_CONFIG_PATH%/*} ldd "$work/program" | sed -n 's/.*libcpg.so.4 => \([^ ]*\).*/\1/p')
[[ $library = "$work"/elsewhere/* ]] || fail "the program has $library"
said=$(LD_LIBRARY_PATH=${PKG_CONFIG_PATH%/*} "$work/program")
[ "$said" = CS_ERR_BAD_HANDLE ] || fail "the program says $said"
echo "$($CXX --version | head -1), $CXXFLAGS"
