#!/bin/sh
# headers_types.sh CC ABIDIFF OUR-INCLUDE-DIRECTORY REFERENCE-INCLUDE-DIRECTORY
# The types that the functions take and give are the same down to the last member. From either set of headers a library
# of empty functions is made, with debugging information, and abidiff compares the two; types.suppr is what may differ.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cc=$1 abidiff=$2 ours=$3 reference=$4
. "$here/headers.sh"
require_reference "$reference"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

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
"$abidiff" --no-default-suppression --suppressions "$here/types.suppr" --harmless --redundant \
    reference.d/libempty.so ours.d/libempty.so || fail "types differ"
