#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# run.sh [--sanitize=address|--sanitize=thread] [CTEST_ARGUMENT...]
#
# Installs what is missing (as root, on Debian), builds, and runs the tests, plainly or under AddressSanitizer with
# UndefinedBehaviorSanitizer, or ThreadSanitizer. Arguments go to ctest: `run.sh -L clients` runs the tests of one
# label, `run.sh -R cmapctl` those with a matching name, `run.sh -N` lists them; only what these need is built.
# `run.sh -L packages` runs those that install packages in a system of its own; no other run has them. A sanitizer's
# report fails the run, even if the test passes once it is repeated.

set -eu

. "$(dirname "$0")/support/setup.sh"

sanitize=
arguments=()
for argument; do
    case $argument in
    --sanitize=address | --sanitize=thread) sanitize=${argument#*=} ;;
    --sanitize*) die "$argument: it is --sanitize=address or --sanitize=thread" ;;
    -h | --help) help_if_asked "$argument" ;;
    *) arguments+=("$argument") ;;
    esac
done

multilib=() # Debian has it for few architectures
[ "$(uname -m)" != x86_64 ] || multilib=(g++-multilib)
tools=()
# of LABEL PACKAGE...: packages that only tests with that label need. Those of packages may need any.
of() {
    local i
    for ((i = 0; i + 1 < ${#arguments[@]}; i++)); do
        [ "${arguments[i]}" != -L ] || [[ $1 =~ ${arguments[i + 1]} || packages =~ ${arguments[i + 1]} ]] || return 0
    done
    tools+=("${@:2}")
}
of abi abigail-tools bpftrace clang musl-tools "${multilib[@]}"
of analysis clang clang-tidy
of bindings python3-cffi
of clients corosync-notifyd libsam-dev pacemaker pacemaker-cli-utils resource-agents
of containers strace
of differential patch
of format clang-format shellcheck
of fuzz clang libclang-rt-dev
of manual mandoc
of valgrind valgrind
install_missing "${build_packages[@]}" "${sandbox_packages[@]}" libgmock-dev libgtest-dev \
    libcmap-dev libcorosync-common-dev libcpg-dev libvotequorum-dev systemtap-sdt-dev "${tools[@]}"

package_tests=OFF
case " ${arguments[*]} " in
*' -L packages '*)
    package_tests=ON
    install_missing debootstrap dpkg-dev g++-11 lintian rpm rpmlint
    ;;
esac

folder=$top/build${sanitize:+-$sanitize}
say "Building in ${folder#"$top"/}${sanitize:+ with -fsanitize=$sanitize}"
configure "$folder" -DCOROSYNC_CLIENT_TESTS=ON -DCOROSYNC_CLIENT_BENCH=ON -DCOROSYNC_CLIENT_WERROR=ON \
    -DCOROSYNC_CLIENT_SANITIZE="$sanitize" -DCOROSYNC_CLIENT_PACKAGE_TESTS=$package_tests

# needed: the libraries, and what the commands of the chosen tests name of the build: a file, or a folder for all in it.
# All of the build if all tests are chosen, or if one of them is about all programs.
needed() {
    if [ ${#arguments[@]} = 0 ] || [ ! -e "$folder/build.ninja" ]; then
        echo all
        return
    fi
    ninja -C "$folder" -t targets all | sed 's/: [^:]*$//' >"$folder/targets.txt"
    ctest --test-dir "$folder" -N "${arguments[@]}" | sed -n 's/^ *Test *#[0-9]*: //p' >"$folder/chosen.txt"
    find "$folder/tests" -name CTestTestfile.cmake -exec grep -h '^add_test(' {} + |
        awk -v folder="$folder/" '
            FILENAME ~ /targets.txt$/ { target[$0] = 1; next }
            FILENAME ~ /chosen.txt$/ { chosen[$0] = 1; next }
            {
                name = $0
                gsub(/^add_test\(\[=*\[|\]=*\].*/, "", name)
                count = chosen[name] ? split($0, words, "\"") : 0
                for (i = 2; i <= count; i += 2) {
                    if (index(words[i], folder) != 1)
                        continue
                    path = substr(words[i], length(folder) + 1)
                    if (path in target)
                        wanted[path] = 1
                    else if ((path "/all") in target)
                        wanted[path "/all"] = 1
                    else if (path ~ /programs.txt$/)
                        wanted["all"] = 1
                    else
                        for (file in target)
                            if (index(file, path "/") == 1)
                                wanted[file] = 1
                }
            }
            END {
                printf "src/all"
                for (path in wanted)
                    printf " %s", path
            }' "$folder/targets.txt" "$folder/chosen.txt" -
}

compile "$folder" "$(needed)"

if ! reason=$("$top/tests/support/sandbox.sh" true 2>&1); then
    say "Tests that need a private daemon are skipped here. $reason"
fi

export GTEST_BRIEF=${GTEST_BRIEF-1} UBSAN_OPTIONS=${UBSAN_OPTIONS-print_stacktrace=1}
launcher=()
if [ "$sanitize" = thread ] && setarch -R true 2>/dev/null; then
    launcher=(setarch -R) # some compilers' thread sanitizer fails when addresses are as random as kernels can make them
fi

log=$folder/Testing/Temporary/LastTest.log # with the output of each time that a test ran
rm -f "$log"

# In a process group of its own, so that whatever ends us ends all that the tests started.
tests() {
    set +m
    # Most of them wait most of the time.
    "${launcher[@]}" ctest --test-dir "$folder" --output-on-failure --no-tests=error --parallel $((6 * $(nproc))) \
        "$@" "${arguments[@]}"
}
quietly() {
    set -o pipefail
    tests 2>&1 | sed -u -E -e '/^ +Start +[0-9]+: /d' -e '/^ *[0-9]+\/[0-9]+ Test +#.* Passed +[0-9.]+ sec$/d' \
        -e '/^(Internal ctest changing into directory|Test project)/d' -e '/^$/d'
}
say "Running the tests"
set -m
if [ -t 1 ]; then
    tests --progress &
else
    quietly &
fi
set +m
group=$!
trap 'kill -KILL -- -$group 2>/dev/null' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
status=0
wait "$group" || status=$?
trap - EXIT
if [ -n "$sanitize" ] && [ -e "$log" ] &&
    grep -aE '(ERROR|WARNING|FATAL): (Address|Leak|Thread)Sanitizer|: runtime error: ' "$log" >&2; then
    die "There are reports of sanitizers. They are in ${log#"$top"/}, too."
fi
exit "$status"
