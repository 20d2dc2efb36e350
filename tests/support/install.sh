#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# install.sh PACKAGE...: installs packages with apt-get, as root; prints nothing if it succeeds.
#
# Services of these packages are never started, not even while apt-get runs, and are disabled as soon as they are
# installed. A service that was installed before is not touched. Without packages it cleans up after a killed run.

set -eu

services=(corosync corosync-notifyd dbus logd pacemaker)
package_of() {
    case $1 in logd) echo cluster-glue ;; *) echo "$1" ;; esac
}
daemon_of() {
    case $1 in dbus) echo dbus-daemon ;; logd) echo /usr/lib/heartbeat/ha_logd ;; pacemaker) echo pacemakerd ;; *) echo "$1" ;; esac
}

# Packages call this script before they start their services. It refuses only the new services.
policy=/usr/sbin/policy-rc.d
policy_before=$policy.before-corosync-client
policy_mark="Written by corosync-client's test scripts, until they have installed what they need."

exec 9</usr/sbin
flock 9 # waits for another run
log=$(mktemp)
new=()
to_disable=()

status_of() {
    # shellcheck disable=SC2016 # dpkg-query expands that
    dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null
}

installed() {
    status_of "$1" | grep -qx installed
}

# has_files PACKAGE: whether it is installed, perhaps only in part. A package that was removed but not purged keeps the
# settings of its service, and they cannot be changed.
has_files() {
    status_of "$1" | grep -qvx -e config-files -e not-installed
}

enabled() {
    local link
    for link in /etc/rc?.d/S??"$1" /etc/systemd/system/*.wants/"$1".service; do
        [ ! -L "$link" ] || return 0
    done
    return 1
}

keep_stopped() {
    let_start
    if [ -e "$policy" ] || [ -L "$policy" ]; then
        mv "$policy" "$policy_before"
    fi
    cat >"$policy" <<END
#!/bin/sh
# $policy_mark
for word; do
    case " ${new[*]} " in
    *" \${word%.service} "*) exit 101 ;;
    esac
    case \$word in -*) ;; *) break ;; esac
done
[ ! -x $policy_before ] || exec $policy_before "\$@"
exit 0
END
    chmod 755 "$policy"
}

let_start() {
    ! grep -qs "$policy_mark" "$policy" || rm -f "$policy"
    if [ -e "$policy_before" ] || [ -L "$policy_before" ]; then
        mv "$policy_before" "$policy"
    fi
}

finish() {
    local service
    rm -f "$log"
    [ ${#new[@]} -gt 0 ] || return 0
    let_start
    for service in "${to_disable[@]}"; do
        has_files "$(package_of "$service")" && enabled "$service" || continue
        ! command -v systemctl >/dev/null || systemctl --quiet disable "$service.service" >/dev/null 2>&1 || :
        ! command -v update-rc.d >/dev/null || update-rc.d "$service" disable >/dev/null 2>&1 || :
        if enabled "$service"; then
            echo "The service $service could not be disabled; please look after it." >&2
            exit 1
        fi
    done
}

apt() {
    apt-get -o DPkg::Lock::Timeout=600 "$@" 9<&- </dev/null
}

# A signal takes effect only when the running apt-get has ended: no service may start after we have gone.
trap 'exit 130' INT
trap 'exit 143' TERM HUP
trap finish EXIT

killed=no
! grep -qs "$policy_mark" "$policy" || killed=yes # an earlier run was killed
for service in "${services[@]}"; do
    if [ $killed = yes ]; then
        grep -q " $service " "$policy" || continue
    else
        ! installed "$(package_of "$service")" || continue
    fi
    new+=("$service")
    # A daemon without its package is somebody's own build.
    if [ $killed = yes ] || ! command -v "$(daemon_of "$service")" >/dev/null || ! enabled "$service"; then
        to_disable+=("$service")
    fi
done
[ ${#new[@]} = 0 ] || keep_stopped
[ $# -gt 0 ] || exit 0
export DEBIAN_FRONTEND=noninteractive
apt -q update >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
}
for service in "${services[@]}"; do
    package=$(package_of "$service")
    if [[ " ${new[*]} " != *" $service "* ]] &&
        apt -qs install --no-install-recommends "$@" 2>&1 | grep -qE "^(Inst|Remv) $package "; then
        echo "This would replace the $package that is installed here. Upgrade it yourself first, then come back." >&2
        exit 1
    fi
done
apt -qy install --no-install-recommends "$@" >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
}
