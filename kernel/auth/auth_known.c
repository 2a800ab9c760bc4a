/* auth_known - the cookie of a browser that signed names in: base64url of
 *
 *     16 bytes      the browser's own number, drawn when it signed its first name in
 *     16 bytes …    a mark for each name, newest first, at most KNOWN_NAMES_MAX: MAC(installation's key, number, name)
 *
 * Whoever reads it learns how many names there were and no name; whoever writes one needs the key. No table is asked. It is no
 * proof of who somebody is: it only says that guesses from here are not counted with those of strangers. Its number is good for nothing
 * without a mark, so nobody gets a second allowance by leaving the cookie at home. */
#include <sodium.h>

#include "auth/auth.h"
#include "os/os.h"

enum { NUMBER_BYTES = 16, MARK_BYTES = 16 };
enum { COOKIE_BYTES_MAX = NUMBER_BYTES + KNOWN_NAMES_MAX * MARK_BYTES, COOKIE_CHARS_MAX = (COOKIE_BYTES_MAX * 8 + 5) / 6 };

/* marks: whole ones. */
typedef struct KnownCookie { str number, marks; } KnownCookie;

static bool known_read(Arena *keep, str cookie, KnownCookie *ret)
{
    str bytes;
    if (!cookie.n || cookie.n > COOKIE_CHARS_MAX || !base64url_decode(keep, cookie, &bytes)) return false;
    if (bytes.n < NUMBER_BYTES || (bytes.n - NUMBER_BYTES) % MARK_BYTES) return false;
    *ret = (KnownCookie){ str_slice(bytes, 0, NUMBER_BYTES), str_slice(bytes, NUMBER_BYTES, bytes.n) };
    return true;
}

static str mark_of(Arena *keep, const uint8_t key[32], str number, str name)
{
    str bytes;
    CHECK(base64url_decode(keep, auth_mac(keep, key, "known", number, name), &bytes) && bytes.n == MARK_BYTES);
    return bytes;
}

/* All are compared, so that the time does not say which. */
static bool has_mark(str marks, str mark)
{
    int found = 0;
    for (ptrdiff_t i = 0; i < marks.n; i += MARK_BYTES) found |= sodium_memcmp(marks.p + i, mark.p, MARK_BYTES) == 0;
    return found;
}

str auth_known(Arena *keep, const uint8_t key[32], str cookie, str name)
{
    KnownCookie c;
    if (!known_read(keep, cookie, &c) || !has_mark(c.marks, mark_of(keep, key, c.number, name))) return (str){ 0 };
    return base64url_encode(keep, c.number);
}

static str new_number(Arena *keep)
{
    char *bytes = NEW(keep, char, NUMBER_BYTES);
    os_random(bytes, NUMBER_BYTES);
    return (str){ bytes, NUMBER_BYTES };
}

str auth_known_more(Arena *keep, const uint8_t key[32], str cookie, str name)
{
    KnownCookie c;
    Out o;
    if (!known_read(keep, cookie, &c)) c = (KnownCookie){ .number = new_number(keep) };
    str mark = mark_of(keep, key, c.number, name);
    out_init(&o, keep, COOKIE_BYTES_MAX);
    out_str(&o, c.number);
    out_str(&o, mark);
    for (ptrdiff_t i = 0; i < c.marks.n && o.n < COOKIE_BYTES_MAX; i += MARK_BYTES)
        if (memcmp(c.marks.p + i, mark.p, MARK_BYTES) != 0) out_bytes(&o, c.marks.p + i, MARK_BYTES);
    return base64url_encode(keep, out_text(&o));
}
