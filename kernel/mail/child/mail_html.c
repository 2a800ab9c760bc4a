/* mail_html - what can be read of HTML, for who wants words: tags go, blocks become lines, links lose their address. No parser: any bytes
 * are taken, and nothing in them is believed. */
#include "mail_parts.h"

enum { NAME_MAX_BYTES = 12 };

typedef struct HtmlText { str rest; GString *to; bool blank, line; } HtmlText;     /* blank, line: owed before the next word */

static const struct { const char *name; const char *text; } entities[] = {
    { "amp", "&" }, { "lt", "<" }, { "gt", ">" }, { "quot", "\"" }, { "apos", "'" }, { "nbsp", " " }, { "copy", "\xC2\xA9" },
    { "reg", "\xC2\xAE" }, { "hellip", "\xE2\x80\xA6" }, { "mdash", "\xE2\x80\x94" }, { "ndash", "\xE2\x80\x93" },
    { "lsquo", "\xE2\x80\x98" }, { "rsquo", "\xE2\x80\x99" }, { "ldquo", "\xE2\x80\x9C" }, { "rdquo", "\xE2\x80\x9D" }, { "euro", "\xE2\x82\xAC" },
    { "bull", "\xE2\x80\xA2" }, { "middot", "\xC2\xB7" }, { "auml", "\xC3\xA4" }, { "ouml", "\xC3\xB6" }, { "uuml", "\xC3\xBC" },
    { "eacute", "\xC3\xA9" }, { "egrave", "\xC3\xA8" }, { "ntilde", "\xC3\xB1" }, { "szlig", "\xC3\x9F" },
};

static void settle(HtmlText *h)
{
    if (h->to->len && h->line) g_string_append_c(h->to, '\n');
    else if (h->to->len && h->blank) g_string_append_c(h->to, ' ');
    h->line = h->blank = false;
}

static void word(HtmlText *h, const char *p, gssize n)
{
    settle(h);
    g_string_append_len(h->to, p, n);
}

static void number(HtmlText *h, str digits)
{
    bool hex = digits.n && (*digits.p | 0x20) == 'x';
    long c = strtol(digits.p + hex, NULL, hex ? 16 : 10);
    char room[8];
    if (c < 0x20 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
    word(h, room, g_unichar_to_utf8((gunichar)c, room));
}

/* "&name;" or "&#…;" at the front; anything else is an ampersand. */
static void entity(HtmlText *h)
{
    char name[NAME_MAX_BYTES + 1];
    int n = 0;
    for (; n < NAME_MAX_BYTES && n + 1 < h->rest.n && (g_ascii_isalnum(h->rest.p[n + 1]) || h->rest.p[n + 1] == '#'); n++)
        name[n] = h->rest.p[n + 1];
    name[n] = '\0';
    bool ended = n + 1 < h->rest.n && h->rest.p[n + 1] == ';';
    const char *text = NULL;
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (strcmp(entities[i].name, name) == 0) text = entities[i].text;
    if (n > 1 && name[0] == '#') number(h, (str){ name + 1, n - 1 });
    else if (text) word(h, text, -1);
    else { word(h, "&", 1); n = 0; ended = false; }
    h->rest = str_slice(h->rest, 1 + n + ended, h->rest.n);
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0) return true;
    return false;
}

/* Up to and with "</name": what stands between is for machines. */
static void skip_element(HtmlText *h, const char *name)
{
    size_t n = strlen(name);
    for (; h->rest.n > 0; h->rest = str_slice(h->rest, 1, h->rest.n))
        if (h->rest.n >= (ptrdiff_t)n + 2 && h->rest.p[0] == '<' && h->rest.p[1] == '/' && g_ascii_strncasecmp(h->rest.p + 2, name, n) == 0) return;
}

static void skip_past(HtmlText *h, str end)
{
    ptrdiff_t at = str_find(h->rest, end);
    h->rest = at < 0 ? (str){ 0 } : str_slice(h->rest, at + end.n, h->rest.n);
}

static void tag(HtmlText *h)
{
    static const char *const unseen[] = { "script", "style", "head", "title", "template", NULL };
    static const char *const blocks[] = { "br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote",
                                          "pre", "hr", "section", "article", "header", "footer", NULL };
    char name[NAME_MAX_BYTES + 1];
    int n = 0;
    bool end = h->rest.n > 1 && h->rest.p[1] == '/';
    for (; n < NAME_MAX_BYTES && 1 + end + n < h->rest.n && g_ascii_isalnum(h->rest.p[1 + end + n]); n++)
        name[n] = g_ascii_tolower(h->rest.p[1 + end + n]);
    name[n] = '\0';
    if (str_starts(h->rest, S("<!--"))) skip_past(h, S("-->"));
    else if (n == 0 && !end && !str_starts(h->rest, S("<!"))) word(h, "<", 1), h->rest = str_slice(h->rest, 1, h->rest.n);
    else skip_past(h, S(">"));
    if (is_one_of(name, blocks)) h->line = true;
    if (strcmp(name, "td") == 0 || strcmp(name, "th") == 0) h->blank = true;
    if (!end && is_one_of(name, unseen)) skip_element(h, name);
}

void add_text_of_html(GString *to, str html)
{
    HtmlText h = { .rest = html, .to = to };
    while (h.rest.n > 0) {
        char c = *h.rest.p;
        if (c == '<') tag(&h);
        else if (c == '&') entity(&h);
        else {
            if (g_ascii_isspace(c)) h.blank = true;
            else word(&h, &c, 1);
            h.rest = str_slice(h.rest, 1, h.rest.n);
        }
    }
}
