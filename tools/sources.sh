#!/bin/sh
# Lists what the house is made of, one "kind name path" a line, for meson.build. Order: kernel rooms, modules as app/modules.c
# names them, app; migrations run in this order.
set -eu
cd "$(dirname "$0")/.."
list() { find "$1" -maxdepth 1 -type f -name "$2" 2>/dev/null | LC_ALL=C sort; }
modules=$(sed -n 's/^ *&\([a-z_]*\)_module,.*/\1/p' app/modules.c)
for d in kernel/*/; do
    room=$(basename "$d")
    for f in $(list "$d" '*.c'); do case $f in *_test.c) echo "test $room $f";; *) echo "kernel $room $f";; esac; done
    for f in $(list "$d" '*.sql'); do echo "sql $(basename "$f" .sql) $f"; done
    for f in $(list "${d}schema" '*.sql'); do echo "schema $room $f"; done
    for f in $(list "$d" '*.records'); do echo "records $(basename "$f" .records) $f"; done
    for f in $(list "${d}parts" '*.html'); do echo "page $room $f"; done
    for f in $(list "${d}child" '*.c'); do echo "child $room $f"; done
done
for m in $modules; do
    d=modules/$m
    [ -d "$d" ] || d=modules/_$m
    for f in $(list "$d" '*.c'); do case $f in *_test.c) echo "test $m $f";; *) echo "module $m $f";; esac; done
    for f in $(list "$d" '*.sql'); do echo "sql $(basename "$f" .sql) $f"; done
    for f in $(list "$d/schema" '*.sql'); do echo "schema $m $f"; done
    for f in $(list "$d" '*.records'); do echo "records $(basename "$f" .records) $f"; done
    for f in $(list "$d/pages" '*.html'); do echo "page $m $f"; done
done
for f in $(list app '*.c'); do echo "app app $f"; done
for f in $(list app/assets '*'); do echo "asset app $f"; done
for f in $(list app '*.html'); do echo "page app $f"; done
for f in $(list tests '*.c'); do echo "test tests $f"; done
for f in $(list tests '*.records'); do echo "testrecords $(basename "$f" .records) $f"; done
for f in $(list tests/fuzz '*_fuzz.c'); do echo "fuzz tests $f"; done
