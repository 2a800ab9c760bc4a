/* web_notice - one sentence for the next page, carried by the browser: nothing is written when a page is read.
 * It is sealed to the visitor's cookie, so that nobody else can put words into our mouth. */
#include "web/web_private.h"

enum { NOTICE_SECONDS = 60 };

void notice(Request *rq, str sentence)
{
    if (sentence.n <= NOTICE_BYTES_MAX) rq->web->notice_out = sentence;
}

/* When the reply leaves: only then is it sure which cookie the next page comes with. */
void notice_send(Request *rq, str sentence)
{
    Arena *keep = rq->s.arena;
    str seal = auth_mac(keep, rq->s.site->key, "notice", cookie_for_page(rq), sentence);
    cookie_set(rq, COOKIE_NOTICE, str_fmt(keep, "%.*s.%.*s", STR_ARG(seal), STR_ARG(base64url_encode(keep, sentence))),
               NOTICE_SECONDS);
}

void notice_take(Request *rq)
{
    str_pair cut = str_cut(http_cookie(rq->http, COOKIE_NOTICE), '.');
    str sentence;
    if (cut.found && base64url_decode(rq->s.arena, cut.tail, &sentence) &&
        auth_mac_fits(rq->s.site->key, "notice", rq->web->cookie, sentence, cut.head))
        rq->notice = sentence;
}

void notice_shown(Request *rq)
{
    if (rq->notice.n) cookie_set(rq, COOKIE_NOTICE, S(""), 0);
}
