/* people - the rules, on a Scope.
 *
 * Records  people.records; person.enrolled, person.joined, person.erased: the journal's
 * Tables   people_person: derived; people_login: what one signs in with here; people_guest: people_sweep.c
 * Rule     a record about a person counts only when she wrote it herself. */
#include "people.h"

#include "auth/auth.h"
#include "i18n/i18n.h"
#include "people_sql.h"

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

/* Sessions go along only here, where both have signed in on one device: what comes from elsewhere signs nobody in. */
void people_join(Scope *s, int64_t guest, int64_t person)
{
    person_joined_add(s, guest, guest, (person_joined_body){ person });
    people_guest_let_go(s, guest);
    if (journal_canonical(s, guest) == person) auth_sessions_move(s, guest, person);
}

void people_erase(Scope *s) { journal_erase(s, s->me); }
void people_rename(Scope *s, str name) { person_named_add(s, s->me, (person_named_body){ name }); }
void people_choose_lang(Scope *s, str tag) { person_spoke_add(s, s->me, (person_spoke_body){ tag }); }

/* ---- records become rows ------------------------------------------------------------------------------------------------------ */

/* Every page looks at auth_person alone. */
static void show(Scope *s, int64_t id)
{
    people_person_row p;
    if (people_person(s, id, &p)) auth_person_put(s, id, p.name, p.lang, p.account);
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
