# SPDX-License-Identifier: BSD-3-Clause
# Prints the errors that the comments of a header promise, as lines "FUNCTION ERROR", or "FUNCTION or ERROR" for an
# error that any function may return, according to the comment at the top of the header. A comment is for all functions
# that follow it, up to the next comment. "errors of FUNCTION()" in it adds that function's errors, and "but ERROR"
# after that takes one away.

/^\/\*/ { split("", errors); text = ""; comment = 1 }
comment { text = text $0 }
comment && /^ \* CS_ERR_/ { errors[$2] }
/^ \*   CS_ERR_/ { any[$2] }
/\*\// { comment = 0; next }
comment { next }
/^cs_error_t / {
    name = $2
    sub(/\(.*/, "", name)
    for (error in errors)
        own[name, error]
    rest = text
    gsub(/[ *\n]+/, " ", rest)
    if (match(rest, /errors of [a-z_]+\(\)( but CS_ERR_[A-Z_]+)?/)) {
        split(substr(rest, RSTART, RLENGTH), words, " ")
        sub(/\(\)/, "", words[3])
        for (key in own) {
            split(key, pair, SUBSEP)
            if (pair[1] == words[3] && pair[2] != words[5])
                also[name, pair[2]]
        }
        for (key in also)
            own[key]
    }
    names[name]
}
END {
    for (key in own) {
        split(key, pair, SUBSEP)
        print pair[1], pair[2]
    }
    for (name in names)
        for (error in any)
            if (!((name, error) in own))
                print name, "or", error
}
