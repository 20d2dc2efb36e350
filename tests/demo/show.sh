#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# show.sh LIBRARIES FOLDER_OF_PROGRAMS, inside sandbox.sh: runs the demo, part by part.
# Each part is a file in this folder. It uses step, note, run and the functions of node.sh.

set -eu -o pipefail

here=$(dirname "$0")
. "$here/../support/node.sh"

parts=(cmap group quorum)
libraries=$1
# shellcheck disable=SC2034 # for the parts
programs=$2
top=$(cd "$here/../.." && pwd)

# Shortens paths in the output to those relative to the source's folder, where the user probably is.
brief() {
    sed -u "s|$top/||g"
}
steps=0
step() {
    steps=$((steps + 1))
    printf '%s\n' "" "$steps. $*" | brief
}
note() {
    echo "   $*" | brief
}

# run CMD...: runs a client on our libraries, and prints the command and its output.
run() {
    note "\$ $*"
    LD_LIBRARY_PATH=$libraries "$@" 2>&1 | brief | sed -u 's/^/     /'
}

start_node ""
echo "A private corosync runs: $(corosync -v | head -n 1). Clients get LD_LIBRARY_PATH=$libraries" | brief
for part in "${parts[@]}"; do
    # shellcheck disable=SC1090 # a file in this folder
    . "$here/$part.sh"
done
