/* people_web - signing in and out, making an account, and the page about oneself.
 *
 * URLs     /people, /people/session, /people/account, /people/name, /people/language, /people/password,
 *          /people/sessions, /people/sessions/:key; the others have files of their own (people_own.h)
 * Rule     whether a name exists is told to nobody who does not know its password: the same words, the same time, and few
 *          tries. Making an account cannot hide that a name is taken, so there a refusal counts as a try. */
#include "auth/auth.h"
#include "files/files.h"
#include "people_command.h"
#include "people_own.h"
#include "people_pages.h"
#include "people_sql.h"
#include "web/site.h"

/* ---- signing in ------------------------------------------------------------------------------------------------------------ */

static Reply sign_in_page(Request *rq)
{
    PeopleHere here = people_here(rq);
    return people_sign_in(rq, form(rq), return_to(rq), &here);
}

static Reply too_often(Request *rq) { return with_status(sign_in_page(rq), 429); }

static Reply sign_in_get(Request *rq)
{
    return rq->signed_in ? see_other_url(rq, return_to(rq)) : sign_in_page(rq);
}

/* What nobody could have typed is hashed like the rest, and counted. */
static Reply sign_in_pace(Request *rq)
{
    str login;
    Form *f = form(rq);
    people_login_form(rq->s.arena, form_raw(f, "login"), &login);
    return people_paces(rq, f, login) ? (Reply){ 0 } : too_often(rq);
}

static Reply sign_in_ahead(Request *rq)
{
    Form *f = form(rq);
    Looked *l = rq->ahead = NEW(rq->s.arena, Looked, 1);
    people_login_row row = { 0 };
    str password = form_raw(f, "password");
    bool readable = people_login_form(rq->s.arena, form_raw(f, "login"), &l->login) && str_chars(password) <= PASSWORD_MAX;
    if (!people_may_try(rq, f, l->login)) return too_often(rq);
    if (readable && people_login(&rq->s, l->login, &row)) {
        l->person = row.person;
        l->hash = row.hash;
    }
    l->fits = auth_hash_fits(rq->s.arena, l->hash, readable ? password : S(""));
    if (l->fits && auth_hash_old(rq->s.arena, l->hash)) l->new_hash = auth_hash(rq->s.arena, password);
    return (Reply){ 0 };
}

/* Between the look and now the password may have been changed, or others may have used up the tries. */
static bool still_fits(Request *rq, const Looked *l)
{
    people_login_row row;
    return l->fits && people_login(&rq->s, l->login, &row) && row.person == l->person && str_eq(row.hash, l->hash);
}

void people_come_in(Request *rq, int64_t person, bool mine, SessionTerm term)
{
    int64_t guest = rq->s.me;
    bool other = guest && guest != person && !rq->signed_in;
    if (rq->signed_in && guest != person) drafts_forget(rq);
    else if (mine) drafts_along(rq);
    else people_leave_aside(rq, person);
    rq->s.me = person;
    if (mine && other) people_join(&rq->s, guest, person);
    session_begin_for(rq, person, term);
}

static Reply session_post(Request *rq)
{
    const Looked *l = rq->ahead;
    Form *f = form(rq);
    bool mine;
    if (!people_may_try(rq, f, l->login)) return too_often(rq);
    bool fits = still_fits(rq, l);
    people_tried(rq, l->login, fits);
    if (!fits) form_error(f, "password", T(&rq->s, "The name or the password is not right."));
    if (!fits || !people_here_read(rq, f, &mine)) return unprocessable(sign_in_page(rq));
    if (l->new_hash.n) people_login_hash(&rq->s, l->person, l->new_hash);
    Reply step;
    if (people_asks_step(rq, l->person, l->new_hash.n ? l->new_hash : l->hash, &step)) return step;
    people_come_in(rq, l->person, mine, people_term(rq, f));
    return see_other_url(rq, return_to(rq));
}

static Reply session_delete(Request *rq)
{
    session_end(rq);
    notice(rq, T(&rq->s, "You are signed out."));
    return see_other(rq, "/");
}

/* ---- making an account ------------------------------------------------------------------------------------------------------- */

