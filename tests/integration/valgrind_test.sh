#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# valgrind_test.sh PROGRAM ring|libqb|socket, inside sandbox.sh
#
# Runs PROGRAM, which needs a daemon, under valgrind's memory checker. There must be no error and no leak.

set -eu

. "$(dirname "$0")/../support/node.sh"

program=$1
choose_transport "$2"

command -v valgrind >/dev/null || {
    echo "valgrind is not installed: skipped" >&2
    exit 77
}

start_node "$sections"
COROSYNC_CLIENT_TRANSPORT=$transport exec valgrind --tool=memcheck --leak-check=full \
    --show-leak-kinds=definite,indirect,possible --errors-for-leak-kinds=definite,indirect,possible \
    --error-exitcode=9 "$program"
