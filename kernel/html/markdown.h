/* markdown - lessons from CommonMark with tables (md4c's SAX parser, our own renderer). Rendered when content is
 * installed, never when it is shown.
 *
 * No HTML passes. Addresses: http, https, mailto, or relative, by url_checked; images only relative. Beyond CommonMark:
 *   ::: name Title …:::      a block (example, tip, warning, mistake, specimen, case, steps, keys): a <section> of that class
 *   [[term]] [[text|term]]   a glossary term
 *   {=12*4.5|54.00}          a worked number: shows 54.00; the formula is computed and must give it (decimal, half up)
 * Headings start at h2. Documents are at most 64 KiB. */
#pragma once
#include "base/base.h"

typedef struct MarkdownProblem { int line; str what; } MarkdownProblem;
typedef struct MarkdownHooks {
    void *self;
    bool (*term)(void *self, Arena *keep, str term, str *ret_href);            /* false: unknown, a problem */
    bool (*image)(void *self, Arena *keep, str src, str alt, Html *ret);       /* the figure's markup; false: missing, a problem */
    bool (*link)(void *self, Arena *keep, str href, str *ret_href);            /* relative links; false: broken, a problem */
} MarkdownHooks;
typedef struct Markdown {
    Html html;  str text;                    /* text: for search and for counting words */
    int64_t words; int figures, worked;
    struct { str *row; ptrdiff_t n; } headings, blocks, links;
    MarkdownProblem *problem; ptrdiff_t problem_n;
} Markdown;
Markdown markdown_render(Arena *keep, str source, int first_line, const MarkdownHooks *hooks);
