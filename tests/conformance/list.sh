#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# list.sh MANUAL_PAGE TESTS: the lists of deliberate differences are well made, name the same differences as the manual
# page, for the same releases of the reference, and what they say is shown elsewhere is: the test is there, and names the
# difference.

set -eu
page=$1 tests=$2
here=$(dirname "$0")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

awk '/^#/ || /^$/ { next }
     /^[^ ]/ && !/^[A-Z]+(-[DS][0-9]+)?(, [A-Z]+-[DS][0-9]+)*( \((before|from) [0-9.]+\))?: .../ {
         print FILENAME ": this is no head: " $0
     }
     /^[^ ]/ {
         if (head && !lines)
             print FILENAME ": nothing belongs to " head
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
         print FILENAME ": this is no difference: " $0
     }
     END {
         if (!lines)
             print FILENAME ": nothing belongs to " head
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

# each_name: of heads, each name on a line of its own, with the releases that the head may name.
each_name() {
    awk '{ releases = match($0, / \(.*/) ? substr($0, RSTART) : ""
           count = split(substr($0, 1, length($0) - length(releases)), names, ", ")
           for (i = 1; i <= count; i++)
               print names[i] releases }' | sort -u
}
sed -n 's/^\([A-Z][^:]*\): .*/\1/p' "$here"/differences_*.txt | each_name >"$scratch/listed"
sed -n '/^\.Sh DIFFERENCES/,/^\.Sh LIMITS/s/^\.It //p' "$page" | each_name >"$scratch/documented"
[ "$(wc -l <"$scratch/documented")" -gt 50 ] || echo "$page has hardly any differences" >>"$scratch/wrong"
comm -23 "$scratch/listed" "$scratch/documented" | sed "s|$| is in a list but not in ${page##*/}|" >>"$scratch/wrong"
comm -13 "$scratch/listed" "$scratch/documented" | sed "s|$| is in ${page##*/} but in no list|" >>"$scratch/wrong"

if [ -s "$scratch/wrong" ]; then
    sed 's/^/FAILED: /' "$scratch/wrong"
    exit 1
fi
echo "$(wc -l <"$scratch/listed") deliberate differences, the same in the lists and in ${page##*/}"
