# SPDX-License-Identifier: BSD-3-Clause
# Prints the errors that a page documents, as lines "FUNCTION ERROR". The errors in its ERRORS section are for all
# functions in its NAME section; those in a subsection are for the functions that the subsection names.

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
