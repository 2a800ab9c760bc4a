/* sqlgen - turns named SQL into typed C, and schema files into migrations for both engines. Small, in C, run by the build.
 *
 *   sqlgen OUTDIR  FILE.sql… SCHEMA.sql…        (every .sql of kernel and modules; a path with /schema/ is a schema file)
 *
 * Query files: kernel/<room>/<room>.sql and modules/<module>/<module>.sql. A query is
 *
 *   -- name: mine(me int, q str?) many
 *   -- Both sides see a dispute; nobody else finds out that it exists.        (comments up to the SQL are kept)
 *   SELECT d.id, d.title, count(r.id) AS "replies:int" FROM … WHERE :me IN (d.opened_by, d.against) … LIMIT 100;
 *
 *   -- name: mine@postgres            the same query where PostgreSQL must be told differently; same parameters and columns
 *
 *   kinds       one    bool  disputes_mine(Scope *s, int64_t me, str q, disputes_mine_row *ret)      false: no row
 *               many   disputes_mine_rows disputes_mine(Scope *s, int64_t me, str q)                 { row, n }
 *               int    int64_t disputes_count(Scope *s, …)           first column of the one row; 0 when there is none
 *               run    int64_t disputes_add(Scope *s, …)             INSERT, UPDATE, DELETE: rows touched
 *               (one and many may be INSERT … RETURNING)
 *   also        <name>_ask(Scope *, …) and <name>_got(Scope *, DbAsk *, …) for all but run: questions that travel together
 *   also        <name>_row_json(Json *, str key, const <name>_row *), <name>_rows_json(Json *, str key, <name>_rows)
 *   parameters  int  str  bytes  real  bool;   a '?' after it: 0 or the empty text is sent as NULL
 *   columns     the type is the declared type of a table's column; an expression says it in its alias: "replies:int".
 *               "body:html" yields Html: stored markup that was made safe when it was written. NULL reads as 0 or {0}.
 *               bool columns: "done:bool".
 *   The prefix of every name is the file's basename (learn.sql -> learn_…). Output: OUTDIR/learn_sql.h, learn_sql.c, and
 *   OUTDIR/db_all.c (db_queries[], db_migrations[], db_tables[]) with OUTDIR/db_all.h.
 *
 * Schema files: <folder>/schema/NNNN_words.sql, run once each in the order kernel, then modules as listed by the build,
 * then NNNN. Tokens, so that one text serves both engines:
 *   @ID      a 64-bit primary key           INTEGER PRIMARY KEY        BIGINT PRIMARY KEY
 *   @INT     64-bit number, time or 0/1     INTEGER                    BIGINT
 *   @PERSON  the id of a person             INTEGER                    BIGINT
 *   @REF     another id that ids are made for (journal_id)             the same
 *   @TEXT @BLOB @REAL                       TEXT BLOB REAL             TEXT BYTEA DOUBLE PRECISION
 *   @STRICT  after a table's ')'            STRICT                     (nothing)
 *   @KEYED   same, rows live in the key     STRICT, WITHOUT ROWID      (nothing)
 *   -- @sqlite … -- @postgres … -- @both    lines for one engine only, until the next such line
 *   -- sealed: HASH                         the step as it was released: a change to it stops the build (script/seal writes it)
 *
 * Each table says what it is made of, in a line of any schema file of its folder:
 *   -- derived: TABLE by UNIT(COLUMN)       from records. UNIT says whose records decide a row, COLUMN where the row says so:
 *                                             person firm body centre matter economy card public   the stream (journal.h)
 *                                             subject(COLUMN) or subject(STREAM COLUMN)            one subject
 *                                             record(COLUMN)                                       one record
 *      … through OTHER                      its rows are found by those of OTHER, which says the same of itself, and whose primary
 *                                             key it shares
 *   -- content: TABLE TABLE…                from packs, the same on every node
 *   -- local: TABLE TABLE…                  of this installation alone: sessions, queues
 *   -- local: TABLE by person(COLUMN)       the same; the rows go when the person is erased
 *   -- records: TABLE TABLE…                the journal's own
 * A table that says nothing stops the build, and so does one with a @PERSON whom no erasure would find. What is unique in a derived
 * table (its primary key, an index) has the columns of its unit in it, or an @ID, which is the record's. Only records change
 * derived tables: a query that writes one is marked so, and db_run refuses it outside `apply`. A module writes its own tables only.
 *
 * Every query is prepared by the real SQLite against the real schema here: a misspelt column stops the build at the
 * .sql line ("modules/x/x.sql:12: error: no such column: auther"). The same check on PostgreSQL is a test. */
#include <ctype.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "gen.h"

/* A build tool: it reads, writes and ends, so nothing here is ever given back. */

enum { SQLITE, POSTGRES, ENGINES, MARKED = ENGINES, TEXTS };
enum { QUERIES_MAX = 4096, MIGRATIONS_MAX = 512, TABLES_MAX = 1024, MARKS_MAX = 2048, PARAMS_MAX = 64, COLUMNS_MAX = 128, FILES_MAX = 512 };

typedef struct Text { char *p; size_t n, cap; } Text;

typedef struct Type { const char *word; char kind; const char *c, *constant, *member; } Type;

static const Type types[] = {
    { "int",   'i', "int64_t ", "DB_INT",   "i" },
    { "str",   's', "str ",     "DB_TEXT",  "s" },
    { "bytes", 'b', "str ",     "DB_BYTES", "s" },
    { "real",  'r', "double ",  "DB_REAL",  "r" },
    { "bool",  'o', "bool ",    "DB_BOOL",  "i" },
    { "html",  'h', "Html ",    "DB_HTML",  NULL },      /* columns only */
};

typedef enum Kind { ONE, MANY, INT, RUN, KINDS } Kind;
static const char *const kind_words[KINDS] = { "one", "many", "int", "run" };

typedef struct Param { char *name; const Type *type; bool nullable, used; } Param;
typedef struct Column { char *name; const Type *type; } Column;

typedef struct File { const char *path, *shown; char *text, *prefix; bool schema; int first_query, query_n; } File;

typedef struct Table Table;
typedef struct Query {
    const File *file;
    int     line, sql_line, id;
    char   *name;                    /* without the prefix */
    Kind    kind;
    Param   params[PARAMS_MAX];   int param_n;
    Column  columns[COLUMNS_MAX]; int column_n;
    Text    remarks, sql[ENGINES];
    bool    writes, derived;
} Query;

/* sql[MARKED]: what SQLite is told here, with a remark at each id. */
typedef struct Migration { const File *file; char *name; Text sql[TEXTS]; uint64_t hash, sealed; int sealed_line; } Migration;

typedef enum Made { MADE_UNSAID, MADE_DERIVED, MADE_CONTENT, MADE_LOCAL, MADE_RECORDS, MADES } Made;
static const char *const made_words[MADES] = { "", "derived:", "content:", "local:", "records:" };
enum { BY_MAX = 2, KEY_MAX = 8 };

struct Table {
    char       *name;
    const File *file, *said_file;        /* where it is made, NULL while there is none; and where it says what of */
    int         line, said_line;
    Made        made;
    char       *unit;                    /* "person"; NULL: no `by` */
    char       *by[BY_MAX]; int by_n;
    char       *through;
    bool        by_text;                 /* the last of them is a text */
    char       *key[KEY_MAX]; int key_n; /* of its primary key */
    uint64_t    shape;                   /* of the table as it is after all steps */
};

/* Where a schema file says @ID, @PERSON or @REF. Which column that is in the end, SQLite knows: ids_find. */
typedef struct Mark { const File *file; int line; bool person, key; } Mark;
typedef struct IdColumn { const Table *table; char *column; const Mark *mark; } IdColumn;

static File      files[FILES_MAX];         static int file_n;
static Query    *queries[QUERIES_MAX];     static int query_n;
static Migration migrations[MIGRATIONS_MAX]; static int migration_n;
static Table     tables[TABLES_MAX];       static int table_n;
static Mark      marks[MARKS_MAX];         static int mark_n;
static IdColumn *ids;                      static int id_n;

/* ---- words and text ---------------------------------------------------------------------------------------------- */

static char *word_of(const char *p, size_t n) { return need(strndup(p, n)); }

static void text_add(Text *t, const char *p, size_t n)
{
    if (n >= t->cap - t->n) {            /* with the NUL after it; in this form nothing can overflow */
        t->cap = (t->n + n + 1) * 2;
        t->p = need(realloc(t->p, t->cap));
    }
    memcpy(t->p + t->n, p, n);
    t->n += n;
    t->p[t->n] = 0;
}

