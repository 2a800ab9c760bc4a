/* talk - the pieces of work by which two installations speak with each other, as rules for net_do, or for site_write of an installation
 * outside a net.
 *
 *   Talk t = { .keep = net_keep(net) };
 *   net_do(net, 1, 0, talk_ask, &t);             said: what it asks
 *   t.message = t.said;
 *   net_do(net, 0, 0, talk_enrol, &t);           false: it was refused, and why says why */
#pragma once
#include "journal/journal.h"

typedef struct Talk {
    Arena    *keep;                     /* of what is said */
    str       message, said, why;       /* message: what has come */
    const Enrolment *as;
    int64_t   to;                       /* whom a `have` is for; 0: anybody */
    ptrdiff_t max;                      /* bytes of a `lack`, and of the pieces of files; 0: a megabyte */
    Received  got;
} Talk;

bool talk_ask(Scope *s, void *talk);
bool talk_ask_anew(Scope *s, void *talk);
bool talk_enrol(Scope *s, void *talk);
bool talk_enrolled(Scope *s, void *talk);
bool talk_recover(Scope *s, void *talk);
bool talk_have(Scope *s, void *talk);
bool talk_lack(Scope *s, void *talk);
bool talk_take(Scope *s, void *talk);
bool talk_files_wanted(Scope *s, void *talk);
bool talk_files_given(Scope *s, void *talk);
bool talk_files_take(Scope *s, void *talk);