static Reply enrol_page(Request *rq)
{
    PeopleHere here = people_here(rq);
    return people_enrolment(rq, form(rq), return_to(rq), &here);
}


static Reply enrol_get(Request *rq)
{
    return rq->signed_in ? see_other(rq, "/people") : enrol_page(rq);
}

static str read_login(Request *rq, Form *f)
{
    str login;
    if (!people_login_form(rq->s.arena, form_raw(f, "login"), &login))
        form_error(f, "login", T(&rq->s, "Please choose a name of 2 to 100 characters."));
    return login;
}

static void check_weak(Request *rq, Form *f, const char *field, str name, str login)
{
    Weak weak = auth_password_weak(rq->s.arena, form_raw(f, field), name, login);
    if (weak == WEAK_COMMON)
        form_error(f, field, T(&rq->s, "Many people use this password, so it is the first that a stranger tries. Please choose another: three or four words are good."));
    if (weak == WEAK_NAME)
        form_error(f, field, T(&rq->s, "Your name is in this password, so it is easily guessed. Please choose another: three or four words are good."));
}

void people_check_new_password(Request *rq, Form *f, const char *field, str name, str login)
{
    ptrdiff_t n = str_chars(form_raw(f, field));
    if (n >= PASSWORD_MIN && n <= PASSWORD_MAX) check_weak(rq, f, field, name, login);
    if (n < PASSWORD_MIN) form_error(f, field, TN(&rq->s, "At least {n} character, please.", "At least {n} characters, please.", PASSWORD_MIN));
    if (n > PASSWORD_MAX) form_error(f, field, T(&rq->s, "That is longer than we can keep."));
}

/* The machine may have no memory for a hash just now: an empty one would fit nothing. */
void people_hash_new(Request *rq, Looked *l, str password)
{
    l->new_hash = auth_hash(rq->s.arena, password);
    if (!l->new_hash.n) fault(&rq->s, FAULT_MEMORY, "no memory for a password hash");
}

/* Whether a name is taken can be asked here too. */
static Reply enrol_pace(Request *rq)
{
    str login;
    Form *f = form(rq);
    people_login_form(rq->s.arena, form_raw(f, "login"), &login);
    return people_paces(rq, f, login) ? (Reply){ 0 } : with_status(enrol_page(rq), 429);
}

static Reply enrol_ahead(Request *rq)
{
    Form *f = form(rq);
    Looked *l = rq->ahead = NEW(rq->s.arena, Looked, 1);
    str name = form_text(f, "name", 1, PEOPLE_NAME_MAX);
    l->login = read_login(rq, f);
    people_check_new_password(rq, f, "password", name, l->login);
    if (!form_bad(f)) people_may_try(rq, f, l->login);
    if (form_bad(f)) return unprocessable(enrol_page(rq));
    people_hash_new(rq, l, form_raw(f, "password"));
    return (Reply){ 0 };
}

/* Of the guest here, when she says that she is it; else of somebody new. 0: the name is taken. */
static int64_t enrol(Request *rq, str name, const Looked *l, bool mine)
{
    int64_t guest = rq->s.me;
    if (!mine) rq->s.me = 0;
    int64_t id = people_enrol(&rq->s, name, l->login, l->new_hash);
    rq->s.me = guest;
    return id;
}

static Reply name_is_taken(Request *rq, Form *f, str login)
{
    people_tried(rq, login, false);
    form_error(f, "login", T(&rq->s, "This name cannot be had. Please choose another, or sign in if it is yours."));
    return unprocessable(enrol_page(rq));
}

static Reply account_post(Request *rq)
{
    const Looked *l = rq->ahead;
    Form *f = form(rq);
    bool mine;
    str name = form_text(f, "name", 1, PEOPLE_NAME_MAX);
    if (rq->signed_in) return see_other(rq, "/people");
    if (!people_here_read(rq, f, &mine)) return unprocessable(enrol_page(rq));
    int64_t id = enrol(rq, name, l, mine);
    if (!id) return name_is_taken(rq, f, l->login);
    notice(rq, mine ? T(&rq->s, "Your account is made. Everything you did is in it.") : T(&rq->s, "Your account is made."));
    people_come_in(rq, id, mine, people_term(rq, f));
    people_answer(&rq->s, true);        /* the form says so, above its button */
    browser_knows(rq, l->login);
    return see_other_url(rq, return_to(rq));
}

