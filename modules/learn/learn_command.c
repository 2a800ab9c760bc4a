/* learn_command - sampan learn …: for authors, and for who looks after the machine.
 *
 *   sampan learn check FOLDER         every problem of a pack as file:line: sentence, then a table of what it holds
 *   sampan learn install FOLDER       the same, and the pack is in use when there was no problem */
#include "learn_own.h"

#include <limits.h>
#include <sys/stat.h>

#include "web/site.h"

enum { COMMAND_BYTES = 512 << 20 };

typedef struct Order { const char *folder; str name; Pack *pack; PackProblems problems; } Order;

/* ---- telling ----------------------------------------------------------------------------------------------------- */

static void tell_problems(const Order *o)
{
    int slash = str_ends(str_from(o->folder), S("/"));
    for (ptrdiff_t i = 0; i < o->problems.n; i++)
        printf("%s%s%.*s:%d: %.*s\n", o->folder, slash ? "" : "/", STR_ARG(o->problems.row[i].file),
               o->problems.row[i].line, STR_ARG(o->problems.row[i].sentence));
    if (o->problems.untold) printf("… and %lld more\n", (long long)o->problems.untold);
}

static const char *const kind_names[] = {
    [QUIZ_SINGLE] = "single", [QUIZ_MULTIPLE] = "several", [QUIZ_TRUE_FALSE] = "true-false", [QUIZ_NUMERIC] = "number",
    [QUIZ_SHORT] = "short", [QUIZ_MATCHING] = "match", [QUIZ_ORDERING] = "order", [QUIZ_GAPS] = "gaps",
};
enum { KINDS = sizeof kind_names / sizeof *kind_names };

static int kinds_of(const QuizBank *bank)
{
    bool seen[KINDS] = { false };
    int n = 0;
    for (ptrdiff_t i = 0; i < bank->question_n; i++) {
        QuizKind kind = bank->question[i].kind;
        n += !seen[kind];
        seen[kind] = true;
    }
    return n;
}

static void tell_lesson(const PackLesson *l, int kinds)
{
    printf("%-40.*s %6lld %9lld %5d %7lld %9lld %6lld %5lld %8lld %4lld %5.1f\n", STR_ARG(l->key), (long long)l->words,
           (long long)l->questions.bank.question_n, kinds, (long long)l->figures, (long long)l->specimens,
           (long long)l->worked, (long long)l->facts, (long long)l->doubtful, (long long)(l->bytes + 1023) / 1024, l->grade);
}

static void count_kinds(int64_t *of, const QuizBank *bank)
{
    for (ptrdiff_t i = 0; i < bank->question_n; i++) of[bank->question[i].kind]++;
}

static void tell_questions(const Pack *pack)
{
    int64_t of[KINDS] = { 0 }, before = 0, after = 0;
    for (ptrdiff_t i = 0; i < pack->lesson_n; i++) count_kinds(of, &pack->lesson[i].questions.bank);
    for (ptrdiff_t i = 0; i < pack->module_n; i++) {
        before += pack->module[i].before.bank.question_n;
        after += pack->module[i].after.bank.question_n;
    }
    printf("\nquestions by type:");
    for (int kind = 1; kind < KINDS; kind++)
        if (of[kind]) printf(" %s %lld", kind_names[kind], (long long)of[kind]);
    printf("\nquestions in tests of modules: %lld before, %lld after\n", (long long)before, (long long)after);
}

/* Facts are dated sources and what is said to change fast; re-check: sources that say so themselves. KB: what the page of the
 * lesson holds, with its figures. The reading level is in years of school. */
