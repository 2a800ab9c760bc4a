/* recgen - turns the declared kinds of records into typed C. Small, in C, run by the build.
 *
 *   recgen OUTDIR FILE.records…        modules/learn/learn.records -> OUTDIR/learn_records.h, learn_records.c, learn_records.pot
 *
 * A kind says in one place what follows from it everywhere: who gets it, whose words it holds, who may write it, how two
 * offline versions meet, what a law makes one keep, and what its body is. A line that is missing stops the build.
 *
 *   record deals.invoiced              # what it is, for who reads this file
 *     stream  matter                   # public economy body centre firm matter person card (journal.h); of the first four also several
 *     subject id                       # none, text, id, or person: what it is about, in its stream
 *     whose   parties                  # whose personal data the body is: nobody actor subject parties
 *     needs   member                   # what the actor must be, any of: self member anyone hub, or roles: officer admin
 *     meet    order                    # each, latest, order, stream: what decides the rows (journal.h)
 *     keep    10 years "An invoice is kept for ten years: tax law asks for it."       # or: no
 *     shown   "Invoices"               # may be left out: what she reads where it is listed what is kept of her
 *     body                             # or: body none
 *       number  str 40                 # str BYTES, int, id, person, real, bool, file
 *       paid    bool
 *       lines   list 200               # at most so many
 *         what  str 200
 *         price int
 *
 *   hear quiz.answered                 # another module's kind, of which this one makes rows too
 *
 * From that:
 *   struct   deals_invoiced_body
 *   write    int64_t deals_invoiced_add(Scope *s, int64_t matter, int64_t subject, deals_invoiced_body b)       the record's id
 *            without the stream where it is the actor's own or the public one, without a subject where it is none; of several
 *            streams with the audience before the stream
 *   apply    void deals_invoiced_apply(Scope *s, const Record *r, const deals_invoiced_body *b)               the module writes it;
 *            of what it hears: void learn_hears_quiz_answered(…)
 *   table    deals_records, DEALS_RECORDS: for struct Module
 *
 * A shape may grow: a field that an old record lacks reads as 0 or the empty text. No field may change its name or type. */
#include <ctype.h>
#include <stdbool.h>

#include "gen.h"

enum { KINDS_MAX = 512, FIELDS_MAX = 64, FILES_MAX = 128, HEARD_MAX = 512, WORDS_MAX = 24, WORD_MAX = 400, NAME_CHARS_MAX = 60 };
enum { LINE_BYTES_MAX = 2000, BODY_BYTES_MAX = 1 << 20, YEARS_MAX = 200 };       /* a body's: JOURNAL_BODY_MAX in journal.h */

typedef struct Field { char *name; const char *type; long max; int line; struct Field *rows; int row_n; } Field;

typedef struct Kind {
    struct File *file;
    int   line;
    char *name, *c_name;              /* "deals.invoiced", "deals_invoiced" */
    char *streams[WORDS_MAX]; int stream_n;
    char *subject, *whose, *needs, *meet, *keep_why, *shown;
    int   needs_line, keep_line, shown_line, body_line;      /* 0: not said */
    long  keep_years;
    bool  body_none, in_body;         /* in_body: the line above was 'body' or a field */
    Field field[FIELDS_MAX]; int field_n;
} Kind;

typedef struct Heard { struct File *file; int line; char *name; Kind *kind; } Heard;
typedef struct File { const char *path, *shown; char *prefix; } File;

static File  files[FILES_MAX];  static int file_n;
static Kind  kinds[KINDS_MAX];  static int kind_n;
static Heard heard[HEARD_MAX];  static int heard_n;

static char *keep(const char *z) { return need(strdup(z)); }

static bool is_among(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(*words, word) == 0) return true;
    return false;
}

/* ---- lines and words ------------------------------------------------------------------------------------------------ */

typedef struct Line { int number, indent, n; char word[WORDS_MAX][WORD_MAX]; } Line;

static const char *word_read(const File *f, Line *l, const char *p)
{
    char *to = l->word[l->n];
    int n = 0;
    bool quoted = *p == '"';
    if (quoted) p++;
    while (*p && (quoted ? *p != '"' : !isspace((unsigned char)*p))) {
        if (n == WORD_MAX - 1) stop_at(f->shown, l->number, "a word of more than %d characters", WORD_MAX - 1);
        to[n++] = *p++;
    }
    if (quoted && *p++ != '"') stop_at(f->shown, l->number, "a quotation that does not end");
    to[n] = 0;
    l->n++;
    return p;
}

