/* example - what records of the notebook become.
 *
 * Tables   example_note, example_done: made from records, and only by the two functions below
 * Records  example.records
 * Rule     a note is seen by the one who wrote it and by nobody else, so "not yours" is "not found". */
#include "example.h"

#include "example_sql.h"

void example_written_apply(Scope *s, const Record *r, const example_written_body *b)
{
    example_insert(s, r->id, r->person, b->body, r->at);
}

void example_marked_apply(Scope *s, const Record *r, const example_marked_body *b)
{
    example_mark(s, journal_subject_id(r), r->person, b->done);
}
