# SPDX-License-Identifier: BSD-3-Clause
# Sourced inside sandbox.sh by tests that swap Debian's libraries for ours and back, in a system with Debian's corosync,
# Pacemaker and packages for development.
# shellcheck shell=bash

. "$(dirname "${BASH_SOURCE[0]}")/system.sh"
. "$source_folder/tests/support/node.sh"

# shellcheck disable=SC2034 # for the scripts that source this one
{
    kept=(corosync libcfg7 libquorum5 libsam4)
    kept_dev=(libcfg-dev libquorum-dev libsam-dev)
    libraries=(libcmap4 libcpg4 libvotequorum8 libcorosync-common4)
    replaced=("${libraries[@]}" libcmap-dev libcpg-dev libvotequorum-dev libcorosync-common-dev)
    ours=("${libraries[@]/%/-cc}" libcorosync-client-dev)
}
sonames=(libcmap.so.4 libcpg.so.4 libvotequorum.so.8 libcorosync_common.so.4)

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
    [ $# -gt 0 ] || fail "there is no library"
    for file; do
        package=$(within dpkg -S "$(within realpath "${file#"$system"}")") || fail "$file is from no package"
        [[ $package =~ ^lib[a-z-]+[48]$suffix: ]] || fail "$file is from $package"
    done
}

# run_on SUFFIX: what is installed uses the libraries of the packages with SUFFIX, and works.
run_on() {
    local program soname found count=0
    for program in corosync-quorumtool corosync-cmapctl pacemakerd; do
        ! within ldd /usr/sbin/$program | grep -F 'not found' || fail "$program lacks a library"
        for soname in "${sonames[@]}"; do
            found=$(of_library "$soname" /usr/sbin/$program)
            [ -z "$found" ] || {
                belong_to "$1" "$found"
                count=$((count + 1))
            }
        done
    done
    [ $count -gt 3 ] || fail "the programs have only $count of the libraries"
    within corosync-quorumtool -s | grep '^Quorate: *Yes' >/dev/null || fail "corosync-quorumtool does not work"
    within corosync-cmapctl -g totem.cluster_name | grep fixture >/dev/null || fail "corosync-cmapctl does not work"
    within pacemakerd --features | grep corosync >/dev/null || fail "pacemakerd does not know corosync"
}

# offer FOLDER: our packages in it are those in the system's folder /ours, as "${debs[@]}".
offer() {
    mkdir -p "$system/ours"
    ! mountpoint -q "$system/ours" || umount "$system/ours"
    mount --bind "$1" "$system/ours"
    mapfile -t debs < <(cd "$1" && find . -maxdepth 1 -name '*.deb' ! -name '*-dbgsym_*' | sort)
    debs=("${debs[@]/#.//ours}")
}

# enter_with SYSTEM DEBS: the system, with Debian's packages as always, and ours beside it.
enter_with() {
    enter "$1"
    offer "$2"
    installed "${replaced[@]}" "${kept[@]}" "${kept_dev[@]}"
    names >"$WORK/before"
}
