/* base - text, memory, faults and numbers: what every other room stands on.
 *
 * Text is a pointer and a length, passed by value; `{0}` is the empty text. NUL bytes mean nothing here:
 * they are made at the edge of the system (str_z) and nowhere else.
 *
 * Memory belongs to a lifetime. A Region is one contiguous reservation; an Arena is two pointers into it. Nothing
 * inside is freed singly: the owner resets the region and everything is gone. A copied Arena is scratch: what it
 * gave out is dead when the copy goes out of use (SCRATCH says so, and ASan then reports later use).
 *
 * Three kinds of failure, three mechanisms:
 *   ours      a broken invariant          CHECK(): prints the place and aborts, in release builds too
 *   machine's a full disk, a lost server  fault(): jumps to the one landing of this piece of work, which rolls back
 *   person's  not found, invalid          a returned value
 * fault() must not be called from inside a callback of a third-party library, nor while a lock is held.
 */
#pragma once
#include <setjmp.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "base/banned.h"

/* ---- text ------------------------------------------------------------------------------------------------- */

typedef struct str { const char *p; ptrdiff_t n; } str;
typedef struct Html { str s; } Html;   /* markup that is safe to send as it stands; made only by code that escapes */
typedef struct Url { str s; } Url;    /* a whole address whose scheme was checked (url_checked), not yet attribute-escaped */

#define S(literal) ((str){ "" literal "", (ptrdiff_t)sizeof(literal) - 1 })
#define STR_ARG(s) (int)(s).n, (s).n ? (s).p : ""     /* for "%.*s" */

typedef struct { str head, tail; bool found; } str_pair;
typedef struct Arena Arena;

static inline bool str_eq(str a, str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, (size_t)a.n) == 0); }
str      str_from(const char *z);                        /* borrowed; NULL gives the empty text */
int      str_cmp(str a, str b);                          /* byte order, as memcmp */
bool     str_starts(str s, str prefix);
bool     str_ends(str s, str suffix);
bool     str_eq_nocase(str a, str b);                    /* ASCII letters only: for header names and schemes */
ptrdiff_t str_find(str s, str needle);                   /* offset, or -1 */
str_pair str_cut(str s, char at);                        /* head before the first `at`, tail after it; not found: head = s */
str      str_trim(str s);                                /* ASCII blanks at both ends */
str      str_slice(str s, ptrdiff_t from, ptrdiff_t to); /* clamped */
bool     str_int(str s, int64_t *ret);                   /* the whole text, optional '-', no blanks; false on overflow */
bool     str_is_utf8(str s);                             /* valid UTF-8 (RFC 3629: no surrogates, no overlong) */
bool     str_is_plain(str s, bool lines);                /* valid UTF-8 without NUL, control characters (TAB and, with
                                                            `lines`, LF are allowed) and without direction overrides
                                                            U+202A-E, U+2066-9 */
str      str_shown(Arena *keep, str s);                  /* to be shown: U+FFFD for all that str_is_plain(s, true) refuses, but
                                                            for CR */
str      str_clip(str s, ptrdiff_t bytes);               /* its head, of at most so many bytes and no half of a letter */
ptrdiff_t str_chars(str s);                              /* code points of valid UTF-8 */
uint64_t str_hash(str s, uint64_t seed);                 /* fast, not for secrets */
int32_t  utf8_next(str *s);                              /* takes one code point off the front; -1 at end or on a bad byte
                                                            (which is then skipped) */

/* ---- memory ------------------------------------------------------------------------------------------------ */

typedef struct Landing Landing;
typedef struct Arena { char *at, *end; Landing *landing; } Arena;

typedef struct Region { char *base; size_t size; bool used; } Region;
bool  region_open(Region *r, size_t bytes);              /* reserves address space only; false when the machine refuses */
Arena region_arena(Region *r, Landing *landing);         /* the whole region, empty; earlier arenas of it are dead */
void  region_reset(Region *r, size_t keep);              /* give pages above `keep` bytes back to the machine */
void  region_close(Region *r);

void *arena_alloc(Arena *a, ptrdiff_t size, ptrdiff_t align, ptrdiff_t count);   /* zeroed; a full arena faults */
#define NEW(arena, T, n) ((T *)arena_alloc((arena), sizeof(T), alignof(T), (n)))

/* SCRATCH(tmp, arena): `tmp` is an Arena whose memory dies with the enclosing block, and earlier when something else
 * allocates in `arena` itself: never hand scratch memory to a query or to any function that takes the same Scope. */
