/* sign_trust - lists of keys, and what a good signature counts for.
 *
 * Which moment counts
 *   A signature says itself when it was made. That is believed while nobody but the owner has the key: it must lie in the key's time,
 *   before its revocation, and not after now. A signature that does not say is as one made when it was first seen, or else now.
 *   When the key was stolen whoever has it can say any time. Then only what the asker had seen before counts.
 *
 * Rule     of several rows for one key and purpose one that revokes it wins, then one that lets it count. A key that is stolen is stolen
 *          for every purpose. */
#include "base/json.h"
#include "sign/sign_own.h"

static const char *const words[SIGN_VERDICTS] = {
    [SIGN_NOT_CHECKED] = "not-checked",     [SIGN_GOOD] = "good",                   [SIGN_UNREADABLE] = "unreadable",
    [SIGN_UNSUPPORTED] = "unsupported",     [SIGN_ALTERED] = "altered",             [SIGN_UNKNOWN_KEY] = "unknown-key",
    [SIGN_WRONG_PURPOSE] = "wrong-purpose", [SIGN_WRONG_ISSUER] = "wrong-issuer",   [SIGN_KEY_NOT_VALID] = "key-not-valid",
    [SIGN_KEY_REVOKED] = "key-revoked",     [SIGN_AHEAD] = "ahead",                 [SIGN_NOT_IN_FORCE] = "not-in-force",
};

str sign_verdict_word(SignVerdict v) { return str_from(words[v < SIGN_VERDICTS ? v : SIGN_NOT_CHECKED]); }

Signed answer(SignVerdict verdict, const char *why) { return (Signed){ .verdict = verdict, .why = why, .place = -1 }; }

/* ---- what it counts for ----------------------------------------------------------------------------------------- */

static bool is_right_issuer(const Signed *g, str expected)
{
    if (expected.n) return str_eq(g->issuer, expected);
    return !str_starts(g->issuer, S("did:key:")) || str_eq(str_slice(g->issuer, S("did:key:").n, g->issuer.n), g->key);
}

static int64_t when_signed(const Signed *g, const SignAsk *ask) { return g->moment ? g->moment : ask->seen ? ask->seen : ask->moment; }

static bool is_revoked(const SignTrust *t, int64_t signed_at, int64_t seen)
{
    if (!t->revoked) return t->stolen;                   /* stolen at no time: at all times */
    return t->stolen ? seen == 0 || seen >= t->revoked : signed_at >= t->revoked;
}

static SignVerdict verdict_of(const Signed *g, const SignTrust *t, const SignAsk *ask)
{
    int64_t at = when_signed(g, ask), latest = ask->seen && ask->seen < ask->moment ? ask->seen : ask->moment;
    if (t->stolen && is_revoked(t, at, ask->seen)) return SIGN_KEY_REVOKED;
    if (!ask->purpose.n || !str_eq(t->purpose, ask->purpose)) return SIGN_WRONG_PURPOSE;
    if (!is_right_issuer(g, t->issuer)) return SIGN_WRONG_ISSUER;
    if (at > latest + SIGN_CLOCK_SLACK) return SIGN_AHEAD;
    if (!t->from || at < t->from || (t->until && at >= t->until)) return SIGN_KEY_NOT_VALID;
    return is_revoked(t, at, ask->seen) ? SIGN_KEY_REVOKED : SIGN_GOOD;
}

static const char *sentence_of(SignVerdict v)
{
    switch (v) {
    case SIGN_GOOD:          return N_("The signature is good.");
    case SIGN_WRONG_PURPOSE: return N_("The key that signed it does not count for this.");
    case SIGN_WRONG_ISSUER:  return N_("It names another issuer than the one who signed it.");
    case SIGN_KEY_NOT_VALID: return N_("It was signed at a time when the key did not count: before its beginning, or after its end.");
    case SIGN_KEY_REVOKED:   return N_("The key that signed it was revoked.");
    case SIGN_AHEAD:         return N_("It says that it was signed later than now: a clock is wrong, there or here.");
    default:                 return N_("It was signed with a key that is not in the list.");
    }
}

/* Of several that refuse, the one that is nearest to yes tells most. */
static int weight(SignVerdict v)
{
    static const SignVerdict order[] = {
        SIGN_NOT_CHECKED, SIGN_WRONG_PURPOSE, SIGN_WRONG_ISSUER, SIGN_KEY_NOT_VALID, SIGN_AHEAD, SIGN_GOOD, SIGN_KEY_REVOKED,
    };
    for (int i = 0; i < (int)(sizeof order / sizeof *order); i++)
        if (order[i] == v) return i;
    return 0;
}

void judge(Signed *g, const SignAsk *ask)
{
    SignVerdict best = SIGN_NOT_CHECKED;
    for (ptrdiff_t i = 0; i < ask->list.n; i++) {
        const SignTrust *t = &ask->list.row[i];
        if (!str_eq(t->key, g->key)) continue;
        SignVerdict v = verdict_of(g, t, ask);
        if (weight(v) <= weight(best)) continue;
        best = v;
        g->owner = t->owner;
    }
    g->verdict = best == SIGN_NOT_CHECKED ? SIGN_UNKNOWN_KEY : best;
    g->why = sentence_of(g->verdict);
}

/* ---- what a document says of itself ----------------------------------------------------------------------------- */

str document_issuer(const Tree *document)
{
    const Tree *issuer = tree_member(document, S("issuer"));
    return !issuer ? (str){ 0 } : issuer->kind == TREE_TEXT ? issuer->text : tree_str(issuer, S("id"));
}

