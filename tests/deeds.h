/* deeds - what people do in tests of the journal, a line each: as the modules' rules would, at a node of a net.
 *
 *   int64_t ana = guest(net, 1);
 *   EXPECT(enrols(net, 1, ana, "Ana"));
 *   EXPECT(!states(net, 1, ana, "ID", "duty", "5") && strstr(net_why(net), "standing"));
 *
 * Each answers whether it was done; net_why says why not. Streams of a firm or a matter bear the id of what made them. */
#pragma once
#include "net.h"

typedef enum Act { MAKE, ENROL, JOIN, NAME, ANSWER, TASK, DONE, NOTE, MARK, BELONG, LEAVE, ERASE, VOICE, FOUND, ADMIT, PART, SELL, DEAL, OFFER,
                   STATE, REMARK, OPEN, CLAIM, PLACE, GROUP, ENTRUST, APPOINT, DISMISS, TRAIN, KEEP_HOME,
                   AGREE, AGE, ALLOW, CENTRE, DESCRIBE, GIVE, TENDER, PROPOSE, ACCEPT, RETURN, END, RELEASE, ACTS } Act;
extern const char *const act_words[ACTS];

/* a, b, c: who, where and how much; see deeds.c. made: the id of what was made. audience, role, code: of roles in centres. */
typedef struct Deed { Act act; int64_t a, b, c, made; str words; Audience audience; int role; str code; } Deed;
bool deed(Net *net, int node, int64_t me, Deed *d);

/* What a program signs that does not ask whether it may; its own tables are honest. */
typedef struct Lie { Audience audience; int64_t stream, actor; const char *kind; str subject, body; } Lie;
bool lies(Net *net, int node, Lie l);

int64_t guest(Net *net, int node);
int64_t account(Net *net, int node, const char *name);
bool    enrols(Net *net, int node, int64_t me, const char *name);
bool    joins(Net *net, int node, int64_t me, int64_t guest);
bool    is_named(Net *net, int node, int64_t me, const char *name);
int64_t notes(Net *net, int node, int64_t me, const char *words);               /* 0: not done */
bool    marks(Net *net, int node, int64_t me, int64_t note, bool done);
bool    belongs(Net *net, int node, int64_t me, int64_t centre);
bool    leaves(Net *net, int node, int64_t me, int64_t centre);
bool    erases_herself(Net *net, int node, int64_t me);
bool    voices(Net *net, int node, int64_t me, const char *economy, const char *words, int64_t about);
bool    states(Net *net, int node, int64_t me, const char *economy, const char *value);                 /* the duty of */
int64_t opens(Net *net, int node, int64_t me, const char *economy);             /* a centre */
bool    claims(Net *net, int node, int64_t me, const char *economy, int64_t centre);
bool    trains(Net *net, int node, int64_t me, int64_t trainer, int64_t centre);                        /* an officer says it */
bool    remarks(Net *net, int node, int64_t trainer, int64_t learner, const char *words);
int64_t founds(Net *net, int node, int64_t me);                                 /* a firm */
bool    admits(Net *net, int node, int64_t me, int64_t firm, int64_t person);
bool    parts(Net *net, int node, int64_t me, int64_t firm, int64_t person);
bool    sells(Net *net, int node, int64_t me, int64_t firm, int64_t sale, str note);
int64_t deals(Net *net, int node, int64_t me, int64_t seller, int64_t buyer);   /* a matter between two firms */
bool    offers(Net *net, int node, int64_t me, int64_t matter, int64_t price);
/* Said by the installation itself, which must be a hub. */
bool    hub_places(Net *net, int64_t centre, const char *economy);
bool    hub_groups(Net *net, const char *economy, int64_t group);
bool    hub_entrusts(Net *net, int64_t officer, int64_t group);
bool    hub_appoints(Net *net, int64_t officer, const char *economy, int64_t until);
bool    hub_dismisses(Net *net, int64_t officer, const char *economy);
bool    hub_trains(Net *net, int64_t trainer, int64_t centre);
