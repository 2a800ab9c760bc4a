/* markdown_events - md4c's callbacks, noted in a bounded list. */
#include "html/markdown_own.h"

typedef struct Reader {
    str         source;
    const char *masked;
    Events      events;
    ptrdiff_t   event_max;
    char       *bytes;           /* copies of what md4c made itself: addresses with escapes, blanks of code lines */
    ptrdiff_t   byte_n, byte_max;
    int32_t     at;
} Reader;

static ptrdiff_t events_for(ptrdiff_t source_bytes) { return 2 * source_bytes + 1024; }
static ptrdiff_t bytes_for(ptrdiff_t source_bytes) { return 4 * source_bytes + 4096; }

ptrdiff_t markdown_events_bytes(ptrdiff_t source_bytes)
{
    return events_for(source_bytes) * (ptrdiff_t)sizeof(Event) + bytes_for(source_bytes) + 64;
}

static bool from_source(const Reader *r, const char *p)
{
    return p >= r->masked && p < r->masked + r->source.n;
}

/* The author's own words where md4c points into the text, a copy where it made something. */
static str words(Reader *r, const char *p, ptrdiff_t n)
{
    if (n == 0) return (str){ 0 };
    if (from_source(r, p)) {
        r->at = (int32_t)(p - r->masked);
        return (str){ r->source.p + r->at, n };
    }
    if (n > r->byte_max - r->byte_n) {
        r->events.too_many = true;
        return (str){ 0 };
    }
    char *copy = memcpy(r->bytes + r->byte_n, p, (size_t)n);
    r->byte_n += n;
    return (str){ copy, n };
}

/* Of entities only &amp; is read in an address; any other stays as it stands and means nothing there. */
static str attribute(Reader *r, const MD_ATTRIBUTE *a)
{
    if (a->size == 0) return (str){ 0 };
    if (a->substr_offsets[1] == a->size) return words(r, a->text, (ptrdiff_t)a->size);
    ptrdiff_t from = r->byte_n;
    for (int i = 0; a->substr_offsets[i] < a->size; i++) {
        str part = { a->text + a->substr_offsets[i], (ptrdiff_t)(a->substr_offsets[i + 1] - a->substr_offsets[i]) };
        bool ampersand = a->substr_types[i] == MD_TEXT_ENTITY && str_eq(part, S("&amp;"));
        if (from_source(r, part.p)) part.p = r->source.p + (part.p - r->masked);
        if (ampersand) part = S("&");
        words(r, part.p, part.n);
    }
    return (str){ r->bytes + from, r->byte_n - from };
}

/* What a callback returns: other than 0 ends md4c's work. */
static int note(Reader *r, Event e)
{
    if (r->events.n == r->event_max) r->events.too_many = true;
    if (r->events.too_many) return 1;
    e.at = r->at;
    r->events.row[r->events.n++] = e;
    return 0;
}

static int block(MD_BLOCKTYPE type, void *detail, void *self)
{
    Event e = { .kind = EVENT_BLOCK, .type = (uint8_t)type };
    if (type == MD_BLOCK_H) e.number = (int32_t)((const MD_BLOCK_H_DETAIL *)detail)->level;
    if (type == MD_BLOCK_OL) e.number = (int32_t)((const MD_BLOCK_OL_DETAIL *)detail)->start;
    if (type == MD_BLOCK_TH || type == MD_BLOCK_TD) e.align = (uint8_t)((const MD_BLOCK_TD_DETAIL *)detail)->align;
    return note(self, e);
}

static int block_end(MD_BLOCKTYPE type, void *detail, void *self)
{
    return note(self, (Event){ .kind = EVENT_BLOCK_END, .type = (uint8_t)type });
}

static int span(MD_SPANTYPE type, void *detail, void *self)
{
    Reader *r = self;
    Event e = { .kind = EVENT_SPAN, .type = (uint8_t)type };
    if (type == MD_SPAN_A) e.text = attribute(r, &((const MD_SPAN_A_DETAIL *)detail)->href);
    if (type != MD_SPAN_IMG) return note(r, e);
    const MD_SPAN_IMG_DETAIL *image = detail;
    e.text = attribute(r, &image->src);
    return note(r, e) || note(r, (Event){ .kind = EVENT_TITLE, .text = attribute(r, &image->title) });
}

static int span_end(MD_SPANTYPE type, void *detail, void *self)
{
    return note(self, (Event){ .kind = EVENT_SPAN_END, .type = (uint8_t)type });
}

static int text(MD_TEXTTYPE type, const MD_CHAR *p, MD_SIZE n, void *self)
{
    return note(self, (Event){ .kind = EVENT_TEXT, .type = (uint8_t)type, .text = words(self, p, (ptrdiff_t)n) });
}

Events markdown_events(Arena *arena, str source, const char *masked, ptrdiff_t from, ptrdiff_t to)
{
    static const MD_PARSER parser = {
        .flags = MD_FLAG_TABLES | MD_FLAG_NOHTML | MD_FLAG_NOINDENTEDCODEBLOCKS | MD_FLAG_PERMISSIVEURLAUTOLINKS,
        .enter_block = block, .leave_block = block_end, .enter_span = span, .leave_span = span_end, .text = text,
    };
    ptrdiff_t n = to - from;
    Reader r = { .source = source, .masked = masked, .at = (int32_t)from };
    r.event_max = events_for(n);
    r.byte_max = bytes_for(n);
    r.events.row = NEW(arena, Event, r.event_max);
    r.bytes = NEW(arena, char, r.byte_max);
    if (md_parse(masked + from, (MD_SIZE)n, &parser, &r) != 0) r.events.too_many = true;
    return r.events;
}
