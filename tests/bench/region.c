/* region - what a box holds, says and is answered in a large region against a small one. Everything by the program's own ways: boxes
 * come to a hub one after the other, are enrolled, their people belong to its centre and do a lesson, and both exchange.
 *
 *   region FOLDER [CENTRES [DATABASE_URL]]       10 centres of 100 people each, and CENTRES (1000); a line a measure:
 *                                                what, in the small region, in the large one
 *
 * Each region has then one more box, of 30 people. What it holds, and bytes, are of that box; CPU is of the hub, of this whole process
 * (over PostgreSQL its server's is not in it: see the wall clock). The two hubs are asked in turn. */
#include <time.h>
#include <unistd.h>

#include "../talk.h"
#include "db_all.h"
#include "people/people.h"
#include "quiz_records.h"
#include "web/site.h"

extern const Module *const all_modules[];
extern const int all_module_n;

enum { EACH = 100, OURS = 30, ANSWERS = 4, ROUNDS = 31, SMALL = 10 };
#define LESSON "practices/order/map"

typedef bool Rule(Scope *, void *);
typedef struct House { Region room, hand; Arena keep, tmp; Site *site; } House;
typedef struct Class { int64_t centre; int n; int64_t who[EACH]; } Class;
typedef struct Side { int64_t have, lack, answer; } Side;
typedef struct Times { double cpu[ROUNDS], wall[ROUNDS]; } Times;
typedef struct Area {
    House hub, box;
    Class ours;
    Region room; Arena words;       /* of one meeting */
    Side quiet, asked, lesson;      /* asked: the hub begins */
    int64_t rows, bytes, first_bytes, records, hub_records;
    Times first, silent, learned, took;
} Area;

static House other;                 /* box after box */
static const char *folder, *database_url = "";

static _Noreturn void stop(const char *what, const char *why)
{
    fprintf(stderr, "region: %s: %s\n", what, why);
    exit(1);
}

static void no_layout(Request *rq) { (void)rq; }

static void house_open(House *h, const char *name, const char *url)
{
    str why;
    if (!region_open(&h->room, 64 << 20) || !region_open(&h->hand, 512 << 20)) stop(name, "no memory");
    h->keep = region_arena(&h->room, NULL);
    h->tmp = region_arena(&h->hand, NULL);
    SiteSetup setup = { .config = { .data = str_fmt(&h->keep, "%s/%s", folder, name).p, .database_url = url, .content = "" },
                        .modules = all_modules, .module_n = all_module_n, .migrations = db_migrations, .migration_n = db_migration_n,
                        .tables = db_tables, .table_n = db_table_n, .ids = db_ids, .id_n = db_id_n,
                        .pg_schema = str_fmt(&h->keep, "region_%s", name).p, .layout_begin = no_layout, .layout_end = no_layout };
    if (!os_make_dirs(setup.config.data)) stop(setup.config.data, "cannot be made");
    if (!(h->site = site_open(&setup, &h->keep, &why))) stop(name, why.p);
}

static void house_close(House *h)
{
    site_close(h->site);
    region_close(&h->room);
    region_close(&h->hand);
}

static void work(House *h, Rule *rule, void *arg)
{
    Landing l;
    SCRATCH(tmp, &h->tmp);
    if (!site_write(h->site, &tmp, 0, rule, arg, &l)) stop("a piece of work", l.what);
}

/* ---- numbers out of a database -------------------------------------------------------------------------------------- */

typedef struct Number { int64_t value; } Number;
static const DbColumn number_columns[] = { { "value", DB_INT, offsetof(Number, value) } };
typedef struct Look { const char *sql; int64_t value; } Look;

static bool look_rule(Scope *s, void *arg)
{
    Look *l = arg;
    void *rows;
    DbQuery q = { .name = "look", .file = __FILE__, .line = __LINE__, .sql = { l->sql, l->sql }, .params = "", .columns = number_columns,
                  .column_n = 1, .row_size = sizeof(Number), .id = DB_UNCACHED };
    l->value = db_many(s, &q, NULL, &rows) ? ((Number *)rows)->value : 0;
    return true;
}

static int64_t number(House *h, const char *sql)
{
    Look l = { .sql = sql };
    work(h, look_rule, &l);
    return l.value;
}

static int64_t rows_of(House *h)
{
    int64_t n = 0;
    for (int i = 0; i < db_table_n; i++) {
        SCRATCH(tmp, &h->keep);
        if (db_tables[i].made != DB_CONTENT) n += number(h, str_fmt(&tmp, "SELECT count(*) AS value FROM %s", db_tables[i].name).p);
    }
    return n;
}

