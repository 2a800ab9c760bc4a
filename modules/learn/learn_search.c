/* learn_search - one box for everything that can be read: lessons, courses, words, in any script.
 *
 * URLs     /search?q=…&from=… */
#include "learn_view.h"
#include "learn_pages.h"

enum { HITS_A_PAGE = 20, TYPED_CHARS_MAX = 200, FROM_MAX = 10000 };

Url hit_url(Scope *s, const SearchHit *hit)
{
    Url url;
    return url_checked(s->arena, hit->url, &url) ? url : (Url){ S("/learn") };
}

str kind_name(Scope *s, str kind)
{
    if (str_eq(kind, S("lesson"))) return T(s, "Lesson");
    if (str_eq(kind, S("course"))) return T(s, "Course");
    if (str_eq(kind, S("module"))) return T(s, "Module");
    if (str_eq(kind, S("term"))) return T(s, "Word");
    return T(s, "Page");
}

static int64_t from_of(Request *rq)
{
    int64_t from = query_int(rq, "from", 0);
    return from < 0 || from > FROM_MAX ? 0 : from;
}

Reply search_get(Request *rq)
{
    Scope *s = &rq->s;
    str q = str_trim(query_str(rq, "q"));
    if (str_chars(q) > TYPED_CHARS_MAX) q = (str){ 0 };
    int64_t from = from_of(rq);
    SearchHits hits = { 0 };
    if (q.n) hits = search_find(s, q, from, HITS_A_PAGE);
    Url more = { { 0 } };
    if (from + hits.n < hits.total)
        more = url_with(rq, S("from"), str_fmt(s->arena, "%lld", (long long)(from + hits.n)));
    return learn_show_search(rq, q, &hits, more);
}
