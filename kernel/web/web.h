/* web - from a request to a reply: routes, people, forms, pages. What a page says is paid twenty times, so look here
 * before you say anything twice.
 *
 * A page is a row of a route table; the row decides everything before the handler runs:
 *
 *   static const Route routes[] = {
 *       GET ("/notes/:id",          note_get,      .who = WHO_SIGNED_IN, .page = "note"),
 *       POST("/notes/:id/closure",  closure_post,  .who = WHO_SIGNED_IN),
 *   };
 *
 * Zero means refuse: a route without .who answers nobody. "Not yours" is not_found(). CSRF, the audience, the size of
 * the body and the session are settled by the kernel; a handler cannot forget them.
 *
 * GET and HEAD run on the server's threads in one read transaction and cannot write; with .ahead on a slow worker. Unsafe methods run on the
 * writer (db.h, group commit); the reply leaves when it is on disk. A handler may run twice (retry), so it touches
 * nothing but its Request and the database.
 *
 * Every page is also JSON under the same URL by `Accept: application/json`: the arguments of the page are the document
 * (tools/tmplgen.c). Errors are JSON too. */
#pragma once
#include "base/json.h"
#include "base/scope.h"
#include "auth/auth.h"
#include "db/db.h"
#include "html/html.h"
#include "i18n/i18n.h"

typedef struct Request Request;
typedef struct Form Form;

/* ---- routes ------------------------------------------------------------------------------------------------- */

typedef enum Method { M_GET = 1, M_POST, M_PUT, M_PATCH, M_DELETE, METHODS } Method;

typedef enum Who {
    WHO_NOBODY = 0,     /* refuse: what a forgotten field means */
    WHO_ANYONE,         /* signed in or not */
    WHO_LEARNER,        /* anyone; on an unsafe method a person is made for a visitor who has none, so that what she
                           saves has an owner (rq->s.me is never 0 there). Making an account later keeps it all */
    WHO_SIGNED_IN,      /* has an account; others are led to sign in and back (on an unsafe method by a page that keeps
                           what they typed) */
    WHO_ROLE,           /* holds one of the roles in .role, where .in says; others get not found, and whoever is not signed in is led to it */
} Who;

/* Made by the functions below, which set done. undo: of what was written for it nothing is kept. */
typedef struct Reply { int status; str type; str body; str location; bool done, undo; } Reply;

typedef struct RolePlace { int audience; int64_t stream; } RolePlace;      /* enum Audience, and the stream: of journal.h */
bool role_somewhere(Request *rq, RolePlace *ret);     /* it is enough to hold it anywhere: the handler looks where */
bool role_for_all(Request *rq, RolePlace *ret);       /* for everything there is */

typedef struct Route {
    Method      method;
    const char *path;            /* "/notes/:id": a segment that starts with ':' is a name; "/help/:rest*" takes the rest */
    Reply     (*handle)(Request *);
    const char *handler, *file;
    int         line;
    Who         who;
    int         role;            /* WHO_ROLE: ROLE_… of journal.h, any of which is enough */
    bool      (*in)(Request *, RolePlace *ret);   /* of what; false: not found. role_somewhere, role_for_all, or the module's own */
    const char *page;            /* the page it shows (pages/<page>.html), for `sampan where` and the check that it exists */
    int32_t     body_max;        /* bytes; 0: 64 KiB. Multipart files count against upload_max instead */
    int64_t     upload_max;      /* bytes of files in one body; 0: no multipart */
    /* Slow work (a password hash, a PDF) runs here first, on the slow workers, in a read transaction, never on the writer and never on a
     * thread that serves pages. It leaves what the handler needs in rq->ahead. Returning a reply with .done ends the request there. */
    Reply     (*ahead)(Request *);
    /* Before `ahead` is even queued, in the read transaction in which she arrived: whether she may at all (a reply with .done ends the
     * request), how long she must wait first, and whom the work counts against: slow_down, slow_known. Be quick. */
    Reply     (*pace)(Request *);
    bool        makes_person;    /* a visitor who is nobody becomes somebody (WHO_LEARNER says so by itself): counted, and not when
                                    the disk is nearly full */
    bool        small;           /* an unsafe method that takes next to no room: goes on when the disk is nearly full. So does every DELETE */
    bool        open;            /* an unsafe method without a CSRF token: only for machines that sign what they send */
} Route;

#define ROUTE(m, p, fn, ...) { .method = (m), .path = (p), .handle = (fn), .handler = #fn, .file = __FILE__, .line = __LINE__, __VA_ARGS__ }
#define GET(path, fn, ...)    ROUTE(M_GET, path, fn, __VA_ARGS__)
#define POST(path, fn, ...)   ROUTE(M_POST, path, fn, __VA_ARGS__)
#define DELETE(path, fn, ...) ROUTE(M_DELETE, path, fn, __VA_ARGS__)   /* a form may say it: <input name=_method value=delete> */
/* Which of two routes answers a path: the one with the literal segment ("/notes/new" before "/notes/:id"). Two that could
 * both answer and where neither is the more literal are refused at start. */

