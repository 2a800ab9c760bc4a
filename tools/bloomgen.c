/* bloomgen - turns a list of words, one a line, into the bits of a Bloom filter. Small, in C, run by the build.
 *
 *   bloomgen OUT.c NAME WORDS.txt      const uint8_t NAME[BLOOM_BYTES] (kernel/auth/auth_bloom.h)
 *
 * A word is visible ASCII without capitals: it is compared with what was folded (auth_fold). A list that does not say that, is shorter
 * than WORDS_MIN or longer than the filter bears stops the build at its line. */
#include "gen.h"

#include "auth/auth_bloom.h"

enum { WORDS_MIN = 10000, WORDS_MAX = 40000, WORD_MAX = 64 };

static uint8_t bits[BLOOM_BYTES];

static size_t word_of(char *line, const char *path, int at)
{
    size_t n = strcspn(line, "\n");
    if (line[n] != '\n') stop_at(shown_path(path), at, "a word has at most %d characters, and a line its end", WORD_MAX);
    if (!n) stop_at(shown_path(path), at, "an empty line");
    for (size_t i = 0; i < n; i++)
        if (line[i] < '!' || line[i] > '~' || (line[i] >= 'A' && line[i] <= 'Z'))
            stop_at(shown_path(path), at, "a word is visible ASCII without capitals");
    return n;
}

static void put(const char *word, size_t n)
{
    uint64_t hash = bloom_hash(word, n);
    for (uint32_t i = 0; i < BLOOM_EACH; i++) {
        uint32_t bit = bloom_bit(hash, i);
        bits[bit / 8] |= (uint8_t)(1 << bit % 8);
    }
}

static int read_words(const char *path)
{
    char line[WORD_MAX + 2];
    int n = 0;
    FILE *from = fopen(path, "r");
    if (!from) stop_at(path, 0, "it cannot be read");
    while (fgets(line, sizeof line, from)) put(line, word_of(line, path, ++n));
    fclose(from);
    if (n < WORDS_MIN || n > WORDS_MAX) stop_at(shown_path(path), n, "%d words; there must be %d to %d", n, WORDS_MIN, WORDS_MAX);
    return n;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: bloomgen OUT.c NAME WORDS.txt\n");
        return 2;
    }
    int n = read_words(argv[3]);
    FILE *to = need(fopen(argv[1], "w"));
    fprintf(to, "/* Made by tools/bloomgen from %d words of %s. */\n#include \"auth/auth_bloom.h\"\n\n", n, shown_path(argv[3]));
    fprintf(to, "extern const uint8_t %s[BLOOM_BYTES];\nconst uint8_t %s[BLOOM_BYTES] = {", argv[2], argv[2]);
    for (int i = 0; i < BLOOM_BYTES; i++) fprintf(to, "%s%d,", i % 32 ? "" : "\n", bits[i]);
    fprintf(to, "\n};\n");
    return fclose(to) == 0 ? 0 : 1;
}
