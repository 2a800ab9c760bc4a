/* arena - memory that ends with its owner, text that grows in it, and the place faults land. */
#include "base/scope.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASAN 1
#endif
#endif
#ifdef ASAN
#include <sanitizer/asan_interface.h>

/* What a sanitizer remembers of a large region is given back and not written over: it is an eighth of it, and most was never
 * touched. */
static void unpoison_all(char *p, size_t n)
{
    size_t scale, offset, page = (size_t)sysconf(_SC_PAGESIZE);
    __asan_get_shadow_mapping(&scale, &offset);
    size_t edge = page << scale;
    uintptr_t from = (((uintptr_t)p >> scale) + offset + page - 1) / page * page, to = ((((uintptr_t)p + n) >> scale) + offset) / page * page;
    if (from < to && madvise((void *)from, to - from, MADV_DONTNEED) == 0) {
        ASAN_UNPOISON_MEMORY_REGION(p, edge);
        ASAN_UNPOISON_MEMORY_REGION(p + n - edge, edge);
    } else {
        ASAN_UNPOISON_MEMORY_REGION(p, n);
    }
}
#else
#define unpoison_all(p, n) ((void)(p), (void)(n))
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

/* Beyond what is taken nothing may be used. So much of it is poisoned as somebody who writes past the end would meet; all of a
 * region would cost an eighth of its size, in memory and at every opening. */
enum { FENCE_BYTES = 256 };

static void taken(const Arena *a, char *p)
{
    ptrdiff_t free_bytes = a->end - a->at;
    ASAN_UNPOISON_MEMORY_REGION(p, (size_t)(a->at - p));
    ASAN_POISON_MEMORY_REGION(a->at, (size_t)(free_bytes < FENCE_BYTES ? free_bytes : FENCE_BYTES));
}

bool region_open(Region *r, size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return false;
    *r = (Region){ .base = p, .size = bytes };
    return true;
}

Arena region_arena(Region *r, Landing *landing)
{
    if (r->used) ASAN_POISON_MEMORY_REGION(r->base, r->size);
    r->used = true;
    return (Arena){ r->base, r->base + r->size, landing };
}

void region_reset(Region *r, size_t keep)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t from = (keep + page - 1) / page * page;
    if (from < r->size) madvise(r->base + from, r->size - from, MADV_DONTNEED);
}

void region_close(Region *r)
{
    if (r->used) unpoison_all(r->base, r->size);
    if (r->base) munmap(r->base, r->size);
    *r = (Region){ 0 };
}

/* Not zeroed: for bytes that are written at once. */
static char *arena_room(Arena *a, ptrdiff_t size, ptrdiff_t align, ptrdiff_t count)
{
    ptrdiff_t pad = (ptrdiff_t)(-(uintptr_t)a->at & (uintptr_t)(align - 1));
    ptrdiff_t room = a->end - a->at - pad;
    CHECK(count >= 0 && size > 0);
    if (room < 0 || count > room / size)
        fault_at(a->landing, __FILE__, __LINE__, FAULT_MEMORY, "no room for %td items of %td bytes", count, size);
    char *p = a->at + pad;
    a->at = p + size * count;
    taken(a, p);
    return p;
}

void *arena_alloc(Arena *a, ptrdiff_t size, ptrdiff_t align, ptrdiff_t count)
{
    return memset(arena_room(a, size, align, count), 0, (size_t)(size * count));
}

void arena_poison(Arena *a)
{
    ASAN_POISON_MEMORY_REGION(a->at, (size_t)(a->end - a->at));
}

void arena_rewind(Arena *a, Arena mark)
{
    ASAN_POISON_MEMORY_REGION(mark.at, (size_t)(a->at - mark.at));
    a->at = mark.at;
}

/* What is free after it was poisoned when it became so. */
void scratch_end(const Scratch *scratch)
{
    char *from = scratch->from->at, *to = scratch->arena->at;
    if (from < to) ASAN_POISON_MEMORY_REGION(from, (size_t)(to - from));
}

str str_keep(Arena *keep, str s)
{
    char *p = arena_room(keep, 1, 1, s.n + 1);
    if (s.n) memcpy(p, s.p, (size_t)s.n);
    p[s.n] = 0;
    return (str){ p, s.n };
}

const char *str_z(Arena *keep, str s)
{
    return str_keep(keep, s).p;
}

__attribute__((format(printf, 2, 0), nonnull))
static str format_in(Arena *keep, const char *format, va_list args)
{
    char usual[256];                     /* most texts fit and are made once; a longer one is made again in its place */
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(usual, sizeof usual, format, again);
    va_end(again);
    CHECK(n >= 0);
    if (n < (int)sizeof usual) return str_keep(keep, (str){ usual, n });
    char *p = arena_room(keep, 1, 1, n + 1);
    vsnprintf(p, (size_t)n + 1, format, args);
    return (str){ p, n };
}

