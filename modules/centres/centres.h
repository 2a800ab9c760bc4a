/* centres - places, and who may do what there.
 *
 * A place is everything there is, an economy, a body (a ministry, an association, a group of economies) or a centre. Who holds a role in
 * one holds it in all that lies inside it. A role begins with an offer, to a person or to whoever shows a code, and stands from the moment in
 * which she accepts it, until it is given back, ended, or its day has come. Nobody gives herself a role. Whether somebody holds
 * one is asked of the journal: journal_may. */
#pragma once
#include "centres_records.h"
#include "web/web.h"

enum { CENTRES_NAME_MAX = 100, CENTRES_TEXT_MAX = 400 };     /* characters: of a name; of what is said of a place */

Options centres_economies(Scope *s);
str     centres_economy(Scope *s, str code);                 /* its name; the code itself where we have none */

bool    centres_any(Scope *s);                               /* one is known here, and open */
/* Open centres of which s->me has one of these roles, for choosing one: its stream in figures, and its name. At most 200. */
Options centres_with(Scope *s, int roles);

/* Writing. By the installation itself, which must be a hub: s->me is 0. */
void    centres_give(Scope *s, int64_t person, int role, Audience audience, int64_t stream);
int64_t centres_open(Scope *s, str economy, str name);       /* by s->me or, 0, the installation; the centre's stream */
