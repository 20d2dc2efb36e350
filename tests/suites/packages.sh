#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# packages.sh, inside enter.sh, in the system of a node: README's commands build Debian's packages and install them. All
# of the cluster stays, and runs on them. README's way back gives the list of packages from before, to the letter.

set -eu -o pipefail

cd "$(dirname "$0")/../.."
programs=(corosync-cmapctl corosync-cpgtool corosync-quorumtool corosync-notifyd corosync-qdevice dlm_controld
    pacemakerd sbd)
replaced=(libcmap4 libcorosync-common4 libcpg4 libvotequorum8)

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# readme BEGINNING: runs the one command of README's that begins so, as it stands there.
readme() {
    local line
    line=$(sed -n "s|^    \($1.*\)|\1|p" README.md)
    [ "$(wc -l <<<"$line")" = 1 ] && [ -n "$line" ] || fail "README has not one line '$1...', but: $line"
    echo "\$ $line"
    eval "$line"
}

# state: all that dpkg and apt remember of packages.
state() {
    # shellcheck disable=SC2016 # dpkg-query expands that
    dpkg-query -W -f '${binary:Package} ${Version} ${Status}\n'
    apt-mark showauto | sed 's/$/ is there for others/'
    apt-get -qs autoremove | grep '^Remv' || :
}

# content: nothing is wrong with what is installed.
content() {
    local complaints
    complaints=$(dpkg --audit && dpkg --verify)
    [ -z "$complaints" ] || fail "$complaints"
    apt-get -q check
}

# run_on SUFFIX: each program has its libraries, the replaced ones from the packages with SUFFIX, and they work.
run_on() {
    local program library package count=0
    for program in "${programs[@]}"; do
        ! ldd "$(command -v "$program")" | grep 'not found' || fail "$program lacks a library"
        for library in $(ldd "$(command -v "$program")" |
            sed -nE 's/.*lib(cmap|cpg|votequorum|corosync_common)\.so\.[48] => ([^ ]*).*/\2/p'); do
            package=$(dpkg -S "$(realpath "$library")") || fail "$library is from no package"
            [[ " ${replaced[*]/%/$1} " = *" ${package%%:*} "* ]] || fail "$program has $library from $package"
            count=$((count + 1))
        done
    done
    [ $count -gt ${#programs[@]} ] || fail "the programs have only $count of the libraries"
    pacemakerd --features | grep corosync >/dev/null || fail "pacemakerd does not know corosync"
    tests/support/sandbox.sh bash -c '. tests/support/node.sh && start_node &&
        corosync-cmapctl -g totem.cluster_name && corosync-quorumtool -s && corosync-cpgtool' >/tmp/run 2>&1 &&
        grep -q '^totem.cluster_name (str) = fixture' /tmp/run && grep -q '^Quorate: *Yes' /tmp/run || {
        cat /tmp/run
        fail "the tools do not work on the packages '*$1'"
    }
}

# names: of all packages that are installed, but for the replaced ones and those in their place.
names() {
    # shellcheck disable=SC2016 # dpkg-query expands that
    dpkg-query -W -f '${Package} ${Status}\n' | sed -n 's/ install ok installed$//p' |
        grep -vxE "($(IFS='|' && echo "${replaced[*]}"))(-cc)?"
}

run_on ""
version=$(dpkg-query -W -f '${Version}' libcorosync-common4)

apt-mark showauto >/tmp/auto
readme 'pkgconfig/debian.sh build && '
xargs apt-mark auto </tmp/auto >/dev/null # build-dep has noted some of these as wanted for themselves
state >/tmp/before
names >/tmp/others
readme 'pkgconfig/debian.sh build -b'
for package in "${replaced[@]}"; do
    provided=$(dpkg-deb -f build/"$package"-cc_*.deb Provides)
    [ "$provided" = "$package (= $version)" ] || fail "$package-cc provides $provided; corosync's is $version"
done
[ "$(sed -n 's/^Version: //p' build/*/build/pkgconfig/libcpg.pc)" = "${version%%-*}" ] || fail "the .pc files have another version"

echo "Ours are installed"
readme 'dpkg -i '
content
names | diff /tmp/others - || fail "other packages than before"
run_on -cc
! apt-get -qs dist-upgrade | grep -E '^(Remv|Inst)' || fail "that is what apt-get dist-upgrade would do"
! apt-get -qs autoremove | grep '^Remv' || fail "that is what apt-get autoremove would do"

echo "Newer ones of ours take the place of ours"
readme 'apt-get install --no-remove'
content
names | diff /tmp/others - || fail "other packages than before"

echo "Debian's come back"
readme 'apt-get install .*libcmap4'
content
state | diff /tmp/before - || fail "not the packages from before"
run_on ""

echo "Where anything would lose what it needs, all stays as it is"
export COROSYNC_CLIENT_DEBIAN_VERSION=0.1-1 # less than any suite's programs ask for
rm build/*.deb
(cd build/corosync-client-*/ && DEB_BUILD_OPTIONS=nocheck dpkg-buildpackage -b -uc -nc)
! readme 'dpkg -i ' || fail "they were installed, though the cluster needs more than 0.1"
content
state | diff /tmp/before - || fail "not the packages from before"
