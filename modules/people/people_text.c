/* people_text - the house's texts: terms of use and privacy notice, each in several languages.
 *
 * Files    <content>/house/terms.en.md, privacy.ar.md, …: read when the program starts. A head, then Markdown (html/markdown.h):
 *
 *              ---
 *              title: Terms of use
 *              version: 2026-12-01
 *              ---
 *
 * Table    people_text: every version that was ever put up here, so that what somebody agreed to can be read again
 * Rule     a version is put up once. A file whose words changed and whose version did not is not taken, and the operator is told: people agreed to
 *          what stood there. English is in force; a translation of another version is not shown, for it says other things. */
#include <sodium.h>

#include "html/markdown.h"
#include "people_own.h"
#include "people_sql.h"
#include "web/site.h"

enum { TITLE_CHARS_MAX = 120, HASH_BYTES = 16, WRONG_MAX = 16 };

static const char *const words[TEXTS] = { [TEXT_TERMS] = "terms", [TEXT_PRIVACY] = "privacy" };
static _Atomic int64_t in_force[TEXTS];      /* what the page must know; the same for all installations of a process, which have one content */
static _Atomic int refused;                  /* files, at the last start */

str people_text_word(PeopleTextName name) { return str_from(words[name]); }
int64_t people_text_version(PeopleTextName name) { return in_force[name]; }

int64_t people_texts_version(void)
{
    int64_t terms = in_force[TEXT_TERMS], privacy = in_force[TEXT_PRIVACY];
    return terms > privacy ? terms : privacy;
}

/* ---- one file ---------------------------------------------------------------------------------------------------------------- */

static bool line_take(str *rest, str *ret)
{
    if (!rest->n) return false;
    str_pair cut = str_cut(*rest, '\n');
    *ret = str_trim(cut.head);
    *rest = cut.found ? cut.tail : (str){ 0 };
    return true;
}

/* "2026-12-01" -> 20261201. That there is such a day is asked of the calendar: only what reads as itself again is one. */
static bool version_read(Arena *keep, str text, int64_t *ret)
{
    int64_t ms, y, m, d;
    if (text.n != 10 || !time_iso_parse(str_cat(keep, text, S("T00:00:00Z")), &ms)) return false;
    if (!str_eq(str_slice(time_iso(keep, ms), 0, 10), text)) return false;
    bool numbers = str_int(str_slice(text, 0, 4), &y) && str_int(str_slice(text, 5, 7), &m) && str_int(str_slice(text, 8, 10), &d);
    if (numbers) *ret = y * 10000 + m * 100 + d;
    return numbers;
}

static const char *head_take(Arena *keep, str line, PeopleText *t)
{
    str_pair cut = str_cut(line, ':');
    str value = str_trim(cut.tail);
    if (str_eq(cut.head, S("title")) && !t->title.n) {
        t->title = value;
        return value.n && str_chars(value) <= TITLE_CHARS_MAX ? NULL : "A title has 1 to 120 characters.";
    }
    if (str_eq(cut.head, S("version")) && !t->version)
        return version_read(keep, value, &t->version) ? NULL : "A version is a day: 2026-12-01.";
    return "The head has a title and a version, each once.";
}

bool people_text_read(Arena *keep, str file, PeopleText *ret, const char **ret_why)
{
    str line;
    PeopleText t = { 0 };
    const char *why = NULL;
    if (file.n > PEOPLE_TEXT_MAX) why = "A text has at most 64 KiB.";
    else if (!str_is_plain(file, true)) why = "A text is plain UTF-8, without control characters.";
    else if (!line_take(&file, &line) || !str_eq(line, S("---"))) why = "A text begins with a head between two lines of three hyphens.";
    while (!why && line_take(&file, &line) && !str_eq(line, S("---"))) why = head_take(keep, line, &t);
    if (!why && (!t.title.n || !t.version || !str_eq(line, S("---")))) why = "The head has a title and a version, each once.";
    t.body = str_trim(file);
    if (!why && !t.body.n) why = "There are no words below the head.";
    *ret_why = why;
    if (!why) *ret = t;
    return !why;
}

/* ---- all of them ------------------------------------------------------------------------------------------------------------------ */

static str hash_of(Arena *keep, const PeopleText *t)
{
    uint8_t hash[HASH_BYTES];
    str all = str_cat(keep, t->title, S("\n"), t->body);
    crypto_generichash(hash, sizeof hash, (const uint8_t *)all.p, (size_t)all.n, NULL, 0);
    return hex_encode(keep, (str){ (char *)hash, sizeof hash });
}

