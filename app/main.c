/* sampan - the one program.
 *
 *   sampan [serve]               serves until SIGTERM or SIGINT
 *   sampan doctor                looks at everything and says how to mend what is wrong
 *   sampan where METHOD /path    which route, handler, page, queries and test belong to an address
 *   sampan routes                all of them
 *   sampan rebuild               makes the derived tables again from the journal
 *   sampan MODULE …              what a module or a room of the kernel offers here: sampan people staff NAME, sampan jobs list
 *
 * The order at start matters: the keeper of children is forked before anything is open, the data folder is locked and the sandbox
 * closed before the first thread exists. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include "app/app.h"
#include "app_pages.h"
#include "child/child.h"
#include "db_all.h"
#include "i18n/i18n.h"
#include "inbox/inbox.h"
#include "journal/journal.h"
#include "outbox/outbox.h"

extern const Asset app_assets[];
extern const int app_asset_n;
extern const Module *const all_modules[];
extern const int all_module_n;
extern const ChildKind *const all_kinds[];
extern const int all_kind_n;

enum { OWN_BYTES = 256 << 20 };    /* address space for what lives as long as the program */

typedef struct Program { Config config; Arena *keep; int argc; char **argv; } Program;

static SiteSetup setup_of(const Program *p)
{
    return (SiteSetup){
        .config = p->config,
        .modules = all_modules,       .module_n = all_module_n,
        .migrations = db_migrations,  .migration_n = db_migration_n,
        .tables = db_tables,          .table_n = db_table_n,
        .ids = db_ids,                .id_n = db_id_n,
        .assets = app_assets,         .asset_n = app_asset_n,
        .layout_begin = layout_begin, .layout_end = layout_end,
    };
}

static int complain(str why)
{
    os_log(LOG_ERROR, "sampan: %.*s", STR_ARG(why));
    return 1;
}

/* Two keepers: what reads strangers' bytes has no network, and what has the network reads nothing else. Without them the program still
 * serves: what is done in children is away, and pages say so. */
static void start_children(const Program *p)
{
    static ChildPool pools[2];
    pools[0] = (ChildPool){ .name = "drawing and reading", .kinds = all_kinds, .kind_n = all_kind_n,
                            .user = p->config.user, .sandbox = p->config.sandbox };
    pools[1] = (ChildPool){ .name = "calling out", .kinds = outbox_kinds, .kind_n = outbox_kind_n,
                            .user = p->config.user, .sandbox = p->config.sandbox, .calls_out = true };
    for (int i = 0; i < COUNT_OF(pools); i++)
        if (!child_start(&pools[i])) os_log(LOG_WARN, "sampan: no process for %s: %s", pools[i].name, strerror(errno));
}

/* On SQLite only one process may use the folder: a second one that checkpoints could damage the file. */
static bool lock_data(const Program *p, str *ret_why)
{
    int fd;
    if (!os_make_dirs(p->config.data)) {
        *ret_why = str_fmt(p->keep, "the folder %s cannot be made: %s", p->config.data, strerror(errno));
        return false;
    }
    if (p->config.database_url[0] || os_lock_file(str_fmt(p->keep, "%s/lock", p->config.data).p, &fd)) return true;
    if (errno == EWOULDBLOCK) *ret_why = str_fmt(p->keep, "another sampan is using %s: stop it first", p->config.data);
    else *ret_why = str_fmt(p->keep, "the folder %s cannot be written: %s", p->config.data, strerror(errno));
    return false;
}

static Site *open_site(const Program *p, str *ret_why)
{
    SiteSetup setup = setup_of(p);
    return lock_data(p, ret_why) ? site_open(&setup, p->keep, ret_why) : NULL;
}

/* ---- serve -------------------------------------------------------------------------------------------------------------- */

static bool close_sandbox(const Program *p)
{
    if (!p->config.sandbox) {
        os_log(LOG_WARN, "sampan: the sandbox is off");
        return true;
    }
    SandboxRules rules = { .data = p->config.data, .content = p->config.content, .user = p->config.user,
                           .network_out = p->config.database_url[0] != '\0' };
    return os_sandbox(&rules).user || !p->config.user[0];
}

