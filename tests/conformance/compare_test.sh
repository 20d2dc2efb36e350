#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# compare_test.sh: compare.awk accepts correct transcripts, and nothing else.

set -eu
here=$(dirname "$(realpath "$0")")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# expect good|bad WHAT REFERENCE OURS [VARIANT [RELEASE]]: with these two transcripts, the lines of which end in ";".
expect() {
    echo "$3" | tr ';' '\n' >reference
    echo "$4" | tr ';' '\n' >ours
    result=good
    cases=$((cases + 1))
    awk -v variant="${5-ring}" -v release="${6-3.1.7}" -f "$here/compare.awk" kind=tolerated tolerated kind=list list \
        kind=reference reference kind=ours ours >said || result=bad
    [ "$result" = "$1" ] || {
        echo "FAILED: $2: is $result, but should be $1"
        cat said
        exit 1
    }
}

cases=0
: >tolerated
: >list
expect good "nothing differs" "a.x: 1;a.y: 2" "a.x: 1;a.y: 2"
expect bad "a value differs" "a.x: 1;a.y: 2" "a.x: 1;a.y: 3"
expect bad "a line is missing on ours" "a.x: 1;a.y: 2" "a.x: 1"
expect bad "a line is missing on the reference" "a.x: 1" "a.x: 1;a.y: 2"
expect bad "a name occurs twice" "a.x: 1;a.x: 1" "a.x: 1"

cat >list <<'END'
# a comment
D1: better
    all a.x: 1 -> 2
    ring,socket b.*: crash * -> 7
    ring c.x: (nothing) -> 3
END
listed='a.x: 1;b.p: crash SEGV;b.q: crash ABRT;d: 0'
expect good "everything is listed" "$listed" "a.x: 2;b.p: 7;b.q: 7;c.x: 3;d: 0"
expect bad "a listed difference has another value on ours" "$listed" "a.x: 3;b.p: 7;b.q: 7;c.x: 3;d: 0"
expect bad "a listed difference has another value on the reference" "a.x: 0;b.p: crash SEGV;d: 0" "a.x: 2;b.p: 7;c.x: 3;d: 0"
expect bad "a listed difference does not occur" "$listed" "a.x: 1;b.p: 7;b.q: 7;c.x: 3;d: 0"
expect bad "one of the lines of a pattern does not differ" "a.x: 1;b.p: 7;b.q: crash ABRT" "a.x: 2;b.p: 7;b.q: 7;c.x: 3"
expect bad "a pattern matches no line" "a.x: 1;d: 0" "a.x: 2;c.x: 3;d: 0"
expect bad "another line differs" "$listed" "a.x: 2;b.p: 7;b.q: 7;c.x: 3;d: 1"
expect bad "a dot is a dot" "a.x: 1;aax: 1;b.p: crash SEGV" "a.x: 2;aax: 2;b.p: 7;c.x: 3"
expect good "a difference of other variants is not looked for" "a.x: 1;d: 0" "a.x: 2;d: 0" libqb
expect bad "a difference of other variants does not count" "a.x: 1;b.p: crash SEGV" "a.x: 2;b.p: 7" libqb

echo 'all t.*: depends' >tolerated
expect good "a tolerated line differs" "a.x: 1;t.y: 1" "a.x: 2;t.y: 2" libqb
expect good "a tolerated line does not differ" "a.x: 1;t.y: 1" "a.x: 2;t.y: 1" libqb
expect bad "a tolerated line is missing" "a.x: 1" "a.x: 2" libqb

: >tolerated
cat >list <<'END'
D1 (before 3.1.10): better
    all a.x: 1 -> 2
D2, D3 (from 3.1.9): better (than before)
    all b.x: 1 -> 2
END
for case in 3.1.7:2:1 3.1.8:2:1 3.1.9:2:2 3.1.9.1:2:2 3.1.10:1:2 3.2:1:2 4:1:2; do
    IFS=: read -r release first second <<END
$case
END
    expect good "what differs in $release" "a.x: 1;b.x: 1" "a.x: $first;b.x: $second" ring "$release"
    expect bad "the first, in $release" "a.x: 1;b.x: 1" "a.x: $((3 - first));b.x: $second" ring "$release"
    expect bad "the second, in $release" "a.x: 1;b.x: 1" "a.x: $first;b.x: $((3 - second))" ring "$release"
done
echo "compare.awk is right in $cases cases"
