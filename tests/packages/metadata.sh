#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# metadata.sh FOLDER: what is said about the packages in FOLDER, and about their source, is in order by lintian, and programs get the same
# dependencies from it as from Debian's packages.

set -eu -o pipefail

. "$(dirname "$0")/building.sh"

need lintian dpkg-gensymbols
folder=$1
version=$(dpkg-deb -f "$folder"/libcmap4-cc_*.deb Version)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

lintian --allow-root --pedantic --fail-on error,warning "$folder"/*.changes || fail "lintian has found something"

for package in libcmap4 libcpg4 libvotequorum8 libcorosync-common4; do
    deb=$folder/${package}-cc_${version}_$(dpkg --print-architecture).deb
    dpkg-deb -R "$deb" $package
    symbols=$package/DEBIAN/symbols

    # No symbol is missing in the file, and none is left in it.
    dpkg-gensymbols -c4 -q -p$package-cc -v"$version" -P$package -I$symbols -Oused >changes || {
        cat changes
        fail "$package: other symbols"
    }

    # What only ours have makes programs depend on ours, in a version that there is: that of the package itself.
    sed -n 's/^ .* \([^ ]*\) 1$/\1/p' $symbols | while read -r minimum; do
        dpkg --compare-versions "$version" ge "$minimum" || fail "$package: a program would need $package-cc $minimum"
    done

    # Each symbol of Debian's is there, in the same version of the package; only its node may be another one.
    theirs=$(dpkg-query --control-path $package symbols 2>/dev/null) || {
        echo "$package is not installed, so it is not compared"
        continue
    }
    functions() {
        sed -n 's/^ \([^@]*\)@[^ ]* \([^ ]*\).*/\1 \2/p' "$1" | sort
    }
    functions "$theirs" >theirs
    functions $symbols >ours
    lacking=$(comm -23 theirs ours)
    [ -s theirs ] && [ -z "$lacking" ] || fail "$package: Debian has $lacking"
    [ "$(head -1 "$theirs")" = "$(head -1 $symbols)" ] || fail "$package: another dependency than Debian's"
done
echo "lintian is content; programs get Debian's dependencies"
