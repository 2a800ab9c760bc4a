/* http_client - for this room's tests: a client that is nothing but a socket, so that it can send what no decent client
 * sends, and a small application to send it to. */
#pragma once
#include "http/http.h"
#include "tests/world.h"

typedef struct Answer { int status; str head, body; bool closed; } Answer;   /* closed: nothing more can come */

Arena  *client_arena(void);                              /* new for each test (client_begin) */
void    client_begin(void);                              /* server_open calls it */
int     dial(HttpServer *s);
int     dial_unix(const char *path);
void    say(int fd, str bytes);
Answer  listen_to(int fd, bool to_head);                 /* one answer; status 0: the connection ended first */
str     hear_until(int fd, const char *text);            /* all that came up to and with this text; "" when it never came */
bool    is_closed(int fd, int within_ms);
typedef struct Flow { int64_t n; uint64_t sum; bool whole; int64_t high_kib; } Flow;   /* whole: its last chunk came; high: of resident_kib */
Flow    flow_of(int fd);                                 /* a chunked body of any size, in the memory of one chunk; after the head */
int64_t resident_kib(void);                              /* memory of this process, which is client and server */
str     field_of(Answer a, const char *name);            /* a header of the answer */
Answer  ask(HttpServer *s, str request);                 /* one request on a connection of its own */
Answer  ask_for(HttpServer *s, const char *path, const char *headers);   /* GET */

/* The application.  /page  /small  /file  /big  /echo  /parts  /parked (answered by release)  /events  /boom
 * /flow?N (N bytes, made while they are taken)  /burst?N (the same, broken off after them) */
extern const HttpConfig usual;
extern str page_text, dictionary_text;
HttpServer *server_open(const HttpConfig *config);
void    server_close(HttpServer *s);                     /* and checks that every request has ended */
int     parked_n(void);                                  /* requests that wait for release */
bool    wait_for_parked(int n);
void    release(int n);                                  /* answers them, from a thread of its own */
int     alive(void);                                     /* requests begun and not ended */
int     flows(void);                                     /* bodies that are being made */
bool    wait_for_flows(int n);
uint64_t flow_sum(int64_t n);                            /* of the first n bytes of one */
const char *upload_dir(void);
int     uploads_left(void);                              /* files in it */
bool    uploads_gone(void);                              /* soon: they end with the request, a moment after the answer */
