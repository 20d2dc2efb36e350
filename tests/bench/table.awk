# table.awk ROWS RESULTS: the Markdown table. ROWS: number of the measure, its words, where, figure, goal. RESULTS: see
# measure.sh.

BEGIN {
    FS = "\t"
    where["other"] = "another CPU"
    where["same"] = "the same CPU"
    where["free"] = "not pinned"
}

FNR == NR {
    rows++
    key[rows] = $1 SUBSEP $4
    what[rows] = $2 ", " $4
    place[rows] = where[$3]
    goal[rows] = $5
    next
}

{
    value[$3, $1, $4, $2] = $5
    if ($2 > rounds)
        rounds = $2
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

function microseconds(ns)
{
    return sprintf(ns < 10000 ? "%.2f µs" : "%.1f µs", ns / 1000)
}

END {
    print "| measure | daemon on | reference | ours | ratio (min..max) | goal |"
    print "|---|---|---|---|---|---|"
    for (row = 1; row <= rows; row++) {
        for (round = 1; round <= rounds; round++) {
            reference[round] = value["reference", key[row], round] + 0
            ours[round] = value["ours", key[row], round] + 0
            if (reference[round] == 0) {
                print "no value for " what[row] > "/dev/stderr"
                exit 1
            }
            ratio[round] = ours[round] / reference[round]
        }
        sort(reference, rounds)
        sort(ours, rounds)
        sort(ratio, rounds)
        middle = median(ratio, rounds)
        verdict = goal[row] == "" ? "" : "<= " goal[row] (middle <= goal[row] ? ": met" : ": missed")
        printf "| %s | %s | %s | %s | %.2f (%.2f..%.2f) | %s |\n", what[row], place[row],
            microseconds(median(reference, rounds)), microseconds(median(ours, rounds)), middle, ratio[1],
            ratio[rounds], verdict
    }
}
