/* i18n - which languages there are, and a text in one of them.
 *
 * At start all catalogues are read into one table: an id leads to a row with the text in every language. A Msg keeps
 * its row after the first look-up, so that a text costs two loads on every later page. The table is read-only after
 * start. */
#include "i18n/i18n_own.h"

static Lang   langs[LANGS_MAX];
static int    lang_n;
static Region region;

/* ---- the table of texts ------------------------------------------------------------------------------------------ */

static struct { const str **slot; uint64_t mask; } table;      /* open addressing; a row's first text is the id */
static const str nowhere[1];                                   /* the row of a text no catalogue has */

static const str **slot_of(str id)
{
    uint64_t at = str_hash(id, 0) & table.mask;
    while (table.slot[at] && !str_eq(table.slot[at][0], id)) at = (at + 1) & table.mask;
    return &table.slot[at];
}

static str *row_for(Arena *keep, str id)
{
    const str **slot = slot_of(id);
    if (*slot) return (str *)*slot;
    str *row = NEW(keep, str, lang_n);
    row[0] = id;
    *slot = row;
    return row;
}

static void read_catalogue(Arena *keep, const Catalogue *c, int lang)
{
    for (uint32_t i = 0; i < c->n; i++) {
        str id, text;
        catalogue_at(c, i, &id, &text);
        if (id.n && text.n) row_for(keep, id)[lang] = text;    /* the empty id is the catalogue's head */
    }
}

static Lang *add_lang(Arena *keep, const char *tag)
{
    CHECK(lang_n < LANGS_MAX);
    Lang *lang = &langs[lang_n];
    *lang = (Lang){ .index = lang_n++, .tag = tag };
    icu_names(keep, lang);
    icu_plurals(lang);
    return lang;
}

