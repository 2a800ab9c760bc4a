/* child - work that may hang, grow or fall over, done in a process that can lose nothing but itself: reading what strangers sent, and
 * drawing with libraries that are larger than this program.
 *
 *   program ── keeper ── server ── a child for each piece of work
 *
 * keeper   forked by child_start while the program has one thread and nothing open. Holds no secret (the environment is wiped), closes the
 *          sandbox behind itself (no data folder, no network), and does one thing: where there is work and no server, it forks one. It
 *          ends when the program does.
 * server   loads the library of a kind when the first work of that kind comes, lets it look around (fonts, tables), and forks a child for
 *          each piece of work, a few at a time. So no child is ever forked from a process with threads (of whose locks it would inherit
 *          one that nobody opens any more), and the program itself carries none of the libraries. It leaves when there was
 *          nothing to do for SERVER_IDLE_SECONDS, and its memory with it.
 * child    has its limits (time by the clock and of the processor, memory, what it may write), no file but those its kind names, no
 *          network, no other process (os_confine), and one descriptor to write to: a file in memory that the caller made. It reads its
 *          input from another.
 *
 * Who dies   A child: the caller is told how. The server: whatever it was at is CHILD_AWAY, and the keeper forks another for the next.
 *            The keeper: everything is CHILD_AWAY until the program starts again, and the log says so once; nothing but the
 *            machine's want of memory can end it. A caller who no longer waits: her child is stopped.
 *
 * A pool is a keeper with a table of kinds. Its rights are those of reading and drawing; a helper that needs others (one that alone has
 * the network) is a pool of its own, with its own keeper, so that neither can do what the other may.
 *
 * Left open: server and child lie at the same addresses as the program they were forked from, so a child that was taken over knows where
 * the program's code lies. */
#pragma once
#include "base/base.h"

/* How it ended. From all but DONE a page can make a sentence; nothing was returned then. */
typedef enum ChildEnd {
    CHILD_NONE = 0,
    CHILD_DONE,
    CHILD_TOO_LARGE,        /* what came, or what would come of it */
    CHILD_TOO_SLOW,         /* it was stopped */
    CHILD_UNREADABLE,       /* not of the kind it should be, or damaged */
    CHILD_NO_MEMORY,        /* it needs more than its kind is given */
    CHILD_BROKE,            /* the reader fell over; the log says by which signal. To a person: as UNREADABLE */
    CHILD_AWAY,             /* no helper just now, or too many are before us: try again later */
} ChildEnd;

/* What runs in the child. A shared library has one under the name `child_code`. */
typedef struct ChildCode {
    bool   (*warm)(void);                   /* in the server, before the first child; may be NULL. False: this kind cannot be done here */
    ChildEnd (*work)(str in, int out);      /* in the child: writes to `out`, and returns CHILD_DONE or why not */
} ChildCode;

typedef struct ChildKind {
    const char *name;                       /* for the log */
    const ChildCode *code;                  /* of this program; or NULL, and */
    const char *library;                    /* a shared library beside the program: what it is linked to is never in the program itself */
    int         seconds;                    /* 1…: by the clock, and of the processor */
    int64_t     memory;                     /* bytes, beyond what the server has */
    int64_t     in_max, out_max;            /* bytes */
    const char *const *reads;               /* files and folders that work may read, until NULL; NULL: none */
    bool        asks;                       /* its work calls child_ask */
} ChildKind;

typedef struct ChildPool {
    const char *name;
    const ChildKind *const *kinds; int kind_n;
    const char *user;                       /* as in SandboxRules */
    bool        sandbox;                    /* off: keeper and server stay as they are; children are confined all the same */
    bool        calls_out;                  /* its children may begin connections, and so read what names and certificates are looked up in */
} ChildPool;

enum { CHILD_KINDS_MAX = 32 };              /* in one pool */

/* Forks the keeper of a pool, which must live as long as the program. From main, before the first thread. False: errno says why. */
bool child_start(const ChildPool *pool);
void child_stop(void);                      /* all keepers end; what is under way is CHILD_AWAY */

/* Waits for a place, then for the work: at most CHILD_WAIT_SECONDS and kind->seconds. So it is called where waiting harms
 * nobody: in a job, or ahead of a handler; never in a transaction. *ret is in `keep`, and what a child wrote: as little to be
 * trusted as its input. */
enum { CHILD_WAIT_SECONDS = 20 };
ChildEnd child_work(Arena *keep, const ChildKind *kind, str in, str *ret);
/* The same for a kind that asks: before the one step that cannot be taken back its work stands still until `may` has answered, on the
 * caller's thread. `may` must not fault. The time of the work goes on meanwhile. */
ChildEnd child_work_asked(Arena *keep, const ChildKind *kind, str in, bool (*may)(void *arg), void *arg, str *ret);

/* ---- for those who write a kind -------------------------------------------------------------------------------- */

bool child_write(int out, str bytes);       /* all of it. Past out_max the child ends with TOO_LARGE */
bool child_ask(void);                       /* of a kind that asks: may it go on? False also when nobody is left to say so */

/* How two sides speak of more than one thing: numbers of eight bytes, texts with their length before them. Taking is
 * bounded by what there is; false: it ends too early. Texts are borrowed. */
void wire_int(Out *o, int64_t v);
void wire_str(Out *o, str s);
bool wire_take_int(str *rest, int64_t *ret);
bool wire_take_str(str *rest, str *ret);
