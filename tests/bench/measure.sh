#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# measure.sh LIBRARIES PROGRAMS RESULTS PAIRS SECONDS MINUTES ROW..., inside sandbox.sh: runs these rows of measures.sh
# on the reference and on the libraries in LIBRARIES. The folder RESULTS then has the programs' output (results.tsv; for
# its columns see results.hpp), the rows (lines.tsv), the tables (table.md, streams.md, gains.md), a description of the
# run (run.md), the milliseconds that each row took (spent.tsv) and the plot (speed.svg). Gains and plot exist only if
# their rows were measured.
#
# Each row gets PAIRS pairs, and more until its intervals are narrow, or until SECONDS were spent on it or MINUTES on all.

set -eu -o pipefail

here=$(dirname "$0")
. "$here/../support/node.sh"
. "$here/../support/cluster.sh"
. "$here/machine.sh"

libraries=$1 programs=$2 results=$3 pairs=$4 seconds=$5 minutes=$6
shift 6
lines=$results/lines.tsv said=$results/results.tsv

# The CPUs that we may use. The programs get the last one.
mapfile -t cpus < <(allowed_cpus)
client_cpu=${cpus[-1]}
all_cpus=$(IFS=,; echo "${cpus[*]}")

. "$here/rows.sh"
select_rows "$@"
for row in "${rows[@]}"; do
    if [ "${place[$row]}" = other ] && [ ${#cpus[@]} -lt 2 ]; then
        echo "A single CPU: left out is $row, with the daemon on another" >&2
        unselect_row "$row"
    fi
done

# Links with the same names for both libraries, so that the dynamic linker has the same work for both.
reference=$WORK/reference
mkdir "$reference"
ldd "$programs/start" | sed -n 's/^\t\(lib\(cmap\|cpg\|votequorum\|corosync_common\)\.so[^ ]*\) => \(.*\) (.*/\1 \3/p' |
    while read -r name path; do
        ln -s "$(realpath "$path")" "$reference/$name"
    done

# place_for ROW: sets the CPUs of the daemon's threads, and the program's CPU after it has connected.
place_for() {
    local daemon_cpus=$all_cpus
    BENCH_CPU=$client_cpu
    case ${place[$1]} in
    other) daemon_cpus=${cpus[0]} ;;
    same) daemon_cpus=$client_cpu ;;
    pinned | none) ;;
    free | nodes) BENCH_CPU= ;;
    esac
    [ "${place[$1]}" = nodes ] || taskset -acp "$daemon_cpus" "$daemon" >/dev/null
    export BENCH_CPU
}

