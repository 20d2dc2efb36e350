#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# pkgconfig.sh CMAKE BUILD-DIRECTORY CC LIBRARY-DIRECTORY INCLUDE-DIRECTORY RELEASE NAME...
# After an installation into an empty directory pkg-config finds the libraries NAME and prints the same as with the
# reference's files, and a program can be built with only these options. LIBRARY-DIRECTORY and INCLUDE-DIRECTORY are the
# folders where the build installs.
set -eu
cmake=$1 build=$2 cc=$3 libraries=$4 include=$5 release=$6
shift 6
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail()
{
    echo "FAILED: $*" >&2
    exit 1
}

expect() # MODULE FIELD EXPECTED ACTUAL
{
    [ "$3" = "$4" ] || fail "$1: $2 is '$4', expected '$3'"
}

installed=$work/installed
DESTDIR=$installed "$cmake" --install "$build" > "$work/log" 2>&1 || { cat "$work/log"; fail "installation"; }
export PKG_CONFIG_PATH="$installed$libraries/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$installed"

for name in "$@"; do
    module=lib$name
    [ "$name" = corosync_common ] && requires=libqb || requires="libqb
libcorosync_common"
    expect "$module" version "$release" "$(pkg-config --modversion "$module")"
    expect "$module" requires "$requires" "$(pkg-config --print-requires "$module")"
    for field in "Name: $name" "Description: $name" "Libs: -L\${libdir} -l$name" "Cflags: -I\${includedir}"; do
        grep -qxF -e "$field" "$installed$libraries/pkgconfig/$module.pc" || fail "$module: no '$field'"
    done
    # Without the sysroot, because not every pkg-config adds it to variables.
    expect "$module" libdir "$libraries" "$(env -u PKG_CONFIG_SYSROOT_DIR pkg-config --variable=libdir "$module")"
    expect "$module" includedir "$include" "$(env -u PKG_CONFIG_SYSROOT_DIR pkg-config --variable=includedir "$module")"
done
for variable in logdir corosysconfdir; do
    [ -n "$(pkg-config --variable=$variable corosync)" ] || fail "corosync: no $variable"
done
expect corosync version "$release" "$(pkg-config --modversion corosync)"

# Uses cs_strerror() with the options for libcmap alone: an earlier fault made this link fail.
cat > "$work/program.c" <<'END'
#include <corosync/cmap.h>
#include <stdio.h>

int main(void)
{
    puts(cs_strerror(cmap_finalize(0)));
    return 0;
}
END
# shellcheck disable=SC2046 # one word for each flag
"$cc" "$work/program.c" -o "$work/program" $(pkg-config --cflags --libs libcmap)
expect program output CS_ERR_BAD_HANDLE "$(LD_LIBRARY_PATH=$installed$libraries "$work/program")"
