/* post - a house that sends and takes mail as the program does, with a module that keeps what comes: this program's side of
 * tests/e2e/post.mjs, whose other side are servers of others.
 *
 *   post-office [settings]      two keepers, the sandbox, jobs, LMTP and HTTP as of `sampan serve`; then a line of standard input each:
 *
 *   mail TO once|often SUBJECT  prints its name         tagged REST      an address of ours
 *   hook URL once|often BODY    prints its name         took             how many letters came, and the last
 *   sms TO TEXT                 prints its name         hurry            what waits is due now
 *   key OF                      of a hook               look NAME        state, tries, doubts, why
 *   fetch URL                   its status and body, or why not */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "app_pages.h"
#include "child/child.h"
#include "db_all.h"
#include "inbox/inbox.h"
#include "jobs/jobs.h"
#include "outbox/outbox.h"
#include "web/site.h"

extern const Asset app_assets[];
extern const int app_asset_n;
extern const ChildKind *const all_kinds[];
extern const int all_kind_n;

enum { OWN_BYTES = 256 << 20, LINE_BYTES = 64 << 10, SHOWN_BYTES = 4096 };

/* ---- the module ---------------------------------------------------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int taken;
static bool fetched;
static char last[SHOWN_BYTES], answer[SHOWN_BYTES];

static bool keep_mail(Scope *s, str rest, const InMail *m, str *ret_why)
{
    *ret_why = S("This plan is closed.");
    if (str_eq(rest, S("closed"))) return false;
    jobs_add(s, "post.took", str_fmt(s->arena, "%.*s %.*s %.*s", STR_ARG(rest), STR_ARG(m->sender), STR_ARG(m->mail->subject)), s->now);
    return true;
}

static bool keep_sms(Scope *s, const InSms *m, str *ret_why)
{
    jobs_add(s, "post.took", str_fmt(s->arena, "sms %.*s %.*s", STR_ARG(m->from), STR_ARG(m->text)), s->now);
    return true;
}

/* The file says what every process of this house took: one that is killed before its row is gone says it again. */
static void note_taken(Scope *s, str body)
{
    FILE *f = fopen(str_fmt(s->arena, "%s/taken", s->site->config.data).p, "a");
    CHECK(f && fprintf(f, "%.*s\n", STR_ARG(body)) > 0 && fclose(f) == 0);
}

static bool took(Scope *s, str body)
{
    note_taken(s, body);
    pthread_mutex_lock(&lock);
    taken++;
    snprintf(last, sizeof last, "%.*s", STR_ARG(body));
    pthread_mutex_unlock(&lock);
    return true;
}

static JobEnd fetch(Scope *s, Job *job)
{
    OutFetch f = { .url = job->body };
    OutFetched got = { 0 };
    JobEnd end = outbox_fetch(s, job, &f, &got);
    pthread_mutex_lock(&lock);
    if (end == JOB_DONE) snprintf(answer, sizeof answer, "%lld %.*s", (long long)got.status, STR_ARG(str_trim(str_slice(got.body, 0, 2000))));
    else snprintf(answer, sizeof answer, "%s %s", end == JOB_AGAIN ? "again" : "never", job->why);
    fetched = true;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    return JOB_DONE;
}

static const MailTag tags[] = { { "plan", keep_mail } };
static const SmsWord words[] = { { "PRICE", keep_sms } };
static const JobKind kinds[] = { { "post.took", .run = took }, { "post.fetch", .work = fetch } };
static const Module post_module = { .name = "post", .mail = tags, .mail_n = 1, .sms = words, .sms_n = 1, .jobs = kinds, .job_n = COUNT_OF(kinds) };
static const Module *const modules[] = { &post_module };

/* ---- what is asked ---------------------------------------------------------------------------------------------------------------- */

typedef struct Ask { Arena *keep; str word, a, b, rest, said; } Ask;

static bool mail_rule(Scope *s, void *arg)
{
    Ask *q = arg;
    OutMail m = { .to = q->a, .once = str_eq(q->b, S("once")), .subject = q->rest, .text = S("Dear Ana,\nit is ready.\n"),
                  .reply_to = mail_tagged(s, S("plan"), S("a7")) };
    q->said = str_keep(q->keep, outbox_mail(s, &m));
    return true;
}

static bool hook_rule(Scope *s, void *arg)
{
    Ask *q = arg;
    OutHook h = { .url = q->a, .key = S("test"), .body = q->rest, .once = str_eq(q->b, S("once")) };
    q->said = str_keep(q->keep, outbox_hook(s, &h));
    return true;
}

static bool sms_rule(Scope *s, void *arg)
{
    Ask *q = arg;
    OutSms m = { .to = q->a, .text = q->b };
    q->said = str_keep(q->keep, outbox_sms(s, &m));
    return true;
}

static bool key_rule(Scope *s, void *arg)
{
    Ask *q = arg;
    q->said = str_keep(q->keep, outbox_hook_key(s, q->a));
    return true;
}

static bool tagged_rule(Scope *s, void *arg)
{
    Ask *q = arg;
    q->said = str_keep(q->keep, mail_tagged(s, S("plan"), q->a));
    return true;
}

