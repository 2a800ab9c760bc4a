/* people - who somebody is: guests, accounts, names, languages.
 *
 * A visitor who saves something becomes a guest: a person without a name. Making an account names that person, so nothing
 * moves and nothing is lost. Signing in to an account one already had joins the guest to it: from then on the guest's records count as hers
 * (journal.h, r->person), and nothing has to be moved. */
#pragma once
#include "people_records.h"

enum { PEOPLE_NAME_MAX = 80, PEOPLE_LOGIN_MAX = 100 };   /* characters */

/* The form in which a log-in name is kept: an e-mail address, a telephone number or a plain name, with small letters, and
 * without the blanks and signs people write into numbers. False: too long, too short, or with characters nobody types. */
bool    people_login_form(Arena *keep, str typed, str *ret);

/* Who signs in here by this name, as she typed it; 0: nobody. */
int64_t people_of_login(Scope *s, str typed);

/* Writing. An account for s->me, who stays the same person, or for a new one; 0: the name is taken. `login` is in its kept form. */
int64_t people_enrol(Scope *s, str name, str login, str password_hash);
void    people_join(Scope *s, int64_t guest, int64_t person);      /* s->me is the person */
void    people_rename(Scope *s, str name);                          /* s->me */
void    people_choose_lang(Scope *s, str tag);                      /* s->me */
void    people_erase(Scope *s);             /* begins it: s->me and the guests she was; journal_person says when each is gone */
void    people_guest_made(Scope *s, int64_t id);                    /* Module.person_made */
