#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# mutants.sh [--quick] [N] [SEED] [SKIP]
#
# Asks whether the tests notice a fault. Changes one place of src at a time, in a copy of the tree: an operator, a
# constant, a condition, or a call that is left out. N such mutants (20 unless given) are chosen by SEED (1 unless
# given) and built; those that do not compile, or compile to the same libraries, are replaced by others. For each, the
# suites of its part run until a test fails or takes too long. Prints each mutant with its number and what noticed it,
# and at the end those that nothing noticed: each is either equivalent to the original, or a test is missing. SKIP goes
# on after the mutant with that number. Installs what is missing (as root, on Debian).

set -eu

. "$(dirname "$0")/support/setup.sh"

help_if_asked "${1-}"
quick=
[ "${1-}" != --quick ] || {
    quick=yes
    shift
}
count=${1-20} seed=${2-1} skip=${3-0}
[[ $count =~ ^[1-9][0-9]*$ && $seed =~ ^[0-9]+$ && $skip =~ ^[0-9]+$ ]] || die "usage: mutants.sh [--quick] [N] [SEED] [SKIP]"
install_missing "${build_packages[@]}" ccache "${sandbox_packages[@]}" libgmock-dev libgtest-dev \
    libcmap-dev libcorosync-common-dev libcpg-dev libvotequorum-dev

folder=$top/build-mutants
tree=$folder/tree build=$folder/build
rm -rf "$tree"
mkdir -p "$tree"
(cd "$top" && tar -c CMakeLists.txt LICENSE include man pkgconfig src tests) | tar -x -C "$tree"
# The file that an interrupted run had changed: its objects are newer than the original.
[ ! -s "$folder/changed" ] || touch "$tree/$(cat "$folder/changed")"

