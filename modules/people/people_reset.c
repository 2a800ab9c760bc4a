/* people_reset - a forgotten password: codes that she keeps on paper, and a code that somebody who looks after the place made for her.
 *
 * URLs     /people/reset     name, code, a new password
 *          /people/sheet     codes on paper, for the day on which she forgets it
 *          /people/code      a code was made for her: when it works, and how to end it
 * Rule     whether a name exists is told to nobody here either: one sentence for a name that nobody has, a code of somebody else, one that was
 *          used, and one from last month. Codes are guessed at within the allowance of passwords.
 * Rule     a new password ends every session. Who has set up a second step is asked for it as always: no code that sets a password stands for
 *          that as well. */
#include "auth/auth.h"
#include "people_own.h"
#include "people_pages.h"
#include "people_sql.h"
#include "web/site.h"

/* ---- setting a new one --------------------------------------------------------------------------------------------------------- */

static Reply reset_page(Request *rq, Form *f)
{
    PeopleHere here = people_here(rq);
    return people_reset(rq, f, return_to(rq), &here);
}

Reply people_reset_get(Request *rq) { return reset_page(rq, form(rq)); }

static str login_typed(Request *rq)
{
    str login;
    return people_login_form(rq->s.arena, form_raw(form(rq), "login"), &login) ? login : (str){ 0 };
}

Reply people_reset_pace(Request *rq)
{
    Form *f = form(rq);
    return people_paces(rq, f, login_typed(rq)) ? (Reply){ 0 } : with_status(reset_page(rq, f), 429);
}

/* The new password is hashed for every name and every code, so that the time says nothing. */
Reply people_reset_ahead(Request *rq)
{
    Form *f = form(rq);
    people_login_row row;
    Looked *l = rq->ahead = NEW(rq->s.arena, Looked, 1);
    l->login = login_typed(rq);
    people_check_new_password(rq, f, "new_password", S(""), l->login);
    if (!form_bad(f)) people_may_try(rq, f, l->login);
    if (form_bad(f)) return unprocessable(reset_page(rq, f));
    if (l->login.n && people_login(&rq->s, l->login, &row)) l->person = row.person;
    people_hash_new(rq, l, form_raw(f, "new_password"));
    return (Reply){ 0 };
}

static bool too_early(Request *rq, Form *f, int64_t from)
{
    int64_t minutes = (from - rq->s.now + MINUTE - 1) / MINUTE;
    form_error(f, "code", TN(&rq->s, "This code works in {n} minute. The waiting protects you: you are told of it on every device on which you are signed in.",
                             "This code works in {n} minutes. The waiting protects you: you are told of it on every device on which you are signed in.", minutes));
    return false;
}

static bool wrong_code(Request *rq, Form *f)
{
    form_error(f, "code", T(&rq->s, "This name and this code do not belong together, or the code was used or is too old."));
    return false;
}

/* A code that was made before she was given a role does not work any more. */
static bool code_fits(Request *rq, Form *f, const Looked *l)
{
    int64_t from = 0;
    str code = form_raw(f, "code");
    if (!l->person) return wrong_code(rq, f);
    if (auth_paper_take(&rq->s, l->person, PAPER_PASSWORD, code)) return true;
    ResetEnd end = auth_decides(&rq->s, l->person) ? RESET_NONE : auth_reset_look(&rq->s, l->person, code, &from);
    if (end == RESET_EARLY) return too_early(rq, f, from);
    return end == RESET_FITS || wrong_code(rq, f);
}

static bool still_hers(Scope *s, const Looked *l)
{
    people_login_row row;
    return people_login(s, l->login, &row) && row.person == l->person;
}

/* This browser's session, if it is hers, ends when the new one begins: a second step is bound to its cookie. */
static Reply set_anew(Request *rq, Form *f, const Looked *l, bool mine)
{
    Reply step;
    people_login_hash(&rq->s, l->person, l->new_hash);
    auth_reset_drop(&rq->s, l->person);
    auth_sessions_end_all(&rq->s, l->person, session_cookie(rq));
    notice(rq, T(&rq->s, "Your new password is set, and you are signed out everywhere else."));
    if (people_asks_step(rq, l->person, l->new_hash, &step)) return step;
    people_come_in(rq, l->person, mine, people_term(rq, f));
    return see_other_url(rq, return_to(rq));
}

Reply people_reset_post(Request *rq)
{
    Form *f = form(rq);
    Looked *l = rq->ahead;
    bool mine;
    if (!people_may_try(rq, f, l->login)) return with_status(reset_page(rq, f), 429);
    if (!people_here_read(rq, f, &mine)) return unprocessable(reset_page(rq, f));
    if (l->person && !still_hers(&rq->s, l)) l->person = 0;
    bool fits = code_fits(rq, f, l);
    people_tried(rq, l->login, fits);
    return fits ? set_anew(rq, f, l, mine) : unprocessable(reset_page(rq, f));
}

/* ---- codes on paper ---------------------------------------------------------------------------------------------------------------- */

static Reply sheet_page(Request *rq, Form *f)
{
    never_kept(rq);
    return people_sheet(rq, f, auth_paper_left(&rq->s, rq->s.me, PAPER_PASSWORD));
}

Reply people_sheet_get(Request *rq) { return sheet_page(rq, form(rq)); }

Reply people_sheet_pace(Request *rq)
{
    Form *f = form(rq);
    return people_paces_me(rq, f) ? (Reply){ 0 } : with_status(sheet_page(rq, f), 429);
}

Reply people_sheet_ahead(Request *rq)
{
    Form *f = form(rq);
    people_look_at_me(rq, f);
    return form_bad(f) ? with_status(sheet_page(rq, f), 429) : (Reply){ 0 };
}

Reply people_sheet_post(Request *rq)
{
    Form *f = form(rq);
    if (!people_proves(rq, f, rq->ahead)) return unprocessable(sheet_page(rq, f));
    AuthCodes codes = auth_paper_make(&rq->s, rq->s.me, PAPER_PASSWORD);
    PeopleCodes rows = { NEW(rq->s.arena, PeopleCode, codes.n), codes.n };
    for (ptrdiff_t i = 0; i < codes.n; i++) rows.row[i].code = codes.row[i];
    never_kept(rq);
    return people_papers(rq, false, rows, rq->s.now, S("/people"));
}

/* ---- a code was made for her ------------------------------------------------------------------------------------------------------------ */

Reply people_code_get(Request *rq)
{
    int64_t from = rq->session->reset_from;
    return people_code(rq, from != 0, from > rq->s.now ? (from - rq->s.now + MINUTE - 1) / MINUTE : 0);
}

Reply people_code_delete(Request *rq)
{
    auth_reset_drop(&rq->s, rq->s.me);
    notice(rq, T(&rq->s, "The code is ended. Nobody can set a password with it."));
    return see_other(rq, "/people");
}
