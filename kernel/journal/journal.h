/* journal - what people do, appended as records that never change, in the same transaction as the tables they change.
 *
 * A module declares its kinds in X.records (tools/recgen.c); from that come typed functions to write and to apply them. To do
 * something, a rule calls X_happened_add, which appends the record and applies it; nothing else changes derived tables
 * (db_run refuses it). So the click, `sampan rebuild` and the record of another node take one path. docs/EXCHANGE.md is the
 * protocol, with what each step may assume.
 *
 * Rows are a function of the set of records held. `apply` may be written as if all records of its unit came in order of
 * their ids: a record that comes late makes its unit be made again from nothing, before the transaction ends or, when it is
 * long, by a job. What a unit is, the kind says:
 *   MEET_EACH     the record alone: its rows carry the record's id         derived: T by record(id)
 *   MEET_LATEST   of the records with one subject the last one counts      derived: T by subject(topic)
 *   MEET_ORDER    records of one subject, applied in order                 derived: T by subject(topic)
 *   MEET_STREAM   all records of a stream, applied in order                derived: T by person(who), by firm(firm), …
 * In a person's stream the records of guests who turned out to be her count as hers: r->person says whose rows they make.
 *
 * A record: id, node, seq (1, 2, 3, … without gaps for each node and stream), at (ms, the clock of the node), actor (a
 * person; 0: the installation itself), stream, kind, subject (what it is about, at most 200 bytes), body (JSON of the
 * declared shape; longer than 16 KiB it lies in a file). Ids: 41 bits of ms since 2026, 16 bits of node, 6 bits of
 * counter; made here without asking anyone, never going back even when the clock does. */
#pragma once
#include "base/json.h"
#include "base/scope.h"

struct SiteSetup;
typedef struct Record Record;

/* ---- whose a record is ------------------------------------------------------------------------------------------------ */

typedef enum Audience {
    AUDIENCE_PUBLIC = 1,  /* everybody */
    AUDIENCE_ECONOMY,     /* the nodes of one economy */
    AUDIENCE_BODY,        /* a ministry, an association: nodes that hold one of its members */
    AUDIENCE_CENTRE,      /* the nodes of a centre */
    AUDIENCE_FIRM,        /* nodes that hold one of its members */
    AUDIENCE_MATTER,      /* a deal, a case: nodes that hold one of the parties */
    AUDIENCE_PERSON,      /* where she was made, the centres she belongs to, the hub */
    AUDIENCE_CARD,        /* every node that ever held her: where she belongs, that she was joined or erased; no words of hers */
    AUDIENCES
} Audience;

/* A stream is known by one number: the id of the person, firm, … whose it is; of a card minus that; of the public 1; of an
 * economy its two letters. */
#define STREAM_PUBLIC INT64_C(1)
int64_t stream_economy(str code);                       /* "ID"; 0: not two capital letters */
str     stream_name(Arena *keep, Audience audience, int64_t stream);   /* "person 120618073830174976", "economy ID" */

/* ---- who may ----------------------------------------------------------------------------------------------------------- */

/* One bit each; any of several is enough. Roles count in their own stream and in what lies inside it: an officer of an
 * economy is one in its centres. */
#define JOURNAL_ROLES(X) \
    X(OPERATOR, "operator") X(TRAINER, "trainer") X(MENTOR, "mentor") X(OFFICER, "officer") X(EXPERT, "expert") \
    X(NEUTRAL, "neutral") X(AGENCY, "agency") X(FOCAL_POINT, "focal point") X(MODERATOR, "moderator") X(REVIEWER, "reviewer") \
    X(LENDER, "lender") X(REGISTRAR, "registrar") X(ASSOCIATION, "association") X(HOST, "host") X(SECRETARIAT, "secretariat") \
    X(ADMIN, "admin") X(OWNER, "owner")
