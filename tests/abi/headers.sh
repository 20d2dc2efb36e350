# What the tests of the headers share. The caller sets $cc and has a directory of its own as the current one.

headers="corotypes corodefs hdb cmap cpg votequorum"

fail()
{
    echo "FAILED: $*" >&2
    exit 1
}

all_headers() # as source text
{
    printf '#include <corosync/%s.h>\n' $headers
}

items() # include-directory: what the headers define, see headers.awk
{
    for header in $headers; do
        # Without the preprocessor's conditions: both values of a macro count, and it says that there are two.
        $cc -w -fpreprocessed -dD -E -P "$1/corosync/$header.h" 2>/dev/null | awk -f "$here/headers.awk" |
            sed "s/^/$header /"
    done | LC_ALL=C sort -u
}

prototypes() # include-directory: the functions that the headers declare, one a line
{
    all_headers > prototypes.c
    $cc -w -fsyntax-only -I"$1" -aux-info prototypes.txt prototypes.c
    sed -n 's,^/\* .*/corosync/[a-z]*\.h:.*\*/ \(\(extern\|static\) [^;]*;\).*,\1,p' prototypes.txt | LC_ALL=C sort
}

require_reference() # include-directory: nothing to compare with is a skipped test
{
    for header in $headers; do
        [ -r "$1/corosync/$header.h" ] || { echo "SKIPPED: no $1/corosync/$header.h"; exit 77; }
    done
}