#define SCRATCH(name, parent) Arena name = *(parent); __attribute__((cleanup(scratch_end))) const Scratch name##_scratch = { (parent), &(name) }
typedef struct Scratch { const Arena *from, *arena; } Scratch;
void  scratch_end(const Scratch *scratch);
void  arena_rewind(Arena *a, Arena mark);                /* to a copy of *a made before: what was made since is dead */
void  arena_poison(Arena *a);                            /* nothing that lies in what is free may be used */

str   str_keep(Arena *keep, str s);                      /* a copy, followed by a NUL that is not counted */
const char *str_z(Arena *keep, str s);                   /* the same as char *: for the edge of the system */
str   str_fmt(Arena *keep, const char *format, ...) __attribute__((format(printf, 2, 3)));
str   str_join(Arena *keep, const str *parts, ptrdiff_t n, str between);     /* this too is followed by a NUL */
/* One text after the other; quicker than str_fmt by far. str_cat(arena, S("/learn/"), key) */
#define str_cat(keep, ...) \
    str_join((keep), (const str[]){ __VA_ARGS__ }, (ptrdiff_t)(sizeof(((const str[]){ __VA_ARGS__ })) / sizeof(str)), (str){ 0 })

/* Out: text that grows in an arena. */
typedef struct Out { Arena *arena; char *p; ptrdiff_t n, cap; } Out;
void out_init(Out *o, Arena *arena, ptrdiff_t cap);
void out_more(Out *o, ptrdiff_t room);                   /* at least `room` bytes free at p + n */
static inline void out_bytes(Out *o, const char *p, ptrdiff_t n)
{
    if (n <= 0) return;
    if (o->cap - o->n < n) out_more(o, n);
    memcpy(o->p + o->n, p, (size_t)n);
    o->n += n;
}
static inline void out_str(Out *o, str s) { out_bytes(o, s.p, s.n); }
static inline void out_char(Out *o, char c) { out_bytes(o, &c, 1); }
#define out_lit(o, literal) out_bytes((o), "" literal "", (ptrdiff_t)sizeof(literal) - 1)
void out_int(Out *o, int64_t v);
void out_fmt(Out *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline str out_text(const Out *o) { return (str){ o->p, o->n }; }

/* ---- faults ------------------------------------------------------------------------------------------------ */

typedef enum FaultKind {
    FAULT_NONE,
    FAULT_MEMORY,      /* the arena's limit */
    FAULT_DB,          /* the database refused or failed */
    FAULT_RETRY,       /* the database says: run the whole piece of work again (serialisation, busy, lost connection) */
    FAULT_AWAY,        /* the database cannot be reached: trying at once again would only make a queue */
    FAULT_DISK,        /* no room, or a file could not be written */
    FAULT_INJECTED,    /* asked for by a test */
} FaultKind;

struct Landing {
    jmp_buf     jump;
    FaultKind   kind;
    const char *file;  /* of the fault() call, or of the .sql text that failed */
    int         line;
    char        what[240];
};

_Noreturn void fault_at(Landing *l, const char *file, int line, FaultKind kind, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#define CHECK(cond) do { if (!(cond)) check_failed(__FILE__, __LINE__, #cond); } while (0)
_Noreturn void check_failed(const char *file, int line, const char *what);

/* ---- small codecs ------------------------------------------------------------------------------------------ */

str  hex_encode(Arena *keep, str bytes);
bool hex_decode(Arena *keep, str hex, str *ret);
str  base64url_encode(Arena *keep, str bytes);           /* RFC 4648 section 5, no padding */
bool base64url_decode(Arena *keep, str text, str *ret);  /* strict: no padding, no stray bits */
str  url_escape(Arena *keep, str s);                     /* RFC 3986 unreserved stays, the rest is %XX */
bool url_unescape(Arena *keep, str s, bool plus, str *ret); /* %XX (and '+' to blank when `plus`); false on a bad escape or %00 */

/* ---- time -------------------------------------------------------------------------------------------------- */

/* Times are int64_t milliseconds since 1970-01-01T00:00:00Z. */
enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
#define DAY (24 * (int64_t)HOUR)
str  time_iso(Arena *keep, int64_t ms);                  /* 2026-11-22T03:00:00Z */
bool time_iso_parse(str s, int64_t *ret_ms);             /* the same form, or with a fraction (cut to ms) and an offset: xsd:dateTimeStamp */
str  time_http(Arena *keep, int64_t ms);                 /* RFC 9110 section 5.6.7, IMF-fixdate */
bool time_http_parse(str s, int64_t *ret_ms);            /* IMF-fixdate only */
