/* web_private - what the files of this room share: the life of one request, and the running site's own things. */
#pragma once
#include "auth/auth.h"
#include "http/http.h"
#include "web/site.h"

enum {
    PATH_NAMES_MAX     = 8,
    REPLY_HEADERS_MAX  = 12,
    BODY_MAX_USUAL     = 64 * 1024,
    FIELDS_MAX         = 500,
    SLOW_WORKERS       = 2,          /* a password hash takes 19 MiB and 20 ms of a core each */
    SLOW_QUEUE_MAX     = 192,        /* strangers who wait for one: two seconds of both workers */
    SLOW_LANE_MAX      = 64,         /* of one place: a class that signs in when the bell rings */
    SLOW_KNOWN_MAX     = 64,         /* browsers that are known, beside them */
    SLOW_KNOWN_LANE    = 8,          /* of one such browser: somebody who presses a button six times */
    LINE_ALL_MAX       = 192,        /* who was slowed down; each keeps the memory of a request */
    LINE_LANE_MAX      = 48,
    LINE_SAME_MAX      = 4,          /* at one name */
    LINE_KNOWN_MAX     = 32,
    READ_TRIES         = 3,
    STREAMS_MAX        = 64,         /* under way at a time; each has a piece of its own in memory */
    NOTICE_BYTES_MAX   = 600,
    COOKIE_SECONDS     = 400 * 24 * 3600,   /* as long as browsers keep one */
};
#define COOKIE_SESSION "sampan"
#define COOKIE_LANG    "lang"
#define COOKIE_NOTICE  "notice"
#define COOKIE_KNOWN   "known"
#define COOKIE_DEVICE  "device"
#define COOKIE_USED    "used"            /* when a session that idleness ends was last used (web_term.c) */
#define COOKIE_DRAFTS  "drafts"          /* what becomes of words that this browser keeps (web_owner.c) */
#define FIELD_CSRF     "_csrf"
#define FIELD_METHOD   "_method"

typedef struct FormError { struct FormError *next; str name, sentence; } FormError;
struct Form {
    Request   *rq;
    HttpPart  *part; int n, cap;
    FormError *first, **last;
};

/* What stream_reply was told. */
typedef struct Streaming { StreamNext *next; const void *state; ptrdiff_t state_size; } Streaming;

/* One request from plan to the last byte. The DbWork is first, so that the writer's hand gives back the call. */
typedef struct WebPrivate {
    DbWork      work;
    Request     rq;
    Arena       mark;                  /* the arena before a try: a second try begins with the same memory */
    bool        arrived;               /* the form is read and stays over a second try */
    bool        lacks_rows, rows_made; /* of this person, while tables are made again: to be made first; made just now */
    bool        written_once;          /* the writer has called: from now on a lost commit leaves a doubt */
    bool        lost;                  /* the commit was begun and nobody knows how it ended */
    Landing     landing;               /* why the last try fell */
    struct WebPrivate *next_slow;
    uint64_t    lane, tried;           /* whom slow work counts against, and what it tries: hashes */
    bool        known;                 /* the lane is that of a browser that is known here */
    int64_t     delay_ms;              /* before slow work may begin */
    bool        paid;                  /* the budgets were asked: a second try costs nothing */

    str         value[PATH_NAMES_MAX]; /* of the names in the route's path */
    str         cookie;                /* that came, well formed; or "" */
    str         cookie_out;            /* that goes back; "" none */
    bool        cookie_keeps, cookie_ends;
    bool        begins; SessionTerm begun;  /* a session, with this reply */
    bool        asked;                 /* who this is was asked of the database: a page that says it says the truth */
    Session     session;
    Form        form;
    str         csrf;                  /* this reply's token */
    str         owner, owner_of;       /* web_owner, and of whom */
    uint64_t    tag; ptrdiff_t tagged; /* of the page up to its last token, and where that ends */
    bool        person_made;

    HttpHeader  header[REPLY_HEADERS_MAX]; int header_n;
    str         notice_out;            /* for the next page */
    str         file;                  /* a stored file's path, opened when the reply leaves */
    Streaming   streaming;
    HttpSource *source;                /* the stream, from when the reply leaves until the server has it */
    str         etag;
    Reply       reply;
} WebPrivate;

/* ---- routes (web_routes.c) ---- */
typedef struct Routes Routes;
Routes      *routes_compile(Arena *keep, const Module *const *modules, int n, str *ret_why);   /* NULL: *ret_why */
const Route *routes_match(const Routes *r, Method m, str path, str values[PATH_NAMES_MAX], unsigned *ret_allowed);
str          method_name(Method m);
Method       method_from(str name);          /* HEAD is GET; 0: none of ours */

