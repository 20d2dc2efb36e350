#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# swap_test.sh REFERENCE LIBRARIES PROGRAM_OF_REFERENCE PROGRAM_OF_OURS [PRELOAD], inside sandbox.sh
#
# One source is built against the reference and against ours. Both programs run on the libraries in the folder REFERENCE
# and on those in LIBRARIES. The four transcripts must be the same, and each run must have used the right library.

set -eu -o pipefail

. "$(dirname "$0")/../support/node.sh"
. "$(dirname "$0")/libraries.sh"

packaged=$1 libraries=$2 preload=${5-}
need_reference "$packaged"

start_node ""
for program in reference ours; do
    [ $program = reference ] && binary=$3 || binary=$4
    for library in reference ours; do
        run=$WORK/$program-on-$library
        [ $library = reference ] && folder=$packaged || folder=$libraries
        environment=(LD_DEBUG=libs LD_DEBUG_OUTPUT="$run.trace" LD_LIBRARY_PATH="$folder")
        [ -z "$preload" ] || environment+=(LD_PRELOAD="$preload")
        status=0
        timeout -s KILL 30 env "${environment[@]}" "$binary" >"$run" 2>&1 || status=$?
        echo "status $status" >>"$run"
        for soname in libcmap.so.4 libcorosync_common.so.4; do
            had=$(loaded $soname "$run.trace".*)
            if [ "$had" != "$folder/$soname 1" ]; then
                echo "FAILED: the program built on $program, meant for the library $library, had '$had'" >&2
                cat "$run" >&2
                exit 1
            fi
        done
        if ! diff -u "$WORK/reference-on-reference" "$run"; then
            echo "FAILED: built on $program, run on $library (+), is not as built and run on the reference (-)" >&2
            exit 1
        fi
    done
done
grep -qx 'status 0' "$run" || {
    cat "$run"
    exit 1
}
echo "4 runs, $(wc -l <"$run") lines, all the same"
