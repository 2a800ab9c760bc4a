/* catalogue - reads a .mo file where it lies. Catalogues are made by our own build, but a reader of binary tables that
 * trusts its offsets is how programs end, so everything is checked once and then used freely.
 *
 * The file (GNU gettext manual, "The Format of GNU MO Files"): seven 32-bit words (magic, revision, number of texts,
 * offset of the table of ids, offset of the table of texts, and two for a hash table we do not use); each table is a
 * row of {length, offset}; each text is followed by a NUL. Either byte order. */
#include "i18n/i18n_own.h"

enum { MAGIC = 0x950412DE, HEADER = 28, PAIR = 8 };
_Static_assert(sizeof(uint32_t) == 4, "words of a .mo file");

/* The word at `offset`, which the caller has checked. */
static uint32_t word(const Catalogue *c, uint32_t offset)
{
    uint32_t v;
    memcpy(&v, c->bytes.p + offset, sizeof v);
    return c->swapped ? __builtin_bswap32(v) : v;
}

static str text_at(const Catalogue *c, uint32_t table, uint32_t i)
{
    uint32_t pair = table + i * PAIR;
    return (str){ c->bytes.p + word(c, pair + 4), (ptrdiff_t)word(c, pair) };
}

static bool table_fits(const Catalogue *c, uint32_t table)
{
    return (uint64_t)table + (uint64_t)c->n * PAIR <= (uint64_t)c->bytes.n;
}

static bool text_fits(const Catalogue *c, uint32_t table, uint32_t i)
{
    uint32_t pair = table + i * PAIR;
    uint64_t end = (uint64_t)word(c, pair) + word(c, pair + 4);
    return end < (uint64_t)c->bytes.n && c->bytes.p[end] == 0 && str_is_utf8(text_at(c, table, i));
}

bool catalogue_open(str bytes, Catalogue *ret)
{
    Catalogue c = { .bytes = bytes };
    if (bytes.n < HEADER || bytes.n > INT32_MAX) return false;
    c.swapped = word(&c, 0) != (uint32_t)MAGIC;
    if (word(&c, 0) != (uint32_t)MAGIC || word(&c, 4) >> 16 > 1) return false;
    c.n = word(&c, 8);
    c.ids = word(&c, 12);
    c.texts = word(&c, 16);
    if (!table_fits(&c, c.ids) || !table_fits(&c, c.texts)) return false;
    for (uint32_t i = 0; i < c.n; i++)
        if (!text_fits(&c, c.ids, i) || !text_fits(&c, c.texts, i)) return false;
    *ret = c;
    return true;
}

void catalogue_at(const Catalogue *c, uint32_t i, str *ret_id, str *ret_text)
{
    CHECK(i < c->n);
    *ret_id = str_cut(text_at(c, c->ids, i), 0).head;    /* after a NUL stands the English plural */
    *ret_text = text_at(c, c->texts, i);
}