static void text_word(Text *t, const char *word) { text_add(t, word, strlen(word)); }

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }
static const char *skip_blanks(const char *p) { while (*p == ' ' || *p == '\t') p++; return p; }
static const char *line_end(const char *p) { const char *e = strchr(p, '\n'); return e ? e : p + strlen(p); }
static const char *next_line(const char *p) { const char *e = line_end(p); return *e ? e + 1 : e; }

static size_t word_length(const char *p)
{
    size_t n = 0;
    while (is_word(p[n])) n++;
    return n;
}

static int lines_in(const char *p, size_t n)
{
    int lines = 0;
    for (size_t i = 0; i < n; i++) lines += p[i] == '\n';
    return lines;
}

/* "-- word rest" at the start of a line: the rest, else NULL. */
static const char *remark_of(const char *line, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(line, "--", 2) != 0) return NULL;
    const char *p = skip_blanks(line + 2);
    return strncmp(p, word, n) == 0 && (word[n - 1] == ':' || !is_word(p[n])) ? skip_blanks(p + n) : NULL;
}

/* Quoted text and comments pass through untouched: their length when one begins at p, else 0. */
static size_t opaque_length(const char *p)
{
    if (*p == '\'' || *p == '"') {
        const char *e = strchr(p + 1, *p);
        return e ? (size_t)(e - p) + 1 : strlen(p);
    }
    if (p[0] == '-' && p[1] == '-') return (size_t)(line_end(p) - p);
    if (p[0] == '/' && p[1] == '*') {
        const char *e = strstr(p + 2, "*/");
        return e ? (size_t)(e - p) + 2 : strlen(p);
    }
    return 0;
}

static bool is_remark(const char *p) { return (p[0] == '-' && p[1] == '-') || (p[0] == '/' && p[1] == '*'); }

static const Type *type_named(const char *p, size_t n)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strlen(types[i].word) == n && memcmp(types[i].word, p, n) == 0) return &types[i];
    return NULL;
}

static bool is_among(const char *name, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(*words, name) == 0) return true;
    return false;
}

static bool is_keyword(const char *name)
{
    static const char *const words[] = {
        "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float",
        "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof", "static",
        "struct", "switch", "typedef", "typeof", "union", "unsigned", "void", "volatile", "while", "asm", "bool", "str",
        "true", "false", "errno", "unix", "linux", NULL,       /* macros, the last two of gnu17 */
    };
    return is_among(name, words);
}

static bool is_taken(const char *param)      /* by the generated functions themselves */
{
    static const char *const words[] = { "s", "ret", "args", "row", "n", NULL };
    return is_among(param, words);
}

static bool is_name(const char *name)
{
    return (islower((unsigned char)name[0]) || name[0] == '_') && word_length(name) == strlen(name);
}

/* ---- files -------------------------------------------------------------------------------------------------------- */

static char *read_whole(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) stop_at(path, 1, "cannot be read");
    Text t = {0};
    char block[4096];
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0; ) text_add(&t, block, n);
    if (ferror(f)) stop_at(path, 1, "cannot be read");
    fclose(f);
    text_add(&t, "", 0);
    if (strlen(t.p) != t.n) stop_at(path, 1, "holds a NUL byte");
    return t.p;
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void file_add(const char *path)
{
    if (file_n == FILES_MAX) stop_at(path, 1, "more than %d files", FILES_MAX);
    File *f = &files[file_n++];
    size_t stem = strlen(base_of(path));
    if (stem < 5 || strcmp(base_of(path) + stem - 4, ".sql") != 0) stop_at(path, 1, "is not an .sql file");
    *f = (File){ .path = path, .shown = shown_path(path), .text = read_whole(path), .prefix = word_of(base_of(path), stem - 4) };
    f->schema = strstr(f->shown, "/schema/") != NULL;
    if (f->schema) return;
    if (!is_name(f->prefix)) stop_at(f->shown, 1, "the file's name begins every function, so it must be a name in C");
    for (int i = 0; i < file_n - 1; i++)
        if (!files[i].schema && strcmp(files[i].prefix, f->prefix) == 0)
            stop_at(f->shown, 1, "has the same name as %s", files[i].shown);
}

/* ---- schema files --------------------------------------------------------------------------------------------------- */

typedef struct Token { const char *word, *is[ENGINES]; } Token;

static const Token tokens[] = {
    { "ID",     { "INTEGER PRIMARY KEY",   "BIGINT PRIMARY KEY" } },
    { "INT",    { "INTEGER",               "BIGINT" } },
    { "PERSON", { "INTEGER",               "BIGINT" } },
    { "REF",    { "INTEGER",               "BIGINT" } },
    { "TEXT",   { "TEXT",                  "TEXT" } },
    { "BLOB",   { "BLOB",                  "BYTEA" } },
    { "REAL",   { "REAL",                  "DOUBLE PRECISION" } },
    { "STRICT", { "STRICT",                "" } },
    { "KEYED",  { "STRICT, WITHOUT ROWID", "" } },
};

static const Token *token_at(const char *p)
{
    size_t n = word_length(p);
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++)
        if (strlen(tokens[i].word) == n && memcmp(tokens[i].word, p, n) == 0) return &tokens[i];
    return NULL;
}

static bool is_id(const Token *t)
{
    return strcmp(t->word, "ID") == 0 || strcmp(t->word, "PERSON") == 0 || strcmp(t->word, "REF") == 0;
}

/* For MARKED, INTEGER with a remark behind it, '@' and the number of the mark: SQLite keeps remarks where a column stands,
 * through ALTER TABLE and all. */
static void token_out(const File *f, int line, const Token *t, int engine, Text *out)
{
    if (engine != MARKED) { text_word(out, t->is[engine]); return; }
    const char *type = t->is[SQLITE];
    size_t n = is_id(t) ? strlen("INTEGER") : strlen(type);
    text_add(out, type, n);
    if (!is_id(t)) return;
    if (mark_n == MARKS_MAX) stop_at(f->shown, line, "more than %d ids", MARKS_MAX);
    char mark[24];
    snprintf(mark, sizeof mark, "/*@%d*/", mark_n);
    marks[mark_n++] = (Mark){ f, line, t->word[0] == 'P', t->word[0] == 'I' };
    text_word(out, mark);
    text_word(out, type + n);
}

/* One line for one engine; lines keep their number, so that a complaint about the result names the right one. Up to `untouched`
 * it is the rest of a text or remark that began above. Returns where such a one ends that goes on below, or the line's end. */
static const char *schema_line(const File *f, int line, const char *p, const char *untouched, int engine, Text *out)
{
    const char *end = line_end(p);
    while (p < end) {
        size_t n = p < untouched ? (size_t)(untouched - p) : opaque_length(p), left = (size_t)(end - p);
        if (n == 0 && *p == '@' && isupper((unsigned char)p[1])) {
            const Token *t = token_at(p + 1);
            if (!t) stop_at(f->shown, line, "no such token: @%.*s", (int)word_length(p + 1), p + 1);
            token_out(f, line, t, engine, out);
            p += 1 + strlen(t->word);
            continue;
        }
        if (n == 0) n = 1;
        size_t at = out->n;
        text_add(out, p, n < left ? n : left);
        if (engine == MARKED && n > 2 && strncmp(p, "/*@", 3) == 0) out->p[at + 2] = ' ';      /* that is no mark of ours */
        p += n;
    }
    return p;
}

static Table *table_named(const char *p, size_t n)
{
    for (int i = 0; i < table_n; i++)
        if (strlen(tables[i].name) == n && memcmp(tables[i].name, p, n) == 0) return &tables[i];
    return NULL;
}

/* Known by being made or by being spoken of, whichever comes first. */
static Table *table_of(const File *f, int line, const char *p, size_t n)
{
    Table *t = table_named(p, n);
    if (t) return t;
    if (table_n == TABLES_MAX) stop_at(f->shown, line, "more than %d tables", TABLES_MAX);
    tables[table_n] = (Table){ .name = word_of(p, n) };
    return &tables[table_n++];
}

static bool is_unit(const char *word)
{
    static const char *const units[] = {
        "person", "firm", "body", "centre", "matter", "economy", "card", "public", "subject", "record", NULL,
    };
    return is_among(word, units);
}

