/* centres_own - what the files of this room share. Nobody else includes it.
 *
 *   centres.c            the rules, and what records become
 *   centres_economy.c    the economies and their names
 *   centres_place.c      a place by its address
 *   centres_role.c       the roles, in words; which may be offered where, and by whom
 *   centres_web.c        places: their pages and forms; the table of routes
 *   centres_grant.c      roles: pages and forms
 *   centres_command.c    the first admin */
#pragma once
#include "centres.h"
#include "centres_sql.h"
#include "centres_views.h"
#include "journal/journal.h"

/* ---- places (centres_place.c) ---- */

bool  place_by_key(Scope *s, str key, CentrePlace *ret);        /* "all", "ID", or a number; false: there is none, or not here */
bool  place_by_stream(Scope *s, Audience audience, int64_t stream, CentrePlace *ret);
bool  place_asked(Request *rq, CentrePlace *ret);               /* the place in the address */
bool  place_of_path(Request *rq, RolePlace *ret);               /* the same for Route.in */

/* ---- roles (centres_role.c) ---- */

enum { OPERATORS_MAY = ROLE_TRAINER | ROLE_MENTOR };
bool  operators_may(int64_t audience, int64_t role);            /* offer it and end it, at such a place */
int   role_of_word(str word);                                   /* the bit; 0: no role is called that */
str   role_word(int role);                                      /* "focal point", as records have it */
str   role_name(Scope *s, int role);                            /* as people say it */
str   role_does(Scope *s, int role);                            /* "teaches at the centre" */
Options roles_offered(Scope *s, const CentrePlace *p, bool admin);      /* which she may offer there */
bool  may_offer(const CentrePlace *p, int role, bool admin);
bool  is_admin_of(Scope *s, const CentrePlace *p);

/* ---- offers (centres.c) ---- */

enum { OFFER_DAYS = 14, CODE_BYTES = 12 };
typedef struct NewOffer { int role; int64_t person, until; str words; } NewOffer;      /* person 0: whoever shows the code; words: for whom it is */
/* Writing. The grant; *ret_code: to be shown once, "" when it is for a person. */
int64_t offer_add(Scope *s, const CentrePlace *p, const NewOffer *o, str *ret_code);
typedef enum OfferState { OFFER_OPEN, OFFER_OVER, OFFER_TAKEN, OFFER_ENDED, OFFER_OWN, OFFER_OTHERS } OfferState;
OfferState offer_state(Scope *s, const centres_grant_row *g, str code);         /* what s->me may make of it */
void  grant_end(Scope *s, const centres_grant_row *g);          /* writing: by an admin or an operator, or, of her own, its holder */

/* ---- pages ---- */

Reply centres_mine_get(Request *rq);                            /* centres_grant.c */
Reply centres_people_get(Request *rq);
Reply centres_story_get(Request *rq);
Reply centres_offer_post(Request *rq);
Reply centres_offer_get(Request *rq);
Reply centres_acceptance_post(Request *rq);
Reply centres_grant_delete(Request *rq);
Reply centres_role_delete(Request *rq);

int   centres_command(Site *site, int argc, char **argv);       /* centres_command.c */
bool  centres_start(Scope *s);
bool  centres_doctor(Scope *s, struct Doctor *d);
