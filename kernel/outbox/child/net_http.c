/* net_http - one request, one answer. Where the answer leads elsewhere is told and not followed: whether one may go there is
 * decided by who knows the rules. */
#include "net.h"

#include <stdlib.h>

/* ---- what comes -------------------------------------------------------------------------------------------------------- */

static size_t take_body(char *p, size_t size, size_t count, void *arg)
{
    Net *n = arg;
    ptrdiff_t came = (ptrdiff_t)(size * count), room = n->order->answer_max - n->body_n, more = came < room ? came : room;
    n->too_large |= came > room && !n->order->post;      /* of what we sent the status says what became of it: the rest is not kept */
    if (n->too_large) return CURL_WRITEFUNC_ERROR;
    if (n->body_n + more > n->body_cap) {
        n->body_cap = 2 * n->body_cap + more;
        char *grown = realloc(n->body, (size_t)n->body_cap);
        if (!grown) return CURL_WRITEFUNC_ERROR;
        n->body = grown;
    }
    if (more) memcpy(n->body + n->body_n, p, (size_t)more);
    n->body_n += more;
    return (size_t)came;
}

/* Too many are the end of it: libcurl itself would take a hundred times as much. */
static size_t take_head(char *p, size_t size, size_t count, void *arg)
{
    static const char *const names[] = { "location", "retry-after", "etag", "last-modified", "content-type" };
    Net *n = arg;
    str_pair header = str_cut((str){ p, (ptrdiff_t)(size * count) }, ':');
    n->head_bytes += size * count;
    n->too_large |= n->head_bytes > NET_HEAD_BYTES_MAX;
    if (n->too_large) return 0;
    for (size_t i = 0; header.found && i < sizeof names / sizeof *names; i++) {
        str value = str_trim(header.tail);
        if (!str_eq_nocase(str_trim(header.head), str_from(names[i])) || value.n > OUT_LINE_MAX) continue;
        memcpy(n->lines[i], value.p, (size_t)value.n);
        n->lines[i][value.n] = '\0';
    }
    return size * count;
}

/* Connected, and TLS stands: nothing of the request has left yet. */
static int before_request(void *arg, char *their_address, char *our_address, int their_port, int our_port)
{
    return net_hand_over(arg) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/* ---- how it ended ------------------------------------------------------------------------------------------------------ */

static OutEnd end_of(const Net *n, CURLcode code)
{
    if (code == CURLE_OK) return OUT_END_DONE;
    if (n->stopped) return OUT_END_STOPPED;
    if (n->is_private && !n->handed) return OUT_END_PRIVATE;
    if (n->too_large && !(n->handed && n->order->post)) return OUT_END_TOO_LARGE;
    return n->handed && n->order->post ? OUT_END_DOUBT : OUT_END_NOT_BEGUN;
}

static void say(Net *n, CURLcode code)
{
    OutAnswer *a = &n->answer;
    long status = 0;
    curl_easy_getinfo(n->curl, CURLINFO_RESPONSE_CODE, &status);
    *a = (OutAnswer){ .end = end_of(n, code), .status = status, .location = str_from(n->lines[0]), .retry_after = str_from(n->lines[1]),
                      .etag = str_from(n->lines[2]), .modified = str_from(n->lines[3]), .type = str_from(n->lines[4]) };
    if (a->end == OUT_END_DONE) a->body = (str){ n->body, n->body_n };
    if (a->end == OUT_END_TOO_LARGE) a->why = S("The answer is too large.");
    else if (code != CURLE_OK) a->why = net_trouble(n, code);
}

void net_http(Net *n)
{
    const OutOrder *o = n->order;
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    for (int i = 0; i < o->header_n; i++) {
        char *line = strndup(o->header[i].p, (size_t)o->header[i].n);
        headers = curl_slist_append(headers, line);
        free(line);
    }
    curl_easy_setopt(n->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(n->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(n->curl, CURLOPT_LOW_SPEED_LIMIT, (long)NET_LOW_BYTES);
    curl_easy_setopt(n->curl, CURLOPT_LOW_SPEED_TIME, (long)o->seconds);
    curl_easy_setopt(n->curl, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(n->curl, CURLOPT_PREREQDATA, n);
    curl_easy_setopt(n->curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(n->curl, CURLOPT_WRITEDATA, n);
    curl_easy_setopt(n->curl, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(n->curl, CURLOPT_HEADERDATA, n);
    if (o->post) curl_easy_setopt(n->curl, CURLOPT_POSTFIELDS, o->body.n ? o->body.p : "");
    if (o->post) curl_easy_setopt(n->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)o->body.n);
    say(n, curl_easy_perform(n->curl));
}