/* "person(reader)" or "subject(economy topic)" */
static const char *by_read(const File *f, int line, Table *t, const char *p)
{
    size_t n = word_length(p);
    if (t->unit) stop_at(f->shown, line, "%s says 'by' twice", t->name);
    t->unit = word_of(p, n);
    if (!is_unit(t->unit) || p[n] != '(') stop_at(f->shown, line, "after 'by' comes a unit and its column: by person(reader)");
    if (t->made != MADE_DERIVED && t->made != MADE_LOCAL) stop_at(f->shown, line, "'by' is for derived and local tables");
    if (t->made == MADE_LOCAL && strcmp(t->unit, "person") != 0) stop_at(f->shown, line, "rows of a local table are by person");
    p = skip_blanks(p + n + 1);
    for (; (n = word_length(p)) > 0; p = skip_blanks(p + n)) {
        if (t->by_n == BY_MAX) stop_at(f->shown, line, "more than %d columns", BY_MAX);
        t->by[t->by_n++] = word_of(p, n);
    }
    bool two = strcmp(t->unit, "subject") == 0;
    if (*p != ')' || t->by_n == 0 || t->by_n > 1 + two)
        stop_at(f->shown, line, "by %s(COLUMN)%s", t->unit, two ? ", or by subject(STREAM COLUMN)" : "");
    p = skip_blanks(p + 1);
    if (strncmp(p, "through", 7) != 0 || is_word(p[7])) return p;
    p = skip_blanks(p + 7);
    t->through = word_of(p, word_length(p));
    if (!*t->through) stop_at(f->shown, line, "after 'through' comes the name of a table");
    return p + word_length(p);
}

static void unit_said(const File *f, int line, const Table *t)
{
    if (t && t->made == MADE_DERIVED && !t->unit) stop_at(f->shown, line, "'derived: %s' lacks: by UNIT(COLUMN)", t->name);
}

/* After "derived:" and its like. */
static void tables_say(const File *f, int line, Made made, const char *p)
{
    const char *end = line_end(p);
    Table *t = NULL;
    for (p = skip_blanks(p); p < end; p = skip_blanks(p)) {
        size_t n = word_length(p);
        if (n == 0) stop_at(f->shown, line, "after '%s' come the names of tables, blanks between", made_words[made]);
        if (n == 2 && memcmp(p, "by", 2) == 0 && t) {
            p = by_read(f, line, t, skip_blanks(p + 2));
            continue;
        }
        unit_said(f, line, t);
        t = table_of(f, line, p, n);
        if (t->made) stop_at(f->shown, line, "%s has said before what it is made of", t->name);
        t->made = made;
        t->said_file = f;
        t->said_line = line;
        p += n;
    }
    if (!t) stop_at(f->shown, line, "after '%s' come the names of tables, blanks between", made_words[made]);
    unit_said(f, line, t);
}

/* ---- what was released stays as it was ------------------------------------------------------------------------------- */

static void hash_add(uint64_t *h, char c) { *h = (*h ^ (unsigned char)c) * UINT64_C(0x100000001B3); }

/* Whether a blank after it or before it says nothing; so does one at the beginning. */
static bool is_apart(char c) { return !c || strchr("(),;", c); }

/* Of what the engine makes of it: remarks and blanks may change. FNV-1a: against slips, not against malice. */
static void hash_sql(uint64_t *h, const char *p)
{
    bool blank = false;
    char before = 0;
    while (*p) {
        size_t n = opaque_length(p);
        if (is_remark(p) || isspace((unsigned char)*p)) {
            blank = true;
            p += n ? n : 1;
            continue;
        }
        if (blank && !is_apart(before) && !is_apart(*p)) hash_add(h, ' ');
        blank = false;
        for (n = n ? n : 1; n > 0; n--) hash_add(h, before = *p++);
    }
}

static uint64_t hash_of(const Migration *m)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (int e = 0; e < ENGINES; e++) {
        hash_sql(&h, m->sql[e].p);
        hash_add(&h, '\n');
    }
    return h;
}

static void seal_read(Migration *m, int line, const char *p)
{
    const char *file = m->file->shown, *after = skip_blanks(p + strspn(p, "0123456789abcdef"));
    if (strspn(p, "0123456789abcdef") != 16 || (*after && *after != '\n'))
        stop_at(file, line, "after 'sealed:' come the 16 digits that script/seal writes");
    if (m->sealed_line) stop_at(file, line, "is sealed twice");
    m->sealed = strtoull(p, NULL, 16);
    m->sealed_line = line;
}

static char *migration_name(const File *f)
{
    const char *schema = strstr(f->path, "/schema/");
    for (const char *p = schema; (p = strstr(p + 1, "/schema/")); ) schema = p;
    const char *folder = schema;
    while (folder > f->path && folder[-1] != '/') folder--;
    if (*folder == '_') folder++;
    Text t = {0};
    text_add(&t, folder, (size_t)(schema - folder));
    text_add(&t, "/", 1);
    text_word(&t, f->prefix);
    return t.p;
}

/* A line that is a remark may be one to us. */
static void line_says(Migration *m, int line, const char *p, bool wanted[ENGINES])
{
    for (int made = 1; made < MADES; made++) {
        const char *rest = remark_of(p, made_words[made]);
        if (rest) tables_say(m->file, line, (Made)made, rest);
    }
    if (remark_of(p, "sealed:")) seal_read(m, line, remark_of(p, "sealed:"));
    if (remark_of(p, "@both")) wanted[SQLITE] = wanted[POSTGRES] = true;
    if (remark_of(p, "@sqlite"))   { wanted[SQLITE] = true;  wanted[POSTGRES] = false; }
    if (remark_of(p, "@postgres")) { wanted[SQLITE] = false; wanted[POSTGRES] = true; }
}

static void schema_read(const File *f)
{
    if (migration_n == MIGRATIONS_MAX) stop_at(f->shown, 1, "more than %d schema files", MIGRATIONS_MAX);
    if (strspn(f->prefix, "0123456789") != 4 || f->prefix[4] != '_') stop_at(f->shown, 1, "is not named NNNN_words.sql");
    Migration *m = &migrations[migration_n++];
    *m = (Migration){ .file = f, .name = migration_name(f) };
    for (const Migration *o = migrations; o < m; o++)
        if (strcmp(o->name, m->name) == 0) stop_at(f->shown, 1, "would never be run: %s is called %s too", o->file->shown, m->name);
    bool wanted[ENGINES] = { true, true };
    int line = 1;
    const char *untouched = f->text, *below = f->text;
    for (const char *p = f->text; *p; p = next_line(p), line++, untouched = below) {
        if (p >= untouched) line_says(m, line, p, wanted);
        for (int t = 0; t < TEXTS; t++) {
            if (wanted[t == MARKED ? SQLITE : t]) below = schema_line(f, line, p, untouched, t, &m->sql[t]);
            text_add(&m->sql[t], "\n", 1);
        }
    }
    for (int t = 0; t < TEXTS; t++) text_add(&m->sql[t], "", 0);
    m->hash = hash_of(m);
    if (m->sealed_line && m->sealed != m->hash)
        stop_at(f->shown, m->sealed_line, "this step was released: databases out there were made by it as it was. Put it back "
                                          "and write what you want into a new step");
}

/* ---- query files ---------------------------------------------------------------------------------------------------- */

static const char *params_read(Query *q, const char *p)
{
    const char *file = q->file->shown;
    if (*p != '(') stop_at(file, q->line, "a query begins '-- name: words(parameter type, …) one|many|int|run'");
    p = skip_blanks(p + 1);
    while (*p != ')') {
        size_t n = word_length(p);
        if (n == 0) stop_at(file, q->line, "a parameter is 'name type', then ',' or ')'");
        if (q->param_n == PARAMS_MAX) stop_at(file, q->line, "more than %d parameters", PARAMS_MAX);
        Param *param = &q->params[q->param_n++];
        param->name = word_of(p, n);
        p = skip_blanks(p + n);
        n = word_length(p);
        param->type = type_named(p, n);
        if (!param->type || param->type->kind == 'h')
            stop_at(file, q->line, "parameter '%s' has no type: int, str, bytes, real or bool", param->name);
        if (!is_name(param->name) || is_keyword(param->name) || is_taken(param->name))
            stop_at(file, q->line, "'%s' cannot be a parameter's name in C", param->name);
        for (int i = 0; i < q->param_n - 1; i++)
            if (strcmp(q->params[i].name, param->name) == 0) stop_at(file, q->line, "parameter '%s' comes twice", param->name);
        p += n;
        param->nullable = *p == '?';
        p = skip_blanks(p + param->nullable);
        if (*p == ',') p = skip_blanks(p + 1);
        else if (*p != ')') stop_at(file, q->line, "a parameter is 'name type', then ',' or ')'");
    }
    return skip_blanks(p + 1);
}

