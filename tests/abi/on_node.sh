#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# on_node.sh ring|libqb|socket LIBRARY-DIRECTORY PROGRAM [ARGUMENT...], inside sandbox.sh
# Runs PROGRAM with a daemon, and with the libraries in LIBRARY-DIRECTORY over that transport.
set -eu

. "$(dirname "$0")/../support/node.sh"

choose_transport "$1"
libraries=$2
shift 2
start_node "$sections"
COROSYNC_CLIENT_TRANSPORT=$transport LD_LIBRARY_PATH=$libraries exec "$@"
