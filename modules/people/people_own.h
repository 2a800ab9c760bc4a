/* people_own - what the files of this room share. Nobody else includes it.
 *
 *   people.c            the rules, and what records become
 *   people_web.c        signing in and out, accounts, the page about oneself; the table of routes
 *   people_try.c        passwords that are tried: how often, and how soon
 *   people_sweep.c      guests who saved one thing and never came back
 *   people_places.c     which installations hold somebody's words
 *   people_erasure.c    leaving
 *   people_command.c    what the operator says on the command line */
#pragma once
#include "jobs/jobs.h"
#include "people.h"
#include "people_views.h"
#include "web/web.h"

/* ---- a password (people_try.c; people_proves: people_web.c) ---- */

/* What a password hash found out, before the writer sees the request. */
typedef struct Looked { int64_t person; str login, hash, new_hash; bool fits; } Looked;

bool  people_may_try(Request *rq, Form *f, str login);          /* false: too often, and the form says so */
bool  people_paces(Request *rq, Form *f, str login);            /* for Route.pace: the same, and how long she waits */
bool  people_paces_me(Request *rq, Form *f);                    /* of her own password; true for who has none */
void  people_tried(Request *rq, str login, bool worked);        /* writing */
bool  people_proves(Request *rq, Form *f, const Looked *l);     /* writing; counts the try; false: the form says so */

/* ---- guests who never came back (people_sweep.c) ---- */

enum { PEOPLE_JOBS = 3 };
extern const JobKind people_jobs[PEOPLE_JOBS];
bool  people_doctor(Scope *s, struct Doctor *d);

/* ---- pages ---- */

Reply people_places_get(Request *rq);                           /* people_places.c */
Reply people_erasure_get(Request *rq);                          /* people_erasure.c */
Reply people_erasure_pace(Request *rq);
Reply people_erasure_ahead(Request *rq);
Reply people_erasure_post(Request *rq);
Reply people_erased_get(Request *rq);

/* Every installation that holds words of hers, as far as this one knows; this one first. but_here: the others. */
PeoplePlaces people_places(Scope *s, int64_t person, bool but_here);
