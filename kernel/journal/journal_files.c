/* journal_files - bodies that are too long for the table, and files that bodies name. They travel after records, by need.
 *
 *   wanted <node>                 who asks
 *   file <hash> <have>            a file it lacks, and how much of it is here
 *   signed <signature>
 *
 *   piece <hash> <size> <offset> <bytes, base64url>
 *
 * Rule     a file goes only to a node that may hold a stream in which a record names it. */
#include "journal/journal_own.h"

#include "files/files.h"

enum { PIECE_BYTES = 48 * 1024, HASH_CHARS = 64, FILE_MAX = 64 << 20 };

/* ---- which files a record needs ------------------------------------------------------------------------------------------ */

typedef struct Outside { str file; int64_t size; } Outside;

static bool is_outside(Scope *s, str body, Outside *ret)
{
    static const BodyField fields[] = { { "file", BODY_FILE, offsetof(Outside, file), HASH_CHARS, NULL },
                                        { "size", BODY_INT, offsetof(Outside, size), 0, NULL } };
    static const BodyShape shape = { fields, 2, sizeof(Outside), alignof(Outside) };
    return str_starts(body, S("{\"file\":")) && body_read(s, &shape, body, ret) && ret->file.n == HASH_CHARS && ret->size > INLINE_BYTES_MAX;
}

void outside_note(Scope *s, const Record *r)
{
    Outside o;
    if (is_outside(s, r->body, &o)) journal_rows_file_add(s, str_keep(s->arena, o.file), r->id);
}

bool body_fetch(Scope *s, Record *r)
{
    Outside o;
    if (!is_outside(s, r->body, &o)) return true;
    const char *path = o.size <= JOURNAL_BODY_MAX ? files_path(s, o.file) : NULL;
    if (path && os_read_file(s->arena, path, JOURNAL_BODY_MAX, &r->body)) return true;
    journal_rows_wait(s, r->id, str_cat(s->arena, S("file "), o.file));
    return false;
}

void waiting_land(Scope *s, str what)
{
    Record r;
    for (bool more = true; more;) {
        Arena mark = *s->arena;
        journal_rows_waiting_for_rows rows = journal_rows_waiting_for(s, what, 200);
        for (ptrdiff_t i = 0; i < rows.n; i++) {
            int n = 0;
            bool known = record_with_person(s, rows.row[i].record, &r) && (kinds_named(s->site->journal, r.kind, &n), n > 0);
            if (!known && str_starts(what, S("kind "))) { more = false; break; }
            journal_rows_wait_not(s, rows.row[i].record);
            if (known) note_again(s, &r), stale_record(s, &r);
        }
        more = more && rows.n == 200;
        scope_rewind(s, mark);
    }
}

/* ---- asking ----------------------------------------------------------------------------------------------------------------- */

str journal_files_wanted(Scope *s)
{
    Out o;
    journal_rows_files_lacking_rows rows = journal_rows_files_lacking(s);
    out_init(&o, s->arena, 128 + rows.n * 96);
    out_fmt(&o, "wanted %lld %lld\n", (long long)self_node(s), (long long)s->now);
    for (ptrdiff_t i = 0; i < rows.n; i++) out_fmt(&o, "file %.*s %lld\n", STR_ARG(rows.row[i].file), (long long)files_part_size(s, rows.row[i].file));
    signed_end(s, &o);
    return out_text(&o);
}

/* ---- giving ----------------------------------------------------------------------------------------------------------------- */

static bool may_have(Scope *s, int64_t node, str file)
{
    journal_rows_file_records_rows rows = journal_rows_file_records(s, file);
    for (ptrdiff_t i = 0; i < rows.n; i++)
        if (node_may_hold(s, node, (Audience)rows.row[i].audience, rows.row[i].stream)) return true;
    return false;
}

/* False: it does not fit any more. */
static bool piece_write(Scope *s, Out *o, str file, int64_t from, ptrdiff_t max)
{
    StoredFile f;
    str bytes;
    if (!files_find(s, file, &f) || f.size > FILE_MAX) return true;
    while (from < f.size) {
        if (o->n + PIECE_BYTES * 4 / 3 + 200 > max) return false;
        Arena mark = *s->arena;
        if (!files_read(s, file, from, PIECE_BYTES, &bytes) || bytes.n == 0) return true;
        out_fmt(o, "piece %.*s %lld %lld ", STR_ARG(file), (long long)f.size, (long long)from);
        out_str(o, base64url_encode(s->arena, bytes));
        out_char(o, '\n');
        from += bytes.n;
        scope_rewind(s, mark);
    }
    return true;
}

str journal_files_given(Scope *s, str wanted, ptrdiff_t max_bytes)
{
    Out o;
    str lines, line;
    int64_t time, node = message_node(wanted, "wanted", &time), have;
    if (max_bytes < 2 * PIECE_BYTES) max_bytes = 2 * PIECE_BYTES;
    if (!node || !signed_by(s, wanted, node, &lines)) return (str){ 0 };
    out_init(&o, s->arena, max_bytes + 256);
    for (bool fits = true; fits && lines.n;) {
        str_pair cut = str_cut(lines, '\n'), word = str_cut(cut.head, ' '), file = str_cut(word.tail, ' ');
        lines = cut.tail;
        line = file.head;
        if (str_eq(word.head, S("file")) && str_int(file.tail, &have) && have >= 0 && may_have(s, node, line)) fits = piece_write(s, &o, line, have, max_bytes);
    }
    return out_text(&o);
}

/* ---- taking ----------------------------------------------------------------------------------------------------------------- */

static void piece_came(Scope *s, str line, Received *got)
{
    int64_t size, from;
    str bytes;
    str_pair file = str_cut(line, ' '), whole = str_cut(file.tail, ' '), offset = str_cut(whole.tail, ' ');
    bool fine = file.head.n == HASH_CHARS && str_int(whole.head, &size) && size > 0 && size <= FILE_MAX && str_int(offset.head, &from)
             && base64url_decode(s->arena, offset.tail, &bytes);
    if (!fine || journal_rows_file_named(s, file.head) == 0) {
        got->refused++;
        if (got->why.n == 0) got->why = T(s, "A line could not be read.");
        return;
    }
    FilePart part = files_part_add(s, file.head, size, from, bytes);
    if (part == FILE_PART_WHOLE) {
        got->added++;
        waiting_land(s, str_cat(s->arena, S("file "), file.head));
    }
    else if (part == FILE_PART_WRONG) {
        got->refused++;
        if (got->why.n == 0) got->why = T(s, "A file is not what its name says.");
    }
}

Received journal_files_take(Scope *s, str given)
{
    Received got = { 0 };
    CHECK(s->writing);
    while (given.n) {
        str_pair cut = str_cut(given, '\n'), word = str_cut(cut.head, ' ');
        Arena mark = *s->arena;
        given = cut.tail;
        if (cut.found && str_eq(word.head, S("piece"))) piece_came(s, word.tail, &got);
        scope_rewind(s, mark);
    }
    settle(s, PART_RECORDS);
    return got;
}
