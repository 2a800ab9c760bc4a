/* people - who somebody is: guests, accounts, names, languages.
 *
 * A visitor who saves something becomes a guest: a person without a name. Making an account names that person, so nothing
 * moves and nothing is lost. Signing in to an account one already had joins the guest to it: from then on the guest's records count as hers
 * (journal.h, r->person), and nothing has to be moved. Both only when she says that the work on this device is hers: on a shared one it
 * is mostly somebody else's, and is put aside (people_shared.c). */
#pragma once
#include "people_records.h"
#include "web/web.h"

enum { PEOPLE_NAME_MAX = 80, PEOPLE_LOGIN_MAX = 100 };   /* characters */

/* The form in which a log-in name is kept: an e-mail address, a telephone number or a plain name, with small letters, and
 * without the blanks and signs people write into numbers. False: too long, too short, or with characters nobody types. */
bool    people_login_form(Arena *keep, str typed, str *ret);

/* Who signs in here by this name, as she typed it; 0: nobody. */
int64_t people_of_login(Scope *s, str typed);

/* Writing. An account for s->me, who stays the same person, or for a new one; 0: the name is taken. `login` is in its kept form. */
int64_t people_enrol(Scope *s, str name, str login, str password_hash);
int64_t people_enrol_named(Scope *s, str name, str lang);          /* somebody else than s->me, with nothing to sign in with yet */
bool    people_give_login(Scope *s, int64_t person, str login, str password_hash);      /* false: the name is taken, or she has one */
bool    people_has_login(Scope *s, int64_t person);
void    people_join(Scope *s, int64_t guest, int64_t person);      /* s->me is the person */
void    people_rename(Scope *s, str name);                          /* s->me */
void    people_choose_lang(Scope *s, str tag);                      /* s->me */
void    people_erase(Scope *s);             /* begins it: s->me and the guests she was; journal_person says when each is gone */
void    people_guest_made(Scope *s, int64_t id);                    /* Module.person_made */
/* Writing. The work of a guest is not that of `person`, who says so (0: of nobody who is known): she is nobody's from now on. */
void    people_put_aside(Scope *s, int64_t guest, int64_t person);

/* ---- who decides, and proves it ---------------------------------------------------------------------------------------------------
 * Every role that decides needs a second step (auth.h). For the pages and the presses of such a role, first of all:
 *
 *   Reply r = people_strong(rq);
 *   if (r.done) return r;
 *
 * It leads her through setting one up, or asks for a code when the last one is more than STRONG_HOURS ago, and then back. The presses of
 * modules/centres and modules/room do not ask yet. */
Reply   people_strong(Request *rq);

/* Writing. A code by which somebody who forgot her password sets a new one: for the pages of who looks after a place, which have asked before
 * whether they may do it for this person. Shown once to whoever asked. She is told on every page of each of her sessions, and may end it; it
 * works after RESET_DELAY (docs/decisions 0022 has the reasons). "": *ret_why is a sentence: never for who holds a role that decides, nor for
 * who has no account here. */
str     people_code_for(Scope *s, int64_t person, str *ret_why);

/* ---- how old, and who answers for her ------------------------------------------------------------------------------------------------
 * What she said of herself, and nobody checks it. Who has not said it, or would rather not, is treated as young wherever that protects her. */
typedef enum PeopleBand { BAND_UNSAID = 0, BAND_CHILD, BAND_YOUNG, BAND_ADULT, BAND_KEPT, BANDS } PeopleBand;     /* under 13; 13 to 17; … ; rather not */
PeopleBand people_band(Scope *s, int64_t person);
bool    people_is_minor(Scope *s, int64_t person);
bool    people_is_answered_for(Scope *s, int64_t person);           /* a centre consents; true of every adult */
bool    people_may_talk(Scope *s, int64_t one, int64_t other);      /* in private: never with a minor */
bool    people_may_sell(Scope *s, int64_t person);                  /* show herself and her goods to strangers */
/* Writing; s->me has a role in a centre of hers, else it is a fault: the page has asked. The last word counts. */
void    people_allow(Scope *s, int64_t centre, int64_t person, bool allowed);
