#!/usr/bin/env bash
# install.sh PACKAGE...: installs packages through apt-get, as root; quiet if all is well.
#
# A corosync that comes with them is never started, not even while apt-get runs, and its service is disabled when
# it is here. A corosync that was here before is left alone. Without packages it cleans up after a run that was killed.

set -eu

# Packages ask this script before they start their services. Only corosync's is refused, all else is as before.
policy=/usr/sbin/policy-rc.d
policy_before=$policy.before-corosync-client
policy_mark="Written by corosync-client's test scripts, until they have installed corosync."

exec 9</usr/sbin
flock 9 # another run that does the same
log=$(mktemp)
corosync_is_new=no
enabled_before=no

installed() {
    # shellcheck disable=SC2016 # dpkg-query expands that
    dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

corosync_enabled() {
    local link
    for link in /etc/rc?.d/S??corosync /etc/systemd/system/*.wants/corosync.service; do
        [ ! -L "$link" ] || return 0
    done
    return 1
}

keep_corosync_stopped() {
    let_corosync_start
    if [ -e "$policy" ] || [ -L "$policy" ]; then
        mv "$policy" "$policy_before"
    fi
    cat >"$policy" <<END
#!/bin/sh
# $policy_mark
for word; do
    case \$word in
    -*) ;;
    corosync | corosync.service) exit 101 ;;
    *) break ;;
    esac
done
[ ! -x $policy_before ] || exec $policy_before "\$@"
exit 0
END
    chmod 755 "$policy"
}

let_corosync_start() {
    ! grep -qs "$policy_mark" "$policy" || rm -f "$policy"
    if [ -e "$policy_before" ] || [ -L "$policy_before" ]; then
        mv "$policy_before" "$policy"
    fi
}

finish() {
    rm -f "$log"
    [ "$corosync_is_new" = yes ] || return 0
    let_corosync_start
    if [ "$enabled_before" = no ] && corosync_enabled; then
        ! command -v systemctl >/dev/null || systemctl --quiet disable corosync.service >/dev/null 2>&1 || :
        ! command -v update-rc.d >/dev/null || update-rc.d corosync disable >/dev/null 2>&1 || :
        if corosync_enabled; then
            echo "The corosync service could not be disabled; please look after it." >&2
            exit 1
        fi
    fi
}

apt() {
    apt-get -o DPkg::Lock::Timeout=600 "$@" 9<&- </dev/null
}

# When we are told to end, it waits until the running apt-get has ended: nothing may start behind our back.
trap 'exit 130' INT
trap 'exit 143' TERM HUP
trap finish EXIT

if grep -qs "$policy_mark" "$policy"; then # a run was killed in the middle
    corosync_is_new=yes
elif ! installed corosync; then
    corosync_is_new=yes
    if command -v corosync >/dev/null && corosync_enabled; then
        enabled_before=yes # somebody's own build, beside which the package comes
    fi
fi
[ $corosync_is_new = no ] || keep_corosync_stopped
[ $# -gt 0 ] || exit 0
export DEBIAN_FRONTEND=noninteractive
apt -q update >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
}
if [ $corosync_is_new = no ] &&
    apt -qs install --no-install-recommends "$@" 2>&1 | grep -qE '^(Inst|Remv) corosync '; then
    echo "This would replace the corosync that is installed here. Upgrade it yourself first, then come back." >&2
    exit 1
fi
apt -qy install --no-install-recommends "$@" >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
}
