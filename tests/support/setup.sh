# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the scripts that users start: installs packages, builds, and runs the sandbox.
# shellcheck shell=bash

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PATH=$PATH:/usr/sbin:/sbin # Debian has daemons there, and users' PATH does not

# shellcheck disable=SC2034 # for the scripts that source this one
{
    build_packages=(cmake g++ libqb-dev ninja-build pkg-config)
    sandbox_packages=(corosync iproute2 mount util-linux)
}

say() {
    printf '%s\n' "-- $*"
}

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# help_if_asked ARGUMENT: prints the comment at the head of the script if that is -h or --help.
help_if_asked() {
    case ${1-} in
    -h | --help)
        sed -n '3,/^$/s/^# \{0,1\}//p' "$0"
        exit
        ;;
    esac
}

# install_missing PACKAGE...: installs them if there is an apt-get and we are root; otherwise says what is missing.
install_missing() {
    local package missing=()
    if ! command -v apt-get >/dev/null; then
        say "There is no apt-get. What these packages of Debian contain must be installed already: $*"
        return
    fi
    for package; do
        # shellcheck disable=SC2016 # dpkg-query expands that
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    if [ ${#missing[@]} = 0 ]; then
        ! grep -qs "corosync-client's test scripts" /usr/sbin/policy-rc.d || "$top/tests/support/install.sh"
        return
    fi
    if [ "$(id -u)" != 0 ]; then
        say "Not root, so these are not installed, and what needs them is left out: ${missing[*]}"
        return
    fi
    say "Installing ${missing[*]}"
    "$top/tests/support/install.sh" "${missing[@]}" || die "The installation failed."
}

# configure FOLDER CMAKE_OPTION...: prints nothing unless it fails.
configure() {
    local folder=$1 log=$1/build.log tool generator=()
    shift
    for tool in cmake c++ pkg-config; do
        command -v $tool >/dev/null || die "$tool is missing."
    done
    if [ ! -e "$folder/CMakeCache.txt" ] && command -v ninja >/dev/null; then
        generator=(-G Ninja)
    fi
    mkdir -p "$folder"
    cmake -S "$top" -B "$folder" "${generator[@]}" "$@" >"$log" 2>&1 || {
        cat "$log" >&2
        die "The configuration failed."
    }
}

# compile FOLDER TARGETS: prints nothing unless it fails.
compile() {
    local targets log=$1/build.log
    read -ra targets <<<"$2"
    cmake --build "$1" --target "${targets[@]}" --parallel "$(nproc)" >"$log" 2>&1 || {
        cat "$log" >&2
        die "The build failed."
    }
}

# build FOLDER TARGETS CMAKE_OPTION...: does both.
build() {
    configure "$1" "${@:3}"
    compile "$1" "$2"
}

# interruptible SIGNAL CMD...: returns the status of CMD. SIGNAL ends CMD if SIGINT, SIGTERM or SIGHUP ends this script.
interruptible() {
    local signal=$1 command status=0
    "${@:2}" &
    command=$!
    # shellcheck disable=SC2064 # the number that it is now
    trap "kill -$signal $command 2>/dev/null" EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    wait "$command" || status=$?
    trap - EXIT INT TERM HUP
    return "$status"
}

# in_sandbox CMD...: returns the status of sandbox.sh. That ignores SIGINT, SIGTERM and SIGHUP; SIGKILL ends all that is
# in it.
in_sandbox() {
    interruptible KILL "$top/tests/support/sandbox.sh" "$@"
}
