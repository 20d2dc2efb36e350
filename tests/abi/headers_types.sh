#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# headers_types.sh CC ABIDIFF OUR-INCLUDE-DIRECTORY REFERENCE-INCLUDE-DIRECTORY
# The types of the functions' arguments and results are the same, with all their members. The script makes a library of
# empty functions, with debugging information, from each set of headers, and abidiff compares the two. Only what
# additions.txt lists may differ.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cc=$1 abidiff=$2 ours=$3 reference=$4
. "$here/headers.sh"
require_reference "$reference"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
require_compiler

for side in ours reference; do
    directory=$ours
    [ $side = ours ] || directory=$reference
    {
        all_headers
        prototypes "$directory" | sed -n 's/^extern \(.*\);$/\1 { return 0; }/p'
        # A pointer to each type, for types that no function uses.
        items "$directory" | sed -n 's/^[a-z]* type //p' |
            awk '{ name = $0; gsub(/ /, "_", name); print $0 " *pointer_to_" name ";" }'
    } > empty.c
    [ "$(grep -c '^extern\|return 0' empty.c)" -ge 78 ] || fail "the prototypes were not understood"
    # The same name for both, because abidiff compares that, too.
    mkdir "$side.d"
    $cc -w -g -fPIC -shared -Wl,-soname,libempty.so -I"$directory" empty.c -o "$side.d/libempty.so"
done
# Ours declares each function that the libraries export, once. The functions of client.h have their own test.
nm -D --defined-only ours.d/libempty.so | sed -n 's/.* T //p' > functions
sed -n 's/^T \([a-z0-9_]*\).*/\1/p' "$here"/exports/*.txt | grep -v '^cs_client_' | LC_ALL=C sort | diff -u - functions ||
    fail "the headers do not declare what the libraries export"

additions_to_suppress > additions.suppr
"$abidiff" --no-default-suppression --suppressions additions.suppr --harmless --redundant \
    reference.d/libempty.so ours.d/libempty.so || fail "types differ"
