/* box_list - sampan box list: this installation and the nodes it knows, a line each and what is unusual below it. */
#include "box_own.h"

enum { KEY_DIGITS = 32, KEY_GROUP = 4 };

str key_shown(Arena *keep, str key)
{
    Out o;
    out_init(&o, keep, 2 * KEY_DIGITS);
    for (ptrdiff_t i = 0; i < KEY_DIGITS && i < key.n; i++) {
        if (i && i % KEY_GROUP == 0) out_char(&o, ' ');
        out_char(&o, key.p[i]);
    }
    return out_text(&o);
}

static str day_of(Scope *s, int64_t id) { return str_slice(time_iso(s->arena, journal_when(id)), 0, 10); }

static str moment_of(Scope *s, int64_t id) { return time_iso(s->arena, journal_when(id)); }

/* ---- this installation ------------------------------------------------------------------------------------------------- */

static const NodeRow *node_with_key(const NodeRows *nodes, str key)
{
    for (ptrdiff_t i = 0; i < nodes->n; i++)
        if (str_eq(nodes->row[i].key, key)) return &nodes->row[i];
    return NULL;
}

static void tell_network(Scope *s, Out *o, const NodeRows *nodes, const NodeRow *own, str root)
{
    const NodeRow *above = node_with_key(nodes, root);
    if (!str_eq(own->key, root))
        out_fmt(o, "network   of node %lld, key %.*s\n", above ? (long long)above->node : 0, STR_ARG(key_shown(s->arena, root)));
    else if (own->enrolled) out_lit(o, "network   its own: it is the root\n");
    else out_lit(o, "network   none: it is its own root\n");
}

static void tell_self(Scope *s, Out *o, const NodeRows *nodes)
{
    Network network = journal_network(s);
    NodeRow own = { .node = journal_node(s) };
    for (ptrdiff_t i = 0; i < nodes->n; i++)
        if (nodes->row[i].node == own.node) own = nodes->row[i];
    out_fmt(o, "key       %.*s\nnumber    %lld\n", STR_ARG(key_shown(s->arena, own.key)), (long long)own.node);
    tell_network(s, o, nodes, &own, network.root);
    if (network.copied) out_lit(o, "copy      it comes from an old copy; what it wrote since stays here until it is recovered: sampan box ask anew\n");
}

/* ---- the nodes --------------------------------------------------------------------------------------------------------- */

static void tell_centres(Out *o, const NodeRow *r)
{
    for (ptrdiff_t i = 0; i < r->centre_n; i++) out_fmt(o, "%s%lld", i ? ", " : "        centres: ", (long long)r->centres[i]);
    if (r->centre_n) out_char(o, '\n');
}

/* A last id of 1: it had written nothing that anybody here had seen. */
static void tell_revoked(Scope *s, Out *o, int64_t last)
{
    if (last > 1) out_fmt(o, "        revoked: what it wrote after %.*s does not count\n", STR_ARG(moment_of(s, last)));
    else if (last) out_lit(o, "        revoked: nothing that it wrote counts\n");
}

static void tell_node(Scope *s, Out *o, const NodeRow *r)
{
    str since = r->since ? day_of(s, r->since) : S("-");
    str economy = r->economy.n ? r->economy : S("-"), name = r->name.n ? r->name : S("-");
    out_fmt(o, "%6lld  %-10.*s  %-7.*s  %-3s  %-4s  %.*s\n", (long long)r->node, STR_ARG(since), STR_ARG(economy), r->hub ? "hub" : "-",
            r->own ? "here" : "-", STR_ARG(name));
    tell_centres(o, r);
    tell_revoked(s, o, r->revoked);
}

str list_text(Scope *s)
{
    Out o;
    NodeRows nodes = journal_nodes(s);
    out_init(&o, s->arena, 1024 + 256 * nodes.n);
    tell_self(s, &o, &nodes);
    out_fmt(&o, "\n%6s  %-10s  %-7s  %-3s  %-4s  %s\n", "number", "since", "economy", "hub", "own", "name");
    for (ptrdiff_t i = 0; i < nodes.n; i++) tell_node(s, &o, &nodes.row[i]);
    return out_text(&o);
}