# run ROW PAIR LIBRARY: runs one program on one library, and checks that it was that library.
run() {
    local answer=$WORK/answer path command folder=$reference
    [ "$3" = reference ] || folder=$libraries
    read -ra command <<<"${command_of[$1]}"
    case ${command[0]} in
    *.sh) command=("$here/${command[0]}" "${command[1]}" "$programs" "${command[@]:2}") ;;
    *) command[0]=$programs/${command[0]} ;;
    esac
    # A program that is the daemon, too, needs the daemon's socket name, so it cannot be in the real one's namespace.
    [ "${place[$1]}" != none ] || command=(unshare --net "${command[@]}")
    # The reference writes to standard error.
    LD_LIBRARY_PATH=$folder "${command[@]}" >"$answer" 2>"$WORK/complaints" || {
        echo "$1 failed on $3: ${command[*]}" >&2
        cat "$WORK/complaints" >&2
        return 1
    }
    while read -r path; do
        case $3:$path in
        ours:"$libraries"/*) ;;
        ours:* | reference:"$libraries"/*)
            echo "$path was loaded, where $3 was meant" >&2
            return 1
            ;;
        esac
        echo "$path" >>"$WORK/loaded.$3"
    done < <(sed -n 's/^library //p' "$answer")
    grep -q '^library ' "$answer" || {
        echo "it is not known which library was loaded" >&2
        return 1
    }
    sed '/^library /d' "$answer" |
        awk -v OFS='\t' -v row="$1" -v pair="$2" -v library="$3" '{ print row, pair, library, $1, $2 }' >>"$said"
}

# The pairs of one row are spread over the run, so that a disturbance of the machine affects only a few pairs of each
# row. Each library goes first in every second pair.
declare -A spent done_pairs
measure_pair() {
    local row=$1 began library order=(reference ours)
    began=$(now_ms)
    done_pairs[$row]=$((${done_pairs[$row]:-0} + 1))
    ((done_pairs[$row] % 2)) || order=(ours reference)
    place_for "$row"
    for library in "${order[@]}"; do
        run "$row" "${done_pairs[$row]}" "$library"
    done
    spent[$row]=$((${spent[$row]:-0} + $(now_ms) - began))
}

measure_floors() {
    local floor command
    for floor in "${!floor_command[@]}"; do
        grep -q "	$floor	[^	]*\$" "$lines" || continue
        read -ra command <<<"${floor_command[$floor]}"
        BENCH_CPU=$client_cpu "$programs/floor" "${command[@]}" | sed "s/^time /$floor\t$1\tfloor\ttime\t/" >>"$said"
    done
}

# measure_rows ROW...: measures in rounds, until all rows are done. Their share of the minutes depends on their number.
measure_rows() {
    local round=0 row end open=("$@")
    end=$((SECONDS + minutes * 60 * $# / ${#rows[@]}))
    while [ ${#open[@]} -gt 0 ]; do
        round=$((round + 1))
        for row in "${open[@]}"; do
            measure_pair "$row"
        done
        [ "$round" -gt "$pairs" ] || measure_floors "$round"
        note_load
        mapfile -t open < <("$programs/report" open "$lines" "$said" "$pairs" "${open[@]}" | while read -r row; do
            if [ "$round" -lt "$pairs" ] || { [ "${spent[$row]}" -lt $((seconds * 1000)) ] && [ "$SECONDS" -lt "$end" ]; }; then
                echo "$row"
            fi
        done)
        [ ! -t 2 ] || printf '\r%d pairs each; still open: %d rows \033[K' "$round" ${#open[@]} >&2
    done
    [ ! -t 2 ] || echo >&2
}

write_lines >"$lines"
: >"$said"
began=$SECONDS
mapfile -t on_one_node < <(rows_on one)
mapfile -t on_three < <(rows_on three)
policy=
if [ ${#on_one_node[@]} -gt 0 ]; then
    start_node ""
    daemon=$!
    daemons=("$daemon")
    policy=$(chrt -p "$daemon" | sed 's/.*: //' | paste -sd ' ')
    measure_rows "${on_one_node[@]}"
    end_load
    kill -KILL "$daemon"
    wait "$daemon" 2>/dev/null || true # otherwise bash prints how it ended
fi
if [ ${#on_three[@]} -gt 0 ]; then
    make_network 3
    start_cluster
    mapfile -t daemons < <(cat "$WORK"/n?.pid)
    : "${policy:=$(chrt -p "${daemons[0]}" | sed 's/.*: //' | paste -sd ' ')}"
    measure_rows "${on_three[@]}"
    end_load
fi

# Describes the run when it is done.
describe_run() {
    describe_machine
    describe_load | sed 's/^/- /'
    cat <<END
- The daemon's scheduling: $policy. Reference:
  $(sort -u "$WORK/loaded.reference" | paste -sd ' ').
  Ours: $(sort -u "$WORK/loaded.ours" | sed "s|${libraries%/*/*}/||g" | paste -sd ' ').
- ${#rows[@]} rows, at least $pairs pairs each, more for $seconds s each and $minutes minutes in all at most:
  $(((SECONDS - began + 59) / 60)) minutes.
END
}

report() {
    "$programs/report" "$1" "$lines" "$said" "${@:2}"
}
report table >"$results/table.md"
report streams >"$results/streams.md"
for row in "${rows[@]}"; do
    printf '%s\t%s\n' "$row" "${spent[$row]}"
done >"$results/spent.tsv"
write_gains >"$WORK/gains.tsv"
if [ -s "$WORK/gains.tsv" ]; then
    report gains "$WORK/gains.tsv"
    echo
    describe_load
fi >"$results/gains.md"
describe_run >"$results/run.md"
if [ "$(cut -f 8 "$lines" | grep -c .)" -gt 1 ]; then
    report points reference >"$WORK/reference.tsv"
    report points ours >"$WORK/ours.tsv"
    "$here/plot.sh" "$WORK/reference.tsv" "$WORK/ours.tsv" >"$results/speed.svg"
fi
