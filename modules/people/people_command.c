/* people_command - sampan people …: what only whoever looks after the machine may do.
 *
 *   sampan people code NAME           a code by which somebody who forgot her password sets a new one: she is told, and it works 15 minutes later
 *   sampan people step NAME off       switches her second step off: for who lost the phone and the codes on paper
 *   sampan people password NAME       a new password, read from standard input and not shown: for who holds a role, and nobody else is left */
#include "people_command.h"

#include <unistd.h>

#include "auth/auth.h"
#include "os/os.h"
#include "people.h"
#include "people_sql.h"
#include "web/site.h"

enum { COMMAND_BYTES = 64 << 20 };

typedef struct Order { const char *name; str hash; bool known; str code, why; } Order;

static bool find_person(Scope *s, Order *o, int64_t *ret)
{
    *ret = people_of_login(s, str_from(o->name));
    return o->known = *ret != 0;
}

static bool set_password(Scope *s, void *arg)
{
    Order *o = arg;
    int64_t person;
    if (!find_person(s, o, &person)) return false;
    people_login_hash(s, person, o->hash);
    auth_reset_drop(s, person);
    auth_sessions_end_all(s, person, S(""));
    return true;
}

static bool make_code(Scope *s, void *arg)
{
    str why = { 0 };
    Order *o = arg;
    int64_t person;
    if (!find_person(s, o, &person)) return false;
    o->code = people_code_for(s, person, &why);
    o->why = why;
    return o->code.n > 0;
}

static bool drop_second(Scope *s, void *arg)
{
    Order *o = arg;
    int64_t person;
    if (find_person(s, o, &person)) auth_second_off(s, person);
    return o->known;
}

static int carry_out(Site *site, Arena *arena, bool (*rule)(Scope *, void *), Order *o)
{
    Landing l;
    if (site_write(site, arena, 0, rule, o, &l)) {
        if (o->code.n) printf("%.*s\nworks in %d minutes and for one day; she is told when she next opens a page\n", STR_ARG(o->code), RESET_DELAY / MINUTE);
        else printf("done\n");
        return 0;
    }
    if (l.kind) fprintf(stderr, "it could not be saved: %s\n", l.what);
    else if (o->why.n) fprintf(stderr, "%.*s\n", STR_ARG(o->why));
    else fprintf(stderr, "nobody signs in as %s\n", o->name);
    return 1;
}

static int new_password(Site *site, Arena *arena, Order *o)
{
    str password, again;
    bool whole = os_ask_hidden(arena, "new password", 4 * PASSWORD_MAX, &password);
    password = str_trim(password);
    if (!whole || str_chars(password) < PASSWORD_MIN || str_chars(password) > PASSWORD_MAX) {
        fprintf(stderr, "a password has %d to %d characters\n", PASSWORD_MIN, PASSWORD_MAX);
        return 1;
    }
    if (auth_password_weak(arena, password, S(""), str_from(o->name)) != WEAK_NOT) {
        fprintf(stderr, "this password is guessed first, or has the name in it: take three or four words\n");
        return 1;
    }
    if (isatty(STDIN_FILENO) && (!os_ask_hidden(arena, "the same again", 4 * PASSWORD_MAX, &again) || !str_eq(str_trim(again), password))) {
        fprintf(stderr, "the two were not the same; nothing has changed\n");
        return 1;
    }
    o->hash = auth_hash(arena, password);
    return o->hash.n ? carry_out(site, arena, set_password, o) : 1;
}

int people_command(Site *site, int argc, char **argv)
{
    Region region;
    const char *what = argc > 0 ? argv[0] : "";
    Order order = { .name = argc > 1 ? argv[1] : "" };
    int status = 2;
    CHECK(region_open(&region, COMMAND_BYTES));
    Arena arena = region_arena(&region, NULL);
    if (strcmp(what, "password") == 0 && argc == 2) status = new_password(site, &arena, &order);
    else if (strcmp(what, "code") == 0 && argc == 2) status = carry_out(site, &arena, make_code, &order);
    else if (strcmp(what, "step") == 0 && argc == 3 && strcmp(argv[2], "off") == 0) status = carry_out(site, &arena, drop_second, &order);
    else fprintf(stderr, "usage: sampan people code NAME | step NAME off | password NAME\n");
    region_close(&region);
    return status;
}
