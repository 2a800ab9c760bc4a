/* centres_lies_test - what a program signs that does not ask whether it may: records of roles that nobody should believe. */
#include "../../tests/deeds.h"
#include "../../tests/net.h"
#include "centres/centres.h"
#include "journal/journal_own.h"

typedef struct Scene { Net *net; World *w; int64_t centre, other, operator, trainer, ana; } Scene;

static bool make_rule(Scope *s, void *arg)
{
    Scene *sc = arg;
    sc->centre = centres_open(s, S("ID"), S("Solo"));
    sc->other = centres_open(s, S("ID"), S("Bogor"));
    centres_give(s, sc->operator, ROLE_OPERATOR, AUDIENCE_CENTRE, sc->centre);
    centres_give(s, sc->trainer, ROLE_TRAINER, AUDIENCE_CENTRE, sc->centre);
    return true;
}

static Scene begin(World *w)
{
    Net *net = net_open(w, 1);
    Scene sc = { .net = net, .w = w, .operator = account(net, 0, "Operator"), .trainer = account(net, 0, "Trainer"), .ana = account(net, 0, "Ana") };
    EXPECT(net_do(net, 0, 0, make_rule, &sc));
    return sc;
}

static str number(const Scene *sc, int64_t id) { return str_fmt(net_keep(sc->net), "%lld", (long long)id); }

static bool says_of(const Scene *sc, int64_t actor, int64_t stream, const char *kind, str grant, const char *body)
{
    return lies(sc->net, 0, (Lie){ AUDIENCE_CENTRE, stream, actor, kind, grant, str_from(body) });
}

static str grant_of(const Scene *sc, int64_t person)
{
    return number(sc, net_int(sc->net, 0, at(sc->w, "SELECT id AS value FROM centres_grant WHERE person = %lld", (long long)person)));
}

static int64_t roles_of(const Scene *sc, int64_t person)
{
    return net_int(sc->net, 0, at(sc->w, "SELECT coalesce(sum(role), 0) AS value FROM journal_standing WHERE person = %lld AND ends = 0", (long long)person));
}

static const char *offer_to(const Scene *sc, const char *role, int64_t person)
{
    return at(sc->w, "{\"role\":\"%s\",\"person\":\"%lld\",\"expires\":4102444800000}", role, (long long)person);
}

TEST(who_offers_a_role_to_herself_or_takes_one_that_was_offered_to_another_has_none)
{
    Scene sc = begin(w);
    str own = number(&sc, id_at(1000, 1, 1)), hers = number(&sc, id_at(1000, 1, 2));
    EXPECT(says_of(&sc, sc.operator, sc.centre, "role.proposed", own, offer_to(&sc, "mentor", sc.operator)));
    EXPECT(says_of(&sc, sc.operator, sc.centre, "role.accepted", own, "{\"name\":\"Me\"}"));
    EXPECT(says_of(&sc, sc.operator, sc.centre, "role.proposed", hers, offer_to(&sc, "mentor", sc.trainer)));
    EXPECT(says_of(&sc, sc.ana, sc.centre, "role.accepted", hers, "{\"name\":\"Ana\"}"));
    EXPECT(roles_of(&sc, sc.operator) == ROLE_OPERATOR && roles_of(&sc, sc.ana) == 0);
    EXPECT(says_of(&sc, sc.trainer, sc.centre, "role.accepted", hers, "{\"name\":\"Trainer\"}"));
    EXPECT(roles_of(&sc, sc.trainer) == (ROLE_TRAINER | ROLE_MENTOR));
    net_close(sc.net);
}

TEST(an_operator_proposes_no_admin_and_releases_no_operator_and_a_trainer_proposes_nobody)
{
    Scene sc = begin(w);
    str a = number(&sc, id_at(1000, 1, 1)), b = number(&sc, id_at(1000, 1, 2));
    EXPECT(says_of(&sc, sc.operator, sc.centre, "role.proposed", a, offer_to(&sc, "admin", sc.ana)));
    EXPECT(says_of(&sc, sc.ana, sc.centre, "role.accepted", a, "{\"name\":\"Ana\"}"));
    EXPECT(says_of(&sc, sc.trainer, sc.centre, "role.proposed", b, offer_to(&sc, "mentor", sc.ana)));
    EXPECT(says_of(&sc, sc.ana, sc.centre, "role.accepted", b, "{\"name\":\"Ana\"}"));
    EXPECT(says_of(&sc, sc.operator, sc.centre, "role.offered", number(&sc, id_at(1000, 1, 3)), offer_to(&sc, "officer", sc.ana)));
    EXPECT(says_of(&sc, sc.operator, sc.centre, "role.released", grant_of(&sc, sc.operator), ""));
    EXPECT(roles_of(&sc, sc.ana) == 0 && roles_of(&sc, sc.operator) == ROLE_OPERATOR);
    net_close(sc.net);
}

TEST(what_is_said_of_a_role_in_another_place_or_by_another_holder_does_not_end_it)
{
    Scene sc = begin(w);
    str grant = grant_of(&sc, sc.trainer);
    EXPECT(says_of(&sc, sc.ana, sc.centre, "role.returned", grant, ""));
    EXPECT(says_of(&sc, sc.trainer, sc.other, "role.returned", grant, ""));
    EXPECT(says_of(&sc, sc.trainer, sc.centre, "role.ended", grant, ""));
    EXPECT(roles_of(&sc, sc.trainer) == ROLE_TRAINER);
    EXPECT(says_of(&sc, sc.operator, sc.centre, "role.released", grant, ""));
    EXPECT(roles_of(&sc, sc.trainer) == 0);
    net_close(sc.net);
}

TESTS(centres_lies, who_offers_a_role_to_herself_or_takes_one_that_was_offered_to_another_has_none,
      an_operator_proposes_no_admin_and_releases_no_operator_and_a_trainer_proposes_nobody,
      what_is_said_of_a_role_in_another_place_or_by_another_holder_does_not_end_it)
