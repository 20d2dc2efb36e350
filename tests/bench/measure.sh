#!/usr/bin/env bash
# measure.sh LIBRARIES PROGRAMS RESULTS ROUNDS, inside sandbox.sh: runs the measures of measures.sh on the reference and
# on the libraries in LIBRARIES, writes what the programs say to RESULTS and prints the table.
#
# A line of RESULTS: number of the measure or name of the floor, round, library or "floor", figure, value.

set -eu -o pipefail

here=$(dirname "$0")
. "$here/../support/node.sh"

libraries=$1 programs=$2 results=$3 rounds=$4

# The CPUs that we may use. The programs get the last one.
mapfile -t cpus < <(taskset -cp $$ | sed 's/.*: //' | tr , '\n' | while IFS=- read -r first last; do
    seq "$first" "${last:-$first}"
done)
client_cpu=${cpus[-1]}
all_cpus=$(IFS=,; echo "${cpus[*]}")

whats=() places=() figures=() commands=()
floors=() floor_commands=()
floor() {
    floors+=("$1")
    shift
    floor_commands+=("$*")
}
measure() {
    if [ "$2" = other ] && [ ${#cpus[@]} -lt 2 ]; then
        echo "A single CPU: left out is '$1' with the daemon on another" >&2
        return
    fi
    whats+=("$1") places+=("$2") figures+=("$3")
    shift 3
    commands+=("$*")
}
# shellcheck source=measures.sh
. "$here/measures.sh"

start_node ""
daemon=$!
policy=$(chrt -p "$daemon" | sed 's/.*: //' | paste -sd ' ')

# Where the daemon's threads are, and the program's when it is connected.
place() {
    local daemon_cpus=$all_cpus
    BENCH_CPU=$client_cpu
    case $1 in
    other) daemon_cpus=${cpus[0]} ;;
    same) daemon_cpus=$client_cpu ;;
    none) ;;
    free) BENCH_CPU='' ;;
    esac
    taskset -acp "$daemon_cpus" "$daemon" >/dev/null
    export BENCH_CPU
}

# run NUMBER ROUND LIBRARY: one program on one library, which must be the one that was meant.
run() {
    local said=$WORK/said command path environment=(-u LD_LIBRARY_PATH)
    [ "$3" = reference ] || environment=(LD_LIBRARY_PATH="$libraries")
    read -ra command <<<"${commands[$1]}"
    case ${command[0]} in
    count) command=("$here/count.sh" "${command[1]}" "$programs/burst" "${command[@]:2}") ;;
    *) command[0]=$programs/${command[0]} ;;
    esac
    # Who plays the daemon cannot have its name where the real one is.
    [ "${places[$1]}" != none ] || command=(unshare --net "${command[@]}")
    # The reference talks on standard error.
    env "${environment[@]}" "${command[@]}" >"$said" 2>"$WORK/complaints" || {
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
        echo "$path" >>"$WORK/$3"
    done < <(sed -n 's/^library //p' "$said")
    [ -s "$WORK/$3" ] || {
        echo "it is not known which library was loaded" >&2
        return 1
    }
    sed '/^library /d' "$said" | awk -v OFS='\t' -v n="$1" -v round="$2" -v library="$3" '{ print n, round, library, $1, $2 }' \
        >>"$results"
}

# Pairs of one measure lie apart, so that what disturbs the machine for a while disturbs a few pairs of each. Each
# library goes first in every second pair.
: >"$results"
for ((round = 1; round <= rounds; ++round)); do
    pair=(reference ours)
    ((round % 2)) || pair=(ours reference)
    for number in "${!commands[@]}"; do
        # What is counted is the same each time.
        [[ $round = 1 || ${commands[number]} != count* ]] || continue
        place "${places[number]}"
        for library in "${pair[@]}"; do
            run "$number" "$round" "$library"
        done
    done
    for number in "${!floors[@]}"; do
        read -ra command <<<"${floor_commands[number]}"
        BENCH_CPU=$client_cpu "$programs/floor" "${command[@]}" |
            sed "s/^time /${floors[number]}\t$round\tfloor\ttime\t/" >>"$results"
    done
done

for number in "${!commands[@]}"; do
    for figure in ${figures[number]}; do
        IFS=: read -r name goal floor <<<"$figure"
        printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$number" "${whats[number]}" "${places[number]}" "$name" "$goal" "$floor"
    done
done >"$WORK/rows"
echo
awk -v points="$WORK/points" -f "$here/table.awk" "$WORK/rows" "$results"
[ "$rounds" = 1 ] || gnuplot -e "points='$WORK/points'; svg='${results%/*}/ratios.svg'" "$here/plot.gp"

files() {
    sort -u "$1" | paste -sd ' '
}
cat <<END

$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), ${#cpus[@]} CPUs, Linux $(uname -r), $(corosync -v | head -n 1).
The daemon's scheduling: $policy. Reference: $(files "$WORK/reference").
Ours: $(files "$WORK/ours" | sed "s|${libraries%/*/*}/||g"). $rounds pairs; medians, and the least and greatest ratio of a
pair. "cpu" is the client's CPU time per call. A pinned client pins itself when it is connected.
END
