/* journal_kinds - the kinds of all modules by name, and the tables that each module makes from records. */
#include "journal/journal_own.h"

static int by_name_and_order(const void *a, const void *b)
{
    const KindRow *x = a, *y = b;
    int c = str_cmp(x->name, y->name);
    if (c == 0 && x->row->heard != y->row->heard) return x->row->heard ? 1 : -1;
    return c ? c : x->order - y->order;
}

const KindRow *kinds_named(const Journal *j, str kind, int *ret_n)
{
    int low = 0, high = j->kind_n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (str_cmp(j->kinds[middle].name, kind) < 0) low = middle + 1;
        else high = middle;
    }
    int n = 0;
    while (low + n < j->kind_n && str_eq(j->kinds[low + n].name, kind)) n++;
    *ret_n = n;
    return j->kinds + low;
}

const EntryKind *kind_declared(const Scope *s, str kind)
{
    int n;
    const KindRow *row = kinds_named(s->site->journal, kind, &n);
    return n ? row->declared : NULL;
}

Maker *maker_named(const Journal *j, const char *module)
{
    for (int i = 0; i < j->maker_n; i++)
        if (strcmp(j->makers[i].module, module) == 0) return &j->makers[i];
    return NULL;
}

/* ---- collecting ------------------------------------------------------------------------------------------------------- */

/* One declaration each, and somebody who declares what others hear. */
static bool declarations_find(Journal *j, Arena *keep, str *ret_why)
{
    for (int i = 0; i < j->kind_n; i++) {
        KindRow *k = &j->kinds[i];
        bool first = i == 0 || !str_eq(k->name, k[-1].name);
        if (first == k->row->heard) {
            *ret_why = first ? str_fmt(keep, "%s:%d: nobody declares %.*s", k->row->file, k->row->line, STR_ARG(k->name))
                             : str_fmt(keep, "%s:%d: %.*s is declared twice", k->row->file, k->row->line, STR_ARG(k->name));
            return false;
        }
        k->declared = first ? k->row : k[-1].declared;
    }
    return true;
}

static bool rows_collect(Journal *j, Arena *keep, str *ret_why)
{
    const Site *site = j->site;
    for (int m = 0; m < site->module_n; m++) j->kind_n += site->modules[m]->record_n;
    j->kinds = NEW(keep, KindRow, j->kind_n);
    int n = 0;
    for (int m = 0; m < site->module_n; m++)
        for (int k = 0; k < site->modules[m]->record_n; k++, n++) {
            const EntryKind *row = &site->modules[m]->records[k];
            if (!row->kind) {
                *ret_why = str_fmt(keep, "module %s has not %d kinds of records", site->modules[m]->name, site->modules[m]->record_n);
                return false;
            }
            j->kinds[n] = (KindRow){ str_from(row->kind), row, NULL, site->modules[m]->name, n };
        }
    if (n > 0) qsort(j->kinds, (size_t)n, sizeof *j->kinds, by_name_and_order);
    return declarations_find(j, keep, ret_why);
}

static bool is_made_by(const DbTable *t, const Module *m)
{
    return t->made == DB_DERIVED && (strcmp(t->module, m->name) == 0 || (m->fills && strcmp(t->module, m->fills) == 0));
}

/* Of the tables' shapes and of the rules that fill them, which a module numbers itself. */
static void shape_of(Maker *maker, const Module *m)
{
    uint64_t h = str_hash(S("made"), (uint64_t)m->made_anew);
    for (int i = 0; i < maker->table_n; i++) h = str_hash(str_from(maker->table[i]->name), h ^ maker->table[i]->shape);
    snprintf(maker->shape, sizeof maker->shape, "%016llx", (unsigned long long)h);
}

static void makers_collect(Journal *j, const SiteSetup *setup, Arena *keep)
{
    const Site *site = j->site;
    j->makers = NEW(keep, Maker, site->module_n);
    for (int m = 0; m < site->module_n; m++) {
        const Module *module = site->modules[m];
        if (!module->record_n) continue;
        Maker *maker = &j->makers[j->maker_n++];
        maker->module = module->name;
        maker->table = NEW(keep, const DbTable *, setup->table_n);
        for (int t = 0; t < setup->table_n; t++)
            if (is_made_by(&setup->tables[t], module)) maker->table[maker->table_n++] = &setup->tables[t];
        shape_of(maker, module);
    }
}

static void locals_collect(Journal *j, const SiteSetup *setup, Arena *keep)
{
    j->local = NEW(keep, const DbTable *, setup->table_n);
    for (int t = 0; t < setup->table_n; t++)
        if (setup->tables[t].made == DB_LOCAL && setup->tables[t].by) j->local[j->local_n++] = &setup->tables[t];
}

static bool is_local(const SiteSetup *setup, const char *table)
{
    for (int t = 0; t < setup->table_n; t++)
        if (strcmp(setup->tables[t].name, table) == 0) return setup->tables[t].made == DB_LOCAL;
    return false;
}

static void ids_collect(Journal *j, const SiteSetup *setup, Arena *keep)
{
    DbIdColumn *id = NEW(keep, DbIdColumn, setup->id_n);
    for (int i = 0; i < setup->id_n; i++)
        if (is_local(setup, setup->ids[i].table)) id[j->id_n++] = setup->ids[i];
    j->id = id;
}

bool kinds_collect(Journal *j, const SiteSetup *setup, Arena *keep, str *ret_why)
{
    if (!rows_collect(j, keep, ret_why)) return false;
    makers_collect(j, setup, keep);
    locals_collect(j, setup, keep);
    ids_collect(j, setup, keep);
    return true;
}

/* ---- streams by name ----------------------------------------------------------------------------------------------------- */

int64_t stream_economy(str code)
{
    for (ptrdiff_t i = 0; i < code.n; i++)
        if (code.p[i] < 'A' || code.p[i] > 'Z') return 0;
    return code.n == 2 ? (int64_t)code.p[0] << 8 | code.p[1] : 0;
}

/* Ids of records begin above the economies. */
bool stream_fits(Audience audience, int64_t stream)
{
    const int64_t last = 'Z' << 8 | 'Z';
    switch (audience) {
    case AUDIENCE_PUBLIC:  return stream == STREAM_PUBLIC;
    case AUDIENCE_ECONOMY: return stream > STREAM_PUBLIC && stream <= last;
    case AUDIENCE_CARD:    return stream < 0;
    default:               return stream > last;
    }
}

str stream_name(Arena *keep, Audience audience, int64_t stream)
{
    static const char *const words[AUDIENCES] = { "?", "public", "economy", "body", "centre", "firm", "matter", "person", "card" };
    if (audience == AUDIENCE_PUBLIC) return S("public");
    if (audience == AUDIENCE_ECONOMY) return str_fmt(keep, "economy %c%c", (int)(stream >> 8 & 127), (int)(stream & 127));
    return str_fmt(keep, "%s %lld", words[audience > 0 && audience < AUDIENCES ? audience : 0], (long long)owner_of(stream));
}
