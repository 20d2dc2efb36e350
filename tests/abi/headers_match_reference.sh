#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# headers_match_reference.sh CC OUR-INCLUDE-DIRECTORY REFERENCE-INCLUDE-DIRECTORY
# Our headers define all that the reference's headers define, with the same sizes, offsets and values; additions.txt
# lists what they define besides. A program that includes one of ours gets all system headers that the reference's
# includes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cc=$1 ours=$2 reference=$3
. "$here/headers.sh"
require_reference "$reference"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
require_runner

[ "$(ls "$ours/corosync")" = "$(printf '%s.h\n' $headers $ours_alone | LC_ALL=C sort)" ] || fail "headers.sh lists other headers"

# Names: the items of both sides.
for side in ours reference; do
    directory=$ours
    [ $side = ours ] || directory=$reference
    { items "$directory"; prototypes "$directory" | sed 's/^/function /'; } | LC_ALL=C sort > "$side.items"
done
grep -q '^cmap member struct cmap_notify_value.len$' reference.items || fail "the headers were not understood"
grep -q '^function extern cs_error_t cmap_inc ' reference.items || fail "the prototypes were not understood"
grep -v '^#' "$here/additions.txt" | LC_ALL=C sort > allowed
LC_ALL=C comm -13 ours.items reference.items > missing
LC_ALL=C comm -23 ours.items reference.items | LC_ALL=C comm -23 - allowed > unlisted
[ ! -s missing ] || fail "the reference has, and ours lack: $(cat missing)"
[ ! -s unlisted ] || fail "ours have, and additions.txt lacks: $(cat unlisted)"

$cc -std=c11 -Wall -Wextra -Werror -I"$ours" -fsyntax-only "$here/additions.c"

# Values: one program that prints everything, compiled with both sets of headers.
{
    all_headers
    cat <<'END'
#include <stddef.h>
#include <stdio.h>

static void print_text(const char *text) { printf("\"%s\"\n", text); }
static void print_number(unsigned long long number) { printf("%llx\n", number); }

#define TEXT(...) #__VA_ARGS__
#define EXPANSION(macro) TEXT(macro)
#define TYPE(expression) \
    _Generic((expression), char *: "text", int: "int", unsigned int: "unsigned", long: "long", \
        unsigned long: "unsigned long", unsigned long long: "unsigned long long", default: "other")
#define SHOW(name) \
    printf("%s: %s ", #name, TYPE(name)), _Generic((name), char *: print_text, default: print_number)(name)
#define SHOW_TYPE(type) \
    printf("%s: size %zu, align %zu, %s\n", #type, sizeof(type), _Alignof(type), \
           _Generic((type *)0, unsigned int *: "unsigned", unsigned long *: "unsigned long", \
               unsigned long long *: "unsigned long long", default: "other"))
#define SHOW_MEMBER(type, member) \
    printf("%s.%s: at %zu, size %zu\n", #type, #member, offsetof(type, member), sizeof(((type *)0)->member))

int main(void)
{
    SHOW(CS_MAX(2, 7));
    SHOW(CS_MAX(7, 2));
    /* These two stand for names, not for values. */
    printf("hdb_handle_database: %s\n", EXPANSION(hdb_handle_database));
    printf("DECLARE_HDB_DATABASE: %s\n", EXPANSION(DECLARE_HDB_DATABASE));
    SHOW_TYPE(struct hdb_handle_database);
END
    cut -d' ' -f2- reference.items | grep -v -e hdb_handle_database -e DECLARE_HDB_DATABASE | sed -n \
        -e 's/^macro \(.*\) =$/    SHOW(\1);/p' \
        -e 's/^enumerator \(.*\)$/    SHOW(\1);/p' \
        -e 's/^type \(.*\)$/    SHOW_TYPE(\1);/p' \
        -e 's/^member \(.*\)\.\(.*\)$/    SHOW_MEMBER(\1, \2);/p'
    echo '    return 0;'
    echo '}'
} > values.c
for variant in '' -DHAVE_SMALL_MEMORY_FOOTPRINT; do
    for side in ours reference; do
        directory=$ours
    [ $side = ours ] || directory=$reference
        # inttypes.h: the reference's corotypes.h needs it for its formats but does not include it
        $cc -std=gnu11 -w -include inttypes.h -I"$directory" $variant values.c -o values
        $run ./values > "$side.values"
    done
    [ "$(wc -l < ours.values)" -ge 190 ] || fail "too few values: $(wc -l < ours.values)"
    diff -u reference.values ours.values || fail "values differ${variant:+ with $variant}"
done

# System headers.
for header in $headers; do
    for side in ours reference; do
        directory=$ours
    [ $side = ours ] || directory=$reference
        echo "#include <corosync/$header.h>" | $cc -I"$directory" -M -x c - | tr ' \\' '\n\n' |
            grep '^/.*\.h$' | grep -v /corosync/ | LC_ALL=C sort -u > "$side.included"
    done
    LC_ALL=C comm -13 ours.included reference.included > missing
    [ ! -s missing ] || fail "$header.h does not pull in: $(cat missing)"
done