/* A '#' ends the line, but not inside quotes. */
static void words_read(const File *f, Line *l, const char *p)
{
    l->n = 0;
    for (l->indent = 0; p[l->indent] == ' '; ) l->indent++;
    for (p += l->indent; *p && *p != '#'; ) {
        if (isspace((unsigned char)*p)) { p++; continue; }
        if (l->n == WORDS_MAX) stop_at(f->shown, l->number, "more than %d words", WORDS_MAX);
        p = word_read(f, l, p);
    }
}

static bool is_kind_name(const char *name)
{
    const char *dot = strchr(name, '.');
    if (!dot || dot == name || !dot[1] || strlen(name) > NAME_CHARS_MAX) return false;
    for (const char *p = name; *p; p++)
        if (p != dot && !islower((unsigned char)*p) && *p != '_' && !(p > dot && isdigit((unsigned char)*p))) return false;
    return true;
}

static bool is_field_name(const char *name)
{
    static const char *const taken[] = {
        "int", "char", "bool", "double", "float", "long", "short", "for", "if", "else", "do", "while", "case", "switch", "default",
        "return", "static", "struct", "union", "enum", "void", "auto", "register", "const", "signed", "unsigned", "goto", "break",
        "continue", "sizeof", "typedef", "extern", "inline", "volatile", "restrict", "asm", "typeof", "alignof", "alignas",
        "true", "false", "errno", "unix", "linux", NULL,      /* macros, the last two of gnu17 */
    };
    for (const char *p = name; *p; p++)
        if (!islower((unsigned char)*p) && *p != '_' && !(p > name && isdigit((unsigned char)*p))) return false;
    return *name && strlen(name) <= NAME_CHARS_MAX && !is_among(name, taken);
}

static char *c_name_of(const char *kind)
{
    char *name = keep(kind);
    for (char *p = name; *p; p++) if (*p == '.') *p = '_';
    return name;
}

/* ---- what a kind says ------------------------------------------------------------------------------------------------ */

static void said_once(const Kind *k, const Line *l, const void *before)
{
    if (before) stop_at(k->file->shown, l->number, "%s has said its %s before", k->name, l->word[0]);
}

static char *one_of(const Kind *k, const Line *l, char *before, const char *const *words)
{
    said_once(k, l, before);
    if (l->n == 2 && is_among(l->word[1], words)) return keep(l->word[1]);
    fprintf(stderr, "%s:%d: error: after '%s' comes one of", k->file->shown, l->number, l->word[0]);
    for (; *words; words++) fprintf(stderr, " %s", *words);
    fputc('\n', stderr);
    exit(1);
}

static bool says_stream(const Kind *k, const char *word)
{
    for (int i = 0; i < k->stream_n; i++)
        if (strcmp(k->streams[i], word) == 0) return true;
    return false;
}

static bool is_only(const Kind *k, const char *stream) { return k->stream_n == 1 && says_stream(k, stream); }

/* 1 to `most`; 0: it is none of them. */
static long number_of(const char *word, long most)
{
    if (!*word || strspn(word, "0123456789") != strlen(word) || strlen(word) > 9) return 0;
    long n = strtol(word, NULL, 10);
    return n <= most ? n : 0;
}

/* Any of them is enough: "self focal-point". As the C that means them; which roles there are, journal.h says to the compiler. */
static void needs_read(Kind *k, const Line *l)
{
    static const char *const plain[] = { "self", "member", "anyone", "hub", NULL };
    char text[WORDS_MAX * (NAME_CHARS_MAX + 16)] = "", *to = text;
    said_once(k, l, k->needs);
    if (l->n < 2) stop_at(k->file->shown, l->number, "after 'needs' comes self, member, anyone, hub, or roles");
    for (int i = 1; i < l->n; i++) {
        const char *word = l->word[i];
        if (!islower((unsigned char)*word) || strspn(word, "abcdefghijklmnopqrstuvwxyz-_") != strlen(word) || strlen(word) > NAME_CHARS_MAX)
            stop_at(k->file->shown, l->number, "'%s' is neither self, member, anyone, hub nor a role", word);
        to += sprintf(to, "%s%s", i > 1 ? " | " : "", is_among(word, plain) ? "NEEDS_" : "ROLE_");
        for (; *word; word++) *to++ = (char)(*word == '-' ? '_' : toupper((unsigned char)*word));
        *to = 0;
    }
    k->needs = keep(text);
    k->needs_line = l->number;
}

static void keep_read(Kind *k, const Line *l)
{
    said_once(k, l, k->keep_line ? k : NULL);
    k->keep_line = l->number;
    if (l->n == 2 && strcmp(l->word[1], "no") == 0) return;
    if (l->n != 4 || strcmp(l->word[2], "years") != 0 || (k->keep_years = number_of(l->word[1], YEARS_MAX)) == 0 || !*l->word[3])
        stop_at(k->file->shown, l->number, "'keep no', or 'keep 10 years \"Why, in a sentence for the person.\"'");
    k->keep_why = keep(l->word[3]);
}

