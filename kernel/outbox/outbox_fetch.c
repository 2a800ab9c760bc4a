/* outbox_fetch - one question to a server that SAMPAN_HOSTS names. */
#include "outbox/outbox_own.h"

enum { REDIRECTS_MAX = 5, FETCH_SECONDS = 120 };

static JobEnd ends(Job *job, JobEnd end, str why)
{
    snprintf(job->why, sizeof job->why, "%.*s", (int)str_clip(why, (ptrdiff_t)sizeof job->why - 1).n, why.n ? why.p : "");
    return end;
}

static void with_header(Scope *s, OutOrder *o, const char *name, str value)
{
    if (value.n) o->header[o->header_n++] = str_cat(s->arena, str_from(name), S(": "), value);
}

static OutOrder order_for(Scope *s, const OutSettings *set, const OutFetch *f, str url, bool local)
{
    int64_t most = f->bytes_max > 0 && f->bytes_max < OUT_ANSWER_MAX ? f->bytes_max : OUT_ANSWER_MAX;
    OutOrder o = { .way = OUT_BY_HTTP, .url = url, .seconds = set->seconds, .whole = FETCH_SECONDS, .ca = set->ca, .local = local,
            .answer_max = most };
    with_header(s, &o, "User-Agent", S("Sampan"));
    with_header(s, &o, "If-None-Match", f->etag);
    with_header(s, &o, "If-Modified-Since", f->modified);
    return o;
}

static bool leads_on(int64_t status) { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }

static JobEnd ask(Scope *s, Job *job, const OutOrder *order, OutAnswer *ret)
{
    ChildEnd end = out_errand(s, order, NULL, NULL, ret);
    if (end == CHILD_TOO_SLOW) return ends(job, JOB_AGAIN, S("It took too long."));
    if (end != CHILD_DONE) return ends(job, JOB_AGAIN, S("No helper is there just now, or it fell over."));
    if (ret->end == OUT_END_DONE) return JOB_DONE;
    if (ret->end == OUT_END_TOO_LARGE) return ends(job, JOB_NEVER, S("The answer is too large."));
    if (ret->end == OUT_END_PRIVATE) return ends(job, JOB_NEVER, WHY_PRIVATE);
    return ends(job, JOB_AGAIN, str_is_plain(ret->why, false) ? ret->why : S("The server said what cannot be shown."));
}

/* ETag and dates are sent back as they came, so they must be what may stand in a header. */
static bool is_header_value(str s) { return s.n <= OUT_LINE_MAX / 2 && str_is_plain(s, false); }

JobEnd outbox_fetch(Scope *s, Job *job, const OutFetch *f, OutFetched *ret)
{
    OutSettings set;
    OutUrl url;
    str to = f->url, why;
    bool local;
    CHECK(is_header_value(f->etag) && is_header_value(f->modified));
    if (!out_settings(s->site, s->arena, &set, &why)) return ends(job, JOB_AGAIN, why);
    if (!out_url(to, &url) || !out_host_allowed(set.hosts, &url, &local)) return ends(job, JOB_NEVER, S("SAMPAN_HOSTS does not name this host."));
    for (int i = 0; i <= REDIRECTS_MAX; i++) {
        OutOrder order = order_for(s, &set, f, to, local);
        OutAnswer a;
        JobEnd end = ask(s, job, &order, &a);
        if (end != JOB_DONE) return end;
        if (!leads_on(a.status)) {
            *ret = (OutFetched){ a.status, a.type, a.etag, a.modified, a.body };
            return JOB_DONE;
        }
        if (!out_url_joined(s->arena, &url, a.location, &to)) return ends(job, JOB_NEVER, S("The server leads to another host."));
    }
    return ends(job, JOB_NEVER, S("The server leads from one address to the next."));
}
