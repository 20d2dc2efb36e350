#!/usr/bin/env bash
# linking.sh CC INCLUDE-DIRECTORY LIBRARY-DIRECTORY REFERENCE-LIBRARY, inside sandbox.sh
# Programs that were linked with other builds of libvotequorum run on ours: one with the reference (3.1.7, which has no
# version for some of its functions), one with a library that has the newest version node, of which only a stub exists
# here. Bound lazily and at once, each finds all its functions in ours, and they work.
set -eu -o pipefail

here=$(dirname "$0")
. "$here/../support/node.sh"
cc=$1 include=$2 libraries=$3 reference=$4
export LC_ALL=C
cd "$WORK"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

nm -D --with-symbol-versions "$reference" | grep -q ' votequorum_dispatch$' || {
    echo "$reference has a version for each of its functions; it is not 3.1.8 or older: skipped"
    exit 77
}

# NAME NODE of each function.
sed -n 's/^T \(.*\)@@\(.*\)/\1 \2/p' "$here/exports/libvotequorum.txt" >functions
newest=COROSYNC_VOTEQUORUM_1.1

# The stub: the functions, which do nothing, under their nodes.
mkdir stub
awk '{ print "void " $1 "(void);\nvoid " $1 "(void) {}" }' functions >stub/stub.c
awk '{ of[$2] = of[$2] " " $1 ";" } END {
    print "COROSYNC_VOTEQUORUM_1.0 { global:" of["COROSYNC_VOTEQUORUM_1.0"] " local: *; };"
    print "COROSYNC_VOTEQUORUM_1.1 { global:" of["COROSYNC_VOTEQUORUM_1.1"] " } COROSYNC_VOTEQUORUM_1.0;" }' \
    functions >stub/stub.map
"$cc" -shared -fPIC stub/stub.c -o stub/libvotequorum.so \
    -Wl,-soname,libvotequorum.so.8 -Wl,--version-script=stub/stub.map
"$cc" -std=c11 -Wall -Wextra -DNEWER -I"$include" "$here/linking.c" -o newer stub/libvotequorum.so
"$cc" -std=c11 -Wall -Wextra "$here/linking.c" -o older "$reference"

# What the programs look up, so that the test is about what it says.
wanted() {
    nm -D --with-symbol-versions "$1" | sed -n 's/^ *U \(votequorum_.*\)/\1/p' | sort
}
sed 's/ /@/' functions | sort | diff - <(wanted newer) || fail "the newer program looks up something else"
cat >expected <<'END'
votequorum_dispatch
votequorum_fd_get
votequorum_qdevice_master_wins
votequorum_qdevice_update
END
wanted older | grep -v @ | diff expected - || fail "the older program has versions for other functions"
[ "$(wanted older | grep -c '@COROSYNC_VOTEQUORUM_1.0$')" = 12 ] || fail "the older program lacks versions"

# run PROGRAM TRACE: what it prints; the dynamic linker writes down which function it found where.
run() {
    LD_DEBUG=bindings LD_DEBUG_OUTPUT=$2 timeout -s KILL 20 "./$1" || echo "status $?"
}

start_node ""
run older trace.reference >older.reference
! grep -q "to $libraries/" trace.reference.* || fail "the reference run had ours"
for program in older newer; do
    for now in "" 1; do
        trace=trace.$program.$now
        LD_BIND_NOW=$now LD_LIBRARY_PATH=$libraries run $program "$trace" >$program.ours
        diff <(wanted $program | sed 's/@.*//') <(
            sed -n "s|.*binding file [^ ]* .* to $libraries/libvotequorum.so.8 .*symbol .\(votequorum_[a-z_]*\).*|\1|p" \
                "$trace".* | sort -u
        ) || fail "the $program program with LD_BIND_NOW='$now' found these elsewhere (<)"
        diff older.reference <(head -n "$(wc -l <older.reference)" $program.ours) ||
            fail "the $program program with LD_BIND_NOW='$now' printed something else (>)"
    done
done
tail -n "+$(($(wc -l <older.reference) + 1))" newer.ours | diff - <(
    cat <<'END'
model_initialize 1
trackstart 1
quorum 1, context 8, 1 node 1
dispatch 1
set_qdevice_extra_info 19
get_qdevice_extra_info 19
size 0
finalize 1
END
) || fail "the newest functions, under $newest, do something else (<)"
echo "4 runs on $libraries/libvotequorum.so.8: $(wanted older | wc -l) and $(wanted newer | wc -l) functions found there"
