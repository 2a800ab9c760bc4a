/* centres_command - sampan centres …: what only whoever keeps the machine may do, because nobody else can yet.
 *
 *   sampan centres admin NAME         makes who signs in as NAME an admin of everything; at a hub, and a lone installation is one
 *
 * Programs before this one had a staff mark, which stood for everything: who bore it is made an admin at the start of a hub. */
#include "centres_own.h"

#include "auth/auth.h"
#include "people/people.h"
#include "web/site.h"

enum { COMMAND_BYTES = 64 << 20 };

typedef struct Order { const char *name; bool known, hub; } Order;

static bool make_admin(Scope *s, void *arg)
{
    Order *o = arg;
    int64_t person = people_of_login(s, str_from(o->name));
    o->known = person != 0;
    o->hub = journal_is_hub(s);
    if (!person || !o->hub) return false;
    if (!journal_may(s, person, ROLE_ADMIN, AUDIENCE_PUBLIC, STREAM_PUBLIC)) centres_give(s, person, ROLE_ADMIN, AUDIENCE_PUBLIC, STREAM_PUBLIC);
    return true;
}

static int say(const Order *o, const Landing *l)
{
    if (l->kind) fprintf(stderr, "it could not be saved: %s\n", l->what);
    else if (!o->known) fprintf(stderr, "nobody signs in as %s\n", o->name);
    else fprintf(stderr, "this installation belongs to a hub: roles are given by the hub's admins, on their pages\n");
    return 1;
}

int centres_command(Site *site, int argc, char **argv)
{
    Region region;
    Landing l = { 0 };
    Order o = { .name = argc == 2 ? argv[1] : "" };
    if (argc != 2 || strcmp(argv[0], "admin") != 0) {
        fprintf(stderr, "usage: sampan centres admin NAME\n");
        return 2;
    }
    CHECK(region_open(&region, COMMAND_BYTES));
    Arena arena = region_arena(&region, NULL);
    bool fine = site_write(site, &arena, 0, make_admin, &o, &l);
    int status = fine ? 0 : say(&o, &l);
    if (fine) printf("%s looks after everything here now\n", o.name);
    region_close(&region);
    return status;
}

/* A box waits until it is one no more: its hub gives roles, and a mark of its own counts for nothing there. */
bool centres_start(Scope *s)
{
    int64_t person;
    if (!journal_is_hub(s)) return true;
    while ((person = auth_staff_taken(s))) {
        os_log(LOG_INFO, "centres: somebody with the staff mark of an earlier program is an admin now");
        centres_give(s, person, ROLE_ADMIN, AUDIENCE_PUBLIC, STREAM_PUBLIC);
    }
    return true;
}

bool centres_doctor(Scope *s, struct Doctor *d)
{
    if (centres_holders(s, STREAM_PUBLIC, ROLE_ADMIN, s->now) > 0) doctor_fine(d, "somebody looks after everything here");
    else if (journal_is_hub(s)) doctor_fine(d, "nobody looks after everything here; sampan centres admin NAME makes an admin of who signs in as NAME");
    return true;
}