static void hold_signals(sigset_t *ret)
{
    sigemptyset(ret);
    sigaddset(ret, SIGTERM);
    sigaddset(ret, SIGINT);
    pthread_sigmask(SIG_BLOCK, ret, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int serve(const Program *p)
{
    str why;
    sigset_t ends;
    int got;
    SiteSetup setup = setup_of(p);
    start_children(p);
    hold_signals(&ends);
    if (!lock_data(p, &why)) return complain(why);
    if (p->config.lmtp[0] && (setup.lmtp = inbox_listen(p->config.lmtp, p->keep, &why)) < 0) return complain(why);
    if (!close_sandbox(p)) return complain(S("the user to run as could not be become"));
    Site *site = site_open(&setup, p->keep, &why);
    if (!site) return complain(why);
    if (!site_serve(site, p->keep, &why)) {
        site_close(site);
        return complain(why);
    }
    os_log(LOG_INFO, "sampan: serving on %s", p->config.listen);
    sigwait(&ends, &got);
    os_log(LOG_INFO, "sampan: ending");
    site_close(site);
    return 0;
}

/* ---- the others ----------------------------------------------------------------------------------------------------------- */

/* Nothing is asked of each kind; who can say that this is nothing is there. */
static void look_at_children(Doctor *d, Arena *keep, const ChildKind *const *kinds, int n)
{
    str ignored;
    for (int i = 0; i < n; i++) {
        const char *name = kinds[i]->name;
        if (child_work(keep, kinds[i], S(""), &ignored) != CHILD_AWAY) doctor_fine(d, "%s can be done", name);
        else doctor_bad(d, "Run script/setup build, which installs what is missing; the log says what.", "%s cannot be done", name);
    }
}

static int doctor(const Program *p)
{
    str why;
    Out out;
    start_children(p);
    Site *site = open_site(p, &why);
    if (!site) return complain(why);
    out_init(&out, p->keep, 4096);
    Doctor d = { &out, site_doctor(site, p->keep, &out) };
    look_at_children(&d, p->keep, all_kinds, all_kind_n);
    look_at_children(&d, p->keep, outbox_kinds, outbox_kind_n);
    printf("%.*s", STR_ARG(out_text(&out)));
    site_close(site);
    return d.bad ? 1 : 0;
}

static bool rebuild_rule(Scope *s, void *arg) { return journal_rebuild(s, arg); }

static int rebuild(const Program *p)
{
    str why;
    Landing l;
    int64_t records = 0;
    Site *site = open_site(p, &why);
    if (!site) return complain(why);
    bool fine = site_write(site, p->keep, 0, rebuild_rule, &records, &l);
    site_close(site);
    if (!fine) return complain(str_from(l.kind ? l.what : "the journal could not be read whole; nothing was changed"));
    printf("%lld records applied\n", (long long)records);
    return 0;
}

static int explain(const Program *p, bool one)
{
    str why;
    SiteSetup setup = setup_of(p);
    Site *site = site_outline(&setup, p->keep, &why);
    if (!site) return complain(why);
    return one ? explain_where(site, p->argc - 2, p->argv + 2) : explain_routes(site);
}

static int command_module_n(void) { return kernel_module_n + all_module_n; }
static const Module *command_module(int i) { return i < kernel_module_n ? kernel_modules[i] : all_modules[i - kernel_module_n]; }

static int help(int status)
{
    FILE *to = status ? stderr : stdout;
    fprintf(to, "usage: sampan [serve] | doctor | where METHOD /path | routes | rebuild | help\n");
    for (int i = 0; i < command_module_n(); i++)
        if (command_module(i)->command) fprintf(to, "       sampan %s …\n", command_module(i)->name);
    fprintf(to, "Settings, as variables or flags: SAMPAN_LISTEN --listen, SAMPAN_DATA --data, DATABASE_URL --database-url,\n"
                "SAMPAN_CONTENT --content, SAMPAN_USER --user, SAMPAN_THREADS --threads, SAMPAN_SANDBOX --sandbox,\n"
                "SAMPAN_BUDGETS --budgets, SAMPAN_SMTP --smtp, SAMPAN_MAIL_FROM --mail-from, SAMPAN_LMTP --lmtp, SAMPAN_SMS --sms,\n"
                "SAMPAN_HOSTS --hosts, SAMPAN_OUT_SECONDS --out-seconds\n");
    return status;
}

static int run_module(const Program *p, const Module *m)
{
    str why;
    i18n_start();
    int status = m->tool ? m->tool(p->argc - 2, p->argv + 2) : -1;
    if (status >= 0) return status;
    start_children(p);
    Site *site = open_site(p, &why);
    if (!site) return complain(why);
    status = m->command(site, p->argc - 2, p->argv + 2);
    site_close(site);
    return status;
}

static bool has_too_many_words(const Program *p, const char *command)
{
    static const char *const alone[] = { "serve", "doctor", "routes", "rebuild" };
    for (int i = 0; i < COUNT_OF(alone); i++)
        if (strcmp(command, alone[i]) == 0) return p->argc > 2;
    return false;
}

static int run(const Program *p)
{
    const char *command = p->argc > 1 ? p->argv[1] : "serve";
    if (has_too_many_words(p, command))  return help(2);
    if (strcmp(command, "serve") == 0)   return serve(p);
    if (strcmp(command, "doctor") == 0)  return doctor(p);
    if (strcmp(command, "where") == 0)   return explain(p, true);
    if (strcmp(command, "routes") == 0)  return explain(p, false);
    if (strcmp(command, "rebuild") == 0) return rebuild(p);
    if (strcmp(command, "help") == 0 || strcmp(command, "--help") == 0) return help(0);
    for (int i = 0; i < command_module_n(); i++)
        if (command_module(i)->command && strcmp(command, command_module(i)->name) == 0) return run_module(p, command_module(i));
    return help(2);
}

int main(int argc, char **argv)
{
    Region own;
    str why;
    if (!region_open(&own, OWN_BYTES)) return complain(S("no memory"));
    Arena keep = region_arena(&own, NULL);
    Program program = { .keep = &keep, .argc = argc, .argv = argv };
    if (!os_config(&program.argc, argv, &program.config, &keep, &why)) return complain(why);
    return run(&program);
}
