#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# list.sh MANUAL_PAGE TESTS: the lists of deliberate differences have the right form and name the same differences as
# the manual page, for the same releases of the reference. For each "elsewhere" the test exists and names the difference.

set -eu
page=$1 tests=$2
here=$(dirname "$0")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

awk '/^#/ || /^$/ { next }
     /^[^ ]/ && !/^[A-Z]+(-[DS][0-9]+)?(, [A-Z]+-[DS][0-9]+)*( \((before|from) [0-9.]+\))?: .../ {
         print FILENAME ": this is not a head: " $0
     }
     /^[^ ]/ {
         if (head && !lines)
             print FILENAME ": there are no lines for " head
         head = $0
         sub(/:.*/, "", head)
         lines = 0
         if (seen[FILENAME, head]++)
             print FILENAME ": twice: " head
         next
     }
     { lines++ }
     /^    elsewhere [^ ]+$/ { next }
     !/^    (all|((ring|libqb|socket),)*(ring|libqb|socket)) [a-z_]+\.[^ ]*: .* -> ./ {
         print FILENAME ": this is not a difference: " $0
     }
     END {
         if (!lines)
             print FILENAME ": there are no lines for " head
     }' "$here"/differences_*.txt >"$scratch/wrong"

# "NAME TEST" for each name of a head above an "elsewhere".
awk '/^[^# ]/ {
         count = split(substr($0, 1, index($0, ":") - 1), names, ", ")
     }
     /^    elsewhere/ {
         for (i = 1; i <= count; i++)
             print names[i], $2
     }' "$here"/differences_*.txt | while read -r name file; do
    grep -qsw -e "$name" "$tests/$file" || echo "$file does not name $name"
done >>"$scratch/wrong"

# each_name: writes each name in the heads on a line of its own, with the releases if the head names any.
each_name() {
    awk '{ releases = match($0, / \(.*/) ? substr($0, RSTART) : ""
           count = split(substr($0, 1, length($0) - length(releases)), names, ", ")
           for (i = 1; i <= count; i++)
               print names[i] releases }' | sort -u
}
sed -n 's/^\([A-Z][^:]*\): .*/\1/p' "$here"/differences_*.txt | each_name >"$scratch/listed"
sed -n '/^\.Sh DIFFERENCES/,/^\.Sh LIMITS/s/^\.It //p' "$page" | each_name >"$scratch/documented"
[ "$(wc -l <"$scratch/documented")" -gt 50 ] || echo "$page has too few differences" >>"$scratch/wrong"
comm -23 "$scratch/listed" "$scratch/documented" | sed "s|$| is in a list but not in ${page##*/}|" >>"$scratch/wrong"
comm -13 "$scratch/listed" "$scratch/documented" | sed "s|$| is in ${page##*/} but in no list|" >>"$scratch/wrong"

if [ -s "$scratch/wrong" ]; then
    sed 's/^/FAILED: /' "$scratch/wrong"
    exit 1
fi
echo "$(wc -l <"$scratch/listed") deliberate differences, the same in the lists and in ${page##*/}"