enum {
    NEEDS_SELF = 1 << 0,      /* whose stream it is, or the guest she was */
    NEEDS_MEMBER = 1 << 1,    /* a member of the stream; of a matter also a member of a firm that is one */
    NEEDS_ANYONE = 1 << 2,
    NEEDS_HUB = 1 << 3,       /* the installation itself (actor 0), when it is a hub */
#define X(role, word) ROLE_BIT_##role,
    ROLE_BIT_FIRST = 7, JOURNAL_ROLES(X)
#undef X
#define X(role, word) ROLE_##role = 1 << ROLE_BIT_##role,
    JOURNAL_ROLES(X)
#undef X
    ROLE_MEMBER = NEEDS_MEMBER,
};

bool journal_may(Scope *s, int64_t person, int needs, Audience audience, int64_t stream);    /* now; for routes and rules */
bool journal_may_somewhere(Scope *s, int64_t person, int roles);                             /* holds one of them, in whatever stream */

/* Only inside apply: the person (or firm, in a matter) stands so in the stream from this record on, until a later one ends it or
 * until a moment (ms; 0: without end). Both words of one standing belong to one unit. */
void standing_put(Scope *s, const Record *r, int64_t stream, int64_t person, int role, int64_t until);
void standing_end(Scope *s, const Record *r, int64_t stream, int64_t person, int role);
/* The same of a stream and what it lies in, of which there may be several: a centre in its economy, an economy in a group of them. Only the
 * record whose id the stream bears may say it, or one in the public stream: nobody else's centre is drawn into one's own economy. */
void stream_put(Scope *s, const Record *r, int64_t stream, int64_t inside);
void stream_end(Scope *s, const Record *r, int64_t stream, int64_t inside);        /* 0: in nothing that it was said to lie in */

/* ---- records and kinds ------------------------------------------------------------------------------------------------- */

struct Record {
    int64_t  id, node, seq, at, actor;
    int64_t  person;                                    /* whose rows: of a personal stream who she is now, else the actor */
    Audience audience;
    int64_t  stream;
    str      kind, subject, body;
};

typedef enum Meet { MEET_EACH = 1, MEET_LATEST, MEET_ORDER, MEET_STREAM } Meet;
typedef enum Subject { SUBJECT_NONE = 1, SUBJECT_TEXT, SUBJECT_ID, SUBJECT_PERSON } Subject;
/* Whose personal data the body is: what she takes with her when she is erased. NOBODY: institutional, stays without a name;
 * PARTIES: theirs together, stays without the name of one who is erased. */
typedef enum Whose { WHOSE_NOBODY = 1, WHOSE_ACTOR, WHOSE_SUBJECT, WHOSE_PARTIES } Whose;

typedef enum BodyType { BODY_STR = 1, BODY_INT, BODY_ID, BODY_PERSON, BODY_REAL, BODY_BOOL, BODY_FILE, BODY_LIST } BodyType;
typedef struct BodyShape BodyShape;
typedef struct BodyField { const char *name; BodyType type; size_t offset; int32_t max; const BodyShape *rows; } BodyField;   /* max: bytes, rows */
struct BodyShape { const BodyField *field; int field_n; size_t size, align; };

/* One row of X_records, made by tools/recgen. */
typedef struct EntryKind {
    const char *kind, *file;                            /* "quiz.answered"; where it is declared */
    int         line;
    bool        heard;                                  /* declared by another module: what it says there holds */
    int         audiences;                              /* 1 << Audience, of each sort of stream it may stand in */
    Subject     subject;
    Whose       whose;
    int         needs;
    Meet        meet;
    int         keep_years;                             /* a law's: longer than the account */
    const char *keep_why;
    const char *shown;                                  /* to her, of what is kept: "Your answers to questions"; NULL: it is not said */
    const BodyShape *shape;
    void      (*apply)(Scope *s, const Record *r, const void *body);
} EntryKind;

enum { JOURNAL_BODY_MAX = 1 << 20 };                    /* bytes; above 16 KiB in a file */

/* Writing; by s->me at s->now; returns the record's id. Called by the made functions. Faults when the actor may not: what a
 * person may do, the route and the rule have asked before. */
int64_t journal_add(Scope *s, const EntryKind *kind, int64_t stream, str subject, const void *body);
int64_t journal_add_in(Scope *s, const EntryKind *kind, Audience audience, int64_t stream, str subject, const void *body);   /* of several sorts */
str     journal_subject(Scope *s, int64_t id);          /* an id as a subject */
int64_t journal_subject_id(const Record *r);            /* and back; 0: it is none */

