/* search - documents in, hits out.
 *
 * Tables   search_doc; search_index (FTS5) on SQLite, search_doc.tokens (tsvector) on PostgreSQL
 * Rule     an engine is only ever given words that search_words.c made, in documents and in questions alike. */
#include "search/search.h"

#include "journal/journal.h"
#include "search/search_own.h"
#include "search_rows_sql.h"
#include "web/site.h"

enum { HITS_MAX = 50, TITLE_BYTES_MAX = 1000, POSITION_MAX = 16383, WORD_ROOM = 700 };

/* ---- documents in ------------------------------------------------------------------------------------------------ */

/* room is taken at once, because the words of the text are made in the same arena meanwhile. */
typedef struct Writing { Out room; DbEngine engine; char weight; int position; } Writing;

static void write_token(Writing *k, str token)
{
    Out *o = &k->room;
    if (k->engine == DB_SQLITE) {
        out_str(o, token);
        out_char(o, ' ');
    } else {
        out_fmt(o, "'%.*s':%d%c ", STR_ARG(token), k->position < POSITION_MAX ? k->position : POSITION_MAX, k->weight);
    }
}

/* A word and its bare form stand in the same place where the engine has places to give. */
static bool write_word(void *self, const Word *w)
{
    Writing *k = self;
    if (k->room.cap - k->room.n < WORD_ROOM) return false;
    k->position++;
    write_token(k, w->exact);
    if (!str_eq(w->exact, w->bare)) write_token(k, w->bare);
    return true;
}

static str words_for(Scope *s, str text, char weight)
{
    Writing k = { .engine = db_engine(s->site->db), .weight = weight };
    out_init(&k.room, s->arena, 12 * text.n + 2 * WORD_ROOM);
    SCRATCH(tmp, s->arena);
    search_each_word(&tmp, text, false, write_word, &k);
    return out_text(&k.room);
}

static int64_t id_for(Scope *s, const SearchDoc *doc)
{
    int64_t id = search_rows_id(s, doc->kind, doc->key, doc->lang);
    return id ? id : journal_id(s);
}

void search_put(Scope *s, const SearchDoc *doc)
{
    CHECK(s->writing && doc->kind.n && doc->key.n);
    Arena mark = *s->arena;
    str title = search_nfc(s->arena, str_slice(doc->title, 0, TITLE_BYTES_MAX));
    str text = search_nfc(s->arena, doc->text);
    int64_t id = id_for(s, doc);
    int weight = doc->weight < -9 ? -9 : doc->weight;
    search_rows_put(s, id, doc->kind, doc->key, doc->lang, title, doc->url, text, doc->area, weight);
    search_rows_unindex(s, id);
    str title_words = words_for(s, title, 'A');
    search_rows_index(s, id, title_words, words_for(s, text, 'D'));
    arena_rewind(s->arena, mark);
}

void search_drop(Scope *s, str kind, str key)
{
    search_rows_ids_rows ids = search_rows_ids(s, kind, key);
    for (ptrdiff_t i = 0; i < ids.n; i++) {
        search_rows_unindex(s, ids.row[i].id);
        search_rows_drop(s, ids.row[i].id);
    }
}

/* ---- hits out ---------------------------------------------------------------------------------------------------- */

SearchHits search_find(Scope *s, str typed, int64_t from, int max)
{
    Terms terms = search_terms(s->arena, typed);
    if (terms.n == 0) return (SearchHits){ 0 };
    str question = db_engine(s->site->db) == DB_SQLITE ? search_fts5(s->arena, &terms) : search_tsquery(s->arena, &terms);
    if (max > HITS_MAX) max = HITS_MAX;

    DbAsk count = search_rows_count_ask(s, question);
    DbAsk find = search_rows_find_ask(s, question, str_from(s->lang->tag), from > 0 ? from : 0, max > 0 ? max : 0);
    int64_t total = search_rows_count_got(s, &count);
    search_rows_find_rows found = search_rows_find_got(s, &find);

    SearchHits hits = { .row = NEW(s->arena, SearchHit, found.n), .n = found.n, .total = total };
    for (ptrdiff_t i = 0; i < found.n; i++) {
        search_rows_find_row *f = &found.row[i];
        hits.row[i] = (SearchHit){ f->kind, f->key, f->title, f->url, f->area, search_snippet(s->arena, f->text, &terms) };
    }
    return hits;
}

void SearchHits_json(Json *j, str key, const SearchHits *h)
{
    json_object(j, key);
    json_int(j, S("total"), h->total);
    json_array(j, S("hits"));
    for (ptrdiff_t i = 0; i < h->n; i++) {
        const SearchHit *hit = &h->row[i];
        json_object(j, S(""));
        json_str(j, S("kind"), hit->kind);
        json_str(j, S("key"), hit->key);
        json_str(j, S("title"), hit->title);
        json_str(j, S("url"), hit->url);
        json_str(j, S("area"), hit->area);
        json_str(j, S("snippet"), hit->snippet.s);
        json_object_end(j);
    }
    json_array_end(j);
    json_object_end(j);
}

/* ---- for the tests and the fuzzer -------------------------------------------------------------------------------- */

typedef struct Listing { Out out; } Listing;

static bool list_word(void *self, const Word *w)
{
    Out *o = &((Listing *)self)->out;
    if (o->cap - o->n < WORD_ROOM) return false;
    out_str(o, o->n ? S(" ") : S(""));
    out_str(o, w->exact);
    if (str_eq(w->exact, w->bare)) return true;
    out_char(o, ' ');
    out_str(o, w->bare);
    return true;
}

str search_tokens(Arena *keep, str text, bool query)
{
    Listing l;
    text = search_nfc(keep, text);
    out_init(&l.out, keep, 12 * text.n + 2 * WORD_ROOM);
    SCRATCH(tmp, keep);
    search_each_word(&tmp, text, query, list_word, &l);
    return out_text(&l.out);
}
