/* people_age - how old she is, roughly: asked once, kindly, and changed at any time.
 *
 * URLs     /people/age
 * Rule     a band and never a day: more is not needed for what hangs on it. Nobody checks it, and who would rather not say is protected as a minor is. */
#include "people_own.h"
#include "people_pages.h"

static Options bands(Scope *s)
{
    Option *row = NEW(s->arena, Option, 4);
    row[0] = (Option){ S("3"), T(s, "18 or older") };
    row[1] = (Option){ S("2"), T(s, "13 to 17") };
    row[2] = (Option){ S("1"), T(s, "Under 13") };
    row[3] = (Option){ S("4"), T(s, "I would rather not say") };
    return (Options){ row, 4 };
}

static Reply age_page(Request *rq, Form *f)
{
    PeopleBand band = people_band(&rq->s, rq->s.me);
    str *typed;
    if (band && !form_all(f, "band", &typed)) form_set(f, "band", str_fmt(rq->s.arena, "%d", (int)band));
    bool minor = band == BAND_CHILD || band == BAND_YOUNG;
    return people_age(rq, f, minor, minor && people_is_answered_for(&rq->s, rq->s.me), bands(&rq->s), return_to(rq));
}

Reply people_age_get(Request *rq) { return age_page(rq, form_filled(rq)); }

Reply people_age_post(Request *rq)
{
    int64_t band;
    Form *f = form(rq);
    if (!str_int(form_raw(f, "band"), &band) || band <= BAND_UNSAID || band >= BANDS) {
        form_error(f, "band", T(&rq->s, "Please choose one of these."));
        return unprocessable(age_page(rq, f));
    }
    person_aged_add(&rq->s, (person_aged_body){ band });
    notice(rq, T(&rq->s, "Thank you. You can change it here at any time."));
    return see_other(rq, band == BAND_ADULT || band == BAND_KEPT ? "/people" : "/people/age");
}