static bool look_rule(Scope *s, void *arg)
{
    static const char *const states[] = { "", "waiting", "handing", "sent", "unknown", "failed", "bounced", "cancelled" };
    Ask *q = arg;
    OutRow r;
    bool known = outbox_look(s, q->a, &r);
    q->said = known ? str_fmt(q->keep, "%s %lld %lld %.*s", states[r.state], (long long)r.tries, (long long)r.doubts, STR_ARG(r.why)) : S("nothing");
    return true;
}

static bool hurry_rule(Scope *s, void *arg)
{
    JobRows rows = jobs_list(s, JOB_WAITING, (JobPlace){ INT64_MIN, 0 }, 100);
    for (ptrdiff_t i = 0; i < rows.n; i++)
        if (str_starts(rows.row[i].kind, S("outbox."))) jobs_retry(s, rows.row[i].id);
    ((Ask *)arg)->said = S("done");
    return true;
}

static bool fetch_rule(Scope *s, void *arg)
{
    jobs_add(s, "post.fetch", ((Ask *)arg)->a, s->now);
    return true;
}

static void wait_for_fetch(Ask *q)
{
    pthread_mutex_lock(&lock);
    while (!fetched) pthread_cond_wait(&changed, &lock);
    fetched = false;
    q->said = str_keep(q->keep, str_from(answer));
    pthread_mutex_unlock(&lock);
}

static void say_took(Ask *q)
{
    pthread_mutex_lock(&lock);
    q->said = str_fmt(q->keep, "%d %s", taken, last);
    pthread_mutex_unlock(&lock);
}

static const struct { const char *word; bool (*rule)(Scope *, void *); } asks[] = {
    { "mail", mail_rule }, { "hook", hook_rule }, { "sms", sms_rule }, { "key", key_rule }, { "tagged", tagged_rule }, { "look", look_rule },
    { "hurry", hurry_rule }, { "fetch", fetch_rule },
};

static void answer_line(Site *site, Arena *keep, str line)
{
    Landing l;
    SCRATCH(tmp, keep);
    str_pair word = str_cut(line, ' '), a = str_cut(word.tail, ' '), b = str_cut(a.tail, ' ');
    Ask q = { .keep = keep, .word = word.head, .a = a.head, .b = b.head, .rest = b.tail };
    for (int i = 0; i < COUNT_OF(asks); i++)
        if (str_eq(word.head, str_from(asks[i].word))) CHECK(site_write(site, &tmp, 0, asks[i].rule, &q, &l));
    if (str_eq(word.head, S("fetch"))) wait_for_fetch(&q);
    if (str_eq(word.head, S("took"))) say_took(&q);
    printf("%.*s\n", STR_ARG(q.said));
    fflush(stdout);
}

/* ---- the house ----------------------------------------------------------------------------------------------------------------------- */

static void start_children(const Config *c)
{
    static ChildPool reading, calling;
    reading = (ChildPool){ .name = "reading", .kinds = all_kinds, .kind_n = all_kind_n, .user = c->user, .sandbox = c->sandbox };
    calling = (ChildPool){ .name = "calling", .kinds = outbox_kinds, .kind_n = outbox_kind_n, .user = c->user, .sandbox = c->sandbox,
            .calls_out = true };
    CHECK(child_start(&reading) && child_start(&calling));
}

static Site *open_house(const Config *c, Arena *keep)
{
    str why = S("the socket for mail");
    SiteSetup setup = { .config = *c, .modules = modules, .module_n = 1, .migrations = db_migrations, .migration_n = db_migration_n,
                        .tables = db_tables, .table_n = db_table_n, .ids = db_ids, .id_n = db_id_n, .assets = app_assets, .asset_n = app_asset_n,
                        .layout_begin = layout_begin, .layout_end = layout_end };
    SandboxRules rules = { .data = c->data, .content = c->content, .user = c->user, .network_out = c->database_url[0] != '\0' };
    start_children(c);
    signal(SIGPIPE, SIG_IGN);
    CHECK(os_make_dirs(c->data));
    if (c->lmtp[0]) setup.lmtp = inbox_listen(c->lmtp, keep, &why);
    CHECK(setup.lmtp >= 0 && (!c->sandbox || os_sandbox(&rules).user));
    Site *site = site_open(&setup, keep, &why);
    if (site && site_serve(site, keep, &why)) return site;
    fprintf(stderr, "%.*s\n", STR_ARG(why));
    return NULL;
}

int main(int argc, char **argv)
{
    static char line[LINE_BYTES];
    Region own, talk;
    Config config;
    str why;
    CHECK(region_open(&own, OWN_BYTES) && region_open(&talk, OWN_BYTES));
    Arena keep = region_arena(&own, NULL);
    if (!os_config(&argc, argv, &config, &keep, &why)) return fprintf(stderr, "%.*s\n", STR_ARG(why)), 2;
    Site *site = open_house(&config, &keep);
    if (!site) return 1;
    printf("open\n");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        Arena arena = region_arena(&talk, NULL);
        answer_line(site, &arena, str_trim(str_from(line)));
    }
    site_close(site);
    return 0;
}
