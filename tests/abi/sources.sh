# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the tests that compile the sources for other machines and C libraries: $rules is how the libraries are compiled
# (without -Wshadow: a name of one source may be in another, too).
# shellcheck shell=sh

# shellcheck disable=SC2034 # for the scripts that source this one
rules='-D_GNU_SOURCE -fno-exceptions -fno-rtti -fno-threadsafe-statics -Wall -Wextra -Wpedantic -Wconversion -Werror'

compile_all() # SOURCE-FOLDER: the sources, by the caller's compile(), those of a folder at once, which takes less time
{
    count=$(ls "$1"/src/*/*.cpp | wc -l)
    for folder in "$1"/src/*/; do
        sources=$(find "$folder" -name '*.cpp')
        [ -n "$sources" ] || continue
        echo "$sources" | sed 's/.*/#include "&"/' | compile - || { echo "FAILED: $folder"; exit 1; }
    done
}