/* The bar at the top: modules add entries in their order. */
typedef struct NavItem { str label; Url href; bool here, leaves; } NavItem;
typedef struct Nav { NavItem row[12]; ptrdiff_t n; } Nav;
void  nav_add(Request *rq, Nav *nav, str label, const char *href);   /* `here` when the path of this page begins with href */
void  nav_leave(Request *rq, Nav *nav, str label, const char *href); /* a button that deletes href, by which somebody leaves this device */

/* What somebody saved, for whoever must say whether it is hers: each module adds a few words. */
typedef struct Works { str row[32]; ptrdiff_t n; } Works;
void  works_add(Works *works, str words);
Works web_works(Scope *s, int64_t person);
Works web_keeps(Scope *s, int64_t person);

/* ---- a module ------------------------------------------------------------------------------------------------ */

struct EntryKind;  /* journal.h; an array of them is a table made by tools/recgen */
struct JobKind;    /* jobs.h */
struct Doctor;     /* site.h */
struct MailTag;    /* inbox.h, as the next */
struct SmsWord;

/* One line in app/modules.c names it. A new capability is a new optional field here. */
typedef struct Module {
    const char             *name;
    const Route            *routes;   int route_n;
    const struct EntryKind *records;  int record_n;       /* X_records, X_RECORDS: made from X.records */
    const char             *fills;                        /* a kernel room whose derived tables its records make too */
    int                     made_anew;                    /* counted up when `apply` makes other rows of the same records */
    const struct JobKind   *jobs;     int job_n;
    const struct MailTag   *mail;     int mail_n;         /* what comes in by mail, and by SMS, and is this module's */
    const struct SmsWord   *sms;      int sms_n;
    bool (*start)(Scope *s);                              /* once at start, writing; false stops the program with a log line */
    void (*nav)(Request *rq, Nav *nav);                   /* entries for the bar at the top; in the page's read transaction */
    bool (*doctor)(Scope *s, struct Doctor *d);           /* what is wrong and how to mend it */
    int  (*command)(Site *site, int argc, char **argv);   /* `sampan <name> …`, while no server holds the data folder */
    int  (*tool)(int argc, char **argv);                  /* the same, needing no installation; -1: these words are `command`'s */
    const char *sign_in;                                  /* the address visitors are led to; one module has it */
    const str *markup;                                    /* &<name>_pages_literals: its pages compress against it (RFC 9842) */
    void (*person_made)(Scope *s, int64_t id);            /* writing: a visitor saves for the first time (WHO_LEARNER) */
    void (*works)(Scope *s, int64_t person, Works *ret);  /* what she saved here, in words: "3 answers"; not what it says */
    void (*keeps)(Scope *s, int64_t person, Works *ret);  /* what is kept of her beside records: a sentence each, with how long and why */
} Module;
#define COUNT_OF(a) (int)(sizeof(a) / sizeof((a)[0]))

/* ---- the request ----------------------------------------------------------------------------------------------- */

struct HttpRequest;

struct Request {
    Scope        s;             /* s.me: the person, or 0; s.lang: chosen by ?lang, cookie, person, Accept-Language */
    Out          out;           /* the page being written */
    struct HttpRequest *http;
    const Route *route;
    Method       method;
    str          path, query;
    bool         wants_json;
    const struct Session *session;   /* auth.h: all that a page knows of its visitor */
    bool         signed_in;     /* has an account (s.me without it: a visitor who has saved something) */
    bool         strong;        /* proved a second step lately (auth_is_strong) */
    str          name;          /* of the signed-in person, for the bar */
    str          title;         /* set by the page */
    str          notice;        /* one sentence shown once at the top (redirect_notice of the page before) */
    void        *ahead;
    struct WebPrivate *web;
};

str     path_str(const Request *rq, const char *name);             /* unescaped; "" when the route has no such name */
int64_t path_int(const Request *rq, const char *name);             /* 0 when it is no number: then nothing is found */
str     query_str(const Request *rq, const char *name);            /* first value, "" when absent or not plain text */
int64_t query_int(const Request *rq, const char *name, int64_t otherwise);
str     header(const Request *rq, const char *name);

/* ---- replies ----------------------------------------------------------------------------------------------------- */