static int64_t bytes_of(House *h)
{
    return number(h, "SELECT (p.page_count - f.freelist_count) * s.page_size AS value"
                     " FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s");
}

/* ---- people --------------------------------------------------------------------------------------------------------- */

static bool come_rule(Scope *s, void *arg)
{
    Class *c = arg;
    for (int i = 0; i < c->n; i++) {
        Arena mark = *s->arena;
        s->me = 0;
        s->me = c->who[i] = people_enrol(s, str_fmt(s->arena, "Learner %d", i), str_fmt(s->arena, "%lld-%d", (long long)c->centre, i), S("none"));
        person_belongs_add(s, s->me, c->centre);
        *s->arena = mark;
    }
    return true;
}

static bool lesson_rule(Scope *s, void *arg)
{
    static const str questions[ANSWERS] = { { "a1b2c3", 6 }, { "d4e5f6", 6 }, { "a7b8c9", 6 }, { "d0e1f2", 6 } };
    const Class *c = arg;
    for (int i = 0; i < c->n * ANSWERS; i++) {
        Arena mark = *s->arena;
        s->me = c->who[i / ANSWERS];
        quiz_answered_add(s, S(LESSON), (quiz_answered_body){ S(LESSON), questions[i % ANSWERS], 1, S("1"), S("1"), 100 });
        *s->arena = mark;
    }
    return true;
}

/* ---- talking -------------------------------------------------------------------------------------------------------- */

/* Nothing here may be lost on the way. */
static bool take_rule(Scope *s, void *arg)
{
    Talk *t = arg;
    talk_take(s, t);
    if (t->got.refused || t->got.gap) stop("a letter", t->got.why.n ? t->got.why.p : "leaves a gap");
    return true;
}

static bool number_rule(Scope *s, void *arg)
{
    *(int64_t *)arg = journal_node(s);
    return true;
}

