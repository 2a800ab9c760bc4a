/* http_pack - a body in the smallest form the client takes.
 *
 * Best first: what was packed at build; the shared dictionary the client says it has (dcz, RFC 9842), which makes half of what
 * zstd alone makes at the same price, because most of a page is its template; zstd; gzip. A page below PACK_FROM bytes fits in
 * one packet anyhow. Each serving thread has its own packers and keeps them: making one costs more than using it.
 *
 * A dictionary's address carries its hash, so a browser keeps it for a year; the reply that may use it next time names it in
 * Link, and the browser fetches it when it is idle. */
#include "http/http_own.h"

#include <libdeflate.h>
#include <sodium.h>
#include <zstd.h>

enum { PACK_FROM = 500, ZSTD_LEVEL = 3, GZIP_LEVEL = 6, DCZ_HEAD = 40 };
enum { TAKES_GZIP = 1, TAKES_ZSTD = 2, TAKES_BROTLI = 4, TAKES_DCZ = 8 };

struct HttpDictionary {
    str             bytes;
    unsigned char   hash[crypto_hash_sha256_BYTES];
    str             named;                     /* ":…:", as Available-Dictionary writes the hash */
    str             path, link, use;           /* link and use: values of Link and Use-As-Dictionary */
    _Atomic(ZSTD_CDict *) digest;              /* made when it is first needed: it is larger than the dictionary */
};

/* ---- what the client takes ---------------------------------------------------------------------------------------------- */

static bool refuses(str parameters)
{
    str_pair q = str_cut(parameters, '=');
    if (!q.found || !str_eq_nocase(str_trim(q.head), S("q"))) return false;
    str value = str_trim(q.tail);
    for (ptrdiff_t i = 0; i < value.n; i++)
        if (value.p[i] != '0' && value.p[i] != '.') return false;
    return value.n > 0;
}

static unsigned codings_taken(str accept)
{
    static const struct { str name; unsigned bit; } known[] = {
        { S("gzip"), TAKES_GZIP }, { S("zstd"), TAKES_ZSTD }, { S("br"), TAKES_BROTLI }, { S("dcz"), TAKES_DCZ },
    };
    unsigned taken = 0;
    while (accept.n) {
        str_pair cut = str_cut(accept, ','), coding = str_cut(cut.head, ';');
        str name = str_trim(coding.head);
        accept = cut.tail;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (str_eq_nocase(name, known[i].name) && !refuses(coding.tail)) taken |= known[i].bit;
    }
    return taken;
}

/* ---- the packers of a thread ------------------------------------------------------------------------------------------------ */

typedef struct Packers { ZSTD_CCtx *zstd; struct libdeflate_compressor *gzip; } Packers;

static pthread_key_t packers_key;
static pthread_once_t packers_once = PTHREAD_ONCE_INIT;

static void packers_free(void *packers)
{
    Packers *p = packers;
    ZSTD_freeCCtx(p->zstd);
    libdeflate_free_compressor(p->gzip);
    free(p);
}

static void packers_make_key(void) { CHECK(pthread_key_create(&packers_key, packers_free) == 0); }

/* They end with their thread, which no arena does. NULL: no memory, and bodies leave as they are. */
static Packers *packers(void)
{
    pthread_once(&packers_once, packers_make_key);
    Packers *p = pthread_getspecific(packers_key);
    if (p) return p;
    p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->zstd = ZSTD_createCCtx();
    p->gzip = libdeflate_alloc_compressor(GZIP_LEVEL);
    if (p->zstd && p->gzip && pthread_setspecific(packers_key, p) == 0) return p;
    packers_free(p);
    return NULL;
}

/* ---- packing ------------------------------------------------------------------------------------------------------------------- */

static bool is_worth_packing(const HttpReply *r)
{
    static const str media[] = { S("text/"), S("application/json"), S("application/javascript"), S("application/xml"),
                                 S("application/manifest+json"), S("application/problem+json"), S("image/svg+xml") };
    if (r->body.n < PACK_FROM) return false;
    for (size_t i = 0; i < sizeof media / sizeof *media; i++)
        if (str_starts(r->type, media[i])) return true;
    return false;
}

/* Room for less than the plain body: what does not become smaller is not worth unpacking. The page itself may stand in the
 * free part of an arena that somebody copied; that would be written over, and is ours to get right. */
static char *room_for(HttpPrivate *own, str body, ptrdiff_t *ret_n)
{
    Arena *a = &own->rq.arena;
    Out room;
    CHECK(body.p + body.n <= a->at || body.p >= a->end);
    *ret_n = body.n - body.n / 8;
    if (a->end - a->at < *ret_n) return NULL;
    out_init(&room, a, *ret_n);
    return room.p;
}

static size_t pack_gzip(Packers *p, str body, char *out, size_t n)
{
    return libdeflate_gzip_compress(p->gzip, body.p, (size_t)body.n, out, n);
}

static size_t pack_zstd(Packers *p, const ZSTD_CDict *dictionary, str body, char *out, size_t n)
{
    ZSTD_CCtx_reset(p->zstd, ZSTD_reset_session_and_parameters);
    ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
    ZSTD_CCtx_refCDict(p->zstd, dictionary);
    size_t made = ZSTD_compress2(p->zstd, out, n, body.p, (size_t)body.n);
    return ZSTD_isError(made) ? 0 : made;
}

static size_t pack_dcz(Packers *p, const HttpDictionary *d, str body, char *out, size_t n)
{
    static const unsigned char magic[] = { 0x5e, 0x2a, 0x4d, 0x18, 0x20, 0, 0, 0 };
    if (n < DCZ_HEAD) return 0;
    memcpy(out, magic, sizeof magic);
    memcpy(out + sizeof magic, d->hash, sizeof d->hash);
    size_t made = pack_zstd(p, atomic_load(&d->digest), body, out + DCZ_HEAD, n - DCZ_HEAD);
    return made ? made + DCZ_HEAD : 0;
}

