# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the tests that compile the sources for other machines and C libraries: $rules is how the libraries are compiled.
# shellcheck shell=sh

# shellcheck disable=SC2034 # for the scripts that source this one
rules='-D_GNU_SOURCE -fno-exceptions -fno-rtti -fno-threadsafe-statics -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror'

compile_all() # SOURCE-FOLDER: each source, by the caller's compile()
{
    count=0
    for file in "$1"/src/*/*.cpp; do
        compile "$file" || { echo "FAILED: $file"; exit 1; }
        count=$((count + 1))
    done
}
