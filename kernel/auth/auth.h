/* auth - who is at the other end: sessions, passwords, the proof against forged forms. Knows people only by number.
 *
 * Cookie `sampan` holds 32 random bytes (base64url). It is minted without touching the database when a page with a form
 * is first shown; a row exists only once something was saved. The table keeps BLAKE2b of the cookie, never the cookie.
 * Signing in or out makes a new cookie (fixation). HttpOnly, SameSite=Lax, Secure when the request came over TLS.
 * CSRF token: keyed BLAKE2b(cookie) under the installation's key, XORed with a fresh mask for every reply (BREACH). */
#pragma once
#include "base/scope.h"

typedef struct Session { int64_t person; bool account, staff; str name, lang; int64_t seen; } Session;

bool auth_session(Scope *s, str cookie, Session *ret);       /* one query; expired sessions are not found */
void auth_session_start(Scope *s, str cookie, int64_t person, str agent);  /* writing */
void auth_session_end(Scope *s, str cookie);                 /* writing */
void auth_sessions_end_all(Scope *s, int64_t person, str but_cookie);      /* writing */
str  auth_cookie_new(Arena *keep);
bool auth_cookie_wellformed(str cookie);

str  auth_csrf(Arena *keep, const uint8_t key[32], str cookie);            /* masked: differs each time */
bool auth_csrf_fits(const uint8_t key[32], str cookie, str token);         /* constant time */

/* argon2id, 19 MiB, t=2, p=1 (RFC 9106): 20 ms. Only on the slow workers: Route.ahead. */
enum { PASSWORD_MIN = 8, PASSWORD_MAX = 200 };               /* characters */
str  auth_hash(Arena *keep, str password);
bool auth_hash_fits(str hash, str password);
bool auth_hash_old(str hash);                                /* should be made again with today's cost */

/* Guessing: attempts by name and by address are counted; past 10 in 15 minutes one waits. */
bool auth_may_try(Scope *s, str what, int64_t *ret_wait_ms);
void auth_tried(Scope *s, str what, bool worked);            /* writing */
