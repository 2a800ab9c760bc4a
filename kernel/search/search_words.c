/* search_words - text into words, whatever the script.
 *
 * ICU finds where words begin: by blanks, and by dictionary in Thai, Lao, Khmer and Burmese. Each is folded (NFKC,
 * small letters, digits of any script as 0-9, what is neither letter, mark nor digit is left out: "1905.90" is
 * "190590").
 *
 * Latin, Greek, Cyrillic, Arabic and Hebrew words have a second, bare form: without marks, and in Arabic without the
 * article, so that "thue quan" finds "thuế quan" and "جمارك" finds "الجمارك".
 *
 * Runs of Han, Kana and Hangul become pairs: 原产地 is 原产, 产地 and, so that a single character can be found at the end of a
 * run too, 地. Dictionaries differ in where such words end; pairs do not. */
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>

#include <pthread.h>

#include "search/search_own.h"

enum {
    WORD_CHARS_MAX = 64, RUN_CHARS_MAX = 64,
    WORD_UNITS_MAX = 2 * WORD_CHARS_MAX, FOLDED_UNITS_MAX = 18 * WORD_UNITS_MAX,     /* one character may fold to 18 */
};

typedef struct Utf16 { UChar *p; int32_t n; } Utf16;

/* ---- UTF-8 and UTF-16 -------------------------------------------------------------------------------------------- */

static Utf16 to_utf16(UChar *room, int32_t cap, str s)
{
    Utf16 u = { room, 0 };
    while (s.n > 0 && u.n + 2 <= cap) {
        int32_t c = utf8_next(&s);
        if (c < 0) c = 0xFFFD;
        if (c > 0xFFFF) {
            u.p[u.n++] = (UChar)(0xD7C0 + (c >> 10));
            u.p[u.n++] = (UChar)(0xDC00 | (c & 0x3FF));
        } else {
            u.p[u.n++] = (UChar)c;
        }
    }
    return u;
}

/* One code point; a surrogate that stands alone is U+FFFD. */
static int32_t utf16_next(Utf16 u, int32_t *i)
{
    int32_t c = u.p[(*i)++];
    if (c < 0xD800 || c > 0xDFFF) return c;
    if (c > 0xDBFF || *i == u.n || (u.p[*i] & 0xFC00) != 0xDC00) return 0xFFFD;
    return 0x10000 + ((c - 0xD800) << 10) + (u.p[(*i)++] - 0xDC00);
}

static void out_utf8(Out *o, int32_t c)
{
    if (c < 0x80) out_char(o, (char)c);
    else if (c < 0x800) out_bytes(o, (char[]){ (char)(0xC0 | c >> 6), (char)(0x80 | (c & 0x3F)) }, 2);
    else if (c < 0x10000)
        out_bytes(o, (char[]){ (char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3F)), (char)(0x80 | (c & 0x3F)) }, 3);
    else
        out_bytes(o, (char[]){ (char)(0xF0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3F)), (char)(0x80 | (c >> 6 & 0x3F)),
                               (char)(0x80 | (c & 0x3F)) }, 4);
}

static str to_utf8(Arena *keep, Utf16 u)
{
    Out o;
    out_init(&o, keep, u.n * 3);
    for (int32_t i = 0; i < u.n;) out_utf8(&o, utf16_next(u, &i));
    return out_text(&o);
}

static const UNormalizer2 *normalizer(const UNormalizer2 *(*get)(UErrorCode *))
{
    UErrorCode e = U_ZERO_ERROR;
    const UNormalizer2 *n = get(&e);
    CHECK(U_SUCCESS(e));
    return n;
}

/* n is 0 when it does not fit. */
static Utf16 normalize(const UNormalizer2 *form, UChar *room, int32_t cap, Utf16 from)
{
    UErrorCode e = U_ZERO_ERROR;
    int32_t n = unorm2_normalize(form, from.p, from.n, room, cap, &e);
    return (Utf16){ room, U_SUCCESS(e) ? n : 0 };
}

/* Not into the middle of a character. */
static str cut_to(str s, ptrdiff_t max)
{
    if (s.n <= max) return s;
    while (max > 0 && ((unsigned char)s.p[max] & 0xC0) == 0x80) max--;
    return str_slice(s, 0, max);
}

