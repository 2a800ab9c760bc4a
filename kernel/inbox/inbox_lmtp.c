/* inbox_lmtp - the conversation of LMTP (RFC 2033; RFC 5321 where that says nothing else), as a machine that takes bytes in whatever
 * pieces they come and writes replies.
 *
 * A message ends with CRLF . CRLF and nothing else: a line that ends with LF alone is part of it, so nobody can smuggle a second
 * message past a server that reads ends of lines otherwise.
 *
 * What comes in one piece may be several commands (PIPELINING, RFC 2920); they are answered in their order. */
#include <stdio.h>

#include "inbox/inbox_own.h"

enum { WRONG_MAX = 20, DATA_BEGINS = 64 << 10 };

static void reply(Lmtp *l, str line)
{
    out_str(l->out, line);
    out_lit(l->out, "\r\n");
}

/* The client hears why before it is cut off. */
static void wrong(Lmtp *l, str line)
{
    reply(l, line);
    if (++l->wrong < WRONG_MAX) return;
    reply(l, S("421 4.7.0 Too many commands that make no sense."));
    l->state = LMTP_CLOSED;
}

static void forget_mail(Lmtp *l)
{
    arena_rewind(&l->arena, l->mark);
    l->sender = S("");
    l->receiver_n = 0;
    l->data = NULL;
    l->data_n = l->data_cap = 0;
    l->too_large = false;
    l->line_begins = true;
    l->dot = 0;
    l->last = '\n';
    if (l->state > LMTP_READY && l->state != LMTP_CLOSED) l->state = LMTP_READY;
}

void lmtp_open(Lmtp *l, const LmtpHost *host, Arena arena, Out *out)
{
    *l = (Lmtp){ .host = host, .arena = arena, .mark = arena, .out = out, .state = LMTP_GREETED, .line_begins = true };
    reply(l, S("220 Sampan LMTP"));
}

/* ---- a path and what may follow it --------------------------------------------------------------------------------------- */

/* "<local@domain>" or "<>" (RFC 5321, section 4.1.2), a source route thrown away; *ret_rest: parameters, without blanks around. */
static bool path_take(str words, str *ret_address, str *ret_rest)
{
    words = str_trim(words);
    ptrdiff_t end = str_find(words, S(">"));
    if (words.n < 2 || words.p[0] != '<' || end < 0) return false;
    str address = str_slice(words, 1, end);
    if (address.n && address.p[0] == '@') address = str_cut(address, ':').tail;
    *ret_address = address;
    *ret_rest = str_trim(str_slice(words, end + 1, words.n));
    return address.n <= 320 && str_is_plain(address, false);
}

/* False: SIZE (RFC 1870) says more than we take. Others are what we said we know (BODY), or no matter of ours. */
static bool size_is_fine(str parameters)
{
    while (parameters.n) {
        str_pair cut = str_cut(parameters, ' '), value = str_cut(cut.head, '=');
        int64_t size;
        if (str_eq_nocase(value.head, S("SIZE")) && str_int(value.tail, &size) && size > MAIL_BYTES_MAX) return false;
        parameters = cut.tail;
    }
    return true;
}

/* ---- commands --------------------------------------------------------------------------------------------------------------- */

static void do_lhlo(Lmtp *l, str words)
{
    if (!str_trim(words).n) {
        wrong(l, S("501 5.5.4 LHLO says a name."));
        return;
    }
    forget_mail(l);
    l->state = LMTP_READY;
    out_fmt(l->out, "250-sampan\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SIZE %d\r\n", MAIL_BYTES_MAX);
}

static void do_mail(Lmtp *l, str words)
{
    str address, rest;
    if (l->state != LMTP_READY) wrong(l, l->state == LMTP_GREETED ? S("503 5.5.1 LHLO first.") : S("503 5.5.1 One mail at a time."));
    else if (!str_eq_nocase(str_slice(words, 0, 5), S("FROM:")) || !path_take(str_slice(words, 5, words.n), &address, &rest))
        wrong(l, S("501 5.5.4 MAIL FROM:<address>"));
    else if (!size_is_fine(rest)) reply(l, S("552 5.3.4 It is too large."));
    else {
        l->sender = str_keep(&l->arena, address);
        l->state = LMTP_MAIL;
        reply(l, S("250 2.1.0 Fine."));
    }
}

static void do_rcpt(Lmtp *l, str words)
{
    str address, rest;
    if (l->state != LMTP_MAIL) wrong(l, S("503 5.5.1 MAIL first."));
    else if (!str_eq_nocase(str_slice(words, 0, 3), S("TO:")) || !path_take(str_slice(words, 3, words.n), &address, &rest) || !address.n)
        wrong(l, S("501 5.5.4 RCPT TO:<address>"));
    else if (l->receiver_n == MAIL_RECEIVERS_MAX) reply(l, S("452 4.5.3 Too many receivers at once."));
    else {
        Arena before = l->arena;
        str said = l->host->receiver(l->host->arg, &l->arena, address);
        bool taken = str_starts(said, S("2"));
        reply(l, said);
        arena_rewind(&l->arena, before);                 /* of those who are refused there is no end */
        if (taken) l->receiver[l->receiver_n++] = str_keep(&l->arena, address);
    }
}

