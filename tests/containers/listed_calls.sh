#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# listed_calls.sh PAGE: prints the system calls that the page lists, as the elements of an array in C. Some
# architectures do not have all of them.

set -eu -o pipefail
. "$(dirname "$0")/page.sh"

listed . "$1" | sed 's/.*/#ifdef SYS_&\n{"&", SYS_&},\n#endif/'
