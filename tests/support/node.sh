# Sourced inside sandbox.sh by the shell tests and by the demo: one private corosync node.
# shellcheck shell=bash

# await SECONDS CMD...: run CMD every 20 ms until it succeeds.
await() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -le "$end" ] || return 1
        sleep 0.02
    done
}

# start_node [TEXT]: TEXT is added to the configuration. Returns when the node is quorate; it ends with the sandbox.
start_node() {
    local configuration=$WORK/corosync.conf log=$WORK/corosync.log
    command -v corosync >/dev/null || {
        echo "corosync is not installed: skipped" >&2
        exit 77
    }
    cat >"$configuration" <<END
totem {
  version: 2
  cluster_name: fixture
  transport: knet
  crypto_cipher: none
  crypto_hash: none
}
nodelist {
  node {
    ring0_addr: 127.0.0.1
    name: n1
    nodeid: 1
  }
}
quorum {
  provider: corosync_votequorum
}
logging {
  to_stderr: yes
  to_syslog: no
}
${1:-}
END
    corosync -f -c "$configuration" >"$log" 2>&1 &
    await 20 quorate || {
        echo "the private corosync did not become ready; its log:" >&2
        cat "$log" >&2
        return 1
    }
}

quorate() {
    corosync-quorumtool -s >/dev/null 2>&1
}
