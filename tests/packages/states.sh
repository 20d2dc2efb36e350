#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# states.sh SYSTEM DEBS, inside sandbox.sh: what happens to packages in the field. Ours are only unpacked, because of a crash;
# an older and a newer version replace them; somebody tries to remove or purge them with nothing in their place; apt-get
# full-upgrade brings Debian's next revision. No program that uses them is ever lost, what runs goes on, and at the end
# Debian's packages are back.

set -eu -o pipefail

. "$(dirname "$0")/swapping.sh"

# followed: the client that was there before all is told of changes.
value=0
followed() {
    value=$((value + 1))
    within corosync-cmapctl -s states.value u32 $value && grep -qw "states.value (u32) = $value" "$WORK/follower"
}

# unaffected: that client, and a daemon, still talk to each other; and so do new programs.
unaffected() {
    value=$((value + 1))
    within corosync-cmapctl -s states.value u32 $value || fail "corosync-cmapctl does not work"
    await 30 grep -qw "states.value (u32) = $value" "$WORK/follower" ||
        fail "the old client sees nothing: $(cat "$WORK/follower")"
    kill -0 "$follower" || fail "the old client has ended"
}

# complains WORDS: dpkg --audit does.
complains() {
    local said
    said=$(within dpkg --audit)
    [[ $said = *"$1"* ]] || fail "dpkg --audit says: $said"
}

# states: of all packages, whatever was wished for them.
states() {
    # shellcheck disable=SC2016 # dpkg-query expands that
    within dpkg-query -W -f '${binary:Package} ${Version} ${db:Status-Status}\n'
}

# keeps COMMAND...: it is refused, and the packages stay as they are. dpkg keeps the wish, and obeys it later: it is taken back.
keeps() {
    local before wished
    before=$(states)
    wished=$(within dpkg --get-selections)
    ! within "$@" >"$WORK/said" 2>&1 || fail "$* was done: $(cat "$WORK/said")"
    [ "$(states)" = "$before" ] || fail "$* has changed: $(states | diff - <(echo "$before"))"
    within dpkg --set-selections <<<"$wished"
    unaffected
}

# another VERSION FOLDER: our packages, the same but for their own version.
another() {
    local deb tree=$WORK/tree
    mkdir -p "$2"
    for deb in "${debs[@]}"; do
        rm -rf "$tree"
        dpkg-deb -R "$system$deb" "$tree"
        sed -i -E "s/^Version: .*/Version: $1/; /^Depends:/s/(-cc \\(= )[^)]*/\\1$1/g" "$tree/DEBIAN/control"
        quietly dpkg-deb -Znone --root-owner-group -b "$tree" "$2/$(basename "$deb")"
    done
}

enter_with "$1" "$2"
start_corosync
within stdbuf -oL corosync-cmapctl -T states. </dev/zero >"$WORK/follower" 2>&1 &
follower=$!
await 30 followed || fail "the client sees nothing: $(cat "$WORK/follower")"
unaffected

echo "Ours are unpacked, and there is a crash"
quietly within dpkg --unpack "${debs[@]}"
complains 'not yet configured'
unaffected
keeps dpkg --remove libcpg4-cc
change dpkg --configure -a
run_on -cc
unaffected

echo "An older version, and a newer one"
version=$(versions libcmap4-cc)
another 0.0.9-1 "$system/older"
another 99-1 "$system/later"
change dpkg -i "${debs[@]/#\/ours//older}"
[ "$(versions libcmap4-cc)" = "libcmap4-cc 0.0.9-1" ] || fail "not the older version: $(versions libcmap4-cc)"
run_on -cc
apt install --no-remove "${debs[@]/#\/ours//later}"
[ "$(versions libcmap4-cc)" = "libcmap4-cc 99-1" ] || fail "not the newer version: $(versions libcmap4-cc)"
apt install --no-remove --allow-downgrades "${debs[@]}"
[ "$(versions libcmap4-cc)" = "$version" ] || fail "not the version from before: $(versions libcmap4-cc)"
run_on -cc
unaffected

echo "Nobody takes them away with nothing in their place"
for package in "${libraries[@]/%/-cc}"; do
    keeps dpkg --purge "$package"
done

echo "Debian's next revision, without packages for development"
apt purge libcorosync-client-dev "${kept_dev[@]}"
names >"$WORK/without"
echo "deb [trusted=yes] file:$archives/newer $(within sh -c '. /etc/os-release; echo $VERSION_CODENAME') main" \
    >>"$system/etc/apt/sources.list"
quietly within apt-get -q update
apt full-upgrade
names | diff "$WORK/without" - || fail "apt-get full-upgrade has brought or taken packages"
[ "$(versions "${kept[@]}" | grep -c +newer)" = 4 ] || fail "not upgraded: $(versions "${kept[@]}")"
run_on -cc
unaffected

echo "On the way back there is a crash"
quietly within sh -c 'cd /run && apt-get -q download libcmap4 && dpkg --force-depends --remove libcmap4-cc &&
    dpkg --unpack libcmap4_*.deb'
complains 'not yet configured'
unaffected
change dpkg --configure -a
unaffected

echo "Debian's come back"
apt install --mark-auto "${libraries[@]}"
apt install "${replaced[@]:${#libraries[@]}}" "${kept_dev[@]}"
names | diff "$WORK/before" - || fail "not the packages from before"
run_on ""
unaffected
