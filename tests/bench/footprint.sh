#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# footprint.sh text|start PROGRAMS: prints the size of the libraries that PROGRAMS/start loads, in bytes: code and
# read-only data of each ("text_cmap", ...); or the dynamic linker's work when it starts: relocations with a look-up of
# a symbol ("relocations") and relocations that only add the file's address ("relocations_relative"). Those of libc,
# libqb and the libraries that libqb needs are part of both sides' figures.

set -eu -o pipefail

program=$2/start
libraries=$(ldd "$program" | sed -n 's/.* => \(.*lib\(cmap\|cpg\|votequorum\|corosync_common\)\.so.*\) (.*/\1/p')
for library in $libraries; do
    echo "library $(realpath "$library")"
done

# total PATTERN: adds up these lines of the linker's statistics.
total() {
    sed -n "s/^.*$1: *\([0-9]*\).*/\1/p" | awk '{ sum += $1 } END { print sum }'
}

case $1 in
text)
    for library in $libraries; do
        name=${library##*/lib}
        echo "text_${name%%.*} $(size "$library" | awk 'NR == 2 { print $1 }')"
    done
    ;;
start)
    said=$(LD_DEBUG=statistics "$program" 2>&1 | sed '/final number/,$d')
    echo "relocations $(total 'number of relocations' <<<"$said")"
    echo "relocations_relative $(total 'number of relative relocations' <<<"$said")"
    ;;
esac
