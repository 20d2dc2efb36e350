# SPDX-License-Identifier: BSD-3-Clause
# Sourced by run.sh and measure.sh: reads the rows of measures.sh and selects some of them.
# shellcheck shell=bash

declare -A words=() place=() figures=() command_of=() kind=() quick_row=() floor_command=()
all_rows=() rows=() all_gains=()

# shellcheck disable=SC2034 # for measure.sh
floor() {
    floor_command[$1]=${*:2}
}
measure() {
    all_rows+=("$1")
    kind[$1]=measured place[$1]=$2 figures[$1]=$3 words[$1]=$4 command_of[$1]=${*:5}
}
counted() {
    measure "$@"
    kind[$1]=counted
}
quick() {
    "$@"
    quick_row[$2]=1
}
gain() {
    all_gains+=("$1	$2	$3")
}
. "$(dirname "${BASH_SOURCE[0]}")/measures.sh"

# select_rows PATTERN...: "quick" selects the rows of the default run, "all" all rows; anything else is a name, or a
# shell pattern for names. The order is that of measures.sh.
select_rows() {
    local pattern row
    declare -A wanted=()
    for pattern; do
        local found=
        for row in "${all_rows[@]}"; do
            # shellcheck disable=SC2053 # it is a pattern
            if [ "$pattern" = all ] || [[ $row == $pattern ]] || { [ "$pattern" = quick ] && [ -n "${quick_row[$row]-}" ]; }; then
                wanted[$row]=1 found=1
            fi
        done
        [ "$found" ] || {
            echo "$pattern: no such row; --list names them" >&2
            return 1
        }
    done
    for row in "${all_rows[@]}"; do
        [ -z "${wanted[$row]-}" ] || rows+=("$row")
    done
}

unselect_row() {
    local row left=()
    for row in "${rows[@]}"; do
        [ "$row" = "$1" ] || left+=("$row")
    done
    rows=("${left[@]}")
}

# rows_on one|three: nodes.
rows_on() {
    local row nodes
    for row in "${rows[@]}"; do
        nodes=one
        [ "${place[$row]}" != nodes ] || nodes=three
        [ "$nodes" != "$1" ] || echo "$row"
    done
}

# Prints the size of a row's message, if the row is a point of the plot.
size_of() {
    case ${place[$1]}:${command_of[$1]} in
    free:"stream blocking "*" idle") cut -d ' ' -f 3 <<<"${command_of[$1]}" ;;
    esac
}

# Prints the lines of the selected rows, in the form of results.hpp.
write_lines() {
    local row name goal floor figure
    for row in "${rows[@]}"; do
        for figure in ${figures[$row]}; do
            IFS=: read -r name goal floor <<<"$figure"
            printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$row" "${words[$row]}" "${place[$row]}" "${kind[$row]}" "$name" \
                "$goal" "$floor" "$(size_of "$row")"
        done
    done
}

# Prints the gains of the selected rows.
write_gains() {
    local gain
    for gain in "${all_gains[@]}"; do
        # shellcheck disable=SC2076 # not a pattern
        [[ ! " ${rows[*]} " =~ " ${gain%%	*} " ]] || echo "$gain"
    done
}
