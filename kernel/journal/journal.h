/* journal - what people did, appended as records that never change, in the same transaction as the tables they change.
 *
 * A module declares its kinds. To do something, a rule writes the body and calls journal_add, which appends the record
 * and calls the kind's `apply`; nothing else changes derived tables. So `sampan rebuild` (delete the derived tables,
 * apply all records) and the records of another node take the same path as the click that made them.
 *
 * Convergence: `apply` must give the same tables whatever the order of arrival. APPEND kinds add rows whose key comes
 * from the record. LATEST kinds write a row only when the record's id is greater than the id the row was written by
 * (keep it in a column `stamp`): ids are time-ordered and unique, so "latest" is the same everywhere.
 *
 * Erasure: every module's apply of "person.erased" (subject: the person's id) deletes all rows that records by or about
 * that person made. The journal then empties their bodies here and wherever they turn up later, and where hers was the
 * latest word applies again what others said of the same kind and subject. So a LATEST kind that several people share
 * must say in its subject what it is about.
 *
 * A record: id, node, seq (1, 2, 3, … without gaps for each node), at (ms, the clock of the node), actor (a person),
 * kind, subject (a short key: what it is about), body (JSON, at most 16 KiB). Ids: 41 bits of ms since 2026, 16 bits of
 * node, 6 bits of counter; made here without asking anyone, never going back even when the clock does.
 *
 * Exchange: each side says what it has (node -> highest seq, always without a gap), the other sends what is lacking, in
 * order of seq for each node. Records come doubled, late or cut short: what is known is skipped, what would leave a gap
 * is left for the next exchange. The carrier (HTTP, a file on a stick) comes later; the bytes are decided here. */
#pragma once
#include "base/json.h"
#include "base/scope.h"

typedef enum Merge { MERGE_APPEND = 1, MERGE_LATEST } Merge;
typedef struct Record { int64_t id, node, seq, at, actor; str kind, subject, body; } Record;

typedef struct EntryKind {
    const char *kind;                                   /* "quiz.answered" */
    void (*apply)(Scope *s, const Record *r);           /* writing; bad bodies are skipped, never a fault */
    Merge merge;
    bool  personal;                                     /* goes only between the person's centre and the hub, and to her */
} EntryKind;
/* Two modules may name the same kind; each apply is called, in the order of modules. */

/* The node: a number in 16 bits that no other process writes under. An installation has a key (128 random bits) and
 * chooses its numbers at random; SQLite keeps one for ever, over PostgreSQL each process holds one by a lease that it
 * renews. */
typedef struct Journal Journal;
Journal *journal_open(Site *site, Arena *keep, str *ret_why);   /* after the migrations; claims the node */
void     journal_close(Journal *j);                     /* before db_close; gives the node back */
void     journal_renew(Site *site);                     /* every 20 s, on a thread that may wait (the thread of jobs does) */

int64_t journal_id(Scope *s);                           /* a new id; any scope that writes */
int64_t journal_add(Scope *s, const char *kind, str subject, str body);   /* by s->me at s->now; returns the record's id */
int64_t journal_node(const Scope *s);

/* Reading a body: jansson behind three words. A missing or mistyped member gives the default. */
typedef struct Body Body;
Body   *body_read(Scope *s, str json);                  /* NULL: not an object; released with the scope */
str     body_str(const Body *b, const char *name);
int64_t body_int(const Body *b, const char *name);      /* also from a string of digits: ids travel as strings */
double  body_real(const Body *b, const char *name);
bool    body_bool(const Body *b, const char *name);

/* Exchange. The text forms are lines, written down in journal_exchange.c; at most 1 MiB a message. */
str     journal_have(Scope *s);
/* person 0: all; else what may go to that person's own device; -1: only what is nobody's own. Of other records only the
 * place is sent, so that no gap is left; who has only the place does not pass it on. */
str     journal_lack(Scope *s, str their_have, int64_t person, ptrdiff_t max_bytes);
/* For people themselves: all that these actors wrote, a line each as above, one actor after the other. */
str     journal_copy(Scope *s, const int64_t *actors, ptrdiff_t n);
/* refused: unknown shape, a number that two installations use, a node that came back from an old copy; why says the
 * first. */
typedef struct Received { int64_t added, known, gap, refused; str why; } Received;
Received journal_receive(Scope *s, str records);        /* writing */

void    journal_erase(Scope *s, int64_t person);        /* appends "person.erased"; writing */
/* Writing. False: a sequence has a gap or is out of order; the caller rolls back, and nothing has changed. */
bool    journal_rebuild(Scope *s, int64_t *ret_records);

/* The tables `rebuild` empties: named in the schema files by a line "-- derived: table". */
