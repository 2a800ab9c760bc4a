#!/bin/sh
# Writes the list of test suites as C: one for each line that begins with TESTS( or TESTS_WITH( in the files given.
set -eu
names=$(sed -n 's/^TESTS\(_WITH\)\{0,1\}(\([a-z_0-9]*\),.*/\2/p' "$@")
echo '#include "tests/world.h"'
for n in $names; do echo "extern const Suite ${n}_suite;"; done
echo 'const Suite *const all_suites[] = {'
for n in $names; do echo "    &${n}_suite,"; done
echo '};'
echo 'const int all_suite_n = COUNT_OF(all_suites);'
