#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# demo.sh: shows in one screen what these libraries do. Installs what is missing (as root, on Debian), builds, and
# lets unmodified programs and one of ours talk to a private corosync daemon, which is gone afterwards.

set -eu

. "$(dirname "$0")/support/setup.sh"

install_missing "${build_packages[@]}" "${sandbox_packages[@]}"

folder=$top/build
say "Building in build"
options=()
[ -e "$folder/CMakeCache.txt" ] || options=(-DCOROSYNC_CLIENT_TESTS=OFF)
build "$folder" "cmap cpg votequorum" "${options[@]}"
programs=$folder/demo
mkdir -p "$programs"
for pair in watch:cmap group:cpg quorum:votequorum; do
    cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -I"$top/include" "$top/tests/demo/${pair%:*}.c" -o "$programs/${pair%:*}" \
        -L"$folder/lib" -l"${pair#*:}" -lcorosync_common
done

status=0
in_sandbox "$top/tests/demo/show.sh" "$folder/lib" "$programs" || status=$?

case $status in
0) printf '\n%s\n' "All is gone again. With your own programs: LD_LIBRARY_PATH=${folder#"$PWD"/}/lib PROGRAM" ;;
77)
    say "The daemon needs a sandbox, which this machine does not grant. What can be shown without one:"
    LD_LIBRARY_PATH=$folder/lib ldd "$programs/watch" | grep -F "$folder/lib"
    ;;
*) echo "The demo failed." >&2 ;;
esac
exit "$status"
