/* web_error - the pages nobody wants to see, in plain words, and never with what was typed thrown away. */
#include "web/web_private.h"
#include "web_pages.h"

enum { AWAY_SECONDS = 30 };        /* until it is worth asking again for a room that is being set up */

typedef struct Words { int status; const char *heading, *sentence; } Words;

static const Words words[] = {
    { 400, N_("This did not arrive whole"),       N_("Something in the request could not be read. Please go back and try once more.") },
    { 403, N_("Please look and send it once more"), N_("We could not be sure that this came from you. Nothing has been saved yet.") },
    { 404, N_("There is nothing here"),           N_("The page may have moved, or it is not yours to see.") },
    { 405, N_("That cannot be done here"),        N_("This address does not take what was sent to it.") },
    { 413, N_("That is too much at once"),        N_("What was sent is larger than we can take. Please send less, or a smaller file.") },
    { 414, N_("This address is too long"),        N_("Please start again from the first page.") },
    { 415, N_("We cannot read this kind of file"), N_("Please send it in another form.") },
    { 429, N_("Please wait a little"),            N_("That was tried too often in a short time.") },
    { 431, N_("Your browser sent too much"),      N_("Clearing the cookies of this site will help.") },
    { 500, N_("Something broke on our side"),     N_("Nothing was saved. It has been written down for the people who look after this place.") },
    { 501, N_("That cannot be done here"),        N_("This address does not take what was sent to it.") },
    { 503, N_("That cannot be done just now"),    N_("The machine is busy or out of reach. Please try again in a minute.") },
};

static const Words *words_for(int status)
{
    for (int i = 0; i < COUNT_OF(words); i++)
        if (words[i].status == status) return &words[i];
    return words_for(status < 500 || status == 505 ? 400 : 500);      /* 505: a version of HTTP that nobody speaks */
}

Reply refuse(Request *rq, int status)
{
    const Words *w = words_for(status);
    return with_status(web_error(rq, tr_text(rq->s.lang, w->heading), tr_text(rq->s.lang, w->sentence)), status);
}

Reply not_found(Request *rq) { return refuse(rq, 404); }

static void say_when_back(Request *rq)
{
    reply_header(rq, "Retry-After", str_fmt(rq->s.arena, "%d", AWAY_SECONDS));
}

Reply refuse_away(Request *rq)
{
    say_when_back(rq);
    look_again(rq, AWAY_SECONDS);
    str heading = T(&rq->s, "This room is being set up again");
    str sentence = T(&rq->s, "The program was updated, and this room is putting its papers in order. Everything is kept. It opens again by itself in some minutes.");
    return with_status(web_away(rq, heading, sentence, (Url){ whole_address(rq) }), 503);
}

Reply bad_request(Request *rq, str sentence)
{
    return with_status(web_error(rq, tr_text(rq->s.lang, words_for(400)->heading), sentence), 400);
}

/* ---- what was typed ----------------------------------------------------------------------------------------------- */

/* Sent by a page of another site: what it says may be looked at but not sent on by one press. */
static bool from_elsewhere(const Request *rq)
{
    str site = header(rq, "sec-fetch-site"), origin = header(rq, "origin");
    if (site.n) return !str_eq(site, S("same-origin")) && !str_eq(site, S("none"));
    if (!origin.n) return false;
    ptrdiff_t host = str_find(origin, S("://"));
    return host < 0 || !str_eq_nocase(str_slice(origin, host + 3, origin.n), header(rq, "host"));
}

static bool has_file(const Form *f)
{
    for (int i = 0; i < f->n; i++)
        if (f->part[i].filename.n) return true;
    return false;
}