static void shown_read(Kind *k, const Line *l)
{
    said_once(k, l, k->shown_line ? k : NULL);
    if (l->n != 2 || !*l->word[1]) stop_at(k->file->shown, l->number, "'shown \"Your answers to questions\"'");
    k->shown_line = l->number;
    k->shown = keep(l->word[1]);
}

static void body_read(Kind *k, const Line *l)
{
    said_once(k, l, k->body_line ? k : NULL);
    k->body_line = l->number;
    k->body_none = l->n == 2 && strcmp(l->word[1], "none") == 0;
    if (l->n > 1 && !k->body_none) stop_at(k->file->shown, l->number, "'body', and its fields below; or 'body none'");
    k->in_body = true;
}

static Field field_read(const Kind *k, const Line *l, const Field *before, int n)
{
    static const char *const types[] = { "str", "int", "id", "person", "real", "bool", "file", "list", NULL };
    Field field = { .line = l->number };
    if (l->n < 2 || !is_field_name(l->word[0])) stop_at(k->file->shown, l->number, "a field is 'name type'");
    for (const char *const *t = types; *t; t++)
        if (strcmp(*t, l->word[1]) == 0) field.type = *t;
    if (!field.type) stop_at(k->file->shown, l->number, "no such type: %s. There are str, int, id, person, real, bool, file, list", l->word[1]);
    field.name = keep(l->word[0]);
    bool measured = strcmp(field.type, "str") == 0 || strcmp(field.type, "list") == 0;
    if (l->n != 2 + measured) stop_at(k->file->shown, l->number, measured ? "%s says how much at most: %s 80" : "nothing comes after %s", field.type, field.type);
    if (measured && (field.max = number_of(l->word[2], BODY_BYTES_MAX)) == 0)
        stop_at(k->file->shown, l->number, "how much at most is a number from 1 to %d; what is longer is a file", BODY_BYTES_MAX);
    for (int i = 0; i < n; i++)
        if (strcmp(before[i].name, field.name) == 0) stop_at(k->file->shown, l->number, "%s comes twice", field.name);
    return field;
}

static void body_line(Kind *k, const Line *l)
{
    if (k->field_n == FIELDS_MAX) stop_at(k->file->shown, l->number, "more than %d fields", FIELDS_MAX);
    k->field[k->field_n] = field_read(k, l, k->field, k->field_n);
    if (strcmp(k->field[k->field_n].type, "list") == 0) k->field[k->field_n].rows = need(calloc(FIELDS_MAX, sizeof(Field)));
    k->field_n++;
}

static void row_line(Kind *k, const Line *l)
{
    Field *list = k->field_n ? &k->field[k->field_n - 1] : NULL;
    if (!list || !list->rows) stop_at(k->file->shown, l->number, "only the fields of a list stand so far in");
    if (list->row_n == FIELDS_MAX) stop_at(k->file->shown, l->number, "more than %d fields", FIELDS_MAX);
    Field field = field_read(k, l, list->rows, list->row_n);
    if (strcmp(field.type, "list") == 0) stop_at(k->file->shown, l->number, "a list in a list");
    list->rows[list->row_n++] = field;
}

static const char *const streams[] = { "public", "economy", "body", "centre", "firm", "matter", "person", "card", NULL };

/* "any" is for the journal itself: what must be said wherever somebody's words are. */
static void streams_read(Kind *k, const Line *l)
{
    said_once(k, l, k->stream_n ? k : NULL);
    if (l->n == 2 && strcmp(l->word[1], "any") == 0) {
        if (strncmp(k->file->shown, "kernel/journal/", 15) != 0) stop_at(k->file->shown, l->number, "'stream any' is for the journal itself");
        for (; streams[k->stream_n]; k->stream_n++) k->streams[k->stream_n] = keep(streams[k->stream_n]);
        return;
    }
    if (l->n < 2) one_of(k, l, NULL, streams);
    for (int i = 1; i < l->n; i++) {
        if (!is_among(l->word[i], streams)) one_of(k, l, NULL, streams);
        if (says_stream(k, l->word[i])) stop_at(k->file->shown, l->number, "the stream %s comes twice", l->word[i]);
        k->streams[k->stream_n++] = keep(l->word[i]);
    }
}

