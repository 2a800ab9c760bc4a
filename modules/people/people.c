/* people - the rules, on a Scope.
 *
 * Records  people.records; person.enrolled, person.joined, person.erased: the journal's
 * Tables   people_person, people_agreed, people_allowed: derived; people_login: what one signs in with here; people_guest: people_sweep.c;
 *          people_aside: people_shared.c; people_text: people_text.c
 * Rule     a record about a person counts only when she wrote it herself. */
#include "people.h"

#include "auth/auth.h"
#include "i18n/i18n.h"
#include "people_own.h"
#include "people_sql.h"
#include "web/site.h"

static bool is_number_sign(char c) { return c == ' ' || c == '-' || c == '(' || c == ')' || c == '.' || c == '/'; }

/* "+66 (0) 81-234 5678" is a number; "ana-maria" is not. */
static bool is_telephone(str s)
{
    int digits = 0;
    for (ptrdiff_t i = 0; i < s.n; i++) {
        bool digit = s.p[i] >= '0' && s.p[i] <= '9';
        if (!digit && !is_number_sign(s.p[i]) && !(i == 0 && s.p[i] == '+')) return false;
        digits += digit;
    }
    return digits >= 5;
}

static str without_signs(Arena *keep, str s)
{
    Out o;
    out_init(&o, keep, s.n);
    for (ptrdiff_t i = 0; i < s.n; i++)
        if (!is_number_sign(s.p[i])) out_char(&o, s.p[i]);
    return out_text(&o);
}

bool people_login_form(Arena *keep, str typed, str *ret)
{
    str s = auth_fold(keep, str_trim(typed));
    if (is_telephone(s)) s = without_signs(keep, s);
    *ret = s;
    return s.n && str_is_plain(s, false) && str_chars(s) >= 2 && str_chars(s) <= PEOPLE_LOGIN_MAX;
}

int64_t people_of_login(Scope *s, str typed)
{
    str login;
    people_login_row row;
    return people_login_form(s->arena, typed, &login) && people_login(s, login, &row) ? row.person : 0;
}

/* ---- doing ------------------------------------------------------------------------------------------------------------------- */

void people_guest_made(Scope *s, int64_t id)
{
    int64_t before = s->me;
    s->me = id;
    person_made_add(s, id, (person_made_body){ str_from(s->lang->tag) });
    people_guest_watch(s, id);
    s->me = before;
}

/* Her name stands in her own stream: her card goes wherever she ever was. */
int64_t people_enrol(Scope *s, str name, str login, str password_hash)
{
    int64_t before = s->me, id = before ? before : journal_id(s);
    if (!people_login_add(s, login, id, password_hash)) return 0;
    s->me = id;
    people_guest_let_go(s, id);
    person_enrolled_add(s, id, (person_enrolled_body){ { 0 } });
    people_rename(s, name);
    if (!before) people_choose_lang(s, str_from(s->lang->tag));
    s->me = before;
    return id;
}

/* Her words about herself are hers: they are said in her name, by whoever enrols her. */
int64_t people_enrol_named(Scope *s, str name, str lang)
{
    int64_t before = s->me, id = journal_id(s);
    s->me = id;
    person_enrolled_add(s, id, (person_enrolled_body){ { 0 } });
    people_rename(s, name);
    people_choose_lang(s, lang);
    s->me = before;
    return id;
}

bool people_has_login(Scope *s, int64_t person)
{
    people_login_of_row row;
    return people_login_of(s, person, &row);
}

bool people_give_login(Scope *s, int64_t person, str login, str password_hash)
{
    return !people_has_login(s, person) && people_login_add(s, login, person, password_hash);
}

/* Sessions go along only here, where both have signed in on one device: what comes from elsewhere signs nobody in. */
void people_join(Scope *s, int64_t guest, int64_t person)
{
    person_joined_add(s, guest, guest, (person_joined_body){ person });
    people_guest_let_go(s, guest);
    people_aside_drop(s, guest);
    if (journal_canonical(s, guest) == person) auth_sessions_move(s, guest, person);
}

