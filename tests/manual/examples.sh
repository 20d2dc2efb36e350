#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# examples.sh CC INCLUDE-DIRECTORY LIBRARY-DIRECTORY MANUAL, inside sandbox.sh
# Each example of the manual compiles without a warning, and does with a real daemon what its page says.

set -eu -o pipefail
here=$(dirname "$(realpath "$0")")
. "$here/pages.sh"
. "$here/../support/node.sh"
need_mandoc
cc=$1 include=$2 libraries=$3 manual=$4
enter_scratch
export LD_LIBRARY_PATH=$libraries

# program PAGE: the text of its example from the first line with an #include to the last brace that ends a function.
program() {
    text "$1" | section EXAMPLES | awk '
        /#include/ { started = 1 }
        started { text = text $0 "\n" }
        /^     }$/ { program = text }
        END { printf "%s", program }'
}

has_printed() { # EXAMPLE LINE
    grep -qx -e "$2" "$1.output"
}

expect_output() { # EXAMPLE: as on standard input
    diff -u - "$1.output" || fail "the example of $1(3) printed something else"
}

# One function for each page with an example: it runs ./PAGE and checks what that does.

cmap_overview() {
    ./cmap_overview >cmap_overview.output
    echo fixture | expect_output cmap_overview
}

cmap_dispatch() {
    stdbuf -oL ./cmap_dispatch >cmap_dispatch.output &
    await 20 has_printed cmap_dispatch "example.colour is red" || fail "cmap_dispatch(3): no event"
    corosync-cmapctl -s example.number u32 7
    corosync-cmapctl -d example.colour
    corosync-cmapctl -s example.stop u8 1
    wait $! || fail "cmap_dispatch(3): status $?"
    expect_output cmap_dispatch <<'END'
example.colour is red
example.number has 4 bytes
example.colour is deleted
example.stop has 1 bytes
END
}

cpg_dispatch() {
    ./cpg_dispatch >cpg_dispatch.output || fail "cpg_dispatch(3): status $?"
    expect_output cpg_dispatch <<'END'
1 members
node 1: hello
0 members
END
}

votequorum_dispatch() {
    ./votequorum_dispatch >votequorum_dispatch.output || fail "votequorum_dispatch(3): status $?"
    expect_output votequorum_dispatch <<'END'
node 1 is present
quorate: yes
END
}

# In a network namespace of its own it finds no daemon.
cs_client_reason() {
    ! unshare -n ./cs_client_reason 2>cs_client_reason.output || fail "cs_client_reason(3): it found a daemon"
    grep -q "^no connection: nobody listens on the socket 'cmap' in this network namespace; " cs_client_reason.output ||
        fail "cs_client_reason(3): $(cat cs_client_reason.output)"
    ./cs_client_reason || fail "cs_client_reason(3): status $?"
}

start_node ""
examples=0
for page in "$manual"/*.3; do
    name=$(basename "$page" .3)
    program "$page" >"$name.c"
    [ -s "$name.c" ] || continue
    library=$(text "$page" | section LIBRARY | grep -o -e '-l[a-z_]*')
    "$cc" -Wall -Wextra -Werror -I"$include" "$name.c" -o "$name" -L"$libraries" "$library" -lcmap -lcorosync_common ||
        fail "the example of $name(3) does not compile"
    "$name"
    examples=$((examples + 1))
done
[ "$examples" -ge 4 ] || fail "only $examples examples were found"