static void refuse(const char *path, const char *why)
{
    refused++;
    os_log(LOG_WARN, "people: %s is not taken: %s", path, why);
}

static bool rendered(Scope *s, const char *path, const PeopleText *t, Html *ret)
{
    static const MarkdownHooks none;
    Markdown m = markdown_render(s->arena, t->body, 1, &none);
    if (m.problem_n) refuse(path, str_z(s->arena, m.problem[0].what));
    *ret = m.html;
    return !m.problem_n;
}

static bool put_up(Scope *s, const char *path, PeopleTextName name, str lang, const PeopleText *t)
{
    Html html;
    people_text_hash_row before;
    str hash = hash_of(s->arena, t);
    if (people_text_hash(s, people_text_word(name), lang, t->version, &before)) {
        bool same = str_eq(before.hash, hash);
        if (!same) refuse(path, "its words changed and its version did not. Give it the day of today as its version");
        return true;
    }
    if (!rendered(s, path, t, &html)) return false;
    people_text_add(s, people_text_word(name), lang, t->version, t->title, hash, html.s);
    return true;
}

static bool file_read(Scope *s, PeopleTextName name, str lang, const char **ret_path, PeopleText *ret)
{
    str file;
    const char *why;
    const char *path = *ret_path = str_z(s->arena, str_fmt(s->arena, "%s/house/%s.%.*s.md", s->site->config.content, words[name], STR_ARG(lang)));
    if (!os_read_file(s->arena, path, PEOPLE_TEXT_MAX, &file)) return false;
    bool fine = people_text_read(s->arena, file, ret, &why);
    if (!fine) refuse(path, why);
    return fine;
}

static void translation_read(Scope *s, PeopleTextName name, str lang, int64_t version)
{
    PeopleText t;
    const char *path;
    if (!file_read(s, name, lang, &path, &t)) return;
    if (t.version == version) put_up(s, path, name, lang, &t);
    else refuse(path, "it translates another version than the English text that is in force");
}

static void text_read(Scope *s, PeopleTextName name)
{
    PeopleText t;
    const char *path;
    in_force[name] = 0;
    if (!file_read(s, name, S("en"), &path, &t) || !put_up(s, path, name, S("en"), &t)) return;
    in_force[name] = t.version;
    for (int i = 1; i < lang_count(); i++) translation_read(s, name, str_from(lang_at(i)->tag), t.version);
}

bool people_text_start(Scope *s)
{
    const char *content = s->site->config.content;
    refused = 0;
    for (PeopleTextName name = 0; name < TEXTS; name++)
        if (content && *content) text_read(s, name);
        else in_force[name] = 0;
    return true;
}

void people_text_doctor(Scope *s, Doctor *d)
{
    if (!in_force[TEXT_TERMS] || !in_force[TEXT_PRIVACY])
        doctor_bad(d, "put house/terms.en.md and house/privacy.en.md into the content folder and start again", "there are no terms, or no privacy notice");
    else if (refused)
        doctor_bad(d, "look into the log, mend the files in the folder `house` of the content and start again", "%d files of the house's texts are not taken", (int)refused);
    else doctor_fine(d, "terms of use and privacy notice are put up: versions %lld and %lld", (long long)in_force[TEXT_TERMS], (long long)in_force[TEXT_PRIVACY]);
}

/* ---- what she says to them --------------------------------------------------------------------------------------------------------- */

/* Whether this answer says more than the last one she gave to this version. */
static bool is_news(const people_agreements_rows *all, PeopleTextName name, bool accepted)
{
    for (ptrdiff_t i = 0; i < all->n; i++)
        if (str_eq(all->row[i].name, people_text_word(name)) && all->row[i].version == in_force[name]) return accepted && !all->row[i].accepted;
    return true;
}

void people_answer(Scope *s, bool accepted)
{
    people_agreements_rows all = people_agreements(s, s->me);
    str lang = str_from(s->lang->tag);
    for (PeopleTextName name = 0; name < TEXTS; name++) {
        people_text_row t;
        if (!in_force[name] || !is_news(&all, name, accepted) || !people_text(s, people_text_word(name), lang, in_force[name], &t)) continue;
        person_agreed_add(s, people_text_word(name), (person_agreed_body){ in_force[name], accepted, t.lang, t.hash });
    }
}