str search_nfc(Arena *keep, str text)
{
    text = cut_to(text, TEXT_BYTES_MAX);
    const UNormalizer2 *nfc = normalizer(unorm2_getNFCInstance);
    UErrorCode e = U_ZERO_ERROR;
    int32_t cap = (int32_t)text.n + 2;
    Utf16 u = to_utf16(NEW(keep, UChar, cap), cap, text);
    if (str_is_utf8(text) && unorm2_quickCheck(nfc, u.p, u.n, &e) == UNORM_YES && U_SUCCESS(e)) return text;
    cap = 3 * u.n + 2;
    u = normalize(nfc, NEW(keep, UChar, cap), cap, u);
    return cut_to(to_utf8(keep, u), TEXT_BYTES_MAX);
}

/* ---- one word ---------------------------------------------------------------------------------------------------- */

static bool is_word_char(int32_t c)
{
    return (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)) != 0;
}

static bool is_ascii(str s)
{
    for (ptrdiff_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80) return false;
    return true;
}

static bool ascii_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Most words need no more than this. False: something is not ASCII. */
static bool fold_ascii(Arena *keep, str piece, str *ret)
{
    if (!is_ascii(piece)) return false;
    piece = cut_to(piece, WORD_CHARS_MAX);
    char *p = NEW(keep, char, piece.n);
    *ret = (str){ p, 0 };
    for (ptrdiff_t i = 0; i < piece.n; i++) {
        char c = piece.p[i];
        if (ascii_word_char(c)) p[ret->n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return true;
}

static str fold(Arena *keep, str piece)
{
    str folded;
    if (fold_ascii(keep, piece, &folded)) return folded;
    UChar raw[WORD_UNITS_MAX], room[FOLDED_UNITS_MAX];
    Utf16 u = to_utf16(raw, WORD_UNITS_MAX, piece);
    u = normalize(normalizer(unorm2_getNFKCCasefoldInstance), room, FOLDED_UNITS_MAX, u);
    Out o;
    out_init(&o, keep, piece.n);
    for (int32_t i = 0, chars = 0; i < u.n && chars < WORD_CHARS_MAX;) {
        int32_t c = utf16_next(u, &i);
        int32_t digit = u_charDigitValue(c);
        if (digit >= 0) c = '0' + digit;
        else if (!is_word_char(c)) continue;
        out_utf8(&o, c);
        chars++;
    }
    return out_text(&o);
}

/* Letters that are written without their mark by whoever lacks the key, though no mark can be taken off them. */
static const struct { int32_t letter; const char *plain; } plain_letters[] = {
    { 0x00E6, "ae" }, { 0x00F0, "d" }, { 0x00F8, "o" }, { 0x00FE, "th" }, { 0x0111, "d" }, { 0x0127, "h" }, { 0x0131, "i" },
    { 0x0142, "l" }, { 0x0153, "oe" }, { 0x0167, "t" },
    { 0x0629, "\xD9\x87" }, { 0x0640, "" }, { 0x0649, "\xD9\x8A" }, { 0x06A9, "\xD9\x83" }, { 0x06CC, "\xD9\x8A" },
};

static void out_plain(Out *o, int32_t c)
{
    for (size_t i = 0; i < sizeof plain_letters / sizeof plain_letters[0]; i++)
        if (plain_letters[i].letter == c) {
            out_str(o, str_from(plain_letters[i].plain));
            return;
        }
    out_utf8(o, c);
}

static bool has_bare_form(int32_t c)
{
    UErrorCode e = U_ZERO_ERROR;
    switch (uscript_getScript(c, &e)) {
    case USCRIPT_LATIN: case USCRIPT_GREEK: case USCRIPT_CYRILLIC: case USCRIPT_ARABIC: case USCRIPT_HEBREW: return true;
    default: return false;
    }
}

/* The article, with "and", "with", "as", "so" or "for the" before it. Two letters are 4 bytes; three must be left. */
static str without_article(str word)
{
    static const char *const articles[] = { "وال", "بال", "كال", "فال", "ال", "لل" };
    for (size_t i = 0; i < sizeof articles / sizeof articles[0]; i++) {
        str article = str_from(articles[i]);
        if (str_starts(word, article) && word.n - article.n >= 3 * 2) return str_slice(word, article.n, word.n);
    }
    return word;
}

static str bare_form(Arena *keep, str exact)
{
    str first = exact;
    int32_t c = utf8_next(&first);
    if (is_ascii(exact) || !has_bare_form(c)) return exact;

    UChar raw[WORD_UNITS_MAX], room[FOLDED_UNITS_MAX];
    Utf16 u = to_utf16(raw, WORD_UNITS_MAX, exact);
    u = normalize(normalizer(unorm2_getNFDInstance), room, FOLDED_UNITS_MAX, u);
    Out o;
    out_init(&o, keep, exact.n);
    for (int32_t i = 0; i < u.n;) {
        c = utf16_next(u, &i);
        if (u_charType(c) != U_NON_SPACING_MARK) out_plain(&o, c);
    }
    str bare = without_article(out_text(&o));
    return bare.n == 0 || str_eq(bare, exact) ? exact : bare;
}

/* ---- runs of Han, Kana and Hangul -------------------------------------------------------------------------------- */

static bool is_paired(int32_t c)
{
    UErrorCode e = U_ZERO_ERROR;
    if (c < 0x1100) return false;
    if (c == 0x30FC || c == 0xFF70) return true;     /* the long-vowel mark belongs to no script */
    switch (uscript_getScript(c, &e)) {
    case USCRIPT_HAN: case USCRIPT_HIRAGANA: case USCRIPT_KATAKANA: case USCRIPT_HANGUL: case USCRIPT_BOPOMOFO:
        return true;
    default: return false;
    }
}

typedef struct Walk {
    Arena *tmp;
    str    text;
    bool   query, going;
    bool (*take)(void *, const Word *);
    void  *self;
    ptrdiff_t run_from, run_to;         /* a run that may go on in the next piece */
    bool   run_of_singles;
} Walk;

static void give(Walk *k, Word w)
{
    if (k->going && w.exact.n > 0) k->going = k->take(k->self, &w);
}

/* Where each character of the folded run stands in the text: one for one, or else all stand where the run stands. */
typedef struct Char { str folded; ptrdiff_t from, to; } Char;

static int chars_of(Walk *k, str run, ptrdiff_t at, Char *chars)
{
    str folded = fold(k->tmp, run);
    bool one_for_one = str_chars(folded) == str_chars(run);
    int n = 0;
    for (str rest = folded; rest.n > 0 && n < RUN_CHARS_MAX; n++) {
        str before = rest, left = run;
        utf8_next(&rest);
        utf8_next(&run);
        chars[n] = (Char){ .folded = { before.p, before.n - rest.n }, .from = at, .to = at + left.n - run.n };
        if (one_for_one) at = chars[n].to;
        else {
            chars[n].to = at + left.n;
            run = left;
        }
    }
    return n;
}

/* A part of a run; `first` and `last` say whether the run begins and ends with it. */
static void give_pairs(Walk *k, str part, ptrdiff_t at, bool first, bool last)
{
    Char c[RUN_CHARS_MAX];
    int n = chars_of(k, part, at, c);
    for (int i = 0; i + 1 < n; i++) {
        str pair = { c[i].folded.p, c[i].folded.n + c[i + 1].folded.n };
        give(k, (Word){ pair, pair, c[i].from, c[i + 1].to, .glued = i > 0 || !first });
    }
    bool alone = n == 1 && first;
    if (alone || (n > 0 && last && !k->query))
        give(k, (Word){ c[n - 1].folded, c[n - 1].folded, c[n - 1].from, c[n - 1].to, .glued = !alone, .single = alone });
}

/* A run longer than what fits is given in parts that overlap by a character, so that no pair is lost. */
static void end_run(Walk *k)
{
    ptrdiff_t at = k->run_from, end = k->run_to;
    k->run_from = k->run_to;
    ptrdiff_t begun = at;
    while (at < end && k->going) {
        str rest = str_slice(k->text, at, end), last = rest;
        for (int n = 0; n < RUN_CHARS_MAX && rest.n > 0; n++) {
            last = rest;
            utf8_next(&rest);
        }
        give_pairs(k, str_slice(k->text, at, end - rest.n), at, at == begun, rest.n == 0);
        at = rest.n > 0 ? end - last.n : end;
    }
}

/* ---- pieces ------------------------------------------------------------------------------------------------------ */

/* In a question the dictionary parts a run into words that need not stand together; characters it knows no word for
 * must. */
static void add_run(Walk *k, ptrdiff_t from, ptrdiff_t to)
{
    bool one_char = str_chars(str_slice(k->text, from, to)) == 1;
    bool goes_on = from == k->run_to && (!k->query || (k->run_of_singles && one_char));
    if (!goes_on) {
        end_run(k);
        k->run_from = from;
    }
    k->run_of_singles = one_char && (k->run_of_singles || !goes_on);
    k->run_to = to;
}

static void add_word(Walk *k, ptrdiff_t from, ptrdiff_t to)
{
    end_run(k);
    str exact = fold(k->tmp, str_slice(k->text, from, to));
    if (exact.n > 0) give(k, (Word){ .exact = exact, .bare = bare_form(k->tmp, exact), .from = from, .to = to });
}

/* A piece between two of ICU's boundaries may still hold two kinds: Hangul is not parted from the Latin before it. */
static void add_mixed(Walk *k, ptrdiff_t from, ptrdiff_t to)
{
    str rest = str_slice(k->text, from, to);
    while (rest.n > 0 && k->going) {
        ptrdiff_t begin = to - rest.n;
        bool paired = is_paired(utf8_next(&rest));
        while (rest.n > 0) {
            str before = rest;
            if (is_paired(utf8_next(&rest)) == paired) continue;
            rest = before;
            break;
        }
        if (paired) add_run(k, begin, to - rest.n);
        else add_word(k, begin, to - rest.n);
    }
}

/* Blanks and signs, half of all pieces, are no words; most words are ASCII. */
static void add_piece(Walk *k, ptrdiff_t from, ptrdiff_t to)
{
    Arena mark = *k->tmp;
    str piece = str_slice(k->text, from, to);
    if (!is_ascii(piece)) add_mixed(k, from, to);
    else if (piece.n > 1 || ascii_word_char(piece.p[0])) add_word(k, from, to);
    else end_run(k);
    *k->tmp = mark;                      /* what take wants to keep, it copies */
}

/* ---- the text ---------------------------------------------------------------------------------------------------- */

static pthread_key_t words_key;
static pthread_once_t words_once = PTHREAD_ONCE_INIT;

static void words_close(void *words) { ubrk_close(words); }
static void words_key_make(void) { CHECK(pthread_key_create(&words_key, words_close) == 0); }

/* Loading the rules takes longer than using them, so each thread keeps an iterator. */
static UBreakIterator *word_breaks(void)
{
    CHECK(pthread_once(&words_once, words_key_make) == 0);
    UBreakIterator *words = pthread_getspecific(words_key);
    if (words) return words;
    UErrorCode e = U_ZERO_ERROR;
    words = ubrk_open(UBRK_WORD, "", NULL, 0, &e);
    CHECK(U_SUCCESS(e) && pthread_setspecific(words_key, words) == 0);
    return words;
}

void search_each_word(Arena *tmp, str text, bool query, bool (*take)(void *, const Word *), void *self)
{
    UErrorCode e = U_ZERO_ERROR;
    Walk k = { .tmp = tmp, .text = text, .query = query, .going = true, .take = take, .self = self };
    int32_t cap = (int32_t)text.n + 2;
    Utf16 u = to_utf16(NEW(tmp, UChar, cap), cap, text);
    UBreakIterator *words = word_breaks();
    ubrk_setText(words, u.p, u.n, &e);
    CHECK(U_SUCCESS(e));

    ptrdiff_t at = 0;
    int32_t begin = ubrk_first(words), end;
    for (str rest = text; k.going && (end = ubrk_next(words)) != UBRK_DONE; begin = end) {
        ptrdiff_t from = at;
        for (int32_t i = begin; i < end;) i += utf8_next(&rest) > 0xFFFF ? 2 : 1;
        at = text.n - rest.n;
        add_piece(&k, from, at);
    }
    end_run(&k);
}