static double clock_ms(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void timed(House *h, Rule *rule, Talk *t, Times *into, int round)
{
    double cpu = clock_ms(CLOCK_PROCESS_CPUTIME_ID), wall = clock_ms(CLOCK_MONOTONIC);
    work(h, rule, t);
    if (!into) return;
    into->cpu[round] = clock_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    into->wall[round] = clock_ms(CLOCK_MONOTONIC) - wall;
}

/* `a` asks, `b` answers, and what `b` wants is given. */
static Side meet(Area *area, House *a, House *b, Times *answered, Times *took, int round)
{
    Arena keep = area->words;
    Talk t = { .keep = &keep };
    Side side = { 0 };
    Received got;
    work(b, number_rule, &t.to);
    do {
        work(a, talk_have, &t);
        side.have += (t.message = t.said).n;
        timed(b, talk_lack, &t, answered, round);
        side.lack += (t.message = t.said).n;
        work(a, take_rule, &t);
        got = t.got;
        if (!got.wants) continue;
        work(a, talk_lack, &t);
        side.answer += (t.message = t.said).n;
        timed(b, take_rule, &t, took, round);
    } while (got.more || t.got.more);
    return side;
}

static void enrol(House *hub, House *box, Class *c, Area *area, const char *economy)
{
    Arena keep = area->words;
    Enrolment as = { .name = S("box"), .economy = str_from(economy), .centres = &c->centre, .centre_n = 1 };
    Talk t = { .keep = &keep, .as = &as };
    work(box, talk_ask, &t);
    t.message = t.said;
    work(hub, talk_enrol, &t);
    t.message = t.said;
    work(box, talk_enrolled, &t);
}

/* ---- a region --------------------------------------------------------------------------------------------------------- */

static bool empty_rule(Scope *s, void *arg)
{
    (void)arg;
    s->applying = true;
    for (int i = 0; i < db_table_n; i++) {
        str sql = str_fmt(s->arena, "DELETE FROM %s", db_tables[i].name);
        DbQuery q = { .name = "empty", .file = __FILE__, .line = __LINE__, .sql = { sql.p, sql.p }, .params = "", .id = DB_UNCACHED, .writes = true };
        if (db_tables[i].made != DB_CONTENT) db_run(s, &q, NULL);
    }
    return true;
}

/* No centre bears the id of another thing. */
static int64_t centre_number(int i) { return ((INT64_C(1000) + i) << 16 | 1) << 6; }

static bool revoke_rule(Scope *s, void *arg)
{
    str why;
    return journal_revoke(s, *(int64_t *)arg, &why);
}

/* The first box is stolen, and the hub says so: the last that it says by itself for a long time, and all of the public stream. */
static void region_fill(Area *area, int centres)
{
    int64_t first;
    for (int i = 0; i < centres; i++) {
        Class c = { .centre = centre_number(i + 1), .n = EACH };
        work(&other, empty_rule, NULL);
        if (!journal_begin_again(other.site)) stop("another box", "does not begin");
        enrol(&area->hub, &other, &c, area, i % 2 ? "ID" : "VN");
        work(&other, come_rule, &c);
        work(&other, lesson_rule, &c);
        meet(area, &other, &area->hub, NULL, NULL, 0);
        if (i == 0) work(&other, number_rule, &first);
        if (i == 0) work(&area->hub, revoke_rule, &first);
        if (i % 100 == 99) fprintf(stderr, "region: %d of %d boxes\n", i + 1, centres);
    }
}

static void area_open(Area *area, const char *name, int centres)
{
    SCRATCH(tmp, &other.keep);
    if (!region_open(&area->room, 512 << 20)) stop(name, "no memory");
    area->words = region_arena(&area->room, NULL);
    house_open(&area->hub, str_fmt(&tmp, "hub-%s", name).p, database_url);
    house_open(&area->box, str_fmt(&tmp, "box-%s", name).p, "");
    region_fill(area, centres);
    area->ours = (Class){ .centre = centre_number(0), .n = OURS };
    enrol(&area->hub, &area->box, &area->ours, area, "ID");
    work(&area->box, come_rule, &area->ours);
    meet(area, &area->box, &area->hub, NULL, NULL, 0);
    area->records = number(&area->box, "SELECT count(*) AS value FROM journal");
    area->hub_records = number(&area->hub, "SELECT count(*) AS value FROM journal");
    area->first_bytes = bytes_of(&area->box);
}

static void area_close(Area *area)
{
    house_close(&area->hub);
    house_close(&area->box);
    region_close(&area->room);
}

static void area_round(Area *area, int round)
{
    area->quiet = meet(area, &area->box, &area->hub, &area->silent, NULL, round);
    area->asked = meet(area, &area->hub, &area->box, NULL, NULL, round);
    work(&area->box, lesson_rule, &area->ours);
    area->lesson = meet(area, &area->box, &area->hub, &area->learned, &area->took, round);
}

/* ---- said ------------------------------------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(const double *all)
{
    double sorted[ROUNDS];
    memcpy(sorted, all, sizeof sorted);
    qsort(sorted, ROUNDS, sizeof *sorted, by_size);
    return sorted[ROUNDS / 2];
}

static void tell(const char *what, int64_t small, int64_t large) { printf("%s\t%lld\t%lld\n", what, (long long)small, (long long)large); }

static void tell_times(const char *what, const Times *small, const Times *large)
{
    printf("%s, CPU ms\t%.3f\t%.3f\n", what, median(small->cpu), median(large->cpu));
    printf("%s, ms\t%.3f\t%.3f\n", what, median(small->wall), median(large->wall));
}

int main(int argc, char **argv)
{
    static Area small, large;
    int64_t centres = 1000;
    if (argc < 2 || (argc > 2 && !str_int(str_from(argv[2]), &centres))) stop("usage", "region FOLDER [CENTRES [DATABASE_URL]]");
    folder = argv[1];
    if (argc > 3) database_url = argv[3];
    house_open(&other, "other", "");
    area_open(&small, "small", SMALL);
    area_open(&large, "large", (int)centres);
    for (int i = 0; i < ROUNDS; i++) {
        area_round(&small, i);
        area_round(&large, i);
        if (i) continue;
        small.rows = rows_of(&small.box), large.rows = rows_of(&large.box);
        small.bytes = bytes_of(&small.box), large.bytes = bytes_of(&large.box);
    }
    tell("records at the hub", small.hub_records, large.hub_records);
    tell("records at the box", small.records, large.records);
    tell("rows at the box after a lesson", small.rows, large.rows);
    tell("bytes at the box after a lesson", small.bytes, large.bytes);
    tell("nothing new: have", small.quiet.have, large.quiet.have);
    tell("nothing new: lack", small.quiet.lack, large.quiet.lack);
    tell("nothing new, the hub asks: have", small.asked.have, large.asked.have);
    tell("nothing new, the hub asks: lack", small.asked.lack, large.asked.lack);
    tell("a lesson: have", small.lesson.have, large.lesson.have);
    tell("a lesson: lack", small.lesson.lack, large.lesson.lack);
    tell("a lesson: answer", small.lesson.answer, large.lesson.answer);
    tell_times("nothing new: the hub answers", &small.silent, &large.silent);
    tell_times("a lesson: the hub answers", &small.learned, &large.learned);
    tell_times("a lesson: the hub takes", &small.took, &large.took);
    area_close(&small);
    area_close(&large);
    house_close(&other);
    return 0;
}
