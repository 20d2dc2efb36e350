#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# metadata.sh FOLDER: lintian finds nothing wrong with the packages in FOLDER and their source, programs get the same
# dependencies as from Debian's packages, and the license is that of LICENSE.

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
    # A program that uses what only ours have must not get Debian's package.
    additions=$(join -v 1 <(cut -d ' ' -f 1 ours | sort) <(cut -d ' ' -f 1 theirs | sort))
    for symbol in ${additions/cs_client_reason_place/}; do # which is for the services
        grep "^ $symbol@.* 1\$" $symbols >/dev/null || fail "$package: Debian's would do for $symbol, which it lacks"
    done
    lacking=$(comm -23 theirs ours)
    [ -s theirs ] && [ -z "$lacking" ] || fail "$package: Debian has $lacking"
    [ "$(head -1 "$theirs")" = "$(head -1 $symbols)" ] || fail "$package: another dependency than Debian's"
done
sed '1,/^Copyright/d; s/^ *//' "$source_folder/LICENSE" >license
sed '1,/^$/d' "$source_folder/pkgconfig/debian/copyright" |
    sed '1,/^$/d; /^License/d; s/^ *//; s/^\.$//' | diff license - || fail "debian/copyright has another license"
echo "lintian is content; programs get Debian's dependencies"