/* ---- the page about oneself ----------------------------------------------------------------------------------------------------- */

static Options languages(Request *rq)
{
    Option *row = NEW(rq->s.arena, Option, lang_count());
    for (int i = 0; i < lang_count(); i++) row[i] = (Option){ str_from(lang_at(i)->tag), lang_at(i)->name };
    return (Options){ row, lang_count() };
}

static void set_if_absent(Form *f, const char *name, str value)
{
    str *typed;
    if (!form_all(f, name, &typed)) form_set(f, name, value);
}

static Reply me_page(Request *rq, Form *f)
{
    people_login_of_row login = { 0 };
    set_if_absent(f, "name", rq->name);
    set_if_absent(f, "lang", str_from(rq->s.lang->tag));
    if (!rq->signed_in) return people_guest(rq, rq->s.me != 0, f, languages(rq));
    people_login_of(&rq->s, rq->s.me, &login);
    never_kept(rq);
    SessionRows sessions = auth_sessions(&rq->s, rq->s.me, session_cookie(rq));
    PeopleSafe safe = { .second = auth_second(&rq->s, rq->s.me).on, .sheet = auth_paper_left(&rq->s, rq->s.me, PAPER_PASSWORD) };
    return people_me(rq, rq->name, login.login, &safe, f, &sessions, people_asides(rq), languages(rq));
}

static Reply me_get(Request *rq) { return me_page(rq, form_filled(rq)); }

static Reply name_post(Request *rq)
{
    Form *f = form(rq);
    str name = form_text(f, "name", 1, PEOPLE_NAME_MAX);
    if (form_bad(f)) return unprocessable(me_page(rq, f));
    people_rename(&rq->s, name);
    notice(rq, T(&rq->s, "Saved."));
    return see_other(rq, "/people");
}

static Reply language_post(Request *rq)
{
    const Lang *l = lang_find(form_raw(form(rq), "lang"));
    if (!l) return bad_request(rq, T(&rq->s, "We do not speak this language yet."));
    choose_language(rq, l);
    if (rq->s.me) people_choose_lang(&rq->s, str_from(l->tag));
    return see_other_url(rq, return_to(rq));
}

static Reply password_pace(Request *rq)
{
    Form *f = form(rq);
    return people_paces_me(rq, f) ? (Reply){ 0 } : with_status(me_page(rq, f), 429);
}

Looked *people_look_at_me(Request *rq, Form *f)
{
    Looked *l = rq->ahead = NEW(rq->s.arena, Looked, 1);
    people_login_of_row row;
    if (!people_login_of(&rq->s, rq->s.me, &row)) return l;
    *l = (Looked){ .person = rq->s.me, .login = row.login, .hash = row.hash };
    if (!form_bad(f) && people_may_try(rq, f, l->login)) l->fits = auth_hash_fits(rq->s.arena, l->hash, form_raw(f, "password"));
    return l;
}

static Reply password_ahead(Request *rq)
{
    Form *f = form(rq);
    people_login_of_row row = { 0 };
    people_login_of(&rq->s, rq->s.me, &row);
    people_check_new_password(rq, f, "new_password", rq->name, row.login);
    Looked *l = people_look_at_me(rq, f);
    if (form_bad(f)) return unprocessable(me_page(rq, f));
    people_hash_new(rq, l, form_raw(f, "new_password"));
    return (Reply){ 0 };
}

bool people_proves(Request *rq, Form *f, const Looked *l)
{
    bool fits = still_fits(rq, l);
    people_tried(rq, l->login, fits);
    if (!fits) form_error(f, "password", T(&rq->s, "This is not the password you have."));
    return fits;
}

/* Whoever else holds a session of hers, does not from now on. */
static Reply password_post(Request *rq)
{
    const Looked *l = rq->ahead;
    Form *f = form(rq);
    if (!people_proves(rq, f, l)) return unprocessable(me_page(rq, f));
    people_login_hash(&rq->s, rq->s.me, l->new_hash);
    auth_reset_drop(&rq->s, rq->s.me);
    auth_sessions_end_all(&rq->s, rq->s.me, session_cookie(rq));
    session_begin(rq, rq->s.me);
    if (rq->strong) session_proved(rq);
    notice(rq, T(&rq->s, "Your password is changed. You are signed out everywhere else."));
    return see_other(rq, "/people");
}

