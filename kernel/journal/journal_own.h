/* journal_own - what the files of this room share. Nobody else includes it.
 *
 *   journal.c             ids, and appending
 *   journal_kinds.c       the kinds of all modules, and their tables
 *   journal_fold.c        how records become rows: what is valid, what is in order, what must be made again
 *   journal_card.c        who is who: cards
 *   journal_standing.c    who is a member, who has a role, since when
 *   journal_erase.c       words that go
 *   journal_copy.c        all about one person
 *   journal_node.c        this installation: its key, its numbers
 *   journal_roll.c        nodes: whom they speak for, what they may hold
 *   journal_certificate.c how an installation comes into a network
 *   journal_seal.c        signed stretches
 *   journal_look.c        what is kept, looked at again: signed stretches, and files
 *   journal_lines.c       what letters are made of
 *   journal_tell.c        what a node holds, and what another one lacks
 *   journal_take.c        what is taken of a letter
 *   journal_parted.c      an installation that comes from an old copy
 *   journal_files.c       bodies that are too long, and pictures
 *   journal_anew.c        new ids for records that nobody else has
 *   journal_make.c        tables made again: all, or a module's in the background
 *   journal_module.c      the journal's own jobs, and what doctor sees of it
 *   body.c                bodies by their shape */
#pragma once
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include "jobs/jobs.h"
#include "journal/journal.h"
#include "journal_records.h"
#include "journal_rows_sql.h"
#include "web/site.h"

#define JOURNAL_EPOCH INT64_C(1767225600000)        /* 2026-01-01T00:00:00Z */
#define CLOCK_MAX     (INT64_C(1) << 40)            /* ms after the epoch, late in 2060: no clock is believed beyond */

enum {
    NODE_BITS = 16, COUNTER_BITS = 6, COUNTERS = 1 << COUNTER_BITS,
    NODE_MAX = (1 << NODE_BITS) - 1,
    INLINE_BYTES_MAX = 16 * 1024,                   /* a longer body lies in a file */
    SUBJECT_BYTES_MAX = 200, KIND_BYTES_MAX = 64,
    LEASE_MS = 60 * SECOND,                         /* who does not renew within it has lost his number */
    AHEAD_MS = 40 * SECOND,                         /* how far the mark on disk is raised above what is given out */
    ROOM_BYTES = 64 * 1024,                         /* of Journal.room */
    HASH_BYTES = 32, SIGNATURE_BYTES = 64, KEY_CHARS = 64, HASH_DIGITS = 16,
    STRETCH_RECORDS = 100,                          /* of ours, before they are signed as one */
    STRETCH_MAX = 200,                              /* records that are taken as one; we make shorter ones (journal_seal.c) */
    MESSAGE_BYTES_MAX = 4 << 20,                    /* that are read as one; we make shorter ones (journal_tell.c) */
    PART_RECORDS = 2000,                            /* what one transaction does of long work */
};

static inline int64_t id_ms(int64_t id) { return id >> (NODE_BITS + COUNTER_BITS); }
static inline int64_t id_node(int64_t id) { return id >> COUNTER_BITS & NODE_MAX; }
static inline int64_t id_at(int64_t ms, int64_t node, int counter) { return (ms << NODE_BITS | node) << COUNTER_BITS | counter; }
static inline bool is_node(int64_t node) { return node >= 1 && node <= NODE_MAX; }
static inline bool is_personal(Audience a) { return a == AUDIENCE_PERSON || a == AUDIENCE_CARD; }
static inline bool may_stand_in(const EntryKind *k, Audience a) { return k->audiences & 1 << a; }
static inline int64_t owner_of(int64_t stream) { return stream < 0 ? -stream : stream; }

/* ---- kinds (journal_kinds.c) ------------------------------------------------------------------------------------------ */

/* What makes rows of a kind: the module that declares it, and those that hear it. The first of a name is the declaration. */
typedef struct KindRow { str name; const EntryKind *row, *declared; const char *module; int order; } KindRow;

/* A module that makes rows, with its derived tables. The kernel's own kinds are of the module "journal". */
typedef struct Maker { const char *module; const DbTable **table; int table_n; char shape[17]; atomic_bool making; } Maker;

/* in_unit: its unit is made again. body: what its text says, where that need not be read. */
typedef struct Applying { Record r; const KindRow *row; const void *body; bool in_unit; } Applying;