static void kind_line(Kind *k, const Line *l)
{
    static const char *const subjects[] = { "none", "text", "id", "person", NULL };
    static const char *const owners[] = { "nobody", "actor", "subject", "parties", NULL };
    static const char *const meets[] = { "each", "latest", "order", "stream", NULL };
    const char *w = l->word[0];
    k->in_body = false;
    if (strcmp(w, "stream") == 0) streams_read(k, l);
    else if (strcmp(w, "subject") == 0) k->subject = one_of(k, l, k->subject, subjects);
    else if (strcmp(w, "whose") == 0) k->whose = one_of(k, l, k->whose, owners);
    else if (strcmp(w, "meet") == 0) k->meet = one_of(k, l, k->meet, meets);
    else if (strcmp(w, "needs") == 0) needs_read(k, l);
    else if (strcmp(w, "keep") == 0) keep_read(k, l);
    else if (strcmp(w, "shown") == 0) shown_read(k, l);
    else if (strcmp(w, "body") == 0) body_read(k, l);
    else stop_at(k->file->shown, l->number, "a kind does not say '%s'", w);
}

/* ---- what must be said, and what cannot be true together ---------------------------------------------------------------- */

static bool is(const char *word, const char *other) { return strcmp(word, other) == 0; }

static void said_check(const Kind *k)
{
    const struct { const char *what; bool said; } all[] = {
        { "stream (who gets it)", k->stream_n }, { "subject (what it is about, or none)", k->subject },
        { "whose (personal data)", k->whose }, { "needs (what its actor must be)", k->needs },
        { "meet (how two offline versions meet)", k->meet }, { "keep (what a law asks, or no)", k->keep_line }, { "body (or body none)", k->body_line },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!all[i].said) stop_at(k->file->shown, k->line, "%s does not say: %s", k->name, all[i].what);
    if (!k->body_none && k->field_n == 0) stop_at(k->file->shown, k->body_line, "%s has a body without fields: say 'body none'", k->name);
}

/* A list has a type of its own, X_happened_lines: its name must be nobody else's. */
static void list_name_check(const Kind *k, const Field *list)
{
    static const char *const taken[] = { "body", "kind", "shape", "fields", "add", "apply", NULL };
    char name[2 * NAME_CHARS_MAX + 2];
    snprintf(name, sizeof name, "%s_%s", k->c_name, list->name);
    if (is_among(list->name, taken)) stop_at(k->file->shown, list->line, "a list needs another name: %s is made for %s itself", name, k->name);
    for (int i = 0; i < kind_n; i++)
        if (strcmp(kinds[i].c_name, name) == 0) stop_at(k->file->shown, list->line, "a list needs another name: in C, %s is the record %s", name, kinds[i].name);
}

static void sense_check(const Kind *k)
{
    static const char *const alone[] = { "firm", "matter", "person", "card", NULL };
    bool any = streams[k->stream_n] == NULL && k->stream_n > 1, personal = (says_stream(k, "person") || says_stream(k, "card")) && !any;
    bool wide = (says_stream(k, "public") || says_stream(k, "economy")) && !any;
    for (int i = 0; i < k->stream_n && !any; i++)
        if (k->stream_n > 1 && is_among(k->streams[i], alone)) stop_at(k->file->shown, k->line, "the %s stream stands alone: it does not go with others", k->streams[i]);
    if (personal && !is(k->meet, "stream")) stop_at(k->file->shown, k->line, "in a person's stream all records meet as a stream");
    if (wide && is(k->meet, "stream")) stop_at(k->file->shown, k->line, "the %s stream is too long to be made again whole: meet by subject, or each", says_stream(k, "public") ? "public" : "economy");
    if ((is(k->meet, "latest") || is(k->meet, "order")) && is(k->subject, "none")) stop_at(k->file->shown, k->line, "records that meet by subject have one");
    if (is(k->whose, "subject") && !is(k->subject, "person")) stop_at(k->file->shown, k->line, "the subject is no person");
    if (is(k->whose, "parties") && !says_stream(k, "matter")) stop_at(k->file->shown, k->line, "only a matter has parties");
    if (strstr(k->needs, "NEEDS_SELF") && !personal) stop_at(k->file->shown, k->line, "'needs self' is for a person's own stream");
    if (strstr(k->needs, "NEEDS_MEMBER") && (personal || wide)) stop_at(k->file->shown, k->line, "a %s stream has no members", k->streams[0]);
    for (int i = 0; i < k->field_n; i++) {
        const Field *f = &k->field[i];
        if (!is(f->type, "list")) continue;
        if (f->row_n == 0) stop_at(k->file->shown, f->line, "the list %s has no fields", f->name);
        list_name_check(k, f);
    }
}

/* ---- reading -------------------------------------------------------------------------------------------------------------- */

