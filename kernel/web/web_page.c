/* web_page - what stands around every page: the layout, the bar, the languages, the hidden proof in forms, and the tag
 * by which a browser finds out that nothing changed. */
#include "web/web_private.h"

enum { PAGE_BYTES_USUAL = 64 * 1024 };   /* what a page does not fill is never touched, and costs nothing */

/* ---- pages -------------------------------------------------------------------------------------------------------- */

void page_begin(Request *rq)
{
    out_init(&rq->out, rq->s.arena, PAGE_BYTES_USUAL);
    rq->s.site->layout_begin(rq);
    notice_shown(rq);
    drafts_shown(rq);
}

/* The masked token differs in every reply; a tag over the rest lets an unchanged page be answered by 304. So the page is
 * hashed up to each token, and goes on after it. An old token goes on working, because it belongs to the cookie; so the
 * cookie counts. */
static void tag_up_to(WebPrivate *w, str body)
{
    w->tag = str_hash(str_slice(body, w->tagged, body.n), w->tagged ? w->tag : str_hash(session_cookie(&w->rq), 1));
}

static str tag_of(WebPrivate *w, str body)
{
    tag_up_to(w, body);
    return str_cat(w->rq.s.arena, S("\""), hex_encode(w->rq.s.arena, (str){ (const char *)&w->tag, sizeof w->tag }), S("\""));
}

/* A reply that brings a cookie or a sentence shown once is not one to keep. */
static bool worth_keeping(const WebPrivate *w)
{
    return w->rq.method == M_GET && !w->header_n && !w->cookie_out.n && !w->rq.notice.n;
}

Reply page_end(Request *rq)
{
    rq->s.site->layout_end(rq);
    str body = out_text(&rq->out);
    if (worth_keeping(rq->web)) rq->web->etag = tag_of(rq->web, body);
    return text_reply(rq, S("text/html; charset=utf-8"), body);
}

/* Programs get the proof in a header and send it back in one of the same name. */
Reply page_json(Request *rq, Json *j)
{
    WebPrivate *w = rq->web;
    str body = out_text(j->out);
    cookie_for_page(rq);
    if (worth_keeping(w)) w->etag = tag_of(w, body);
    reply_header(rq, "CSRF-Token", auth_csrf(rq->s.arena, rq->s.site->key, cookie_for_page(rq)));
    return text_reply(rq, S("application/json"), body);
}

/* What was typed and not sent, browsers put back into a form of the same action and the same first two names for whoever goes back, also
 * when that is somebody else by now: so one of the names is hers, or her cookie's. It is never sent. */
void csrf_field(Request *rq)
{
    WebPrivate *w = rq->web;
    if (!w->csrf.n) w->csrf = auth_csrf(rq->s.arena, rq->s.site->key, cookie_for_page(rq));
    out_lit(&rq->out, "<input type=\"hidden\" name=\"" FIELD_CSRF "\" value=\"");
    tag_up_to(w, out_text(&rq->out));
    out_str(&rq->out, w->csrf);
    w->tagged = rq->out.n;
    out_lit(&rq->out, "\">");
    out_fmt(&rq->out, "<input type=\"hidden\" name=\"%.*s\" disabled>", STR_ARG(web_owner(rq)));
}

/* ---- for the layout ------------------------------------------------------------------------------------------------- */

void nav_add(Request *rq, Nav *nav, str label, const char *href)
{
    str to = str_from(href);
    bool below = str_starts(rq->path, to) && (rq->path.n == to.n || rq->path.p[to.n] == '/');
    CHECK(nav->n < COUNT_OF(nav->row));
    nav->row[nav->n++] = (NavItem){ label, { to }, .here = to.n == 1 ? rq->path.n == 1 : below };
}

void nav_leave(Request *rq, Nav *nav, str label, const char *href)
{
    CHECK(nav->n < COUNT_OF(nav->row));
    nav->row[nav->n++] = (NavItem){ label, { str_from(href) }, .leaves = true };
}

void works_add(Works *works, str words)
{
    if (words.n && works->n < COUNT_OF(works->row)) works->row[works->n++] = words;
}

Works web_works(Scope *s, int64_t person)
{
    Works all = { .n = 0 };
    for (int i = 0; i < s->site->module_n; i++)
        if (s->site->modules[i]->works) s->site->modules[i]->works(s, person, &all);
    return all;
}

Works web_keeps(Scope *s, int64_t person)
{
    Works all = { .n = 0 };
    for (int i = 0; i < s->site->module_n; i++)
        if (s->site->modules[i]->keeps) s->site->modules[i]->keeps(s, person, &all);
    return all;
}

/* In the order of modules, but what is about oneself stands last. A page made because the database is away has no entries:
 * they may ask it. */
Nav web_nav(Request *rq)
{
    const Site *site = rq->s.site;
    Nav nav = { .n = 0 };
    for (int last = 0; rq->s.db && last < 2; last++)
        for (int i = 0; i < site->module_n; i++) {
            const Module *m = site->modules[i];
            if (m->nav && (m->sign_in != NULL) == last) m->nav(rq, &nav);
        }
    return nav;
}

/* What answers a form may stand at an address that only takes forms; then it is the page with the form, as the browser
 * says, that can be asked for in another language. */
static Url in_language(Request *rq, str tag)
{
    str_pair referer = str_cut(header(rq, "referer"), '?');
    ptrdiff_t host = str_find(referer.head, S("://"));
    str rest = host < 0 ? (str){ 0 } : str_slice(referer.head, host + 3, referer.head.n);
    ptrdiff_t slash = str_find(rest, S("/"));
    str path = slash < 0 ? (str){ 0 } : str_slice(rest, slash, rest.n);
    bool ours = path.n && path_is_local(path) && str_eq_nocase(str_slice(rest, 0, slash), header(rq, "host"));
    if (rq->method == M_GET || !ours) return url_with(rq, S("lang"), tag);
    return (Url){ str_fmt(rq->s.arena, "%.*s?lang=%.*s", STR_ARG(path), STR_ARG(tag)) };
}

LangLinks web_languages(Request *rq)
{
    LangLinks links = { NEW(rq->s.arena, LangLink, lang_count()), lang_count() };
    for (int i = 0; i < links.n; i++) {
        const Lang *l = lang_at(i);
        str tag = str_from(l->tag);
        links.row[i] = (LangLink){ in_language(rq, tag), tag, l->name, l == rq->s.lang };
    }
    return links;
}

const Asset *asset_named(const Site *site, const char *name)
{
    for (int i = 0; i < site->asset_n; i++)
        if (strcmp(site->assets[i].name, name) == 0) return &site->assets[i];
    return NULL;
}

const Asset *asset_at(const Site *site, str path)
{
    for (int i = 0; i < site->asset_n; i++)
        if (str_eq(site->assets[i].path, path)) return &site->assets[i];
    return NULL;
}

Url asset(Request *rq, const char *name)
{
    const Asset *a = asset_named(rq->s.site, name);
    CHECK(a);
    return (Url){ a->path };
}
