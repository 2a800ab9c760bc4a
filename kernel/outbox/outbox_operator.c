/* outbox_operator - what whoever looks after the machine sees of what leaves, and does with it.
 *
 *   sampan outbox list              what waits, what nobody knows, what was given up or came back, what left last
 *   sampan outbox retry NAME        sends it again, with all its tries
 *   sampan outbox cancel NAME       it is not sent, or not again
 *   sampan outbox secret smtp|sms   asks for it and keeps it; an empty line takes it away. `sms new` draws one and shows it
 *
 * Whom something is for is shown, and why it did not arrive; its words are not. */
#include <errno.h>
#include <sodium.h>
#include <unistd.h>

#include "outbox/outbox_own.h"

enum { LIST_ROWS = 100, COMMAND_BYTES = 64 << 20, SWEEP_ROWS = 500, LATE_MS = HOUR, NEW_BYTES = 32 };

static const char *const kind_words[] = { "", "mail", "hook", "SMS" };
static const char *const state_words[] = { "", "waits", "is being handed over", "was sent", "may have arrived", "was given up", "came back",
        "was cancelled" };

/* ---- what is swept ------------------------------------------------------------------------------------------------------------ */

/* Whose job was given up, or came with a copy of the database, gets another. A second one beside the first would take what that has in its hand
 * for what somebody left who died. */
static void wake_late(Scope *s)
{
    outbox_rows_late_rows rows = outbox_rows_late(s, s->now - LATE_MS, SWEEP_ROWS);
    for (ptrdiff_t i = 0; i < rows.n; i++) {
        bool known = rows.row[i].kind >= OUT_MAIL && rows.row[i].kind <= OUT_SMS;
        const char *job = known ? out_job_of[rows.row[i].kind] : NULL;
        if (job && !jobs_has(s, job, rows.row[i].name)) jobs_add(s, job, rows.row[i].name, s->now);
    }
}

/* A mail that left as a file stays as long as its row does, which goes with the person whose it is. Anything else there is somebody's own.
 * Unlinking is no part of a transaction, and need not be. */
static bool is_left_over(Scope *s, str file)
{
    OutRow row;
    str_pair name = str_cut(file, '.');
    bool ours = name.head.n == NAME_CHARS && (str_eq(name.tail, S("eml")) || str_eq(name.tail, S("sms")));
    return ours && !outbox_look(s, name.head, &row);
}

static void unlink_left_over(Scope *s)
{
    const char *folder = str_fmt(s->arena, "%s/outbox", s->site->config.data).p;
    DirEntry *entry;
    ptrdiff_t n;
    if (!os_list(s->arena, folder, &entry, &n)) return;
    for (ptrdiff_t i = 0; i < n; i++) {
        if (!entry[i].folder && is_left_over(s, entry[i].name)) unlink(str_fmt(s->arena, "%s/%.*s", folder, STR_ARG(entry[i].name)).p);
    }
}

bool outbox_sweep(Scope *s, str body)
{
    int64_t before = s->now - OUT_KEPT_DAYS * DAY;
    int64_t swept = outbox_rows_sweep(s, before, SWEEP_ROWS);
    wake_late(s);
    unlink_left_over(s);
    if (swept == SWEEP_ROWS) jobs_add(s, "outbox.sweep", S("more"), s->now);
    return true;
}

/* ---- doctor -------------------------------------------------------------------------------------------------------------------- */

static void look_at_settings(Scope *s, Doctor *d)
{
    OutSettings o;
    str why;
    if (!out_settings(s->site, s->arena, &o, &why)) doctor_bad(d, "docs/OPERATOR.md says how it is written.", "%.*s", STR_ARG(why));
    else if (o.mail == OUT_TO_SERVER) doctor_fine(d, "mail goes to %.*s", STR_ARG(o.smtp));
    else if (o.mail == OUT_TO_FILES) doctor_fine(d, "mail becomes files in the folder outbox of the data folder; SAMPAN_SMTP names a server");
    else doctor_fine(d, "mail does not leave: SAMPAN_SMTP is off");
}

bool outbox_doctor(Scope *s, Doctor *d)
{
    look_at_settings(s, d);
    int64_t unknown = outbox_rows_count_of(s, OUT_UNKNOWN, 0), failed = outbox_rows_count_of(s, OUT_FAILED, s->now - 7 * DAY);
    const char *mend = "sampan outbox list names them, and says why; retry sends one again, cancel lets it be.";
    if (unknown > 0) doctor_bad(d, mend, "of %lld that were to be sent once nobody knows whether they arrived", (long long)unknown);
    if (failed > 0) doctor_bad(d, mend, "%lld that were to be sent within the last week were given up", (long long)failed);
    if (unknown + failed == 0) doctor_fine(d, "nothing that was to be sent was given up");
    return true;
}

/* ---- the command --------------------------------------------------------------------------------------------------------------- */

static void show(Arena *tmp, const outbox_rows_listed_row *r)
{
    bool known = r->kind >= OUT_MAIL && r->kind <= OUT_SMS && r->state >= OUT_WAITING && r->state <= OUT_CANCELLED;
    if (!known) return;
    printf("%.*s  %s to %.*s  asked for at %.*s  %s", STR_ARG(r->name), kind_words[r->kind], STR_ARG(r->receiver), STR_ARG(time_iso(tmp, r->made)),
           state_words[r->state]);
    if (r->state == OUT_WAITING) printf(" until %.*s", STR_ARG(time_iso(tmp, r->due)));
    if (r->ended) printf(" at %.*s", STR_ARG(time_iso(tmp, r->ended)));
    if (r->tries) printf(", after %lld tries", (long long)r->tries);
    if (r->doubts && r->state != OUT_UNKNOWN) printf(", of which %lld may have arrived", (long long)r->doubts);
    if (r->why.n) printf(": %.*s", STR_ARG(r->why));
    printf("\n");
}

