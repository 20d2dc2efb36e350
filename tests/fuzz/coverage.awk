# SPDX-License-Identifier: BSD-3-Clause
# Reads lcov files. Prints how many lines of each of the `wanted` files in the folder `sources` were reached in any of
# them, and the lines that were not. FILE:FUNCTION means one function of a file.

BEGIN {
    FS = "[:,]"
    count = split(wanted, names, " ")
    for (i = 1; i <= count; ++i) {
        split(names[i], parts)
        file_of[i] = parts[1]
        function_of[parts[1]] = parts[2]
    }
}

$1 == "SF" {
    file = $2
    sub(/^.*\/src\//, "", file)
    counted = file in function_of
    delete starts
    begin = 0
    end = 0
}
!counted { next }

# Functions come before lines, each with its first line and its mangled name. A function ends where the next one begins.
$1 == "FN" {
    starts[$2]
    if (function_of[file] != "" && index($3, length(function_of[file]) function_of[file]))
        begin = $2
}
$1 == "DA" && end == 0 {
    end = 2 ^ 31
    for (start in starts)
        if (begin > 0 && start > begin && start + 0 < end)
            end = start + 0
}
$1 == "DA" && $2 < end && (function_of[file] == "" || (begin > 0 && $2 >= begin)) {
    if (!((file, $2) in hits))
        ++lines[file]
    if ($3 > 0 && hits[file, $2] + 0 == 0)
        ++reached[file]
    hits[file, $2] += $3
}

END {
    for (i = 1; i <= count; ++i) {
        file = file_of[i]
        all += lines[file]
        hit += reached[file]
        printf "%-36s %4d of %4d lines\n", names[i], reached[file], lines[file]
    }
    printf "%-36s %4d of %4d lines, %.1f %%\n", "together", hit, all, 100 * hit / (all + (all == 0))
    for (i = 1; i <= count; ++i)
        for (number = 1; (getline text < (sources "/" file_of[i])) > 0; ++number)
            if ((file_of[i], number) in hits && hits[file_of[i], number] == 0)
                printf "%s:%d:%s\n", file_of[i], number, text
}
