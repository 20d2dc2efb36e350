#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# exports.sh NAME LIBRARY-DIRECTORY
# lib<NAME>.so has the soname and the symbols in exports/lib<NAME>.txt, needs only libraries that the reference needs,
# is built as distributions require, and calls no function that a library should not call.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
name=$1 directory=$2
library=$directory/lib$name.so
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail()
{
    echo "FAILED: lib$name: $*" >&2
    exit 1
}

dynamic=$(readelf -dW "$library")
soname=$(echo "$dynamic" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
{
    echo "soname $soname"
    echo "file $(basename "$(readlink -f "$library")")"
    # "node INDEX NAME [PARENT...]": references without a version bind to the node of index 2.
    readelf -VW "$library" | awk '
        /^Version definition/ { definitions = 1 }
        /^Version needs/ { definitions = 0 }
        !definitions { next }
        / Index: / { if (line != "") print line; line = /BASE/ ? "" : "node " field("Index:") " " $NF }
        / Parent / { if (line != "") line = line " " $NF }
        END { if (line != "") print line }
        function field(label,    i) { for (i = 1; i < NF; ++i) if ($i == label) return $(i + 1) }'
    nm -D --defined-only --with-symbol-versions "$library" | awk '{ print $2, $3 }' | sort
} > "$work/actual"
grep -v '^#' "$here/exports/lib$name.txt" > "$work/expected"
diff -u "$work/expected" "$work/actual" || fail "exports differ"
[ "$(readlink -f "$directory/$soname")" = "$(readlink -f "$library")" ] || fail "$soname is not a link to it"

wanted='libc\.so\.[0-9.]+|libc\.musl-.*|ld-linux-[a-z0-9-]+\.so\.[0-9]' # on arm the stack protector's word is in the dynamic linker
[ "$name" = corosync_common ] || wanted="$wanted|libqb\.so\.[0-9]+|libcorosync_common\.so\.4"
# Callbacks may throw through the libraries. On 32-bit ARM the unwind tables for that name functions of libgcc_s.
arm=$(readelf -hW "$library" | grep 'Machine: *ARM$') || true
[ -z "$arm" ] || wanted="$wanted|libgcc_s\.so\.1"
unwanted=$(echo "$dynamic" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vE "^($wanted)\$") || true
[ -z "$unwanted" ] || fail "needs $unwanted"
! echo "$dynamic" | grep -E '\((RPATH|RUNPATH|TEXTREL)\)' || fail "has one of these"
echo "$dynamic" | grep -qE '\(FLAGS(_1)?\).*NOW' || fail "is bound lazily"
segments=$(readelf -lW "$library")
echo "$segments" | grep -q GNU_RELRO || fail "has no read-only relocations"
echo "$segments" | awk '$1 == "GNU_STACK" { found = $7 !~ /E/ } END { exit !found }' || fail "has an executable stack"
# dlopen() has about 1.6 KiB of thread-local storage for all libraries of a process. dlclose() returns it only if there are
# no gaps between those of several libraries.
thread_local=$(echo "$segments" | awk '$1 == "TLS" { print $6 }')
alignment=$(echo "$segments" | awk '$1 == "TLS" { print $NF }')
[ $((${thread_local:-0})) -le 256 ] || fail "has $thread_local bytes of thread-local storage: dlopen() may find no room"
[ $((${alignment:-1})) -le 8 ] && [ $((${thread_local:-0} % ${alignment:-1})) = 0 ] ||
    fail "has $thread_local bytes of thread-local storage, aligned to $alignment: there may be gaps"

# The library uses C++ as a language, without its run time: it has no exceptions, no type information and no
# constructors that run when it is loaded. It also starts and ends no thread or process, handles no signal, prints
# nothing, registers nothing that would be left when it is unloaded, and reads no environment variable in a set-user-ID
# program. It may write only the log: see faults/log_test.sh.
not_called='_Z.*|__cxa_[a-eg-z].*|__gxx_personality.*|_Unwind_.*|pthread_create|pthread_key_create|pthread_atfork'
not_called="$not_called|fork|vfork|posix_spawn.*|system|abort|_?exit|__assert_.*|raise|signal|sigaction|sigprocmask"
not_called="$not_called|pthread_sigmask|(__)?v?(f|d)?printf(_chk)?|puts|perror|fwrite|v?syslog"
not_called="$not_called|getenv|setenv|putenv|atexit"
called=$(nm -D --undefined-only --without-symbol-versions "$library" | awk '{ print $2 }')
[ "$name" = corosync_common ] || echo "$called" | grep -qx malloc || fail "these are not its undefined symbols: $called"
# The compiler's own division of 64 bits raises a signal on 32-bit ARM if the divisor is 0.
[ -z "$arm" ] || called=$(echo "$called" | grep -vx raise)
! echo "$called" | grep -xE "$not_called" || fail "calls one of these"
! readelf -SW "$library" | grep -F .gcc_except_table || fail "has exception tables"
! nm "$library" 2> /dev/null | grep -E ' (_ZT[IS]|_ZGV|_GLOBAL__sub_I)' || fail "has one of these"
