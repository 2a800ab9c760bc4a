/* example - the rules of the notebook.
 *
 * Tables   example_note, example_done: derived from the journal, changed only by the two apply functions
 * Records  example.written {"body"}       example.marked {"done"}, subject: the note's id
 *          person.erased: of the people module
 * Rule     a note is seen by the one who wrote it and by nobody else, so "not yours" is "not found". */
#include "example.h"

#include "example_sql.h"

int64_t example_write(Scope *s, str body)
{
    Out o;
    out_init(&o, s->arena, body.n + 32);
    Json j = json_to(&o);
    json_object(&j, S(""));
    json_str(&j, S("body"), body);
    json_object_end(&j);
    return journal_add(s, "example.written", S(""), out_text(&o));
}

void example_mark_done(Scope *s, int64_t note, bool done)
{
    str subject = str_fmt(s->arena, "%lld", (long long)note);
    journal_add(s, "example.marked", subject, done ? S("{\"done\":true}") : S("{\"done\":false}"));
}

static void apply_written(Scope *s, const Record *r)
{
    Body *b = body_read(s, r->body);
    if (b) example_insert(s, r->id, r->actor, body_str(b, "body"), r->at);
}

static void apply_marked(Scope *s, const Record *r)
{
    Body *b = body_read(s, r->body);
    int64_t note;
    if (b && str_int(r->subject, &note)) example_mark(s, note, r->actor, body_bool(b, "done"), r->id);
}

static void apply_erased(Scope *s, const Record *r)
{
    int64_t person;
    if (!str_int(r->subject, &person)) return;
    example_drop_notes(s, person);
    example_drop_done(s, person);
}

const EntryKind example_kinds[EXAMPLE_KINDS] = {
    { "example.written", apply_written, MERGE_APPEND, .personal = true },
    { "example.marked",  apply_marked,  MERGE_LATEST, .personal = true },
    { "person.erased",   apply_erased,  MERGE_APPEND },
};