void body_write(Json *j, const BodyShape *shape, const void *body);        /* an object; what is 0 or empty is left out */
bool body_read(Scope *s, const BodyShape *shape, str json, void *ret);     /* false: not of this shape. Unknown members are passed over */
bool body_is_exact(const BodyShape *shape, const void *body);              /* what is written of it reads as the same again */

int64_t journal_id(Scope *s);                           /* a new id; any scope that writes */
int64_t journal_when(int64_t id);                       /* ms; by the clock of who gave it */
bool    journal_is_hub(Scope *s);                       /* this installation gives numbers to others, or belongs to nobody */
int64_t journal_node(const Scope *s);                   /* the number this process writes under */

/* ---- who is who -------------------------------------------------------------------------------------------------------- */

typedef struct Person { int64_t id; bool account; int64_t joined, erased; bool gone; } Person;   /* joined: who this guest turned out to be, or 0;
                                                                     erased: the record that says it, or 0; gone: all of it is done */
bool    journal_person(Scope *s, int64_t id, Person *ret);       /* false: no card of hers is held */
int64_t journal_canonical(Scope *s, int64_t person);             /* who she is now; the same id for nearly everybody */
typedef struct Ids { const int64_t *row; ptrdiff_t n; } Ids;
Ids     journal_everybody(Scope *s, int64_t person);             /* she and the guests she was */

/* What is held of one person, the guests she was left out. span_ms: between the first and the last of her stream, by the clocks that wrote
 * them; 0 when it was one transaction. elsewhere: she stands on a card, in another stream or in what others wrote, or some of it was written
 * by another installation. */
typedef struct Traces { int64_t records, span_ms; bool elsewhere; } Traces;
Traces  journal_traces(Scope *s, int64_t person);

/* ---- erasing a person ---------------------------------------------------------------------------------------------------- */

/* Writing. Says it on her card and does a first part at once: the words of a small account are in no table when this transaction is on disk.
 * The rest is done in parts by a job; journal_person says when it is `gone`. */
void    journal_erase(Scope *s, int64_t person);
/* What stays of hers because a law asks for it. */
typedef struct KeptKind { str kind, why; int64_t records, until; } KeptKind;     /* until: ms, when the last of them may go */
typedef struct KeptKinds { KeptKind *row; ptrdiff_t n; } KeptKinds;
KeptKinds journal_kept(Scope *s, int64_t person);

/* What is held of her and of the guests she was, by kind, by the names of kinds: what she wrote, and what others wrote to her or of her. kind
 * NULL: this program does not know it (any more). */
typedef struct HeldKind { str name; const EntryKind *kind; int64_t records, others, first, latest; } HeldKind;      /* others: of the records; ms */
typedef struct HeldKinds { HeldKind *row; ptrdiff_t n; } HeldKinds;
HeldKinds journal_held(Scope *s, int64_t person);

/* All that she and the guests she was wrote, then what others wrote to her or of her: a line of JSON each. Appends a piece;
 * false: that was the last. Begins with { .person = her }. */
typedef struct JournalCopy { int64_t person; int who, part; int64_t id; } JournalCopy;
bool    journal_copy(Scope *s, JournalCopy *at, Out *out);
bool    journal_names_file(Scope *s, int64_t person, str file);  /* one of those records does */

/* ---- the node ---------------------------------------------------------------------------------------------------------------- */

/* An installation has an Ed25519 key. Its processes write under a number each, drawn at random until a hub gives one. */
typedef struct Journal Journal;
Journal *journal_open(Site *site, const struct SiteSetup *setup, Arena *keep, str *ret_why);   /* after the migrations; claims a number */
void     journal_close(Journal *j);                     /* before db_close; gives the number back */
bool     journal_begin_again(Site *site);                /* tests: after all its tables were emptied */
void     journal_renew(Site *site);                     /* every 20 s, on a thread that may wait (the thread of jobs does) */

