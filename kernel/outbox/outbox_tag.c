/* outbox_tag - addresses of mail: which ones are fine, and which are ours.
 *
 *   sampan@example.org                         SAMPAN_MAIL_FROM
 *   sampan+b-<name>@example.org                where a report on the mail of that name goes
 *   sampan+<tag>-<rest>-<seal>@example.org     what is handed to the module of that tag
 *
 * The seal is eight bytes of a keyed hash: whoever was not given an address cannot make one. A mailer may change the case of a local part,
 * so there are only small letters and digits in it. */
#include "outbox/outbox_own.h"

#include <sodium.h>

enum { SEAL_BYTES = 8, TAG_MAX = 10, REST_MAX = 24 };

/* ---- addresses ----------------------------------------------------------------------------------------------------------- */

static bool is_atom_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* RFC 5321, section 4.1.2: Dot-string, and no Quoted-string. */
static bool is_dot_string(str s, bool domain)
{
    char before = '.';
    for (ptrdiff_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool fine = c == '.' ? before != '.' : domain ? c == '-' || (is_atom_byte(c) && !strchr("!#$%&'*+/=?^_`{|}~", c)) : is_atom_byte(c);
        if (!fine) return false;
        before = c;
    }
    return s.n > 0 && before != '.';
}

bool mail_address_is_fine(str address)
{
    str_pair halves = str_cut(address, '@');
    return halves.found && address.n <= ADDRESS_MAX && halves.head.n <= LOCAL_MAX && is_dot_string(halves.head, false)
        && is_dot_string(halves.tail, true);
}

/* ---- ours ----------------------------------------------------------------------------------------------------------------- */

static bool is_small(str s, ptrdiff_t most)
{
    for (ptrdiff_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9'))) return false;
    return s.n > 0 && s.n <= most;
}

static str seal_of(Arena *keep, const Site *site, str tag, str rest)
{
    unsigned char seal[crypto_generichash_BYTES];
    str said = str_cat(keep, S("mail-tag "), tag, S(" "), rest);
    crypto_generichash(seal, sizeof seal, (const unsigned char *)said.p, (unsigned long long)said.n, site->key, sizeof site->key);
    return hex_encode(keep, (str){ (const char *)seal, SEAL_BYTES });
}

str mail_tagged(Scope *s, str tag, str rest)
{
    OutSettings o;
    str why;
    CHECK(is_small(tag, TAG_MAX) && !str_eq(tag, S("b")) && is_small(rest, REST_MAX));
    if (!out_settings(s->site, s->arena, &o, &why) || !o.answers) return S("");
    return str_cat(s->arena, o.local, S("+"), tag, S("-"), rest, S("-"), seal_of(s->arena, s->site, tag, rest), S("@"), o.domain);
}

/* What stands between '+' and '@', in small letters; "" when the address is not ours. */
static str extension_of(Arena *keep, const OutSettings *o, str address)
{
    str_pair halves = str_cut(address, '@'), local = str_cut(halves.head, '+');
    if (!halves.found || !local.found || !str_eq_nocase(halves.tail, o->domain) || !str_eq_nocase(local.head, o->local)) return S("");
    char *small = NEW(keep, char, local.tail.n);
    for (ptrdiff_t i = 0; i < local.tail.n; i++) {
        char c = local.tail.p[i];
        small[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return (str){ small, local.tail.n };
}

bool mail_tag_of(const Site *site, Arena *keep, str address, str *ret_tag, str *ret_rest)
{
    OutSettings o;
    str why;
    if (!out_settings(site, keep, &o, &why) || !o.answers) return false;
    str_pair tag = str_cut(extension_of(keep, &o, address), '-'), rest = str_cut(tag.tail, '-');
    bool shaped = tag.found && rest.found && is_small(tag.head, TAG_MAX) && is_small(rest.head, REST_MAX);
    str seal = shaped ? seal_of(keep, site, tag.head, rest.head) : S("");
    if (!shaped || seal.n != rest.tail.n || sodium_memcmp(seal.p, rest.tail.p, (size_t)seal.n) != 0) return false;
    *ret_tag = tag.head;
    *ret_rest = rest.head;
    return true;
}

str out_bounce_address(Arena *keep, const OutSettings *o, str name)
{
    return o->answers ? str_cat(keep, o->local, S("+b-"), name, S("@"), o->domain) : o->from;
}

bool mail_bounce_of(const Site *site, Arena *keep, str address, str *ret_name)
{
    OutSettings o;
    str why;
    if (!out_settings(site, keep, &o, &why) || !o.answers) return false;
    str_pair cut = str_cut(extension_of(keep, &o, address), '-');
    if (!cut.found || !str_eq(cut.head, S("b")) || cut.tail.n != NAME_CHARS || !is_small(cut.tail, NAME_CHARS)) return false;
    *ret_name = cut.tail;
    return true;
}
