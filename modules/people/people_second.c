/* people_second - a second step: set up, switched off, and asked for.
 *
 * URLs     /people/second                 what it is; the code to photograph; new codes on paper; off
 *          /people/second/confirmation    in force from the first code on
 *          /people/second/papers          other codes on paper
 *          /people/step                   a code, after the password or for what a role decides
 * Rule     a password alone signs nobody in who has it: between the two steps there is no session, only a pass in the form. It is good for
 *          PASS_MS, for this browser's cookie and for the password as it is; so a changed password ends it.
 * Rule     what makes it stronger or weaker asks for the password again, and what makes it weaker for a code as well: who finds the phone
 *          unlocked can do neither. */
#include "auth/auth.h"
#include "people_own.h"
#include "people_pages.h"
#include "people_sql.h"
#include "qr/qr.h"
#include "web/site.h"

#define PASS_MS (10 * MINUTE)

/* ---- the page -------------------------------------------------------------------------------------------------------------------- */

static str address_of(Request *rq, str secret)
{
    people_login_of_row login = { 0 };
    people_login_of(&rq->s, rq->s.me, &login);
    return str_cat(rq->s.arena, S("otpauth://totp/Sampan:"), url_escape(rq->s.arena, login.login), S("?secret="), secret, S("&issuer=Sampan"));
}

/* In groups of four: it may have to be typed. */
static str grouped(Arena *keep, str secret)
{
    Out o;
    out_init(&o, keep, secret.n * 2);
    for (ptrdiff_t i = 0; i < secret.n; i++) {
        if (i && i % 4 == 0) out_char(&o, ' ');
        out_char(&o, secret.p[i]);
    }
    return out_text(&o);
}

static Reply second_page(Request *rq, Form *f)
{
    Scope *s = &rq->s;
    Second second = auth_second(s, s->me);
    PeopleSecond v = { .on = second.on, .stopped = second.stopped, .since = second.since, .papers = second.papers,
                       .needed = auth_decides(s, s->me) };
    str secret = auth_second_secret(s, s->me);
    if (secret.n) {
        v.address = address_of(rq, secret);
        v.secret = grouped(s->arena, secret);
        v.link = (Url){ v.address };
        qr_svg(s->arena, v.address, QR_M, T(s, "A code for the application on your phone"), &v.picture);
    }
    never_kept(rq);
    return people_second(rq, &v, f, return_to(rq));
}

Reply people_second_get(Request *rq) { return second_page(rq, form(rq)); }

Reply people_second_post(Request *rq)
{
    if (!auth_second(&rq->s, rq->s.me).on) auth_second_begin(&rq->s, rq->s.me);
    return see_other(rq, "/people/second?to=%.*s", STR_ARG(url_escape(rq->s.arena, return_to(rq))));
}

static Reply papers_page(Request *rq, AuthCodes codes, bool second)
{
    PeopleCodes rows = { NEW(rq->s.arena, PeopleCode, codes.n), codes.n };
    for (ptrdiff_t i = 0; i < codes.n; i++) rows.row[i].code = codes.row[i];
    never_kept(rq);
    return people_papers(rq, second, rows, rq->s.now, second ? return_to(rq) : S("/people"));
}

/* ---- with her password -------------------------------------------------------------------------------------------------------------- */

Reply people_second_pace(Request *rq)
{
    Form *f = form(rq);
    people_login_of_row row;
    if (people_paces_me(rq, f) && people_login_of(&rq->s, rq->s.me, &row)) people_paces_code(rq, f, row.login);
    return form_bad(f) ? with_status(second_page(rq, f), 429) : (Reply){ 0 };
}

Reply people_second_ahead(Request *rq)
{
    Form *f = form(rq);
    people_look_at_me(rq, f);
    return form_bad(f) ? with_status(second_page(rq, f), 429) : (Reply){ 0 };
}

static str clock_of(Scope *s) { return str_cat(s->arena, str_slice(time_iso(s->arena, s->now), 11, 16), S(" UTC, "), date_short(s, s->now)); }

/* A clock that is wrong is the usual reason, and the phone's is right: it has it from the network. */
static void say_wrong(Request *rq, Form *f)
{
    Scope *s = &rq->s;
    str clock = FILL(s, T(s, "The clock of this place says {when}. If your phone says otherwise, tell whoever looks after the place."), { "when", clock_of(s) });
    form_error(f, "code", str_cat(s->arena, T(s, "This is not the code of now, or it was used already. Please wait for the next one."), S(" "), clock));
}

/* Both are counted, each as what it is. */
static bool proves_both(Request *rq, Form *f)
{
    const Looked *l = rq->ahead;
    if (!people_may_try_code(rq, f, l->login) || !people_proves(rq, f, l)) return false;
    bool fits = auth_second_fits(&rq->s, rq->s.me, form_raw(f, "code"));
    people_tried_code(rq, l->login, fits);
    if (!fits) say_wrong(rq, f);
    return fits;
}

Reply people_confirmation_post(Request *rq)
{
    Form *f = form(rq);
    Scope *s = &rq->s;
    if (auth_second(s, s->me).on) return see_other(rq, "/people/second");
    if (!people_proves(rq, f, rq->ahead)) return unprocessable(second_page(rq, f));
    if (!auth_second_confirm(s, s->me, form_raw(f, "code"))) {
        say_wrong(rq, f);
        return unprocessable(second_page(rq, f));
    }
    session_proved(rq);
    return papers_page(rq, auth_paper_make(s, s->me, PAPER_SECOND), true);
}

Reply people_papers_post(Request *rq)
{
    if (!proves_both(rq, form(rq))) return unprocessable(second_page(rq, form(rq)));
    return papers_page(rq, auth_paper_make(&rq->s, rq->s.me, PAPER_SECOND), true);
}

