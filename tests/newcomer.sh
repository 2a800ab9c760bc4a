#!/bin/bash
# newcomer.sh   does what docs/NEWCOMER.md says, in a copy of the tree: each file that it shows is put where it says, each line that it
# types is typed, and each mistake of its last table is made, and said by the build as it stands there. Ends with "N passed, N failed".
#
# A block of the guide is typed when it is marked sh, but for script/setup; every other one is the file whose path stands last in a heading,
# or in a line that ends with a colon, before it. SAMPAN_TEST_URL: the new suite runs on that PostgreSQL too.
# shellcheck disable=SC2016
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
work=$(mktemp -d)
export LC_ALL=C                  # a compiler's quotation marks
trap 'rm -rf "$work"' EXIT
tar --exclude=./build --exclude=./.git --exclude=node_modules -cf - . | tar -xf - -C "$work"
cd "$work" || exit 1
passed=0 failed=0
good() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "$1"; tail -n 20 said | sed 's/^/    /'; }

awk -v typed="$work/typed" '
    /^```/ && inside { inside = 0; close(to); path = ""; next }
    /^```/ { inside = 1; to = /^```sh/ ? typed : path
             if (to == "") { print "line " NR ": a block without a path" > "/dev/stderr"; exit 1 }
             if (to != typed) { folder = to; sub("/[^/]*$", "", folder); system("mkdir -p " folder) }; next }
    inside { if (to == typed) print >> to; else print > to; next }
    /^#/ || /:$/ { n = split($0, part, "`"); for (i = 2; i <= n; i += 2) if (part[i] ~ "^modules/") path = part[i] }
' docs/NEWCOMER.md || exit 1

# Not optimised, and with all that is to be changed, the whole is built once and in a third of the time.
{ meson setup build --buildtype=debug && tools/sources.sh > build/sources; } > said 2>&1 || bad "the copy cannot be built"
{ grep '^sed ' typed; grep -v -e '^sed ' -e '^script/setup' typed; } > lines
while read -r line; do
    if bash -ec "$line" > said 2>&1; then good; else bad "$line"; fi
done < lines
if locale/check.sh build > said 2>&1; then bad "no text lacks its Arabic"; else good; fi
grep -q 'not translated: Buyers I know' said || bad "the missing texts are not named"
if [ -n "${SAMPAN_TEST_URL:-}" ]; then
    if build/sampan-test --engine=postgres --only=buyers > said 2>&1; then good; else bad "on PostgreSQL"; fi
fi

# mistake ROW FILE SED [COMMAND…]   what the row of the table says must be said by the build, or else by the command
room=modules/buyers
mistake() {
    local row=$1 file=$room/$2 change=$3 line text
    shift 3
    cp -p "$file" kept
    sed -i "$change" "$file"
    if cmp -s "$file" kept; then : > said; bad "$row: nothing was changed"; return; fi
    script/build > said 2>&1 && "$@" >> said 2>&1
    line=$(grep -F "| $row |" docs/NEWCOMER.md) || bad "the guide has no such row: $row"
    for text in $(cut -d'|' -f3 <<< "$line" | grep -o '`[^`]*`' | tr ' ' '~' | tr -d '`'); do
        if grep -Fq -- "${text//\~/ }" said; then good; else bad "$row: ${text//\~/ }"; fi
    done
    cp -p kept "$file"
    made=$((made + 1))
}
made=0
mistake "left out a line of a kind" buyers.records '0,/^  whose/{/^  whose/d}'
mistake "misspelt a type" buyers.records 's/^    name  str 400/    name  text 400/'
mistake "did not say what a table is made of" schema/0001_start.sql '/^-- derived/s/.*/--/'
mistake "forgot the index" schema/0001_start.sql '/^CREATE INDEX/d; /sealed:/d'
mistake "misspelt a column" buyers.sql 's/SELECT id, name FROM/SELECT id, nane FROM/'
mistake 'forgot an `{{ end }}`' pages/list.html '/^{{ end }}/d'
mistake "named a query and a page alike" pages/one.html 's/page one(/page buyer(/'
mistake "misspelt a field of a row" pages/one.html 's/<h1>{{ buyer->name/<h1>{{ buyer->nane/'
touch $room/pages/*.html
mistake 'did not write an `apply`' buyers.c '/^void buyers_noted_apply/,/^}/d'
touch $room/buyers.c
mistake 'left out `.who`' buyers_web.c '/note_post,/s/\.who = WHO_SIGNED_IN, //' build/sampan doctor --data="$work/var"
rows=$(sed -n '/^| you did/,$p' docs/NEWCOMER.md | grep -c '^| [^-]')
if [ "$rows" = $((made + 1)) ]; then good; else bad "the guide has $((rows - 1)) mistakes, and $made were made here"; fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
