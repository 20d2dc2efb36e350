# SPDX-License-Identifier: BSD-3-Clause
# Lists what a header defines, from the output of "cc -fpreprocessed -dD -E -P", as lines
#   macro NAME | macro NAME = | enumerator NAME | type NAME | member TYPE.NAME
# where "=" marks a macro that has a body, and TYPE is a C type ("struct x" or a typedef's name).

function last_identifier(text) {
    sub(/ *\[[^]]*\] *$/, "", text)
    match(text, /[A-Za-z_0-9]+ *$/)
    text = substr(text, RSTART)
    sub(/ +$/, "", text)
    return text
}

function list_body(kind, type, body,    count, parts, i) {
    count = split(body, parts, kind == "enum" ? "," : ";")
    for (i = 1; i <= count; ++i) {
        sub(/ *=.*/, "", parts[i])
        if (parts[i] !~ /[A-Za-z]/)
            continue
        print kind == "enum" ? "enumerator " last_identifier(parts[i]) : "member " type "." last_identifier(parts[i])
    }
}

/^#define/ {
    name = $2
    if (name ~ /\(/) # with parameters: no value of its own
        sub(/\(.*/, "", name)
    else if (NF > 2)
        name = name " ="
    print "macro " name
    next
}

/^#/ { next }

{ text = text " " $0 }

END {
    gsub(/[ \t]+/, " ", text)
    while (match(text, /(typedef )?(struct|enum)( [a-z_0-9]+)? ?\{[^}]*\} ?[a-z_0-9]* ?;/)) {
        item = substr(text, RSTART, RLENGTH)
        text = substr(text, 1, RSTART - 1) substr(text, RSTART + RLENGTH)
        open = index(item, "{")
        close_ = index(item, "}")
        kind = item ~ /^(typedef )?enum/ ? "enum" : "struct"
        if (item ~ /^typedef/)
            type = last_identifier(substr(item, close_ + 1, length(item) - close_ - 1))
        else
            type = kind " " last_identifier(substr(item, 1, open - 1))
        print "type " type
        list_body(kind, type, substr(item, open + 1, close_ - open - 1))
    }
    while (match(text, /typedef [^;]*;/)) {
        item = substr(text, RSTART, RLENGTH - 1)
        text = substr(text, RSTART + RLENGTH)
        if (match(item, /\(\* ?[a-z_0-9]+\)/))
            item = substr(item, RSTART + 2, RLENGTH - 3)
        print "type " last_identifier(item)
    }
}