# A rule is a command for sed.
rules=(
    's/ < / <= /' 's/ <= / < /' 's/ > / >= /' 's/ >= / > /' 's/ == / != /' 's/ != / == /'
    's/ && / || /' 's/ || / \&\& /' 's/ + / - /' 's/ - / + /' 's/ += / -= /' 's/++/--/'
    's/\btrue\b/false/' 's/\bfalse\b/true/' 's/return 0;/return 1;/' 's/return 1;/return 0;/' 's/ = 0;/ = 1;/'
    's/^\( *\)if (\([^;]*\))$/\1if (!(\2))/' 's/^\( *\)[a-z_.>-]*([^{}]*);$/\1;/'
)
# "FILE LINE RULE" for each place and each rule that fits it, but for comments, declarations and what explains failures.
candidates() {
    local rule pattern files
    cd "$tree"
    mapfile -t files < <(find src -name '*.[ch]pp' ! -name reasons.hpp ! -name probes.hpp ! -name annotations.hpp | sort)
    for rule in "${rules[@]}"; do
        pattern=${rule#s/}
        grep -n "${pattern%%/*}" "${files[@]}" | grep -E '^[^:]*:[0-9]+: ' |
            grep -vE '^[^:]*:[0-9]+: *(//|static_assert|COROSYNC|explain|\[\[)' | cut -d: -f1,2 |
            while IFS=: read -r file line; do
                printf '%s\t%s\t%s\n' "$file" "$line" "$rule"
            done
    done
}

# stages FILE: the suites of its part, as regular expressions, those first that say most in a second. The programs of unit,
# fuzz and faults.ring contain parts of src, so they must be built again, which takes long after a change of a header.
stages() {
    local service=${1#src/} any='(cmap|cpg|votequorum)' two='(libqb|socket)'
    service=${service%%/*}
    case $1 in
    src/core/libqb_*)
        printf '%s\n' "^(unit\.core|(faults\.cpg|promises\.votequorum)\.$two)$" "^integration\.votequorum\.$two$" \
            "^((faults|promises)\.(cmap|votequorum)|promises\.cpg|valgrind\.$any)\.$two$" "^integration\.cmap\.$two$" \
            "^(integration|resources)\.cpg\.$two$" "^resources\.large_message\.$two$"
        return
        ;;
    src/cmap/* | src/cpg/* | src/votequorum/*)
        printf '%s\n' "^(unit\.(assembly|trackers)|fuzz\.${service}_.*)$" "^(valgrind|faults|promises)\.$service\.ring$" \
            "^integration\.$service\.ring$" "^((faults|promises)\.$service\.$two|contracts\.ring|errors\.$service)$" \
            "^(cluster|resources|bindings)\.$service(\.ring)?$"
        [ "$service" != cpg ] || echo '^resources\.large_message\.ring$'
        return
        ;;
    src/core/log.cpp | src/core/reason.cpp)
        echo '^(unit\.(core|reason_memory)|faults\.(log|ring))$'
        ;;
    *.hpp)
        printf '%s\n' '^(valgrind\.(cmap|votequorum)|promises\.cmap|faults\.cpg)\.ring$' \
            '^(unit\.core|fuzz\.cpg_.*)$' '^faults\.ring$'
        ;;
    *)
        printf '%s\n' '^(unit\.(core|ring_files)|fuzz\.(handshake|cpg_.*|cmap_reply))$' '^faults\.ring$' \
            '^(faults|promises)\.cpg\.ring$'
        ;;
    esac
    printf '%s\n' "^(unit\.common|(faults\.(cmap|votequorum)|promises\.$any|valgrind\.$any)\.ring|faults\.log)$" \
        '^(unit\.event_queue|integration\.votequorum\.ring)$' '^(integration\.cmap|contracts)\.ring$' \
        '^integration\.cpg\.ring$' "^(faults|integration)\.votequorum\.$two$" '^resources\.(cpg|large_message)\.ring$'
}

# remembered FILE: the tests that noticed the most of this run's mutants of the file, and then of the files beside it,
# each "NAME TEST".
remembered() {
    awk -F '\t' -v file="$1" -v folder="${1%/*}/" '
        index($1, folder) == 1 { ++noticed[$2]; noticed[$2] += $1 == file ? 100 : 0 }
        END { for (test in noticed) print noticed[test] "\t" test }' "$folder/noticed" | sort -rn | head -n 12 | cut -f2-
}

# Many rounds of what other tests do once.
slow='StrangeDaemon.*:SleepingDaemon.*:FinalizeAndHangUp.makes_waiting_*:CmapRounds.*:Finalize.ends_every_waiting_dispatch_with_the_same_result'

# tests STAGE [FILTER]: "NAME COMMAND" for each of its tests. Those of GoogleTest come in three parts, as most of them
# only wait; with FILTER, only what that says.
tests() {
    wanted=$1 awk -v filter="${2--$slow}" -v one="${2+1}" '
        /^[0-9]+: Test command:/ { sub(/^[^:]*: Test command: /, ""); command = $0; variables = "" }
        /^[0-9]+:  [A-Z_]+=/ { variables = variables " " $2 }
        /^ *Test +#[0-9]+:/ && $3 ~ ENVIRON["wanted"] {
            shards = command ~ /_test"?$/ && !one ? 3 : 1
            for (shard = 0; shard < shards; ++shard)
                print $3 " env" variables " GTEST_TOTAL_SHARDS=" shards " GTEST_SHARD_INDEX=" shard \
                    " GTEST_FAIL_FAST=1 GTEST_FILTER=" filter " TEST_TIME_LIMIT=40 " command
        }' "$folder/ctest"
}

# try_to_compile TARGET...: unlike compile() of setup.sh, this may fail.
try_to_compile() {
    interruptible TERM ninja -C "$build" -j "$(nproc)" "$@" >"$folder/build.log" 2>&1
}

# compile_programs <TESTS: builds their programs.
compile_programs() {
    local targets
    mapfile -t targets < <(grep -oE "$build/(fuzz|tests/[a-z]+)/[a-z_]+" | sed "s|^$build/||" | sort -u)
    # Those that log_test.sh finds by the folder, and what others run.
    targets+=({cmap,cpg,votequorum}_session raised_client)
    try_to_compile "${targets[@]}"
}

# Runs tests, each "NAME COMMAND", six at a time, until one fails, and prints its name. Runs in a sandbox, whose
# end ends all that is left.
# shellcheck disable=SC2016 # the inner shell expands that
run_all='
    logs=$WORK
    unset WORK
    while read -r name command; do
        [ "$(jobs -r | wc -l)" -lt 6 ] || wait -n
        {
            log=$logs/$BASHPID
            eval "$command" >"$log" 2>&1
            status=$?
            [ $status = 0 ] || [ $status = 77 ] || {
                test=$(sed -n "s/^\[  FAILED  \] \([^ ,]*\).*/\1/p;T;q" "$log")
                echo "$name ${test:-$(sed -n "s/^\[ RUN      \] //p" "$log" | tail -n 1)}"
                cp "$log" "$1"
                kill -KILL $$
            }
        } </dev/null &
    done <"$0"
    wait
'
# run_tests <TESTS: sets failed to what failed. If they took too long, that is empty, but the status is an error.
run_tests() {
    local status=0
    cat >"$folder/tests"
    in_sandbox timeout -s KILL 200 bash -c "$run_all" "$folder/tests" "$folder/failed.log" \
        >"$folder/failed" 2>"$folder/run.log" || status=$?
    failed=$(head -n 1 "$folder/failed")
    return "$status"
}

same_libraries() {
    local library
    for library in "$build"/lib/*.so; do
        cmp -s "$library" "$folder/original-lib/${library##*/}" || return 1
    done
}

say "Building in build-mutants"
# With ccache, so that the original of a changed file need not be compiled again.
export CCACHE_DIR=${CCACHE_DIR:-$folder/ccache}
cmake -S "$tree" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS=-O1 -DCOROSYNC_CLIENT_LTO=OFF \
    -DCOROSYNC_CLIENT_HARDEN=OFF -DCMAKE_LINK_DEPENDS_NO_SHARED=ON \
    -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache >"$folder/configure.log" ||
    die "The configuration failed: $(cat "$folder/configure.log")"
libraries=(cmap cpg votequorum corosync_common)
# ctest shows the commands only of programs that are there.
try_to_compile "${libraries[@]}" tests/{fuzz,unit}/all || die "The build failed: $(tail "$folder/build.log")"
ctest --test-dir "$build" -N -V >"$folder/ctest"
cp -rT "$build/lib" "$folder/original-lib"

# check STAGE: each of its tests must pass without a mutant, once in three times as the machine may have other work.
[ "$skip" -gt 0 ] || rm -f "$folder/passed" "$folder/noticed"
touch "$folder/passed" "$folder/noticed"
check() {
    local begin=$SECONDS
    tests "$1" | grep -vFf <(sed 's/$/ /' "$folder/passed") >"$folder/unchecked" || return 0
    cp "$folder/original" "$tree/$file"
    compile_programs <"$folder/unchecked" || die "The build failed: $(tail "$folder/build.log")"
    run_tests <"$folder/unchecked" || run_tests <"$folder/unchecked" || run_tests <"$folder/unchecked" ||
        die "Without a mutant this fails: $failed (see $folder/failed.log)"
    cut -d' ' -f1 "$folder/unchecked" | sort -u | tee -a "$folder/passed" | tr '\n' ' '
    printf 'pass without a mutant, after %s s\n' $((SECONDS - begin))
    cp "$folder/mutant" "$tree/$file"
}

# run_again TEST: runs what failed.
run_again() {
    run_tests < <(tests "^${1% *}$" "${1#* }")
}

passes_without_mutant() {
    local status=0
    cp "$folder/original" "$tree/$file"
    compile_programs < <(tests "^${1% *}$") || die "The build failed: $(tail "$folder/build.log")"
    run_again "$1" || status=$?
    cp "$folder/mutant" "$tree/$file"
    return $status
}

# notice STAGE <TESTS: builds and runs them, and sets by to what has noticed the mutant, or else fails. On a busy machine a
# test may fail by chance, so it must fail twice, and then pass without the mutant.
notice() {
    local tries=0 begin=$SECONDS
    cat >"$folder/chosen"
    while [ $((tries++)) -lt 3 ]; do
        compile_programs <"$folder/chosen" || {
            by="the compiler"
            return
        }
        ! run_tests <"$folder/chosen" || {
            spent=$((spent + SECONDS - begin))
            return 1
        }
        by=${failed:-the time limit of $1}
        [ -n "$failed" ] || return 0
        run_again "$by" || ! passes_without_mutant "$by" || return 0
        say "$by failed by chance"
        by=
    done
    say "$1 was not run to its end"
    return 1
}

line() {
    sed -n "${line}{s/^ *//;p}" "$1"
}

noticed=0 tried=0 same=0 number=0 survivors=()
while IFS=$'\t' read -r file line rule; do
    [ "$tried" -lt "$count" ] || break
    number=$((number + 1))
    [ "$number" -gt "$skip" ] || continue
    cp "$tree/$file" "$folder/original"
    sed "$line$rule" "$tree/$file" >"$folder/mutant"
    what="$number $file:$line: $(line "$folder/original")  ->  $(line "$folder/mutant")"
    begin=$SECONDS spent=0 by='' failed=''
    echo "$file" >"$folder/changed"
    cp "$folder/mutant" "$tree/$file"
    if cmp -s "$folder/original" "$folder/mutant" || ! try_to_compile "${libraries[@]}"; then
        cp "$folder/original" "$tree/$file"
        continue
    fi
    if same_libraries; then
        same=$((same + 1))
        cp "$folder/original" "$tree/$file"
        continue
    fi
    tried=$((tried + 1))
    stage="what noticed others"
    remembered "$file" | while read -r name test; do
        tests "^$name$" "$test"
    done >"$folder/first"
    if ! notice "$stage" <"$folder/first"; then
        for stage in $(stages "$file"); do
            [ -z "$quick" ] || [ "$spent" -lt 30 ] || break
            check "$stage"
            ! notice "$stage" < <(tests "$stage") || break
        done
    fi
    cp "$folder/original" "$tree/$file"
    if [ -n "$by" ]; then
        noticed=$((noticed + 1))
        [[ $by == the\ * ]] || printf '%s\t%s\n' "$file" "$by" >>"$folder/noticed"
        by="noticed by $by"
    else
        survivors+=("$what")
        by="not noticed"
    fi
    printf '%s\n    %s, after %s s (%s)\n' "$what" "$by" $((SECONDS - begin)) "$stage"
done < <(candidates | awk -v seed="$seed" 'BEGIN { srand(seed) } { print rand() "\t" $0 }' | sort -k1,1 | cut -f2-)
say "$noticed of $tried mutants were noticed; $same others compile to the same libraries. Not noticed:"
printf '%s\n' "${survivors[@]-}"
