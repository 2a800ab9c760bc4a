#!/bin/sh
# embed.sh OUT.c FILE.mo... - a C source that puts the catalogues into the program as they are.
set -eu
out=$1
shift
name_of() { echo "catalogue_$(basename "$1" .mo | tr - _)"; }
{
    echo '/* Made by locale/embed.sh from the .po files. */'
    echo '#include "i18n/i18n_own.h"'
    for mo; do
        name=$(name_of "$mo")
        cat << EOF

__asm__(".section .rodata; .balign 8; $name: .incbin \"$mo\"; ${name}_end: .byte 0; .previous");
extern __attribute__((visibility("hidden"))) const char $name[], ${name}_end[];
EOF
    done
    echo
    echo 'const EmbeddedCatalogue embedded_catalogues[] = {'
    for mo; do
        echo "    { \"$(basename "$mo" .mo)\", $(name_of "$mo"), $(name_of "$mo")_end },"
    done
    echo '};'
    echo 'const int embedded_catalogue_n = (int)(sizeof embedded_catalogues / sizeof *embedded_catalogues);'
} > "$out"
