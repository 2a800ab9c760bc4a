/* inbox - the module, and what is known as brought before.
 *
 * Table    inbox_seen
 * URLs     /sms
 * Jobs     inbox.sweep: once a day, what was brought before INBOX_DAYS is forgotten */
#include "inbox/inbox_own.h"

#include <sodium.h>

#include "jobs/jobs.h"
#include "outbox/outbox.h"

enum { MARK_BYTES = 32, SMS_BODY_MAX = 16 << 10 };

bool inbox_is_new(Scope *s, str what, str bytes)
{
    unsigned char mark[MARK_BYTES];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof mark);
    crypto_generichash_update(&state, (const unsigned char *)what.p, (unsigned long long)what.n);
    crypto_generichash_update(&state, (const unsigned char *)"\0", 1);
    crypto_generichash_update(&state, (const unsigned char *)bytes.p, (unsigned long long)bytes.n);
    crypto_generichash_final(&state, mark, sizeof mark);
    return inbox_rows_see(s, (str){ (const char *)mark, sizeof mark }, s->now) == 1;
}

static bool sweep(Scope *s, str body)
{
    inbox_rows_forget(s, s->now - INBOX_DAYS * DAY);
    return true;
}

static const Route routes[] = {
    POST("/sms", sms_post, .who = WHO_ANYONE, .pace = sms_pace, .open = true, .body_max = SMS_BODY_MAX),
};

static const JobKind jobs[] = { { "inbox.sweep", .run = sweep, .every = DAY } };

const Module inbox_module = {
    .name = "inbox",
    .routes = routes, .route_n = COUNT_OF(routes),
    .jobs = jobs,     .job_n = COUNT_OF(jobs),
};
