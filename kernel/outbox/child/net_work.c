/* net_work - one order, one answer. */
#include "net.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- what mail and HTTP share ------------------------------------------------------------------------------------------ */

bool net_hand_over(Net *n)
{
    if (n->handed || !n->order->asks) return n->handed = true;
    n->stopped = !child_ask();
    return n->handed = !n->stopped;
}

str net_trouble(const Net *n, CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:    return S("There is no such name, or names cannot be looked up.");
    case CURLE_COULDNT_CONNECT:         return S("The server cannot be reached.");
    case CURLE_OPERATION_TIMEDOUT:      return S("The server did not answer in time.");
    case CURLE_PEER_FAILED_VERIFICATION: return S("The server's certificate is not of that name, or nobody here knows who gave it.");
    case CURLE_SSL_CONNECT_ERROR:       return S("No TLS could be agreed on with the server.");
    case CURLE_USE_SSL_FAILED:          return S("The server offers no TLS (STARTTLS).");
    case CURLE_LOGIN_DENIED:            return S("The server does not take the user and the password.");
    case CURLE_GOT_NOTHING: case CURLE_RECV_ERROR: case CURLE_SEND_ERROR: return S("The server cut the line.");
    case CURLE_SSL_CACERT_BADFILE:      return S("The certificates to trust cannot be read.");
    default:                            return str_from(curl_easy_strerror(code));
    }
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    Net *n = arg;
    if (!n->order->local && address_is_private(&address->addr)) {
        n->is_private = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Nothing of the environment, of the user's home, or of an earlier transfer decides anything. */
static void prepare(Net *n)
{
    const OutOrder *o = n->order;
    struct curl_blob ca = { (void *)(uintptr_t)o->ca.p, (size_t)o->ca.n, CURL_BLOB_NOCOPY };
    char *url = strndup(o->url.p, (size_t)o->url.n);
    curl_easy_setopt(n->curl, CURLOPT_URL, url);
    free(url);
    curl_easy_setopt(n->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(n->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(n->curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(n->curl, CURLOPT_CONNECTTIMEOUT, (long)o->seconds);
    curl_easy_setopt(n->curl, CURLOPT_TIMEOUT, (long)o->whole);
    curl_easy_setopt(n->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(n->curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(n->curl, CURLOPT_OPENSOCKETDATA, n);
    if (o->ca.n) curl_easy_setopt(n->curl, CURLOPT_CAINFO_BLOB, &ca);
}

/* ---- the work ---------------------------------------------------------------------------------------------------------- */

static ChildEnd tell(const Net *n, int out)
{
    ptrdiff_t room = n->body_n + 8 * (OUT_LINE_MAX + 16) + 256;
    char *memory = calloc(1, (size_t)room);
    Arena arena = { memory, memory ? memory + room : NULL, NULL };
    Out o;
    if (!memory) return CHILD_NO_MEMORY;
    out_init(&o, &arena, room - 64);
    out_answer_put(&o, &n->answer);
    return child_write(out, out_text(&o)) ? CHILD_DONE : CHILD_TOO_LARGE;
}

static ChildEnd work(str in, int out)
{
    static Net n;
    OutOrder order;
    if (!out_order_take(&in, &order)) return CHILD_UNREADABLE;
    n = (Net){ .order = &order, .curl = curl_easy_init() };
    if (!n.curl) return CHILD_NO_MEMORY;
    prepare(&n);
    if (order.way == OUT_BY_SMTP) net_mail(&n);
    else net_http(&n);
    return tell(&n, out);                                /* the connection ends with the process */
}

/* What is looked up by name is loaded now: later no library can be. */
static bool warm(void)
{
    struct addrinfo *found = NULL;
    if (getaddrinfo("localhost", "25", NULL, &found) == 0) freeaddrinfo(found);
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

extern const ChildCode child_code;
const ChildCode child_code = { warm, work };
