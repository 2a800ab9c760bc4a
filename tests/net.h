/* net - several installations in one process that talk to each other: real sites, real modules, real records, and the trial's.
 *
 *   Net *net = net_open(w, 3);
 *   net_enrol(net, 1, "ID", centre);             node 0 is the hub
 *   net_do(net, 1, ana, rule, &arg);             a writing piece of work there
 *   net_meet(net, 1, 0);                         the first asks the second, until neither has anything for the other
 *   EXPECT_STR(net_rows(net, 1, TRIAL_ROWS), net_rows(net, 0, TRIAL_ROWS));
 *
 * Node i lies in a folder, and on PostgreSQL a schema, of its own. Each has its own clock: one that all share, and its error. */
#pragma once
#include "world.h"

#include "journal/journal.h"

enum { NET_MAX = 8 };
typedef struct Net Net;
typedef bool NetRule(Scope *s, void *arg);

Net    *net_open(World *w, int nodes);
void    net_close(Net *net);
Site   *net_site(Net *net, int node);
World  *net_world(Net *net);
Arena  *net_keep(Net *net);                     /* lives as long as the test */
int64_t net_number(Net *net, int node);
void    net_again(Net *net, int node);          /* closed and opened, as after a restart */
Site   *net_beside(Net *net, int node);         /* another process over its database, or what starts after a power cut; net_site from now on */
struct Module *net_trial(Net *net, int node);   /* its edition of the trial, from the next start on: .record_n = 0 has no kinds, another
                                                   .made_anew other rules */
void    net_empty(Net *net);                    /* every installation as new, without opening files again: for thousands of runs */
void    net_another(Net *net, int node);        /* one of them: the next box that comes to the hub, with a key of its own */
void    net_copy(Net *net, int node, const char *name);         /* its folder and tables are copied away … */
void    net_restore(Net *net, int node, const char *name);      /* … and put back: a box from an old copy */

int64_t net_now(Net *net);
void    net_wait(Net *net, int64_t ms);
void    net_clock_error(Net *net, int node, int64_t ms);

bool    net_do(Net *net, int node, int64_t me, NetRule *rule, void *arg);       /* false: it returned false or faulted */
const char *net_why(Net *net);                  /* of the last fault */
int64_t net_int(Net *net, int node, const char *sql);
str     net_rows(Net *net, int node, const char *sql);          /* a query with one column "text": a line each */
str     net_table(Net *net, int node, const char *table);        /* all of it, a line a row */
str     net_look(Scope *s, const char *sql);                    /* the same inside a piece of work */
void    net_sql(Net *net, int node, const char *sql);           /* behind the program's back */
void    net_jobs(Net *net, int node);           /* all that waits is done */

/* Carried by hand. */
bool    net_enrol_as(Net *net, int node, const Enrolment *as, str *ret_why);
void    net_enrol(Net *net, int node, const char *economy, int64_t centre);     /* 0: none */
bool    net_is_copied(Net *net, int node);                      /* comes from an old copy, and has written on */
void    net_recover(Net *net, int node, const char *economy, int64_t centre);
str     net_have(Net *net, int node);
str     net_lack(Net *net, int node, str message, ptrdiff_t max);
Received net_take(Net *net, int node, str message);
Received net_meet(Net *net, int node, int other);               /* what `node` was told of its last message */
int     net_carry_files(Net *net, int from, int to, ptrdiff_t max);     /* what `to` lacks, until nothing moves; how many messages */
void    net_all_meet(Net *net);                 /* every node with the hub, until nothing is new; and its jobs */
