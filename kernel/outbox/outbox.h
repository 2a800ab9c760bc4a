/* outbox - what leaves the house: mail, web hooks, SMS, and questions to other servers.
 *
 * What is to be sent is a row, written in the transaction of who wants it sent: it leaves when that transaction is on disk, and only
 * then. A two-phase job (jobs.h) hands it over; the connection is made by a helper process that alone has the network, and neither the
 * data folder nor anything else. Names and passwords of servers go to it with each piece of work, and stay nowhere.
 *
 * Never twice   A try begins with the row WAITING. Before the one step that cannot be taken back the helper stands still, the row becomes
 *          HANDING on the disk, and only then it goes on:
 *            mail    before the last bytes and the dot that ends them (RFC 5321, section 4.1.1.4)
 *            HTTP    when TLS stands, before the first byte of the request
 *          Killed before that, nothing was handed over, and it is sent again. Killed (or cut off) between that and the moment when the
 *          answer is noted on the disk, nobody here can tell whether it arrived. That is the only such moment. Then
 *            once        it is kept as UNKNOWN and shown to the operator, who has it sent again or not
 *            otherwise   it is sent again, the same bytes under the same name, so that who gets it can see a double: Message-ID of a mail,
 *                        webhook-id of a hook, id of an SMS (whose gateway must not send one id twice: docs/SMS.md)
 *          So `once` costs that some do not arrive by themselves, and its absence that some arrive twice; neither can be had whole.
 *
 * Tries    What could not be handed over is tried again after 5, 15, 30 minutes, 1, 2, 4, 8 hours and then every 12, until it is given up
 *          (OUT_DAYS). What the other side refuses for good is given up at once. What became of it stays for OUT_KEPT_DAYS, its words only
 *          until it is sent.
 *
 * Nothing of a person's words, no receiver and no secret is ever in the log.
 *
 * Settings  SAMPAN_SMTP, SAMPAN_MAIL_FROM, SAMPAN_SMS, SAMPAN_HOSTS, SAMPAN_OUT_SECONDS (os.h), and in the data folder `secrets`
 *          and `ca.pem` (docs/OPERATOR.md). They are read anew for each piece of work. */
#pragma once
#include "child/child.h"
#include "jobs/jobs.h"

enum { OUT_DAYS = 4, OUT_KEPT_DAYS = 30 };

/* ---- asking for it: writing ------------------------------------------------------------------------------------------------------
 * Each gives the name under which it is known from now on, 24 characters; "" when it cannot be sent at all, because of the receiver
 * or its size: a sentence to the person is the caller's. */

typedef struct OutFile { str name, type, bytes; } OutFile;

typedef struct OutMail {
    str     to;                         /* one address: mail_address_is_fine */
    str     subject;                    /* one line, UTF-8 */
    str     text;                       /* plain; lines end with LF */
    const OutFile *file; int file_n;
    str     reply_to;                   /* mail_tagged(…), so that an answer finds its way; "": to SAMPAN_MAIL_FROM */
    str     stop;                       /* an address of ours that ends such mails by one POST (RFC 8058); "": none */
    int64_t person;                     /* whose mail it is: gone with her. 0: nobody's */
    bool    once;
    const char *told;                   /* a short job that is told when its fate is known, its body the name; NULL: none */
} OutMail;
enum { OUT_FILES_MAX = 10, OUT_TEXT_MAX = 256 << 10 };
str  outbox_mail(Scope *s, const OutMail *m);

/* A web hook: POST of a JSON text to a host that SAMPAN_HOSTS names, signed as www.standardwebhooks.com says (headers webhook-id,
 * webhook-timestamp, webhook-signature). Any 2xx is success, 410 gives it up, all else is tried again; redirects are not followed. */
typedef struct OutHook { str url, key, body; int64_t person; bool once; const char *told; } OutHook;      /* key: outbox_hook_key's `of` */
str  outbox_hook(Scope *s, const OutHook *h);
str  outbox_hook_key(Scope *s, str of);          /* "whsec_…": what its receiver checks with. `of`: what the hook belongs to; same here, same key */

typedef struct OutSms { str to, text; int64_t person; bool once; const char *told; } OutSms;        /* to: "+" and 7 to 15 digits (E.164) */
enum { OUT_SMS_CHARS = 1000 };
str  outbox_sms(Scope *s, const OutSms *m);

bool outbox_cancel(Scope *s, str name);          /* false: it has left, or there is none */

/* An address of ours: what comes to it is handed to the module that has this tag (inbox.h), with `rest`: a to z, 0 to 9, at most 24. Nobody
 * else can make one. "": no mail comes in here (SAMPAN_LMTP). */
str  mail_tagged(Scope *s, str tag, str rest);
bool mail_tag_of(const Site *site, Arena *keep, str address, str *ret_tag, str *ret_rest);
bool mail_bounce_of(const Site *site, Arena *keep, str address, str *ret_name);     /* where reports on the mail of that name go */
bool mail_address_is_fine(str address);          /* local@domain, of ASCII that no mailer has to quote, at most 254 bytes */

/* ---- what became of it ------------------------------------------------------------------------------------------------------------ */

typedef enum OutKind { OUT_MAIL = 1, OUT_HOOK, OUT_SMS } OutKind;
typedef enum OutState {
    OUT_WAITING = 1, OUT_HANDING,
    OUT_SENT,                           /* taken over by the other side */
    OUT_UNKNOWN,                        /* it may have arrived; only of what is sent once */
    OUT_FAILED,                         /* given up; `why` says why */
    OUT_BOUNCED,                        /* taken over, and later a report said that it did not arrive */
    OUT_CANCELLED,
} OutState;

typedef struct OutRow {
    str      name, receiver, why;       /* why: of the last try; for the operator, may have words of the other side */
    OutKind  kind;
    OutState state;
    int64_t  made, due, ended, tries;   /* ms; ended: 0 while it waits */
    int64_t  doubts;                    /* how many of the tries may have arrived */
} OutRow;
bool outbox_look(Scope *s, str name, OutRow *ret);
/* Writing: a report came on what was sent. False: there is no such row, or it never left. */
bool outbox_bounced(Scope *s, str name, str why);
bool outbox_knows_message(Scope *s, str message_id);        /* without < >: it is one of ours */
str  outbox_name_of(Scope *s, str message_id);              /* "" when it is none of ours */

/* Of what a gateway of SMS brings. NONE: there is no secret, so no gateway. */
typedef enum GatewaySign { GATEWAY_NONE = 0, GATEWAY_WRONG, GATEWAY_FINE } GatewaySign;
GatewaySign outbox_signed_by_gateway(Scope *s, str id, str timestamp, str body, str signatures);

/* ---- asking another server -------------------------------------------------------------------------------------------------------- *
 * For a job's work: one GET of what SAMPAN_HOSTS allows. Goes after redirects within the same host, five times. What it found is the
 * job's to write. AGAIN or NEVER: return that, job->why says it. DONE: an answer came, see its status. */
typedef struct OutFetch { str url; str etag, modified; int64_t bytes_max; } OutFetch;    /* etag, modified: of what one has; then 304 may come */
typedef struct OutFetched { int64_t status; str type, etag, modified, body; } OutFetched;        /* texts of the other side: of any bytes */
JobEnd outbox_fetch(Scope *s, Job *job, const OutFetch *f, OutFetched *ret);

extern const ChildKind *const outbox_kinds[];    /* of the pool that calls out */
extern const int outbox_kind_n;
extern const struct Module outbox_module;
