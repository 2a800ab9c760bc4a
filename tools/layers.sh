#!/bin/sh
# The house rules that are facts: dependencies run app -> modules -> kernel, a module meets another only by its X.h, a .c
# basename is unique, no file is a drawer for everything, every schema step is sealed. Prints each breach as file:line: sentence;
# exit 1 when there is one.
set -eu
cd "$(dirname "$0")/.."
breaches=$(mktemp)
trap 'rm -f "$breaches"' EXIT

includes() { grep -nH '^[[:space:]]*\({{ \)\{0,1\}#\{0,1\}include "' "$@" 2>/dev/null || true; }
modules=$(ls modules)

# kernel -> nothing above it
find kernel -name '*.[ch]' ! -name '*_test.c' | while read -r f; do
    includes "$f" | while IFS= read -r line; do
        path=$(echo "$line" | sed 's/.*include "\([^"]*\)".*/\1/')
        for m in $modules; do
            name=${m#_}
            case $path in
            "$m"/*|modules/*|app/*|"${name}_sql.h"|"${name}_pages.h"|"${name}_views.h"|"$name.h") echo "${line%%:#*}: the kernel may not include $path, which is a module's";;
            esac
        done
    done
done >> "$breaches"

# module -> another module only through its X.h or its parts
for m in $modules; do
    find "modules/$m" -name '*.[ch]' -o -path "modules/$m/pages/*.html" | while read -r f; do
        includes "$f" | while IFS= read -r line; do
            path=$(echo "$line" | sed 's/.*include "\([^"]*\)".*/\1/')
            case $path in app/*) echo "${line%%include*}a module may not include $path, which is the application's";; esac
            for other in $modules; do
                [ "$other" = "$m" ] && continue
                name=${other#_}
                case $path in
                "$other/$name.h"|"$name/$name.h"|"${name}_pages.h") ;;
                "$other"/*|"${name}_sql.h"|"${name}_views.h") echo "${line%%include*}$path is private to $name";;
                esac
            done
        done
    done
done >> "$breaches"

# two modules that include each other share a third
for m in $modules; do
    for other in $modules; do
        [ "$m" \< "$other" ] || continue
        a=$(grep -rlE "include \"(${other}/)?${other#_}(_pages)?\.h\"" "modules/$m" 2>/dev/null || true)
        b=$(grep -rlE "include \"(${m}/)?${m#_}(_pages)?\.h\"" "modules/$other" 2>/dev/null || true)
        [ -n "$a" ] && [ -n "$b" ] && echo "modules/$m and modules/$other include each other: $a and $b"
    done
done >> "$breaches" || true

find . -path ./build -prune -o -path ./node_modules -prune -o -name '*.c' -printf '%f\n' | sort | uniq -d | while read -r twice; do
    echo "$twice: two files have this name; a .c basename is unique in the tree"
done >> "$breaches"

find app kernel modules tools -name '*util*' -o -name '*helper*' -o -name 'misc*' -o -name 'common*' | while read -r f; do
    echo "$f: say what it is for in its name"
done >> "$breaches"

# a step that was released must not change, and only a seal notices
tools/sources.sh | awk '$1 == "schema" { print $3 }' | while read -r f; do
    grep -q '^--[[:blank:]]*sealed:' "$f" || echo "$f:1: is not sealed: run script/seal before it is released"
done >> "$breaches"

if [ -s "$breaches" ]; then
    cat "$breaches"
    exit 1
fi
