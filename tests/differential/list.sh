#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# list.sh: each difference that random programs may show has its name in the lists of the conformance test.
set -eu
here=$(dirname "$0")
names() {
    sed -n 's/^\([A-Z][^(:]*[0-9A-Z]\)\( (.*)\)\{0,1\}: .*/\1/p' "$@" | tr -s ', ' '\n' | sort -u
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
names "$here/differences.txt" >"$scratch/here"
names "$here"/../conformance/differences_*.txt >"$scratch/there"
[ -s "$scratch/here" ] || {
    echo "FAILED: there are no names"
    exit 1
}
comm -23 "$scratch/here" "$scratch/there" | sed 's/$/ is in no list of the conformance test/; s/^/FAILED: /' >"$scratch/wrong"
cat "$scratch/wrong"
[ ! -s "$scratch/wrong" ]
