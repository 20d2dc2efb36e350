# SPDX-License-Identifier: BSD-3-Clause
# Sourced by run.sh and measure.sh: describes all that the figures depend on, except the libraries.
# shellcheck shell=bash

now_ms() {
    local now=$EPOCHREALTIME
    echo $((${now/[.,]/} / 1000))
}

# Prints the CPUs that we may use, one in each line.
allowed_cpus() {
    taskset -cp $$ | sed 's/.*: //' | tr , '\n' | while IFS=- read -r first last; do
        seq "$first" "${last:-$first}"
    done
}

version_of() {
    # shellcheck disable=SC2016 # dpkg-query expands that
    dpkg-query -W -f '${Version}' "$1" 2>/dev/null || echo "of unknown version"
}

commit() {
    git -C "$(dirname "${BASH_SOURCE[0]}")" describe --always --dirty 2>/dev/null || echo unknown
}

# Describes what does not change during a run.
describe_machine() {
    local cpus virtual=""
    mapfile -t cpus < <(allowed_cpus)
    ! grep -q '^flags.*\bhypervisor\b' /proc/cpuinfo || virtual=", a virtual machine"
    cat <<END
- Machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc --all) CPUs (used: ${cpus[*]})$virtual,
  $(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo), Linux $(uname -r | cut -d - -f 1),
  frequency governor: $(cat /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor 2>/dev/null || echo "none seen"),
  idle states: $(cat /sys/devices/system/cpu/cpuidle/current_driver 2>/dev/null || echo "none seen").
- Pinning: "another CPU": daemon on CPU ${cpus[0]}, program on CPU ${cpus[-1]}; "the same CPU": both on CPU ${cpus[-1]}; "(no daemon)"
  and "not pinned, program is": program on CPU ${cpus[-1]}; "not pinned" and "three nodes": wherever the scheduler puts them. A
  program pins itself when it is connected.
- Versions: corosync $(version_of corosync), libqb $(version_of libqb100), libc $(version_of libc6), reference's libcmap
  $(version_of libcmap4), libcpg $(version_of libcpg4); ours: commit $(commit); compiler: $(c++ --version 2>/dev/null | head -n 1).
END
}

# Prints the CPU time used so far, in ticks: all, busy, stolen, and ours. Ours is that of this script with all processes
# that it has waited for, and of the processes in the caller's variable `daemons`.
read_ticks() {
    local pid
    awk '/^cpu / { print $2 + $3 + $4 + $5 + $6 + $7 + $8 + $9, $2 + $3 + $4 + $7 + $8, $9 }' /proc/stat
    awk '{ print $14 + $15 + $16 + $17 }' "/proc/$$/stat"
    # shellcheck disable=SC2154 # see above
    for pid in "${daemons[@]}"; do
        sed 's/.*) //' "/proc/$pid/stat" | awk '{ print $12 + $13 }'
    done
}

loads=() last_ticks=()

# note_load: notes how much of all CPUs other programs and the hypervisor have used since the last note.
note_load() {
    local ticks
    mapfile -t ticks < <(read_ticks | awk 'NR == 1 { all = $1; busy = $2; stolen = $3; next } { ours += $1 }
        END { print all; print busy; print stolen; print ours }')
    if [ ${#last_ticks[@]} -gt 0 ]; then
        loads+=("$(awk -v all=$((ticks[0] - last_ticks[0])) -v busy=$((ticks[1] - last_ticks[1])) \
            -v stolen=$((ticks[2] - last_ticks[2])) -v ours=$((ticks[3] - last_ticks[3])) 'BEGIN {
            other = busy > ours ? busy - ours : 0
            print all, other, stolen }')")
    fi
    last_ticks=("${ticks[@]}")
}

# Starts the counting again if there are other daemons.
end_load() {
    last_ticks=()
}

describe_load() {
    [ ${#loads[@]} -gt 0 ] || return 0
    printf '%s\n' "${loads[@]}" | awk '
        { all += $1; other += $2; stolen += $3; share = 100 * $2 / $1; if (share > most) most = share }
        END {
            printf "Other load: %.1f %% of all CPUs on average, %.1f %% in the worst round; taken by the hypervisor: %.1f %%.\n",
                100 * other / all, most, 100 * stolen / all
        }'
}
