/* markdown - lessons from CommonMark with tables (md4c's SAX parser, our own renderer). Rendered when content is
 * installed, never when it is shown.
 *
 * No HTML passes. Addresses: http, https, mailto, tel, or relative, by url_checked; images only relative. Beyond CommonMark:
 *
 *   ::: name Title … :::     a block (example, tip, warning, mistake, specimen, case, steps, keys): a <section> of that
 *                            class; both fences begin their line; blocks may stand in blocks
 *   [[term]] [[text|term]]   a glossary term
 *   {=12*4.5|54.00}          a worked number: shows 54.00; the formula is computed and must give it (decimal.h)
 *
 * Headings start at h2, which is written ##; each has the id h-its-words, and a link to #its-words leads there. A picture
 * stands in a paragraph of its own and becomes a <figure>; its title is the caption. A table stands in a box that can be
 * scrolled by keyboard and finger. Links by reference ([text][name]) reach to the next fence, not across.
 *
 * Documents are at most 64 KiB: md4c is quadratic in places, and at this size that does not matter. */
#pragma once
#include "base/base.h"

typedef struct MarkdownProblem { int line; str what; } MarkdownProblem;

typedef struct MarkdownHooks {
    void *self;
    /* Each may be NULL: then terms are plain text, pictures are missing, relative links stay as they are. */
    bool (*term)(void *self, Arena *keep, str term, str *ret_href);            /* false: unknown, a problem */
    bool (*image)(void *self, Arena *keep, str src, str alt, Html *ret);       /* the picture, without <figure> or caption;
                                                                                  false: missing, a problem */
    bool (*link)(void *self, Arena *keep, str href, str *ret_href);            /* relative links; false: broken, a problem */
} MarkdownHooks;

typedef struct MarkdownList { str *row; ptrdiff_t n; } MarkdownList;

typedef struct Markdown {
    Html html;  str text;                       /* text: for search and for counting words */
    int64_t words; int figures, worked;
    MarkdownList headings, blocks, links;       /* plain words of headings, names of blocks, addresses as written */
    MarkdownProblem *problem; ptrdiff_t problem_n;   /* what the author must mend; then the html is not for showing */
} Markdown;

Markdown markdown_render(Arena *keep, str source, int first_line, const MarkdownHooks *hooks);
str      markdown_id(Arena *keep, str heading);   /* "What changes fast" -> "what-changes-fast": what a #link says */
