/* outbox_send - the job that hands one row over. outbox.h says in what order and why.
 *
 *   work    reads the row; a row found in HANDING was being handed over when somebody died, and nobody knows how that ended
 *   asked   before the step that cannot be taken back: the row becomes HANDING, on the disk
 *   write   the row becomes what came of it, in the transaction that takes the job away; what is to be tried again asks for a new job */
#include <errno.h>

#include "outbox/outbox_own.h"

static const int waits[] = { 5, 15, 30, 60, 120, 240, 480, 720 };        /* minutes; the last one again and again */
enum { WAITS = sizeof waits / sizeof *waits, ASLEEP_MS = HOUR };

int64_t out_wait_after(int64_t tries) { return waits[tries < WAITS ? tries : WAITS - 1] * (int64_t)MINUTE; }

typedef struct Try { outbox_rows_row_row row; bool found; char holder[TOKEN_CHARS_OUT + 1]; bool handed, asleep; Verdict verdict; } Try;

/* ---- work ------------------------------------------------------------------------------------------------------------------ */

typedef struct Asking { Scope *s; Try *try; } Asking;

static bool hand_rule(Scope *s, void *arg)
{
    Try *t = arg;
    return outbox_rows_hand(s, t->row.name, str_from(t->holder), s->now) == 1;
}

/* From here on it may have arrived. When the disk does not say that it holds this, the helper is told to stop. */
static bool may_be_handed_over(void *arg)
{
    Asking *a = arg;
    Landing l;
    SCRATCH(tmp, a->s->arena);
    return a->try->handed = site_write(a->s->site, &tmp, 0, hand_rule, a->try, &l);
}

static str end_words(ChildEnd end)
{
    return end == CHILD_TOO_SLOW ? S("It took too long.") : end == CHILD_AWAY ? S("No helper is there just now.") : S("The helper fell over.");
}

static void hand_over(Scope *s, const OutSettings *set, Try *t)
{
    OutOrder order;
    OutAnswer answer;
    str why;
    Asking asking = { s, t };
    if (!out_order_of(s, set, &t->row, &order, &why)) {
        out_say(&t->verdict, OUT_END_LATER, why);
        return;
    }
    ChildEnd end = out_errand(s, &order, may_be_handed_over, &asking, &answer);
    if (end == CHILD_DONE) t->verdict = out_verdict((OutKind)t->row.kind, t->row.name, &answer);
    else out_say(&t->verdict, t->handed ? OUT_END_DOUBT : OUT_END_NOT_BEGUN, end_words(end));
}

/* The same name each time: a second try finds its file, and writes the same into it. */
static void into_file(Scope *s, Try *t)
{
    const char *folder = str_fmt(s->arena, "%s/outbox", s->site->config.data).p;
    const char *path = str_fmt(s->arena, "%s/%.*s.%s", folder, STR_ARG(t->row.name), t->row.kind == OUT_MAIL ? "eml" : "sms").p;
    str bytes = t->row.kind == OUT_MAIL ? t->row.body : str_cat(s->arena, t->row.receiver, S("\n"), t->row.body, S("\n"));
    bool written = os_make_dirs(folder) && os_write_file(path, bytes);
    if (written) out_say(&t->verdict, OUT_END_DONE, S(""));
    else out_say(&t->verdict, OUT_END_LATER, str_fmt(s->arena, "The file cannot be written: %s.", strerror(errno)));
}

static void sleep_on(Try *t, str why)
{
    t->asleep = true;
    out_say(&t->verdict, OUT_END_LATER, why);
}

static void try_row(Scope *s, Try *t)
{
    OutSettings set;
    str why;
    if (!out_settings(s->site, s->arena, &set, &why)) {
        sleep_on(t, why);
        return;
    }
    OutTo to = t->row.kind == OUT_MAIL ? set.mail : t->row.kind == OUT_SMS ? set.sms : set.hosts.n ? OUT_TO_SERVER : OUT_TO_NOBODY;
    if (to == OUT_TO_SERVER) hand_over(s, &set, t);
    else if (to == OUT_TO_FILES) into_file(s, t);
    else sleep_on(t, t->row.kind == OUT_MAIL ? S("SAMPAN_SMTP names no server.") : t->row.kind == OUT_SMS ? S("SAMPAN_SMS names no gateway.")
                                                                                  : S("SAMPAN_HOSTS names no host."));
}

static void read_rule(Scope *s, void *arg)
{
    Try *t = arg;
    t->found = outbox_rows_row(s, t->row.name, &t->row);
}

JobEnd out_work(Scope *s, Job *job)
{
    char drawn[TOKEN_CHARS_OUT / 2];
    Try *t = job->found = NEW(s->arena, Try, 1);
    t->row.name = job->body;
    job_read(s, read_rule, t);
    if (!t->found) return JOB_DONE;
    os_random(drawn, sizeof drawn);
    memcpy(t->holder, hex_encode(s->arena, (str){ drawn, sizeof drawn }).p, TOKEN_CHARS_OUT);
    if (t->row.state == OUT_HANDING) {
        t->handed = true;                                /* by whom died */
        memset(t->holder, 0, sizeof t->holder);
        memcpy(t->holder, t->row.holder.p, (size_t)(t->row.holder.n < TOKEN_CHARS_OUT ? t->row.holder.n : TOKEN_CHARS_OUT));
        out_say(&t->verdict, OUT_END_DOUBT, S("The program ended while it was handed over."));
    }
    else if (t->row.state == OUT_WAITING) try_row(s, t);
    else t->found = false;
    return JOB_DONE;
}

/* ---- write ------------------------------------------------------------------------------------------------------------------ */

typedef struct Fate { OutState state; int64_t due; bool tried, doubt; } Fate;

static Fate again(Scope *s, const Try *t)
{
    int64_t own = out_wait_after(t->row.tries), wait = t->asleep ? ASLEEP_MS : t->verdict.wait > own ? t->verdict.wait : own;
    bool over = s->now + wait > t->row.made + OUT_DAYS * DAY;
    return (Fate){ .state = over ? OUT_FAILED : OUT_WAITING, .due = s->now + wait, .tried = !t->asleep };
}

static Fate fate_of(Scope *s, const Try *t)
{
    Fate f = { .tried = true };
    switch (t->verdict.end) {
    case OUT_END_DONE:  f.state = OUT_SENT; break;
    case OUT_END_NEVER: f.state = OUT_FAILED; break;
    case OUT_END_DOUBT:
        f = again(s, t);
        if (t->row.once) f.state = OUT_UNKNOWN;
        f.doubt = true;
        break;
    default: f = again(s, t);
    }
    return f;
}

/* Nothing when it was cancelled or erased meanwhile: then it has a state of its own, or no row. */
bool out_write(Scope *s, Job *job)
{
    const Try *t = job->found;
    if (!t->found) return true;
    Fate f = fate_of(s, t);
    if (outbox_rows_settle(s, t->row.name, str_from(t->holder), !t->handed, f.state, s->now, f.due, f.tried, f.doubt, str_from(t->verdict.why)) != 1)
        return true;
    if (f.state == OUT_SENT) outbox_rows_forget_words(s, t->row.name, S(""));
    if (f.state == OUT_WAITING) jobs_add(s, out_job_of[t->row.kind], t->row.name, f.due);
    else out_tell(s, t->row.told, t->row.name);
    return true;
}
