# SPDX-License-Identifier: BSD-3-Clause
# Sourced inside sandbox.sh by the shell tests and by the demo: one private corosync node. For more see cluster.sh.
# shellcheck shell=bash

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# await SECONDS CMD...: runs CMD every 20 ms until it succeeds.
await() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -le "$end" ] || return 1
        sleep 0.02
    done
}

# configuration TOTEM SECTIONS ADDRESS...: prints the configuration for nodes with these addresses and the ids 1, 2, ..;
# TOTEM is added to the section totem, SECTIONS follow at the end.
configuration() {
    local totem=$1 sections=$2 id=0
    shift 2
    cat <<END
totem {
  version: 2
  cluster_name: fixture
  transport: knet
  crypto_cipher: none
  crypto_hash: none
$totem
}
nodelist {
END
    for address; do
        id=$((id + 1))
        cat <<END
  node {
    ring0_addr: $address
    name: n$id
    nodeid: $id
  }
END
    done
    cat <<END
}
quorum {
  provider: corosync_votequorum
}
logging {
  to_stderr: yes
  to_syslog: no
}
$sections
END
}

need_corosync() {
    command -v corosync >/dev/null || {
        echo "corosync is not installed: skipped" >&2
        exit 77
    }
}

# choose_transport ring|libqb|socket: sets $transport (for COROSYNC_CLIENT_TRANSPORT) and $sections (the lines that the
# daemon needs, for start_node).
# shellcheck disable=SC2034 # for the scripts that source this one
choose_transport() {
    transport=$1 sections=
    case $1 in
    ring | libqb) ;;
    socket)
        transport=auto
        sections='system {
  qb_ipc_type: socket
}'
        ;;
    *)
        echo "unknown transport $1" >&2
        exit 2
        ;;
    esac
}

# start_node [TEXT]: TEXT is added to the configuration. Returns when the node is quorate; it ends with the sandbox.
start_node() {
    local file=$WORK/corosync.conf log=$WORK/corosync.log
    need_corosync
    configuration "" "${1:-}" 127.0.0.1 >"$file"
    corosync -f -c "$file" >"$log" 2>&1 &
    await 20 quorate || {
        echo "the private corosync did not become ready; its log:" >&2
        cat "$log" >&2
        return 1
    }
}

quorate() {
    corosync-quorumtool -s >/dev/null 2>&1
}
