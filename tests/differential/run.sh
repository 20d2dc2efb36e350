#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# run.sh REFERENCE LIBRARIES PROGRAMS VARIANT [WORD VALUE]...
# Compares the libraries in the folder REFERENCE with those in LIBRARIES; our programs are in PROGRAMS, and the words are
# those of main.cpp. With a VARIANT of two transports, as ring-socket, compares those in LIBRARIES with themselves.
set -eu
here=$(dirname "$(realpath "$0")")
reference=$1 libraries=$2 programs=$3 variant=$4
list=$here/differences.txt
shift 4
case $variant in
*-*) reference=$libraries list=$here/transports.txt ;;
esac
[ -e "$reference/libcmap.so.4" ] || {
    echo "the reference's libraries are not installed: skipped" >&2
    exit 77
}
"$here/../support/sandbox.sh" true
exec "$programs/differential" "$variant" "$reference" "$libraries" "$programs/differential_side" \
    "$here/../support/sandbox.sh" "$list" "$@"
