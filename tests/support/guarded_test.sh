#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# guarded_test.sh PROGRAM COMPILER: guarded.sh accepts PROGRAM, which has guards, and without guards only exceptions.

set -eu
here=$(dirname "$(realpath "$0")")
program=$1 compiler=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# expect good|bad WHAT PROGRAMS EXCEPTIONS: with these two lists, the lines of which end in ";".
cases=0
expect() {
    local result=good
    tr ';' '\n' <<<"$3" >programs
    tr ';' '\n' <<<"$4" >exceptions
    cases=$((cases + 1))
    "$here/guarded.sh" programs exceptions >said || result=bad
    [ "$result" = "$1" ] || {
        echo "FAILED: $2: is $result, and should be $1"
        cat said
        exit 1
    }
}

"$compiler" -x c++ -o plain - <<'END'
struct Some_Test { void TestBody(); };
void Some_Test::TestBody() {}
int main() {}
END
good="good $program" plain="plain $scratch/plain"
expect good "a program has guards" "$good" ""
expect bad "a program has neither tests nor guards" "$good;true /bin/true" "tru: why;# true: why"
expect good "a program without tests is excepted" "$good;true /bin/true" "true: why"
expect good "a program without tests is excepted by a pattern" "$good;true /bin/true" "tr*: why"
expect bad "a program runs its tests without guards" "$good;$plain" ""
expect bad "a program with tests is excepted" "$good;$plain" "plain: why"
expect bad "no program has guards" "true /bin/true" "true: why"
expect bad "a program is not built" "$good;missing $scratch/missing" ""
echo "guarded.sh is right in $cases cases"
