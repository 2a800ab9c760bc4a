/* net_mail - one mail to one receiver, by SMTP.
 *
 *   connect, TLS, EHLO, AUTH, MAIL, RCPT, DATA, the message without its end … ask … the end and the final dot … 250
 *
 * Until the final dot the server has taken nothing over (RFC 5321, section 4.1.1.4), so before its last bytes the helper asks, and
 * only after that nobody can tell what became of a mail whose answer never came. */
#include "net.h"

#include <stdio.h>
#include <stdlib.h>

static size_t give(char *to, size_t size, size_t count, void *arg)
{
    Net *n = arg;
    str left = str_slice(n->order->message, n->sent, n->order->message.n);
    size_t most = size * count;
    if (left.n <= (ptrdiff_t)most && !net_hand_over(n)) return CURL_READFUNC_ABORT;
    if (left.n > (ptrdiff_t)most) left.n = (ptrdiff_t)most;
    if (left.n) memcpy(to, left.p, (size_t)left.n);
    n->sent += left.n;
    return (size_t)left.n;
}

/* "250-SIZE 1000" goes on, "250 OK" is whole; 221 answers the QUIT that libcurl says after what went wrong, and tells nothing of it. */
static size_t hear(char *line, size_t size, size_t count, void *arg)
{
    Net *n = arg;
    str said = str_trim((str){ line, (ptrdiff_t)(size * count) });
    int64_t code;
    if (said.n < 3 || !str_int(str_slice(said, 0, 3), &code) || (said.n > 3 && said.p[3] == '-') || code == 221) return size * count;
    n->code = (long)code;
    n->heard = n->handed;
    snprintf(n->said, sizeof n->said, "%.*s", (int)str_slice(said, 0, OUT_LINE_MAX).n, said.p);
    return size * count;
}

static char *text(str s) { return strndup(s.n ? s.p : "", (size_t)s.n); }

/* Refused for what we are, not for what we send: somebody has to mend the settings, and the mail is as good as it was. */
static bool is_about_us(long code) { return code == 530 || code == 534 || code == 535 || code == 538; }

static OutEnd end_of(const Net *n, CURLcode code)
{
    if (n->stopped) return OUT_END_STOPPED;
    if (n->handed && !n->heard) return OUT_END_DOUBT;
    if (n->handed) return n->code / 100 == 2 ? OUT_END_DONE : n->code / 100 == 5 ? OUT_END_NEVER : OUT_END_LATER;
    if (n->is_private) return OUT_END_PRIVATE;
    if (code != CURLE_SEND_ERROR || n->code < 400) return OUT_END_NOT_BEGUN;     /* MAIL, RCPT or DATA: of this mail */
    return n->code / 100 == 5 && !is_about_us(n->code) ? OUT_END_NEVER : OUT_END_LATER;
}

static void say(Net *n, CURLcode code)
{
    bool by_server = n->code >= 400 && (n->heard || !n->handed) && code != CURLE_PEER_FAILED_VERIFICATION;
    n->answer.end = end_of(n, code);
    n->answer.status = n->code > 999 ? 0 : n->code;
    n->answer.why = n->answer.end == OUT_END_DONE || by_server ? str_from(n->said) : net_trouble(n, code);
}

void net_mail(Net *n)
{
    const OutOrder *o = n->order;
    char *sender = text(o->sender), *receiver = text(o->receiver), *user = text(o->user), *password = text(o->password);
    struct curl_slist *receivers = curl_slist_append(NULL, receiver);
    curl_easy_setopt(n->curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(n->curl, CURLOPT_USE_SSL, o->starttls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    if (o->user.n) curl_easy_setopt(n->curl, CURLOPT_USERNAME, user);
    if (o->user.n) curl_easy_setopt(n->curl, CURLOPT_PASSWORD, password);
    curl_easy_setopt(n->curl, CURLOPT_SASL_IR, 1L);
    curl_easy_setopt(n->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)o->seconds);
    curl_easy_setopt(n->curl, CURLOPT_MAIL_FROM, sender);
    curl_easy_setopt(n->curl, CURLOPT_MAIL_RCPT, receivers);
    curl_easy_setopt(n->curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(n->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)o->message.n);
    curl_easy_setopt(n->curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(n->curl, CURLOPT_READDATA, n);
    curl_easy_setopt(n->curl, CURLOPT_HEADERFUNCTION, hear);
    curl_easy_setopt(n->curl, CURLOPT_HEADERDATA, n);
    say(n, curl_easy_perform(n->curl));
}