/* Enrolment: the box asks, the hub answers with a certificate, the box takes it. Texts of a few lines, to be carried by hand or by the
 * exchange. ret_why, here and below: written only when the answer is no; a sentence for whoever keeps the installation. */
str     journal_ask(Scope *s);                          /* key and numbers, signed */
str     journal_ask_anew(Scope *s);                     /* for a further number: see journal_recover */
typedef struct Enrolment { str name, economy; bool hub; const int64_t *centres; ptrdiff_t centre_n; } Enrolment;
str     journal_enrol(Scope *s, str asked, const Enrolment *as, str *ret_why);     /* writing, at the root; {0}: *ret_why */
/* Writing, at the box. Where the number is another one, all that was written here so far gets ids of the new one. */
bool    journal_enrolled(Scope *s, str certificate, str *ret_why);
typedef struct NodeRow {
    int64_t node, since, revoked;                       /* since: an id, 0 without a certificate. revoked: the last id that counts, or 0 */
    str     key, name, economy;
    const int64_t *centres; ptrdiff_t centre_n;
    bool    hub, own, enrolled;
} NodeRow;
typedef struct NodeRows { NodeRow *row; ptrdiff_t n; } NodeRows;
NodeRows journal_nodes(Scope *s);
/* root: the key that this network trusts; one's own where there is none above. copied: comes from an old copy, see below. */
typedef struct Network { str key, root; bool copied; } Network;
Network journal_network(Scope *s);
NodeRows journal_holders(Scope *s, int64_t person);     /* who holds her words, of the nodes we know */
bool    journal_revoke(Scope *s, int64_t node, str *ret_why);                      /* writing, at a hub */
bool    journal_keep_home(Scope *s, str economy, bool keep, str *ret_why);         /* writing, at a hub: its personal streams stay on its own nodes */

/* ---- the exchange ------------------------------------------------------------------------------------------------------------- */

bool    journal_seal(Scope *s);                         /* writing: signs a part of what was written here. True: there may be more */
str     journal_have(Scope *s, int64_t to);             /* to: the node it is for, if that is known; else all that is held here stands in it */
/* Writing. What the asker may hold and lacks, at most max_bytes and 2 MiB (but one stretch at least). The message is a `have`, or a `lack` that
 * says that its sender wants more of some streams. told: messages of the same letter so far, when one would be too long. {0}: it is
 * not signed by a node of this network. */
str     journal_lack(Scope *s, str message, str told, ptrdiff_t max_bytes);
/* added, known: records. gap: stretches that do not begin where we end. refused: with why, the first reason. more: the other had more
 * to say than fitted. wants: the other lacks something that we have; answer its message by journal_lack. copied: we come from an
 * old copy. */
typedef struct Received { int64_t added, known, gap, refused; str why; bool more, wants, copied; } Received;
Received journal_receive(Scope *s, str message);        /* writing */
/* Writing, after `copied`: our own records that nobody has get another number, from a certificate asked for anew. To be called
 * after a whole round that said so, before the next one. */
bool    journal_recover(Scope *s, str certificate, str *ret_why);

/* Files that records name: what we lack; and the pieces of what was asked. */
str     journal_files_wanted(Scope *s);
str     journal_files_given(Scope *s, str wanted, ptrdiff_t max_bytes);
Received journal_files_take(Scope *s, str given);       /* writing */

/* ---- keeping it well ------------------------------------------------------------------------------------------------------------ */

/* Writing. All derived tables from nothing. False: a sequence has a gap; the caller rolls back, and nothing has changed. */
bool    journal_rebuild(Scope *s, int64_t *ret_records);
/* While tables are made again in the background: */
bool    journal_is_making(const Site *site);            /* some are */
bool    journal_is_away(Scope *s, const char *module);  /* so many of its rows are missing that its pages cannot be shown yet */
bool    journal_is_mine_made(Scope *s);                 /* those of s->me */
void    journal_make_mine(Scope *s);                    /* writing: those of s->me, before their turn */
int     journal_work(Site *site, Arena *tmp);           /* one part of what waits: stale units, tables of another shape; 0: nothing */