Reply people_second_delete(Request *rq)
{
    if (!proves_both(rq, form(rq))) return unprocessable(second_page(rq, form(rq)));
    auth_second_off(&rq->s, rq->s.me);
    notice(rq, T(&rq->s, "Your password alone signs you in again."));
    return see_other(rq, "/people/second");
}

/* ---- between the two steps ------------------------------------------------------------------------------------------------------------ */

static str pass_bound(Request *rq, str hash) { return str_cat(rq->s.arena, session_cookie(rq), S("\n"), hash); }

static str pass_for(Request *rq, int64_t person, str hash)
{
    str head = str_fmt(rq->s.arena, "%lld-%lld", (long long)person, (long long)(rq->s.now + PASS_MS));
    return str_cat(rq->s.arena, head, S("."), auth_mac(rq->s.arena, rq->s.site->key, "pass", head, pass_bound(rq, hash)));
}

/* 0: not of here, too old, of another browser, or from before her password was changed. */
static int64_t pass_person(Request *rq, str pass)
{
    int64_t person, until;
    people_login_of_row row;
    str_pair cut = str_cut(pass, '.'), head = str_cut(cut.head, '-');
    if (!str_int(head.head, &person) || !str_int(head.tail, &until) || until <= rq->s.now || until > rq->s.now + PASS_MS) return 0;
    if (!people_login_of(&rq->s, person, &row)) return 0;
    return auth_mac_fits(rq->s.site->key, "pass", cut.head, pass_bound(rq, row.hash), cut.tail) ? person : 0;
}

static Reply step_page(Request *rq, Form *f, str pass)
{
    Form *sent = form(rq);
    never_kept(rq);
    return people_step(rq, f, return_to(rq), pass, (PeopleStay){ form_raw(sent, "mine"), form_raw(sent, "today") });
}

bool people_asks_step(Request *rq, int64_t person, str hash, Reply *ret)
{
    bool asks = auth_second(&rq->s, person).on;
    if (asks) *ret = step_page(rq, form_filled(rq), pass_for(rq, person, hash));
    return asks;
}

/* Who is signed in proves it for a role; who is not comes by the form of the password. */
Reply people_step_get(Request *rq)
{
    if (!rq->signed_in) return see_other(rq, "/people/session/new?to=%.*s", STR_ARG(url_escape(rq->s.arena, return_to(rq))));
    if (!auth_second(&rq->s, rq->s.me).on) return see_other(rq, "/people/second?to=%.*s", STR_ARG(url_escape(rq->s.arena, return_to(rq))));
    return step_page(rq, form(rq), (str){ 0 });
}

typedef struct Stepping { int64_t person; str login, pass; } Stepping;

static bool stepping(Request *rq, Stepping *ret)
{
    people_login_of_row row;
    str pass = form_raw(form(rq), "pass");
    int64_t person = pass.n ? pass_person(rq, pass) : rq->signed_in ? rq->s.me : 0;
    if (!person || !people_login_of(&rq->s, person, &row)) return false;
    *ret = (Stepping){ person, row.login, pass };
    return true;
}

static Reply step_lost(Request *rq)
{
    notice(rq, T(&rq->s, "That took too long. Please begin again with your password."));
    return see_other(rq, "/people/session/new?to=%.*s", STR_ARG(url_escape(rq->s.arena, return_to(rq))));
}

Reply people_step_pace(Request *rq)
{
    Stepping st;
    Form *f = form(rq);
    if (!stepping(rq, &st)) return step_lost(rq);
    return people_paces_code(rq, f, st.login) ? (Reply){ 0 } : with_status(step_page(rq, f, st.pass), 429);
}

static void say_wrong_step(Request *rq, Form *f, int64_t person)
{
    if (auth_second(&rq->s, person).stopped)
        form_error(f, "code", T(&rq->s, "There were too many wrong codes in a row. Please take one of your codes on paper."));
    else say_wrong(rq, f);
}

/* What somebody else saved here since she said whose the work is, is not hers. */
static void come_in(Request *rq, Form *f, int64_t person)
{
    bool mine;
    people_here_read(rq, f, &mine);
    people_come_in(rq, person, mine, people_term(rq, f));
}

Reply people_step_post(Request *rq)
{
    Stepping st;
    Form *f = form(rq);
    if (!stepping(rq, &st)) return step_lost(rq);
    if (!people_may_try_code(rq, f, st.login)) return with_status(step_page(rq, f, st.pass), 429);
    bool fits = auth_second_fits(&rq->s, st.person, form_raw(f, "code"));
    people_tried_code(rq, st.login, fits);
    if (!fits) {
        say_wrong_step(rq, f, st.person);
        return unprocessable(step_page(rq, f, st.pass));
    }
    if (st.pass.n) come_in(rq, f, st.person);
    session_proved(rq);
    return see_other_url(rq, return_to(rq));
}

/* ---- for roles ----------------------------------------------------------------------------------------------------------------------------- */

Reply people_strong(Request *rq)
{
    if (rq->strong) return (Reply){ 0 };
    bool on = auth_second(&rq->s, rq->s.me).on;
    notice(rq, on ? T(&rq->s, "Please type a code from your phone. What you do in your role asks for one every 12 hours.")
                  : T(&rq->s, "Your role asks for a second step when you sign in. Setting it up takes two minutes."));
    str back = rq->method == M_GET ? rq->path : S("/");
    return see_other(rq, "%s?to=%.*s", on ? "/people/step" : "/people/second", STR_ARG(url_escape(rq->s.arena, back)));
}
