/* http_body - a body as it arrives: in memory, or in parts when it is multipart. What is too large is refused as soon as that
 * is known, but read on for a while, because a client that is cut off while it sends never sees the refusal. */
#include "http/http_own.h"

enum { PARTS_OVERHEAD = 1024 * 1024 };         /* what heads and boundaries may add to the contents */

static bool is_multipart(const HttpPrivate *own)
{
    return http_is_media(http_header(&own->rq, "content-type"), S("multipart/form-data"));
}

static int64_t bytes_max(const HttpPrivate *own)
{
    return own->multipart ? own->plan.body_max + own->plan.upload_max + PARTS_OVERHEAD : own->plan.body_max;
}

void body_open(HttpPrivate *own)
{
    if (own->framing.length == 0) return;
    if (is_multipart(own)) {
        own->multipart = multipart_open(&own->rq.arena, http_header(&own->rq, "content-type"), own->server->tmp_dir,
                                        own->plan.body_max, own->plan.upload_max);
        if (!own->multipart) own->refusal = 400;
    }
    if (own->framing.length > bytes_max(own)) own->refusal = 413;
    if (!own->refusal && !own->multipart) out_init(&own->body, &own->rq.arena, own->framing.length > 0 ? own->framing.length : 0);
}

typedef struct Piece { str bytes; } Piece;

static void keep(HttpPrivate *own, void *arg)
{
    str bytes = ((const Piece *)arg)->bytes;
    own->got += bytes.n;
    if (own->got > bytes_max(own)) own->refusal = 413;
    else if (own->multipart) own->refusal = multipart_feed(own->multipart, bytes);
    else out_str(&own->body, bytes);
}

bool body_take(HttpPrivate *own, str bytes)
{
    Piece piece = { bytes };
    if (!own->refusal) {
        if (!http_try(own, keep, &piece)) own->refusal = 413;      /* no memory is set aside for so much */
        return true;
    }
    own->drained += bytes.n;
    return own->drained <= HTTP_DRAIN_MAX;
}

void body_end(HttpPrivate *own)
{
    if (own->refusal) return;
    if (own->multipart) {
        own->refusal = multipart_end(own->multipart);
        own->rq.part_n = multipart_parts(own->multipart, &own->rq.parts);
    } else {
        own->rq.body = out_text(&own->body);
    }
}
