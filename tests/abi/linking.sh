#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# linking.sh CC INCLUDE-DIRECTORY LIBRARY-DIRECTORY REFERENCE-DIRECTORY NAME SOURCE, inside sandbox.sh
# Programs that were linked with other builds of lib<NAME> run on ours: with the reference; with a library that has
# versions for only some of its functions, as the reference up to 3.1.8; with a library that has a version for each
# function, also the newest; and with a library without versions. The functions of the last three do nothing here. Bound
# lazily and at once, each program finds all its functions in ours, and they work. SOURCE is a program that calls each
# function; with -DNEWER also those that are newer than the reference, at its end.
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

# FUNCTION or FUNCTION@NODE: the symbols that a library has, and those that a program looks up.
has() {
    nm -D --defined-only --with-symbol-versions "$1" | sed -n 's/@@/@/; s/.* T //p' | sort
}
wanted() {
    nm -D --undefined-only --with-symbol-versions "$1" | sed -n "s/^ *U \(${name}_.*\)/\1/p" | sort
}

has "$reference/lib$name.so" >reference.functions
grep "^${name}_" "$here/unversioned.txt" >unversioned.partly
if grep -qv @ reference.functions; then
    diff unversioned.partly <(grep -v @ reference.functions) || fail "unversioned.txt (<) is not about this reference (>)"
fi

compile=("$cc" -std=gnu11 -Wall -Wextra -z lazy "$source")

# Makes the libraries whose functions do nothing; for each kind, "FUNCTION NODE" or "FUNCTION" alone.
exports=$here/exports/lib$name.txt
soname=$(sed -n 's/^soname //p' "$exports")
sed -n 's/^T \(.*\)@@\(.*\)/\1 \2/p' "$exports" >versioned
sed 's/ .*//' versioned >unversioned
awk -v node="$(awk '/^node 2/ { print $3 }' "$exports")" '
    FILENAME == ARGV[1] { bare[$1] = 1; next }
    $2 == node { print $1 ($1 in bare ? "" : " " node) }' unversioned.partly versioned >partly
for kind in versioned partly unversioned; do
    awk '{ print "void " $1 "(void);\nvoid " $1 "(void) {}" }' $kind >empty.c
    sed -n 's/^node [0-9]* //p' "$exports" |
        awk 'NR == FNR { of[$2] = of[$2] " " $1 ";" }
            NR != FNR && of[$1] != "" { print $1 " { global:" of[$1] " } " $2 ";" }' $kind - >empty.map
    options=(-shared -fPIC "-Wl,-soname,$soname")
    [ $kind = unversioned ] || options+=("-Wl,--version-script=empty.map")
    newer=(-DNEWER)
    [ $kind != partly ] || newer=()
    mkdir $kind.d
    "$cc" "${options[@]}" empty.c -o $kind.d/lib"$name".so
    "${compile[@]}" "${newer[@]}" -I"$include" -o program.$kind $kind.d/lib"$name".so "$libraries/libcorosync_common.so"
    sed 's/ /@/' $kind | sort >$kind.functions
done
"${compile[@]}" -o program.reference "$reference/lib$name.so" "$reference/libcorosync_common.so"

# Checks that each program really looks up each function as its library defines it.
for program in reference versioned partly unversioned; do
    diff $program.functions <(wanted program.$program) || fail "the $program program looks up something else (>)"
done

# run PROGRAM TRACE: prints its output; the dynamic linker writes into TRACE where it found each function.
run() {
    LD_DEBUG=bindings LD_DEBUG_OUTPUT=$2 timeout -s KILL 20 "./$1" || echo "status $?"
}

start_node ""
run program.reference trace >expected.reference
! grep -q "to $libraries/" trace.* || fail "the reference run had ours"
cp expected.reference expected.partly
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
for program in reference versioned partly unversioned; do
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
echo "8 runs on $libraries/$soname, $(wc -l <expected.reference) lines: all $(wc -l <versioned) functions found there"