static void do_data(Lmtp *l)
{
    if (l->state != LMTP_MAIL || l->receiver_n == 0) {
        wrong(l, S("503 5.5.1 No receiver."));
        return;
    }
    l->state = LMTP_DATA;
    reply(l, S("354 Go on; a dot alone ends it."));
}

static bool is_command(str line, const char *word, str *ret_rest)
{
    str w = str_from(word);
    bool fine = str_eq_nocase(str_slice(line, 0, w.n), w) && (line.n == w.n || line.p[w.n] == ' ');
    if (fine) *ret_rest = str_trim(str_slice(line, w.n, line.n));
    return fine;
}

static void command(Lmtp *l, str line)
{
    str rest;
    if (is_command(line, "LHLO", &rest)) do_lhlo(l, rest);
    else if (is_command(line, "MAIL", &rest)) do_mail(l, rest);
    else if (is_command(line, "RCPT", &rest)) do_rcpt(l, rest);
    else if (is_command(line, "DATA", &rest)) do_data(l);
    else if (is_command(line, "NOOP", &rest)) reply(l, S("250 2.0.0 Fine."));
    else if (is_command(line, "VRFY", &rest)) reply(l, S("252 2.5.2 Try it."));
    else if (is_command(line, "RSET", &rest)) {
        forget_mail(l);
        reply(l, S("250 2.0.0 Fine."));
    }
    else if (is_command(line, "QUIT", &rest)) {
        reply(l, S("221 2.0.0 Bye."));
        l->state = LMTP_CLOSED;
    }
    else wrong(l, S("500 5.5.2 There is no such command here."));
}

/* ---- lines -------------------------------------------------------------------------------------------------------------------- */

/* One command of what came; returns how much of it was taken. */
static ptrdiff_t take_line(Lmtp *l, str bytes)
{
    str_pair cut = str_cut(bytes, '\n');
    ptrdiff_t room = LMTP_LINE_MAX - l->line_n, n = cut.head.n < room ? cut.head.n : room;
    if (n) memcpy(l->line + l->line_n, cut.head.p, (size_t)n);
    l->line_n += (int)n;
    l->too_long |= n < cut.head.n;
    if (!cut.found) return bytes.n;
    str line = { l->line, l->line_n };
    bool too_long = l->too_long;
    l->line_n = 0;
    l->too_long = false;
    if (line.n && line.p[line.n - 1] == '\r') line.n--;
    if (too_long) wrong(l, S("500 5.5.2 The line is too long."));
    else if (!str_is_plain(line, false)) wrong(l, S("500 5.5.2 A command is plain text."));
    else command(l, line);
    return cut.head.n + 1;
}

/* ---- a message ------------------------------------------------------------------------------------------------------------------ */

static void keep(Lmtp *l, const char *p, ptrdiff_t n)
{
    if (l->too_large || n > MAIL_BYTES_MAX - l->data_n) {
        l->too_large = true;                             /* the rest is listened to and not kept */
        return;
    }
    if (l->data_n + n > l->data_cap) {
        ptrdiff_t cap = l->data_cap ? 2 * l->data_cap : DATA_BEGINS;
        while (cap < l->data_n + n) cap *= 2;
        char *grown = NEW(&l->arena, char, cap);
        if (l->data_n) memcpy(grown, l->data, (size_t)l->data_n);
        l->data = grown;
        l->data_cap = cap;
    }
    memcpy(l->data + l->data_n, p, (size_t)n);
    l->data_n += n;
}

/* LMTP: a reply for each receiver, in the order in which they were named (RFC 2033, section 4.2). */
static void end_message(Lmtp *l)
{
    str bytes = { l->data, l->data_n };
    if (!l->too_large) l->host->message(l->host->arg, bytes);
    for (int i = 0; i < l->receiver_n; i++)
        reply(l, l->too_large ? S("552 5.3.4 It is too large.") : l->host->deliver(l->host->arg, &l->arena, l->receiver[i]));
    l->state = LMTP_READY;
    forget_mail(l);                                      /* what was read for the first receiver is there for all */
}

/* At the head of a line ".\r\n" is the end, and the dot of anything else is not part of it (RFC 5321, section 4.5.2). */
static void take_byte(Lmtp *l, char c)
{
    static const char end[] = ".\r\n";
    if (l->line_begins && c == end[l->dot]) {
        if (++l->dot == 3) end_message(l);
        return;
    }
    if (l->dot > 1) keep(l, end + 1, l->dot - 1), l->last = '\r';           /* ".\r" and something else */
    l->line_begins = false;
    l->dot = 0;
    keep(l, &c, 1);
    l->line_begins = c == '\n' && l->last == '\r';
    l->last = c;
}

/* As far as the next end of a line in one piece: a message has few. */
static ptrdiff_t take_data(Lmtp *l, str bytes)
{
    if (l->line_begins) {
        take_byte(l, bytes.p[0]);
        return 1;
    }
    ptrdiff_t n = str_cut(bytes, '\n').head.n;
    if (n == 0) {
        take_byte(l, bytes.p[0]);
        return 1;
    }
    keep(l, bytes.p, n);
    l->last = bytes.p[n - 1];
    return n;
}

void lmtp_take(Lmtp *l, str bytes)
{
    while (bytes.n > 0 && l->state != LMTP_CLOSED) {
        ptrdiff_t n = l->state == LMTP_DATA ? take_data(l, bytes) : take_line(l, bytes);
        bytes = str_slice(bytes, n, bytes.n);
    }
}