static Kind kind_read(const Query *q, const char *p)
{
    size_t n = word_length(p);
    for (int k = 0; k < KINDS; k++)
        if (strlen(kind_words[k]) == n && memcmp(kind_words[k], p, n) == 0 && *skip_blanks(p + n) == '\n') return (Kind)k;
    stop_at(q->file->shown, q->line, "after the parameters comes one, many, int or run, and nothing more");
}

/* The number a parameter is sent under, from 1; a name nobody declared stops the build. */
static int param_number(Query *q, int line, const char *p, size_t n)
{
    for (int i = 0; i < q->param_n; i++) {
        if (strlen(q->params[i].name) != n || memcmp(q->params[i].name, p, n) != 0) continue;
        q->params[i].used = true;
        return i + 1;
    }
    stop_at(q->file->shown, line, "':%.*s' is not a parameter of %s", (int)n, p, q->name);
}

static void blanks_only(const Query *q, int line, const char *p, const char *end)
{
    while (p < end) {
        if (!is_remark(p) && !isspace((unsigned char)*p))
            stop_at(q->file->shown, line, "there is more than one statement in %s", q->name);
        p += is_remark(p) ? opaque_length(p) : 1;
    }
}

/* Copies the statement between p and end, each `:name` turned into what the engine reads. */
static void statement_read(Query *q, int line, const char *p, const char *end, int engine, Text *out)
{
    while (p < end) {
        size_t n = opaque_length(p);
        if (n == 0 && *p == ';') { blanks_only(q, line, p + 1, end); break; }
        if (n == 0 && *p == ':' && p[1] == ':') n = 2;
        if (n == 0 && *p == ':' && (isalpha((unsigned char)p[1]) || p[1] == '_')) {
            size_t length = word_length(p + 1);
            char number[16];
            snprintf(number, sizeof number, "%c%d", engine == SQLITE ? '?' : '$', param_number(q, line, p + 1, length));
            text_word(out, number);
            p += 1 + length;
            continue;
        }
        if (n == 0) n = 1;
        text_add(out, p, n);
        line += lines_in(p, n);
        p += n;
    }
    while (out->n && isspace((unsigned char)out->p[out->n - 1])) out->p[--out->n] = 0;
    if (out->n == 0) stop_at(q->file->shown, q->line, "%s has no statement", q->name);
}

static const char *block_end(const char *p)
{
    while (*p && !remark_of(p, "name:")) p = next_line(p);
    return p;
}

static Query *query_named(const File *f, const char *name, size_t n)
{
    for (int i = f->first_query; i < query_n; i++)
        if (strlen(queries[i]->name) == n && memcmp(queries[i]->name, name, n) == 0) return queries[i];
    return NULL;
}

static void override_read(const File *f, int line, const char *name, size_t n, const char *p)
{
    Query *q = query_named(f, name, n);
    if (!q) stop_at(f->shown, line, "%.*s@postgres comes before %.*s", (int)n, name, (int)n, name);
    const char *rest = name + n;
    if (strncmp(rest, "@postgres", 9) != 0 || *skip_blanks(rest + 9) != '\n')
        stop_at(f->shown, line, "only '-- name: %s@postgres' can stand here: it has the parameters of %s", q->name, q->name);
    q->sql[POSTGRES] = (Text){0};
    statement_read(q, line + 1, p, block_end(p), POSTGRES, &q->sql[POSTGRES]);
}

static const char *remarks_read(Query *q, const char *p)
{
    q->sql_line = q->line + 1;
    for (; strncmp(p, "--", 2) == 0 && !remark_of(p, "name:"); p = next_line(p), q->sql_line++) {
        const char *words = skip_blanks(p + 2);
        text_add(&q->remarks, words, (size_t)(line_end(p) - words));
        text_add(&q->remarks, "\n", 1);
    }
    return p;
}

static void query_read(File *f, int line, const char *heading)
{
    const char *p = heading, *body = next_line(heading);
    size_t n = word_length(p);
    if (n == 0) stop_at(f->shown, line, "after 'name:' comes a name");
    if (p[n] == '@') { override_read(f, line, p, n, body); return; }
    if (query_n == QUERIES_MAX) stop_at(f->shown, line, "more than %d queries", QUERIES_MAX);
    Query *q = need(calloc(1, sizeof *q));
    *q = (Query){ .file = f, .line = line, .id = query_n, .name = word_of(p, n) };
    if (query_named(f, p, n)) stop_at(f->shown, line, "%s comes twice", q->name);
    p = params_read(q, p + n);
    q->kind = kind_read(q, p);
    body = remarks_read(q, body);
    for (int e = 0; e < ENGINES; e++) statement_read(q, q->sql_line, body, block_end(body), e, &q->sql[e]);
    for (int i = 0; i < q->param_n; i++)
        if (!q->params[i].used) stop_at(f->shown, line, "parameter '%s' of %s is not used", q->params[i].name, q->name);
    queries[query_n++] = q;
    f->query_n++;
}

static void queries_read(File *f)
{
    f->first_query = query_n;
    int line = 1;
    bool named = false;
    for (const char *p = f->text; *p; p = next_line(p), line++) {
        const char *heading = remark_of(p, "name:");
        if (heading) query_read(f, line, heading);
        named |= heading != NULL;
        const char *words = skip_blanks(p);
        if (!named && *words != '\n' && *words && strncmp(words, "--", 2) != 0)
            stop_at(f->shown, line, "SQL before the first '-- name:'");
    }
}

/* ---- the real engine looks at it ---------------------------------------------------------------------------------------- */

/* Where SQLite says the error is, or else the statement's first word. */
static int error_line(sqlite3 *db, const char *sql, int first_line)
{
    int offset = sqlite3_error_offset(db);
    const char *p = sql;
    for (size_t n; *p && (n = isspace((unsigned char)*p) ? 1 : is_remark(p) ? opaque_length(p) : 0) > 0; ) p += n;
    return first_line + lines_in(sql, offset > 0 ? (size_t)offset : (size_t)(p - sql));
}

/* A question to the real engine, which must be one it understands. */
static sqlite3_stmt *asked(sqlite3 *db, const char *sql, const char *a, const char *b)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK) stop_at("sqlgen", 1, "%s", sqlite3_errmsg(db));
    if (a) sqlite3_bind_text(stmt, 1, a, -1, SQLITE_STATIC);
    if (b) sqlite3_bind_text(stmt, 2, b, -1, SQLITE_STATIC);
    return stmt;
}

static const char *text_at(sqlite3_stmt *stmt, int i)
{
    const char *text = (const char *)sqlite3_column_text(stmt, i);
    return text ? text : "";
}

/* After a statement: the tables there are now, those that are new made at that line; be it by CREATE TABLE or by RENAME TO. */
static void tables_note(sqlite3 *db, const File *f, int line)
{
    static bool there[TABLES_MAX];
    memset(there, 0, sizeof there);
    sqlite3_stmt *stmt = asked(db, "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')"
                                   " AND substr(name, 1, 7) <> 'sqlite_'", NULL, NULL);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        Table *t = table_of(f, line, text_at(stmt, 0), strlen(text_at(stmt, 0)));
        there[t - tables] = true;
        if (t->file) continue;
        t->file = f;
        t->line = line;
    }
    sqlite3_finalize(stmt);
    for (int i = 0; i < table_n; i++)
        if (!there[i]) tables[i].file = NULL;
}

static void schema_apply(sqlite3 *db, const File *f, const Migration *m)
{
    const char *rest;
    int line = 1;
    for (const char *p = m->sql[MARKED].p; *p; p = rest) {
        sqlite3_stmt *stmt = NULL;
        bool fine = sqlite3_prepare_v2(db, p, -1, &stmt, &rest) == SQLITE_OK;
        while (fine && stmt && sqlite3_step(stmt) == SQLITE_ROW) { }
        if (sqlite3_finalize(stmt) != SQLITE_OK || !fine) stop_at(f->shown, error_line(db, p, line), "%s", sqlite3_errmsg(db));
        tables_note(db, f, error_line(db, p, line));
        line += lines_in(p, (size_t)(rest - p));
    }
}

