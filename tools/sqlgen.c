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
 *   OUTDIR/db_all.c (db_queries[], db_migrations[], db_derived_tables[]) with OUTDIR/db_all.h.
 *
 * Schema files: <folder>/schema/NNNN_words.sql, run once each in the order kernel, then modules as listed by the build,
 * then NNNN. Tokens, so that one text serves both engines:
 *   @ID      a 64-bit primary key           INTEGER PRIMARY KEY        BIGINT PRIMARY KEY
 *   @INT     64-bit number, time or 0/1     INTEGER                    BIGINT
 *   @TEXT @BLOB @REAL                       TEXT BLOB REAL             TEXT BYTEA DOUBLE PRECISION
 *   @STRICT  after a table's ')'            STRICT                     (nothing)
 *   @KEYED   same, rows live in the key     STRICT, WITHOUT ROWID      (nothing)
 *   -- @sqlite … -- @postgres … -- @both    lines for one engine only, until the next such line
 *   -- derived: table table…                these tables are emptied and made again by `sampan rebuild`
 *
 * Every query is prepared by the real SQLite against the real schema here: a misspelt column stops the build at the
 * .sql line ("modules/x/x.sql:12: no such column: auther"). The same check on PostgreSQL is a test. */
#include <ctype.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A build tool: it reads, writes and ends, so nothing here is ever given back. */

enum { SQLITE, POSTGRES, ENGINES };
enum { QUERIES_MAX = 4096, MIGRATIONS_MAX = 512, DERIVED_MAX = 512, PARAMS_MAX = 64, COLUMNS_MAX = 128, FILES_MAX = 512 };
enum { ROW_BYTES_MAX = 65535 };

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

typedef struct Query {
    const File *file;
    int     line, sql_line, id;
    char   *name;                    /* without the prefix */
    Kind    kind;
    Param   params[PARAMS_MAX];   int param_n;
    Column  columns[COLUMNS_MAX]; int column_n;
    Text    remarks, sql[ENGINES];
    bool    writes;
} Query;

typedef struct Migration { char *name; Text sql[ENGINES]; } Migration;
typedef struct Derived { const File *file; int line; char *table; } Derived;

static File      files[FILES_MAX];         static int file_n;
static Query    *queries[QUERIES_MAX];     static int query_n;
static Migration migrations[MIGRATIONS_MAX]; static int migration_n;
static Derived   derived[DERIVED_MAX];     static int derived_n;

/* ---- words and text ---------------------------------------------------------------------------------------------- */

_Noreturn __attribute__((format(printf, 3, 4)))
static void stop_at(const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void *need(void *p)
{
    if (!p) { fputs("sqlgen: out of memory\n", stderr); exit(1); }
    return p;
}

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
        "struct", "switch", "typedef", "typeof", "union", "unsigned", "void", "volatile", "while", "asm", "bool", "str", NULL,
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

/* The path as people of the house say it: from kernel/, modules/ or tests/ on, wherever the build stands. */
static const char *shown_path(const char *path)
{
    static const char *const roots[] = { "kernel/", "modules/", "tests/" };
    const char *best = path;
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++)
        for (const char *p = path; (p = strstr(p, roots[i])); p++)
            if ((p == path || p[-1] == '/') && p > best) best = p;
    return best;
}

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
    *f = (File){ .path = path, .shown = shown_path(path), .text = read_whole(path), .schema = strstr(path, "/schema/") != NULL,
                 .prefix = word_of(base_of(path), stem - 4) };
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

/* One line for one engine; lines keep their number, so that a complaint about the result names the right one. */
static void schema_line(const File *f, int line, const char *p, const char *end, int engine, Text *out)
{
    while (p < end) {
        size_t n = opaque_length(p);
        if (n > (size_t)(end - p)) n = (size_t)(end - p);
        if (n == 0 && *p == '@' && isupper((unsigned char)p[1])) {
            const Token *t = token_at(p + 1);
            if (!t) stop_at(f->shown, line, "no such token: @%.*s", (int)word_length(p + 1), p + 1);
            text_word(out, t->is[engine]);
            p += 1 + strlen(t->word);
            continue;
        }
        if (n == 0) n = 1;
        text_add(out, p, n);
        p += n;
    }
}

