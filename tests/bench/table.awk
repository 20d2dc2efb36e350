# table.awk [-v points=FILE] ROWS RESULTS: the Markdown table. ROWS: number of the measure, its words, where, figure,
# goal, floor. RESULTS: see measure.sh. To `points` go the ratios of all pairs, for the plot.

BEGIN {
    FS = "\t"
    where["other"] = "another CPU"
    where["same"] = "the same CPU"
    where["free"] = "not pinned"
    where["none"] = "(no daemon)"
}

FNR == NR {
    rows++
    key[rows] = $1 SUBSEP $4
    figure[rows] = $4
    what[rows] = $2 ", " $4
    place[rows] = where[$3]
    goal[rows] = $5
    floor[rows] = $6
    next
}

{
    value[$3, $1, $4, $2] = $5
    seen[$3, $1, $4] = $2 > seen[$3, $1, $4] ? $2 : seen[$3, $1, $4]
}

# Sorts list[1..n].
function sort(list, n,    i, j, moved)
{
    for (i = 2; i <= n; i++) {
        moved = list[i]
        for (j = i - 1; j > 0 && list[j] > moved; j--)
            list[j + 1] = list[j]
        list[j + 1] = moved
    }
}

# Of a sorted list.
function median(list, n)
{
    return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

function with_unit(name, number)
{
    if (name == "syscalls")
        return sprintf("%.3f", number)
    if (name == "instructions")
        return sprintf("%.0f", number)
    if (name == "memory" || name == "stack")
        return sprintf("%.1f KiB", number / 1024)
    return sprintf(number < 1000 ? "%.3f µs" : number < 10000 ? "%.2f µs" : "%.1f µs", number / 1000)
}

function floor_of(row,    round, rounds, list)
{
    if (floor[row] == "")
        return ""
    rounds = seen["floor", floor[row], "time"]
    for (round = 1; round <= rounds; round++)
        list[round] = value["floor", floor[row], "time", round] + 0
    sort(list, rounds)
    return with_unit("time", median(list, rounds))
}

END {
    print "| measure | daemon on | floor | reference | ours | ratio (min..max) | goal |"
    print "|---|---|---|---|---|---|---|"
    for (row = 1; row <= rows; row++) {
        rounds = seen["reference", key[row]]
        if (rounds == 0) {
            print "no value for " what[row] > "/dev/stderr"
            exit 1
        }
        for (round = 1; round <= rounds; round++) {
            reference[round] = value["reference", key[row], round] + 0
            ours[round] = value["ours", key[row], round] + 0
            if (reference[round] == 0) {
                print "a value of nothing for " what[row] > "/dev/stderr"
                exit 1
            }
            ratio[round] = ours[round] / reference[round]
            if (points != "" && rounds > 1)
                printf "%d\t%s, %s\t%s\n", row, what[row], place[row], ratio[round] > points
        }
        sort(reference, rounds)
        sort(ours, rounds)
        sort(ratio, rounds)
        middle = median(ratio, rounds)
        verdict = goal[row] == "" ? "" : "<= " goal[row] (middle <= goal[row] ? ": met" : ": missed")
        spread = rounds > 1 ? sprintf(" (%.2f..%.2f)", ratio[1], ratio[rounds]) : ""
        printf "| %s | %s | %s | %s | %s | %.2f%s | %s |\n", what[row], place[row], floor_of(row),
            with_unit(figure[row], median(reference, rounds)), with_unit(figure[row], median(ours, rounds)), middle,
            spread, verdict
    }
}
