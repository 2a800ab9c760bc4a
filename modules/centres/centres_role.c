/* centres_role - the roles in words, and which may be offered where. */
#include "centres_own.h"

/* Of everything, an economy and a body the same. */
typedef enum Where { AT_CENTRE = 1, AT_LARGE = 2 } Where;
typedef struct Role { int bit; int where; Msg name, does; } Role;

static Role list[] = {
    { ROLE_OPERATOR,    AT_CENTRE,            { .id = N_("Operator") }, { .id = N_("keeps the centre and its page, and names its trainers and mentors") } },
    { ROLE_TRAINER,     AT_CENTRE,            { .id = N_("Trainer") }, { .id = N_("teaches at the centre") } },
    { ROLE_MENTOR,      AT_CENTRE | AT_LARGE, { .id = N_("Mentor") }, { .id = N_("goes on helping a firm after the training") } },
    { ROLE_HOST,        AT_CENTRE | AT_LARGE, { .id = N_("Host of visits") }, { .id = N_("receives visitors from abroad") } },
    { ROLE_OFFICER,     AT_LARGE,             { .id = N_("Officer") }, { .id = N_("opens centres, and answers for them") } },
    { ROLE_FOCAL_POINT, AT_LARGE,             { .id = N_("Focal point") }, { .id = N_("is asked when others do not know whom to ask") } },
    { ROLE_SECRETARIAT, AT_LARGE,             { .id = N_("Secretariat") }, { .id = N_("keeps the papers of a group or a programme") } },
    { ROLE_AGENCY,      AT_LARGE,             { .id = N_("Agency") }, { .id = N_("answers for customs, standards or another public service") } },
    { ROLE_ASSOCIATION, AT_LARGE,             { .id = N_("Association") }, { .id = N_("speaks for the firms of a trade") } },
    { ROLE_EXPERT,      AT_LARGE,             { .id = N_("Expert") }, { .id = N_("knows the law or the trade of one field") } },
    { ROLE_REVIEWER,    AT_LARGE,             { .id = N_("Reviewer") }, { .id = N_("reads what is to be published before it is") } },
    { ROLE_MODERATOR,   AT_LARGE,             { .id = N_("Moderator") }, { .id = N_("keeps a conversation fair") } },
    { ROLE_NEUTRAL,     AT_LARGE,             { .id = N_("Neutral") }, { .id = N_("helps two who quarrel to an end") } },
    { ROLE_LENDER,      AT_LARGE,             { .id = N_("Lender") }, { .id = N_("lends to firms, or insures them") } },
    { ROLE_REGISTRAR,   AT_LARGE,             { .id = N_("Registrar") }, { .id = N_("keeps a public register") } },
    { ROLE_ADMIN,       AT_CENTRE | AT_LARGE, { .id = N_("Admin") }, { .id = N_("gives and ends every role here and in all that lies inside") } },
};
enum { ROLES = sizeof list / sizeof *list };

typedef struct Word { int bit; const char *word; } Word;
static const Word words[] = {
#define X(role, word) { ROLE_##role, word },
    JOURNAL_ROLES(X)
#undef X
};

int role_of_word(str word)
{
    for (int i = 0; i < ROLES; i++)
        if (str_eq(word, role_word(list[i].bit))) return list[i].bit;
    return 0;
}

str role_word(int role)
{
    for (int i = 0; i < COUNT_OF(words); i++)
        if (words[i].bit == role) return str_from(words[i].word);
    return (str){ 0 };
}

str role_name(Scope *s, int role)
{
    for (int i = 0; i < ROLES; i++)
        if (list[i].bit == role) return tr(s->lang, &list[i].name);
    return (str){ 0 };
}

bool operators_may(int64_t audience, int64_t role) { return audience == AUDIENCE_CENTRE && (role & OPERATORS_MAY) != 0; }

str role_does(Scope *s, int role)
{
    for (int i = 0; i < ROLES; i++)
        if (list[i].bit == role) return tr(s->lang, &list[i].does);
    return (str){ 0 };
}

static bool fits(const Role *r, const CentrePlace *p, bool admin)
{
    int where = p->audience == AUDIENCE_CENTRE ? AT_CENTRE : AT_LARGE;
    return r->where & where && (admin || operators_may(p->audience, r->bit));
}

bool may_offer(const CentrePlace *p, int role, bool admin)
{
    for (int i = 0; i < ROLES; i++)
        if (list[i].bit == role) return fits(&list[i], p, admin);
    return false;
}

Options roles_offered(Scope *s, const CentrePlace *p, bool admin)
{
    Option *row = NEW(s->arena, Option, ROLES + 1);
    ptrdiff_t n = 0;
    row[n++] = (Option){ S(""), T(s, "Choose…") };
    for (int i = 0; i < ROLES; i++)
        if (fits(&list[i], p, admin))
            row[n++] = (Option){ role_word(list[i].bit), str_fmt(s->arena, "%.*s: %.*s", STR_ARG(tr(s->lang, &list[i].name)), STR_ARG(tr(s->lang, &list[i].does))) };
    return (Options){ row, n };
}

bool is_admin_of(Scope *s, const CentrePlace *p) { return journal_may(s, s->me, ROLE_ADMIN, (Audience)p->audience, p->stream); }
