#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# symbols.sh NAME LIBRARY-DIRECTORY REFERENCE-DIRECTORY ABIDIFF
# lib<NAME>.so has the soname of the reference's library and needs the same libraries in the same order. abidiff finds
# all the reference's symbols in it, with name and version; additions.txt lists those that it has besides.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
name=$1 directory=$2 reference=$3 abidiff=$4
. "$here/headers.sh"
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for side in "$directory" "$reference"; do
    [ -e "$side/lib$name.so" ] || { echo "there is no $side/lib$name.so: skipped"; exit 77; }
done
dynamic() # directory
{
    readelf -dW "$1/lib$name.so" | sed -n -E 's/.*\((SONAME|NEEDED)\).*\[(.*)\]/\1 \2/p'
}
dynamic "$reference" > "$work/reference"
dynamic "$directory" > "$work/ours"
if readelf -hW "$directory/lib$name.so" | grep -q 'Machine: *ARM$'; then
    sed -i '/^NEEDED libgcc_s\.so\.1$/d' "$work/ours" # exports.sh says why; the reference, in C, has no such tables
fi
grep -q '^SONAME ' "$work/reference" || fail "lib$name: the reference was not understood"
diff -u "$work/reference" "$work/ours" || fail "lib$name: has another soname, or needs something else"

additions_to_suppress > "$work/additions.suppr"
"$abidiff" --no-default-suppression --suppressions "$work/additions.suppr" --harmless --redundant \
    "$reference/lib$name.so" "$directory/lib$name.so" || fail "lib$name: symbols differ"
