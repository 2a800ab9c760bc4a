/* html - writing markup that cannot be injected into: escaping by type and by place.
 *
 * Pages are .html files compiled to C by tools/tmplgen (its head comment is the language). Generated code calls only
 * what stands here. The type decides: str and numbers are escaped, Html passes, Url goes only where an address stands;
 * any other type is a compile error at the line of the template. */
#pragma once
#include "base/base.h"

void html_text(Out *o, str s);             /* & < > " ' */
void html_path(Out *o, str s);             /* one segment or value inside an address in an attribute: %XX, then safe in HTML */
bool url_checked(Arena *keep, str s, Url *ret);   /* http, https, mailto, tel, or a path of this site; nothing else */

static inline void html_put_str(Out *o, str s) { html_text(o, s); }
static inline void html_put_int(Out *o, int64_t v) { out_int(o, v); }
static inline void html_put_html(Out *o, Html h) { out_str(o, h.s); }
static inline void html_put_url(Out *o, Url u) { html_text(o, u.s); }
static inline void html_raw_html(Out *o, Html h) { out_str(o, h.s); }

/* {{ x }} between tags or in a quoted attribute */
#define HTML_PUT(o, x) _Generic((x), str: html_put_str, Url: html_put_url, \
    int: html_put_int, long: html_put_int, long long: html_put_int)((o), (x))
/* {{ raw x }} */
#define HTML_RAW(o, x) _Generic((x), Html: html_raw_html)((o), (x))
/* {{ x }} inside href, src, action, formaction, poster, cite: Url stands for the whole address, anything else for a part of it */
#define HTML_PUT_IN_URL(o, x) _Generic((x), Url: html_put_url, str: html_path, \
    int: html_put_int, long: html_put_int, long long: html_put_int)((o), (x))

/* {{ if x }}: true for a number other than 0, text that is not empty, rows that are there */
static inline bool html_true_str(str s) { return s.n > 0; }
static inline bool html_true_html(Html h) { return h.s.n > 0; }
static inline bool html_true_int(int64_t v) { return v != 0; }
static inline bool html_true_ptr(const void *p) { return p != NULL; }
#define HTML_IF(x) _Generic((x), str: html_true_str, Html: html_true_html, bool: html_true_int, int: html_true_int, \
    long: html_true_int, long long: html_true_int, default: html_true_ptr)(x)
