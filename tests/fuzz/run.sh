#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# run.sh [--merge] SECONDS [FOLDER]
# run.sh --coverage [FOLDER]
#
# Builds the fuzz targets with clang in FOLDER (build-fuzz) and runs each for this many seconds from its corpus, one on
# each CPU at a time. Prints the last status line of each. Inputs that crash a target are shown and stay in
# FOLDER/crashes. With --merge it then adds the inputs that have reached new code to the corpus, as few as possible.
#
# With --coverage (needs llvm, too): prints how many lines of the decoders the corpus reaches, and those that it does
# not.

set -eu -o pipefail

. "$(dirname "$0")/../support/setup.sh"

merge=
coverage=
while :; do
    case ${1-} in
    --merge) merge=1 ;;
    --coverage) coverage=1 ;;
    -h | --help)
        sed -n '3,/^$/s/^# \{0,1\}//p' "$0"
        exit
        ;;
    *) break ;;
    esac
    shift
done
if [ -z "$coverage" ]; then
    seconds=${1-}
    [[ $seconds =~ ^[1-9][0-9]*$ ]] || die "'$seconds': not a number of seconds"
    shift
fi
folder=${1-$top/build-fuzz${coverage:+-coverage}}
corpus=$top/tests/fuzz/corpus

command -v clang++ >/dev/null || {
    echo "clang is not installed: skipped"
    exit 77
}
echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }' |
    clang++ -fsanitize=fuzzer,address -x c++ - -o /dev/null 2>/dev/null || {
    echo "clang cannot build fuzzers here; Debian's package for that is libclang-rt-dev: skipped"
    exit 77
}

build_targets() {
    CC=clang CXX=clang++ CFLAGS='' CXXFLAGS='' build "$folder" fuzz \
        -DCOROSYNC_CLIENT_TESTS=OFF -DCOROSYNC_CLIENT_FUZZ=ON "$@"
    mapfile -t targets < <(cd "$corpus" && ls)
}

# The files whose coverage is printed; of two files only the named functions.
decoders=(core/message.hpp core/handshake.cpp:decode_handshake core/ring_files.cpp:parse
    cmap/session.cpp cmap/trackers.cpp cpg/session.cpp cpg/assembly.cpp cpg/iteration.cpp votequorum/session.cpp)

show_coverage() {
    local target profile=$folder/profile
    build_targets -DCMAKE_CXX_FLAGS="-fprofile-instr-generate -fcoverage-mapping"
    for target in "${targets[@]}"; do
        LLVM_PROFILE_FILE=$profile "$folder/fuzz/$target" -runs=0 "$corpus/$target" 2>"$folder/$target.log" ||
            die "$(<"$folder/$target.log")"
        "$(clang -print-prog-name=llvm-profdata)" merge -o "$profile.data" "$profile"
        "$(clang -print-prog-name=llvm-cov)" export -format=lcov -instr-profile "$profile.data" "$folder/fuzz/$target"
    done | awk -v sources="$top/src" -v wanted="${decoders[*]}" -f "$top/tests/fuzz/coverage.awk"
}

run_target() {
    mkdir -p "$folder/corpus/$1"
    ASAN_OPTIONS=quarantine_size_mb=16 UBSAN_OPTIONS=print_stacktrace=1 "$folder/fuzz/$1" -max_total_time="$seconds" \
        -timeout=60 -artifact_prefix="$folder/crashes/$1-" "$folder/corpus/$1" "$corpus/$1" >"$folder/$1.log" 2>&1 ||
        echo "$1" >>"$folder/crashes/targets"
}

run_targets() {
    local target input failed=()
    build_targets
    rm -rf "$folder/crashes"
    mkdir "$folder/crashes"
    export -f run_target
    export folder corpus seconds
    printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I {} bash -c 'run_target {}'
    for target in "${targets[@]}"; do
        printf '%-17s%s\n' "$target" "$(grep '^#[0-9]' "$folder/$target.log" | tail -n 1 | tr -s ' \t' '  ')"
    done
    [ -e "$folder/crashes/targets" ] || return 0
    mapfile -t failed <"$folder/crashes/targets"
    for target in "${failed[@]}"; do
        printf '\n%s has failed:\n' "$target"
        grep -vE '^(#|INFO|NEW_FUNC)' "$folder/$target.log" | head -n 60
        for input in "$folder/crashes/$target"-*; do
            [ ! -e "$input" ] || printf '%s, in base64:\n%s\n' "$input" "$(base64 "$input")"
        done
    done
    return 1
}

merge_corpus() {
    local target
    for target in "${targets[@]}"; do
        "$folder/fuzz/$target" -merge=1 -use_counters=0 "$corpus/$target" "$folder/corpus/$target" 2>&1 |
            sed -n "s/^MERGE-OUTER: \(.* new files\).*/$target: \1/p"
    done
}

if [ -n "$coverage" ]; then
    show_coverage
else
    run_targets
    [ -z "$merge" ] || merge_corpus
fi
