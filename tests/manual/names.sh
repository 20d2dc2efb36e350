#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# names.sh CMAKE BUILD-DIRECTORY MANUAL-DIRECTORY EXPORTS
# After an installation into an empty directory, each exported function for programs has a page with its name. There are
# no other pages but the overviews. Each reference leads to one of our pages, or to one in elsewhere.txt.
# MANUAL-DIRECTORY is the folder where the build installs; EXPORTS is the folder with the lists of the ABI test.

set -eu
here=$(dirname "$(realpath "$0")")
. "$here/pages.sh"
cmake=$1 build=$2 exports=$4
enter_scratch
DESTDIR=$scratch/root "$cmake" --install "$build" --component dev >log 2>&1 || fail "the installation: $(cat log)"
installed=$scratch/root$3

cat "$exports"/*.txt | sed -nE 's/^T ([a-z0-9_]+)(@.*)?$/\1/p' | grep -vx cs_client_reason_place | sort >functions
[ "$(wc -l <functions)" -gt 80 ] || fail "the lists of exports were not understood"
find "$installed/man3" -name '*.3' -printf '%f\n' | sed 's/\.3$//' | grep -v '_overview$' | sort >pages
diff -u functions pages || fail "functions and pages differ"
while read -r name; do
    grep -qE "^\.Nm $name( ,)?$" "$installed/man3/$name.3" || fail "the page $name(3) is not about it"
done <functions

find "$installed" -type f -exec grep -hoE 'Xr [A-Za-z0-9_.-]+ [0-9]' {} + | sort -u >references
while read -r _ name number; do
    [ -e "$installed/man$number/$name.$number" ] || echo "$name($number)"
done <references | sort >abroad
grep -v '^#' "$here/elsewhere.txt" | sort >elsewhere
diff -u elsewhere abroad || fail "references lead to other pages than elsewhere.txt says"
