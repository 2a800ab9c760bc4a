/* example - two pages: the notebook, and one note.
 *
 * URLs     /example, /example/:id, /example/:id/completion */
#include "example.h"
#include "example_pages.h"
#include "example_sql.h"
#include "web/web.h"

static Reply notebook_get(Request *rq)
{
    return example_notebook(rq, example_mine(&rq->s, rq->s.me), form(rq));
}

static Reply note_post(Request *rq)
{
    Form *f = form(rq);
    str body = form_long(f, "body", 1, NOTE_CHARS_MAX);
    if (form_bad(f)) return unprocessable(example_notebook(rq, example_mine(&rq->s, rq->s.me), f));
    return see_other(rq, "/example/%lld", (long long)example_written_add(&rq->s, (example_written_body){ body }));
}

static bool find(Request *rq, example_note_row *ret)
{
    return example_note(&rq->s, path_int(rq, "id"), rq->s.me, ret);
}

static Reply note_get(Request *rq)
{
    example_note_row note;
    if (!find(rq, &note)) return not_found(rq);
    return example_one(rq, &note);
}

static Reply complete(Request *rq, bool done)
{
    example_note_row note;
    if (!find(rq, &note)) return not_found(rq);
    example_marked_add(&rq->s, note.id, (example_marked_body){ done });
    return see_other(rq, "/example/%lld", (long long)note.id);
}

static Reply completion_post(Request *rq) { return complete(rq, true); }
static Reply completion_delete(Request *rq) { return complete(rq, false); }

static const Route routes[] = {
    GET   ("/example",                notebook_get,      .who = WHO_SIGNED_IN, .page = "notebook"),
    POST  ("/example",                note_post,         .who = WHO_SIGNED_IN, .page = "notebook"),
    GET   ("/example/:id",            note_get,          .who = WHO_SIGNED_IN, .page = "one"),
    POST  ("/example/:id/completion", completion_post,   .who = WHO_SIGNED_IN),
    DELETE("/example/:id/completion", completion_delete, .who = WHO_SIGNED_IN),
};

const Module example_module = {
    .name = "example",
    .routes = routes,           .route_n = COUNT_OF(routes),
    .records = example_records, .record_n = EXAMPLE_RECORDS,
};
