/* net_address - addresses that are of this machine, of its network, or of nobody (RFC 6890 and the registries that it began).
 *
 * What is asked is the address that is about to be connected to, not the name: a name may lead to one address when it is looked
 * at and to another a moment later. */
#include "net.h"

#include <arpa/inet.h>
#include <netinet/in.h>

typedef struct Block { uint32_t net; int bits; } Block;

static const Block blocks[] = {
    { 0x00000000, 8 },  { 0x0a000000, 8 },  { 0x64400000, 10 }, { 0x7f000000, 8 },  { 0xa9fe0000, 16 }, { 0xac100000, 12 }, { 0xc0000000, 24 },
    { 0xc0000200, 24 }, { 0xc0586300, 24 }, { 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xc6336400, 24 }, { 0xcb007100, 24 }, { 0xe0000000, 3 },
};

static bool is_private4(uint32_t address)
{
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if ((address ^ blocks[i].net) >> (32 - blocks[i].bits) == 0) return true;
    return false;
}

static uint32_t four(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

static bool begins(const uint8_t *address, const void *prefix, size_t n) { return memcmp(address, prefix, n) == 0; }

/* Those that carry an IPv4 address lead there. */
static bool is_private6(const uint8_t *a)
{
    if (begins(a, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12)) return is_private4(four(a + 12));
    if (begins(a, "\0\x64\xff\x9b\0\0\0\0\0\0\0\0", 12)) return is_private4(four(a + 12));
    if (begins(a, "\x20\x02", 2)) return is_private4(four(a + 2));
    if (begins(a, "\x20\x01\0\0", 4) || begins(a, "\x20\x01\x0d\xb8", 4) || begins(a, "\x20\x01\0\x02\0\0", 6)) return true;
    return a[0] >> 5 != 1;                               /* 2000::/3 is what was given out */
}

bool address_is_private(const struct sockaddr *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (address->sa_family == AF_INET) return memcpy(&v4, address, sizeof v4), is_private4(ntohl(v4.sin_addr.s_addr));
    if (address->sa_family == AF_INET6) return memcpy(&v6, address, sizeof v6), is_private6(v6.sin6_addr.s6_addr);
    return true;
}