static Kind *kind_named(const char *name)
{
    for (int i = 0; i < kind_n; i++)
        if (strcmp(kinds[i].name, name) == 0) return &kinds[i];
    return NULL;
}

static Kind *kind_begin(File *f, const Line *l)
{
    if (l->n != 2 || !is_kind_name(l->word[1])) stop_at(f->shown, l->number, "'record room.happened', in small letters");
    if (kind_named(l->word[1])) stop_at(f->shown, l->number, "%s is declared twice", l->word[1]);
    if (kind_n == KINDS_MAX) stop_at(f->shown, l->number, "more than %d kinds", KINDS_MAX);
    Kind *k = &kinds[kind_n];
    *k = (Kind){ .file = f, .line = l->number, .name = keep(l->word[1]), .c_name = c_name_of(l->word[1]) };
    for (int i = 0; i < kind_n; i++)
        if (strcmp(kinds[i].c_name, k->c_name) == 0) stop_at(f->shown, l->number, "in C, %s has the same name as %s: %s", k->name, kinds[i].name, k->c_name);
    kind_n++;
    return k;
}

static void hear_read(File *f, const Line *l)
{
    if (l->n != 2) stop_at(f->shown, l->number, "'hear room.happened'");
    if (heard_n == HEARD_MAX) stop_at(f->shown, l->number, "more than %d heard", HEARD_MAX);
    for (int i = 0; i < heard_n; i++)
        if (heard[i].file == f && strcmp(heard[i].name, l->word[1]) == 0) stop_at(f->shown, l->number, "%s is heard twice", l->word[1]);
    heard[heard_n++] = (Heard){ f, l->number, keep(l->word[1]), NULL };
}

static Kind *line_read(File *f, Kind *k, const Line *l)
{
    if (l->n == 0) return k;
    if (l->indent == 0) {
        if (is(l->word[0], "record")) return kind_begin(f, l);
        if (is(l->word[0], "hear")) { hear_read(f, l); return NULL; }
        stop_at(f->shown, l->number, "a file holds 'record' and 'hear'");
    }
    if (!k) stop_at(f->shown, l->number, "this belongs to no record");
    if (l->indent == 2) kind_line(k, l);
    else if (!k->in_body || (l->indent != 4 && l->indent != 6))
        stop_at(f->shown, l->number, "two blanks before what a record says; below 'body' four before a field, six before a field of a list");
    else if (k->body_none) stop_at(f->shown, l->number, "%s has said 'body none'", k->name);
    else if (l->indent == 4) body_line(k, l);
    else row_line(k, l);
    return k;
}

/* "learn" of "…/learn.records": the beginning of names in C, and of the names of what comes out. */
static char *prefix_of(const File *f)
{
    char *prefix = keep(strrchr(f->path, '/') ? strrchr(f->path, '/') + 1 : f->path), *dot = strchr(prefix, '.');
    if (!dot || strcmp(dot, ".records") != 0) stop_at(f->shown, 1, "is not a .records file");
    *dot = 0;
    if (!is_field_name(prefix)) stop_at(f->shown, 1, "the file's name begins names in C, so it must be one: small letters");
    for (const File *other = files; other < f; other++)
        if (strcmp(other->prefix, prefix) == 0) stop_at(f->shown, 1, "has the same name as %s", other->shown);
    return prefix;
}

/* fgets would read over a NUL byte as if the line ended there. */
static bool line_get(const File *f, int number, char *text, int size, FILE *in)
{
    int n = 0;
    for (int c; (c = getc(in)) != EOF; ) {
        if (n == size - 1) stop_at(f->shown, number, "a line of more than %d bytes", size - 2);
        if ((c < ' ' && c != '\n' && c != '\t' && c != '\r') || c == 127) stop_at(f->shown, number, "a control character");
        text[n++] = (char)c;
        if (c == '\n') break;
    }
    if (ferror(in)) stop_at(f->shown, number, "cannot be read");
    text[n] = 0;
    return n > 0;
}

static void file_read(const char *path)
{
    if (file_n == FILES_MAX) stop_at(path, 1, "more than %d files", FILES_MAX);
    File *f = &files[file_n++];
    *f = (File){ .path = path, .shown = shown_path(path) };
    f->prefix = prefix_of(f);
    FILE *in = fopen(path, "rb");
    if (!in) stop_at(f->shown, 1, "cannot be read");
    static Line l;
    char text[LINE_BYTES_MAX + 2];
    Kind *k = NULL;
    for (l.number = 1; line_get(f, l.number, text, sizeof text, in); l.number++) {
        words_read(f, &l, text);
        k = line_read(f, k, &l);
    }
    fclose(in);
}

