# generator.sh   read by each generator's own test: where it is, a place of its own, and what has passed.
set -uo pipefail
cd "$(dirname "$0")/.."
root=$PWD
tmp=$(mktemp -d)
export ASAN_OPTIONS=detect_leaks=0     # a generator runs for a moment and frees nothing
trap 'rm -rf "$tmp"' EXIT
cc=${CC:-cc}
passed=0 failed=0
good() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "$1"; [ ! -s log ] || sed 's/^/    /' log; }

# built NAME [ARGUMENT…]   tools/NAME.c with sanitizers, as $tmp/NAME
built() { local name=$1; shift; $cc -std=gnu17 -D_GNU_SOURCE -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all "tools/$name.c" "$@" -o "$tmp/$name"; }