static const Type *declared_type(const char *declared)
{
    static const struct { const char *sql, *type; } map[] = {
        { "INTEGER", "int" }, { "TEXT", "str" }, { "BLOB", "bytes" }, { "REAL", "real" },
    };
    for (size_t i = 0; declared && i < sizeof map / sizeof map[0]; i++)
        if (strcmp(map[i].sql, declared) == 0) return type_named(map[i].type, strlen(map[i].type));
    return NULL;
}

static void column_check(Query *q, sqlite3_stmt *stmt, int i)
{
    const char *file = q->file->shown, *alias = sqlite3_column_name(stmt, i), *colon = strrchr(alias, ':');
    Column *c = &q->columns[i];
    *c = (Column){ word_of(alias, colon ? (size_t)(colon - alias) : strlen(alias)), declared_type(sqlite3_column_decltype(stmt, i)) };
    if (colon && !(c->type = type_named(colon + 1, strlen(colon + 1))))
        stop_at(file, q->sql_line, "column \"%s\": no such type", alias);
    if (q->kind == INT) { c->type = c->type ? c->type : type_named("int", 3); c->name = word_of("value", 5); }
    if (!c->type) stop_at(file, q->sql_line, "column %d of %s is an expression; say its type: AS \"name:int\"", i + 1, q->name);
    if (q->kind == INT && c->type->kind != 'i') stop_at(file, q->sql_line, "%s does not give a number", q->name);
    if (!is_name(c->name) || is_keyword(c->name))
        stop_at(file, q->sql_line, "column \"%s\" needs another name in C: AS other_name", c->name);
    for (int k = 0; k < i; k++)
        if (strcmp(q->columns[k].name, c->name) == 0) stop_at(file, q->sql_line, "column \"%s\" comes twice", c->name);
}

static void shape_check(const Query *q)
{
    const char *file = q->file->shown;
    if (q->kind == RUN && q->column_n) stop_at(file, q->sql_line, "%s is 'run' but gives columns", q->name);
    if (q->kind == RUN && !q->writes) stop_at(file, q->sql_line, "%s is 'run' but writes nothing", q->name);
    if (q->kind != RUN && !q->column_n) stop_at(file, q->sql_line, "%s gives no columns: it is 'run'", q->name);
    if (q->kind == INT && q->column_n != 1) stop_at(file, q->sql_line, "%s is 'int' but gives %d columns", q->name, q->column_n);
    if (q->column_n > COLUMNS_MAX) stop_at(file, q->sql_line, "%s gives more than %d columns", q->name, COLUMNS_MAX);
}

/* The folder a file lies in: whose queries these are, or whose table. */
static char *folder_of(const File *f)
{
    const char *end = strstr(f->shown, "/schema/");
    if (!end) end = strrchr(f->shown, '/');
    const char *p = end;
    while (p && p > f->shown && p[-1] != '/') p--;
    if (p && *p == '_') p++;
    return p ? word_of(p, (size_t)(end - p)) : word_of("", 0);
}

static Query *being_checked;

static int writes_noted(void *arg, int what, const char *table, const char *b, const char *c, const char *d)
{
    (void)arg, (void)b, (void)c, (void)d;
    bool writes = what == SQLITE_INSERT || what == SQLITE_UPDATE || what == SQLITE_DELETE;
    const Table *t = writes && being_checked && table ? table_named(table, strlen(table)) : NULL;
    if (!t || !t->file) return SQLITE_OK;
    Query *q = being_checked;
    if (strcmp(folder_of(t->file), folder_of(q->file)) != 0)
        stop_at(q->file->shown, q->sql_line, "%s writes %s, which belongs to %s", q->name, t->name, folder_of(t->file));
    q->derived |= t->made == MADE_DERIVED;
    return SQLITE_OK;
}

static void query_check(sqlite3 *db, Query *q)
{
    being_checked = q;
    sqlite3_stmt *stmt = NULL;
    const char *sql = q->sql[SQLITE].p;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        stop_at(q->file->shown, error_line(db, sql, q->sql_line), "%s", sqlite3_errmsg(db));
    q->column_n = sqlite3_column_count(stmt);
    q->writes = !sqlite3_stmt_readonly(stmt);
    shape_check(q);
    for (int i = 0; i < q->column_n; i++) column_check(q, stmt, i);
    sqlite3_finalize(stmt);
    being_checked = NULL;
}

/* ---- what tables say of themselves, and whether it is so ----------------------------------------------------------------- */

typedef struct ColumnInfo { bool there, text, number; } ColumnInfo;

static ColumnInfo column_info(sqlite3 *db, const char *table, const char *column)
{
    ColumnInfo info = {0};
    sqlite3_stmt *stmt = asked(db, "SELECT type FROM pragma_table_info(?1) WHERE name = ?2", table, column);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        info = (ColumnInfo){ true, strcmp(text_at(stmt, 0), "TEXT") == 0, strcmp(text_at(stmt, 0), "INTEGER") == 0 };
    sqlite3_finalize(stmt);
    return info;
}

static void key_find(sqlite3 *db, Table *t)
{
    sqlite3_stmt *stmt = asked(db, "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk", t->name, NULL);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        if (t->key_n == KEY_MAX) stop_at(t->file->shown, t->line, "the primary key of %s has more than %d columns", t->name, KEY_MAX);
        t->key[t->key_n++] = word_of(text_at(stmt, 0), strlen(text_at(stmt, 0)));
    }
    sqlite3_finalize(stmt);
    if (t->key_n == 0) stop_at(t->file->shown, t->line, "%s needs a primary key, so that its rows can be taken away in parts", t->name);
}

/* The name before a mark and its type: "guest INTEGER" + mark, or the same with the name between quotes. */
static char *marked_column(const char *sql, const char *mark)
{
    static const char type[] = " INTEGER";
    const char *end = mark;
    if ((size_t)(mark - sql) > sizeof type && memcmp(mark - (sizeof type - 1), type, sizeof type - 1) == 0) end -= sizeof type - 1;
    while (end > sql && isspace((unsigned char)end[-1])) end--;
    bool quoted = end > sql && end[-1] == '"';
    if (quoted) end--;
    const char *p = end;
    while (p > sql && (quoted ? p[-1] != '"' : is_word(p[-1]))) p--;
    return word_of(p, (size_t)(end - p));
}

static void id_add(sqlite3 *db, const Table *t, const Mark *mark, char *column)
{
    if (!column_info(db, t->name, column).there)
        stop_at(mark->file->shown, mark->line, "@ID, @PERSON and @REF stand after the name of a column");
    ids = need(realloc(ids, (size_t)(id_n + 1) * sizeof *ids));
    ids[id_n++] = (IdColumn){ t, column, mark };
}

/* Columns that hold ids, for those who must find a person, or give ids anew. SQLite has kept the marks in what it says of a
 * table, whatever became of the table and its columns on the way. */
static void ids_find(sqlite3 *db, const Table *t, const char *sql)
{
    for (size_t n; *sql; sql += n) {
        const char *p = sql;
        while (*p && strncmp(p, "/*@", 3) != 0) p += (n = opaque_length(p)) ? n : 1;
        if (!*p) return;
        n = (size_t)(p - sql) + opaque_length(p);
        id_add(db, t, &marks[atoi(p + 3)], marked_column(sql, p));
    }
}

static bool is_person_column(const char *table, const char *column)
{
    for (int i = 0; i < id_n; i++)
        if (ids[i].mark->person && strcmp(ids[i].table->name, table) == 0 && strcmp(ids[i].column, column) == 0) return true;
    return false;
}

static void columns_add(Text *to, const Table *t, const char *of)
{
    for (int i = 0; i < t->key_n; i++) {
        if (i) text_word(to, ", ");
        if (of) text_word(to, of);
        text_word(to, t->key[i]);
    }
}

/* "SELECT … WHERE person = ?1 LIMIT ?2": the keys of at most so many rows of one unit. */
static void unit_rows_add(Text *to, const Table *t, char mark)
{
    char number[24];
    const Table *o = t->through ? table_named(t->through, strlen(t->through)) : NULL;
    text_word(to, "SELECT ");
    columns_add(to, t, "t.");
    text_word(to, " FROM ");
    text_word(to, o ? o->name : t->name);
    text_word(to, o ? " o JOIN " : " t");
    if (o) text_word(to, t->name), text_word(to, " t ON ");
    for (int i = 0; o && i < o->key_n; i++) {
        text_word(to, i ? " AND t." : "t."), text_word(to, o->key[i]);
        text_word(to, " = o."), text_word(to, o->key[i]);
    }
    for (int i = 0; i < t->by_n; i++) {
        snprintf(number, sizeof number, " = %c%d", mark, i + 1);
        text_word(to, i ? " AND " : " WHERE "), text_word(to, o ? "o." : "t."), text_word(to, t->by[i]);
        text_word(to, number);
    }
    snprintf(number, sizeof number, " LIMIT %c%d", mark, t->by_n + 1);
    text_word(to, number);
}