static Reply sessions_delete(Request *rq)
{
    auth_sessions_end_all(&rq->s, rq->s.me, session_cookie(rq));
    notice(rq, T(&rq->s, "You are signed out everywhere else."));
    return see_other(rq, "/people");
}

static Reply one_session_delete(Request *rq)
{
    if (!auth_session_end_key(&rq->s, rq->s.me, path_str(rq, "key"))) return not_found(rq);
    return see_other(rq, "/people");
}

/* A record that is too long for a line says which file it lies in. */
static Reply record_file_get(Request *rq)
{
    StoredFile f;
    str name = path_str(rq, "name");
    if (!rq->s.me || !journal_names_file(&rq->s, rq->s.me, name) || !files_find(&rq->s, name, &f)) return not_found(rq);
    return file_reply(rq, f.name, f.type, f.name);
}

/* Where a form was refused the browser shows the form's address; asked for again, it is the page with the form. */
static Reply session_again_get(Request *rq) { return see_other(rq, "/people/session/new"); }
static Reply account_again_get(Request *rq) { return see_other(rq, rq->signed_in ? "/people" : "/people/account/new"); }
static Reply second_again_get(Request *rq) { return see_other(rq, "/people/second"); }
static Reply me_again_get(Request *rq) { return see_other(rq, "/people"); }

/* Who has no account is done by one link, and who has one only for today by one button, on every page. */
static void nav(Request *rq, Nav *n)
{
    SessionTerm term = session_term(rq);
    if (rq->s.me && !rq->signed_in) nav_add(rq, n, T(&rq->s, "I am done"), "/people/done");
    if (term.until && !term.device) nav_leave(rq, n, T(&rq->s, "Sign out"), "/people/session");
    nav_add(rq, n, rq->name.n ? rq->name : T(&rq->s, "Sign in"), rq->signed_in ? "/people" : "/people/session/new");
}

