# SPDX-License-Identifier: BSD-3-Clause
# Shared by the tests of the headers. The caller sets $cc and has changed to a directory of its own.
# shellcheck disable=SC2154

headers="corotypes corodefs hdb cmap cpg votequorum"
# shellcheck disable=SC2034 # for the scripts that source this one
ours_alone="client" # the reference has no such header

fail()
{
    echo "FAILED: $*" >&2
    exit 1
}

all_headers() # as source text
{
    printf '#include <corosync/%s.h>\n' $headers
}

items() # include-directory: the items that the headers define, see headers.awk
{
    for header in $headers; do
        # Ignores the preprocessor's conditions: a macro may have two values, and both are printed.
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

additions_to_suppress() # for abidiff: the functions and types of additions.txt, and a pointer_to_ each of these
{
    functions=$(sed -n 's/^function extern .* \**\([a-z_]*\) (.*/\1/p' "$here/additions.txt" | paste -sd '|')
    types=$(sed -n 's/^[a-z]* type //p' "$here/additions.txt" | tr ' ' _ | paste -sd '|')
    cat <<END
[suppress_function]
change_kind = added-function
name_regexp = ^($functions)\$

[suppress_variable]
change_kind = added-variable
name_regexp = ^pointer_to_($types)\$
END
}

require_compiler() # $cc must make programs; with -m32 only if there is a C library for that
{
    echo 'int main(void) { return 0; }' > program.c
    # shellcheck disable=SC2086 # a command with its options
    $cc program.c -o program 2> program.errors ||
        { echo "$cc makes no programs, $(tail -n 1 program.errors): skipped"; exit 77; }
}

require_runner() # sets $run, the command that runs programs of $cc: with -m32 they may need qemu
{
    require_compiler
    for run in '' qemu-i386 qemu-i386-static; do
        ! $run ./program 2> /dev/null || return 0
    done
    echo "the kernel does not run what $cc makes, and qemu-i386 is not installed: skipped"
    exit 77
}

require_reference() # include-directory: without the reference's headers the test is skipped
{
    for header in $headers; do
        [ -r "$1/corosync/$header.h" ] || { echo "there is no $1/corosync/$header.h: skipped"; exit 77; }
    done
}