/* How SQLite would find the rows that are to be taken away. */
static sqlite3_stmt *unit_plan(sqlite3 *db, const Table *t)
{
    Text sql = {0};
    sqlite3_stmt *stmt = NULL;
    text_word(&sql, "EXPLAIN QUERY PLAN ");
    unit_rows_add(&sql, t, '?');
    if (sqlite3_prepare_v2(db, sql.p, -1, &stmt, NULL) != SQLITE_OK) stop_at(t->said_file->shown, t->said_line, "%s", sqlite3_errmsg(db));
    return stmt;
}

/* A unit is made anew again and again: its rows must be found without looking at those of everybody. An index that SQLite would
 * make for the occasion is a look at all of them too. */
static void scan_check(sqlite3 *db, const Table *t)
{
    sqlite3_stmt *stmt = unit_plan(db, t);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *how = text_at(stmt, 3);
        if (strncmp(how, "SCAN", 4) != 0 && !strstr(how, " AUTOMATIC ")) continue;
        if (t->through) stop_at(t->said_file->shown, t->said_line, "no index of %s begins with the primary key of %s", t->name, t->through);
        stop_at(t->said_file->shown, t->said_line, "no index of %s begins with %s", t->name, t->by[0]);
    }
    sqlite3_finalize(stmt);
}

/* Parameters of a trim are numbers, but a subject may be a text. */
static void by_check(sqlite3 *db, Table *t)
{
    const char *file = t->said_file->shown;
    for (int i = 0; i < t->by_n; i++) {
        ColumnInfo info = column_info(db, t->name, t->by[i]);
        bool last = i == t->by_n - 1, may_be_text = last && strcmp(t->unit, "subject") == 0;
        if (!info.there) stop_at(file, t->said_line, "%s has no column %s", t->name, t->by[i]);
        if (!info.number && !(info.text && may_be_text))
            stop_at(file, t->said_line, "the column %s of %s is no %s", t->by[i], t->name, may_be_text ? "number and no text" : "number");
        t->by_text = info.text;
    }
    if (strcmp(t->unit, "person") == 0 && !is_person_column(t->name, t->by[0]))
        stop_at(file, t->said_line, "the column %s of %s is not declared @PERSON", t->by[0], t->name);
    key_find(db, t);
}

/* The other table must find its rows by itself, in the same way: what it has lost before, nobody finds here. */
static void through_check(const Table *t)
{
    const char *file = t->said_file->shown;
    const Table *o = table_named(t->through, strlen(t->through));
    if (!o || !o->file) stop_at(file, t->said_line, "no such table: %s", t->through);
    bool same = o->unit && strcmp(o->unit, t->unit) == 0 && o->by_n == t->by_n && o->made == t->made;
    for (int i = 0; same && i < t->by_n; i++) same = strcmp(o->by[i], t->by[i]) == 0;
    if (!same) stop_at(file, t->said_line, "%s must be of the same kind and by the same columns as %s", o->name, t->name);
    if (o->through) stop_at(file, t->said_line, "the rows of %s are found through another table themselves", o->name);
}

static bool is_record_id(const Table *t, const char *column)
{
    for (int i = 0; i < id_n; i++)
        if (ids[i].mark->key && ids[i].table == t && strcmp(ids[i].column, column) == 0) return true;
    return false;
}

/* What is unique must be so within one unit. Else rows of two units can meet in one place, and which of them stays there would hang
 * on which unit is made last. An id that a record bears is nobody else's. */
static void unique_check(const Table *t, const char *what, char *const *columns, int n)
{
    bool record = false;
    for (int i = 0; i < n; i++) record |= is_record_id(t, columns[i]);
    for (int b = 0; b < t->by_n && !record; b++) {
        bool there = false;
        for (int i = 0; i < n; i++) there |= strcmp(columns[i], t->by[b]) == 0;
        if (!there)
            stop_at(t->said_file->shown, t->said_line, "%s of %s lacks %s: rows of two units (%s) could meet there. Put it in, or let an @ID, the "
                    "record's, be the key", what, t->name, t->by[b], t->unit);
    }
}

static void uniques_check(sqlite3 *db, const Table *t)
{
    unique_check(t, "the primary key", t->key, t->key_n);
    sqlite3_stmt *index = asked(db, "SELECT name FROM pragma_index_list(?1) WHERE \"unique\" AND origin <> 'pk' ORDER BY seq", t->name, NULL);
    while (sqlite3_step(index) == SQLITE_ROW) {
        Text what = {0};
        char *columns[KEY_MAX];
        int n = 0;
        text_word(&what, "the unique index "), text_word(&what, text_at(index, 0));
        sqlite3_stmt *column = asked(db, "SELECT name FROM pragma_index_info(?1) ORDER BY seqno", text_at(index, 0), NULL);
        while (n < KEY_MAX && sqlite3_step(column) == SQLITE_ROW) columns[n++] = word_of(text_at(column, 0), strlen(text_at(column, 0)));
        sqlite3_finalize(column);
        unique_check(t, what.p, columns, n);
    }
    sqlite3_finalize(index);
}

/* All that a table says of itself; `sql`: what SQLite says of it after all steps. */
static void table_check(sqlite3 *db, Table *t, const char *sql)
{
    if (!t->made) stop_at(t->file->shown, t->line, "%s does not say what it is made of: derived, content, local or records", t->name);
    if (strcmp(folder_of(t->file), folder_of(t->said_file)) != 0)
        stop_at(t->said_file->shown, t->said_line, "%s belongs to %s, and says there what it is made of", t->name, folder_of(t->file));
    t->shape = UINT64_C(0xCBF29CE484222325);
    hash_sql(&t->shape, sql);
    ids_find(db, t, sql);
    if (t->unit) by_check(db, t);
}

/* The tables there are at the end, after all steps. */
static void tables_check(sqlite3 *db)
{
    for (int i = 0; i < table_n; i++) {
        Table *t = &tables[i];
        if (!t->file && t->made) stop_at(t->said_file->shown, t->said_line, "no such table: %s", t->name);
        if (!t->file) continue;
        sqlite3_stmt *stmt = asked(db, "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1", t->name, NULL);
        if (sqlite3_step(stmt) == SQLITE_ROW) table_check(db, t, text_at(stmt, 0));
        sqlite3_finalize(stmt);
    }
    for (int i = 0; i < table_n; i++) {
        if (!tables[i].file || !tables[i].unit) continue;
        if (tables[i].through) through_check(&tables[i]);
        scan_check(db, &tables[i]);
        if (tables[i].made == MADE_DERIVED) uniques_check(db, &tables[i]);
    }
}

/* A person in a table must be found when she is erased: by the rows' unit, or because a record stands behind the row. */
static void people_check(void)
{
    for (int i = 0; i < id_n; i++) {
        const IdColumn *id = &ids[i];
        const Table *t = id->table;
        if (!id->mark->person || t->made == MADE_DERIVED || t->made == MADE_RECORDS) continue;
        if (t->unit && strcmp(t->by[0], id->column) == 0) continue;
        stop_at(id->mark->file->shown, id->mark->line, "%s.%s is a person whom no erasure finds: say 'local: %s by person(%s)'",
                t->name, id->column, t->name, id->column);
    }
}

static void check_all(void)
{
    sqlite3 *db;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK) stop_at("sqlgen", 1, "SQLite does not open");
    /* Else a misspelt "column" between double quotes would quietly be taken for a text. */
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    for (int i = 0, m = 0; i < file_n; i++)
        if (files[i].schema) schema_apply(db, &files[i], &migrations[m++]);
    tables_check(db);
    people_check();
    sqlite3_set_authorizer(db, writes_noted, NULL);
    for (int i = 0; i < query_n; i++) query_check(db, queries[i]);
    sqlite3_close(db);
}

/* ---- C comes out ---------------------------------------------------------------------------------------------------------- */

