/* world - tests that read like a visit, in process: real routes, real database, no sockets.
 *
 *   TEST(only_the_writer_finds_a_note)
 *   {
 *       Visit v = post(w, ANA, "/notes", "title=Rice&body=Ten+sacks");
 *       EXPECT(v.status == 303);
 *       EXPECT(get(w, BO, v.location).status == 404);
 *   }
 *   TESTS(example, only_the_writer_finds_a_note, …)
 *
 * Each test has a fresh installation on the engine at hand (--engine=sqlite|postgres) with the people below. Visitors keep
 * their cookies between calls; forms carry the right CSRF token unless told otherwise. The clock stands still until
 * world_wait moves it. */
#pragma once
#include "http/http.h"
#include "web/site.h"

typedef struct World World;
/* STRANGER and GUEST have no account; ANA and BO do, and hold no role. The others are called by the role each holds: ADMIN in everything,
 * OPERATOR to HOST in world_centre, the rest in the economy ID. */
typedef enum Visitor {
    STRANGER, ANA, BO, ADMIN, OPERATOR, TRAINER, MENTOR, HOST, OFFICER, EXPERT, NEUTRAL, AGENCY, FOCAL_POINT, MODERATOR, REVIEWER, LENDER,
    REGISTRAR, ASSOCIATION, SECRETARIAT, GUEST, VISITORS
} Visitor;

typedef struct Visit { int status; str body, location, type, headers; bool broken; } Visit;   /* headers: "name: value" lines, etag
                                                                                     among them; broken: a stream broke off */

Visit get (World *w, Visitor who, const char *path);
Visit get_json(World *w, Visitor who, const char *path);
Visit post(World *w, Visitor who, const char *path, const char *form);      /* urlencoded, without the CSRF token */
Visit post_forged(World *w, Visitor who, const char *path, const char *form, const char *token);  /* this token or, NULL, none */
Visit request(World *w, Visitor who, const char *method, const char *path, const HttpHeader *headers, int n, str body);   /* all by hand */
const char *at(World *w, const char *format, ...) __attribute__((format(printf, 2, 3)));   /* a path or form made of parts */

str     header_of(Visit v, const char *name);            /* the first of that name; "" when there is none */
bool    says(Visit v, const char *text);                 /* in the body, as markup */
int64_t count(Visit v, const char *text);
const char *is_mine(World *w, Visitor who);              /* "&mine=…", in a form that signs somebody in: what was saved here is hers */
void    forget_cookies(World *w, Visitor who);
str     world_cookie(World *w, Visitor who, const char *name);          /* "" none */
void    world_set_cookie(World *w, Visitor who, const char *name, str value);
void    world_from(World *w, const char *address);       /* where all visitors come from, from now on; at first 127.0.0.1 */
void    world_wait(World *w, int64_t ms);                /* who is slowed down (web.h, slow_down) waits in the same way: the clock goes on for her */
void    world_disk_free(World *w, int64_t bytes);        /* of 100 GiB; at first 50 */
int64_t world_now(World *w);
Site   *world_site(World *w);                            /* made on first use, as every visit and every query does */
void    world_again(World *w);                           /* closed and opened, as after a restart or an update; visitors keep their cookies */
const char *world_folder(World *w);                      /* the data folder, with or without an installation in it */
Arena  *world_arena(World *w);
int64_t world_person(World *w, Visitor who);
int64_t world_centre(World *w);                          /* in ID */
int64_t sql_int(World *w, const char *sql);              /* first column of the first row; -1 when none */
str     sql_str(World *w, const char *sql);
void    sql_run(World *w, const char *sql);

/* Fault injection: FAILING(w, v, post(…)) repeats the visit with the first, second, third … database call failing, until one
 * succeeds; after each failure the body of the loop runs with v the failed visit (status 500 or 503). */
#define FAILING(w, v, visit) \
    for (int64_t nth_ = 1; (world_fail(w, nth_), (v) = (visit), world_fail(w, 0), (v).status >= 500); nth_++)
bool    world_leaves_out(World *w, DbEngine on, const char *why);      /* true on the other engine: return. Said by the runner, and not counted as passed */
void    world_fail(World *w, int64_t nth);               /* 0: no call fails; the ten thousandth gives up the test */

/* ---- tests ---------------------------------------------------------------------------------------------------- */
typedef struct Test { const char *name; void (*run)(World *w); } Test;
typedef struct Suite { const char *name, *file; const Test *tests; int n; const Module *const *modules; int module_n; } Suite;
/* modules: extra modules for this suite only (test routes), after the program's. One that is called trial has the trial's tables. */

#define TEST(name) static void name(World *w)
#define TESTS(suite, ...) TESTS_WITH(suite, NULL, 0, __VA_ARGS__)
#define TESTS_WITH(suite, extra, extra_n, ...)                                                                 \
    static const Test suite##_tests[] = { TESTS_EACH(__VA_ARGS__) };                                            \
    extern const Suite suite##_suite;                                                                           \
    const Suite suite##_suite = { #suite, __FILE__, suite##_tests, COUNT_OF(suite##_tests), (extra), (extra_n) };
/* A row for each name; tools/suites.sh finds the suites by their TESTS lines, so there is no list to keep. */
#define TESTS_ROW(name) { #name, name },
#define TESTS_EACH(...) __VA_OPT__(TESTS_AGAIN4(TESTS_STEP(__VA_ARGS__)))
#define TESTS_STEP(name, ...) TESTS_ROW(name) __VA_OPT__(TESTS_NEXT TESTS_PARENS (__VA_ARGS__))
#define TESTS_NEXT() TESTS_STEP
#define TESTS_PARENS ()
#define TESTS_AGAIN4(...) TESTS_AGAIN3(TESTS_AGAIN3(TESTS_AGAIN3(TESTS_AGAIN3(__VA_ARGS__))))
#define TESTS_AGAIN3(...) TESTS_AGAIN2(TESTS_AGAIN2(TESTS_AGAIN2(TESTS_AGAIN2(__VA_ARGS__))))
#define TESTS_AGAIN2(...) TESTS_AGAIN1(TESTS_AGAIN1(TESTS_AGAIN1(TESTS_AGAIN1(__VA_ARGS__))))
#define TESTS_AGAIN1(...) __VA_ARGS__

#define EXPECT(cond) do { if (!(cond)) world_failed(w, __FILE__, __LINE__, #cond); } while (0)
#define EXPECT_STR(got, want) do { str g_ = (got), w_ = (want); if (!str_eq(g_, w_)) world_differs(w, __FILE__, __LINE__, g_, w_); } while (0)
extern const Suite *const all_suites[];
extern const int          all_suite_n;

void world_failed(World *w, const char *file, int line, const char *what);
int  world_failures(const World *w);                     /* so far */
void world_differs(World *w, const char *file, int line, str got, str want);
