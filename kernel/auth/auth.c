/* auth - sessions, what pages know of people: the rows. Proofs and passwords: auth_proof.c. */
#include "auth/auth.h"

#include <sodium.h>

#include "auth_rows_sql.h"
#include "journal/journal.h"
#include "web/site.h"

enum { HASH_BYTES = 32 };

static str cookie_hash(Scope *s, str cookie)
{
    uint8_t *h = NEW(s->arena, uint8_t, HASH_BYTES);
    crypto_generichash(h, HASH_BYTES, (const uint8_t *)cookie.p, (size_t)cookie.n, NULL, 0);
    return (str){ (const char *)h, HASH_BYTES };
}

static int64_t oldest(const Scope *s) { return s->now - SESSION_DAYS * DAY; }
static int64_t eldest(const Scope *s) { return s->now - SESSION_LIFE_DAYS * DAY; }

/* ---- sessions -------------------------------------------------------------------------------------------------- */

bool auth_session(Scope *s, str cookie, Session *ret)
{
    auth_rows_session_row row;
    if (!auth_rows_session(s, cookie_hash(s, cookie), oldest(s), eldest(s), s->now - RESET_LIFE, &row)) return false;
    bool over = row.ended || (row.until && row.until <= s->now);
    *ret = over ? (Session){ .ended = true }
                : (Session){ .person = row.person, .account = row.account, .name = row.name, .lang = row.lang, .seen = row.seen,
                             .strong = row.strong, .reset_from = row.reset_from, .agreed = row.agreed, .band = row.band,
                             .term = { row.until, row.idle, row.device } };
    return true;
}

typedef struct Mark { const char *mark, *name; } Mark;

/* In this order, because nearly every browser also calls itself Chrome or Safari, and Android calls itself Linux. */
static const Mark browsers[] = {
    { "Edg", "Edge" }, { "OPR/", "Opera" }, { "Opera", "Opera" }, { "SamsungBrowser", "Samsung Internet" }, { "UCBrowser", "UC Browser" },
    { "Firefox", "Firefox" }, { "FxiOS", "Firefox" }, { "Chrome", "Chrome" }, { "CriOS", "Chrome" }, { "Safari", "Safari" },
};
static const Mark systems[] = {
    { "Android", "Android" }, { "iPhone", "iPhone" }, { "iPad", "iPad" }, { "Windows", "Windows" }, { "Mac OS", "Mac" },
    { "CrOS", "ChromeOS" }, { "KAIOS", "KaiOS" }, { "Linux", "Linux" },
};

static const char *known(str agent, const Mark *all, int n)
{
    for (int i = 0; i < n; i++)
        if (str_find(agent, str_from(all[i].mark)) >= 0) return all[i].name;
    return NULL;
}

/* "Chrome, Android": enough for her to know her own devices by; the rest is nobody's business. */
static str short_agent(Scope *s, str agent)
{
    const char *browser = known(agent, browsers, (int)(sizeof browsers / sizeof *browsers));
    const char *system = known(agent, systems, (int)(sizeof systems / sizeof *systems));
    if (browser && system) return str_fmt(s->arena, "%s, %s", browser, system);
    return str_from(browser ? browser : system);
}

void auth_session_start(Scope *s, str cookie, int64_t person, str agent, SessionTerm term)
{
    auth_rows_session_add(s, cookie_hash(s, cookie), person, s->now, short_agent(s, agent), term.until, term.idle, term.device);
}

void auth_session_seen(Scope *s, str cookie) { auth_rows_session_touch(s, cookie_hash(s, cookie), s->now); }

void auth_session_end(Scope *s, str cookie) { auth_rows_session_end(s, cookie_hash(s, cookie), s->now); }
void auth_device_end(Scope *s, int64_t device) { auth_rows_session_end_device(s, device, s->now); }

void auth_device_end_for(Scope *s, int64_t device, int64_t person) { auth_rows_session_end_person(s, device, person, s->now); }

void auth_sessions_end_all(Scope *s, int64_t person, str but_cookie)
{
    auth_rows_session_end_others(s, person, cookie_hash(s, but_cookie), s->now);
}

void auth_sessions_sweep(Scope *s)
{
    auth_rows_session_sweep(s, oldest(s), eldest(s), s->now - ENDED_DAYS * DAY);
    auth_rows_reset_sweep(s, s->now - RESET_LIFE);
}

void auth_session_strong(Scope *s, str cookie) { auth_rows_session_strong(s, cookie_hash(s, cookie), s->now); }

/* A clock that was set back makes nobody strong for longer. */
bool auth_is_strong(const Scope *s, const Session *session)
{
    int64_t since = s->now - session->strong;
    return session->strong && since >= 0 && since < STRONG_HOURS * (int64_t)HOUR;
}

void auth_sessions_move(Scope *s, int64_t from, int64_t to) { auth_rows_session_move(s, from, to); }

SessionRows auth_sessions(Scope *s, int64_t person, str cookie)
{
    auth_rows_session_list_rows found = auth_rows_session_list(s, person, oldest(s), eldest(s), s->now);
    SessionRows rows = { NEW(s->arena, SessionRow, found.n), found.n };
    str mine = cookie_hash(s, cookie);
    for (ptrdiff_t i = 0; i < found.n; i++) {
        const auth_rows_session_list_row *r = &found.row[i];
        rows.row[i] = (SessionRow){ base64url_encode(s->arena, r->hash), r->agent, r->started, r->seen, str_eq(r->hash, mine) };
    }
    return rows;
}

bool auth_session_end_key(Scope *s, int64_t person, str key)
{
    str hash;
    return base64url_decode(s->arena, key, &hash) && auth_rows_session_end_of(s, person, hash, s->now) > 0;
}

void SessionRows_json(Json *j, str key, const SessionRows *rows)
{
    json_array(j, key);
    for (ptrdiff_t i = 0; i < rows->n; i++) {
        const SessionRow *r = &rows->row[i];
        json_object(j, S(""));
        json_str(j, S("key"), r->key);
        json_str(j, S("agent"), r->agent);
        json_int(j, S("started"), r->started);
        json_int(j, S("seen"), r->seen);
        json_bool(j, S("here"), r->here);
        json_object_end(j);
    }
    json_array_end(j);
}

/* ---- what every page knows of a person ------------------------------------------------------------------------- */

void auth_person_put(Scope *s, int64_t id, const AuthPerson *k)
{
    auth_rows_person_keep(s, id, k->name, k->lang, k->account, k->agreed, k->band);
}

int64_t auth_staff_taken(Scope *s)
{
    auth_rows_staff_row row = { 0 };
    if (auth_rows_staff(s, &row)) auth_rows_staff_drop(s, row.person);
    return row.person;
}

bool auth_decides(Scope *s, int64_t person) { return journal_may_somewhere(s, person, ~(ROLE_MEMBER | ROLE_OWNER)); }