static FILE *output(const char *dir, const char *name, const char *end)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s%s", dir, name, end);
    FILE *f = fopen(path, "wb");
    if (!f) stop_at(path, 1, "cannot be written");
    return f;
}

static void output_end(FILE *f)
{
    if (ferror(f) | fclose(f)) { fputs("sqlgen: the output could not be written\n", stderr); exit(1); }
}

/* A C literal, one source line a line. Two '?' in a row would begin a trigraph. */
static void literal_out(FILE *f, const char *text)
{
    fputs("\"", f);
    for (const char *p = text; *p; p++) {
        if (*p == '\n') fputs(p[1] ? "\\n\"\n        \"" : "\\n", f);
        else if (*p == '"' || *p == '\\') fprintf(f, "\\%c", *p);
        else if (*p == '?' && p > text && p[-1] == '?') fputs("\\?", f);
        else if (*p == '\t') fputs("\\t", f);
        else if (*p != '\r') fputc(*p, f);
    }
    fputs("\"", f);
}

static void params_out(FILE *f, const Query *q)
{
    fputs("Scope *s", f);
    for (int i = 0; i < q->param_n; i++) fprintf(f, ", %s%s", q->params[i].type->c, q->params[i].name);
}

static void function_out(FILE *f, const Query *q, const char *prefix)
{
    if (q->kind == ONE)  fputs("bool ", f);
    if (q->kind == MANY) fprintf(f, "%s_%s_rows ", prefix, q->name);
    if (q->kind == INT || q->kind == RUN) fputs("int64_t ", f);
    fprintf(f, "%s_%s(", prefix, q->name);
    params_out(f, q);
    if (q->kind == ONE) fprintf(f, ", %s_%s_row *ret", prefix, q->name);
    fputs(")", f);
}

static void ask_out(FILE *f, const Query *q, const char *prefix)
{
    fprintf(f, "DbAsk %s_%s_ask(", prefix, q->name);
    params_out(f, q);
    fputs(")", f);
}

static void got_out(FILE *f, const Query *q, const char *prefix)
{
    if (q->kind == ONE)  fprintf(f, "bool %s_%s_got(Scope *s, DbAsk *asked, %s_%s_row *ret)", prefix, q->name, prefix, q->name);
    if (q->kind == MANY) fprintf(f, "%s_%s_rows %s_%s_got(Scope *s, DbAsk *asked)", prefix, q->name, prefix, q->name);
    if (q->kind == INT)  fprintf(f, "int64_t %s_%s_got(Scope *s, DbAsk *asked)", prefix, q->name);
}

static void row_json_out(FILE *f, const Query *q, const char *prefix)
{
    fprintf(f, "void %s_%s_row_json(Json *j, str key, const %s_%s_row *row)", prefix, q->name, prefix, q->name);
}

static void rows_json_out(FILE *f, const Query *q, const char *prefix)
{
    fprintf(f, "void %s_%s_rows_json(Json *j, str key, %s_%s_rows rows)", prefix, q->name, prefix, q->name);
}

/* A comment of one line must not be ended, or begun, by the words in it. */
static void remarks_out(FILE *f, const Query *q)
{
    for (const char *p = q->remarks.p; p && *p; p = next_line(p)) {
        fputs("/* ", f);
        for (const char *c = p; c < line_end(p); c++) if (*c != '*' || (c[1] != '/' && (c == p || c[-1] != '/'))) fputc(*c, f);
        fputs(" */\n", f);
    }
}

static void query_header_out(FILE *f, const Query *q, const char *prefix)
{
    fprintf(f, "\n/* %s:%d */\n", q->file->shown, q->line);
    remarks_out(f, q);
    fprintf(f, "extern const DbQuery %s_%s_query;\n", prefix, q->name);
    if (q->kind == ONE || q->kind == MANY) {
        fprintf(f, "typedef struct %s_%s_row {\n", prefix, q->name);
        for (int i = 0; i < q->column_n; i++) fprintf(f, "    %s%s;\n", q->columns[i].type->c, q->columns[i].name);
        fprintf(f, "} %s_%s_row;\n", prefix, q->name);
    }
    if (q->kind == MANY)
        fprintf(f, "typedef struct %s_%s_rows { %s_%s_row *row; ptrdiff_t n; } %s_%s_rows;\n",
                prefix, q->name, prefix, q->name, prefix, q->name);
    function_out(f, q, prefix), fputs(";\n", f);
    if (q->kind == RUN) return;
    ask_out(f, q, prefix), fputs(";\n", f);
    got_out(f, q, prefix), fputs(";\n", f);
    if (q->kind == INT) return;
    row_json_out(f, q, prefix), fputs(";\n", f);
    if (q->kind == MANY) rows_json_out(f, q, prefix), fputs(";\n", f);
}

static void header_out(const char *dir, const File *src)
{
    FILE *f = output(dir, src->prefix, "_sql.h");
    fprintf(f, "/* Made by tools/sqlgen from %s. Change that file instead. */\n", src->shown);
    fputs("#pragma once\n#include \"db/db.h\"\n#include \"html/html.h\"\n", f);
    for (int i = 0; i < src->query_n; i++) query_header_out(f, queries[src->first_query + i], src->prefix);
    output_end(f);
}

static void columns_out(FILE *f, const Query *q, const char *prefix)
{
    if (q->kind == INT) fprintf(f, "typedef struct { int64_t value; } %s_%s_row;\n", prefix, q->name);
    fprintf(f, "static const DbColumn %s_%s_columns[] = {\n", prefix, q->name);
    for (int i = 0; i < q->column_n; i++)
        fprintf(f, "    { \"%s\", %s, offsetof(%s_%s_row, %s) },\n", q->columns[i].name, q->columns[i].type->constant,
                prefix, q->name, q->columns[i].name);
    fputs("};\n", f);
}

static void query_struct_out(FILE *f, const Query *q, const char *prefix)
{
    fprintf(f, "const DbQuery %s_%s_query = {\n    .name = \"%s_%s\", .file = \"%s\", .line = %d,\n    .sql = { ",
            prefix, q->name, prefix, q->name, q->file->shown, q->sql_line);
    literal_out(f, q->sql[SQLITE].p);
    fputs(",\n        ", f);
    literal_out(f, q->sql[POSTGRES].p);
    fputs(" },\n    .params = \"", f);
    for (int i = 0; i < q->param_n; i++) fputc(q->params[i].type->kind, f);
    fputs("\",", f);
    if (q->column_n)
        fprintf(f, " .columns = %s_%s_columns, .column_n = %d, .row_size = sizeof(%s_%s_row),",
                prefix, q->name, q->column_n, prefix, q->name);
    fprintf(f, " .id = %d, .writes = %s,%s\n};\n", q->id, q->writes ? "true" : "false", q->derived ? " .derived = true," : "");
}

/* The values as they are sent; a function without parameters sends none. */
static void args_out(FILE *f, const Query *q)
{
    if (q->param_n == 0) return;
    fputs("    const DbValue args[] = {\n", f);
    for (int i = 0; i < q->param_n; i++) {
        const Param *p = &q->params[i];
        fprintf(f, "        { .kind = %s, .%s = %s", p->type->constant, p->type->member, p->name);
        if (p->nullable && p->type->member[0] == 's') fprintf(f, ", .null = %s.n == 0", p->name);
        else if (p->nullable) fprintf(f, ", .null = !(%s < 0 || %s > 0)", p->name, p->name);
        fputs(" },\n", f);
    }
    fputs("    };\n", f);
}

static const char *args_word(const Query *q) { return q->param_n ? "args" : "NULL"; }

static void function_body_out(FILE *f, const Query *q, const char *prefix)
{
    const char *args = args_word(q);
    function_out(f, q, prefix);
    fputs("\n{\n", f);
    args_out(f, q);
    if (q->kind == ONE) fprintf(f, "    return db_one(s, &%s_%s_query, %s, ret);\n", prefix, q->name, args);
    if (q->kind == RUN) fprintf(f, "    return db_run(s, &%s_%s_query, %s);\n", prefix, q->name, args);
    if (q->kind == INT)
        fprintf(f, "    %s_%s_row row = {0};\n    return db_one(s, &%s_%s_query, %s, &row) ? row.value : 0;\n",
                prefix, q->name, prefix, q->name, args);
    if (q->kind == MANY)
        fprintf(f, "    void *row = NULL;\n    ptrdiff_t n = db_many(s, &%s_%s_query, %s, &row);\n"
                   "    return (%s_%s_rows){ row, n };\n", prefix, q->name, args, prefix, q->name);
    fputs("}\n", f);
}

