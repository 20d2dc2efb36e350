# SPDX-License-Identifier: BSD-3-Clause
# The errors that a page documents, one "FUNCTION ERROR" a line. Those of its ERRORS section are for all functions that
# its NAME section has, or for the functions that a subsection of it names.

/^\.Nm [a-z]/ && !errors { names[++count] = $2 }
/^\.Sh/ { errors = $2 == "ERRORS"; split("", only); somebody = 0 }
/^\.Ss/ && errors {
    split("", only)
    somebody = 1
    for (i = 2; i <= NF; ++i) {
        sub(/,$/, "", $i)
        only[$i]
    }
}
/^\.It Dv CS_ERR_/ && errors {
    for (i = 1; i <= count; ++i)
        if (!somebody || names[i] in only)
            print names[i], $3
}