static void derived_add(const File *f, int line, const char *p)
{
    const char *end = line_end(p);
    for (p = skip_blanks(p); p < end; p = skip_blanks(p)) {
        size_t n = word_length(p);
        if (n == 0) stop_at(f->shown, line, "after 'derived:' come the names of tables, blanks between");
        if (derived_n == DERIVED_MAX) stop_at(f->shown, line, "more than %d derived tables", DERIVED_MAX);
        derived[derived_n++] = (Derived){ f, line, word_of(p, n) };
        p += n;
    }
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

static void schema_read(const File *f)
{
    if (migration_n == MIGRATIONS_MAX) stop_at(f->shown, 1, "more than %d schema files", MIGRATIONS_MAX);
    if (strspn(f->prefix, "0123456789") != 4 || f->prefix[4] != '_') stop_at(f->shown, 1, "is not named NNNN_words.sql");
    Migration *m = &migrations[migration_n++];
    m->name = migration_name(f);
    bool wanted[ENGINES] = { true, true };
    int line = 1;
    for (const char *p = f->text; *p; p = next_line(p), line++) {
        const char *rest = remark_of(p, "derived:");
        if (rest) derived_add(f, line, rest);
        if (remark_of(p, "@both")) wanted[SQLITE] = wanted[POSTGRES] = true;
        if (remark_of(p, "@sqlite"))   { wanted[SQLITE] = true;  wanted[POSTGRES] = false; }
        if (remark_of(p, "@postgres")) { wanted[SQLITE] = false; wanted[POSTGRES] = true; }
        for (int e = 0; e < ENGINES; e++) {
            if (wanted[e]) schema_line(f, line, p, line_end(p), e, &m->sql[e]);
            text_add(&m->sql[e], "\n", 1);
        }
    }
    for (int e = 0; e < ENGINES; e++) text_add(&m->sql[e], "", 0);
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

static void schema_apply(sqlite3 *db, const File *f, const Migration *m)
{
    const char *rest;
    int line = 1;
    for (const char *p = m->sql[SQLITE].p; *p; p = rest) {
        sqlite3_stmt *stmt = NULL;
        bool fine = sqlite3_prepare_v2(db, p, -1, &stmt, &rest) == SQLITE_OK;
        while (fine && stmt && sqlite3_step(stmt) == SQLITE_ROW) { }
        if (sqlite3_finalize(stmt) != SQLITE_OK || !fine) stop_at(f->shown, error_line(db, p, line), "%s", sqlite3_errmsg(db));
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

static void query_check(sqlite3 *db, Query *q)
{
    sqlite3_stmt *stmt = NULL;
    const char *sql = q->sql[SQLITE].p;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        stop_at(q->file->shown, error_line(db, sql, q->sql_line), "%s", sqlite3_errmsg(db));
    q->column_n = sqlite3_column_count(stmt);
    q->writes = !sqlite3_stmt_readonly(stmt);
    shape_check(q);
    for (int i = 0; i < q->column_n; i++) column_check(q, stmt, i);
    sqlite3_finalize(stmt);
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
    for (int i = 0; i < query_n; i++) query_check(db, queries[i]);
    for (int i = 0; i < derived_n; i++) {
        char *sql = sqlite3_mprintf("DELETE FROM \"%w\"", derived[i].table);
        if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
            stop_at(derived[i].file->shown, derived[i].line, "%s", sqlite3_errmsg(db));
        sqlite3_free(sql);
    }
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

/* A comment of one line must not be ended by the words in it. */
static void remarks_out(FILE *f, const Query *q)
{
    for (const char *p = q->remarks.p; p && *p; p = next_line(p)) {
        fputs("/* ", f);
        for (const char *c = p; c < line_end(p); c++) if (!(c[0] == '*' && c[1] == '/')) fputc(*c, f);
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
    fprintf(f, " .id = %d, .writes = %s,\n};\n", q->id, q->writes ? "true" : "false");
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

/* An array in C has at least one element, so each ends with an empty one that is not counted. */
static void all_source_out(const char *dir)
{
    FILE *f = output(dir, "db_all", ".c");
    fputs("/* Made by tools/sqlgen: every query and every schema step of the program. */\n#include \"db_all.h\"\n", f);
    for (int i = 0; i < file_n; i++)
        if (!files[i].schema) fprintf(f, "#include \"%s_sql.h\"\n", files[i].prefix);
    fputs("\nconst DbQuery *const db_queries[] = {\n", f);
    for (int i = 0; i < query_n; i++) fprintf(f, "    &%s_%s_query,\n", queries[i]->file->prefix, queries[i]->name);
    fprintf(f, "    NULL,\n};\nconst int db_query_n = %d;\n\nconst DbMigration db_migrations[] = {\n", query_n);
    for (int i = 0; i < migration_n; i++) {
        fprintf(f, "    { \"%s\", {\n        ", migrations[i].name);
        literal_out(f, migrations[i].sql[SQLITE].p);
        fputs(",\n        ", f);
        literal_out(f, migrations[i].sql[POSTGRES].p);
        fputs(" } },\n", f);
    }
    fprintf(f, "    { NULL },\n};\nconst int db_migration_n = %d;\n\nconst char *const db_derived_tables[] = {\n", migration_n);
    for (int i = 0; i < derived_n; i++) fprintf(f, "    \"%s\",\n", derived[i].table);
    fprintf(f, "    NULL,\n};\nconst int db_derived_table_n = %d;\n", derived_n);
    output_end(f);
}

static void all_header_out(const char *dir)
{
    FILE *f = output(dir, "db_all", ".h");
    fputs("/* Made by tools/sqlgen: every query and every schema step of the program. db_queries is declared by db.h. */\n"
          "#pragma once\n#include \"db/db.h\"\n\n"
          "extern const DbMigration db_migrations[];\nextern const int db_migration_n;\n"
          "extern const char *const db_derived_tables[];      /* `sampan rebuild` empties and fills these */\n"
          "extern const int db_derived_table_n;\n", f);
    output_end(f);
}

int main(int argc, char **argv)
{
    if (argc < 2) { fputs("usage: sqlgen OUTDIR FILE.sql…\n", stderr); return 2; }
    for (int i = 2; i < argc; i++) file_add(argv[i]);
    for (int i = 0; i < file_n; i++) {
        if (files[i].schema) schema_read(&files[i]);
        else queries_read(&files[i]);
    }
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
