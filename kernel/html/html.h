/* html - writing markup that cannot be injected into: escaping by type and by place.
 *
 * Pages are .html files compiled to C by tools/tmplgen (its head comment is the language). Generated code calls only
 * what stands here. The type decides: str and numbers are escaped, Html passes, Url goes only where an address stands;
 * any other type is a compile error at the line of the template. */
#pragma once
#include "base/base.h"

void html_text(Out *o, str s);             /* & < > " ' */
void html_path(Out *o, str s);             /* one segment or value inside an address in an attribute: %XX */
bool url_checked(Arena *keep, str s, Url *ret);   /* http, https, mailto, tel, or a path of this site; nothing else */

static inline void html_put_str(Out *o, str s) { html_text(o, s); }
static inline void html_put_int(Out *o, int64_t v) { out_int(o, v); }
static inline void html_put_url(Out *o, Url u) { html_text(o, u.s); }
static inline void html_path_url(Out *o, Url u) { html_path(o, u.s); }
static inline void html_raw_html(Out *o, Html h) { out_str(o, h.s); }
#define HTML_WHOLE_NUMBERS_ \
    int: html_put_int, long: html_put_int, long long: html_put_int, unsigned: html_put_int, short: html_put_int, \
    unsigned short: html_put_int, signed char: html_put_int, unsigned char: html_put_int

/* x stands without parentheses as _Generic's selector, so that gcc's complaint points at the template and not here. */

/* {{ x }} between tags or in a quoted attribute */
#define HTML_PUT(o, x) _Generic(x, str: html_put_str, Url: html_put_url, HTML_WHOLE_NUMBERS_)((o), (x))
/* {{ raw x }} */
#define HTML_RAW(o, x) _Generic(x, Html: html_raw_html)((o), (x))
/* {{ x }} where an address begins (href="{{ x }}…"): a Url is the whole address, anything else a part of one */
#define HTML_PUT_URL(o, x) _Generic(x, Url: html_put_url, str: html_path, HTML_WHOLE_NUMBERS_)((o), (x))
/* {{ x }} further inside an address: even a Url is only a value there, as in "/sign-in?to={{ x }}" */
#define HTML_PUT_IN_URL(o, x) _Generic(x, Url: html_path_url, str: html_path, HTML_WHOLE_NUMBERS_)((o), (x))

/* {{ if x }}: true for a number other than 0, text that is not empty, rows that are there */
static inline bool html_true_str(str s) { return s.n > 0; }
static inline bool html_true_html(Html h) { return h.s.n > 0; }
static inline bool html_true_int(int64_t v) { return v != 0; }
static inline bool html_true_ptr(const void *p) { return p != NULL; }
static inline bool html_true_url(Url u) { return u.s.n > 0; }
static inline bool html_true_uint(uint64_t v) { return v != 0; }
#define HTML_IF(x) _Generic(x, str: html_true_str, Html: html_true_html, Url: html_true_url, bool: html_true_uint, \
    int: html_true_int, long: html_true_int, long long: html_true_int, short: html_true_int, \
    signed char: html_true_int, \
    unsigned: html_true_uint, unsigned long: html_true_uint, unsigned long long: html_true_uint, \
    unsigned short: html_true_uint, unsigned char: html_true_uint, default: html_true_ptr)(x)
