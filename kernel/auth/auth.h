/* auth - who is at the other end: sessions, passwords, the proof against forged forms. Knows people only by number.
 *
 * Tables   auth_session, auth_try: of this installation alone, never exchanged
 *          auth_person: what every page needs to know of a person (name, language, account), written by the module
 *          that keeps people, derived from its records
 *
 * Cookie `sampan` holds 32 random bytes (base64url). It is minted without touching the database when a page with a form
 * is first shown; a row exists only once something was saved. The table keeps BLAKE2b of the cookie, never the cookie.
 * Signing in or out makes a new cookie (fixation). HttpOnly, SameSite=Lax, Secure when the request came over TLS.
 * A session ends SESSION_DAYS after the last day on which something was saved with it, and that of an account SESSION_LIFE_DAYS after it
 * began, however often it was used; or by its own term. A guest's has no such end: she has nothing else to come back by. One that was ended
 * leaves a row without a person for ENDED_DAYS: two people share a phone, and what the first still had under way must neither be saved as a
 * new visitor's nor give the second her old cookie.
 * CSRF token: keyed BLAKE2b(cookie) under the installation's key, XORed with a fresh mask for every reply (BREACH). */
#pragma once
#include "base/json.h"
#include "base/scope.h"

enum { SESSION_DAYS = 180, SESSION_LIFE_DAYS = 366, ENDED_DAYS = 30 };
/* How long a session lives. All zero: SESSION_DAYS. until, idle: ms, a moment and a while without use (whoever serves pages knows of that use,
 * kernel/web). device: it also ends with that (auth_device_end). */
typedef struct SessionTerm { int64_t until, idle, device; } SessionTerm;
/* seen: ms, when something was last saved with it. strong: ms, when she proved a second step with it, or 0. reset_from: ms, from when a code
 * that somebody made for her will set a new password, or 0. agreed, band: auth_person_put. ended: it was one, and nobody comes in by this
 * cookie any more; all else is 0 then. */
typedef struct Session { int64_t person; bool account, ended; str name, lang; int64_t seen, strong, reset_from, agreed, band; SessionTerm term; } Session;

bool auth_session(Scope *s, str cookie, Session *ret);       /* one query; one that ended by itself, of 180 days, is not found */
void auth_session_start(Scope *s, str cookie, int64_t person, str agent, SessionTerm term);  /* writing; agent: User-Agent, kept as "Chrome, Android" */
void auth_session_seen(Scope *s, str cookie);                /* writing */
void auth_session_end(Scope *s, str cookie);                 /* writing */
void auth_device_end(Scope *s, int64_t device);              /* writing: every session with that in its term */
void auth_device_end_for(Scope *s, int64_t device, int64_t person);        /* writing: hers */
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

/* agreed: the newest version of the house's texts that she was asked about; band: how old she is. What they mean is the module's business. */
typedef struct AuthPerson { str name, lang; bool account; int64_t agreed, band; } AuthPerson;
void auth_person_put(Scope *s, int64_t id, const AuthPerson *known);                 /* writing; replaces what was known */
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

/* ---- a second step (auth_second.c) ---------------------------------------------------------------------------------------------
 * A code that changes every 30 seconds, from an application on her phone (TOTP: RFC 6238 over HMAC-SHA-1, RFC 4226; 6 figures, because
 * applications pass over what else an address asks for). One step of drift either way is allowed; a code works once, and none that is older than
 * the last that worked. The secret (20 bytes, RFC 4226 section 4, R6) lies sealed under the installation's key (XChaCha20-Poly1305) and is shown
 * only while it is being set up. After SECOND_WRONG_MOST wrong codes in a row no code works until one from paper did: who has come so far knows her
 * password. It depends on the clock of this machine: a box whose clock is wrong takes codes from paper only. */
enum { SECOND_WRONG_MOST = 100, SECOND_FIGURES = 6, STRONG_HOURS = 12 };
typedef struct Second { bool begun, on, stopped; int64_t since, papers; } Second;     /* since: ms, when it was switched on; papers: codes left */
Second auth_second(Scope *s, int64_t person);
str    auth_second_begin(Scope *s, int64_t person);          /* writing; a new secret as base32 (RFC 4648 section 6), not in force yet */
str    auth_second_secret(Scope *s, int64_t person);         /* of one that is being set up; "" of one in force, for ever */
bool   auth_second_confirm(Scope *s, int64_t person, str code);     /* writing: in force from now on */
bool   auth_second_fits(Scope *s, int64_t person, str typed);       /* writing: a code of the application, or one from paper; used up by it */
void   auth_second_off(Scope *s, int64_t person);            /* writing; no session of hers is strong from now on */
/* Whether she proved a second step with this session in the last STRONG_HOURS: what every role that decides must have. */
bool   auth_is_strong(const Scope *s, const Session *session);
void   auth_session_strong(Scope *s, str cookie);            /* writing */
int32_t totp_code(const uint8_t *secret, ptrdiff_t n, int64_t step);       /* RFC 6238; step: 30 s since 1970 */
str    base32_encode(Arena *keep, str bytes);                /* no padding */

/* ---- codes on paper, and a code from somebody who looks after the place (auth_paper.c) -----------------------------------------------
 * Figures, because everybody can read and type them in her own script. Kept as a MAC under the installation's key and good once. They do not
 * leave this installation, and go with the person. */
typedef enum Paper { PAPER_SECOND = 1, PAPER_PASSWORD } Paper;      /* in place of the application's code; in place of a forgotten password */
enum { PAPER_CODES = 8, PAPER_FIGURES = 16, RESET_FIGURES = 12 };
typedef struct AuthCodes { str *row; ptrdiff_t n; } AuthCodes;
AuthCodes auth_paper_make(Scope *s, int64_t person, Paper use);     /* writing; those before are good no more. "4821 9937 2604 5518": shown once */
bool      auth_paper_take(Scope *s, int64_t person, Paper use, str typed);       /* writing; false: none of hers, or used */
int64_t   auth_paper_left(Scope *s, int64_t person, Paper use);
/* Works RESET_DELAY after it was made, so that she can be told before, and not after RESET_LIFE; a new one takes the place of the one before. */
enum { RESET_DELAY = 15 * MINUTE };
#define RESET_LIFE DAY
typedef enum ResetEnd { RESET_NONE, RESET_EARLY, RESET_FITS } ResetEnd;
str       auth_reset_make(Scope *s, int64_t person);         /* writing; "4821 9937 2604": shown once, to whoever made it */
ResetEnd  auth_reset_look(Scope *s, int64_t person, str typed, int64_t *ret_from);     /* from: ms, when RESET_EARLY */
void      auth_reset_drop(Scope *s, int64_t person);         /* writing: used, or she did not ask for it */
/* What was typed as figures: of any script, with blanks and hyphens between. False: other characters, none, or more than `most`. */
bool      auth_figures(Arena *keep, str typed, ptrdiff_t most, str *ret);

/* Who has any role but that of an owner, anywhere. */
bool auth_decides(Scope *s, int64_t person);

/* What this stands on, for guesses at other things: failed attempts at `what` are counted; past `most` in 15 minutes one waits.
 * What was tried is kept only as a keyed hash. */
bool auth_may_try(Scope *s, str what, int64_t most, int64_t *ret_wait_ms);
void auth_tried(Scope *s, str what, bool worked);            /* writing */
void auth_tries_sweep(Scope *s);                             /* writing: forgets old attempts */