struct Journal {
    Site           *site;
    char           *room;           /* for claiming and renewing, which no two threads do at once */
    KindRow        *kinds;
    int             kind_n;
    Maker          *makers;
    int             maker_n;
    atomic_bool     making;         /* some maker is */
    const DbTable **local;          /* tables of this installation with rows of a person */
    int             local_n;
    const DbIdColumn *id;           /* columns of such tables that hold ids */
    int             id_n;
    uint8_t         secret[64];     /* of this installation: Ed25519 */
    char            key[KEY_CHARS + 1];
    const Applying *applying;       /* the writer's: what is being applied */
    int64_t         stale_marks;    /* the writer's: how often something was marked stale */
    bool            stale_any;      /* the writer's: something may be stale */
    bool            careful;        /* the writer's: what a rule did can be undone */
    pthread_mutex_t lock;           /* of what follows */
    int64_t         node;
    char            lease[33];
    int64_t         last_ms;        /* of the last id given out */
    int             counter;
    int64_t         mark;           /* on disk for sure: after a crash ids begin above it */
};

bool           kinds_collect(Journal *j, const SiteSetup *setup, Arena *keep, str *ret_why);
const KindRow *kinds_named(const Journal *j, str kind, int *ret_n);      /* those of one name, the declaration first */
const EntryKind *kind_declared(const Scope *s, str kind);                /* NULL: nobody knows it */
Maker         *maker_named(const Journal *j, const char *module);
extern const Module journal_module;
static inline bool is_journals(const char *module) { return strcmp(module, "journal") == 0; }

/* ---- appending and ids (journal.c) ------------------------------------------------------------------------------------- */

typedef struct Stored {             /* a row of the table journal */
    Record  r;                      /* r.person is the actor */
    bool    own;
    int64_t salt;
    str     mark;                   /* of an erased body */
} Stored;

void    journal_follow(Journal *j, int64_t id);     /* ids given out from now on are later than this one */
void    ids_go_back(Scope *s, int64_t ms);          /* after a clock that was ahead: nothing of ours is later than this any more */
void    note_again(Scope *s, const Record *r);      /* whom it speaks of, which files it names, whether its kind is known */
int64_t salt_new(void);

/* ---- rows (journal_fold.c) ------------------------------------------------------------------------------------------------ */

/* meet: EACH, ORDER (by subject, also where the latest counts) or STREAM. stream: of a person, and of a card, her id. */
typedef struct Unit { const char *module; Meet meet; Audience audience; int64_t stream; str topic; bool refusals, erased; } Unit;
static inline bool is_card(const Unit *u) { return is_journals(u->module) && u->audience == AUDIENCE_PERSON && u->meet == MEET_STREAM; }

/* A record that was just put into the table: applied, kept waiting, refused, or its unit marked stale. True: something is
 * stale now. here: it was written here, where its actor has been asked for already; NULL: it came. */
typedef struct Here { bool in_order; const void *body; } Here;
bool    land(Scope *s, Record *r, const Here *here);
/* NULL: it counts; else why not, for the operator. here: it is being written here, and what cannot be told is no. */
const char *why_not(Scope *s, const Record *r, const EntryKind *kind, bool here);
const char *stream_wrong(const Record *r, const EntryKind *kind);
const char *subject_wrong(const Record *r, const EntryKind *kind);
Unit    unit_of(Scope *s, const char *module, const Record *r, const EntryKind *kind);
int64_t unit_make(Scope *s, Unit *u);               /* from nothing; how many records it looked at. Costs all of the unit */
void    stale_record(Scope *s, const Record *r);    /* whether it counts may have changed */
void    stale_person(Scope *s, int64_t person);     /* all her rows, of every module */
void    stale_rest(Scope *s, int64_t person);       /* of somebody erased, whose rows are gone: those that some of her records still make */
void    stale_card(Scope *s, int64_t person);
void    stale_node(Scope *s, int64_t node, int64_t after);                   /* whether its records count may have changed */
bool    settle(Scope *s, int64_t records);          /* makes stale units again, about so many records; false: some are left */
void    settle_cards(Scope *s);                     /* those on which others lean */
void    stale_look(Scope *s);                       /* whether an earlier piece of work, or another process, left some */
bool    record_by_id(Scope *s, int64_t id, Record *ret);
bool    record_with_person(Scope *s, int64_t id, Record *ret);
int64_t person_rows_trim(Scope *s, int64_t person, int64_t most);            /* at most so many of her rows; what is left of most */