void i18n_start(void)
{
    Catalogue catalogues[LANGS_MAX];
    uint64_t texts = 0;
    if (lang_n) return;
    CHECK(embedded_catalogue_n < LANGS_MAX);
    for (int i = 0; i < embedded_catalogue_n; i++) {
        const EmbeddedCatalogue *e = &embedded_catalogues[i];
        CHECK(catalogue_open((str){ e->begin, e->end - e->begin }, &catalogues[i]));
        texts += catalogues[i].n;
    }
    uint64_t slots = 64;
    while (slots < texts * 2) slots *= 2;
    uint64_t row = sizeof(str) * (uint64_t)(embedded_catalogue_n + 1);
    CHECK(region_open(&region, slots * sizeof(str *) + texts * row + LANGS_MAX * 256));
    Arena keep = region_arena(&region, NULL);                  /* never full: its size was counted above */
    table.slot = NEW(&keep, const str *, (ptrdiff_t)slots);
    table.mask = slots - 1;
    add_lang(&keep, "en");
    for (int i = 0; i < embedded_catalogue_n; i++) add_lang(&keep, embedded_catalogues[i].tag);
    for (int i = 0; i < embedded_catalogue_n; i++) read_catalogue(&keep, &catalogues[i], i + 1);
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

static const str *row_of(Msg *m)
{
    const str *row = __atomic_load_n(&m->row, __ATOMIC_ACQUIRE);
    if (row) return row;
    row = *slot_of(str_from(m->id));
    if (!row) row = nowhere;
    __atomic_store_n(&m->row, row, __ATOMIC_RELEASE);
    return row;
}

str tr(const Lang *lang, Msg *m)
{
    const str *row = row_of(m);
    if (row == nowhere) return str_from(m->id);
    return row[lang->index].n ? row[lang->index] : row[0];
}

str tr_text(const Lang *lang, const char *english)
{
    Msg m = { .id = english };
    return tr(lang, &m);
}

static str form_at(str forms, int i)
{
    str_pair form = str_cut(forms, 0);
    while (i-- > 0 && form.found) form = str_cut(form.tail, 0);
    return form.head;
}

static str form_for(const Lang *lang, Msg *m, int64_t n)
{
    const str *row = row_of(m);
    if (lang->index == 0 || row == nowhere || !row[lang->index].n) return str_from(n == 1 ? m->id : m->many);
    return form_at(row[lang->index], plural_form(lang, n));
}

str tr_n(Arena *keep, const Lang *lang, Msg *m, int64_t n)
{
    str text = form_for(lang, m, n);
    if (str_find(text, S("{n}")) < 0) return text;             /* "one lesson" */
    return tr_fill(keep, text, &(Fill){ "n", int_in(keep, lang, n) }, 1);
}

static const Fill *fill_named(str name, const Fill *fills, int n)
{
    for (int i = 0; i < n; i++)
        if (str_eq(name, str_from(fills[i].name))) return &fills[i];
    return NULL;
}

/* Isolated (UAX 9): else a sign at the end of "+62 811" or "toko-" jumps to the other side. */
str fill_str(Scope *s, str v) { return s->lang->rtl ? str_cat(s->arena, S("\u2068"), v, S("\u2069")) : v; }

/* What a value says is never read for placeholders again. */
str tr_fill(Arena *keep, str text, const Fill *fills, int n)
{
    Out o;
    out_init(&o, keep, text.n + 32);
    for (;;) {
        str_pair open = str_cut(text, '{');
        out_str(&o, open.head);
        if (!open.found) return out_text(&o);
        str_pair close = str_cut(open.tail, '}');
        const Fill *fill = close.found ? fill_named(close.head, fills, n) : NULL;
        if (fill) out_str(&o, fill->value);
        else out_char(&o, '{');
        text = fill ? close.tail : open.tail;
    }
}

/* ---- languages --------------------------------------------------------------------------------------------------- */

int lang_count(void) { return lang_n; }

const Lang *lang_at(int index)
{
    CHECK(index >= 0 && index < lang_n);
    return &langs[index];
}

static str primary(str tag)
{
    return str_cut(tag, '-').head;
}

/* "zh-Hans-CN", then "zh-Hans", then "zh", then any language that begins with "zh". */
const Lang *lang_find(str tag)
{
    if (tag.n == 0) return NULL;
    for (str part = tag; part.n > 0;) {
        for (int i = 0; i < lang_n; i++)
            if (str_eq_nocase(part, str_from(langs[i].tag))) return &langs[i];
        do part.n--; while (part.n > 0 && part.p[part.n] != '-');
    }
    for (int i = 0; i < lang_n; i++)
        if (str_eq_nocase(primary(tag), primary(str_from(langs[i].tag)))) return &langs[i];
    return NULL;
}

/* A weight in thousandths: "1", "0.8", "0.125"; -1 when it is none. */
static int weight(str q)
{
    if (q.n == 0 || q.n > 5 || (q.p[0] != '0' && q.p[0] != '1') || (q.n > 1 && q.p[1] != '.')) return -1;
    int v = (q.p[0] - '0') * 1000;
    for (ptrdiff_t i = 2, unit = 100; i < q.n; i++, unit /= 10) {
        if (q.p[i] < '0' || q.p[i] > '9') return -1;
        v += (q.p[i] - '0') * (int)unit;
    }
    return v <= 1000 ? v : -1;
}

static int weight_of(str parameters)
{
    for (str_pair p = { .tail = parameters, .found = true }; p.found;) {
        p = str_cut(p.tail, ';');
        str_pair kv = str_cut(str_trim(p.head), '=');
        if (kv.found && str_eq_nocase(str_trim(kv.head), S("q"))) return weight(str_trim(kv.tail));
    }
    return 1000;
}

const Lang *lang_accept(str accept_language)
{
    enum { RANGES_MAX = 32 };                                  /* no person reads more */
    const Lang *best = &langs[0];
    int best_weight = 0;
    str_pair item = { .tail = accept_language, .found = true };
    for (int i = 0; item.found && i < RANGES_MAX; i++) {
        item = str_cut(item.tail, ',');
        str_pair range = str_cut(item.head, ';');
        str tag = str_trim(range.head);
        const Lang *lang = str_eq(tag, S("*")) ? &langs[0] : lang_find(tag);
        int w = lang ? weight_of(range.tail) : 0;
        if (w > best_weight) {
            best = lang;
            best_weight = w;
        }
    }
    return best;
}
