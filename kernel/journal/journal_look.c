/* journal_look - what is kept is looked at again, once a day and slowly: the signed stretches, and the files.
 *
 * Both read in short read transactions and hash with none open; what was found is written at the end of a part, some minutes long, with
 * the place where the next part goes on. A round that has not ended when the next one is due is the round of that day too.
 *
 * Rule     what looked damaged is looked at once more where nothing moves, before anything is written of it. */
#include "files/files.h"
#include "journal/journal_own.h"

enum { CHECK_PAGE = 64, CHECK_PAGES = 120, CHECK_PAUSE_MS = SECOND };
enum { FILES_PAGE = 64, FILES_FOUND_MAX = 500, FILES_PAUSE_MS = 500, NAME_CHARS = 64 };
#define FILES_PAUSE_BYTES (4 * INT64_C(1024 * 1024))          /* 8 MB a second at most: a disk has others to serve */
#define FILES_PART_BYTES  (256 * INT64_C(1024 * 1024))            /* also of the slowest disk that is in time for the limit of a job */

/* A round begins with an empty body. */
static void waiting_rule(Scope *s, void *arg)
{
    const char **kind = arg;
    if (!jobs_are_waiting(s, *kind)) *kind = NULL;
}

static bool goes_on_already(Scope *s, const Job *job, const char *kind)
{
    if (job->body.n) return false;
    job_read(s, waiting_rule, &kind);
    return kind != NULL;
}

/* ---- signed stretches -------------------------------------------------------------------------------------------------------- */

typedef struct Place { int64_t stream, node, seq; } Place;
static const Place first_place = { INT64_MIN, 1, 0 }, past_the_last = { 0, 0, 0 };

static bool seal_holds(Scope *s, const Place *p)
{
    Chain c;
    journal_rows_seal_row seal;
    journal_rows_node_row by;
    Stretch at = { .stream = p->stream, .node = p->node, .to = p->seq };
    int64_t before = journal_rows_seal_before(s, p->stream, p->node, p->seq);
    chain_begin(&c, hash_up_to(s, p->stream, p->node, before));
    journal_rows_after_seq_rows page = journal_rows_after_seq(s, p->stream, p->node, before, p->seq, STRETCH_RECORDS);
    for (ptrdiff_t i = 0; i < page.n; i++) {
        Stored r = stored_of(&page.row[i]);
        if (r.r.seq != before + 1 + i) return false;
        at.audience = r.r.audience;
        chain_record(s, &c, &r);
    }
    str hash = chain_end(s->arena, &c);
    return page.n == p->seq - before && journal_rows_seal(s, p->stream, p->node, p->seq, &seal) && str_eq(hash, seal.hash)
        && journal_rows_node(s, p->node, &by) && key_signs(s->arena, by.key, seal_text(s->arena, &at, hash), seal.signature);
}

/* A page from a place on: where it came to, and what did not hold. */
typedef struct Look { Place from; Place bad[CHECK_PAGE]; int bad_n; } Look;

static void look_rule(Scope *s, void *arg)
{
    Look *l = arg;
    journal_rows_seals_from_rows rows = journal_rows_seals_from(s, l->from.stream, l->from.node, l->from.seq, CHECK_PAGE);
    l->bad_n = 0;
    for (ptrdiff_t i = 0; i < rows.n; i++) {
        Arena mark = *s->arena;
        l->from = (Place){ rows.row[i].stream, rows.row[i].node, rows.row[i].seq };
        if (!seal_holds(s, &l->from)) l->bad[l->bad_n++] = l->from;
        scope_rewind(s, mark);
    }
    if (rows.n < CHECK_PAGE) l->from = past_the_last;
}

static void damage_say(Scope *s, const Place *p)
{
    if (seal_holds(s, p)) return;
    journal_rows_damage_add(s, p->stream, p->node, p->seq, s->now);
    os_log(LOG_ERROR, "journal: records of node %lld up to number %lld of %.*s are not as they were signed", (long long)p->node, (long long)p->seq,
           STR_ARG(stream_name(s->arena, p->stream < 0 ? AUDIENCE_CARD : 0, p->stream)));
}

/* Job journal.check: its body says where to go on. */
typedef struct Checked { bool begins; Place next; Place *bad; ptrdiff_t bad_n; } Checked;

static bool read_place(str body, Place *ret)
{
    str_pair a = str_cut(body, ' '), b = str_cut(a.tail, ' ');
    *ret = first_place;
    return !body.n || (str_int(a.head, &ret->stream) && str_int(b.head, &ret->node) && str_int(b.tail, &ret->seq));
}

static void check_page(Scope *s, Look *l, Checked *c)
{
    Arena mark = *s->arena;
    job_read(s, look_rule, l);
    scope_rewind(s, mark);
    memcpy(c->bad + c->bad_n, l->bad, sizeof l->bad[0] * (size_t)l->bad_n);
    c->bad_n += l->bad_n;
}

