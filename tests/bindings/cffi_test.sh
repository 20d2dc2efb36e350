#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# cffi_test.sh CC INCLUDE-DIRECTORY LIBRARY-DIRECTORY ring|libqb|socket, inside sandbox.sh: Python's cffi reads all
# public headers, and the generated binding works with a real daemon.

set -eu -o pipefail

here=$(dirname "$(realpath "$0")")
. "$here/../support/node.sh"

cc=$1 include=$2 libraries=$3
choose_transport "$4"

for python in python3 /usr/bin/python3; do # the first one may lack Debian's modules
    ! "$python" -c 'import cffi, pycparser' 2>/dev/null || break
done
"$python" -c 'import cffi, pycparser' 2>/dev/null || {
    echo "python3-cffi is not installed: skipped" >&2
    exit 77
}

start_node "$sections"
printf '#include "%s"\n' "$include"/corosync/*.h | "$cc" -E -dD -I"$include" - |
    COROSYNC_CLIENT_TRANSPORT=$transport "$python" "$here/session.py" "$include" "$libraries"