str str_fmt(Arena *keep, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str s = format_in(keep, format, args);
    va_end(args);
    return s;
}

str str_join(Arena *keep, const str *parts, ptrdiff_t n, str between)
{
    ptrdiff_t all = n > 1 ? (n - 1) * between.n : 0;
    for (ptrdiff_t i = 0; i < n; i++) all += parts[i].n;
    Out o = { .p = arena_room(keep, 1, 1, all + 1), .cap = all };
    for (ptrdiff_t i = 0; i < n; i++) {
        if (i) out_str(&o, between);
        out_str(&o, parts[i]);
    }
    o.p[all] = 0;
    return out_text(&o);
}

void out_init(Out *o, Arena *arena, ptrdiff_t cap)
{
    *o = (Out){ .arena = arena };
    if (cap > 0) out_more(o, cap);
}

void out_more(Out *o, ptrdiff_t room)
{
    if (o->cap - o->n >= room) return;
    ptrdiff_t want = o->cap * 2 > o->n + room ? o->cap * 2 : o->n + room + 64;
    Arena *a = o->arena;
    if (o->p && o->p + o->cap == a->at && want - o->cap <= a->end - a->at) {   /* last thing in the arena: grow where it is */
        a->at += want - o->cap;
        taken(a, o->p);
    } else {
        ptrdiff_t left = a->end - a->at;
        if (want > left)
            fault_at(a->landing, __FILE__, __LINE__, FAULT_MEMORY, "no room for %td bytes of text", want);
        char *p = a->at;
        a->at += want;
        taken(a, p);
        if (o->n) memcpy(p, o->p, (size_t)o->n);
        o->p = p;
    }
    o->cap = want;
}

void out_int(Out *o, int64_t v)
{
    static const char pairs[] =          /* two digits a division: ids have eighteen */
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
        "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    char digits[24];
    int i = (int)sizeof digits;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    for (; u >= 10; u /= 100) memcpy(digits + (i -= 2), pairs + 2 * (u % 100), 2);
    if (u || i == (int)sizeof digits) digits[--i] = (char)('0' + u);
    if (v < 0) digits[--i] = '-';
    out_bytes(o, digits + i, (ptrdiff_t)sizeof digits - i);
}

void out_fmt(Out *o, const char *format, ...)
{
    va_list args, again;
    ptrdiff_t room = o->cap - o->n;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(room ? o->p + o->n : NULL, (size_t)room, format, again);
    va_end(again);
    CHECK(n >= 0);
    if (n >= room) {
        out_more(o, n + 1);
        vsnprintf(o->p + o->n, (size_t)n + 1, format, args);
    }
    o->n += n;
    va_end(args);
}

void fault_at(Landing *l, const char *file, int line, FaultKind kind, const char *format, ...)
{
    CHECK(l);
    va_list args;
    va_start(args, format);
    vsnprintf(l->what, sizeof l->what, format, args);
    va_end(args);
    l->kind = kind;
    l->file = file;
    l->line = line;
    longjmp(l->jump, 1);
}

void check_failed(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, what);
    abort();
}

/* ---- scope ---------------------------------------------------------------------------------------------------- */

struct Cleanup { Cleanup *next; void (*end)(void *); void *arg; };

void scope_defer(Scope *s, void (*end)(void *), void *arg)
{
    Cleanup *c = NEW(s->arena, Cleanup, 1);
    *c = (Cleanup){ s->cleanups, end, arg };
    s->cleanups = c;
}

static void scope_clean(Scope *s, Cleanup *until)
{
    while (s->cleanups != until) {
        Cleanup *c = s->cleanups;
        s->cleanups = c->next;
        c->end(c->arg);
    }
}

bool scope_try(Scope *s, void (*body)(Scope *, void *), void *arg, Landing *ret_landing)
{
    Landing *outer = s->landing, *arena_outer = s->arena->landing;
    Cleanup *mark = s->cleanups;
    ret_landing->kind = FAULT_NONE;
    s->landing = s->arena->landing = ret_landing;
    if (setjmp(ret_landing->jump) == 0) body(s, arg);
    s->landing = outer;
    s->arena->landing = arena_outer;
    scope_clean(s, mark);
    return ret_landing->kind == FAULT_NONE;
}

void scope_rewind(Scope *s, Arena mark)
{
    Cleanup *until = s->cleanups;
    while (until && (char *)until >= mark.at && (char *)until < s->arena->at) until = until->next;
    scope_clean(s, until);
    arena_rewind(s->arena, mark);
}
