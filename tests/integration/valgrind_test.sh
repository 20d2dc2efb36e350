#!/usr/bin/env bash
# valgrind_test.sh PROGRAM ring|libqb|socket, inside sandbox.sh
#
# PROGRAM, which needs a daemon, under valgrind's memory checker: no error, and nothing left behind at its end.

set -eu

. "$(dirname "$0")/../support/node.sh"

program=$1 configuration=
case $2 in
ring | libqb) transport=$2 ;;
socket)
    transport=auto
    configuration='system {
  qb_ipc_type: socket
}'
    ;;
*)
    echo "unknown variant $2" >&2
    exit 2
    ;;
esac

command -v valgrind >/dev/null || {
    echo "valgrind is not installed: skipped" >&2
    exit 77
}

start_node "$configuration"
COROSYNC_CLIENT_TRANSPORT=$transport exec valgrind --tool=memcheck --leak-check=full \
    --show-leak-kinds=definite,indirect,possible --errors-for-leak-kinds=definite,indirect,possible \
    --error-exitcode=9 "$program"
