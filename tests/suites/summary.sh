#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# summary.sh RESULTS LOG: what ctest left in RESULTS (--output-junit) and in LOG (LastTest.log), in few lines:
#
# passed NUMBER
# failed NUMBER
# skipped NUMBER
# skipped NAME: REASON            for each test that was skipped; the reason is the last line that it wrote
# NUMBER skipped within: REASON   for those parts of tests that were skipped, by reasons. Scripts say of such a part
#                                 "REASON: skipped in part"
# failed NAME: WHAT               for each test that failed
#
# A test has passed only if ctest says that it was run, and it is skipped only if it asked for that itself and said why;
# all others have failed. The status is that of all together: 0 if there are tests, and none has failed.

set -eu
results=$1 log=$2
[ -s "$results" ] && [ -e "$log" ] || {
    echo "failed the tests left no results"
    exit 1
}

status=0
awk -v RS='<testcase ' '
function value(text, attribute) # of the first such attribute, without markup
{
    if (!match(text, attribute "=\"[^\"]*\""))
        return ""
    return plain(substr(text, RSTART + length(attribute) + 2, RLENGTH - length(attribute) - 3))
}
function plain(text)
{
    gsub(/&lt;/, "<", text)
    gsub(/&gt;/, ">", text)
    gsub(/&quot;/, "\"", text)
    gsub(/&apos;/, "\047", text)
    gsub(/&amp;/, "\\&", text)
    return text
}
function last_line(text)
{
    if (!match(text, /<system-out>/))
        return ""
    text = substr(text, RSTART + RLENGTH)
    sub(/<\/system-out>.*/, "", text)
    sub(/[ \n]+$/, "", text)
    sub(/.*\n/, "", text)
    return plain(text)
}

NR == 1 {
    announced = value($0, "tests")
    next
}
{
    name = value($0, "name")
    state = value($0, "status")
    reason = last_line($0)
    count++
    if (state == "run")
        passed++
    else if (state == "notrun" && value($0, "skipped message") ~ /^SKIP_/ && reason != "") {
        sub(/:? skipped$/, "", reason)
        skips[++skipped] = name ": " reason
    } else {
        if (match($0, /\[  FAILED  \] [^ \n]+/)) # of a program with many tests, the first that did
            reason = substr($0, RSTART + 13, RLENGTH - 13)
        failures[++failed] = name ": " (state == "fail" ? "failed" : state) (reason != "" ? ": " reason : "")
    }
}

END {
    if (count != announced)
        failures[++failed] = "all: " announced " tests were to be run, and there are results of " count + 0
    printf "passed %d\nfailed %d\nskipped %d\n", passed, failed, skipped
    for (i = 1; i <= skipped; i++)
        print "skipped " skips[i]
    for (i = 1; i <= failed; i++)
        print "failed " failures[i]
    exit failed > 0 || passed == 0
}' "$results" || status=$?

sed -n -e '/\.cpp:[0-9]*: Skipped$/{n;p;}' -e 's/: skipped in part$//p' "$log" | sort | uniq -c | sed 's/^ *\([0-9]*\) /\1 skipped within: /'
exit $status
