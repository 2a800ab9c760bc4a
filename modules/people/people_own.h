/* people_own - what the files of this room share. Nobody else includes it.
 *
 *   people.c            the rules, and what records become
 *   people_web.c        signing in and out, accounts, the page about oneself; the table of routes
 *   people_try.c        passwords and codes that are tried: how often, and how soon
 *   people_second.c     a second step: set up, switched off, asked for
 *   people_reset.c      a forgotten password: codes on paper, and codes from who looks after the place
 *   people_text.c       the house's texts: terms, privacy notice
 *   people_terms.c      the pages of them, and what she agreed to; the line that asks
 *   people_age.c        how old she is, roughly
 *   people_kept.c       what is kept of her, how long, and why; taking it along
 *   people_shared.c     a device that others use too: whose the work on it is, being done, only for today
 *   people_sweep.c      guests who saved one thing and never came back
 *   people_places.c     which installations hold somebody's words
 *   people_erasure.c    leaving
 *   people_command.c    what the operator says on the command line */
#pragma once
#include "auth/auth.h"
#include "jobs/jobs.h"
#include "people.h"
#include "people_strip.h"
#include "people_views.h"
#include "web/web.h"

/* ---- a password (people_try.c; the rest: people_web.c) ---- */

/* What a password hash found out, before the writer sees the request. */
typedef struct Looked { int64_t person; str login, hash, new_hash; bool fits; } Looked;

bool  people_may_try(Request *rq, Form *f, str login);          /* false: too often, and the form says so at "password" */
bool  people_paces(Request *rq, Form *f, str login);            /* for Route.pace: the same, and how long she waits */
bool  people_paces_me(Request *rq, Form *f);                    /* of her own password; true for who has none */
void  people_tried(Request *rq, str login, bool worked);        /* writing */
bool  people_proves(Request *rq, Form *f, const Looked *l);     /* writing; counts the try; false: the form says so */
Looked *people_look_at_me(Request *rq, Form *f);                /* for Route.ahead: her own password; into rq->ahead. Too often: the form is bad */
void  people_check_new_password(Request *rq, Form *f, const char *field, str name, str login);
void  people_hash_new(Request *rq, Looked *l, str password);    /* faults when there is no memory for it */
/* Writing: her session begins; what the guest on this device did is hers, or is put aside. */
void  people_come_in(Request *rq, int64_t person, bool mine, SessionTerm term);

/* The same of a code, at "code". */
bool  people_may_try_code(Request *rq, Form *f, str login);
bool  people_paces_code(Request *rq, Form *f, str login);
void  people_tried_code(Request *rq, str login, bool worked);   /* writing */

/* ---- the house's texts (people_text.c) ---- */

typedef enum PeopleTextName { TEXT_TERMS, TEXT_PRIVACY, TEXTS } PeopleTextName;
enum { PEOPLE_TEXT_MAX = 64 * 1024 };                           /* bytes of a file */
/* A head of `title:` and `version: 2026-12-01` between lines of three '-', then Markdown. False: *ret_why is an English sentence. */
typedef struct PeopleText { int64_t version; str title, body; } PeopleText;      /* version: 20261201 */
bool    people_text_read(Arena *keep, str file, PeopleText *ret, const char **ret_why);
bool    people_text_start(Scope *s);                            /* Module.start: reads them from <content>/house */
str     people_text_word(PeopleTextName name);                  /* "terms" */
int64_t people_text_version(PeopleTextName name);               /* in force here; 0: none was put up */
int64_t people_texts_version(void);                             /* the newest of them */
void    people_text_doctor(Scope *s, struct Doctor *d);
/* Writing: what s->me says to those in force that she was not asked about yet. */
void    people_answer(Scope *s, bool accepted);                 /* to each text in force that she has not said as much to */

/* ---- guests who never came back (people_sweep.c) ---- */

enum { PEOPLE_JOBS = 3 };
extern const JobKind people_jobs[PEOPLE_JOBS];
bool  people_doctor(Scope *s, struct Doctor *d);

/* ---- a device that others use too (people_shared.c) ---- */

PeopleWorks people_lines(Scope *s, Works all);                  /* the same lines, for a page */
PeopleHere  people_here(Request *rq);                           /* whose work is on this device? For the forms that sign somebody in */
/* Writing, in a form that signs somebody in. False: another guest has saved here since the question was shown; the form says so. */
bool        people_here_read(Request *rq, Form *f, bool *ret_mine);
bool        people_leave_aside(Request *rq, int64_t person);    /* writing: the guest's work is not hers; true: there was some, and the next page says so */
SessionTerm people_term(Request *rq, const Form *f);            /* as she chose */
PeopleAsides people_asides(Request *rq);
str         people_aside_key(Scope *s, int64_t person);         /* by which she is known who put something aside (people.c) */
Reply       people_done_get(Request *rq);
Reply       people_done_post(Request *rq);
Reply       people_aside_post(Request *rq);

/* ---- pages ---- */

Reply people_places_get(Request *rq);                           /* people_places.c */
Reply people_erasure_get(Request *rq);                          /* people_erasure.c */
Reply people_erasure_pace(Request *rq);
Reply people_erasure_ahead(Request *rq);
Reply people_erasure_post(Request *rq);
Reply people_erased_get(Request *rq);
Reply people_second_get(Request *rq);                           /* people_second.c */
Reply people_second_post(Request *rq);
Reply people_second_pace(Request *rq);                          /* of what needs her password and a code */
Reply people_second_ahead(Request *rq);
Reply people_confirmation_post(Request *rq);
Reply people_second_delete(Request *rq);
Reply people_papers_post(Request *rq);
Reply people_step_get(Request *rq);
Reply people_step_pace(Request *rq);
Reply people_step_post(Request *rq);
bool  people_asks_step(Request *rq, int64_t person, str hash, Reply *ret);       /* after her password fitted, in the form that this answers: *ret asks for a code, when she set that up */
Reply people_reset_get(Request *rq);                            /* people_reset.c */
Reply people_reset_pace(Request *rq);
Reply people_reset_ahead(Request *rq);
Reply people_reset_post(Request *rq);
Reply people_sheet_get(Request *rq);
Reply people_sheet_pace(Request *rq);
Reply people_sheet_ahead(Request *rq);
Reply people_sheet_post(Request *rq);
Reply people_code_get(Request *rq);
Reply people_code_delete(Request *rq);
Reply people_terms_get(Request *rq);                            /* people_terms.c */
Reply people_terms_post(Request *rq);
Reply people_privacy_get(Request *rq);
Reply people_age_get(Request *rq);                              /* people_age.c */
Reply people_age_post(Request *rq);
Reply people_kept_get(Request *rq);                             /* people_kept.c */
Reply people_copy_get(Request *rq);
Reply people_records_get(Request *rq);
PeopleHelds people_held(Scope *s, int64_t person);

/* Every installation that holds words of hers, as far as this one knows; this one first. but_here: the others. */
PeoplePlaces people_places(Scope *s, int64_t person, bool but_here);
