/* http_listen - the socket we are reached by: "127.0.0.1:8080", "[::]:80" or "unix:/run/sampan.sock". */
#include "http/http_own.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

/* A socket file that nobody answers behind was left by a server that died. */
static void remove_stale(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 && errno == ECONNREFUSED) unlink(address->sun_path);
    close(fd);
}

static int listen_unix(str path, Arena *keep, const char **ret_unix_path, str *ret_why)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (path.n < 1 || path.n >= (ptrdiff_t)sizeof address.sun_path) {
        *ret_why = str_fmt(keep, "The socket's path %.*s is too long.", STR_ARG(path));
        return -1;
    }
    memcpy(address.sun_path, path.p, (size_t)path.n);
    remove_stale(&address);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, BACKLOG) != 0) {
        *ret_why = str_fmt(keep, "Cannot listen on %.*s: %s.", STR_ARG(path), strerror(errno));
        if (fd >= 0) close(fd);
        return -1;
    }
    chmod(address.sun_path, 0660);
    *ret_unix_path = str_z(keep, path);
    return fd;
}

static bool is_loopback(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET) return (ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr) >> 24) == 127;
    return a->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)a)->sin6_addr);
}

static int bind_to(const struct addrinfo *at)
{
    int on = 1, off = 0;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);      /* what it accepts inherits this */
    if (at->ai_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0) return fd;
    close(fd);
    return -1;
}

static bool split_address(str where, str *ret_host, str *ret_port)
{
    ptrdiff_t colon = where.n;
    while (colon > 0 && where.p[colon - 1] != ':') colon--;
    if (!colon) return false;
    str host = str_slice(where, 0, colon - 1);
    if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']') host = str_slice(host, 1, host.n - 1);
    else if (str_find(host, S(":")) >= 0) return false;
    int64_t port;
    *ret_host = host;
    *ret_port = str_slice(where, colon, where.n);
    return host.n && str_int(*ret_port, &port) && port >= 0 && port <= 65535;
}

static int listen_tcp(str where, Arena *keep, bool *ret_local, str *ret_why)
{
    str host, port;
    struct addrinfo want = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE }, *found;
    if (!split_address(where, &host, &port) || getaddrinfo(str_z(keep, host), str_z(keep, port), &want, &found) != 0) {
        *ret_why = str_fmt(keep, "\"%.*s\" is no address to listen on: write 127.0.0.1:8080, [::]:80 or unix:/path.", STR_ARG(where));
        return -1;
    }
    int fd = bind_to(found);
    if (fd < 0) *ret_why = str_fmt(keep, "Cannot listen on %.*s: %s.", STR_ARG(where), strerror(errno));
    *ret_local = is_loopback(found->ai_addr);
    freeaddrinfo(found);
    return fd;
}

int listen_open(const char *where, Arena *keep, const char **ret_unix_path, bool *ret_local, str *ret_why)
{
    str w = str_from(where);
    *ret_unix_path = NULL;
    *ret_local = true;
    if (str_starts(w, S("unix:"))) return listen_unix(str_slice(w, 5, w.n), keep, ret_unix_path, ret_why);
    return listen_tcp(w, keep, ret_local, ret_why);
}
