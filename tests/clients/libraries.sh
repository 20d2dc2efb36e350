# Sourced by the tests of clients: which libraries a process had.
# shellcheck shell=bash

# loaded SONAME TRACE...: by these traces of the dynamic linker (LD_DEBUG=libs), the files that processes took that
# library from, and how many did.
loaded() {
    local soname=$1
    shift
    sed -n "s|.*calling init: \(.*/$soname\)\$|\1|p" "$@" | sort | uniq -c | awk '{print $2, $1}'
}

# need_reference FOLDER: the reference's libraries are there.
need_reference() {
    [ -e "$1/libcmap.so.4" ] || {
        echo "the reference's libraries are not installed: skipped" >&2
        exit 77
    }
}
