#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# summary_test.sh CTEST SUMMARY: of each way in which a test can end, summary.sh makes what it should, and no failure is
# hidden among what was skipped.

set -eu -o pipefail
ctest=$1 summary=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# expect good|bad LINE...: with the tests in CTestTestfile.cmake, these are the lines, and that is the status.
expect() {
    local wanted=$1 result=good
    shift
    "$ctest" --output-junit "$PWD/results" --timeout 20 --repeat until-pass:2 >ctest.out 2>&1 || :
    "$summary" results Testing/Temporary/LastTest.log >said || result=bad
    [ "$result" = "$wanted" ] && diff <(printf '%s\n' "$@") said || {
        echo "FAILED: is $result, and should be $wanted, with these lines (<) and not those (>)"
        cat ctest.out
        exit 1
    }
    cases=$((cases + 1))
}
cases=0

cat >CTestTestfile.cmake <<'END'
add_test(well sh -c "echo '<&>'")
add_test(away sh -c "echo 'the <tool> is not installed: skipped'; exit 77")
set_tests_properties(away PROPERTIES SKIP_RETURN_CODE 77)
add_test(partly sh -c "printf '%s: Skipped\\nno users\\n' /a_test.cpp:7 /b_test.cpp:8")
add_test(script sh -c "echo 'no strace: skipped in part'")
END
expect good "passed 3" "failed 0" "skipped 1" "skipped away: the <tool> is not installed" "1 skipped within: no strace" \
    "2 skipped within: no users"

cat >CTestTestfile.cmake <<'END'
add_test(well true)
add_test(silent sh -c "exit 77")
set_tests_properties(silent PROPERTIES SKIP_RETURN_CODE 77)
END
expect bad "passed 1" "failed 1" "skipped 0" "failed silent: notrun"

cat >CTestTestfile.cmake <<'END'
add_test(well true)
add_test(wrong sh -c "echo oops; exit 1")
set_tests_properties(wrong PROPERTIES FIXTURES_SETUP fixture)
add_test(nowhere /nonexistent)
add_test(dependent true)
set_tests_properties(dependent PROPERTIES FIXTURES_REQUIRED fixture)
add_test(off true)
set_tests_properties(off PROPERTIES DISABLED ON)
add_test(liar sh -c "echo 'all is well: skipped'; exit 1")
set_tests_properties(liar PROPERTIES SKIP_RETURN_CODE 77)
add_test(killed sh -c "kill -SEGV $$")
add_test(program sh -c "printf '[  FAILED  ] Some.thing (2 ms)\\n[  SKIPPED ] 2 tests.\\n'; exit 1")
END
expect bad "passed 1" "failed 7" "skipped 0" "failed wrong: failed: oops" \
    "failed nowhere: notrun: Unable to find executable: /nonexistent" \
    "failed dependent: notrun: Failed test dependencies: wrong" "failed off: disabled: Disabled" \
    "failed liar: failed: all is well: skipped" "failed killed: failed" "failed program: failed: Some.thing"

# The first fails twice, the others only when they run first.
cat >CTestTestfile.cmake <<'END'
add_test(wrong sh -c "echo oops; exit 1")
add_test(moody sh -c "echo '.'; echo '1/1 Testing: it'; echo 'the <daemon> is late'; ! mkdir moody 2>seen")
add_test(slow sh -c "mkdir slow 2>seen || exit 0; sleep 60")
set_tests_properties(slow PROPERTIES TIMEOUT 1)
add_test(program sh -c "echo '[  FAILED  ] Some.thing (2 ms)'; echo 'Test Passed.'; ! mkdir program 2>seen")
END
expect bad "passed 3" "failed 1" "skipped 0" "failed wrong: failed: oops" "repeated moody: the <daemon> is late" \
    "repeated slow" "repeated program: Some.thing"

cat >CTestTestfile.cmake <<'END'
add_test(away sh -c "echo 'nothing is installed: skipped'; exit 77")
set_tests_properties(away PROPERTIES SKIP_RETURN_CODE 77)
END
expect bad "passed 0" "failed 0" "skipped 1" "skipped away: nothing is installed"

# Results that end in the middle.
sed -i 's/tests="1"/tests="2"/' results
! "$summary" results Testing/Temporary/LastTest.log >said || fail "half of the results are taken for all"
grep -qx 'failed all: 2 tests were to be run, and there are results of 1' said || fail "$(cat said)"
: >results
! "$summary" results Testing/Temporary/LastTest.log >said || fail "no results are taken for good ones"
echo "summary.sh is right in $((cases + 2)) cases"
