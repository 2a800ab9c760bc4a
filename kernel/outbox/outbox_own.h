/* outbox_own - what the files of this room share.
 *
 *   outbox.c             asking for it, and what became of it
 *   outbox_compose.c     a mail as it travels (RFC 5322, MIME)
 *   outbox_settings.c    what the operator said, and whether it makes sense
 *   outbox_url.c         addresses of HTTP, and which hosts may be asked
 *   outbox_tag.c         addresses of mail: which are fine, and which are ours
 *   outbox_signed.c      signatures of hooks and SMS, made and checked
 *   outbox_send.c        the job: work, asking, noting
 *   outbox_order.c       a row as an order to the helper, and what its answer means
 *   outbox_fetch.c       asking another server
 *   outbox_operator.c    `sampan outbox`, doctor, what is swept
 *   outbox_wire.c, child/    what goes to the helper, and the helper */
#pragma once
#include "outbox/outbox.h"
#include "outbox/outbox_wire.h"
#include "outbox_rows_sql.h"
#include "web/site.h"

enum { NAME_CHARS = 24, TOKEN_CHARS_OUT = 32, WHY_MAX = 300, ADDRESS_MAX = 254, LOCAL_MAX = 64, SECRET_MAX = 200 };

/* ---- outbox.c ---- */
void out_tell(Scope *s, str kind, str name);             /* a module that waits for the end */

/* ---- outbox_settings.c ---- */

/* OFF: what is to be sent waits. FILES: it becomes a file under data/outbox, for development and for boxes without a line. */
typedef enum OutTo { OUT_TO_NOBODY = 0, OUT_TO_FILES, OUT_TO_SERVER } OutTo;
typedef struct OutSettings {
    OutTo mail, sms;
    str   smtp;                         /* for libcurl: smtp://host:port */
    bool  starttls, local_sms;          /* local_sms: the gateway is this machine's */
    str   user, password;
    str   from_name, from, local, domain;      /* from: the address; local and domain: its halves */
    bool  answers;                      /* mail comes in */
    str   sms_url, sms_key;
    str   hosts, ca;
    int64_t seconds;
} OutSettings;
bool out_settings(const Site *site, Arena *keep, OutSettings *ret, str *ret_why);        /* false: a sentence for the operator */
bool out_secret(const Site *site, Arena *keep, str name, str *ret);      /* "": there is none. False: the file is open to others, or cannot be read */
bool out_secret_keep(const Site *site, Arena *tmp, str name, str secret);

/* ---- outbox_url.c ---- */
typedef struct OutUrl { bool tls; str host; int64_t port; str path; } OutUrl;    /* host: of small letters; path: from the first '/' on, or "" */
bool out_url(str text, OutUrl *ret);                                     /* http or https, with no user, no fragment, nothing to be quoted */
bool out_url_joined(Arena *keep, const OutUrl *base, str location, str *ret);            /* false: it leads to another host, or cannot be read */
bool out_host_allowed(str list, const OutUrl *url, bool *ret_local);     /* local: it may be of this machine or network */
bool out_hosts_fine(str list, str *ret_bad);

/* ---- outbox_tag.c ---- */
str  out_bounce_address(Arena *keep, const OutSettings *o, str name);    /* where reports on it go */

/* ---- outbox_compose.c ---- */
typedef struct Composed { const OutMail *mail; const OutSettings *settings; str name; int64_t now; } Composed;
str  out_compose(Arena *keep, const Composed *c);                        /* lines end with CRLF */

/* ---- outbox_signed.c ---- */
enum { SIGNED_MINUTES = 5 };
bool signed_key(Arena *keep, str text, str *ret);                        /* of "whsec_…" */
str  signed_text(Arena *keep, str key);
str  signed_with(Arena *keep, str key, str id, int64_t ms, str body);    /* "v1,…" */
bool signed_is_fine(Arena *tmp, str key, str id, str timestamp, str body, str signatures, int64_t now);

/* ---- outbox_order.c ---- */
#define WHY_PRIVATE S("The name leads to an address of this machine or network, which SAMPAN_HOSTS does not allow.")
typedef struct Verdict { OutEnd end; bool for_good; int64_t wait; char why[WHY_MAX]; } Verdict;          /* wait: ms that the other side asked for */
bool     out_order_of(Scope *s, const OutSettings *o, const outbox_rows_row_row *row, OutOrder *ret, str *ret_why);
Verdict  out_verdict(OutKind kind, str name, const OutAnswer *answer);
void     out_say(Verdict *v, OutEnd end, str why);
/* ---- outbox.c, too ---- */
ChildEnd out_errand(Scope *s, const OutOrder *order, bool (*may)(void *), void *arg, OutAnswer *ret);

/* ---- outbox_send.c ---- */
extern const char *const out_job_of[];                                   /* by OutKind */
JobEnd   out_work(Scope *s, Job *job);
bool     out_write(Scope *s, Job *job);
int64_t  out_wait_after(int64_t tries);

/* ---- outbox_operator.c ---- */
bool outbox_retry(Scope *s, str name);                                   /* writing. False: there is none that was given up or is unknown */
int  outbox_command(Site *site, int argc, char **argv);
bool outbox_doctor(Scope *s, struct Doctor *d);
bool outbox_sweep(Scope *s, str body);
