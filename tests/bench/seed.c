/* seed - fills a data folder with learners for measurements, through the same rules and the same journal as visitors.
 *
 *   seed DATA_FOLDER LEARNERS [DATABASE_URL]
 *
 * Each has an account and four answers to the first lesson of the first course. They are made two thousand at a time, a
 * transaction each, and signed, as they are an hour later. */
#include "db_all.h"
#include "journal/journal.h"
#include "people/people.h"
#include "quiz_records.h"
#include "web/site.h"

extern const Module *const all_modules[];
extern const int all_module_n;

enum { AT_ONCE = 2000, ANSWERS = 4 };
#define SET "practices/order/map"

typedef struct Question { str name; int64_t version; } Question;
static const DbColumn question_columns[] = {
    { "name", DB_TEXT, offsetof(Question, name) },
    { "version", DB_INT, offsetof(Question, version) },
};
#define QUESTIONS "SELECT name, version FROM quiz_question WHERE set_key = '" SET "' AND place > 0 ORDER BY place LIMIT 4"
static const DbQuery questions = { .name = "seed_questions", .file = __FILE__, .line = __LINE__, .sql = { QUESTIONS, QUESTIONS },
    .params = "", .columns = question_columns, .column_n = 2, .row_size = sizeof(Question) };

typedef struct Portion { int64_t from, to; } Portion;

static void answer(Scope *s, const Question *q)
{
    quiz_answered_add(s, S(SET), (quiz_answered_body){ S(SET), q->name, q->version, S("1"), S("1"), 100 });
}

static bool make_learners(Scope *s, void *arg)
{
    const Portion *p = arg;
    void *rows;
    ptrdiff_t n = db_many(s, &questions, NULL, &rows);
    for (int64_t i = p->from; i < p->to; i++) {
        Arena rewind = *s->arena;
        s->me = journal_id(s);
        people_guest_made(s, s->me);
        people_enrol(s, str_fmt(s->arena, "Learner %lld", (long long)i), str_fmt(s->arena, "seed-%lld-%lld", (long long)i, (long long)s->me), S("none"));
        for (ptrdiff_t k = 0; k < n; k++) answer(s, (Question *)rows + k);
        *s->arena = rewind;
    }
    return true;
}

static void no_layout(Request *rq) { (void)rq; }

static bool seal(Scope *s, void *arg)
{
    *(bool *)arg = journal_seal(s);
    return true;
}

int main(int argc, char **argv)
{
    int64_t learners = 0;
    Region own, scratch;
    if (argc < 3 || !str_int(str_from(argv[2]), &learners) || !region_open(&own, 256 << 20) || !region_open(&scratch, 64 << 20)) {
        fprintf(stderr, "usage: seed DATA_FOLDER LEARNERS [DATABASE_URL]\n");
        return 2;
    }
    Arena keep = region_arena(&own, NULL);
    SiteSetup setup = { .config = { .data = argv[1], .database_url = argc > 3 ? argv[3] : "", .content = SAMPAN_SOURCE "/content" },
                        .modules = all_modules, .module_n = all_module_n, .migrations = db_migrations, .migration_n = db_migration_n,
                        .tables = db_tables, .table_n = db_table_n, .ids = db_ids, .id_n = db_id_n,
                        .layout_begin = no_layout, .layout_end = no_layout };
    str why;
    Site *site = site_open(&setup, &keep, &why);
    if (!site) {
        fprintf(stderr, "seed: %.*s\n", STR_ARG(why));
        return 1;
    }
    for (int64_t from = 0; from < learners; from += AT_ONCE) {
        Portion p = { from, from + AT_ONCE < learners ? from + AT_ONCE : learners };
        Landing l;
        Arena arena = region_arena(&scratch, NULL);
        if (!site_write(site, &arena, 0, make_learners, &p, &l)) {
            fprintf(stderr, "seed: %s (%s:%d)\n", l.what, l.file, l.line);
            return 1;
        }
    }
    for (bool more = true; more;) {
        Landing l;
        Arena arena = region_arena(&scratch, NULL);
        if (!site_write(site, &arena, 0, seal, &more, &l)) {
            fprintf(stderr, "seed: %s (%s:%d)\n", l.what, l.file, l.line);
            return 1;
        }
    }
    site_close(site);
    return 0;
}