/* ---- who is who, and who may (journal_card.c, journal_standing.c) ------------------------------------------------------------- */

int64_t person_erased(Scope *s, int64_t id);        /* the record that erases her, or one who said that this guest was her; 0: none */
void    card_compare(Scope *s, const Person *before, const Person *after);
typedef enum Stands { STANDS_NO, STANDS_YES, STANDS_UNKNOWN } Stands;
Stands  has_standing(Scope *s, int64_t person, int needs, Audience audience, int64_t stream, int64_t id);    /* as of that id */
bool    hub_denies(Scope *s, int64_t record);       /* one has said that it does not count */
void    hub_judges(Scope *s);                       /* when we are one: says what others cannot know */
typedef struct UnitBefore { journal_rows_standing_of_unit_rows standing; journal_rows_streams_of_unit_rows streams; Person person; } UnitBefore;
UnitBefore unit_before(Scope *s, const Unit *u);
void    unit_compare(Scope *s, const Unit *u, const UnitBefore *before);     /* whose standing changed has her records looked at again */
void    unit_standing_drop(Scope *s, const Unit *u);

/* ---- words that go (journal_erase.c) -------------------------------------------------------------------------------------------- */

bool    words_are_erased(Scope *s, const Record *r, const EntryKind *kind);  /* kind NULL: unknown */
void    take_without_words(Scope *s, Stored *r, const EntryKind *kind);      /* if they are erased */
bool    is_kept(const EntryKind *kind, const Record *r, int64_t now);        /* a law keeps it */
void    erase_begin(Scope *s, int64_t person);
bool    erase_more(Scope *s, void *ret_more);       /* one part of what was begun; false: nothing is left, or it waits for the log */
bool    erase_kept_job(Scope *s, str body);

/* ---- nodes (journal_node.c, journal_roll.c, journal_certificate.c, journal_anew.c) ------------------------------------------------ */

bool    is_root(Scope *s);                          /* belongs to no network, or is its root: decides for itself */
bool    is_alone(Scope *s);                         /* belongs to no network and has enrolled nobody */
bool    made_there(Scope *s, int64_t person, int64_t node);   /* by that installation */
int64_t self_node(Scope *s);                        /* of ours, one that others know */
bool    node_is_hub(Scope *s, int64_t node);
bool    node_speaks_for(Scope *s, int64_t node, int64_t person, int64_t id);
/* Up to which id: 0 nothing, HOLDS_ALL while it holds somebody who belongs there, else until the last of them was gone. */
#define HOLDS_ALL INT64_MAX
int64_t node_holds_until(Scope *s, int64_t node, Audience audience, int64_t stream);
static inline bool node_may_hold(Scope *s, int64_t node, Audience audience, int64_t stream)
{
    return node_holds_until(s, node, audience, stream) == HOLDS_ALL;
}
typedef struct StreamUntil { int64_t stream, until; } StreamUntil;
typedef struct Streams { StreamUntil *row; ptrdiff_t n; } Streams;   /* sorted: cards, which are negative, first */
Streams node_streams(Scope *s, int64_t node);       /* of those that we hold, what it may hold */
Streams all_streams(Scope *s);
Audience audience_here(Scope *s, int64_t stream);   /* 0: we hold nothing of it */
bool stream_fits(Audience audience, int64_t stream); /* whether such a stream can have this number */
bool    certificate_take(Scope *s, str line, str *ret_why);          /* checked, then kept; those above it must be here */
void    certificates_take(Scope *s, str message);   /* all that stand in it; what is not good is passed over */
str     certificates_for(Scope *s, int64_t node);   /* from the root down, a line each */
void    certificates_own(Scope *s);                 /* the root's, for numbers that have none yet */
str     ask_for_more(Scope *s);                     /* lines for numbers of ours that have none */
str     give_more(Scope *s, int64_t node, str lines);        /* a hub's answer to such lines of a node it knows */
bool    key_signs(Arena *tmp, str key, str text, str signature);     /* key: hex */
str     sign(Scope *s, str text);                   /* by this installation; SIGNATURE_BYTES */
void    own_number_use(Scope *s, int64_t node);     /* from now on this process writes under it */

