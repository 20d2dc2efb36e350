#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# linking.sh CC INCLUDE-DIRECTORY LIBRARY-DIRECTORY REFERENCE-DIRECTORY NAME SOURCE, inside sandbox.sh
# Programs that were linked with other builds of lib<NAME> run on ours: one with the reference (3.1.7, which has no
# version for some of its functions), one with a library that has a version for each of them, the newest too, and one
# with a library that has none; the functions of these two do nothing here. Bound lazily and at once, each program
# finds all its functions in ours, and they work. SOURCE is a program that calls each function; with -DNEWER those too
# that came after the reference, at its end.
set -eu -o pipefail

here=$(dirname "$0")
. "$here/../support/node.sh"
cc=$1 include=$2 libraries=$3 reference=$4 name=$5 source=$6
export LC_ALL=C
cd "$WORK"

fail() {
    echo "FAILED: lib$name: $*" >&2
    exit 1
}

# FUNCTION or FUNCTION@NODE: what a library has, and what a program looks up.
has() {
    nm -D --defined-only --with-symbol-versions "$1" | sed -n 's/@@/@/; s/.* T //p' | sort
}
wanted() {
    nm -D --undefined-only --with-symbol-versions "$1" | sed -n "s/^ *U \(${name}_.*\)/\1/p" | sort
}

has "$reference/lib$name.so" >reference.functions
grep -q @ reference.functions && grep -qv @ reference.functions || {
    echo "lib$name.so in $reference is not 3.1.8 or older, which have versions for some functions only: skipped"
    exit 77
}

compile=("$cc" -std=gnu11 -Wall -Wextra -z lazy "$source")

# The libraries whose functions do nothing, with and without the nodes of versions.
exports=$here/exports/lib$name.txt
soname=$(sed -n 's/^soname //p' "$exports")
sed -n 's/^T \(.*\)@@\(.*\)/\1 \2/p' "$exports" >functions
awk '{ print "void " $1 "(void);\nvoid " $1 "(void) {}" }' functions >empty.c
sed -n 's/^node [0-9]* //p' "$exports" |
    awk 'NR == FNR { of[$2] = of[$2] " " $1 ";" }
        NR != FNR { print $1 " { global:" of[$1] " } " $2 ";" }' functions - >empty.map
for kind in versioned unversioned; do
    options=(-shared -fPIC "-Wl,-soname,$soname")
    [ $kind = unversioned ] || options+=("-Wl,--version-script=empty.map")
    mkdir $kind
    "$cc" "${options[@]}" empty.c -o $kind/lib"$name".so
    "${compile[@]}" -DNEWER -I"$include" -o program.$kind $kind/lib"$name".so "$libraries/libcorosync_common.so"
done
"${compile[@]}" -o program.reference "$reference/lib$name.so" "$reference/libcorosync_common.so"

# What the programs look up, so that the test is about what it says: each function, in the way of its library.
sed 's/ /@/' functions | sort >versioned.functions
sed 's/ .*//' functions | sort >unversioned.functions
for program in reference versioned unversioned; do
    diff $program.functions <(wanted program.$program) || fail "the $program program looks up something else (>)"
done

# run PROGRAM TRACE: what it prints; the dynamic linker writes down which function it found where.
run() {
    LD_DEBUG=bindings LD_DEBUG_OUTPUT=$2 timeout -s KILL 20 "./$1" || echo "status $?"
}

start_node ""
run program.reference trace >expected.reference
! grep -q "to $libraries/" trace.* || fail "the reference run had ours"
for kind in versioned unversioned; do
    cp expected.reference expected.$kind
    [ "$name" != votequorum ] || cat >>expected.$kind <<'END'
model_initialize 1
trackstart 1
quorum 1, context 8, 1 node 1
dispatch 1
set_qdevice_extra_info 19
get_qdevice_extra_info 19
size 0
finalize 1
END
done
for program in reference versioned unversioned; do
    for at_once in "" 1; do
        trace=trace.$program.$at_once
        LD_BIND_NOW=$at_once LD_LIBRARY_PATH=$libraries run program.$program "$trace" >actual
        diff <(wanted program.$program | sed 's/@.*//') <(
            sed -n "s|.*binding file [^ ]* .* to $libraries/$soname .*symbol .\(${name}_[a-z0-9_]*\).*|\1|p" \
                "$trace".* | sort -u
        ) || fail "the $program program with LD_BIND_NOW='$at_once' found these elsewhere (<)"
        diff expected.$program actual || fail "the $program program with LD_BIND_NOW='$at_once' printed something else (>)"
    done
done
echo "6 runs on $libraries/$soname, $(wc -l <expected.reference) lines: all $(wc -l <functions) functions found there"
