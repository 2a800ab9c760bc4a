/* web_dictionary - what the pages of one module in one language have in common: the layout and the module's markup. A browser
 * that has it once gets the next page in half the bytes (RFC 9842). Made from what is in the program alone, so that every
 * process of an installation, before and after a restart, has the same. */
#include "web/web_private.h"

static const int none = -1;

static int slot_of(const Site *site, int module, const Lang *lang)
{
    int before = 0;
    if (!site->modules[module]->markup) return none;
    for (int i = 0; i < module; i++) before += site->modules[i]->markup != NULL;
    int slot = before * lang_count() + lang->index;
    return slot < HTTP_DICTIONARIES_MAX ? slot : none;
}

static int module_of(const Site *site, const Route *r)
{
    for (int i = 0; i < site->module_n; i++)
        if (site->modules[i]->route_n && r >= site->modules[i]->routes && r < site->modules[i]->routes + site->modules[i]->route_n) return i;
    return none;
}

uint16_t dictionary_for(const Request *rq)
{
    const Site *site = rq->s.site;
    int module = rq->route && site->own->dictionaries ? module_of(site, rq->route) : none;
    return module == none ? 0 : (uint16_t)(slot_of(site, module, rq->s.lang) + 1);
}

/* The layout as nobody in particular sees it. */
static str layout_in(Site *site, Arena *keep, const Lang *lang)
{
    HttpRequest http = { .raw_path = S("/") };
    WebPrivate w = { .rq = { .http = &http, .path = S("/") } };
    w.rq.web = &w;
    w.rq.session = &w.session;
    w.rq.s = (Scope){ .arena = keep, .site = site, .lang = lang };
    out_init(&w.rq.out, keep, 4096);
    site->layout_begin(&w.rq);
    site->layout_end(&w.rq);
    return out_text(&w.rq.out);
}

void dictionaries_open(Site *site, Arena *keep)
{
    for (int l = 0; l < lang_count(); l++) {
        str layout = layout_in(site, keep, lang_at(l));
        for (int m = 0; m < site->module_n; m++) {
            const Module *module = site->modules[m];
            int slot = slot_of(site, m, lang_at(l));
            if (slot == none) continue;
            str parts[] = { *module->markup, layout };
            http_dictionary(site->http, slot, str_join(keep, parts, 2, S("")), str_fmt(keep, "/%s*", module->name).p);
        }
    }
    site->own->dictionaries = true;
}
