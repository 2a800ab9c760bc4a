/* auth_paper - codes that she keeps on paper, and the one that somebody who looks after the place makes for her.
 *
 * Tables   auth_paper, auth_reset: a MAC of each under the installation's key. 16 figures are 53 bits and 12 are 39: guessed at only at the pace
 *          of passwords, and by nobody who has a copy of the database without the key file. */
#include <unicode/uchar.h>

#include "auth/auth.h"
#include "auth_rows_sql.h"
#include "os/os.h"
#include "web/site.h"

enum { GROUP = 4 };

/* ---- figures ---------------------------------------------------------------------------------------------------------------- */

bool auth_figures(Arena *keep, str typed, ptrdiff_t most, str *ret)
{
    Out o;
    out_init(&o, keep, most + 1);
    while (typed.n && o.n <= most) {
        int32_t c = utf8_next(&typed);
        int32_t figure = c < 0 ? -1 : u_charDigitValue(c);
        if (figure >= 0) out_char(&o, (char)('0' + figure));
        else if (c < 0 || !(c == '-' || c == 0x200E || c == 0x200F || u_isUWhiteSpace(c))) return false;
    }
    *ret = out_text(&o);
    return o.n > 0 && o.n <= most;
}

/* 64 bits and at most 10^16: no figure is likelier than another by more than a part in a thousand. */
static str figures_new(Arena *keep, int n)
{
    uint64_t drawn;
    Out o;
    out_init(&o, keep, 24);
    os_random(&drawn, sizeof drawn);
    for (int i = 0; i < n; i++, drawn /= 10) {
        if (i && i % GROUP == 0) out_char(&o, ' ');
        out_char(&o, (char)('0' + drawn % 10));
    }
    return out_text(&o);
}

static str mac_of(Scope *s, const char *purpose, str code)
{
    str figures = { 0 };
    auth_figures(s->arena, code, PAPER_FIGURES, &figures);
    return auth_mac(s->arena, s->site->key, purpose, figures, (str){ 0 });
}

/* ---- paper --------------------------------------------------------------------------------------------------------------------- */

AuthCodes auth_paper_make(Scope *s, int64_t person, Paper use)
{
    AuthCodes codes = { NEW(s->arena, str, PAPER_CODES), PAPER_CODES };
    auth_rows_paper_drop(s, person, use);
    for (ptrdiff_t i = 0; i < codes.n; i++) {
        codes.row[i] = figures_new(s->arena, PAPER_FIGURES);
        auth_rows_paper_add(s, person, use, mac_of(s, "paper", codes.row[i]), s->now);
    }
    return codes;
}

bool auth_paper_take(Scope *s, int64_t person, Paper use, str typed)
{
    str figures;
    if (!auth_figures(s->arena, typed, PAPER_FIGURES, &figures) || figures.n != PAPER_FIGURES) return false;
    return auth_rows_paper_take(s, person, use, mac_of(s, "paper", figures)) > 0;
}

int64_t auth_paper_left(Scope *s, int64_t person, Paper use) { return auth_rows_paper_left(s, person, use); }

/* ---- from somebody who looks after the place --------------------------------------------------------------------------------------- */

str auth_reset_make(Scope *s, int64_t person)
{
    str code = figures_new(s->arena, RESET_FIGURES);
    auth_rows_reset_put(s, person, mac_of(s, "reset", code), s->now, s->now + RESET_DELAY);
    return code;
}

/* One that was made later than now is of a clock that was set back: it is none, and another is made in a minute. */
ResetEnd auth_reset_look(Scope *s, int64_t person, str typed, int64_t *ret_from)
{
    str figures;
    auth_rows_reset_row r;
    if (!auth_figures(s->arena, typed, RESET_FIGURES, &figures) || figures.n != RESET_FIGURES) return RESET_NONE;
    if (!auth_rows_reset(s, person, &r) || r.made > s->now || r.made + RESET_LIFE <= s->now) return RESET_NONE;
    if (!auth_mac_fits(s->site->key, "reset", figures, (str){ 0 }, r.mac)) return RESET_NONE;
    *ret_from = r.works;
    return s->now < r.works ? RESET_EARLY : RESET_FITS;
}

void auth_reset_drop(Scope *s, int64_t person) { auth_rows_reset_drop(s, person); }
