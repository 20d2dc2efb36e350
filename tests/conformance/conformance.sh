#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# conformance.sh ring|libqb|socket REFERENCE LIBRARIES PROGRAM FOLDER
#
# Runs PROGRAM on the libraries in the folder REFERENCE and on those in LIBRARIES, which use the rings, libqb's client, or
# the sockets of a daemon that offers no rings. Compares the transcripts, and leaves them in FOLDER. Both sides and all
# services run at the same time, each in a sandbox with a daemon of its own.

set -eu -o pipefail

here=$(dirname "$0")
variant=$1 program=$4 folder=$5
declare -A libraries=([reference]=$2 [ours]=$3)

case $variant in
ring) environment=(COROSYNC_CLIENT_TRANSPORT=ring TEST_DAEMON_IPC=shm) ;;
libqb) environment=(COROSYNC_CLIENT_TRANSPORT=libqb TEST_DAEMON_IPC=shm) ;;
socket) environment=(COROSYNC_CLIENT_TRANSPORT=auto TEST_DAEMON_IPC=socket) ;;
*)
    echo "unknown variant $variant" >&2
    exit 2
    ;;
esac

[ -e "${libraries[reference]}/libcmap.so.4" ] || {
    echo "the reference's libraries are not installed: skipped" >&2
    exit 77
}

# The reference's release, from its development package, or else from the daemon that comes with it.
release=$(sed -n 's/^Version: *//p' "${libraries[reference]}/pkgconfig/libcpg.pc" 2>/dev/null || :)
[ -n "$release" ] || release=$(corosync -v 2>/dev/null | sed -n "s/.*version '\([0-9.]*\).*/\1/p" || :)
[ -n "$release" ] || command -v corosync >/dev/null || {
    echo "corosync is not installed: skipped" >&2
    exit 77
}
[[ $release =~ ^[0-9]+(\.[0-9]+)*$ ]] || {
    echo "FAILED: neither libcpg.pc nor corosync -v gives the reference's release, only '$release'" >&2
    exit 1
}

# The lines of transcripts that a hang ends: those on both sides, and those that the lists have for the reference.
hangs=$(grep -v '^#' "$here/hangs.txt")
declare -A listed_hangs=([ours]=$hangs [reference]=$hangs$'\n'$(
    sed -n 's/^    \([^ ]*\) \(.* hang\) -> .*/\1 \2/p' "$here"/differences_*.txt | while read -r variants line; do
        [[ $variants != all && ,$variants, != *,$variant,* ]] || printf '%s\n' "$line"
    done
))

mkdir -p "$folder"
rm -f "$folder"/*
runs=()
pids=()
for side in reference ours; do
    for what in "common cmap first-half" "common cmap second-half" "cpg first-half" "cpg second-half" votequorum; do
        run=$folder/$side.${what// /.}
        # shellcheck disable=SC2086 # these are words
        timeout -s KILL 1200 "$here/../support/sandbox.sh" env "${environment[@]}" \
            LISTED_HANGS="${listed_hangs[$side]}" LD_LIBRARY_PATH="${libraries[$side]}" \
            "$program" "${libraries[$side]}" $what >"$run.part" 2>"$run.errors" &
        runs+=("$run")
        pids+=($!)
    done
done

failed=0 skipped=0
for number in "${!runs[@]}"; do
    run=${runs[number]} status=0
    wait "${pids[number]}" || status=$?
    if [ $status = 77 ]; then
        cat "$run.errors" >&2
        skipped=1
    elif [ $status != 0 ]; then
        failed=1
        echo "FAILED: ${run##*/} ended with status $status; the end of its transcript, and its errors:"
        tail -n 3 "$run.part"
        cat "$run.errors"
    fi
    side=${run##*/}
    cat "$run.part" >>"$folder/${side%%.*}"
    rm "$run.part"
done
find "$folder" -name '*.errors' -empty -delete
[ $failed = 1 ] || [ $skipped = 0 ] || exit 77
awk -v variant="$variant" -v release="$release" -f "$here/compare.awk" \
    kind=tolerated "$here/tolerated.txt" kind=list "$here"/differences_*.txt \
    kind=reference "$folder/reference" kind=ours "$folder/ours" || failed=1
exit $failed
