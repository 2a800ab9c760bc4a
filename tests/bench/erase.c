/* erase - erases one person with many records while somebody else saves, and says how long he waited.
 *
 *   erase DATA_FOLDER RECORDS voices|answers [DATABASE_URL]
 *   prints {"alone":{"saves":…,"p99":…,"longest":…},"meanwhile":{…},"whole":…,"parts":…}, times in ms
 *
 * voices: in the stream of an economy, a unit each; answers: in her own, all of them one unit. The folder must be new. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "../trial.h"
#include "db_all.h"
#include "journal/journal.h"
#include "people/people.h"
#include "quiz_records.h"
#include "web/site.h"

extern const Module *const all_modules[];
extern const int all_module_n;

enum { AT_ONCE = 2000, ALONE_MS = 2000, SAVES_MAX = 1 << 18, MODULES_MAX = 64, TABLES_MAX = 512, STEPS_MAX = 512 };
#define SET "practices/order/map"

typedef struct Bench { Site *site; Region room; int64_t subject, other, records; bool voices, gone; } Bench;

static bool account_rule(Scope *s, void *arg)
{
    int64_t *ret = arg;
    s->me = *ret = journal_id(s);
    people_guest_made(s, s->me);
    people_enrol(s, S("Learner"), journal_subject(s, s->me), S("none"));
    return true;
}

static bool write_rule(Scope *s, void *arg)
{
    const Bench *b = arg;
    for (int64_t i = 0; i < AT_ONCE && i < b->records; i++) {
        Arena rewind = *s->arena;
        str words = str_fmt(s->arena, "what she has to say, %lld", (long long)i);
        if (b->voices) trial_voiced_add(s, stream_economy(S("ID")), (trial_voiced_body){ words, 0 });
        else quiz_answered_add(s, S(SET), (quiz_answered_body){ S(SET), words, 1, words, S("1"), 100 });
        *s->arena = rewind;
    }
    return true;
}

static bool save_rule(Scope *s, void *arg)
{
    quiz_answered_add(s, S(SET), (quiz_answered_body){ S(SET), S("carrier"), 1, S("1"), S("1"), 100 });
    return true;
}

static bool erase_rule(Scope *s, void *arg)
{
    journal_erase(s, *(int64_t *)arg);
    return true;
}

static void gone_step(Scope *s, void *arg)
{
    Bench *b = arg;
    Person p;
    b->gone = journal_person(s, b->subject, &p) && p.gone;
}

static void write_or_die(Bench *b, int64_t me, bool (*rule)(Scope *, void *), void *arg)
{
    Landing l;
    Arena arena = region_arena(&b->room, NULL);
    if (site_write(b->site, &arena, me, rule, arg, &l)) return;
    fprintf(stderr, "erase: %s (%s:%d)\n", l.what, l.file ? l.file : "?", l.line);
    exit(1);
}

static bool is_gone(Bench *b)
{
    Landing l;
    Arena arena = region_arena(&b->room, NULL);
    return site_read(b->site, &arena, 0, gone_step, b, &l) && b->gone;
}

static int64_t erase(Bench *b)
{
    int64_t parts = 1;
    write_or_die(b, b->subject, erase_rule, &b->subject);
    for (; !is_gone(b); parts++) {
        Arena arena = region_arena(&b->room, NULL);
        journal_work(b->site, &arena);
    }
    for (Arena arena; arena = region_arena(&b->room, NULL), journal_work(b->site, &arena) > 0; parts++) {}
    return parts;
}

/* ---- somebody who saves meanwhile ------------------------------------------------------------------------------------------ */

typedef struct Saver { Bench b; atomic_bool stop; int64_t took[SAVES_MAX], n; } Saver;

