#!/bin/bash
# bloomgen_test.sh   the generator of filters: every word of the list is in it, few others are, and a bad list stops at its line.
. "$(dirname "$0")/generator.sh"
built bloomgen -Ikernel || exit 1
cd "$tmp" || exit 1
list=$root/kernel/auth/guessed_first/passwords.txt

# refused NAME SENTENCE   the list on standard input stops the build with this sentence
refused() {
    cat > "$tmp/list.txt"
    if "$tmp/bloomgen" "$tmp/out.c" bits "$tmp/list.txt" 2> log; then bad "$1: it was taken"
    elif grep -qF "$2" log; then good
    else bad "$1: it says something else"; fi
}
words() { seq -f "$1%.0f" 1 "$2"; }

refused "a short list" "9999 words; there must be 10000 to 40000" < <(words word 9999)
refused "a long list" "40001 words" < <(words word 40001)
refused "an empty line" ":6: error: an empty line" < <(words word 5; echo)
refused "capitals" ":3: error: a word is visible ASCII without capitals" < <(words word 2; echo Password)
refused "a blank" ":3: error: a word is visible ASCII without capitals" < <(words word 2; echo "two words")
refused "a long word" ":3: error: a word has at most 64 characters" < <(words word 2; printf 'x%.0s' $(seq 70))

cat > "$tmp/ask.c" << 'END'
#include <stdio.h>
#include <string.h>
#include "auth/auth_bloom.h"
extern const uint8_t bits[BLOOM_BYTES];
int main(void)
{
    char line[100];
    int held = 0;
    while (fgets(line, sizeof line, stdin)) {
        uint64_t h = bloom_hash(line, strcspn(line, "\n"));
        int all = 1;
        for (uint32_t i = 0; i < BLOOM_EACH; i++) all &= bits[bloom_bit(h, i) / 8] >> bloom_bit(h, i) % 8 & 1;
        held += all;
    }
    printf("%d\n", held);
    return 0;
}
END
"$tmp/bloomgen" "$tmp/out.c" bits "$list" 2> log && $cc -std=gnu17 -I"$root/kernel" "$tmp/ask.c" "$tmp/out.c" -o "$tmp/ask" 2> log || bad "it does not build"
held=$("$tmp/ask" < "$list")
[ "$held" = "$(wc -l < "$list")" ] && good || bad "a word of the list is not in the filter: $held are"
others=$(seq -f "boats on the river %.0f" 1 100000 | "$tmp/ask")
[ "$others" -lt 100 ] && good || bad "$others of 100000 others are taken for words of the list"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
