#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# headers_compile.sh INCLUDE-DIRECTORY JOBS COMPILER...
# The headers compile, each alone and all together in both orders, in every language of programs, with every given
# compiler, with and without -pthread, without any diagnostic.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
include=$1 jobs=$2
shift 2
. "$here/headers.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

for header in $headers $ours_alone; do
    echo "#include <corosync/$header.h>" > "$header.c"
done
all_headers > forward.c
tac forward.c > backward.c
cp "$here"/*_alone.c .
sources=$(echo *.c)

# The system's own headers, also libqb's, are not tested: they are system headers for the compiler, too.
common="-I$include -fsyntax-only -Wall -Wextra -Wundef -Wshadow -Wconversion -Wcast-qual"
for compiler in "$@"; do
    for thread in "" -pthread; do
        for source in $sources; do
            for std in c89 gnu89 c99 c11 gnu11; do
                echo "$compiler -x c -std=$std -Wstrict-prototypes -Wsign-conversion $thread $common $source"
            done
            for std in c++98 c++11 c++17 c++20; do
                echo "$compiler -x c++ -std=$std -Wold-style-cast $thread $common $source"
            done
        done
    done
done > commands
count=$(wc -l < commands)
[ "$count" -eq $((11 * 18 * $#)) ] || fail "$count commands"

# A test that never finds anything proves nothing, so it first compiles a file with a fault.
echo 'static int nobody_calls_this(int unused) { return 0; }' > flaw.c
[ -n "$($1 -x c $common flaw.c 2>&1)" ] || fail "the compiler does not warn"

xargs -P "$jobs" -d '\n' -n 1 sh -c '
    output=$($0 2>&1) && [ -z "$output" ] && exit 0
    printf "%s\n%s\n" "$0" "$output"
    exit 1' < commands || fail "not clean"
echo "$count compilations without a diagnostic"