static bool digest(HttpServer *s, HttpDictionary *d)
{
    if (atomic_load(&d->digest)) return true;
    pthread_mutex_lock(&s->dictionaries_lock);
    if (!atomic_load(&d->digest)) atomic_store(&d->digest, ZSTD_createCDict(d->bytes.p, (size_t)d->bytes.n, ZSTD_LEVEL));
    pthread_mutex_unlock(&s->dictionaries_lock);
    return atomic_load(&d->digest) != NULL;
}

static HttpDictionary *dictionary_at_hand(HttpPrivate *own, const HttpReply *r, unsigned taken)
{
    if (!r->dictionary || !(taken & TAKES_DCZ)) return NULL;
    HttpDictionary *d = atomic_load(&own->server->dictionaries[r->dictionary - 1]);
    bool same = d && str_eq(str_trim(http_header(&own->rq, "available-dictionary")), d->named);
    return same && digest(own->server, d) ? d : NULL;
}

static void pick_packed(const HttpPacked *faces, unsigned taken, HttpPackedBody *ret)
{
    ret->varies = true;
    if ((taken & TAKES_BROTLI) && faces->brotli.n) *ret = (HttpPackedBody){ faces->brotli, "br", true, false };
    else if ((taken & TAKES_ZSTD) && faces->zstd.n) *ret = (HttpPackedBody){ faces->zstd, "zstd", true, false };
    else if ((taken & TAKES_GZIP) && faces->gzip.n) *ret = (HttpPackedBody){ faces->gzip, "gzip", true, false };
}

void pack_body(HttpPrivate *own, const HttpReply *r, HttpPackedBody *ret)
{
    unsigned taken = codings_taken(http_header(&own->rq, "accept-encoding"));
    *ret = (HttpPackedBody){ .body = r->body };
    if (r->packed) {
        pick_packed(r->packed, taken, ret);
        return;
    }
    if (!is_worth_packing(r)) return;
    ret->varies = true;
    HttpDictionary *d = dictionary_at_hand(own, r, taken);
    Packers *p = taken & (TAKES_GZIP | TAKES_ZSTD | TAKES_DCZ) ? packers() : NULL;
    ptrdiff_t room;
    char *out = p ? room_for(own, r->body, &room) : NULL;
    if (!out) return;
    size_t made = 0;
    if (d) made = pack_dcz(p, d, r->body, out, (size_t)room), ret->coding = "dcz";
    else if (taken & TAKES_ZSTD) made = pack_zstd(p, NULL, r->body, out, (size_t)room), ret->coding = "zstd";
    else if (taken & TAKES_GZIP) made = pack_gzip(p, r->body, out, (size_t)room), ret->coding = "gzip";
    if (made) ret->body = (str){ out, (ptrdiff_t)made };
    else ret->coding = NULL;
    ret->by_dictionary = made && d;
}

/* ---- dictionaries ----------------------------------------------------------------------------------------------------------------- */

void http_dictionary(HttpServer *s, int index, str bytes, const char *match)
{
    char hex[33], base64[sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    CHECK(index >= 0 && index < HTTP_DICTIONARIES_MAX && !atomic_load(&s->dictionaries[index]));
    HttpDictionary *d = NEW(&s->keep, HttpDictionary, 1);
    d->bytes = bytes;
    crypto_hash_sha256(d->hash, (const unsigned char *)bytes.p, (unsigned long long)bytes.n);
    sodium_bin2base64(base64, sizeof base64, d->hash, sizeof d->hash, sodium_base64_VARIANT_ORIGINAL);
    sodium_bin2hex(hex, sizeof hex, d->hash, 16);
    d->named = str_fmt(&s->keep, ":%s:", base64);
    d->path = str_fmt(&s->keep, "/dict/%s", hex);
    d->link = str_fmt(&s->keep, "<%s>; rel=\"compression-dictionary\"", d->path.p);
    d->use = str_fmt(&s->keep, "match=\"%s\", match-dest=(\"document\")", match);
    atomic_store(&s->dictionaries[index], d);
}

const HttpDictionary *dictionary_at(const HttpServer *s, int index)
{
    CHECK(index >= 0 && index < HTTP_DICTIONARIES_MAX);
    return atomic_load(&s->dictionaries[index]);
}

const HttpDictionary *dictionary_by_path(const HttpServer *s, str path)
{
    if (!str_starts(path, S("/dict/"))) return NULL;
    for (int i = 0; i < HTTP_DICTIONARIES_MAX; i++) {
        const HttpDictionary *d = atomic_load(&s->dictionaries[i]);
        if (d && str_eq(d->path, path)) return d;
    }
    return NULL;
}

str dictionary_link(const HttpDictionary *d) { return d->link; }

void dictionary_reply(HttpPrivate *own)
{
    own->reply_headers[0] = (HttpHeader){ S("Use-As-Dictionary"), own->asked->use };
    own->reply = (HttpReply){
        .status = 200, .type = S("text/plain; charset=utf-8"), .body = own->asked->bytes, .store = true,
        .headers = own->reply_headers, .header_n = 1,
    };
}

void dictionaries_close(HttpServer *s)
{
    for (int i = 0; i < HTTP_DICTIONARIES_MAX; i++) {
        HttpDictionary *d = atomic_load(&s->dictionaries[i]);
        if (d) ZSTD_freeCDict(atomic_load(&d->digest));
    }
}
