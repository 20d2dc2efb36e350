#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# musl.sh CXX SOURCE-FOLDER STANDARD QB-INCLUDE-DIRECTORY
# With the headers of another C library, musl, the public headers and the sources of the libraries compile. Nothing can run
# there: Debian has no libqb for it.
set -eu
cxx=$1 source=$2 standard=$3 qb=$4
. "$(dirname "$0")/sources.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v musl-gcc > /dev/null || { echo "musl-gcc is not installed: skipped"; exit 77; }

# libqb's headers, and the kernel's, without those of the other C library around them.
mkdir more
ln -s "$qb/qb" more/qb
for folder in linux asm-generic asm; do
    ln -s "$(dirname "$(echo "#include <$folder/errno.h>" | $cxx -E -x c - 2> /dev/null |
        sed -n "s,^# [0-9]* \"\(/[^\"]*/$folder/errno.h\)\".*,\1,p" | head -n 1)")" more/$folder
done

count=0
for header in "$source"/include/corosync/*.h; do
    name=corosync/$(basename "$header")
    for c in gnu89 c11; do
        echo "#include <$name>" | musl-gcc -std=$c -Wall -Wextra -Werror -I"$source/include" -isystem more \
            -fsyntax-only -x c - || { echo "FAILED: $name as $c"; exit 1; }
    done
    count=$((count + 1))
done
echo "$count headers"

# The C++ library's headers were made for glibc; these words are all that they miss here.
cat > words.h <<'END_OF_WORDS'
#define __GLIBC_PREREQ(major, minor) 0
#define __locale_t locale_t
#include <pthread.h>
extern "C" int pthread_cond_clockwait(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*);
extern "C" int pthread_mutex_clocklock(pthread_mutex_t*, clockid_t, const timespec*);
END_OF_WORDS
searched() # COMMAND...: the folders in which that compiler looks for headers
{
    "$@" -E -v /dev/null 2>&1 | sed -n '/^#include <...>/,/^End/s,^ \(/.*\)$,\1,p'
}
searched "$cxx" -x c++ | grep -E '/c\+\+/|/gcc/.*/include$' > folders
searched musl-gcc -x c | grep musl >> folders
compile()
{
    # shellcheck disable=SC2046,SC2086 # several words
    "$cxx" -std=c++"$standard" $rules -nostdinc -include words.h $(sed 's/^/-isystem /' folders) -isystem more \
        -I"$source/include" -I"$source/src" -fsyntax-only -x c++ "$@"
}
echo '#include <cstddef>' | compile - 2> errors ||
    { tail -n 5 errors; echo "this C++ library does not compile with musl's headers: skipped"; exit 77; }
compile_all "$source"
echo "$count sources"