JobEnd check_work(Scope *s, Job *job)
{
    Look l;
    Checked *c = job->found = NEW(s->arena, Checked, 1);
    if (!read_place(job->body, &l.from)) return JOB_NEVER;
    if (goes_on_already(s, job, "journal.check")) return JOB_DONE;
    c->begins = job->body.n == 0;
    c->bad = NEW(s->arena, Place, CHECK_PAGES * CHECK_PAGE);
    for (int i = 0; i < CHECK_PAGES && l.from.node; i++) {
        if (i) job_rest(job, CHECK_PAUSE_MS);
        if (job_is_cancelled(job)) return JOB_AGAIN;
        check_page(s, &l, c);
    }
    c->next = l.from;
    return JOB_DONE;
}

bool check_write(Scope *s, Job *job)
{
    const Checked *c = job->found;
    if (c->begins) journal_rows_damage_drop(s);
    for (ptrdiff_t i = 0; i < c->bad_n; i++) damage_say(s, &c->bad[i]);
    str place = str_fmt(s->arena, "%lld %lld %lld", (long long)c->next.stream, (long long)c->next.node, (long long)c->next.seq);
    if (c->next.node) jobs_add(s, "journal.check", place, s->now);
    return true;
}

/* All of it at once, for who wants to know now. */
bool check_all(Scope *s, void *arg)
{
    Look l = { .from = first_place };
    journal_rows_damage_drop(s);
    while (l.from.node) {
        look_rule(s, &l);
        for (int i = 0; i < l.bad_n; i++) damage_say(s, &l.bad[i]);
    }
    return true;
}

/* ---- files --------------------------------------------------------------------------------------------------------------------- */

typedef struct SeenFile { char name[NAME_CHARS]; FileSeen seen; } SeenFile;

/* Job files.check: its body is the name after which to go on. */
typedef struct FilesChecked { char next[NAME_CHARS]; bool more; SeenFile *file; ptrdiff_t n; int64_t bytes, rested; } FilesChecked;
typedef struct FilesPage { str after; FilesHeld files; } FilesPage;

static void page_rule(Scope *s, void *arg)
{
    FilesPage *p = arg;
    p->files = files_after(s, p->after, FILES_PAGE);
}

/* What is whole and was known to be is not spoken of. */
static void file_look(Scope *s, Job *job, FilesChecked *c, const FileHeld *f)
{
    FileSeen seen = files_look(s->site, f->name);
    memcpy(c->next, f->name.p, NAME_CHARS);
    c->bytes += seen.size;
    if (seen.state != FILE_WHOLE || f->damaged) {
        SeenFile *file = &c->file[c->n++];
        memcpy(file->name, f->name.p, NAME_CHARS);
        file->seen = seen;
    }
    if (c->bytes - c->rested < FILES_PAUSE_BYTES) return;
    job_rest(job, FILES_PAUSE_MS);
    c->rested = c->bytes;
}

static void files_page(Scope *s, Job *job, FilesChecked *c)
{
    Arena mark = *s->arena;
    FilesPage p = { .after = { c->next, c->next[0] ? NAME_CHARS : 0 } };
    job_read(s, page_rule, &p);
    ptrdiff_t i = 0;
    while (i < p.files.n && c->bytes < FILES_PART_BYTES && !job_is_cancelled(job)) file_look(s, job, c, &p.files.row[i++]);
    c->more = i < p.files.n || p.files.n == FILES_PAGE;
    scope_rewind(s, mark);
}

static void any_rule(Scope *s, void *arg) { *(bool *)arg = files_after(s, (str){ 0 }, 1).n > 0; }

/* Nobody's files are taken for lost because a disk is not mounted. */
static bool folder_is_away(Scope *s, Job *job)
{
    bool any;
    job_read(s, any_rule, &any);
    if (!any || !files_are_away(s->site)) return false;
    snprintf(job->why, sizeof job->why, "The folder of files is not there, or empty, and there should be files in it.");
    return true;
}

JobEnd files_work(Scope *s, Job *job)
{
    FilesChecked *c = job->found = NEW(s->arena, FilesChecked, 1);
    if (job->body.n && job->body.n != NAME_CHARS) return JOB_NEVER;
    if (goes_on_already(s, job, "files.check")) return JOB_DONE;
    if (folder_is_away(s, job)) return JOB_NEVER;
    if (job->body.n) memcpy(c->next, job->body.p, NAME_CHARS);
    c->file = NEW(s->arena, SeenFile, FILES_FOUND_MAX);
    do files_page(s, job, c);
    while (c->more && c->bytes < FILES_PART_BYTES && c->n <= FILES_FOUND_MAX - FILES_PAGE && !job_is_cancelled(job));
    return job_is_cancelled(job) ? JOB_AGAIN : JOB_DONE;
}

/* Where a record names it others may have it: it has no row from now on, and the next exchange asks for it. */
bool files_write(Scope *s, Job *job)
{
    const FilesChecked *c = job->found;
    bool alone = is_alone(s);
    for (ptrdiff_t i = 0; i < c->n; i++) {
        str name = { c->file[i].name, NAME_CHARS };
        files_note(s, name, &c->file[i].seen, !alone && journal_rows_file_named(s, name) > 0);
    }
    if (c->more) jobs_add(s, "files.check", (str){ c->next, NAME_CHARS }, s->now);
    return true;
}
