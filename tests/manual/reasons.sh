#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# reasons.sh SOURCE-DIRECTORY: corosync_client(7) has a row for each reason in src/core/reasons.hpp, in the same words and
# the same order, and no other rows. Each reason fits into 239 bytes, also with long numbers and names. Reasons that are
# part of normal work have no numbers.

set -eu

. "$(dirname "$0")/pages.sh"

enter_scratch

# A reason has two texts. The compiler joins each of them from pieces.
{ sed -e '1,/^namespace/d' -e '/^\/\//d' "$1/src/core/reasons.hpp" | tr -s '\n' ' '; echo; } |
    sed -e 's/inline constinit Reason/\n/g' -e 's/" "//g' |
    sed -n 's/^ *[a-z_]* *{ *"\([^"]*\)", *"\([^"]*\)".*$/\1; \2/p' |
    sed -e 's/%/N/g' -e 's/\$/NAME/g' >said

awk '/^\.Ss Reasons:/ { inside = 1; next } /^\.S[sh] / { inside = 0 } inside && /^\.It / {
         sub(/^\.It /, ""); sub(/ ;$/, ""); cause = $0; getline; sub(/\.$/, ""); print cause "; " $0 }' \
    "$1/man/corosync_client.7" >documented

[ "$(wc -l <said)" -gt 30 ] || fail "only these reasons were found: $(cat said)"
diff -u documented said || fail "the page (-) and src/core/reasons.hpp (+) differ"
sed -e 's/\bN\b/1234567890/g' -e 's/NAME/part of a message/' said | grep -E '^.{240}' && fail "these are too long"
sed '1,/^namespace/d' "$1/src/core/reasons.hpp" | tr -s '\n' ' ' | tr ';' '\n' | grep ', true}' | grep '[%$]' &&
    fail "these are part of normal work, and have numbers or names"
echo "$(wc -l <said) reasons"
