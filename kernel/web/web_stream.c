/* web_stream - a reply of any size in the memory of one piece (stream_reply).
 *
 * The reply is taken long after the request has ended, so a stream is what remains of it: who asked, and the handler's state.
 * Each time the client has taken a piece, `next` makes another, on the serving thread that owns the connection, in a read
 * transaction that ends with the piece: however slowly a client takes it, nothing stays open in the database. What `next` does
 * besides writing its piece costs memory only while it does it.
 *
 * A try that fell is forgotten: `next` runs again with the state as it was. When it cannot be mended the source breaks off. */
#include <stdatomic.h>

#include "web/web_private.h"

enum {
    SCRATCH_BYTES = 4 * 1024 * 1024,     /* address space */
    SCRATCH_KEPT  = 32 * 1024,
    SLACK         = 256,                 /* what aligning takes, and what a text that grows asks for beyond its bytes */
};

typedef struct Stream {
    HttpSource  source;          /* first: the server knows us by it */
    Site       *site;
    const Lang *lang;
    int64_t     me;
    const char *path;            /* of the route, for the log */
    StreamNext *next;
    void       *state, *before;  /* before: as it was when the last piece was whole */
    ptrdiff_t   state_size;
    Region      memory, scratch; /* what lives as long as the stream, this too; what lives as long as a call of `next` */
    Arena       room;            /* for one piece and no more */
    str         rest;            /* of the piece, not yet taken */
    bool        more;
} Stream;

/* ---- pieces ------------------------------------------------------------------------------------------------------------ */

static void make_piece(Scope *s, void *arg)
{
    Stream *stream = arg;
    Arena room = stream->room;
    Out out;
    room.landing = s->landing;
    out_init(&out, &room, STREAM_PIECE_MAX);
    memcpy(stream->state, stream->before, (size_t)stream->state_size);
    db_read_begin(s, s->site->db);
    stream->more = stream->next(s, stream->state, &out);
    stream->rest = out_text(&out);
}

static bool try_piece(Stream *stream, Landing *ret)
{
    Arena scratch = region_arena(&stream->scratch, NULL);
    Scope s = { .arena = &scratch, .site = stream->site, .lang = stream->lang, .me = stream->me, .now = stream->site->own->clock() };
    bool fine = scope_try(&s, make_piece, stream, ret);
    db_read_end(&s);
    region_reset(&stream->scratch, SCRATCH_KEPT);
    if (fine) memcpy(stream->before, stream->state, (size_t)stream->state_size);
    return fine;
}

bool stream_fill(HttpSource *source, Landing *ret)
{
    for (int i = 1; !try_piece((Stream *)source, ret); i++)
        if (ret->kind != FAULT_RETRY || i == READ_TRIES) return false;
    return true;
}

/* ---- the server's calls -------------------------------------------------------------------------------------------------- */

static ptrdiff_t read_stream(HttpSource *source, char *to, ptrdiff_t room)
{
    Stream *stream = (Stream *)source;
    Landing why;
    while (!stream->rest.n && stream->more)
        if (!stream_fill(source, &why)) {
            os_log(LOG_ERROR, "web: GET %s broke off: %s (%s:%d)", stream->path, why.what, why.file, why.line);
            return -1;
        }
    str part = str_slice(stream->rest, 0, room);
    if (part.n) memcpy(to, part.p, (size_t)part.n);
    stream->rest = str_slice(stream->rest, part.n, stream->rest.n);
    return part.n;
}

static void end_stream(HttpSource *source)
{
    Stream *stream = (Stream *)source;
    Site *site = stream->site;
    Region memory = stream->memory;
    region_close(&stream->scratch);
    region_close(&memory);
    atomic_fetch_sub(&site->own->streams, 1);
}

/* ---- opening ---------------------------------------------------------------------------------------------------------------- */

static void *copy_state(Arena *keep, const Streaming *of)
{
    void *copy = arena_alloc(keep, 1, alignof(max_align_t), of->state_size);
    if (of->state_size) memcpy(copy, of->state, (size_t)of->state_size);
    return copy;
}

static bool open_regions(const Streaming *of, Region *memory, Region *scratch)
{
    size_t whole = sizeof(Stream) + 2 * (size_t)of->state_size + STREAM_PIECE_MAX + SLACK;
    if (!region_open(memory, whole)) return false;
    if (region_open(scratch, SCRATCH_BYTES)) return true;
    region_close(memory);
    return false;
}

static HttpSource *open_stream(const WebPrivate *w)
{
    const Scope *s = &w->rq.s;
    Region memory, scratch;
    if (!open_regions(&w->streaming, &memory, &scratch)) return NULL;
    Arena keep = region_arena(&memory, NULL);
    Stream *stream = NEW(&keep, Stream, 1);
    *stream = (Stream){
        .source = { .read = read_stream, .end = end_stream },
        .site = s->site, .lang = s->lang, .me = s->me, .path = w->rq.route->path,
        .next = w->streaming.next, .state_size = w->streaming.state_size,
        .state = copy_state(&keep, &w->streaming), .before = copy_state(&keep, &w->streaming),
        .memory = memory, .scratch = scratch, .more = true,
    };
    stream->room = keep;
    return &stream->source;
}

HttpSource *stream_open(const WebPrivate *w)
{
    _Atomic int *streams = &w->rq.s.site->own->streams;
    HttpSource *source = atomic_fetch_add(streams, 1) < STREAMS_MAX ? open_stream(w) : NULL;
    if (!source) atomic_fetch_sub(streams, 1);
    return source;
}
