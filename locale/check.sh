#!/bin/sh
# check.sh [BUILD]   fails when a text of the program is missing from the catalogues, or a complete language lacks one.
exec "$(dirname "$0")/extract.sh" --check "${1:-$(dirname "$0")/../build}"
