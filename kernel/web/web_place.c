/* web_place - where a visitor comes from, as it is counted. One IPv6 subscriber has a whole /64 to choose from (RFC 6177, RFC 8981),
 * so that is one place; an IPv4 address is one, also written as an IPv6 one (RFC 4291, section 2.5.5.2). The network above it, a
 * /48, is what a site is given at most: many places, but of one hand.
 *
 * The address is the other side's, or, where that is on this machine, the one that a proxy there added last to X-Forwarded-For
 * (http_server.c): what anybody else says of himself is not read. A proxy that says nothing makes all its visitors one place, LOCAL:
 * that is counted as a network is. */
#include <arpa/inet.h>

#include "web/web_private.h"

enum { ADDRESS_CHARS_MAX = 45, PLACE_BYTES = 8, NETWORK_BYTES = 6 };

static const unsigned char mapped[12] = { [10] = 0xFF, [11] = 0xFF };

static str v4_text(Arena *keep, const unsigned char a[4])
{
    return str_fmt(keep, "%d.%d.%d.%d", a[0], a[1], a[2], a[3]);
}

/* The first `bytes` of it, and how many bits that is. */
static str v6_text(Arena *keep, const unsigned char a[16], int bytes)
{
    unsigned char cut[16] = { 0 };
    char text[INET6_ADDRSTRLEN];
    memcpy(cut, a, (size_t)bytes);
    CHECK(inet_ntop(AF_INET6, cut, text, sizeof text));
    return str_fmt(keep, "%s/%d", text, bytes * 8);
}

static bool is_loopback_v6(const unsigned char a[16])
{
    static const unsigned char loopback[16] = { [15] = 1 };
    return memcmp(a, loopback, sizeof loopback) == 0;
}

static Place local_place(void) { return (Place){ .at = S("here"), .local = true }; }

static Place v4_place(Arena *keep, const unsigned char a[4])
{
    return a[0] == 127 ? local_place() : (Place){ .at = v4_text(keep, a) };
}

Place place_of(Arena *keep, str address)
{
    unsigned char a[16];
    char text[ADDRESS_CHARS_MAX + 1];
    if (address.n < 1 || address.n > ADDRESS_CHARS_MAX) return local_place();      /* a unix socket has no address */
    memcpy(text, address.p, (size_t)address.n);
    text[address.n] = 0;
    if (inet_pton(AF_INET, text, a) == 1) return v4_place(keep, a);
    if (inet_pton(AF_INET6, text, a) != 1 || is_loopback_v6(a)) return local_place();
    if (memcmp(a, mapped, sizeof mapped) == 0) return v4_place(keep, a + sizeof mapped);
    return (Place){ .at = v6_text(keep, a, PLACE_BYTES), .network = v6_text(keep, a, NETWORK_BYTES) };
}

str visitor_place(Request *rq) { return place_of(rq->s.arena, visitor_address(rq)).at; }
