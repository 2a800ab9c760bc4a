/* journal_region_test - a box in a region that grows around it. What it holds, and what it and its hub say to each other, hangs on its own
 * people and on nothing else. */
#include "../../tests/deeds.h"

#include "db_all.h"
#include "journal/journal_own.h"
#include "people/people.h"
#include "quiz_records.h"

enum { OURS = 10, THEIRS = 8, SMALL = 2, LARGE = 20 };
#define LESSON "m/c/l1"

typedef struct Class { int64_t centre; int n; int64_t who[OURS]; } Class;

static bool come_rule(Scope *s, void *arg)
{
    Class *c = arg;
    for (int i = 0; i < c->n; i++) {
        s->me = 0;
        s->me = c->who[i] = people_enrol(s, S("Ana"), str_fmt(s->arena, "%lld-%d", (long long)c->centre, i), S("-"));
        person_belongs_add(s, s->me, c->centre);
    }
    return true;
}

static bool lesson_rule(Scope *s, void *arg)
{
    const Class *c = arg;
    for (int i = 0; i < c->n; i++) {
        s->me = c->who[i];
        quiz_answered_add(s, S(LESSON), (quiz_answered_body){ S(LESSON), S("q"), 7, S("right"), S(""), 100 });
    }
    return true;
}

/* Boxes come to the hub one after the other, each with its centre, its people and what they have done. */
static void region_grows(Net *net, int from, int to)
{
    World *w = net_world(net);
    for (int i = from; i < to; i++) {
        Class c = { .centre = id_at(1001 + i, 1, 0), .n = THEIRS };
        net_another(net, 2);
        net_enrol(net, 2, i % 2 ? "ID" : "VN", c.centre);
        EXPECT(net_do(net, 2, 0, come_rule, &c) && net_do(net, 2, 0, lesson_rule, &c));
        net_meet(net, 2, 0);
    }
}

typedef struct Asking { int64_t to; str said; Arena *keep; } Asking;

static bool have_rule(Scope *s, void *arg)
{
    Asking *a = arg;
    while (journal_seal(s)) {}
    a->said = str_keep(a->keep, journal_have(s, a->to));
    return true;
}

static str asks(Net *net, int node, int other)
{
    World *w = net_world(net);
    Asking a = { .to = net_number(net, other), .keep = net_keep(net) };
    EXPECT(net_do(net, node, 0, have_rule, &a));
    return a.said;
}

/* Salts are drawn at random, and so is the number of their digits. */
static ptrdiff_t bytes_of(str said)
{
    ptrdiff_t n = said.n;
    for (ptrdiff_t at; (at = str_find(said, S("\"salt\":\""))) >= 0;) {
        said = str_slice(said, at + 8, said.n);
        n -= str_cut(said, '"').head.n;
    }
    return n;
}

/* A whole visit, whoever begins, in bytes. */
static str visit_bytes(Net *net, int node, int other)
{
    str have = asks(net, node, other), lack = net_lack(net, other, have, 1 << 20), answer = { 0 };
    if (net_take(net, node, lack).wants) net_take(net, other, answer = net_lack(net, node, lack, 1 << 20));
    return str_from(at(net_world(net), "have %td lack %td answer %td", bytes_of(have), bytes_of(lack), bytes_of(answer)));
}

static str rows_of_box(Net *net)
{
    Out o;
    out_init(&o, net_keep(net), 4096);
    for (int i = 0; i < db_table_n; i++) {
        if (db_tables[i].made == DB_CONTENT) continue;
        int64_t n = net_int(net, 1, at(net_world(net), "SELECT count(*) AS value FROM %s", db_tables[i].name));
        out_fmt(&o, "%s %lld\n", db_tables[i].name, (long long)n);
    }
    return out_text(&o);
}

TEST(a_box_holds_and_says_no_more_when_the_region_around_it_is_ten_times_as_large)
{
    Net *net = net_open(w, 3);
    Class ours = { .centre = id_at(1000, 1, 0), .n = OURS };
    str quiet[2], quiet_back[2], lesson[2], lesson_back[2], rows[2];
    net_enrol(net, 1, "ID", ours.centre);
    EXPECT(net_do(net, 1, 0, come_rule, &ours));
    net_meet(net, 1, 0);
    for (int i = 0; i < 2; i++) {
        region_grows(net, i ? SMALL : 0, i ? LARGE : SMALL);
        net_meet(net, 1, 0);
        quiet[i] = visit_bytes(net, 1, 0);
        quiet_back[i] = visit_bytes(net, 0, 1);
        if (i) rows[1] = rows_of_box(net);
        EXPECT(net_do(net, 1, 0, lesson_rule, &ours));
        lesson[i] = visit_bytes(net, 1, 0);
        EXPECT(net_do(net, 1, 0, lesson_rule, &ours));
        lesson_back[i] = visit_bytes(net, 0, 1);
        if (!i) rows[0] = rows_of_box(net);
    }
    EXPECT(net_int(net, 0, "SELECT count(*) AS value FROM people_person") == OURS + LARGE * THEIRS);
    EXPECT(net_int(net, 1, "SELECT count(*) AS value FROM people_person") == OURS);
    EXPECT_STR(rows[1], rows[0]);
    EXPECT_STR(quiet[1], quiet[0]);
    EXPECT_STR(quiet_back[1], quiet_back[0]);
    EXPECT_STR(lesson[1], lesson[0]);
    EXPECT_STR(lesson_back[1], lesson_back[0]);
    net_close(net);
}

TESTS(journal_region, a_box_holds_and_says_no_more_when_the_region_around_it_is_ten_times_as_large)
