/* http_source - bodies that are made while they are taken.
 *
 * The library asks for bytes when the socket has room, so a slow client slows its source down and nothing piles up here. Over
 * HTTP/1.1 the body goes in chunks, and one that ends without the last chunk is not whole. An HTTP/1.0 client, and so nginx
 * as it comes, knows only that the connection ended: that must never look like the end of a body that was broken off. So until
 * its last byte is handed over such a connection ends with a reset and not with a FIN, whoever ends it: the source, the reaper
 * or the closing server. A unix socket knows no reset. */
#include "http/http_own.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BLOCK = 16 * 1024 };        /* at a time, over HTTP/1.0; else as much as the connection's memory holds */

/* Taking its address off a TCP socket resets it; of the ways to do so, only this one sends no FIN before. Like shutdown it may
 * come from any thread. ThreadSanitizer takes connect for the birth of a descriptor, so it is called by its number. */
static void reset(HttpConn *conn)
{
    struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
    if (syscall(SYS_connect, conn->fd, &nowhere, sizeof nowhere) != 0) shutdown(conn->fd, SHUT_RDWR);
}

void conn_cut(HttpConn *conn)
{
    if (atomic_load(&conn->open_ended)) reset(conn);
    else shutdown(conn->fd, SHUT_RDWR);
}

void sources_close(HttpServer *s)
{
    pthread_mutex_lock(&s->conns_lock);
    for (HttpConn *conn = s->conns_open; conn; conn = conn->next)
        if (atomic_load(&conn->open_ended)) reset(conn);
    pthread_mutex_unlock(&s->conns_lock);
}

/* ---- the library's calls ------------------------------------------------------------------------------------------------- */

static ssize_t read_source(void *arg, uint64_t position, char *to, size_t room)
{
    HttpSource *source = arg;
    if (source->conn) atomic_store(&source->conn->open_ended, true);
    ptrdiff_t n = source->read(source, to, (ptrdiff_t)room);
    if (n > 0) return n;
    if (n < 0) return MHD_CONTENT_READER_END_WITH_ERROR;
    if (source->conn) atomic_store(&source->conn->open_ended, false);
    return MHD_CONTENT_READER_END_OF_STREAM;
}

/* The library has not yet ended the connection. */
static void end_source(void *arg)
{
    HttpSource *source = arg;
    if (source->conn && atomic_exchange(&source->conn->open_ended, false)) reset(source->conn);
    source->end(source);
}

struct MHD_Response *source_response(HttpSource *source)
{
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_source, source, end_source);
}

void source_attach(HttpSource *source, HttpPrivate *own)
{
    source->conn = own->framing.old ? own->conn : NULL;
}
