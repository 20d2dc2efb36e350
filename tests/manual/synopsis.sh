#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# synopsis.sh CC INCLUDE-DIRECTORY MANUAL
# The synopsis of each page compiles with the header that it names. All synopses together have exactly the prototypes of
# the headers, word for word. The types that pages show are also those of the headers.

set -eu
here=$(dirname "$(realpath "$0")")
. "$here/pages.sh"
need_mandoc
cc=$1 include=$2 manual=$3
enter_scratch

for page in "$manual"/*.3; do
    text "$page" | section SYNOPSIS >synopsis.c
    "$cc" -fsyntax-only -Wall -Wextra -Werror -I"$include" synopsis.c 2>messages ||
        fail "the synopsis of $page does not compile: $(cat messages)"
    cat synopsis.c >>synopses.c
done

declarations "$include" "$cc" >declarations
prototypes() {
    grep -oE '(cs_error_t|const char\*) ?[a-z0-9_]+\([^(){};]*\);' | LC_ALL=C sort
}
prototypes <declarations >expected
grep -v '^#' synopses.c | squeeze | prototypes >actual
[ "$(wc -l <expected)" -gt 80 ] || fail "the headers were not understood"
diff -u expected actual || fail "the prototypes of headers and manual differ"

# Types are in literal displays, with an empty line between them.
for page in "$manual"/*.3; do
    awk '/^\.Sh EXAMPLES/ { exit } /^\.Ed/ { shown = 0; print "" } shown; /^\.Bd -literal/ { shown = 1 }' "$page" |
        awk -v RS= '/^(typedef|struct)[^=]*;$/ { gsub(/\n/, " "); print }'
done >types
[ "$(wc -l <types)" -gt 10 ] || fail "the types of the manual were not understood"
while read -r type; do
    grep -qF -e "$(echo "$type" | squeeze)" declarations || fail "the headers have no $type"
done <types