static const Route routes[] = {
    GET   ("/people",               me_get,             .who = WHO_ANYONE, .page = "me"),
    GET   ("/people/session/new",   sign_in_get,        .who = WHO_ANYONE, .page = "sign_in"),
    POST  ("/people/session",       session_post,       .who = WHO_ANYONE, .page = "sign_in", .pace = sign_in_pace, .ahead = sign_in_ahead,
           .small = true),
    DELETE("/people/session",       session_delete,     .who = WHO_ANYONE),
    GET   ("/people/session",       session_again_get,  .who = WHO_ANYONE),
    GET   ("/people/account/new",   enrol_get,          .who = WHO_ANYONE, .page = "enrolment"),
    POST  ("/people/account",       account_post,       .who = WHO_ANYONE, .page = "enrolment", .pace = enrol_pace, .ahead = enrol_ahead,
           .makes_person = true),
    GET   ("/people/account",       account_again_get,  .who = WHO_ANYONE),
    GET   ("/people/name",          me_again_get,       .who = WHO_ANYONE),
    GET   ("/people/password",      me_again_get,       .who = WHO_ANYONE),
    GET   ("/people/language",      me_again_get,       .who = WHO_ANYONE),
    GET   ("/people/sessions",      me_again_get,       .who = WHO_ANYONE),
    POST  ("/people/name",          name_post,          .who = WHO_SIGNED_IN, .page = "me"),
    POST  ("/people/language",      language_post,      .who = WHO_ANYONE, .small = true),
    POST  ("/people/password",      password_post,      .who = WHO_SIGNED_IN, .page = "me", .pace = password_pace, .ahead = password_ahead,
           .small = true),
    DELETE("/people/sessions",      sessions_delete,    .who = WHO_SIGNED_IN),
    DELETE("/people/sessions/:key", one_session_delete, .who = WHO_SIGNED_IN),
    GET   ("/people/second",        people_second_get,  .who = WHO_SIGNED_IN, .page = "second"),
    POST  ("/people/second",        people_second_post, .who = WHO_SIGNED_IN, .small = true),
    POST  ("/people/second/confirmation", people_confirmation_post, .who = WHO_SIGNED_IN, .page = "second", .pace = people_second_pace,
           .ahead = people_second_ahead, .small = true),
    POST  ("/people/second/papers", people_papers_post, .who = WHO_SIGNED_IN, .page = "second", .pace = people_second_pace,
           .ahead = people_second_ahead, .small = true),
    DELETE("/people/second",        people_second_delete, .who = WHO_SIGNED_IN, .page = "second", .pace = people_second_pace,
           .ahead = people_second_ahead),
    GET   ("/people/second/confirmation", second_again_get, .who = WHO_SIGNED_IN),
    GET   ("/people/second/papers", second_again_get,   .who = WHO_SIGNED_IN),
    GET   ("/people/step",          people_step_get,    .who = WHO_ANYONE, .page = "step"),
    POST  ("/people/step",          people_step_post,   .who = WHO_ANYONE, .page = "step", .pace = people_step_pace, .small = true),
    GET   ("/people/reset",         people_reset_get,   .who = WHO_ANYONE, .page = "reset"),
    POST  ("/people/reset",         people_reset_post,  .who = WHO_ANYONE, .page = "reset", .pace = people_reset_pace,
           .ahead = people_reset_ahead, .small = true),
    GET   ("/people/sheet",         people_sheet_get,   .who = WHO_SIGNED_IN, .page = "sheet"),
    POST  ("/people/sheet",         people_sheet_post,  .who = WHO_SIGNED_IN, .page = "papers", .pace = people_sheet_pace,
           .ahead = people_sheet_ahead, .small = true),
    GET   ("/people/code",          people_code_get,    .who = WHO_SIGNED_IN, .page = "code"),
    DELETE("/people/code",          people_code_delete, .who = WHO_SIGNED_IN),
    GET   ("/people/terms",         people_terms_get,   .who = WHO_ANYONE, .page = "terms"),
    POST  ("/people/terms",         people_terms_post,  .who = WHO_SIGNED_IN, .small = true),
    GET   ("/people/privacy",       people_privacy_get, .who = WHO_ANYONE, .page = "terms"),
    GET   ("/people/age",           people_age_get,     .who = WHO_SIGNED_IN, .page = "age"),
    POST  ("/people/age",           people_age_post,    .who = WHO_SIGNED_IN, .page = "age", .small = true),
    GET   ("/people/kept",          people_kept_get,    .who = WHO_ANYONE, .page = "kept"),
    GET   ("/people/copy",          people_copy_get,    .who = WHO_ANYONE, .page = "copy"),
    GET   ("/people/records",       people_records_get, .who = WHO_ANYONE),
    GET   ("/people/records/:name", record_file_get,    .who = WHO_ANYONE),
    GET   ("/people/done",          people_done_get,    .who = WHO_ANYONE, .page = "done"),
    POST  ("/people/done",          people_done_post,   .who = WHO_ANYONE, .small = true),
    POST  ("/people/aside/:guest",  people_aside_post,  .who = WHO_SIGNED_IN, .small = true),
    GET   ("/people/places",        people_places_get,  .who = WHO_ANYONE, .page = "places_page"),
    GET   ("/people/erasure",       people_erasure_get, .who = WHO_ANYONE, .page = "erasure"),
    POST  ("/people/erasure",       people_erasure_post, .who = WHO_ANYONE, .page = "erasure", .pace = people_erasure_pace,
           .ahead = people_erasure_ahead, .small = true),
    GET   ("/people/erasure/:seal", people_erased_get,  .who = WHO_ANYONE, .page = "erased"),
};

const Module people_module = {
    .name = "people",
    .routes = routes,        .route_n = COUNT_OF(routes),
    .records = people_records, .record_n = PEOPLE_RECORDS,
    .fills = "auth",
    .nav = nav,
    .markup = &people_pages_literals,
    .command = people_command,
    .sign_in = "/people/session/new",
    .start = people_text_start,
    .person_made = people_guest_made,
    .jobs = people_jobs,       .job_n = PEOPLE_JOBS,
    .doctor = people_doctor,
};
