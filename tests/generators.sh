#!/bin/sh
# generators.sh   the generators' own tests, one script each; every one ends with "N passed, N failed".
status=0
for t in "$(dirname "$0")"/*gen_test.sh; do "$t" || status=1; done
exit $status