static void heard_resolve(void)
{
    for (int i = 0; i < heard_n; i++) {
        heard[i].kind = kind_named(heard[i].name);
        if (!heard[i].kind) stop_at(heard[i].file->shown, heard[i].line, "no record is called %s", heard[i].name);
        if (heard[i].kind->file == heard[i].file) stop_at(heard[i].file->shown, heard[i].line, "%s is declared here: it is applied, not heard", heard[i].name);
    }
}

/* ---- C comes out ------------------------------------------------------------------------------------------------------------ */

/* A line that is BACK becomes "#line" of the file that is made, when it is written out. */
#define BACK "\001\n"
static char made_path[4096], *made;
static size_t made_n;

static FILE *output(const char *dir, const char *prefix, const char *end)
{
    snprintf(made_path, sizeof made_path, "%s/%s_records%s", dir, prefix, end);
    return need(open_memstream(&made, &made_n));
}

static void output_end(FILE *memory)
{
    bool bad = fclose(memory) != 0;
    FILE *f = bad ? NULL : fopen(made_path, "wb");
    for (size_t i = 0, line = 1; f && i < made_n; i++) {
        if (made[i] == BACK[0]) fprintf(f, "#line %zu \"%s\"", line + 1, strrchr(made_path, '/') + 1);
        else fputc(made[i], f);
        line += made[i] == '\n';
    }
    if (!f || ferror(f) | fclose(f)) { fprintf(stderr, "recgen: %s could not be written\n", made_path); exit(1); }
}

static const char *c_type(const char *type)
{
    if (is(type, "str") || is(type, "file")) return "str ";
    if (is(type, "real")) return "double ";
    return is(type, "bool") ? "bool " : "int64_t ";
}

static void body_struct_out(FILE *f, const Kind *k)
{
    for (int i = 0; i < k->field_n; i++) {
        const Field *list = &k->field[i];
        if (!list->rows) continue;
        fprintf(f, "typedef struct %s_%s {\n", k->c_name, list->name);
        for (int r = 0; r < list->row_n; r++) fprintf(f, "    %s%s;\n", c_type(list->rows[r].type), list->rows[r].name);
        fprintf(f, "} %s_%s;\n", k->c_name, list->name);
    }
    fprintf(f, "typedef struct %s_body {\n", k->c_name);
    for (int i = 0; i < k->field_n; i++) {
        const Field *field = &k->field[i];
        if (field->rows) fprintf(f, "    struct { const %s_%s *row; ptrdiff_t n; } %s;\n", k->c_name, field->name, field->name);
        else fprintf(f, "    %s%s;\n", c_type(field->type), field->name);
    }
    fprintf(f, "} %s_body;\n", k->c_name);
}

static bool has_stream(const Kind *k)     /* as a parameter: not where it is known */
{
    return !is_only(k, "public") && !is(k->needs, "NEEDS_SELF");
}

static const char *subject_type(const Kind *k)
{
    if (is(k->subject, "none")) return NULL;
    return is(k->subject, "text") ? "str " : "int64_t ";
}

static void add_out(FILE *f, const Kind *k)
{
    fprintf(f, "int64_t %s_add(Scope *s", k->c_name);
    if (k->stream_n > 1) fprintf(f, ", Audience audience");
    if (has_stream(k)) fprintf(f, ", int64_t stream");
    if (subject_type(k)) fprintf(f, ", %ssubject", subject_type(k));
    if (k->field_n) fprintf(f, ", %s_body b", k->c_name);
    fputs(")", f);
}

static void apply_out(FILE *f, const Kind *k, const char *prefix)
{
    if (prefix) fprintf(f, "void %s_hears_%s(Scope *s, const Record *r", prefix, k->c_name);
    else fprintf(f, "void %s_apply(Scope *s, const Record *r", k->c_name);
    if (k->field_n) fprintf(f, ", const %s_body *b", k->c_name);
    fputs(")", f);
}

static int kinds_in(const File *file)
{
    int n = 0;
    for (int i = 0; i < kind_n; i++) n += kinds[i].file == file;
    for (int i = 0; i < heard_n; i++) n += heard[i].file == file;
    return n;
}

static void upper_out(FILE *f, const char *word)
{
    for (; *word; word++) fputc(toupper((unsigned char)*word), f);
}

