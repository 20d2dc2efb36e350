#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# mutants.sh [N] [SEED]
#
# Asks whether the tests notice a fault. Changes one place of src at a time, in a copy of the tree: an operator, a constant,
# a condition, or a call that is left out. N such mutants (20 unless given) are chosen by SEED (1 unless given) and built;
# those that do not compile are replaced by others. For each, the suites of its part run until one fails. Prints each mutant
# and what noticed it, and at the end those that nothing noticed: each is either equivalent to the original, or a test is
# missing. Installs what is missing (as root, on Debian).

set -eu

. "$(dirname "$0")/support/setup.sh"

help_if_asked "${1-}"
count=${1-20} seed=${2-1}
[[ $count =~ ^[1-9][0-9]*$ && $seed =~ ^[0-9]+$ ]] || die "usage: mutants.sh [N] [SEED]"
install_missing "${build_packages[@]}" "${sandbox_packages[@]}" libgmock-dev libgtest-dev \
    libcmap-dev libcorosync-common-dev libcpg-dev libvotequorum-dev

folder=$top/build-mutants tree=$top/build-mutants/tree
rm -rf "$tree"
mkdir -p "$tree"
(cd "$top" && tar -c CMakeLists.txt LICENSE include man pkgconfig src tests) | tar -x -C "$tree"

# A rule is a command for sed.
rules=(
    's/ < / <= /' 's/ <= / < /' 's/ > / >= /' 's/ >= / > /' 's/ == / != /' 's/ != / == /'
    's/ && / || /' 's/ || / \&\& /' 's/ + / - /' 's/ - / + /' 's/ += / -= /' 's/++/--/'
    's/\btrue\b/false/' 's/\bfalse\b/true/' 's/return 0;/return 1;/' 's/return 1;/return 0;/' 's/ = 0;/ = 1;/'
    's/^\( *\)if (\([^;]*\))$/\1if (!(\2))/' 's/^\( *\)[a-z_.>-]*([^{}]*);$/\1;/'
)
# "FILE LINE RULE" for each place and each rule that fits it, but for comments, declarations and what explains failures.
candidates() {
    local rule pattern file
    cd "$tree"
    for file in $(find src -name '*.[ch]pp' ! -name reasons.hpp ! -name probes.hpp ! -name annotations.hpp | sort); do
        for rule in "${rules[@]}"; do
            pattern=${rule#s/}
            grep -n "${pattern%%/*}" "$file" | grep -vE '^[0-9]+: *(//|static_assert|COROSYNC|explain|\[\[)' |
                grep -vE '^[0-9]+:[^ ]' | cut -d: -f1 | while read -r line; do
                printf '%s\t%s\t%s\n' "$file" "$line" "$rule"
            done
        done
    done
}

# suites FILE: of its part, as a regular expression for ctest, those that end soonest first.
suites() {
    case $1 in
    src/cmap/* | src/cpg/* | src/votequorum/*)
        local service=${1#src/}
        service=${service%%/*}
        echo "^unit\. ^(faults|integration|promises)\.$service\.ring$ ^(faults|integration)\.$service\.socket$"
        ;;
    *) echo "^unit\. ^faults\.(ring|(cmap|cpg)\.(ring|socket)) ^resources\.(cmap|cpg)\.(ring|libqb) ^resources\.large.*ring" ;;
    esac
}

say "Building in build-mutants"
configure() {
    cmake -S "$tree" -B "$folder/build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS=-O1 \
        -DCOROSYNC_CLIENT_LTO=OFF -DCOROSYNC_CLIENT_HARDEN=OFF
}
rebuild() {
    cmake --build "$folder/build" --parallel "$(nproc)" >"$folder/build.log" 2>&1
}
configure >"$folder/configure.log" || die "The configuration failed: $(cat "$folder/configure.log")"
rebuild || die "The build failed: $(tail "$folder/build.log")"

noticed=0 tried=0 survivors=()
while IFS=$'\t' read -r file line rule; do
    [ "$tried" -lt "$count" ] || break
    cp "$tree/$file" "$folder/original"
    sed -i "$line$rule" "$tree/$file"
    what="$file:$line: $(sed -n "${line}p" "$folder/original" | sed 's/^ *//')  ->  $(sed -n "${line}p" "$tree/$file" | sed 's/^ *//')"
    if cmp -s "$folder/original" "$tree/$file" || ! rebuild; then
        cp "$folder/original" "$tree/$file"
        continue
    fi
    tried=$((tried + 1)) by=
    for suite in $(suites "$file"); do
        timeout -s KILL 600 ctest --test-dir "$folder/build" -R "$suite" --stop-on-failure --timeout 200 \
            --parallel $((2 * $(nproc))) >"$folder/tests.log" 2>&1 || {
            by=$(sed -n '/^.*Test *#[0-9]*: \([^ ]*\) .*\*\*\*.*$/{s//\1/p;q;}' "$folder/tests.log")
            break
        }
    done
    cp "$folder/original" "$tree/$file"
    if [ -n "$by" ]; then
        noticed=$((noticed + 1))
        printf '%s\n    noticed by %s\n' "$what" "$by"
    else
        survivors+=("$what")
        printf '%s\n    not noticed\n' "$what"
    fi
done < <(candidates | awk -v seed="$seed" 'BEGIN { srand(seed) } { print rand() "\t" $0 }' | sort -k1,1 | cut -f2-)
say "$noticed of $tried mutants were noticed. Not noticed:"
printf '%s\n' "${survivors[@]-}"