static void tell_table(const Pack *pack)
{
    PackLesson sum = { .key = S("together") };
    int64_t of[KINDS] = { 0 };
    int kinds = 0;
    printf("\n%-40s %6s %9s %5s %7s %9s %6s %5s %8s %4s %5s\n", "lesson", "words", "questions", "types", "figures",
           "specimens", "worked", "facts", "re-check", "KB", "level");
    for (ptrdiff_t i = 0; i < pack->lesson_n; i++) {
        const PackLesson *l = &pack->lesson[i];
        tell_lesson(l, kinds_of(&l->questions.bank));
        count_kinds(of, &l->questions.bank);
        sum.words += l->words;
        sum.questions.bank.question_n += l->questions.bank.question_n;
        sum.figures += l->figures;
        sum.specimens += l->specimens;
        sum.worked += l->worked;
        sum.facts += l->facts;
        sum.doubtful += l->doubtful;
        sum.bytes += l->bytes;
        sum.grade += l->grade / (double)pack->lesson_n;
    }
    for (int kind = 1; kind < KINDS; kind++) kinds += of[kind] > 0;
    tell_lesson(&sum, kinds);
    tell_questions(pack);
    printf("modules %lld, courses %lld, lessons %lld, glossary words %lld\n", (long long)pack->module_n,
           (long long)pack->course_n, (long long)pack->lesson_n, (long long)pack->term_n);
}

static int tell(const Order *o)
{
    tell_problems(o);
    if (o->pack) tell_table(o->pack);
    int64_t n = o->problems.n + o->problems.untold;
    if (n) fprintf(stderr, "%lld problem%s\n", (long long)n, n == 1 ? "" : "s");
    return n ? 1 : 0;
}

/* ---- doing ------------------------------------------------------------------------------------------------------- */

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Also of a folder that is called "." here. */
static str own_name(Arena *keep, const char *folder)
{
    char whole[PATH_MAX];
    return pack_name_of(keep, realpath(folder, whole) ? whole : folder);
}

static void read_pack(Scope *s, void *arg)
{
    Order *o = arg;
    o->problems.keep = s->arena;
    o->name = own_name(s->arena, o->folder);
    if (!pack_name_ok(o->name))
        pack_problem(&o->problems, S("."), 1,
                     "The folder's name is the pack's name: small letters, digits and '-' between them, at most %d.",
                     PACK_NAME_MAX);
    PackFiles files = pack_folder(s->arena, o->folder, &o->problems);
    o->pack = pack_read(s->arena, files, &o->problems);
}

static bool install_rule(Scope *s, void *arg)
{
    Order *o = arg;
    o->problems.n = 0;                   /* those of an earlier try */
    learn_check_beside(s, o->name, o->pack, &o->problems);
    if (pack_is_clean(&o->problems)) learn_install(s, o->name, o->pack);
    return pack_is_clean(&o->problems);
}

static int install(Site *site, Arena *arena, Order *o)
{
    Landing l = { 0 };
    bool saved = pack_is_clean(&o->problems) && site_write(site, arena, 0, install_rule, o, &l);
    int status = tell(o);
    if (saved) printf("%.*s is installed\n", STR_ARG(o->name));
    else if (!status) fprintf(stderr, "it could not be saved: %s\n", l.what);
    return saved ? 0 : 1;
}

/* A site is asked for only to install. */
static int carry_out(Site *site, const char *folder)
{
    if (!is_folder(folder)) {
        fprintf(stderr, "there is no folder %s\n", folder);
        return 1;
    }
    Region reading, writing;
    CHECK(region_open(&reading, COMMAND_BYTES) && region_open(&writing, COMMAND_BYTES));
    Arena keep = region_arena(&reading, NULL), arena = region_arena(&writing, NULL);
    Scope s = { .arena = &keep, .lang = lang_at(0) };
    Order order = { .folder = folder };
    Landing landing;
    int status = 1;
    if (!scope_try(&s, read_pack, &order, &landing)) fprintf(stderr, "%s\n", landing.what);
    else status = site ? install(site, &arena, &order) : tell(&order);
    region_close(&writing);
    region_close(&reading);
    return status;
}

int learn_tool(int argc, char **argv)
{
    const char *what = argc > 0 ? argv[0] : "";
    if (argc == 2 && strcmp(what, "install") == 0) return -1;
    if (argc == 2 && strcmp(what, "check") == 0) return carry_out(NULL, argv[1]);
    fprintf(stderr, "usage: sampan learn check FOLDER | install FOLDER\n");
    return 2;
}

int learn_command(Site *site, int argc, char **argv) { return carry_out(site, argv[1]); }