static void header_out(const char *dir, const File *file)
{
    FILE *f = output(dir, file->prefix, ".h");
    fprintf(f, "/* Made by tools/recgen from %s. Change that file instead. */\n#pragma once\n#include \"journal/journal.h\"\n", file->shown);
    for (int i = 0; i < heard_n; i++)
        if (heard[i].file == file) fprintf(f, "#include \"%s_records.h\"\n", heard[i].kind->file->prefix);
    fputs("\nenum { ", f);
    upper_out(f, file->prefix);
    fprintf(f, "_RECORDS = %d };\nextern const EntryKind %s_records[];\n", kinds_in(file), file->prefix);
    for (int i = 0; i < kind_n; i++) {
        const Kind *k = &kinds[i];
        if (k->file != file) continue;
        fprintf(f, "\n/* %s:%d */\n", file->shown, k->line);
        if (k->field_n) body_struct_out(f, k);
        fprintf(f, "extern const EntryKind *const %s_kind;\nextern const BodyShape %s_shape;\n", k->c_name, k->c_name);
        add_out(f, k);
        fputs(";\n", f);
        apply_out(f, k, NULL);
        fputs(";\n", f);
    }
    for (int i = 0; i < heard_n; i++) {
        if (heard[i].file != file) continue;
        fprintf(f, "\n/* %s:%d */\n", file->shown, heard[i].line);
        apply_out(f, heard[i].kind, file->prefix);
        fputs(";\n", f);
    }
    output_end(f);
}

static void fields_out(FILE *f, const char *array, const char *of, const Field *field, int n, const char *c_name)
{
    fprintf(f, "static const BodyField %s[] = {\n", array);
    for (int i = 0; i < n; i++) {
        fprintf(f, "    { \"%s\", BODY_", field[i].name);
        upper_out(f, field[i].type);
        fprintf(f, ", offsetof(%s, %s), %ld, ", of, field[i].name, field[i].max);
        if (field[i].rows) fprintf(f, "&%s_%s_shape },\n", c_name, field[i].name);
        else fputs("NULL },\n", f);
    }
    fputs("};\n", f);
}

static void shape_out(FILE *f, const Kind *k)
{
    char array[256], of[256];
    for (int i = 0; i < k->field_n; i++) {
        const Field *list = &k->field[i];
        if (!list->rows) continue;
        snprintf(array, sizeof array, "%s_%s_fields", k->c_name, list->name);
        snprintf(of, sizeof of, "%s_%s", k->c_name, list->name);
        fields_out(f, array, of, list->rows, list->row_n, k->c_name);
        fprintf(f, "static const BodyShape %s_%s_shape = { %s, %d, sizeof(%s), alignof(%s) };\n", k->c_name, list->name, array, list->row_n, of, of);
    }
    if (!k->field_n) {
        fprintf(f, "const BodyShape %s_shape = { NULL, 0, 0, 1 };\n", k->c_name);
        return;
    }
    snprintf(array, sizeof array, "%s_fields", k->c_name);
    snprintf(of, sizeof of, "%s_body", k->c_name);
    fields_out(f, array, of, k->field, k->field_n, k->c_name);
    fprintf(f, "const BodyShape %s_shape = { %s, %d, sizeof(%s), alignof(%s) };\n", k->c_name, array, k->field_n, of, of);
}

static void thunk_out(FILE *f, const Kind *k, const char *prefix)
{
    const char *of = prefix ? prefix : "";
    fprintf(f, "static void call_%s%s%s(Scope *s, const Record *r, const void *b)\n{\n    ", of, prefix ? "_hears_" : "", k->c_name);
    if (!k->field_n) fputs("(void)b;\n    ", f);
    if (prefix) fprintf(f, "%s_hears_%s(s, r%s);\n}\n", prefix, k->c_name, k->field_n ? ", b" : "");
    else fprintf(f, "%s_apply(s, r%s);\n}\n", k->c_name, k->field_n ? ", b" : "");
}

static void add_body_out(FILE *f, const Kind *k)
{
    add_out(f, k);
    fprintf(f, "\n{\n    return journal_add%s(s, %s_kind, ", k->stream_n > 1 ? "_in" : "", k->c_name);
    if (k->stream_n > 1) fputs("audience, ", f);
    if (is_only(k, "public")) fputs("STREAM_PUBLIC, ", f);
    else if (is_only(k, "card")) fputs(has_stream(k) ? "-stream, " : "-s->me, ", f);
    else fputs(has_stream(k) ? "stream, " : "s->me, ", f);
    if (is(k->subject, "none")) fputs("S(\"\"), ", f);
    else fputs(is(k->subject, "text") ? "subject, " : "journal_subject(s, subject), ", f);
    fprintf(f, "%s);\n}\n", k->field_n ? "&b" : "NULL");
}

/* As C and catalogues of translations write it; two '?' in a row would begin a trigraph in C. */
static void quoted_out(FILE *f, const char *text, bool in_c)
{
    fputc('"', f);
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\' || (in_c && *p == '?' && p > text && p[-1] == '?')) fputc('\\', f);
        if (*p == '\t') fputs("\\t", f);
        else fputc(*p, f);
    }
    fputc('"', f);
}