str people_aside_key(Scope *s, int64_t person)
{
    return auth_mac(s->arena, s->site->key, "aside", str_fmt(s->arena, "%lld", (long long)person), (str){ 0 });
}

void people_put_aside(Scope *s, int64_t guest, int64_t person)
{
    people_aside_put(s, guest, person ? people_aside_key(s, person) : (str){ 0 }, s->now);
    people_guest_watch(s, guest);
    people_guest_later(s, guest);
}

void people_erase(Scope *s) { journal_erase(s, s->me); }
void people_rename(Scope *s, str name) { person_named_add(s, s->me, (person_named_body){ name }); }
void people_choose_lang(Scope *s, str tag) { person_spoke_add(s, s->me, (person_spoke_body){ tag }); }

void people_allow(Scope *s, int64_t centre, int64_t person, bool allowed)
{
    person_allowed_add(s, person, person, (person_allowed_body){ centre, allowed });
}

/* ---- asking ------------------------------------------------------------------------------------------------------------------ */

PeopleBand people_band(Scope *s, int64_t person)
{
    people_person_row p;
    return people_person(s, person, &p) && p.band > 0 && p.band < BANDS ? (PeopleBand)p.band : BAND_UNSAID;
}

bool people_is_minor(Scope *s, int64_t person) { return people_band(s, person) != BAND_ADULT; }
bool people_is_answered_for(Scope *s, int64_t person) { return !people_is_minor(s, person) || people_allows(s, person) > 0; }
bool people_may_sell(Scope *s, int64_t person) { return !people_is_minor(s, person); }

bool people_may_talk(Scope *s, int64_t one, int64_t other)
{
    return one != other && !people_is_minor(s, one) && !people_is_minor(s, other);
}

str people_code_for(Scope *s, int64_t person, str *ret_why)
{
    people_login_of_row login;
    if (!people_login_of(s, person, &login)) *ret_why = T(s, "She has no account here, so there is no password to set.");
    else if (auth_decides(s, person))
        *ret_why = T(s, "She holds a role that decides. Nobody else sets a password for her: she has codes on paper for that.");
    else return auth_reset_make(s, person);
    return (str){ 0 };
}

/* ---- records become rows ------------------------------------------------------------------------------------------------------ */

/* Every page looks at auth_person alone. */
static void show(Scope *s, int64_t id)
{
    people_person_row p;
    if (people_person(s, id, &p)) auth_person_put(s, id, &(AuthPerson){ p.name, p.lang, p.account, p.agreed, p.band });
}

void person_made_apply(Scope *s, const Record *r, const person_made_body *b)
{
    people_put_lang(s, r->person, b->lang);
    show(s, r->person);
}

/* Names stood on cards once. */
void people_hears_person_enrolled(Scope *s, const Record *r, const person_enrolled_body *b)
{
    people_put_account(s, r->person);
    if (b->name.n) people_put_name(s, r->person, b->name);
    show(s, r->person);
}

void person_named_apply(Scope *s, const Record *r, const person_named_body *b)
{
    people_put_name(s, r->person, b->name);
    show(s, r->person);
}

void person_spoke_apply(Scope *s, const Record *r, const person_spoke_body *b)
{
    people_put_lang(s, r->person, b->lang);
    show(s, r->person);
}

void person_agreed_apply(Scope *s, const Record *r, const person_agreed_body *b)
{
    people_put_agreement(s, r->person, r->subject, b->version, b->accepted, r->at, b->lang, b->seen);
    people_put_agreed(s, r->person, b->version);
    show(s, r->person);
}

void person_aged_apply(Scope *s, const Record *r, const person_aged_body *b)
{
    people_put_band(s, r->person, b->band);
    show(s, r->person);
}

void person_allowed_apply(Scope *s, const Record *r, const person_allowed_body *b)
{
    people_put_allowed(s, b->centre, r->person, b->allowed);
}
