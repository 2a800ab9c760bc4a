/* auth - who is at the other end: sessions, passwords, the proof against forged forms. Knows people only by number.
 *
 * Tables   auth_session, auth_try: of this installation alone, never exchanged
 *          auth_person: what every page needs to know of a person (name, language, account), written by the module
 *          that keeps people, derived from its records
 *
 * Cookie `sampan` holds 32 random bytes (base64url). It is minted without touching the database when a page with a form
 * is first shown; a row exists only once something was saved. The table keeps BLAKE2b of the cookie, never the cookie.
 * Signing in or out makes a new cookie (fixation). HttpOnly, SameSite=Lax, Secure when the request came over TLS.
 * A session ends SESSION_DAYS after the last day on which something was saved with it.
 * CSRF token: keyed BLAKE2b(cookie) under the installation's key, XORed with a fresh mask for every reply (BREACH). */
#pragma once
#include "base/json.h"
#include "base/scope.h"

enum { SESSION_DAYS = 180 };
/* seen: ms, when something was last saved with it. */
typedef struct Session { int64_t person; bool account; str name, lang; int64_t seen; } Session;

bool auth_session(Scope *s, str cookie, Session *ret);       /* one query; expired sessions are not found */
void auth_session_start(Scope *s, str cookie, int64_t person, str agent);  /* writing; agent: User-Agent, kept as "Chrome, Android" */
void auth_session_seen(Scope *s, str cookie);                /* writing */
void auth_session_end(Scope *s, str cookie);                 /* writing */
void auth_sessions_end_all(Scope *s, int64_t person, str but_cookie);      /* writing */
void auth_sessions_move(Scope *s, int64_t from, int64_t to); /* writing: two people turned out to be one */
void auth_sessions_sweep(Scope *s);                          /* writing: forgets those that ended by themselves */
str  auth_cookie_new(Arena *keep);
bool auth_cookie_wellformed(str cookie);

/* A person's sessions, latest first. `key` names one without giving it away; `here`: the one of this cookie. started, seen: ms. */
typedef struct SessionRow { str key, agent; int64_t started, seen; bool here; } SessionRow;
typedef struct SessionRows { SessionRow *row; ptrdiff_t n; } SessionRows;
SessionRows auth_sessions(Scope *s, int64_t person, str cookie);
bool auth_session_end_key(Scope *s, int64_t person, str key);              /* writing; false: no such session of hers */
void SessionRows_json(Json *j, str key, const SessionRows *rows);

void auth_person_put(Scope *s, int64_t id, str name, str lang, bool account);   /* writing; replaces what was known */
/* Writing. Programs before this one knew a staff mark in place of roles: who had it, one a call, and she has it no more; 0: nobody. */
int64_t auth_staff_taken(Scope *s);

str  auth_csrf(Arena *keep, const uint8_t key[32], str cookie);            /* masked: differs each time */
bool auth_csrf_fits(const uint8_t key[32], str cookie, str token);         /* constant time */
str  auth_mac(Arena *keep, const uint8_t key[32], const char *purpose, str a, str b);   /* 16 bytes, base64url; purpose keeps uses apart */
bool auth_mac_fits(const uint8_t key[32], const char *purpose, str a, str b, str mac);  /* constant time */

/* argon2id, 19 MiB, t=2, p=1 (RFC 9106): 20 ms. Only on the slow workers: Route.ahead. */
enum { PASSWORD_MIN = 8, PASSWORD_MAX = 200 };               /* characters */
str  auth_hash(Arena *keep, str password);                   /* "": the machine has no memory for it now */
bool auth_hash_fits(Arena *tmp, str hash, str password);     /* an empty hash costs the same time and never fits */
bool auth_hash_old(Arena *tmp, str hash);                    /* should be made again with today's cost */

str  auth_fold(Arena *keep, str name);                        /* names that look alike to a reader are one (NFKC, case folded) */

/* Why a password must not be had: the thousands that are guessed first (auth_common.c), also with figures and signs behind them; fewer than
 * four different characters; her own name or log-in name in it, from four characters on. */
typedef enum Weak { WEAK_NOT, WEAK_COMMON, WEAK_NAME } Weak;
Weak auth_password_weak(Arena *tmp, str password, str name, str login);

/* Guessing at a password (auth_guess.c has the numbers). name: a log-in name in its kept form; place: visitor_place; browser:
 * auth_known's, "" for a stranger. */
typedef struct Guess { str name, place, browser; } Guess;
typedef struct Turn { bool may; int64_t wait_ms; } Turn;     /* wait_ms: first, when she may; until she may, when not */
Turn auth_turn(Scope *s, const Guess *g);
void auth_guessed(Scope *s, const Guess *g, bool worked);    /* writing */
int64_t auth_slip_delay(int64_t failed);                     /* ms, after so many slips at one thing */

/* The cookie of a browser that signed names in; of outside, any bytes. auth_known: which browser it is, "" when it does not know this name. */
enum { KNOWN_NAMES_MAX = 16 };                               /* a phone that a group shares; the oldest is forgotten */
str  auth_known(Arena *keep, const uint8_t key[32], str cookie, str name);
str  auth_known_more(Arena *keep, const uint8_t key[32], str cookie, str name);      /* the cookie that knows this name too */

/* What this stands on, for guesses at other things: failed attempts at `what` are counted; past `most` in 15 minutes one waits.
 * What was tried is kept only as a keyed hash. */
bool auth_may_try(Scope *s, str what, int64_t most, int64_t *ret_wait_ms);
void auth_tried(Scope *s, str what, bool worked);            /* writing */
void auth_tries_sweep(Scope *s);                             /* writing: forgets old attempts */
