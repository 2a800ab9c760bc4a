/* learn_render - the Markdown of a pack made into markup, once all addresses, words and figures are known. */
#include "learn_pack.h"

typedef struct Where { Pack *pack; str file, course; } Where;      /* course: whose figures may be shown; "" for none */

/* ---- what Markdown asks ------------------------------------------------------------------------------------------ */

static bool term_href(void *self, Arena *keep, str word, str *ret_href)
{
    const Where *where = self;
    const PackTerm *term = pack_term(where->pack, word);
    if (!term) return false;
    *ret_href = str_fmt(keep, "/learn/glossary#%.*s", STR_ARG(url_escape(keep, term->key)));
    return true;
}

static bool figure_markup(void *self, Arena *keep, str src, str alt, Html *ret)
{
    const Where *where = self;
    Pack *pack = where->pack;
    if (!where->course.n || !str_starts(src, S("figures/"))) return false;
    str path = str_fmt(keep, "%.*s/%.*s", STR_ARG(where->course), STR_ARG(src));
    for (ptrdiff_t i = 0; i < pack->figure_n; i++) {
        if (!str_eq(pack->figure[i].path, path)) continue;
        pack->figure[i].used = true;
        *ret = figure_html(keep, &pack->figure[i], alt);
        return true;
    }
    return false;
}

static bool sheet_known(const Pack *pack, str key)
{
    for (ptrdiff_t i = 0; i < pack->sheet_n; i++)
        if (str_eq(pack->sheet[i].key, key)) return true;
    return str_eq(key, S("glossary"));
}

static bool page_href(void *self, Arena *keep, str href, str *ret_href)
{
    const Where *where = self;
    Pack *pack = where->pack;
    if (!pack_module(pack, href) && !pack_course(pack, href) && !pack_lesson(pack, href) && !sheet_known(pack, href))
        return false;
    *ret_href = str_fmt(keep, "/learn/%.*s", STR_ARG(href));
    return true;
}

static Markdown render(Pack *pack, PackText text, str course)
{
    Where where = { pack, text.file, course };
    MarkdownHooks hooks = { .self = &where, .term = term_href, .image = figure_markup, .link = page_href };
    Markdown md = markdown_render(pack->keep, text.text, text.line, &hooks);
    for (ptrdiff_t i = 0; i < md.problem_n; i++)
        pack_problem(pack->problems, text.file, md.problem[i].line, "%.*s", STR_ARG(md.problem[i].what));
    return md;
}

/* ---- reading level ----------------------------------------------------------------------------------------------- */

static bool vowel(char c) { return c && strchr("aeiouyAEIOUY", c); }
static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\''; }

static int64_t syllables(str word)
{
    int64_t n = 0;
    for (ptrdiff_t i = 0; i < word.n; i++)
        if (vowel(word.p[i]) && (i == 0 || !vowel(word.p[i - 1]))) n++;
    if (n > 1 && (word.p[word.n - 1] == 'e' || word.p[word.n - 1] == 'E')) n--;
    return n ? n : 1;
}

/* Flesch-Kincaid: years of school from the length of sentences and of words. Good enough to compare two lessons. */
static double grade_of(str text)
{
    int64_t sentences = 0, words = 0, parts = 0;
    bool open = false;
    for (ptrdiff_t i = 0; i < text.n; i++) {
        if (letter(text.p[i])) {
            ptrdiff_t from = i;
            while (i < text.n && letter(text.p[i])) i++;
            words++;
            parts += syllables((str){ text.p + from, i-- - from });
            open = true;
        } else if (open && strchr(".!?:\n", text.p[i])) {
            sentences++;
            open = false;
        }
    }
    sentences += open;
    return words ? 0.39 * (double)words / (double)sentences + 11.8 * (double)parts / (double)words - 15.59 : 0;
}

/* ---- the pieces -------------------------------------------------------------------------------------------------- */

static int64_t specimens_in(const Markdown *md)
{
    int64_t n = 0;
    for (ptrdiff_t i = 0; i < md->blocks.n; i++)
        if (str_eq(md->blocks.row[i], S("specimen"))) n++;
    return n;
}

static Markdown render_part(Pack *pack, PackLesson *l, LessonPart *part)
{
    Markdown md = { 0 };
    if (!part->source.line) return md;
    md = render(pack, part->source, pack->course[l->course].key);
    part->html = md.html;
    l->bytes += md.html.s.n;
    l->figures += md.figures;
    l->worked += md.worked;
    l->specimens += specimens_in(&md);
    return md;
}

/* A lesson is twenty screens of a phone long: what stands where is written once, not looked for at every visit. */
static Html contents_of(Pack *pack, const Markdown *body)
{
    Out o;
    out_init(&o, pack->keep, 512);
    for (ptrdiff_t i = 0; i < body->headings.n; i++) {
        str words = body->headings.row[i], id = markdown_id(pack->keep, words);
        out_fmt(&o, "<li><a href=\"#h-%.*s\">", STR_ARG(id));
        html_text(&o, words);
        out_lit(&o, "</a></li>");
    }
    return (Html){ out_text(&o) };
}

static str field_labels(Pack *pack, const PackLesson *l)
{
    Out o;
    out_init(&o, pack->keep, 256);
    for (ptrdiff_t i = 0; i < l->field_n; i++) {
        out_str(&o, l->field[i].label);
        out_char(&o, '\n');
    }
    return out_text(&o);
}

static void render_lesson(Pack *pack, PackLesson *l)
{
    Markdown body = render_part(pack, l, &l->body), keys = render_part(pack, l, &l->keys);
    Markdown task = render_part(pack, l, &l->task), changes = render_part(pack, l, &l->changes);
    render_part(pack, l, &l->sources);
    l->contents = contents_of(pack, &body);
    l->words = body.words + keys.words;
    if (str_eq(pack->language, S("en"))) l->grade = grade_of(body.text);
    const str said[] = {
        l->outcome, body.text, keys.text, l->task_title, task.text, field_labels(pack, l), changes.text
    };
    l->text = str_join(pack->keep, said, sizeof said / sizeof *said, S("\n"));
}

void pack_render(Pack *pack)
{
    pack->html = render(pack, pack->body, S("")).html;
    for (ptrdiff_t i = 0; i < pack->term_n; i++) {
        Markdown md = render(pack, pack->term[i].body, S(""));
        pack->term[i].html = md.html;
        pack->term[i].text = md.text;
    }
    for (ptrdiff_t i = 0; i < pack->module_n; i++)
        pack->module[i].html = render(pack, pack->module[i].body, S("")).html;
    for (ptrdiff_t i = 0; i < pack->course_n; i++) {
        Markdown md = render(pack, pack->course[i].body, pack->course[i].key);
        pack->course[i].html = md.html;
        pack->course[i].text = md.text;
    }
    for (ptrdiff_t i = 0; i < pack->sheet_n; i++) {
        Markdown md = render(pack, pack->sheet[i].body, S(""));
        pack->sheet[i].html = md.html;
        pack->sheet[i].text = md.text;
    }
    for (ptrdiff_t i = 0; i < pack->lesson_n; i++) render_lesson(pack, &pack->lesson[i]);
}
