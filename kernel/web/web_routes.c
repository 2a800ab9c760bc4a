/* web_routes - the route tables of all modules as one tree of path segments, made once at start.
 *
 * A request walks the tree: at each segment the literal branch first, then the named one, then the one that takes the
 * rest. Refused at start, because nobody would notice later: a route without an audience, a path that is badly written,
 * and two routes of one method that could both answer a path when neither is the more literal. */
#include "web/web_private.h"

enum { SEGMENTS_MAX = 16 };

typedef struct Node {
    str          segment;
    struct Node *next;                 /* the next literal beside this one */
    struct Node *literal, *named;      /* below */
    const Route *here[METHODS];        /* the path ends here */
    const Route *rest[METHODS];        /* the rest of the path is taken here */
} Node;

struct Routes { Node root; };

static const char *const method_names[METHODS] = { "", "GET", "POST", "PUT", "PATCH", "DELETE" };

str method_name(Method m) { return str_from(method_names[m]); }

Method method_from(str name)
{
    if (str_eq(name, S("HEAD"))) return M_GET;
    for (Method m = M_GET; m < METHODS; m++)
        if (str_eq_nocase(name, str_from(method_names[m]))) return m;
    return 0;
}

static bool next_segment(str *rest, str *ret)
{
    if (!rest->n) return false;
    str_pair cut = str_cut(str_slice(*rest, 1, rest->n), '/');
    *ret = cut.head;
    *rest = str_slice(*rest, 1 + cut.head.n, rest->n);
    return true;
}

static str segments_of(const char *path)
{
    str p = str_from(path);
    return p.n == 1 ? (str){ 0 } : p;      /* "/" has none */
}

static bool is_named(str segment) { return segment.n && segment.p[0] == ':'; }
static bool is_rest(str segment)  { return is_named(segment) && str_ends(segment, S("*")); }

/* ---- what is refused ----------------------------------------------------------------------------------------- */

static const char *what_is_wrong(const Route *r)
{
    str rest = segments_of(r->path), segment;
    int segments = 0, names = 0;
    if (r->who == WHO_NOBODY) return "says nobody who may come: add .who";
    if (r->who == WHO_ROLE ? !r->role || !r->in : r->role || r->in) return "needs .who = WHO_ROLE, .role and .in together";
    if (r->method < M_GET || r->method >= METHODS || !r->handle) return "has no method or no handler";
    if (r->path[0] != '/') return "has a path that does not begin with /";
    while (next_segment(&rest, &segment)) {
        names += is_named(segment);
        if (!segment.n) return "has an empty segment in its path";
        if (is_rest(segment) && rest.n) return "takes the rest of the path before its end";
        if (is_named(segment) && segment.n == 1) return "has a ':' without a name";
        if (++segments > SEGMENTS_MAX || names > PATH_NAMES_MAX) return "has too many segments or names in its path";
    }
    return r->method == M_GET && r->open ? "is a GET with what only unsafe methods have" : NULL;
}

/* Both could answer one path, and neither is the more literal of the two. */
static bool ambiguous(const Route *a, const Route *b)
{
    str pa = segments_of(a->path), pb = segments_of(b->path), sa, sb;
    bool a_more = false, b_more = false;
    if (a->method != b->method) return false;
    while (pa.n && pb.n) {
        next_segment(&pa, &sa);
        next_segment(&pb, &sb);
        if (!is_named(sa) && !is_named(sb) && !str_eq(sa, sb)) return false;
        a_more |= (!is_named(sa) && is_named(sb)) || (!is_rest(sa) && is_rest(sb));
        b_more |= (!is_named(sb) && is_named(sa)) || (!is_rest(sb) && is_rest(sa));
        if (is_rest(sa) || is_rest(sb)) return a_more == b_more;
    }
    return !pa.n && !pb.n && a_more == b_more;
}

static str find_ambiguity(Arena *keep, const Route *const *all, int n)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i; k++)
            if (ambiguous(all[i], all[k]))
                return str_fmt(keep, "%s:%d: %s could answer what %s (%s:%d) answers", all[i]->file, all[i]->line,
                               all[i]->path, all[k]->path, all[k]->file, all[k]->line);
    return (str){ 0 };
}

/* ---- the tree -------------------------------------------------------------------------------------------------- */

static Node *literal_below(const Node *at, str segment)
{
    Node *n = at->literal;
    while (n && !str_eq(n->segment, segment)) n = n->next;
    return n;
}

static Node *branch(Arena *keep, Node *at, str segment)
{
    if (is_named(segment)) {
        if (!at->named) at->named = NEW(keep, Node, 1);
        return at->named;
    }
    Node *n = literal_below(at, segment);
    if (n) return n;
    n = NEW(keep, Node, 1);
    n->segment = segment;
    n->next = at->literal;
    at->literal = n;
    return n;
}

static void plant(Arena *keep, Node *at, const Route *r)
{
    str rest = segments_of(r->path), segment;
    while (next_segment(&rest, &segment)) {
        if (is_rest(segment)) {
            at->rest[r->method] = r;
            return;
        }
        at = branch(keep, at, segment);
    }
    at->here[r->method] = r;
}

Routes *routes_compile(Arena *keep, const Module *const *modules, int n, str *ret_why)
{
    int count = 0, at = 0;
    for (int i = 0; i < n; i++) count += modules[i]->route_n;
    const Route **all = NEW(keep, const Route *, count);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < modules[i]->route_n; k++) {
            const Route *r = all[at++] = &modules[i]->routes[k];
            const char *wrong = what_is_wrong(r);
            if (wrong) {
                *ret_why = str_fmt(keep, "%s:%d: the route %s %s", r->file, r->line, r->path, wrong);
                return NULL;
            }
        }
    *ret_why = find_ambiguity(keep, all, count);
    if (ret_why->n) return NULL;
    Routes *routes = NEW(keep, Routes, 1);
    for (int i = 0; i < count; i++) plant(keep, &routes->root, all[i]);
    return routes;
}

/* ---- matching -------------------------------------------------------------------------------------------------- */

typedef struct Walk { Method method; str *value; unsigned allowed; } Walk;

static const Route *choose(Walk *w, const Route *const by_method[METHODS])
{
    for (unsigned m = M_GET; m < METHODS; m++)
        if (by_method[m]) w->allowed |= 1u << m;
    return by_method[w->method];
}

static const Route *walk(Walk *w, const Node *at, str rest, int names)
{
    str segment, below = rest;
    const Route *r = NULL;
    if (!next_segment(&below, &segment)) return choose(w, at->here);
    const Node *literal = literal_below(at, segment);
    if (literal) r = walk(w, literal, below, names);
    if (!r && at->named && segment.n) {
        r = walk(w, at->named, below, names + 1);
        if (r) w->value[names] = segment;
    }
    if (!r && rest.n > 1) {
        r = choose(w, at->rest);
        if (r) w->value[names] = str_slice(rest, 1, rest.n);
    }
    return r;
}

const Route *routes_match(const Routes *r, Method m, str path, str values[PATH_NAMES_MAX], unsigned *ret_allowed)
{
    Walk w = { .method = m, .value = values };
    const Route *found = walk(&w, &r->root, path.n == 1 ? (str){ 0 } : path, 0);
    *ret_allowed = w.allowed;
    return found;
}
