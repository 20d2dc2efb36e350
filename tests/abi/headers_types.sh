#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# headers_types.sh CC ABIDIFF OUR-INCLUDE-DIRECTORY REFERENCE-INCLUDE-DIRECTORY
# The types that the functions take and give are the same down to the last member. From either set of headers a library
# of empty functions is made, with debugging information, and abidiff compares the two; what additions.txt
# lists may differ.
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
        # A pointer of each type, for those that no function leads to.
        items "$directory" | sed -n 's/^[a-z]* type //p' |
            awk '{ name = $0; gsub(/ /, "_", name); print $0 " *pointer_to_" name ";" }'
    } > empty.c
    [ "$(grep -c '^extern\|return 0' empty.c)" -ge 78 ] || fail "the prototypes were not understood"
    # The same name for both, as it is part of what is compared.
    mkdir "$side.d"
    $cc -w -g -fPIC -shared -Wl,-soname,libempty.so -I"$directory" empty.c -o "$side.d/libempty.so"
done
# Ours has each function that the libraries export, once. Those of client.h have a test of their own.
nm -D --defined-only ours.d/libempty.so | sed -n 's/.* T //p' > functions
sed -n 's/^T \([a-z0-9_]*\).*/\1/p' "$here"/exports/*.txt | grep -v '^cs_client_' | LC_ALL=C sort | diff -u - functions ||
    fail "the headers do not declare what the libraries export"

additions_to_suppress > additions.suppr
"$abidiff" --no-default-suppression --suppressions additions.suppr --harmless --redundant \
    reference.d/libempty.so ours.d/libempty.so || fail "types differ"
