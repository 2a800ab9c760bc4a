/* web_owner - whose words a browser keeps. The script (app/assets/sampan.js) keeps what is half typed, and what could not be sent, under a key
 * that the foot of each page says; several people share a device, so the key says whose they are and nothing about her:
 *
 *   "p" + MAC(person)     of an account. They wait there for her when her session has ended by itself
 *   "t" + MAC(person)     the same in a session that ends soon (SessionTerm.until): they go when somebody else is here
 *   "v" + MAC(cookie)     of a visitor, guest or nobody yet: she has nothing but this cookie. When it is gone nobody can be shown to be her,
 *                         so what is half typed goes, and what was to be sent is asked about
 *   ""                    of a visitor without a cookie: she has met no form
 *
 * Cookie `drafts`, for one page: "along.KEY", what was kept there is hers from now on; "forget.KEY", it goes. */
#include "web/web_private.h"

enum { DRAFTS_SECONDS = 600 };

/* The two of one account differ in their first letter only: what goes, goes under both. */
static str owner_key(Request *rq, const char *sort, str whose)
{
    const char *of = *sort == 'v' ? "drafts of a visitor" : "drafts";
    return str_cat(rq->s.arena, str_from(sort), auth_mac(rq->s.arena, rq->s.site->key, of, whose, (str){ 0 }));
}

static str number(Request *rq, int64_t id) { return str_fmt(rq->s.arena, "%lld", (long long)id); }

str web_owner_of(Request *rq, int64_t person) { return owner_key(rq, "p", number(rq, person)); }

/* The cookie of a visitor may be made while her page is written. */
static str owner_whom(Request *rq)
{
    WebPrivate *w = rq->web;
    if (rq->signed_in) return number(rq, rq->s.me);
    return w->cookie_out.n ? w->cookie_out : w->cookie;
}

str web_owner(Request *rq)
{
    WebPrivate *w = rq->web;
    str whom = owner_whom(rq);
    if (str_eq(whom, w->owner_of)) return w->owner;
    w->owner_of = whom;
    return w->owner = !whom.n ? (str){ 0 } : owner_key(rq, !rq->signed_in ? "v" : w->session.term.until ? "t" : "p", whom);
}

/* ---- what becomes of them ---------------------------------------------------------------------------------------------- */

static void say_of_drafts(Request *rq, str what)
{
    str owner = web_owner(rq);
    if (owner.n) cookie_set(rq, COOKIE_DRAFTS, str_cat(rq->s.arena, what, S("."), owner), DRAFTS_SECONDS);
}

void drafts_along(Request *rq) { say_of_drafts(rq, S("along")); }
void drafts_forget(Request *rq) { say_of_drafts(rq, S("forget")); }

static str drafts_cookie(const Request *rq) { return http_cookie(rq->http, COOKIE_DRAFTS); }

Owner web_owner_here(Request *rq)
{
    str_pair said = str_cut(drafts_cookie(rq), '.');
    return (Owner){ .asked = rq->web->asked, .key = web_owner(rq), .idle = rq->web->session.term.idle / SECOND,
                    .along = str_eq(said.head, S("along")) ? said.tail : (str){ 0 },
                    .forget = str_eq(said.head, S("forget")) ? said.tail : (str){ 0 } };
}

void drafts_shown(Request *rq)
{
    if (drafts_cookie(rq).n) cookie_set(rq, COOKIE_DRAFTS, S(""), 0);
}