bool moment_read(const Tree *object, str name, int64_t *ret)
{
    const Tree *t = tree_member(object, name);
    return !t || (t->kind == TREE_TEXT && time_iso_parse(t->text, ret) && *ret != 0);
}

bool document_times(const Tree *document, Times *ret)
{
    return moment_read(document, S("validFrom"), &ret->from) && moment_read(document, S("validUntil"), &ret->until);
}

void judge_times(Signed *g, const Times *t, const SignAsk *ask)
{
    bool begun = !t->from || ask->moment >= t->from - SIGN_CLOCK_SLACK, over = t->until && ask->moment >= t->until;
    if (g->verdict != SIGN_GOOD || (begun && !over)) return;
    g->verdict = SIGN_NOT_IN_FORCE;
    g->why = over ? N_("The signature is good, but what was signed is no longer valid.")
                  : N_("The signature is good, but what was signed is not valid yet.");
}

/* ---- lists as JSON ---------------------------------------------------------------------------------------------- */

static void put_moment(Json *j, Arena *keep, str key, int64_t ms)
{
    if (ms) json_str(j, key, time_iso(keep, ms));
}

static void put_row(Json *j, Arena *keep, const SignTrust *t)
{
    json_object(j, S(""));
    json_str(j, S("key"), t->key);
    json_str(j, S("purpose"), t->purpose);
    if (t->issuer.n) json_str(j, S("issuer"), t->issuer);
    if (t->owner) json_id(j, S("owner"), t->owner);
    put_moment(j, keep, S("from"), t->from);
    put_moment(j, keep, S("until"), t->until);
    put_moment(j, keep, S("revoked"), t->revoked);
    if (t->stolen) json_bool(j, S("stolen"), true);
    json_object_end(j);
}

str sign_list_json(Arena *keep, SignList list, int64_t from, int64_t until)
{
    Out o;
    out_init(&o, keep, 256 + 160 * list.n);
    Json j = json_to(&o);
    json_object(&j, S(""));
    json_str(&j, S("type"), S("SignTrustList"));
    put_moment(&j, keep, S("validFrom"), from);
    put_moment(&j, keep, S("validUntil"), until);
    json_array(&j, S("keys"));
    for (ptrdiff_t i = 0; i < list.n; i++) put_row(&j, keep, &list.row[i]);
    json_array_end(&j);
    json_object_end(&j);
    return out_text(&o);
}

static bool get_moment(const Tree *t, int64_t *ret) { return t->kind == TREE_TEXT && time_iso_parse(t->text, ret) && *ret > 0; }

static bool get_text(const Tree *t, str *ret)
{
    *ret = t->text;
    return t->kind == TREE_TEXT && t->text.n > 0;
}

static bool get_member(const Tree *t, SignTrust *ret)
{
    if (str_eq(t->name, S("key")))     return get_text(t, &ret->key);
    if (str_eq(t->name, S("purpose"))) return get_text(t, &ret->purpose) && is_purpose(ret->purpose);
    if (str_eq(t->name, S("issuer")))  return get_text(t, &ret->issuer);
    if (str_eq(t->name, S("owner")))   return t->kind == TREE_TEXT && str_int(t->text, &ret->owner) && ret->owner != 0;
    if (str_eq(t->name, S("from")))    return get_moment(t, &ret->from);
    if (str_eq(t->name, S("until")))   return get_moment(t, &ret->until);
    if (str_eq(t->name, S("revoked"))) return get_moment(t, &ret->revoked);
    if (str_eq(t->name, S("stolen")))  return ret->stolen = t->kind == TREE_TRUE;
    return false;                                        /* what a later list says must not be overlooked */
}

static bool row_read(Arena *keep, const Tree *row, SignTrust *ret)
{
    uint8_t public[KEY_BYTES];
    if (row->kind != TREE_OBJECT) return false;
    for (ptrdiff_t i = 0; i < row->n; i++)
        if (!get_member(row->child[i], ret)) return false;
    return ret->purpose.n && ret->from && key_bytes(keep, ret->key, public) && (!ret->stolen || ret->revoked);
}

static bool has_only_its_members(const Tree *list)
{
    static const char *const known[] = { "keys", "type", "validFrom", "validUntil" };
    for (ptrdiff_t i = 0; i < list->n; i++) {
        bool found = false;
        for (int k = 0; k < (int)(sizeof known / sizeof *known); k++) found |= str_eq(list->child[i]->name, str_from(known[k]));
        if (!found) return false;
    }
    return str_eq(tree_str(list, S("type")), S("SignTrustList"));
}

bool sign_list_read(Arena *keep, str json, SignList *ret, const char **ret_why)
{
    TreeWrong wrong;
    Tree *t = tree_read(keep, json, SIGN_DOCUMENT_MAX, &wrong);
    *ret_why = t ? N_("This is not a list of keys, or one of a kind that is not known here.") : wrong.why;
    const Tree *keys = t ? tree_member(t, S("keys")) : NULL;
    if (!keys || keys->kind != TREE_ARRAY || keys->n > SIGN_LIST_MAX || !has_only_its_members(t)) return false;
    SignTrust *row = NEW(keep, SignTrust, keys->n + 1);
    for (ptrdiff_t i = 0; i < keys->n; i++)
        if (!row_read(keep, keys->child[i], &row[i])) return false;
    *ret = (SignList){ row, keys->n };
    return true;
}
