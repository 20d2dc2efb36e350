#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# errors_known.sh INCLUDE-DIRECTORY WITNESS MANUAL LIBRARY-DIRECTORY PROGRAM
# Runs the conformance test's program on our libraries and a real daemon, with witness.c loaded: no function returns an
# error that the manual does not document.

set -eu -o pipefail
here=$(dirname "$(realpath "$0")")
. "$here/witnessed.sh"
include=$1 witness=$2 manual=$3 libraries=$4 program=$5
enter_scratch
export COROSYNC_CLIENT_TRANSPORT=ring TEST_DAEMON_IPC=shm LD_LIBRARY_PATH=$libraries

for page in "$manual"/*.3; do
    awk -f "$here/documented.awk" "$page"
done | sort >documented
under_witness "$program" "$libraries" common cmap cpg votequorum | named_errors >seen
cut -d ' ' -f 1,2 seen | sort -u >errors
[ "$(wc -l <errors)" -gt 40 ] || fail "the witness has seen only $(cat errors)"
comm -23 errors documented >missing
[ ! -s missing ] || fail "the manual does not document $(grep -wf missing seen)"