/* ---- the parts of a request's life ---- */
HttpApp web_app(Site *site);                                     /* web_dispatch.c */
bool    web_body(WebPrivate *w, Reply *ret_refusal);             /* web_body.c: fills the form */
void    form_forget(Form *f);                                    /* web_form.c: errors of an earlier try */
void    form_add(Form *f, const HttpPart *part);
bool    field_is_secret(str name);                               /* "password", "new_password" */
bool    field_is_kernels(str name);                              /* "_csrf", "_method" */
Reply   refuse(Request *rq, int status);                         /* web_error.c: the designed page of a status */
Reply   refuse_away(Request *rq);                                /* its room is made again: kindly, and asked for again by itself */
typedef enum Why { WHY_STATUS, WHY_SIGN_IN, WHY_LOST, WHY_AWAY, WHY_ROLE } Why;        /* LOST: it may have been saved or not */
Reply   refuse_again(Request *rq, int status, Why why);          /* the same, with all that was typed */
Reply   refuse_for_now(Request *rq, int64_t ms);                 /* 429: what was typed may be sent again then */
Reply   refuse_no_room(Request *rq);                             /* 503: the disk is nearly full; kindly, with what was typed */
Reply   refuse_plain(int status);                                /* when even the layout fails: words that need nothing */
void    web_reply_build(WebPrivate *w, HttpReply *out);          /* web_reply.c */
void    reply_header(Request *rq, const char *name, str value);
bool    path_is_local(str path);
str     whole_address(const Request *rq);                        /* of this request, as it came: path and query */
str     cookie_for_page(Request *rq);                            /* the visitor's cookie, minted when there is none */
void    cookie_set(Request *rq, const char *name, str value, int64_t seconds);
bool    prefers_json(str accept);
void    notice_take(Request *rq);                                /* web_notice.c: reads it; a page that shows it takes it away */
void    notice_shown(Request *rq);
void    notice_send(Request *rq, str sentence);

bool    term_used(Request *rq, const Session *session);          /* web_term.c: of a session that idleness ends: false: it has */
void    term_keep(WebPrivate *w, str cookie);                    /* it was used now, or begins */
SessionTerm term_leaving(const WebPrivate *w);                   /* of the session that she has when the reply is there */
void    drafts_shown(Request *rq);                               /* web_owner.c: a page that says it takes it away */

void     dictionaries_open(Site *site, Arena *keep);             /* web_dictionary.c */
uint16_t dictionary_for(const Request *rq);                      /* HttpReply.dictionary */

HttpSource *stream_open(const WebPrivate *w);                    /* web_stream.c. NULL: too many, or no memory */
bool        stream_fill(HttpSource *source, Landing *ret);       /* makes a piece; false: *ret says why not */

typedef struct Slow Slow;                                        /* web_slow.c */
Slow   *web_slow_start(Arena *keep);                             /* for what comes from web_dispatch */
Slow   *slow_start(Arena *keep, void (*run)(WebPrivate *));
WebPrivate *slow_submit(Slow *slow, WebPrivate *w);              /* who did not get in, or had to make room: this or another; NULL: nobody */
void    slow_stop(Slow *slow);                                   /* what waits is run first */

typedef struct Line Line;                                        /* web_line.c */
Line   *web_line_start(Arena *keep);
Line   *line_start(Arena *keep, void (*go_on)(WebPrivate *, bool in_time));     /* in_time: false when the site closes */
bool    line_submit(Line *l, WebPrivate *w, int64_t ms);         /* false: no room */
void    line_stop(Line *l);                                      /* who waits is let go, not in time */

/* ---- fair shares (web_place.c, web_budget.c, web_floor.c) ---- */
typedef struct Place { str at, network; bool local; } Place;     /* network: "" of an IPv4 address */
Place   place_of(Arena *keep, str address);

typedef enum Spend { SPEND_SAVES, SPEND_BYTES, SPEND_PEOPLE, SPENDS } Spend;
typedef struct Spending { int64_t person; Place place; int64_t cost[SPENDS]; } Spending;     /* person: 0 for nobody */
typedef struct Budget Budget;
Budget *budget_open(Arena *keep);
int64_t budget_spend(Budget *b, const Spending *s, int64_t now_ns);       /* 0: spent; else ms until it may be, and nothing is spent */

typedef enum RoomLeft { ROOM_FOR_ALL, ROOM_FOR_THOSE_HERE, ROOM_FOR_NOBODY } RoomLeft;
int64_t  floor_bytes(RoomLeft below, int64_t disk_bytes);        /* free bytes below which that holds */
RoomLeft floor_room(int64_t free_bytes, int64_t disk_bytes);
RoomLeft room_left(const Site *site);                            /* of some seconds ago at most */

extern const Module house_module;                                /* house.c: the kernel's own pages and jobs */

struct SiteOwn {
    Routes     *routes;
    Slow       *slow;
    Line       *line;
    Budget     *budget;
    _Atomic int64_t disk_looked;       /* ms of ticks */
    _Atomic int room;                  /* RoomLeft, of then */
    uint64_t    seed;                  /* of the hashes of lanes */
    int64_t   (*ticks)(void);          /* ns, for durations */
    bool      (*disk)(const char *path, int64_t *ret_free, int64_t *ret_size);
    void      (*slept)(int64_t ms);    /* tests; NULL: the line */
    _Atomic bool dictionaries;         /* are there: replies may name them */
    _Atomic int  streams;              /* under way */
    const char *sign_in;
    void      (*person_made)(Scope *s, int64_t id);
    int64_t   (*clock)(void);
    int         lmtp;
};
