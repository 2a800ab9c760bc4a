#!/bin/sh
# embed.sh OUT.c FILE…   a C source that puts files into the program, packed three ways, under names that change when they do.
set -eu
out=$1
dir=$(dirname "$out")/assets.packed
shift
mkdir -p "$dir"
type_of() {
    case $1 in
        *.css) echo "text/css; charset=utf-8";;   *.js) echo "text/javascript; charset=utf-8";;
        *.svg) echo "image/svg+xml";;             *.png) echo "image/png";;
        *.woff2) echo "font/woff2";;              *.webmanifest) echo "application/manifest+json";;
        *) echo "embed.sh: what type is $1?" >&2; exit 1;;
    esac
}
bytes() { wc -c < "$1" | tr -d ' '; }
{
    echo '/* Made by tools/embed.sh from app/assets. */'
    echo '#include "web/site.h"'
    table=
    i=0
    for file; do
        base=$(basename "$file")
        type=$(type_of "$base")
        hash=$(sha256sum "$file" | cut -c1-10)
        cp "$file" "$dir/$base"
        gzip -n -9 -c "$file" > "$dir/$base.gz"
        zstd -q -19 -f "$file" -o "$dir/$base.zst"
        brotli -q 11 -f -o "$dir/$base.br" "$file"
        for face in "" .gz .zst .br; do
            name=asset_$i$(echo "$face" | tr . _)
            echo "__asm__(\".section .rodata; $name: .incbin \\\"$dir/$base$face\\\"; .previous\");"
            echo "extern __attribute__((visibility(\"hidden\"))) const char $name[];"
        done
        table="$table    { .name = \"$base\", .path = S(\"/assets/${base%.*}.$hash.${base##*.}\"), .type = S(\"$type\"),
      .as = { { asset_$i, $(bytes "$file") }, { asset_${i}_gz, $(bytes "$dir/$base.gz") },
              { asset_${i}_zst, $(bytes "$dir/$base.zst") }, { asset_${i}_br, $(bytes "$dir/$base.br") } } },
"
        i=$((i + 1))
    done
    echo 'extern const Asset app_assets[];'
    echo 'extern const int app_asset_n;'
    echo 'const Asset app_assets[] = {'
    printf '%s' "$table"
    echo '};'
    echo 'const int app_asset_n = COUNT_OF(app_assets);'
} > "$out"
