#include "talk.h"

/* What is said lives longer than the piece of work that says it. */
static bool says_so(Talk *t, str said)
{
    t->said = str_keep(t->keep, said);
    t->why = str_keep(t->keep, t->why);
    return true;
}

static bool says_why(Talk *t, bool fine)
{
    t->why = str_keep(t->keep, t->why);
    return fine;
}

static bool took(Talk *t, Received got)
{
    t->got = got;
    t->got.why = str_keep(t->keep, got.why);
    return true;
}

static ptrdiff_t most(const Talk *t) { return t->max ? t->max : 1 << 20; }

bool talk_ask(Scope *s, void *talk) { return says_so(talk, journal_ask(s)); }
bool talk_ask_anew(Scope *s, void *talk) { return says_so(talk, journal_ask_anew(s)); }

bool talk_enrol(Scope *s, void *talk)
{
    Talk *t = talk;
    return says_so(t, journal_enrol(s, t->message, t->as, &t->why)) && t->said.n > 0;
}

bool talk_enrolled(Scope *s, void *talk)
{
    Talk *t = talk;
    return says_why(t, journal_enrolled(s, t->message, &t->why));
}

bool talk_recover(Scope *s, void *talk)
{
    Talk *t = talk;
    return says_why(t, journal_recover(s, t->message, &t->why));
}

bool talk_have(Scope *s, void *talk)
{
    Talk *t = talk;
    while (journal_seal(s)) {}
    return says_so(t, journal_have(s, t->to));
}

bool talk_lack(Scope *s, void *talk)
{
    Talk *t = talk;
    while (journal_seal(s)) {}
    return says_so(t, journal_lack(s, t->message, (str){ 0 }, most(t)));
}

bool talk_take(Scope *s, void *talk)
{
    Talk *t = talk;
    return took(t, journal_receive(s, t->message));
}

bool talk_files_wanted(Scope *s, void *talk) { return says_so(talk, journal_files_wanted(s)); }

bool talk_files_given(Scope *s, void *talk)
{
    Talk *t = talk;
    return says_so(t, journal_files_given(s, t->message, most(t)));
}

bool talk_files_take(Scope *s, void *talk)
{
    Talk *t = talk;
    return took(t, journal_files_take(s, t->message));
}
