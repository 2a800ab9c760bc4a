/* people_command - sampan people …: what only whoever looks after the machine may do.
 *
 *   sampan people password NAME       a new password, read from standard input: for who has forgotten hers */
#include "people_command.h"

#include "auth/auth.h"
#include "people.h"
#include "people_sql.h"
#include "web/site.h"

enum { COMMAND_BYTES = 64 << 20 };

typedef struct Order { const char *name; str hash; bool known; } Order;

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
    auth_sessions_end_all(s, person, S(""));
    return true;
}

static int carry_out(Site *site, Arena *arena, bool (*rule)(Scope *, void *), Order *o)
{
    Landing l;
    if (site_write(site, arena, 0, rule, o, &l)) {
        printf("done\n");
        return 0;
    }
    if (l.kind) fprintf(stderr, "it could not be saved: %s\n", l.what);
    else fprintf(stderr, "nobody signs in as %s\n", o->name);
    return 1;
}

static int new_password(Site *site, Arena *arena, Order *o)
{
    char typed[4 * PASSWORD_MAX + 2];
    fprintf(stderr, "new password: ");
    if (!fgets(typed, sizeof typed, stdin)) return 1;
    str password = str_trim(str_from(typed));
    if (str_chars(password) < PASSWORD_MIN || str_chars(password) > PASSWORD_MAX) {
        fprintf(stderr, "a password has %d to %d characters\n", PASSWORD_MIN, PASSWORD_MAX);
        return 1;
    }
    if (auth_password_weak(arena, password, S(""), str_from(o->name)) != WEAK_NOT) {
        fprintf(stderr, "this password is guessed first, or has the name in it: take three or four words\n");
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
    else fprintf(stderr, "usage: sampan people password NAME\n");
    region_close(&region);
    return status;
}
