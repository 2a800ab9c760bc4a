/* journal_fuzz - any bytes as what another node has, and as records that it sends. The bytes before the first NUL are
 * the have-lines, the rest are records.
 *
 * Holds that: both end without a fault; each line counts at most once, a refusal has its sentence, and the sequence of
 * each node is whole afterwards, so that all can be rebuilt. What was taken in is rolled back, and so each input meets
 * the same journal. */
#include "db_all.h"
#include "journal/journal.h"
#include "web/site.h"

extern const Module *const all_modules[];
extern const int all_module_n;

enum { ROOM = 64 << 20 };

typedef struct Input { str have, records; } Input;

static int64_t lines(str s)
{
    int64_t n = 0;
    for (ptrdiff_t i = 0; i < s.n; i++) n += s.p[i] == '\n';
    return n;
}

static bool check(Scope *s, void *arg)
{
    Input *in = arg;
    int64_t records;
    Received got = journal_receive(s, in->records);
    CHECK(got.added + got.known + got.gap + got.refused <= lines(in->records) + 1);
    CHECK((got.refused > 0) == (got.why.n > 0));
    CHECK(got.added == 0 || journal_rebuild(s, &records));
    CHECK(journal_lack(s, in->have, 0, 4096).n <= 4096 + 64 * 1024);
    CHECK(journal_receive(s, journal_lack(s, S(""), 0, 1 << 20)).refused == 0);
    return false;
}

static Site *open_site(Arena *keep)
{
    static char data[] = "/tmp/journal-fuzz-XXXXXX";
    str why = { 0 };
    SiteSetup setup = { .config = { .data = mkdtemp(data), .database_url = "", .content = "", .listen = "", .user = "" },
                        .modules = all_modules, .module_n = all_module_n,
                        .migrations = db_migrations, .migration_n = db_migration_n };
    CHECK(setup.config.data);
    Site *site = site_open(&setup, keep, &why);
    if (!site) fprintf(stderr, "%.*s\n", STR_ARG(why));
    CHECK(site);
    return site;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region house, work;
    static Site *site;
    static Landing landing;
    static Arena keep;
    if (!site) {
        CHECK(region_open(&house, ROOM) && region_open(&work, ROOM));
        keep = region_arena(&house, &landing);
        site = open_site(&keep);
    }
    Arena arena = region_arena(&work, NULL);
    str_pair cut = str_cut((str){ (const char *)data, (ptrdiff_t)size }, '\0');
    Input in = { cut.head, cut.tail };
    Landing l;
    CHECK(!site_write(site, &arena, 0, check, &in, &l) && l.kind == FAULT_NONE);
    return 0;
}
