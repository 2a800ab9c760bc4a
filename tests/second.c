/* second - what the application on somebody's phone does, for tests. */
#include "second.h"

#include "auth/auth.h"

enum { SECRET_MAX = 64 };

static str bytes_of(World *w, str letters)
{
    Out o;
    uint32_t held = 0;
    int bits = 0;
    out_init(&o, world_arena(w), SECRET_MAX);
    for (ptrdiff_t i = 0; i < letters.n; i++) {
        char c = letters.p[i];
        if (c == ' ') continue;
        held = held << 5 | (uint32_t)(c >= 'A' ? c - 'A' : c - '2' + 26);
        bits += 5;
        if (bits >= 8) out_char(&o, (char)(held >> (bits -= 8)));
    }
    return out_text(&o);
}

str second_secret(World *w, Visitor who)
{
    post(w, who, "/people/second", "");
    str body = get_json(w, who, "/people/second").body;
    ptrdiff_t at_ = str_find(body, S("\"secret\":\""));
    return at_ < 0 ? (str){ 0 } : str_cut(str_slice(body, at_ + 10, body.n), '"').head;
}

const char *second_code(World *w, str secret, int64_t later_ms)
{
    str bytes = bytes_of(w, secret);
    return at(w, "%06d", (int)totp_code((const uint8_t *)bytes.p, bytes.n, (world_now(w) + later_ms) / (30 * SECOND)));
}

Visit second_on(World *w, Visitor who, const char *password, str *ret_secret)
{
    *ret_secret = second_secret(w, who);
    Visit v = post(w, who, "/people/second/confirmation", at(w, "password=%s&code=%s", password, second_code(w, *ret_secret, 0)));
    world_wait(w, 30 * SECOND);
    return v;
}

str paper_code(World *w, Visit papers, int nth)
{
    str rest = papers.body, code = { 0 };
    for (int i = 0; i <= nth; i++) {
        ptrdiff_t begin = str_find(rest, S("<li><code dir=\"ltr\">"));
        if (begin < 0) return (str){ 0 };
        rest = str_slice(rest, begin + 20, rest.n);
        code = str_cut(rest, '<').head;
    }
    return url_escape(world_arena(w), code);
}