static TypedRows typed_rows(Request *rq, const Form *f)
{
    Typed *row = NEW(rq->s.arena, Typed, f->n);
    ptrdiff_t n = 0;
    for (int i = 0; i < f->n; i++) {
        const HttpPart *p = &f->part[i];
        bool secret = field_is_secret(p->name), file = p->filename.n > 0;
        if (str_eq(p->name, S(FIELD_CSRF))) continue;
        row[n++] = (Typed){ str_shown(rq->s.arena, p->name),
                            str_shown(rq->s.arena, file ? p->filename : secret ? (str){ 0 } : p->value),
                            .secret = secret, .file = file, .shown = !field_is_kernels(p->name) && p->value.n };
    }
    return (TypedRows){ row, n };
}

static Reply again(Request *rq, int status, str heading, str sentence, str sign_in)
{
    const Form *f = form(rq);
    Again typed = {
        .action  = { whole_address(rq) },
        .sign_in = { sign_in },
        .enctype = has_file(f) ? S("multipart/form-data") : S("application/x-www-form-urlencoded"),
        .offered = !from_elsewhere(rq),
        .typed   = typed_rows(rq, f),
    };
    return with_status(web_again(rq, heading, sentence, typed), status);
}

Reply refuse_again(Request *rq, int status, Why why)
{
    const Words *w = words_for(status);
    str heading = tr_text(rq->s.lang, w->heading), sentence = tr_text(rq->s.lang, w->sentence);
    if (why == WHY_LOST) {
        heading = T(&rq->s, "Was it saved? We cannot tell");
        sentence = T(&rq->s, "The connection to our memory broke at the wrong moment. Nothing you typed is lost: look first whether it is there already, and send it once more if not.");
    }
    if (why == WHY_SIGN_IN) {
        heading = T(&rq->s, "Please sign in first");
        sentence = T(&rq->s, "What you typed is kept on this page. Sign in, come back here and send it.");
    }
    if (why == WHY_ROLE) {
        heading = T(&rq->s, "You may not do this any more");
        sentence = T(&rq->s, "Whoever looks after this has ended the role that it needs, or it has run out. Nothing was saved; what you typed is on this page.");
    }
    if (why == WHY_AWAY) {
        say_when_back(rq);
        heading = T(&rq->s, "This room is being set up again");
        sentence = T(&rq->s, "The program was updated. Nothing has been saved yet, but what you typed is kept on this page: leave it open and send it again in some minutes.");
    }
    return again(rq, status, heading, sentence, why == WHY_SIGN_IN ? str_from(rq->s.site->own->sign_in) : (str){ 0 });
}

Reply refuse_for_now(Request *rq, int64_t ms)
{
    retry_after(rq, ms);
    str heading = tr_text(rq->s.lang, words_for(429)->heading);
    return again(rq, 429, heading, TN(&rq->s, "More came from here in a short time than this place can take. What you typed is kept on this page: leave it open and send it again in {n} minute.",
                                      "More came from here in a short time than this place can take. What you typed is kept on this page: leave it open and send it again in {n} minutes.",
                                      (ms + MINUTE - 1) / MINUTE), (str){ 0 });
}

/* Who has an account, or was here before, may do more than who is new: she is told so. */
Reply refuse_no_room(Request *rq)
{
    bool nobody = room_left(rq->s.site) == ROOM_FOR_NOBODY;
    retry_after(rq, HOUR);
    str heading = T(&rq->s, "This place is nearly full");
    str sentence = nobody
        ? T(&rq->s, "There is no room left to keep anything new, so nothing was saved. What you typed is kept on this page. Please tell whoever looks after this place, and send it again when there is room.")
        : T(&rq->s, "There is little room left, and it is kept for those who have been here before. You can read everything. If you have an account, sign in and send this again: what you typed is kept on this page. Otherwise please tell whoever looks after this place.");
    return again(rq, 503, heading, sentence, nobody ? (str){ 0 } : str_from(rq->s.site->own->sign_in));
}

Reply refuse_plain(int status)
{
    return (Reply){
        .status = status, .done = true, .type = S("text/html; charset=utf-8"),
        .body = S("<!doctype html><title>Sampan</title><h1>Something broke on our side</h1>"
                  "<p>Please go back: what you typed is still there. Try again in a minute.</p>"),
    };
}