enum { NEW_NUMBERS_MAX = 64 };
typedef struct NewNumber { int64_t old, new; } NewNumber;
typedef struct NewNumbers { int n; NewNumber row[NEW_NUMBERS_MAX]; } NewNumbers;
void    numbers_anew(Scope *s, const NewNumbers *numbers);
void    forked_anew(Scope *s, int64_t node);        /* what only we have, after an old copy */
void    future_anew(Scope *s, str message);         /* after a hub has said its time */
int64_t time_told(Scope *s);                        /* ms: our clock, or what is here that is later; others hear it */
void    record_forget(Scope *s, int64_t id);        /* as if it had never come; what was made of it is to be made again */

/* ---- seals (journal_seal.c) ------------------------------------------------------------------------------------------------------ */

typedef struct Stretch { Audience audience; int64_t stream, node, from, to; } Stretch;
typedef struct Chain { crypto_generichash_state state; } Chain;
str     commitment(Arena *keep, int64_t salt, str body);
str     record_lines(Arena *keep, const Stored *r); /* what its digest is of: the same lines, the same record */
void    chain_begin(Chain *c, str before);          /* the hash of the stretch before; empty for the first */
void    chain_record(Scope *s, Chain *c, const Stored *r);
str     chain_end(Arena *keep, Chain *c);
str     seal_text(Arena *keep, const Stretch *at, str hash);
str     hash_up_to(Scope *s, int64_t stream, int64_t node, int64_t seq);     /* empty: nothing is sealed there */
Stored  stored_of(const journal_rows_after_seq_row *p);
bool    stored_by_id(Scope *s, int64_t id, Stored *ret);
bool    seal_job(Scope *s, str body);

/* ---- looked at again (journal_look.c) ------------------------------------------------------------------------------------------- */

JobEnd  check_work(Scope *s, Job *job);
bool    check_write(Scope *s, Job *job);
bool    check_all(Scope *s, void *arg);             /* writing: all seals at once, for the tests */
JobEnd  files_work(Scope *s, Job *job);
bool    files_write(Scope *s, Job *job);

/* ---- the exchange (journal_lines.c, journal_tell.c, journal_take.c, journal_parted.c, journal_files.c) -------------------------------- */

bool    take_line(str *text, str *ret);             /* false: it was the last, and cut off */
str     take_word(str *line);
bool    take_number(str *line, int64_t *ret);
bool    take_stream(str *line, Audience *ret_audience, int64_t *ret_stream);
void    hash_digits(Scope *s, Out *o, str hash);
bool    same_hash(Scope *s, str hash, str digits);  /* hash empty: it is not known here */
bool    record_parse(Arena *keep, str line, Stored *ret);    /* but for its place, which the stretch says */
void    signed_end(Scope *s, Out *o);               /* the last line of a message */
bool    signed_by(Scope *s, str message, int64_t node, str *ret_lines);      /* the lines before it, when it is right */
int64_t message_node(str message, const char *word, int64_t *ret_time);      /* "have 4711 1795316400000"; 0: it is none */
int64_t hub_time(Scope *s, str message);            /* 0: it is not from a hub */

typedef enum Parted { PARTED_NOT, PARTED_SOMEWHERE, PARTED_HERE, PARTED_BEFORE } Parted;
bool    number_is_ours(Scope *s, int64_t node);
bool    has_parted(Scope *s, int64_t stream, int64_t node);
bool    number_has_parted(Scope *s, int64_t node);
void    parted_somewhere(Scope *s, int64_t stream, int64_t node);
void    parted_here(Scope *s, int64_t stream, int64_t node, int64_t seq);    /* the same up to seq */
void    parted_at_record(Scope *s, int64_t id);
void    parted_nowhere(Scope *s, int64_t stream, int64_t node);
void    they_lack(Scope *s, int64_t stream, str places);                     /* places: "<node>:<seq>:<hash> …", what they hold of it */
void    parted_begin(Scope *s);                     /* a letter is about to be read */
Parted  parted_end(Scope *s);                       /* and was read: the worst that is known */
void    parted_collect(Scope *s);                   /* before new ids are given */
void    parted_moved(Scope *s);                     /* and after */

void    outside_note(Scope *s, const Record *r);    /* the file that its body lies in, if it does */
bool    body_fetch(Scope *s, Record *r);            /* a long body out of its file; false: it waits for it */
void    waiting_land(Scope *s, str what);           /* records that waited for a kind or a file */

/* ---- making again (journal_make.c) -------------------------------------------------------------------------------------------------- */

bool    makers_start(Scope *s, void *arg);
bool    unit_is_made(Scope *s, const Unit *u);      /* false: its turn will come */
void    make_all(Scope *s);