Reply not_found(Request *rq);                                        /* also "not yours" */
Reply bad_request(Request *rq, str sentence);
Reply see_other(Request *rq, const char *path_format, ...) __attribute__((format(printf, 2, 3)));   /* 303 */
Reply see_other_url(Request *rq, str path);                          /* 303 to a path of this site; anything else becomes "/" */
Reply with_status(Reply r, int status);
static inline Reply unprocessable(Reply r) { return with_status(r, 422); }
static inline Reply conflict(Reply r) { return with_status(r, 409); }
void  notice(Request *rq, str sentence);                             /* shown on the next page this person sees */
void  look_again(Request *rq, int seconds);                          /* the browser asks for this page again by itself, script or none */
void  retry_after(Request *rq, int64_t ms);                          /* a program may ask again then (RFC 9110, section 10.2.3) */
void  never_kept(Request *rq);                                       /* who goes back to this page asks for it again */
Reply text_reply(Request *rq, str type, str body);                   /* any type; sent with nosniff */
Reply file_reply(Request *rq, str stored, str type, str filename);   /* from files.h; attachment unless an image type */

/* A download of any size in the memory of one piece. The handler returns; then `next` is called again and again, for the same
 * person in the same language, each time in a read transaction and an arena of its own, and adds the next piece to `out`: at most
 * STREAM_PIECE_MAX bytes, which is the room `out` has; more is a fault. False: that was the last. `state` is copied and moves
 * on with each piece; what it points to must outlive the request. `next` may run twice (retry), and must be quick.
 * What falls over its first piece is still a page that says so. Later the download breaks off, and the browser sees it. */
enum { STREAM_PIECE_MAX = 256 * 1024 };
typedef bool StreamNext(Scope *s, void *state, Out *out);
Reply stream_reply(Request *rq, str type, str filename, StreamNext *next, const void *state, ptrdiff_t state_size);

/* Who signs in or out: a new cookie and its session; writing. The password was looked at before (Route.ahead). */
void  session_begin(Request *rq, int64_t person);                    /* as long as the one before it, of hers, was to live */
void  session_begin_for(Request *rq, int64_t person, SessionTerm term);     /* auth.h. Before a moment: the browser's cookie, too, ends with the browser */
SessionTerm session_term(const Request *rq);                  /* of this one; all zero: it ends by itself, some day */
void  session_proved(Request *rq);                                   /* a second step, with the session this reply begins or she came with; writing */
void  session_end(Request *rq);
str   session_cookie(const Request *rq);                             /* this visitor's cookie; "" when none came */
str   visitor_address(const Request *rq);                            /* of the network: for counting guesses, never to be kept */
str   visitor_place(Request *rq);                                    /* the same as it is counted: an IPv4 address or an IPv6 /64;
                                                                        "here" when it is this machine's (web_place.c) */
/* A browser that signed somebody in before (auth.h): a cookie of its own, which signing out leaves there. */
str   known_browser(Request *rq, str name);                          /* which one; "" when it does not know this name */
void  browser_knows(Request *rq, str name);                          /* from this reply on */
/* Which device this is, beside who sits there: a cookie that outlives sessions. */
str   device_cookie(const Request *rq);                              /* "" none, or none of ours */
void  device_named(Request *rq, str cookie, int64_t seconds);        /* auth_cookie_new; 0: it is no more */
void  choose_language(Request *rq, const Lang *lang);                /* this browser keeps it */

/* For Route.pace. A request that must wait sleeps as a connection and on no thread; when too many do it is refused with 429. */
void  slow_down(Request *rq, int64_t ms, str tried);                 /* tried: what is guessed at, by whomever; few wait for one */
void  slow_known(Request *rq, str browser);                          /* it waits in the room for browsers that are known, and not with its place */

/* Shared parts of the address: the path with one query parameter changed. */
Url   url_with(Request *rq, str name, str value);
str   return_to(Request *rq);                                        /* where to go after signing in: checked `to` parameter or "/" */

/* ---- forms ----------------------------------------------------------------------------------------------------------
 * A form reads what came, collects one sentence a field, and shows itself again with all that was typed:
 *
 *   Form *f = form(rq);
 *   str title = form_text(f, "title", 1, 200);
 *   if (form_bad(f)) return unprocessable(note_new(rq, f));
 *
 * In the page: {{ use field(f, "title", _("Title"), _("A few words you will recognise.")) }} */
Form   *form(Request *rq);                          /* the body of this request; empty on GET. The same object each call */
Form   *form_filled(Request *rq);                   /* an empty form to prefill with form_set, for an edit page */
void    form_set(Form *f, const char *name, str value);
str     form_text(Form *f, const char *name, int min_chars, int max_chars);    /* one line: trimmed, plain, NFC as sent */
str     form_long(Form *f, const char *name, int min_chars, int max_chars);    /* several lines; CRLF becomes LF */
str     form_raw(const Form *f, const char *name);                            /* as it came; may be anything */
str     form_typed(const Form *f, const char *name);                          /* the same to be shown again (str_shown) */
int64_t form_int(Form *f, const char *name, int64_t min, int64_t max);
bool    form_real(Form *f, const char *name, double min, double max, double *ret);   /* "12.5", "12,5", local digits */
bool    form_checked(const Form *f, const char *name);
ptrdiff_t form_all(const Form *f, const char *name, str **ret_values);                /* every value of a repeated field */
void    form_error(Form *f, const char *name, str sentence);        /* a rule of your own */
str     form_error_of(const Form *f, const char *name);             /* "" when fine */
bool    form_bad(const Form *f);

