/* auth_common - passwords that are guessed first (NIST SP 800-63B, section 5.1.1.2).
 *
 * What was typed is folded, as names are, and looked up as it is and without the figures and signs behind it: "Sunshine2026!" is "sunshine".
 * The list (guessed_first/README.md) is a Bloom filter: what is in it is always refused, and of the rest three in ten thousand. */
#include "auth/auth.h"
#include "auth/auth_bloom.h"

enum { DIFFERENT_MIN = 4, STEM_MIN = 4, NAME_MIN = 4 };

extern const uint8_t auth_common_bits[BLOOM_BYTES];

static bool is_common(str word)
{
    uint64_t hash = bloom_hash(word.n ? word.p : "", (size_t)word.n);
    for (uint32_t i = 0; i < BLOOM_EACH; i++) {
        uint32_t bit = bloom_bit(hash, i);
        if (!(auth_common_bits[bit / 8] >> bit % 8 & 1)) return false;
    }
    return true;
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80; }

static str stem_of(str password)
{
    while (password.n && !is_letter(password.p[password.n - 1])) password.n--;
    return password;
}

static bool is_monotonous(str password)
{
    int32_t seen[DIFFERENT_MIN];
    int n = 0;
    while (password.n && n < DIFFERENT_MIN) {
        int32_t c = utf8_next(&password);
        bool known = false;
        for (int i = 0; i < n; i++) known |= seen[i] == c;
        if (!known) seen[n++] = c;
    }
    return n < DIFFERENT_MIN;
}

/* A word of her name, or what stands before the @ of an address. */
static bool holds_word_of(Arena *tmp, str password, str name)
{
    for (str rest = auth_fold(tmp, name); rest.n;) {
        str_pair cut = str_cut(rest, ' ');
        str word = str_cut(cut.head, '@').head;
        if (str_chars(word) >= NAME_MIN && str_find(password, word) >= 0) return true;
        rest = cut.tail;
    }
    return false;
}

Weak auth_password_weak(Arena *from, str typed, str name, str login)
{
    SCRATCH(tmp, from);
    str password = auth_fold(&tmp, typed), stem = stem_of(password);
    if (is_monotonous(password) || is_common(password) || (stem.n >= STEM_MIN && is_common(stem))) return WEAK_COMMON;
    return holds_word_of(&tmp, password, name) || holds_word_of(&tmp, password, login) ? WEAK_NAME : WEAK_NOT;
}
