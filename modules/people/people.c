/* people - the rules, on a Scope.
 *
 * Records  person.made {"lang"}, person.enrolled {"name"}, person.named {"name"}, person.spoke {"lang"}: subject: the
 *          person, who is also the actor        person.joined {"into"}: subject: the guest, actor: the account
 *          person.erased: subject: the person
 * Tables   people_person, people_alias: derived; people_login: what one signs in with here
 * Rule     a record about a person counts only when she wrote it herself. */
#include "people.h"

#include "auth/auth.h"
#include "i18n/i18n.h"
#include "people_sql.h"

/* ---- looking ---------------------------------------------------------------------------------------------------------------- */

int64_t people_canonical(Scope *s, int64_t person)
{
    people_alias_of_row row;
    return people_alias_of(s, person, &row) ? row.person : person;
}

str people_name(Scope *s, int64_t person)
{
    people_person_row row;
    return people_person(s, people_canonical(s, person), &row) ? row.name : (str){ 0 };
}

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

/* ---- doing ------------------------------------------------------------------------------------------------------------------- */

static str body_of(Scope *s, const char *name, str value)
{
    Out o;
    out_init(&o, s->arena, value.n + 32);
    Json j = json_to(&o);
    json_object(&j, S(""));
    json_str(&j, str_from(name), value);
    json_object_end(&j);
    return out_text(&o);
}

static str id_text(Scope *s, int64_t id) { return str_fmt(s->arena, "%lld", (long long)id); }

static void say_of_me(Scope *s, const char *kind, const char *name, str value)
{
    journal_add(s, kind, id_text(s, s->me), body_of(s, name, value));
}

void people_guest_made(Scope *s, int64_t id)
{
    int64_t before = s->me;
    s->me = id;
    say_of_me(s, "person.made", "lang", str_from(s->lang->tag));
    s->me = before;
}

int64_t people_enrol(Scope *s, str name, str login, str password_hash)
{
    int64_t before = s->me, id = before ? before : journal_id(s);
    if (!people_login_add(s, login, id, password_hash)) return 0;
    s->me = id;
    say_of_me(s, "person.enrolled", "name", name);
    if (!before) say_of_me(s, "person.spoke", "lang", str_from(s->lang->tag));
    s->me = before;
    return id;
}

void people_join(Scope *s, int64_t guest, int64_t person)
{
    journal_add(s, "person.joined", id_text(s, guest), body_of(s, "into", id_text(s, person)));
}

void people_erase(Scope *s)
{
    people_guests_of_rows guests = people_guests_of(s, s->me);
    for (ptrdiff_t i = 0; i < guests.n; i++) journal_erase(s, guests.row[i].id);
    journal_erase(s, s->me);
}

void people_rename(Scope *s, str name) { say_of_me(s, "person.named", "name", name); }
void people_choose_lang(Scope *s, str tag) { say_of_me(s, "person.spoke", "lang", tag); }

/* ---- records become rows ------------------------------------------------------------------------------------------------------ */

/* Every page looks at auth_person alone. */
static void show(Scope *s, int64_t id)
{
    people_person_row p;
    if (people_person(s, id, &p)) auth_person_put(s, id, p.name, p.lang, p.account);
    else auth_person_drop(s, id);
}

/* The person a record is about, when she wrote it herself. A guest who has joined somebody leaves no row behind. */
static bool about_herself(Scope *s, const Record *r, Body **ret_body)
{
    people_alias_of_row joined;
    int64_t id;
    *ret_body = body_read(s, r->body);
    if (!*ret_body || !str_int(r->subject, &id) || id != r->actor || people_alias_of(s, id, &joined)) return false;
    people_put_person(s, id);
    return true;
}

static void apply_made(Scope *s, const Record *r)
{
    Body *b;
    if (!about_herself(s, r, &b)) return;
    people_put_lang(s, r->actor, body_str(b, "lang"), r->id);
    show(s, r->actor);
}

static void apply_enrolled(Scope *s, const Record *r)
{
    Body *b;
    if (!about_herself(s, r, &b)) return;
    people_put_account(s, r->actor);
    people_put_name(s, r->actor, body_str(b, "name"), r->id);
    show(s, r->actor);
}

static void apply_named(Scope *s, const Record *r)
{
    Body *b;
    if (!about_herself(s, r, &b)) return;
    people_put_name(s, r->actor, body_str(b, "name"), r->id);
    show(s, r->actor);
}

static void apply_spoke(Scope *s, const Record *r)
{
    Body *b;
    if (!about_herself(s, r, &b)) return;
    people_put_lang(s, r->actor, body_str(b, "lang"), r->id);
    show(s, r->actor);
}

static void apply_joined(Scope *s, const Record *r)
{
    Body *b = body_read(s, r->body);
    int64_t guest, into = b ? body_int(b, "into") : 0;
    people_person_row known;
    if (!into || into != r->actor || !str_int(r->subject, &guest) || guest == into) return;
    if (people_person(s, guest, &known) && known.account) return;      /* an account is nobody else's guest */
    people_put_alias(s, guest, into, r->id);
    people_drop_person(s, guest);
    auth_sessions_move(s, guest, into);
    show(s, guest);
}

static void apply_erased(Scope *s, const Record *r)
{
    int64_t id;
    if (!str_int(r->subject, &id)) return;
    people_drop_person(s, id);
    people_drop_aliases(s, id);
    people_login_drop(s, id);
    auth_staff_mark(s, id, false);
    auth_sessions_end_all(s, id, S(""));
    show(s, id);
}

const EntryKind people_kinds[PEOPLE_KINDS] = {
    { "person.made",     apply_made,     MERGE_APPEND, .personal = true },
    { "person.enrolled", apply_enrolled, MERGE_LATEST, .personal = true },
    { "person.named",    apply_named,    MERGE_LATEST, .personal = true },
    { "person.spoke",    apply_spoke,    MERGE_LATEST, .personal = true },
    { "person.joined",   apply_joined,   MERGE_LATEST, .personal = true },
    { "person.erased",   apply_erased,   MERGE_APPEND },
};