static void list_rule(Scope *s, void *arg)
{
    static const OutState order[] = { OUT_UNKNOWN, OUT_FAILED, OUT_BOUNCED, OUT_HANDING, OUT_WAITING, OUT_CANCELLED, OUT_SENT };
    ptrdiff_t n = 0;
    for (int i = 0; i < COUNT_OF(order); i++) {
        outbox_rows_listed_rows rows = outbox_rows_listed(s, order[i], LIST_ROWS);
        for (ptrdiff_t k = 0; k < rows.n; k++) show(s->arena, &rows.row[k]);
        if (rows.n == LIST_ROWS) printf("(and more that are not shown)\n");
        n += rows.n;
    }
    if (n == 0) printf("nothing is to be sent, and nothing was within %d days\n", OUT_KEPT_DAYS);
}

static int list(Site *site, Arena *arena)
{
    Landing l;
    if (site_read(site, arena, 0, list_rule, NULL, &l)) return 0;
    fprintf(stderr, "the outbox could not be read: %s\n", l.what);
    return 1;
}

bool outbox_retry(Scope *s, str name)
{
    outbox_rows_row_row r;
    if (outbox_rows_retry(s, name, s->now) != 1 || !outbox_rows_row(s, name, &r)) return false;
    jobs_add(s, out_job_of[r.kind], name, s->now);
    return true;
}

typedef struct Order { str name; bool cancel; } Order;

static bool order_rule(Scope *s, void *arg)
{
    const Order *o = arg;
    return o->cancel ? outbox_cancel(s, o->name) : outbox_retry(s, o->name);
}

static int carry_out(Site *site, Arena *arena, Order *o)
{
    Landing l;
    if (site_write(site, arena, 0, order_rule, o, &l)) return printf("done\n"), 0;
    if (l.kind) fprintf(stderr, "it could not be saved: %s\n", l.what);
    else fprintf(stderr, o->cancel ? "there is no %.*s that has not left\n" : "there is no %.*s that was given up or may have arrived\n",
            STR_ARG(o->name));
    return 1;
}

/* ---- secrets ------------------------------------------------------------------------------------------------------------------- */

static int keep_secret(Site *site, Arena *arena, str name, str secret)
{
    str key;
    if (secret.n > SECRET_MAX || !str_is_plain(secret, false)) return fprintf(stderr, "a secret is one line of at most %d bytes\n", SECRET_MAX), 1;
    if (str_eq(name, S("sms")) && secret.n && !signed_key(arena, secret, &key))
        return fprintf(stderr, "a secret of SMS is \"whsec_\" and base64 of 24 to 64 bytes: sampan outbox secret sms new\n"), 1;
    if (out_secret_keep(site, arena, name, secret)) return printf("done\n"), 0;
    fprintf(stderr, "the file secrets in the data folder cannot be written, or is open to others (chmod 600): %s\n", strerror(errno));
    return 1;
}

static int typed_secret(Site *site, Arena *arena, str name)
{
    str secret;
    if (os_ask_hidden(arena, "the secret", SECRET_MAX, &secret)) return keep_secret(site, arena, name, secret);
    return fprintf(stderr, "nothing was typed, or more than %d bytes; nothing has changed\n", SECRET_MAX), 1;
}

static int new_secret(Site *site, Arena *arena, str name)
{
    char drawn[NEW_BYTES];
    os_random(drawn, sizeof drawn);
    str secret = signed_text(arena, (str){ drawn, sizeof drawn });
    int status = keep_secret(site, arena, name, secret);
    if (status == 0) printf("%.*s\n", STR_ARG(secret));
    sodium_memzero(drawn, sizeof drawn);
    return status;
}

static bool is_secret(const char *word) { return strcmp(word, "smtp") == 0 || strcmp(word, "sms") == 0; }

static int run(Site *site, Arena *arena, int argc, char **argv)
{
    if (argc == 1 && strcmp(argv[0], "list") == 0) return list(site, arena);
    if (argc == 2 && strcmp(argv[0], "retry") == 0) return carry_out(site, arena, &(Order){ str_from(argv[1]), false });
    if (argc == 2 && strcmp(argv[0], "cancel") == 0) return carry_out(site, arena, &(Order){ str_from(argv[1]), true });
    if (argc == 2 && strcmp(argv[0], "secret") == 0 && is_secret(argv[1])) return typed_secret(site, arena, str_from(argv[1]));
    if (argc == 3 && strcmp(argv[0], "secret") == 0 && strcmp(argv[1], "sms") == 0 && strcmp(argv[2], "new") == 0)
        return new_secret(site, arena, S("sms"));
    fprintf(stderr, "usage: sampan outbox list | retry NAME | cancel NAME | secret smtp | secret sms [new]\n");
    return 2;
}

int outbox_command(Site *site, int argc, char **argv)
{
    Region region;
    CHECK(region_open(&region, COMMAND_BYTES));
    Arena arena = region_arena(&region, NULL);
    int status = run(site, &arena, argc, argv);
    sodium_memzero(region.base, (size_t)(arena.at - region.base));
    region_close(&region);
    return status;
}