typedef struct Upload { str field, filename, type; str path; int64_t size; } Upload;   /* a temporary file; gone with the request unless kept (files.h) */
const Upload *form_file(Form *f, const char *name);                 /* NULL: none came */

void    Form_json(Json *j, str key, const Form *f);

/* ---- pages ----------------------------------------------------------------------------------------------------------
 * Called by code that tmplgen makes. page_begin writes the layout's head; the title was set by the page. */
void  page_begin(Request *rq);
Reply page_end(Request *rq);
Reply page_json(Request *rq, Json *j);                               /* the JSON face of a page */
void  csrf_field(Request *rq);                                       /* writes the hidden input; masked anew for each reply */

/* ---- for the layout: {{ each item in web_nav(rq) }} ------------------------------------------------------------------- */
typedef struct LangLink { Url href; str tag, name; bool here; } LangLink;
typedef struct LangLinks { LangLink *row; ptrdiff_t n; } LangLinks;
Nav       web_nav(Request *rq);
LangLinks web_languages(Request *rq);                                /* this page in each language, by ?lang= */
/* What is half typed or not sent yet the script keeps on the device, for one owner (web_owner.c, app/assets/sampan.js). */
typedef struct Owner { bool asked; str key, along, forget; int64_t idle; } Owner;          /* idle: seconds, 0 none */
Owner     web_owner_here(Request *rq);                               /* for the foot of the page, when all of it is written */
str       web_owner(Request *rq);                                    /* whose: says nothing about her, and differs for each; "" for a visitor
                                                                        without a cookie, who has typed nothing here */
str       web_owner_of(Request *rq, int64_t person);                 /* the same of an account: an element's data-forget has the script throw
                                                                        away her drafts */
void      drafts_along(Request *rq);                                 /* before session_begin: what a visitor kept here goes with her into her account */
void      drafts_forget(Request *rq);                                /* what s->me keeps here is thrown away; session_end says it for an account */
Url       asset(Request *rq, const char *name);                      /* "style.css" -> "/assets/style.1a2b3c4d.css" */

/* ---- the parts every page may use (kernel/web/parts) ----------------------------------------------------------------
 *   {{ use problems(f) }}                                        what is wrong, at the top of a form; nothing when fine
 *   {{ use field(f, "title", label, hint) }}                     one line of text; hint may be _("") or S("")
 *   {{ use field_number(f, "weight", label, hint) }}             any script's digits (form_int, form_real)
 *   {{ use field_date(f, "ship", label, hint) }}                 "2026-11-22"
 *   {{ use field_password(f, "password", label, hint, "new-password") }}      or "current-password"; never shown again
 *   {{ use area(f, "body", label, hint) }}                       several lines
 *   {{ use choice(f, "term", label, hint, options) }}            radio buttons
 *   {{ use select(f, "economy", label, hint, options) }}
 *   {{ use checkbox(f, "agree", label, hint) }}
 *   {{ use money(f, "price", label, hint, currencies) }}         the fields "price" and "price_currency"
 *   {{ use file(f, "photo", label, hint, "image/png") }}           the form needs enctype="multipart/form-data"
 *   {{ use hidden("version", value) }}
 *   {{ use button(label) }}    {{ use button_quiet(label) }}
 * Name a secret's field "password" or "…_password": the kernel never shows such a value again. */
typedef struct Option { str value, label; } Option;
typedef struct Options { const Option *row; ptrdiff_t n; } Options;
str   form_id(const Form *f, const char *name, const char *suffix);        /* "title-hint": an element's id */
str   form_notes(const Form *f, const char *name, str hint);                /* ids for aria-describedby; "" when none */
bool  form_is(const Form *f, const char *name, str value);                  /* among the values shown */
bool  form_is_currency(const Form *f, const char *name, str value);         /* the same for "<name>_currency" */
typedef struct FormProblem { str name, sentence; Url href; } FormProblem;
typedef struct FormProblems { const FormProblem *row; ptrdiff_t n; } FormProblems;
FormProblems form_problems(const Form *f);

/* What was typed, shown again when it could not be taken: nobody types twice (the page "again"). */
typedef struct Typed { str name, value; bool shown, secret, file; } Typed;
typedef struct TypedRows { const Typed *row; ptrdiff_t n; } TypedRows;
typedef struct Again { Url action, sign_in; str enctype; bool offered; TypedRows typed; } Again;

#include "web_pages.h"
