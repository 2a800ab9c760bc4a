/* os - the machine: configuration, clock, randomness, files, the sandbox, the log. */
#pragma once
#include "base/base.h"

/* Configuration: by environment, or by flag of the same name in small letters (SAMPAN_LISTEN, --listen=…; DATABASE_URL
 * is --database-url=…). A flag wins; an empty variable is as good as none. */
typedef struct Config {
    const char *listen;         /* SAMPAN_LISTEN        127.0.0.1:8080 */
    const char *data;           /* SAMPAN_DATA          ./var; made by whoever opens the site, mode 0700 */
    const char *database_url;   /* DATABASE_URL         "": SQLite in data */
    const char *content;        /* SAMPAN_CONTENT       the content folder beside the program's source or in share */
    const char *user;           /* SAMPAN_USER          "": stay who we are; else drop to this user when started as root */
    int         threads;        /* SAMPAN_THREADS       0: one a core for SQLite, 8 for PostgreSQL */
    bool        sandbox;        /* SAMPAN_SANDBOX       on; "off" to debug */
    bool        budgets;        /* SAMPAN_BUDGETS       on; "off" to measure: nobody is told that she saves too much */
    const char *smtp;           /* SAMPAN_SMTP          files: mail becomes files in data; off; or a server (outbox_settings.c) */
    const char *mail_from;      /* SAMPAN_MAIL_FROM     "": Sampan <sampan@localhost>, and with a server it must be said */
    const char *lmtp;           /* SAMPAN_LMTP          "": no mail comes in; else the path of a unix socket */
    const char *sms;            /* SAMPAN_SMS           files; off; or the address of a gateway (docs/SMS.md) */
    const char *hosts;          /* SAMPAN_HOSTS         "": none; else which hosts hooks and questions may go to */
    int         out_seconds;    /* SAMPAN_OUT_SECONDS   60: how long a server outside may say nothing; 0 is 60 too */
} Config;
/* Takes its flags out of argv. An unknown SAMPAN_ variable or flag is an error, so that a misspelt one is not lost in
 * silence: false, and *ret_why is a sentence for the operator. --help stays in argv for main, and what follows "--" belongs to the command. */
bool os_config(int *argc, char **argv, Config *ret, Arena *keep, str *ret_why);

int64_t os_now(void);                               /* ms, wall clock */
int64_t os_ticks(void);                             /* ns, never goes back: for durations only */
int64_t os_day_end(int64_t now);                    /* ms: the first midnight, in the zone that this machine is set to, at least four hours from now:
                                                       a machine that was set to none may have its midnight in the middle of a morning */
void    os_random(void *p, size_t n);               /* getrandom; aborts if the kernel refuses */
void    os_random_from(uint64_t seed);              /* tests: os_random says the same again; 0: the kernel's again */

/* The log: one line on standard error, "2026-11-22T03:00:00Z warn  learn: …". Never a secret, never a person's words. */
typedef enum LogLevel { LOG_INFO, LOG_WARN, LOG_ERROR } LogLevel;
void    os_log(LogLevel level, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool    os_log_quiet(bool on);                      /* returns what it was */

/* A line of standard input, at most max bytes, and not shown while it is typed; prompt: to standard error when there is a terminal. False: longer. */
bool    os_ask_hidden(Arena *keep, const char *prompt, ptrdiff_t max, str *ret);

/* Files. False: errno says why. */
bool    os_read_file(Arena *keep, const char *path, int64_t max, str *ret);   /* an ordinary file of at most max bytes, else EISDIR, EFBIG */
bool    os_write_file(const char *path, str bytes); /* whole or not at all: fsync, rename, fsync of the folder */
bool    os_sync_folder(const char *path);           /* what was named in it stays named */
bool    os_make_dirs(const char *path);              /* and those above it, mode 0700 where they are new */
typedef struct DirEntry { str name; bool folder; } DirEntry;
bool    os_list(Arena *keep, const char *path, DirEntry **ret, ptrdiff_t *ret_n);   /* sorted by name; no dot files */
bool    os_disk(const char *path, int64_t *ret_free, int64_t *ret_size);     /* bytes; free: for who is not root */
bool    os_lock_file(const char *path, int *ret_fd);/* one process a data folder; EWOULDBLOCK: another holds it. Held until *ret_fd is closed */

/* The sandbox, in this order: drop privileges, NO_NEW_PRIVS, Landlock (data read-write, content and system files
 * read-only, TCP connections only with network_out), seccomp deny-list (execve, ptrace, mount, bpf, io_uring, keyctl,
 * …). Call it from main before any other thread is started: Landlock holds for the calling thread and those it starts
 * later. Each layer that this kernel lacks is one plain line in the log. Returns the layers in force; .user is false
 * when the asked user could not be become, and then the program must not go on. */
typedef struct Sandbox { bool user, landlock, seccomp; int landlock_abi; } Sandbox;
typedef struct SandboxRules {
    const char *data, *content, *user;
    bool        network_out;
    const char *const *reads;       /* until NULL: in place of data, content and system files, for a process that needs less */
} SandboxRules;
Sandbox os_sandbox(const SandboxRules *rules);

/* For a process with one thread that has all it needs and is about to read what strangers sent. From here on it opens no file but
 * those under `reads` (until NULL; NULL: none) and those only to read, starts no program and no process, has no network, sends no
 * signal, and gets no new memory that can be run. False: it could not be closed, and must not go on. */
bool    os_confine(const char *const *reads);
/* The same for one that calls others: it may look names up and begin connections (TCP, UDP), and listens to nobody. Sockets of this
 * machine's own (AF_UNIX) it cannot reach. */
bool    os_confine_calling(const char *const *reads);
