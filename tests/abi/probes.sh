#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# probes.sh LIBRARIES MANUAL CMAP-PROGRAM CPG-PROGRAM, inside sandbox.sh
# The libraries in the folder LIBRARIES have the probes that corosync_client(7) lists. If the kernel allows bpftrace to
# trace, each example of that page traces a program, and must see something.

set -eu -o pipefail
export LC_ALL=C
libraries=$1 manual=$2/corosync_client.7
. "$(dirname "$0")/../support/node.sh"

# probes_of LIBRARY: the names of its probes.
probes_of() {
    readelf -nW "$1" | sed -n '/Provider: corosync_client/{n;s/^ *Name: //p}' | sort -u
}

documented=$(sed -n '/^\.Sh PROBES/,/^\.Sh /s/^\.It Ql //p' "$manual" | sort)
[ "$(wc -l <<<"$documented")" -ge 12 ] || fail "the page was not understood: $documented"
for service in cmap cpg votequorum; do
    found=$(probes_of "$libraries/lib$service.so")
    [ -n "$found" ] || { echo "the libraries were built without sys/sdt.h: skipped"; exit 77; }
    diff -u <(echo "$documented") <(echo "$found") || fail "lib$service and the page differ"
done

bpftrace -e 'BEGIN { exit(); }' >/dev/null 2>&1 || { echo "bpftrace is not installed, or may not trace: skipped in part"; exit 0; }
start_node ""
# A trace is of a file, in every process that has loaded it: other tests, which run now, have loaded the original.
traced=$WORK/libraries
cp -r "$libraries" "$traced"
examples=0
while read -r -d '#' example; do
    [ -n "$example" ] || continue
    program=$3 service=cmap
    [[ $example == *libcmap* ]] || program=$4 service=cpg
    script=${example//\/usr\/lib\/x86_64-linux-gnu/$traced}
    : >"$WORK/seen" # or what the last one wrote would be taken for the next one's beginning
    ends="uretprobe:$traced/lib$service.so.4:${service}_finalize { exit(); }"
    timeout -s KILL 120 bpftrace -e "${script//10000000/1} $ends BEGIN { printf(\"begun\\n\") }" >"$WORK/seen" 2>&1 &
    await 60 grep -q '^begun' "$WORK/seen" || fail "bpftrace does not begin: $(cat "$WORK/seen")"
    LD_LIBRARY_PATH=$traced "$program" >/dev/null || fail "$program failed while it was traced"
    wait $! || fail "$script: $(cat "$WORK/seen")"
    grep -q -e '|@' -e ' ms$' "$WORK/seen" || fail "$script has seen nothing: $(cat "$WORK/seen")"
    examples=$((examples + 1))
done < <(sed -n "/^\.Sh PROBES/,/^\.Sh /p" "$manual" | awk '
    /^bpftrace -e/ { inside = 1; next }
    inside { line = $0; ends = sub(/\x27$/, "", line); gsub(/\\e/, "\\", line); print line }
    ends { print "#"; inside = ends = 0 }')
[ "$examples" = 3 ] || fail "$examples examples were found"
echo "$(wc -l <<<"$documented") probes, $examples examples"
