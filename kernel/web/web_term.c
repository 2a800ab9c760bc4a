/* web_term - a session that idleness ends (SessionTerm.idle). Pages are read without writing, so the browser carries the moment of its last
 * use, in the cookie `used`: "MS.MAC", under the installation's key and the session's cookie. Nobody else can make a later one; who leaves it
 * at home is signed out. A minute more or less is not told.
 *
 * A clock that is set back by less than the while ends nothing, and one that is set back by more, or on, ends the session: whoever sits there
 * signs in again. */
#include "web/web_private.h"

enum { TERM_STEP = MINUTE };

static str term_mac(Request *rq, str cookie, str ms) { return auth_mac(rq->s.arena, rq->s.site->key, "used", cookie, ms); }

/* False: never, as far as this cookie proves. */
static bool term_last(Request *rq, str cookie, int64_t *ret_ms)
{
    str_pair cut = str_cut(http_cookie(rq->http, COOKIE_USED), '.');
    return cut.found && auth_mac_fits(rq->s.site->key, "used", cookie, cut.head, cut.tail) && str_int(cut.head, ret_ms);
}

static int64_t apart(int64_t a, int64_t b) { return a < b ? b - a : a - b; }

bool term_used(Request *rq, const Session *session)
{
    int64_t last, idle = session->term.idle;
    return !idle || (term_last(rq, rq->web->cookie, &last) && apart(last, rq->s.now) < idle);
}

void term_keep(WebPrivate *w, str cookie)
{
    Request *rq = &w->rq;
    int64_t last;
    bool fresh = term_last(rq, cookie, &last) && apart(last, rq->s.now) < TERM_STEP;
    if (!term_leaving(w).idle || fresh) return;
    str ms = str_fmt(rq->s.arena, "%lld", (long long)rq->s.now);
    cookie_set(rq, COOKIE_USED, str_cat(rq->s.arena, ms, S("."), term_mac(rq, cookie, ms)), -1);
}
