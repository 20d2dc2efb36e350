#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# witness.sh CC INCLUDE-DIRECTORY: prints the functions for witness.c, made from the prototypes of the headers.

set -eu
. "$(dirname "$0")/pages.sh"
declarations "$2" "$1" | grep -oE 'cs_error_t (cmap|cpg|votequorum)_[a-z0-9_]+\([^(){};]*\);' | awk '
    {
        sub(/;$/, "")
        name = $2
        sub(/\(.*/, "", name)
        arguments = $0
        sub(/^[^(]*\(/, "", arguments)
        sub(/\)$/, "", arguments)
        count = split(arguments, parameters, ",")
        passed = ""
        for (i = 1; i <= count; ++i) {
            sub(/\[\]$/, "", parameters[i])
            match(parameters[i], /[a-z0-9_A-Z]+$/)
            passed = passed (i > 1 ? ", " : "") substr(parameters[i], RSTART)
        }
        print $0 " { WITNESS(" name ", (" passed ")); }"
    }'