static void *saver_main(void *arg)
{
    Saver *v = arg;
    for (v->n = 0; !atomic_load(&v->stop) && v->n < SAVES_MAX; v->n++) {
        int64_t began = os_ticks();
        write_or_die(&v->b, v->b.other, save_rule, NULL);
        v->took[v->n] = os_ticks() - began;
    }
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* While he saves: she is erased, or nothing happens. */
static void measure(Saver *v, Bench *b, bool alone)
{
    pthread_t thread;
    int64_t parts = 0, began = os_ticks();
    atomic_store(&v->stop, false);
    CHECK(pthread_create(&thread, NULL, saver_main, v) == 0);
    if (!alone) parts = erase(b);
    while (alone && os_ticks() - began < ALONE_MS * INT64_C(1000000)) sched_yield();
    int64_t whole = os_ticks() - began;
    atomic_store(&v->stop, true);
    pthread_join(thread, NULL);
    qsort(v->took, (size_t)v->n, sizeof *v->took, by_size);
    printf("\"%s\":{\"saves\":%lld,\"p99\":%.1f,\"longest\":%.1f},", alone ? "alone" : "meanwhile", (long long)v->n,
           (double)v->took[v->n * 99 / 100] / 1e6, (double)v->took[v->n - 1] / 1e6);
    if (!alone) printf("\"whole\":%.0f,\"parts\":%lld", (double)whole / 1e6, (long long)parts);
}

/* ---- the program, with the trial's module -------------------------------------------------------------------------------------- */

static void no_layout(Request *rq) { (void)rq; }

/* Only who has something to say in an economy needs the trial. */
static Site *open_site(const char *folder, const char *url, bool voices, Arena *keep)
{
    static const Module *modules[MODULES_MAX];
    static DbTable tables[TABLES_MAX];
    static DbMigration steps[STEPS_MAX];
    memcpy(modules, all_modules, sizeof(Module *) * (size_t)all_module_n);
    memcpy(tables, db_tables, sizeof(DbTable) * (size_t)db_table_n);
    memcpy(tables + db_table_n, trial_tables, sizeof(DbTable) * (size_t)trial_table_n);
    memcpy(steps, db_migrations, sizeof(DbMigration) * (size_t)db_migration_n);
    modules[all_module_n] = &trial_module;
    steps[db_migration_n] = trial_migration;
    SiteSetup setup = { .config = { .data = folder, .database_url = url, .content = "" }, .modules = modules, .module_n = all_module_n + voices,
                        .migrations = steps, .migration_n = db_migration_n + voices, .tables = tables, .table_n = db_table_n + (voices ? trial_table_n : 0),
                        .ids = db_ids, .id_n = db_id_n, .layout_begin = no_layout, .layout_end = no_layout };
    str why;
    Site *site = site_open(&setup, keep, &why);
    if (!site) fprintf(stderr, "erase: %.*s\n", STR_ARG(why));
    return site;
}

int main(int argc, char **argv)
{
    Region own;
    static Bench b;
    static Saver saver;
    if (argc < 4 || !str_int(str_from(argv[2]), &b.records) || !region_open(&own, 256 << 20) || !region_open(&b.room, 256 << 20)
        || !region_open(&saver.b.room, 64 << 20)) {
        fprintf(stderr, "usage: erase DATA_FOLDER RECORDS voices|answers [DATABASE_URL]\n");
        return 2;
    }
    Arena keep = region_arena(&own, NULL);
    b.voices = strcmp(argv[3], "voices") == 0;
    b.site = saver.b.site = open_site(argv[1], argc > 4 ? argv[4] : "", b.voices, &keep);
    if (!b.site) return 1;
    write_or_die(&b, 0, account_rule, &b.subject);
    write_or_die(&b, 0, account_rule, &saver.b.other);
    for (; b.records > 0; b.records -= AT_ONCE) write_or_die(&b, b.subject, write_rule, &b);
    printf("{");
    measure(&saver, &b, true);
    measure(&saver, &b, false);
    printf("}\n");
    site_close(b.site);
    return 0;
}
