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
# repeated NAME: WHAT             for each test that failed and then passed; WHAT is that of its failed run
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
awk '
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
function between(text, start, end)
{
    if (!match(text, start))
        return ""
    text = substr(text, RSTART + RLENGTH)
    return match(text, end) ? substr(text, 1, RSTART - 1) : text
}
function last_line(text)
{
    sub(/[ \n]+$/, "", text)
    sub(/.*\n/, "", text)
    return text
}
function first_failed(text) # of a program with many tests
{
    return match(text, /\[  FAILED  \] [^ \n]+/) ? substr(text, RSTART + 13, RLENGTH - 13) : ""
}
function colon(text)
{
    return text == "" ? "" : ": " text
}

log_of_runs {
    name = between($0, "^", "\n")
    output = between($0, "Output:\n-+\n", "<end of output>\n")
    if (name in well && $0 !~ /<end of output>\n.*\nTest Passed\.\n/)
        repeats[++repeated] = name colon(first_failed(output) != "" ? first_failed(output) : last_line(output))
    next
}
FNR == 1 {
    announced = value($0, "tests")
    next
}
{
    name = value($0, "name")
    state = value($0, "status")
    reason = plain(last_line(between($0, "<system-out>", "</system-out>")))
    count++
    if (state == "run") {
        passed++
        well[name] = 1
    } else if (state == "notrun" && value($0, "skipped message") ~ /^SKIP_/ && reason != "") {
        sub(/:? skipped$/, "", reason)
        skips[++skipped] = name ": " reason
    } else {
        if (first_failed($0) != "")
            reason = first_failed($0)
        failures[++failed] = name ": " (state == "fail" ? "failed" : state) colon(reason)
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
    for (i = 1; i <= repeated; i++)
        print "repeated " repeats[i]
    exit failed > 0 || passed == 0
}' RS='<testcase ' "$results" log_of_runs=1 RS='\n-+\n\n?[0-9]+/[0-9]+ Testing: ' "$log" || status=$?

sed -n -e '/\.cpp:[0-9]*: Skipped$/{n;p;}' -e 's/: skipped in part$//p' "$log" | sort | uniq -c | sed 's/^ *\([0-9]*\) /\1 skipped within: /'
exit $status
