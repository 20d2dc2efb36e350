# SPDX-License-Identifier: BSD-3-Clause
# Sourced inside sandbox.sh by the tests of Pacemaker, after node.sh, cluster.sh and libraries.sh: Debian's unmodified
# Pacemaker on the nodes of a cluster. Each node writes into a folder of its own, $WORK/pacemaker.NODE, which stays when
# its Pacemaker has ended.
# shellcheck shell=bash

declare -A job # the pid to wait for, by node

# prepare_pacemaker LIBRARIES
prepare_pacemaker() {
    local need
    for need in /usr/sbin/{pacemakerd,crm_mon} /usr/lib/ocf/resource.d/{pacemaker/Dummy,heartbeat/.ocf-shellfuncs}; do
        [ -e "$need" ] || skip "$need is not installed"
    done
    # Copies, because some daemons run as another user, who may not read the build folder.
    libraries=$WORK/libraries
    mkdir "$libraries"
    cp -L "$1"/lib{cmap.so.4,cpg.so.4,corosync_common.so.4} "$libraries"
    chown hacluster:haclient "$libraries" 2>/dev/null || skip "there is no user hacluster in these namespaces"
    export PCMK_logfacility=none # do not write to the machine's log
    trap 'report $?' EXIT
}

skip() {
    echo "$*: skipped" >&2
    exit 77
}

report() {
    local node
    [ "$1" != 0 ] || return 0
    for node in $(seq "$nodes"); do
        echo "--- node $node:"
        tool "$node" crm_mon -1 || :
        tail -n 50 "$WORK/n$node.log" "$WORK/pacemaker.$node/output" || :
        grep -E '(notice|warning|error|crit): ' "$WORK/pacemaker.$node/log/pacemaker.log" | tail -n 100 || :
    done >&2
}

# tool NODE CMD...: runs a tool of Pacemaker on that node.
tool() {
    local node=$1
    shift
    at "$node" env LD_LIBRARY_PATH="$libraries" timeout -s KILL 60 "$@"
}

# first_start NODE: starts without resources, with a shorter wait for another leader, and without fencing, because
# nothing here can turn a node off.
first_start() {
    local folder=$WORK/pacemaker.$1 option
    mkdir -p "$folder"/{run/resource-agents,lib/{cib,pengine,cores,blackbox},log}
    cibadmin --empty >"$folder/lib/cib/cib.xml"
    for option in dc-deadtime=2s stonith-enabled=false no-quorum-policy=stop; do
        CIB_file=$folder/lib/cib/cib.xml crm_attribute -n "${option%=*}" -v "${option#*=}"
    done
    chown -R hacluster:haclient "$folder"/{lib,log}
    start_pacemaker "$1"
}

start_pacemaker() {
    # shellcheck disable=SC2016 # the inner shell expands that
    at "$1" unshare -m --propagation private env LD_LIBRARY_PATH="$libraries" sh -c '
        mount --bind "$0/run" /run && mount --bind "$0/lib" /var/lib/pacemaker &&
            mount --bind "$0/log" /var/log/pacemaker && echo $$ >"$0/pid" && exec pacemakerd' \
        "$WORK/pacemaker.$1" >>"$WORK/pacemaker.$1/output" 2>&1 &
    job[$1]=$!
}

# stop_pacemaker NODE...: stops it as an administrator does.
stop_pacemaker() {
    local node status
    for node; do
        kill "$(cat "$WORK/pacemaker.$node/pid")"
    done
    for node; do
        status=0
        wait "${job[$node]}" || status=$?
        [ $status = 0 ] || fail "pacemakerd on node $node ended with status $status"
        [ -z "$(processes "$node")" ] || fail "on node $node remain $(processes "$node")"
    done
}

# processes NODE: Pacemaker's processes, as PID:NAME.
processes() {
    local process name
    for process in /proc/[0-9]*; do
        name=$(readlink "$process/exe") || continue # a kernel thread, or it has ended
        case $name in
        */pacemaker*) [ ! "$process/ns/net" -ef "/run/netns/n$1" ] || echo "${process#/proc/}:${name##*/}" ;;
        esac
    done
}

# check_libraries NODE: checks that the daemons that are clients of corosync use our libraries, and none uses others.
check_libraries() {
    local process had all clients=0
    all=$(printf "$libraries/%s\n" libcmap.so.4 libcorosync_common.so.4 libcpg.so.4)
    for process in $(processes "$1"); do
        had=$(sed -nE 's,.* (/.*/lib(cmap|cpg|corosync_common)\.so.*),\1,p' "/proc/${process%:*}/maps" | sort -u)
        case ${process#*:} in
        pacemakerd | pacemaker-based | pacemaker-fenced | pacemaker-attrd | pacemaker-controld)
            clients=$((clients + 1))
            [ "$had" = "$all" ] || fail "$process has $had"
            ;;
        *) [ -z "$had" ] || [ -z "$(grep -v "^$libraries/" <<<"$had")" ] || fail "$process has $had" ;;
        esac
    done
    [ $clients = 5 ] || fail "on node $1 run only $(processes "$1")"
    echo "node $1: $clients of Pacemaker's daemons have our libcmap, libcpg and libcorosync_common"
}

# await_output SECONDS NODE PATTERN TOOL...: waits until the tool's output has a line that matches.
await_output() {
    await "$1" writes "${@:2}" || fail "node $2 does not say '$3': $(tool "$2" "${@:4}" 2>&1)"
}
writes() {
    local output
    output=$(tool "$1" "${@:3}" 2>&1) || : # some tools also use their exit status
    grep -qE -e "$2" <<<"$output"
}

# create_dummy NODE: creates the resource on that node as soon as that is possible.
create_dummy() {
    await_output 60 "$1" "Online: .* n$1 " crm_mon -1
    tool "$1" cibadmin -o resources -C -X '<primitive id="dummy" class="ocf" provider="pacemaker" type="Dummy">
        <meta_attributes id="dummy-meta"><nvpair id="dummy-stay" name="resource-stickiness" value="100"/></meta_attributes>
        <operations><op id="dummy-monitor" name="monitor" interval="10s"/></operations></primitive>'
}

# dummies NODE...: prints the nodes on which it really runs, found by its state file.
dummies() {
    local node
    for node; do
        [ ! -e "$WORK/pacemaker.$node/run/Dummy-dummy.state" ] || echo "$node"
    done
}

# agree NODE...: waits until these nodes are a partition with quorum, agree on one $leader, and agree that the resource
# runs on one of them, $home, and it really runs there.
agree() {
    await 90 agreed "$@" || fail "the nodes $* do not agree; the resource runs on '$(dummies "$@")'"
    echo "the nodes $* have the leader n$leader, the resource runs on n$home"
}
agreed() {
    local node present
    printf -v present ' n%s' "$@"
    leader=$(view "$1")
    leader=${leader%% *}
    home=$(dummies "$@")
    for node; do
        [ "$(view "$node")" = "$leader$present" ] || return 1
        [ "$(tool "$node" crm_resource -W -r dummy 2>/dev/null)" = "resource dummy is running on: n$home" ] || return 1
    done
}

# view NODE: prints the leader with quorum, if there is one, and the nodes that are online.
view() {
    tool "$1" crm_mon -1 2>&1 |
        sed -nE -e 's/.* Current DC: n([0-9]) .* partition with quorum$/\1/p' -e 's/.* Online: \[ (.*) \]$/\1/p' |
        paste -sd ' '
}
