/* site - the running installation: what every Scope points to. Made once at start (site_open), shared by all threads,
 * read-only after that but for what has its own lock. */
#pragma once
#include "db/db.h"
#include "http/http.h"
#include "os/os.h"
#include "web/web.h"

struct Journal; struct Jobs; struct HttpServer; struct Inbox; struct SiteSetup;

struct Site {
    Config             config;
    Db                *db;
    struct Journal    *journal;          /* the node's number and counters */
    struct Jobs       *jobs;
    struct HttpServer *http;             /* NULL in tests and tools */
    struct Inbox      *inbox;            /* NULL where no mail comes in */
    bool               serves;           /* and jobs run by themselves */
    const Module *const *modules; int module_n;
    uint8_t            key[32];          /* the installation's secret, in <data>/key, mode 0600 */
    void             (*layout_begin)(Request *);   /* the application's face: app/layout.html */
    void             (*layout_end)(Request *);
    const struct Asset *assets; int asset_n;       /* style, script, mark: embedded, with their hash in the name */
    struct SiteOwn    *own;
};

/* Opens the database, runs the modules' `start`. NULL: *ret_why is a sentence for the operator. */
typedef struct SiteSetup SiteSetup;
struct SiteSetup {
    Config config;
    const Module *const *modules; int module_n;
    const DbMigration *migrations; int migration_n;
    const struct DbTable *tables; int table_n;      /* db_tables */
    const struct DbIdColumn *ids; int id_n;         /* db_ids */
    const struct Asset *assets; int asset_n;
    void (*layout_begin)(Request *); void (*layout_end)(Request *);
    const char *pg_schema;
    int lmtp;                            /* a socket that listens (inbox_listen); 0: none */
    int64_t (*clock)(void);              /* tests; NULL: os_now, and what lasts is measured by os_ticks */
    void (*slept)(int64_t ms);           /* tests: who is slowed down has waited so long; NULL: she waits */
    bool (*disk)(const char *path, int64_t *ret_free, int64_t *ret_size);      /* tests; NULL: os_disk */
};
Site *site_open(const SiteSetup *setup, Arena *keep, str *ret_why);
Site *site_outline(const SiteSetup *setup, Arena *keep, str *ret_why);   /* knows its routes and nothing else: for `where` and `routes` */
void  site_close(Site *site);
extern const Module *const kernel_modules[];    /* before the application's */
extern const int           kernel_module_n;
bool  site_serve(Site *site, Arena *keep, str *ret_why);    /* listens; returns at once */
bool  site_is_nearly_full(const Site *site);                /* nobody may save but what takes next to nothing (web_floor.c) */

/* "style.css" is asked for as "/assets/style.1a2b3c4d.css": kept for ever by the browser, and a new one has a new name.
 * Made by tools/embed at build; asset(rq, …) in web.h is the address. */
typedef struct Asset { const char *name; str path, type; HttpPacked as; } Asset;
const Asset *asset_named(const Site *site, const char *name);
const Asset *asset_at(const Site *site, str path);

/* A piece of work outside any request, as the person me (0: nobody): jobs, tools, tests. True: done, and what was written is on disk. False:
 * *ret says why, or its kind is FAULT_NONE: the rule of site_write itself returned false. Not from the writer thread. */
bool  site_write(Site *site, Arena *arena, int64_t me, bool (*rule)(Scope *, void *), void *arg, Landing *ret);
bool  site_read (Site *site, Arena *arena, int64_t me, void (*rule)(Scope *, void *), void *arg, Landing *ret);

/* The route for a method and path; NULL and *ret_allowed (methods that exist there) when none. For serving and for `sampan where`. */
const Route *site_route(const Site *site, Method method, str path, unsigned *ret_allowed);

/* What is wrong here and how to mend it, a line each; returns how many things are wrong. */
int   site_doctor(Site *site, Arena *keep, Out *out);
typedef struct Doctor { Out *out; int bad; } Doctor;
void  doctor_fine(Doctor *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void  doctor_bad(Doctor *d, const char *mend, const char *format, ...) __attribute__((format(printf, 3, 4)));
