/* centres_place - a place by its address: "all", an economy's two letters, or the number of a centre or a body. */
#include "centres_own.h"

static void everything(Scope *s, CentrePlace *p)
{
    *p = (CentrePlace){ .key = S("all"), .sort = S("all"), .name = T(s, "Everywhere"), .audience = AUDIENCE_PUBLIC, .stream = STREAM_PUBLIC };
}

static bool economy(Scope *s, str code, CentrePlace *p)
{
    str name = centres_economy(s, code);
    int64_t stream = stream_economy(code);
    if (!stream || str_eq(name, code)) return false;
    *p = (CentrePlace){ .key = code, .sort = S("economy"), .name = name, .economy = code, .audience = AUDIENCE_ECONOMY, .stream = stream };
    return true;
}

/* Two letters as a number, and back: only of an economy that has a name here. */
static str economy_of_stream(Scope *s, int64_t stream)
{
    Options all = centres_economies(s);
    for (ptrdiff_t i = 0; i < all.n; i++)
        if (all.row[i].value.n && stream_economy(all.row[i].value) == stream) return all.row[i].value;
    return (str){ 0 };
}

static bool opened(Scope *s, int64_t id, CentrePlace *p)
{
    centres_place_row r;
    if (!id || !centres_place(s, id, &r)) return false;
    *p = (CentrePlace){ .key = journal_subject(s, id), .sort = r.sort, .name = r.name, .economy = economy_of_stream(s, r.inside), .way = r.way,
                        .hours = r.hours, .contact = r.contact, .reach = r.reach, .closed = r.closed, .audience = (int)r.audience, .stream = r.id,
                        .inside = r.inside };
    return true;
}

bool place_by_stream(Scope *s, Audience audience, int64_t stream, CentrePlace *ret)
{
    if (audience == AUDIENCE_PUBLIC) {
        everything(s, ret);
        return true;
    }
    if (audience == AUDIENCE_ECONOMY) return economy(s, economy_of_stream(s, stream), ret);
    return opened(s, stream, ret);
}

bool place_by_key(Scope *s, str key, CentrePlace *ret)
{
    int64_t id;
    if (str_eq(key, S("all"))) {
        everything(s, ret);
        return true;
    }
    if (key.n == 2) return economy(s, key, ret);
    return str_int(key, &id) && opened(s, id, ret);
}

bool place_asked(Request *rq, CentrePlace *ret) { return place_by_key(&rq->s, path_str(rq, "place"), ret); }

bool place_of_path(Request *rq, RolePlace *ret)
{
    CentrePlace p;
    if (!place_asked(rq, &p)) return false;
    *ret = (RolePlace){ (int)p.audience, p.stream };
    return true;
}