/* A role that there is not stops the compiler, who is told whose line that is. */
static void needs_out(FILE *f, const Kind *k)
{
    fprintf(f, "\n#line %d ", k->needs_line);
    quoted_out(f, k->file->shown, true);
    fprintf(f, "\n      .needs = %s,\n" BACK, k->needs);
}

static void entry_out(FILE *f, const Kind *k, const Heard *h)
{
    fprintf(f, "    { .kind = \"%s\", .file = ", k->name);
    quoted_out(f, h ? h->file->shown : k->file->shown, true);
    fprintf(f, ", .line = %d, .shape = &%s_shape,", h ? h->line : k->line, k->c_name);
    if (h) {
        fprintf(f, " .heard = true, .apply = call_%s_hears_%s },\n", h->file->prefix, k->c_name);
        return;
    }
    needs_out(f, k);
    for (int i = 0; i < k->stream_n; i++) fputs(i ? " | 1 << AUDIENCE_" : "      .audiences = 1 << AUDIENCE_", f), upper_out(f, k->streams[i]);
    fputs(", .subject = SUBJECT_", f), upper_out(f, k->subject);
    fputs(", .whose = WHOSE_", f), upper_out(f, k->whose);
    fputs(", .meet = MEET_", f), upper_out(f, k->meet);
    fprintf(f, ",\n      .keep_years = %ld, ", k->keep_years);
    if (k->keep_why) fputs(".keep_why = ", f), quoted_out(f, k->keep_why, true), fputs(", ", f);
    if (k->shown) fputs(".shown = ", f), quoted_out(f, k->shown, true), fputs(", ", f);
    fprintf(f, ".apply = call_%s },\n", k->c_name);
}

static void source_out(const char *dir, const File *file)
{
    FILE *f = output(dir, file->prefix, ".c");
    fprintf(f, "/* Made by tools/recgen from %s. Change that file instead. */\n#include \"%s_records.h\"\n", file->shown, file->prefix);
    for (int i = 0; i < kind_n; i++) {
        if (kinds[i].file != file) continue;
        fputc('\n', f);
        shape_out(f, &kinds[i]);
        thunk_out(f, &kinds[i], NULL);
    }
    for (int i = 0; i < heard_n; i++)
        if (heard[i].file == file) fputc('\n', f), thunk_out(f, heard[i].kind, file->prefix);
    fprintf(f, "\nconst EntryKind %s_records[] = {\n", file->prefix);
    for (int i = 0; i < kind_n; i++)
        if (kinds[i].file == file) entry_out(f, &kinds[i], NULL);
    for (int i = 0; i < heard_n; i++)
        if (heard[i].file == file) entry_out(f, heard[i].kind, &heard[i]);
    fputs("    { .kind = NULL },\n};\n", f);
    for (int i = 0, at = 0; i < kind_n; i++) {
        if (kinds[i].file != file) continue;
        fprintf(f, "\nconst EntryKind *const %s_kind = &%s_records[%d];\n", kinds[i].c_name, file->prefix, at++);
        add_body_out(f, &kinds[i]);
    }
    output_end(f);
}

static void pot_entry_out(FILE *f, const File *file, int line, const char *text)
{
    fprintf(f, "#: %s:%d\nmsgid ", file->shown, line);
    quoted_out(f, text, false);
    fputs("\nmsgstr \"\"\n\n", f);
}

/* What she reads of what is kept, and before she erases herself, is translated as everything is. */
static void pot_out(const char *dir, const File *file)
{
    FILE *f = output(dir, file->prefix, ".pot");
    for (int i = 0; i < kind_n; i++) {
        if (kinds[i].file != file) continue;
        if (kinds[i].keep_why) pot_entry_out(f, file, kinds[i].keep_line, kinds[i].keep_why);
        if (kinds[i].shown) pot_entry_out(f, file, kinds[i].shown_line, kinds[i].shown);
    }
    output_end(f);
}

int main(int argc, char **argv)
{
    if (argc < 2) { fputs("usage: recgen OUTDIR FILE.records…\n", stderr); return 2; }
    for (int i = 2; i < argc; i++) file_read(argv[i]);
    for (int i = 0; i < kind_n; i++) {
        said_check(&kinds[i]);
        sense_check(&kinds[i]);
    }
    heard_resolve();
    for (int i = 0; i < file_n; i++) {
        header_out(argv[1], &files[i]);
        source_out(argv[1], &files[i]);
        pot_out(argv[1], &files[i]);
    }
    return 0;
}
