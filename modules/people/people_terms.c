/* people_terms - the pages of the house's texts, what she agreed to, and the one line that asks.
 *
 * URLs     /people/terms      ?version=20261201: one that was in force once
 *          /people/privacy
 * Rule     a new version asks once, in one line, on pages that work as ever. "Not now" is an answer like "I agree": it is kept, and this version asks
 *          no more. Who reads without an account is asked nothing. */
#include "auth/auth.h"
#include "people_own.h"
#include "people_pages.h"
#include "people_sql.h"

/* 20261201 -> ms of that day. */
static int64_t day_of(Scope *s, int64_t version)
{
    int64_t ms = 0;
    str day = str_fmt(s->arena, "%04lld-%02lld-%02lldT00:00:00Z", (long long)(version / 10000), (long long)(version / 100 % 100), (long long)(version % 100));
    return time_iso_parse(day, &ms) ? ms : 0;
}

static PeopleAgreements agreements_of(Scope *s, PeopleTextName name)
{
    people_agreements_rows all = people_agreements(s, s->me);
    PeopleAgreements hers = { NEW(s->arena, PeopleAgreement, all.n), 0 };
    for (ptrdiff_t i = 0; i < all.n; i++)
        if (str_eq(all.row[i].name, people_text_word(name)))
            hers.row[hers.n++] = (PeopleAgreement){ .version = all.row[i].version, .day = day_of(s, all.row[i].version), .at = all.row[i].at,
                                                    .accepted = all.row[i].accepted };
    return hers;
}

static bool is_new(Scope *s, PeopleTextName name)
{
    PeopleAgreements hers = agreements_of(s, name);
    int64_t said = 0;
    for (ptrdiff_t i = 0; i < hers.n; i++)
        if (hers.row[i].version > said) said = hers.row[i].version;
    return people_text_version(name) > said;
}

static bool is_asked(const Request *rq) { return rq->signed_in && rq->session->agreed < people_texts_version(); }

static Reply text_page(Request *rq, PeopleTextName name)
{
    people_text_row t = { 0 };
    int64_t newest = people_text_version(name), version = query_int(rq, "version", newest);
    bool there = version && people_text(&rq->s, people_text_word(name), str_from(rq->s.lang->tag), version, &t);
    if (version != newest && !there) return not_found(rq);
    PeopleTextView v = { .there = there, .privacy = name == TEXT_PRIVACY, .old = version != newest, .asked = is_asked(rq), .version = version,
                         .day = day_of(&rq->s, version), .title = t.title, .lang = t.lang, .html = t.html };
    v.terms_day = v.asked && is_new(&rq->s, TEXT_TERMS) ? day_of(&rq->s, people_text_version(TEXT_TERMS)) : 0;
    v.privacy_day = v.asked && is_new(&rq->s, TEXT_PRIVACY) ? day_of(&rq->s, people_text_version(TEXT_PRIVACY)) : 0;
    v.agreed = rq->signed_in ? agreements_of(&rq->s, name) : (PeopleAgreements){ 0 };
    if (rq->signed_in) never_kept(rq);
    return people_terms(rq, &v, return_to(rq));
}

Reply people_terms_get(Request *rq) { return text_page(rq, TEXT_TERMS); }
Reply people_privacy_get(Request *rq) { return text_page(rq, TEXT_PRIVACY); }

Reply people_terms_post(Request *rq)
{
    bool accepted = str_eq(form_raw(form(rq), "answer"), S("yes"));
    if (!people_texts_version()) return not_found(rq);
    people_answer(&rq->s, accepted);
    notice(rq, accepted ? T(&rq->s, "Thank you. That is kept with its day, and you find it on this page.")
                        : T(&rq->s, "That is fine. You can go on reading, and agree later on this page."));
    return see_other(rq, "/people/terms");
}

/* ---- the line above a page ----------------------------------------------------------------------------------------------------------------- */

PeopleAsk people_ask(const Request *rq)
{
    if (!rq->signed_in || str_starts(rq->path, S("/people/"))) return PEOPLE_ASKS_NOTHING;
    if (is_asked(rq)) return PEOPLE_ASKS_TERMS;
    return rq->session->band == BAND_UNSAID ? PEOPLE_ASKS_AGE : PEOPLE_ASKS_NOTHING;
}
