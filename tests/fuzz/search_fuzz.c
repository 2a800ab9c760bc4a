/* search_fuzz - any bytes as a text and as what somebody typed. The bytes before the first NUL were typed, the rest is
 * a text.
 *
 * Holds that: words are UTF-8 without blanks or signs and stand where they say; SQLite takes every question made of
 * them; a snippet has no markup but its marks. */
#include <sqlite3.h>

#include "search/search_own.h"

enum { ROOM = 64 << 20 };

typedef struct Checking { str text; int64_t n; } Checking;

static void is_plain_word(str word)
{
    CHECK(word.n > 0 && word.n <= 300 && str_is_utf8(word));
    for (ptrdiff_t i = 0; i < word.n; i++) {
        unsigned char c = (unsigned char)word.p[i];
        CHECK(c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'));
    }
}

static bool check_word(void *self, const Word *w)
{
    Checking *c = self;
    is_plain_word(w->exact);
    is_plain_word(w->bare);
    CHECK(w->from >= 0 && w->from < w->to && w->to <= c->text.n);
    return ++c->n < 100000;
}

static void check_question(Arena *arena, const Terms *t)
{
    static sqlite3 *db;
    static sqlite3_stmt *q;
    if (!db) {
        CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK);
        CHECK(sqlite3_exec(db, "CREATE VIRTUAL TABLE i USING fts5 (title, text, tokenize = 'ascii')", NULL, NULL, NULL)
              == SQLITE_OK);
        CHECK(sqlite3_prepare_v2(db, "SELECT rowid FROM i WHERE i MATCH ?", -1, &q, NULL) == SQLITE_OK);
    }
    str asked = search_fts5(arena, t);
    CHECK(sqlite3_bind_text(q, 1, asked.p, (int)asked.n, SQLITE_STATIC) == SQLITE_OK);
    CHECK(sqlite3_step(q) == SQLITE_DONE);
    sqlite3_reset(q);
    CHECK(search_tsquery(arena, t).n > 0);
}

static void check_snippet(str s)
{
    int open = 0;
    while (s.n > 0) {
        if (str_starts(s, S("<mark>"))) open++;
        else if (str_starts(s, S("</mark>"))) open--;
        else CHECK(s.p[0] != '<' || str_starts(s, S("<mark>")));
        CHECK(open == 0 || open == 1);
        s = str_slice(s, 1, s.n);
    }
    CHECK(open == 0);
}

static void check(Scope *s, void *arg)
{
    str_pair cut = str_cut(*(str *)arg, '\0');
    str text = search_nfc(s->arena, cut.tail);
    CHECK(str_is_utf8(text) && text.n <= TEXT_BYTES_MAX);
    Checking c = { text, 0 };
    search_each_word(s->arena, text, false, check_word, &c);
    search_each_word(s->arena, text, true, check_word, &c);
    Terms t = search_terms(s->arena, cut.head);
    if (t.n == 0) return;
    check_question(s->arena, &t);
    check_snippet(search_snippet(s->arena, text, &t).s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    if (!region.base) CHECK(region_open(&region, ROOM));
    Arena arena = region_arena(&region, NULL);
    Scope s = { .arena = &arena };
    str input = { (const char *)data, (ptrdiff_t)size };
    Landing l;
    CHECK(scope_try(&s, check, &input, &l));
    return 0;
}
