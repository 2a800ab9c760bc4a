/* auth_bloom - where a word stands among the bits of a Bloom filter: shared by the program and by tools/bloomgen, which makes the bits.
 *
 * 2^19 bits (64 KiB) and 8 of them a word: of 30,000 words a good password is taken for one of them three times in ten thousand, and
 * none of them is ever missed. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { BLOOM_BITS = 1 << 19, BLOOM_BYTES = BLOOM_BITS / 8, BLOOM_EACH = 8 };

/* FNV-1a, then the finisher of MurmurHash3, so that both halves depend on every byte. */
static inline uint64_t bloom_hash(const char *word, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)word[i]) * UINT64_C(0x100000001b3);
    h = (h ^ (h >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    h = (h ^ (h >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return h ^ (h >> 33);
}

static inline uint32_t bloom_bit(uint64_t hash, uint32_t i)
{
    return ((uint32_t)hash + i * ((uint32_t)(hash >> 32) | 1)) % BLOOM_BITS;
}
