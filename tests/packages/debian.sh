#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# debian.sh SYSTEM DEBS, inside sandbox.sh
#
# In a system with Debian's corosync, Pacemaker and packages for development: ours are installed, corosync's tools and
# Pacemaker run on them, Debian's corosync is upgraded, and Debian's libraries come back, with the list of packages from
# before. Each time apt and dpkg are content.

set -eu -o pipefail

. "$(dirname "$0")/system.sh"
. "$source_folder/tests/support/node.sh"

libraries=(libcmap4 libcpg4 libvotequorum8 libcorosync-common4)
replaced=("${libraries[@]}" libcmap-dev libcpg-dev libvotequorum-dev libcorosync-common-dev)
ours=("${libraries[@]/%/-cc}" libcorosync-client-dev)
kept=(corosync libcfg7 libquorum5 libsam4)
kept_dev=(libcfg-dev libquorum-dev libsam-dev)
sonames=(libcmap.so.4 libcpg.so.4 libvotequorum.so.8 libcorosync_common.so.4)
triplet=$(dpkg-architecture -q DEB_HOST_MULTIARCH)

# change COMMAND...: installs, upgrades. And after that:
change() {
    local complaints
    quietly within "$@"
    quietly within apt-get -q check
    complaints=$(within dpkg --audit && within dpkg --verify)
    [ -z "$complaints" ] || fail "after $*: $complaints"
}

# apt ARGUMENT...: as above, and all that is asked is answered.
apt() {
    change apt-get -qy "$@"
}

# names: all that dpkg knows of, with its status.
names() {
    # shellcheck disable=SC2016 # dpkg-query expands that
    within dpkg-query -W -f '${binary:Package} ${Status}\n'
}

# versions PACKAGE...: of those that are installed, "PACKAGE VERSION" each.
versions() {
    # shellcheck disable=SC2016 # dpkg-query expands that
    within dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n' "$@" 2>/dev/null | sed -n 's/ installed$//p'
}

installed() {
    [ "$(versions "$@" | wc -l)" = $# ] || fail "of $* there are only: $(versions "$@")"
}

absent() {
    [ -z "$(versions "$@")" ] || fail "still there: $(versions "$@")"
}

# belong_to SUFFIX FILE...: each of the libraries is from the package of that name with SUFFIX.
belong_to() {
    local suffix=$1 file package
    shift
    for file; do
        package=$(within dpkg -S "$(within realpath "${file#"$system"}")") || fail "$file is from no package"
        [[ $package =~ ^lib[a-z-]+[48]$suffix: ]] || fail "$file is from $package"
    done
}

# run_on SUFFIX: what is installed uses the libraries of the packages with SUFFIX, and works.
run_on() {
    local program soname
    for program in corosync-quorumtool corosync-cmapctl pacemakerd; do
        ! within ldd /usr/sbin/$program | grep -F 'not found' || fail "$program lacks a library"
        for soname in "${sonames[@]}"; do
            # shellcheck disable=SC2046 # none or one
            belong_to "$1" $(of_library "$soname" /usr/sbin/$program)
        done
    done
    within corosync-quorumtool -s | grep -q '^Quorate: *Yes' || fail "corosync-quorumtool does not work"
    within corosync-cmapctl -g totem.cluster_name | grep -q fixture || fail "corosync-cmapctl does not work"
    within pacemakerd --features | grep -q corosync || fail "pacemakerd does not know corosync"
}

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
    within crm_mon -1 2>/dev/null | grep -q 'Online: \[ n1 \]'
}

enter "$1"
mkdir "$system/ours"
mount --bind "$2" "$system/ours"
installed "${replaced[@]}" "${kept[@]}" "${kept_dev[@]}"
names >"$WORK/before"
start_corosync
run_on ""
dependencies_on_debian=$(dependencies)

echo "Ours are installed"
(cd "$2" && ls ./*.deb) >"$WORK/debs"
mapfile -t debs <"$WORK/debs"
change dpkg -i "${debs[@]/#.//ours}"
absent "${replaced[@]}"
installed "${ours[@]}" "${kept[@]}" "${kept_dev[@]}"
run_on -cc
[ "$(dependencies)" = "$dependencies_on_debian" ] || fail "programs ask for $(dependencies), not $dependencies_on_debian"
echo "$dependencies_on_debian"

echo "Pacemaker starts on them"
within unshare -u sh -c 'hostname n1 && exec pacemakerd' >"$WORK/pacemaker.log" 2>&1 &
await 120 pacemaker_is_up || fail "Pacemaker does not come up: $(within crm_mon -1 2>&1; cat "$WORK/pacemaker.log")"
for daemon in pacemakerd pacemaker-based pacemaker-attrd pacemaker-fenced pacemaker-controld; do
    pid=$(pidof $daemon) || fail "$daemon does not run"
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
! within apt-get -qs dist-upgrade | grep '^Remv .*-\(cc\|client\)' || fail "apt-get dist-upgrade would remove these"

echo "Ours are built again for that"
newer=$(versions corosync)
mkdir "$WORK/again"
quietly cmake -DCOROSYNC_CLIENT_DEBIAN_VERSION="${newer#* }" "$2/second build/build"
(cd "$2/second build/build" && umask 022 && quietly cpack -G DEB -B "$WORK/again")
umount "$system/ours"
mount --bind "$WORK/again" "$system/ours"
apt install --no-remove --reinstall "${debs[@]/#.//ours}"
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
