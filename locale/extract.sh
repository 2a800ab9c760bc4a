#!/bin/sh
# extract.sh BUILD          - collects every text of the program into sampan.pot and merges it into the .po files.
# extract.sh --check BUILD  - changes nothing; fails when sampan.pot is behind, or a complete language lacks a text.
#
# BUILD is the build folder: tmplgen there knows the texts of the pages, recgen those of records: why a law keeps one. Texts of C
# are T(), TN() and N_().
set -eu
complete="ar"                   # languages that must have every text; others may be on their way

check=false
if [ "${1:-}" = --check ]; then check=true; shift; fi
build=$(cd "${1:?usage: extract.sh [--check] BUILD}" && pwd)
cd "$(dirname "$0")/.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

texts_of_pages() {
    tools/sources.sh | sed -n 's/^page \([^ ]*\) .*/\1/p' | LC_ALL=C sort -u | while read -r prefix; do
        tools/sources.sh | sed -n "s/^page $prefix //p" | xargs "$build/tmplgen" "$tmp" "$prefix"
    done
}

texts_of_records() {
    tools/sources.sh | sed -n 's/^records [^ ]* //p' | xargs "$build/recgen" "$tmp"
    for f in "$tmp"/*_records.pot; do msguniq --output-file="$f" "$f"; done      # one law asks for many kinds
}

texts_of_c() {
    tools/sources.sh | sed -n -e 's/^kernel [^ ]* //p' -e 's/^module [^ ]* //p' -e 's/^app [^ ]* //p' | grep '\.c$' |
        xgettext --from-code=UTF-8 --language=C --keyword --keyword=T:2 --keyword=TN:2,3 --keyword=N_:1 \
            --add-comments=TRANSLATORS --files-from=- --output="$tmp/c.pot"
}

# No dates and no line numbers: the same texts make the same file.
template() {
    msgcat --sort-by-file --no-wrap --add-location=file "$tmp"/*.pot
}

head_of_template() {
    cat << 'END'
# Every text of the program, collected by locale/extract.sh.
msgid ""
msgstr ""
"Project-Id-Version: sampan\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
END
}

merged() {                      # merged LANGUAGE - its .po with the texts of today, on standard output
    msgmerge --quiet --no-fuzzy-matching --no-wrap --sort-by-file --add-location=file "locale/$1.po" "$tmp/sampan.txt" |
        sed '/^"POT-Creation-Date:/d'
}

missing() {                     # missing LANGUAGE - texts without a translation, or with one that needs a look
    merged "$1" > "$tmp/$1.merged"
    msgattrib --no-wrap --no-obsolete --untranslated "$tmp/$1.merged"
    msgattrib --no-wrap --no-obsolete --only-fuzzy "$tmp/$1.merged"
}

texts_of_pages
texts_of_records
texts_of_c
{ head_of_template; echo; template | sed '1,/^$/d'; } > "$tmp/sampan.txt"

if $check; then
    bad=0
    if ! cmp -s "$tmp/sampan.txt" locale/sampan.pot; then
        echo "locale/sampan.pot is behind the program: run locale/extract.sh BUILD" >&2
        bad=1
    fi
    for tag in $complete; do
        missing "$tag" > "$tmp/missing"
        [ -s "$tmp/missing" ] || continue
        sed -n 's/^msgid "\(..*\)"$/locale\/'"$tag"'.po: not translated: \1/p' "$tmp/missing" >&2
        bad=1
    done
    exit $bad
fi
cp "$tmp/sampan.txt" locale/sampan.pot
while read -r tag; do
    if [ -f "locale/$tag.po" ]; then merged "$tag" > "$tmp/$tag.new"
    else msginit --no-translator --no-wrap --locale="$tag" --input="$tmp/sampan.txt" --output-file="$tmp/$tag.new"; fi
    mv "$tmp/$tag.new" "locale/$tag.po"
done < locale/LINGUAS
