/* people - who somebody is: guests, accounts, names, languages.
 *
 * A visitor who saves something becomes a guest: a person without a name. Making an account names that person, so nothing
 * moves and nothing is lost. Signing in to an account one already had joins the guest to it by the record "person.joined"
 * (subject: the guest's id, body: {"into": id}); a module that keeps rows of people declares that kind too, and its
 * apply gives the guest's rows to the other. Records may arrive in any order: an apply that writes rows of r->actor writes
 * them for people_canonical(s, r->actor). */
#pragma once
#include "journal/journal.h"

enum { PEOPLE_NAME_MAX = 80, PEOPLE_LOGIN_MAX = 100, PEOPLE_KINDS = 6 };

int64_t people_canonical(Scope *s, int64_t person);      /* who she is now; the same id for nearly everybody */
str     people_name(Scope *s, int64_t person);           /* "" for a guest */

/* The form in which a log-in name is kept: an e-mail address, a telephone number or a plain name, with small letters, and
 * without the blanks and signs people write into numbers. False: too long, too short, or with characters nobody types. */
bool    people_login_form(Arena *keep, str typed, str *ret);

/* Writing. An account for s->me, who stays the same person, or for a new one; 0: the name is taken. `login` is in its kept form. */
int64_t people_enrol(Scope *s, str name, str login, str password_hash);
void    people_join(Scope *s, int64_t guest, int64_t person);      /* s->me is the person */
void    people_rename(Scope *s, str name);                          /* s->me */
void    people_choose_lang(Scope *s, str tag);                      /* s->me */
void    people_erase(Scope *s);                                    /* s->me, and the guests she was: their words go, here and everywhere */
void    people_guest_made(Scope *s, int64_t id);                    /* Module.person_made */

extern const EntryKind people_kinds[PEOPLE_KINDS];
