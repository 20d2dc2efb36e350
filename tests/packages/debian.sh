#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# debian.sh SYSTEM DEBS, inside sandbox.sh
#
# In a system with Debian's corosync, Pacemaker and packages for development: ours are installed, corosync's tools and
# Pacemaker run on them, Debian's corosync is upgraded, and Debian's libraries come back, with the list of packages from
# before. Each time apt and dpkg are content.

set -eu -o pipefail

. "$(dirname "$0")/swapping.sh"

triplet=$(dpkg-architecture -q DEB_HOST_MULTIARCH)

# dependencies: which packages Debian's tools ask for on behalf of a program of each library that is built here.
dependencies() {
    local library
    rm -rf "$WORK/built"
    mkdir -p "$WORK/built/debian" "$WORK/built/include"
    touch "$WORK/built/debian/control"
    ln -s "$system/usr/include/corosync" "$WORK/built/include/corosync"
    for library in cmap cpg votequorum; do
        cc -I"$WORK/built/include" "${programs[$library]}" -o "$WORK/built/$library" \
            -L"$system/usr/lib/$triplet" -l$library -lcorosync_common
        # shellcheck disable=SC2016 # the inner shell expands that
        within sh -c 'cd "$0" && dpkg-shlibdeps -O "$1" 2>warnings' "$WORK/built" $library
    done
}
declare -A programs=([cmap]=$source_folder/tests/clients/tour.c
    [cpg]=$source_folder/tests/abi/linking_cpg.c [votequorum]=$source_folder/tests/abi/linking_votequorum.c)

pacemaker_is_up() {
    within crm_mon -1 2>/dev/null | grep 'Online: \[ n1 \]' >/dev/null
}

enter_with "$1" "$2"
start_corosync
run_on ""
dependencies_on_debian=$(dependencies)

echo "Ours are installed"
change dpkg -i "${debs[@]}"
absent "${replaced[@]}"
installed "${ours[@]}" "${kept[@]}" "${kept_dev[@]}"
run_on -cc
[ "$(dependencies)" = "$dependencies_on_debian" ] || fail "programs ask for $(dependencies), not $dependencies_on_debian"
echo "$dependencies_on_debian"

echo "Pacemaker starts on them"
within unshare -u sh -c 'hostname n1 && exec pacemakerd' >"$WORK/pacemaker.log" 2>&1 &
await 120 pacemaker_is_up || fail "Pacemaker does not come up: $(within crm_mon -1 2>&1; cat "$WORK/pacemaker.log")"
declare -A pids
for daemon in pacemakerd pacemaker-based pacemaker-attrd pacemaker-fenced pacemaker-controld; do
    pid=$(pidof $daemon) || fail "$daemon does not run"
    pids[$daemon]=$pid
    # shellcheck disable=SC2046 # a file for each library
    belong_to -cc $(grep -oE '/[^ ]*/lib(cmap|cpg|votequorum|corosync_common)\.so.*' "/proc/$pid/maps" | sort -u)
    echo "$daemon: $(grep -oE 'lib(cmap|cpg|votequorum|corosync_common)\.so[.0-9]*' "/proc/$pid/maps" | sort -u | paste -s)"
done
within crm_mon -1

echo "Debian's corosync is upgraded"
echo "deb [trusted=yes] file:$archives/newer $(within sh -c '. /etc/os-release; echo $VERSION_CODENAME') main" \
    >>"$system/etc/apt/sources.list"
quietly within apt-get -q update
apt upgrade
[[ $(versions corosync) = *+newer ]] || fail "corosync is not upgraded"
[[ $(versions "${kept_dev[@]}" libcfg7) != *+newer* ]] || fail "these ought to wait: $(versions "${kept_dev[@]}" libcfg7)"
installed "${ours[@]}" "${kept[@]}" "${kept_dev[@]}"
run_on -cc
planned=$(within apt-get -qs dist-upgrade)
! grep '^Remv .*-\(cc\|client\)' <<<"$planned" || fail "apt-get dist-upgrade would remove these"

echo "Ours that are built for that"
offer "$2/newer"
apt install --no-remove "${debs[@]}"
apt upgrade
[ "$(versions "${kept[@]}" "${kept_dev[@]}" | grep -c +newer)" = 7 ] || fail "not upgraded: $(versions "${kept_dev[@]}")"
installed "${ours[@]}"
run_on -cc

echo "Debian's come back"
apt install "${replaced[@]:${#libraries[@]}}"
apt install --mark-auto "${libraries[@]}"
names | diff "$WORK/before" - || fail "not the packages from before"
installed "${replaced[@]}" "${kept[@]}" "${kept_dev[@]}"
run_on ""
pacemaker_is_up || fail "Pacemaker is gone: $(within crm_mon -1 2>&1)"
for daemon in "${!pids[@]}"; do
    [ "$(pidof "$daemon")" = "${pids[$daemon]}" ] || fail "$daemon has ended, or was started again"
done
echo "Pacemaker has run all the time"