static void ask_body_out(FILE *f, const Query *q, const char *prefix)
{
    ask_out(f, q, prefix);
    fputs("\n{\n", f);
    args_out(f, q);
    fprintf(f, "    return db_ask(s, &%s_%s_query, %s);\n}\n", prefix, q->name, args_word(q));
    got_out(f, q, prefix);
    fputs("\n{\n", f);
    if (q->kind == ONE) fputs("    return db_got_one(s, asked, ret);\n", f);
    if (q->kind == INT)
        fprintf(f, "    %s_%s_row row = {0};\n    return db_got_one(s, asked, &row) ? row.value : 0;\n", prefix, q->name);
    if (q->kind == MANY)
        fprintf(f, "    void *row = NULL;\n    ptrdiff_t n = db_got_many(s, asked, &row);\n    return (%s_%s_rows){ row, n };\n",
                prefix, q->name);
    fputs("}\n", f);
}

static void json_body_out(FILE *f, const Query *q, const char *prefix)
{
    row_json_out(f, q, prefix);
    fprintf(f, "\n{\n    db_row_json(j, key, &%s_%s_query, row);\n}\n", prefix, q->name);
    if (q->kind != MANY) return;
    rows_json_out(f, q, prefix);
    fprintf(f, "\n{\n    db_rows_json(j, key, &%s_%s_query, rows.row, rows.n);\n}\n", prefix, q->name);
}

static void source_out(const char *dir, const File *src)
{
    FILE *f = output(dir, src->prefix, "_sql.c");
    fprintf(f, "/* Made by tools/sqlgen from %s. Change that file instead. */\n#include \"%s_sql.h\"\n", src->shown, src->prefix);
    for (int i = 0; i < src->query_n; i++) {
        const Query *q = queries[src->first_query + i];
        fputs("\n", f);
        if (q->column_n) columns_out(f, q, src->prefix);
        query_struct_out(f, q, src->prefix);
        function_body_out(f, q, src->prefix);
        if (q->kind != RUN) ask_body_out(f, q, src->prefix);
        if (q->kind == ONE || q->kind == MANY) json_body_out(f, q, src->prefix);
    }
    output_end(f);
}

/* Takes away at most so many rows of one unit: $1, and $2 of a subject with a stream; the last parameter is how many. */
static void trim_sql_out(FILE *f, const Table *t, char mark)
{
    Text sql = {0};
    text_word(&sql, "DELETE FROM ");
    text_word(&sql, t->name);
    text_word(&sql, " WHERE (");
    columns_add(&sql, t, NULL);
    text_word(&sql, ") IN (");
    unit_rows_add(&sql, t, mark);
    text_word(&sql, ")");
    literal_out(f, sql.p);
}

static void trim_out(FILE *f, const Table *t, int id)
{
    fprintf(f, "static const DbQuery trim_%s = {\n    .name = \"trim_%s\", .file = \"%s\", .line = %d,\n    .sql = { ",
            t->name, t->name, t->said_file->shown, t->said_line);
    trim_sql_out(f, t, '?');
    fputs(",\n        ", f);
    trim_sql_out(f, t, '$');
    fputs(" },\n    .params = \"", f);
    for (int i = 0; i < t->by_n; i++) fputc(i == t->by_n - 1 && t->by_text ? 's' : 'i', f);
    fprintf(f, "i\", .id = %d, .writes = true,%s\n};\n", id, t->made == MADE_DERIVED ? " .derived = true," : "");
}

static void trims_out(FILE *f)
{
    fputs("\n", f);
    for (int i = 0, id = query_n; i < table_n; i++)
        if (tables[i].unit) trim_out(f, &tables[i], id++);
}

/* By their numbers. Those that take rows away are among them, so that they too are prepared on the engine at hand. */
static void all_queries_out(FILE *f)
{
    int n = query_n;
    fputs("\nconst DbQuery *const db_queries[] = {\n", f);
    for (int i = 0; i < query_n; i++) fprintf(f, "    &%s_%s_query,\n", queries[i]->file->prefix, queries[i]->name);
    for (int i = 0; i < table_n; i++)
        if (tables[i].unit) fprintf(f, "    &trim_%s,\n", tables[i].name), n++;
    fprintf(f, "    NULL,\n};\nconst int db_query_n = %d;\n", n);
}

static void tables_out(FILE *f)
{
    fputs("\n/* Those whose rows are found through another table come first. */\nconst DbTable db_tables[] = {\n", f);
    int n = 0;
    for (int k = 0; k < 2 * table_n; k++) {
        const Table *t = &tables[k % table_n];
        static const char *const made[] = { "", "DB_DERIVED", "DB_CONTENT", "DB_LOCAL", "DB_RECORDS" };
        if (!t->made || (t->through != NULL) != (k < table_n)) continue;
        fprintf(f, "    { \"%s\", \"%s\", %s, ", t->name, folder_of(t->file), made[t->made]);
        if (t->unit) fprintf(f, "\"%s\", &trim_%s, ", t->unit, t->name);
        else fputs("NULL, NULL, ", f);
        fprintf(f, "UINT64_C(0x%016llx) },\n", (unsigned long long)t->shape);
        n++;
    }
    fprintf(f, "    { NULL },\n};\nconst int db_table_n = %d;\n\nconst DbIdColumn db_ids[] = {\n", n);
    for (int i = 0; i < id_n; i++)
        fprintf(f, "    { \"%s\", \"%s\", %s },\n", ids[i].table->name, ids[i].column, ids[i].mark->person ? "true" : "false");
    fprintf(f, "    { NULL },\n};\nconst int db_id_n = %d;\n", id_n);
}

/* An array in C has at least one element, so each ends with an empty one that is not counted. */
static void all_source_out(const char *dir)
{
    FILE *f = output(dir, "db_all", ".c");
    fputs("/* Made by tools/sqlgen: every query, schema step and table of the program. */\n#include \"db_all.h\"\n", f);
    for (int i = 0; i < file_n; i++)
        if (!files[i].schema) fprintf(f, "#include \"%s_sql.h\"\n", files[i].prefix);
    trims_out(f);
    all_queries_out(f);
    fputs("\nconst DbMigration db_migrations[] = {\n", f);
    for (int i = 0; i < migration_n; i++) {
        fprintf(f, "    { \"%s\", {\n        ", migrations[i].name);
        literal_out(f, migrations[i].sql[SQLITE].p);
        fputs(",\n        ", f);
        literal_out(f, migrations[i].sql[POSTGRES].p);
        fprintf(f, " }, UINT64_C(0x%016llx) },\n", (unsigned long long)migrations[i].hash);
    }
    fprintf(f, "    { NULL },\n};\nconst int db_migration_n = %d;\n", migration_n);
    tables_out(f);
    output_end(f);
}

static void all_header_out(const char *dir)
{
    FILE *f = output(dir, "db_all", ".h");
    fputs("/* Made by tools/sqlgen: every query, schema step and table of the program. db_queries is declared by db.h. */\n"
          "#pragma once\n#include \"db/db.h\"\n\n"
          "extern const DbMigration db_migrations[];\nextern const int db_migration_n;\n"
          "extern const DbTable db_tables[];          /* in the order they were spoken of */\nextern const int db_table_n;\n"
          "extern const DbIdColumn db_ids[];          /* every column that holds ids */\nextern const int db_id_n;\n", f);
    output_end(f);
}

/* The seals that are missing, a line each: for script/seal. */
static int seals_print(void)
{
    for (int i = 0; i < migration_n; i++)
        if (!migrations[i].sealed_line) printf("%s %016llx\n", migrations[i].file->shown, (unsigned long long)migrations[i].hash);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) { fputs("usage: sqlgen OUTDIR FILE.sql… | sqlgen --seals FILE.sql…\n", stderr); return 2; }
    for (int i = 2; i < argc; i++) file_add(argv[i]);
    for (int i = 0; i < file_n; i++) {
        if (files[i].schema) schema_read(&files[i]);
        else queries_read(&files[i]);
    }
    if (strcmp(argv[1], "--seals") == 0) return seals_print();
    check_all();
    for (int i = 0; i < file_n; i++) {
        if (files[i].schema) continue;
        header_out(argv[1], &files[i]);
        source_out(argv[1], &files[i]);
    }
    all_header_out(argv[1]);
    all_source_out(argv[1]);
    return 0;
}
