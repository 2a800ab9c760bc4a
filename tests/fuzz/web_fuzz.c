/* web_fuzz - any bytes as what the kernel itself reads of a request: a JSON body, a query, an address to go back to, a token.
 *
 * Holds that: a JSON body gives fields or a refusal; what is shown again has no mark-up in it; a redirect stays on the site;
 * no token but ours fits. */
#include "web/web_private.h"

static void layout_nothing(Request *rq) {}

static void read_all(Scope *s, void *arg)
{
    WebPrivate *w = arg;
    Request *rq = &w->rq;
    Reply refusal = { 0 };
    str bytes = rq->http->body;
    CHECK(web_body(w, &refusal) || refusal.status == 400);
    CHECK(w->form.n <= FIELDS_MAX);
    form_text(&w->form, "a", 1, 10);
    form_int(&w->form, "b", 0, 9);
    form_long(&w->form, "c", 0, 100);
    web_field(rq, &w->form, "a", S("A"), S(""));
    Json j = json_to(&rq->out);
    Form_json(&j, S(""), &w->form);
    CHECK(str_is_plain(query_str(rq, "a"), false));
    url_with(rq, S("a"), bytes);
    Reply to = see_other_url(rq, return_to(rq));
    CHECK(path_is_local(to.location) && str_find(to.location, S("\r")) < 0 && str_find(to.location, S("\n")) < 0);
    CHECK(!auth_csrf_fits(s->site->key, S("Lo0GrJM5yixztIhjopNeYluUzxwgS0BUSuX6jLXJvlc"), bytes));
    CHECK(!auth_mac_fits(s->site->key, "fuzz", bytes, bytes, bytes));
    prefers_json(bytes);
    auth_fold(s->arena, bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Region region;
    static struct SiteOwn own;
    static Site site = { .layout_begin = layout_nothing, .layout_end = layout_nothing, .own = &own };
    static const HttpHeader type = { { "content-type", 12 }, { "application/json", 16 } };
    Landing landing;
    if (!region.base) {
        if (!region_open(&region, (size_t)32 << 20)) return 0;
        i18n_start();
    }
    str bytes = { (const char *)data, (ptrdiff_t)size };
    HttpRequest http = { .arena = region_arena(&region, NULL), .method = S("POST"), .path = S("/"), .raw_path = S("/"),
                         .query = bytes, .body = bytes, .headers = &type, .header_n = 1 };
    WebPrivate *w = NEW(&http.arena, WebPrivate, 1);
    w->rq = (Request){ .web = w, .http = &http, .method = M_POST, .query = bytes, .path = S("/") };
    w->rq.s = (Scope){ .arena = &http.arena, .site = &site, .lang = lang_at(0) };
    w->rq.out.arena = &http.arena;
    w->form.rq = &w->rq;
    scope_try(&w->rq.s, read_all, w, &landing);
    return 0;
}
