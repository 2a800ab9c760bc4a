/* outbox_compose - a mail as it travels: RFC 5322 with MIME (RFC 2045 to 2047, 2231). Made once, so that each try sends the same bytes.
 *
 * All of it is ASCII in lines of at most 76, whatever the words: no server on the way has to know anything. Lines end with CRLF; a dot at
 * the head of a line is doubled by who sends. Nothing that a person wrote can begin a line of the head. */
#include "outbox/outbox_own.h"

#include <sodium.h>

enum { LINE = 76, WORD_BYTES = 39 };

/* ---- codings ------------------------------------------------------------------------------------------------------------- */

static const char hex[] = "0123456789ABCDEF";

static ptrdiff_t letter_bytes(str s)
{
    str rest = s;
    utf8_next(&rest);
    return s.n - rest.n;
}

static void base64_put(Out *o, str bytes)
{
    size_t room = sodium_base64_encoded_len((size_t)bytes.n, sodium_base64_VARIANT_ORIGINAL);
    out_more(o, (ptrdiff_t)room);
    sodium_bin2base64(o->p + o->n, room, (const unsigned char *)bytes.p, (size_t)bytes.n, sodium_base64_VARIANT_ORIGINAL);
    o->n += (ptrdiff_t)room - 1;
}

static void base64_lines(Out *o, str bytes)
{
    enum { LINE_BYTES = LINE / 4 * 3 };
    for (ptrdiff_t at = 0; at < bytes.n; at += LINE_BYTES) {
        base64_put(o, str_slice(bytes, at, at + LINE_BYTES));
        out_lit(o, "\r\n");
    }
}

/* RFC 2045, section 6.7. A blank at the end of a line would be lost on the way. */
static void quoted_printable(Out *o, str text)
{
    ptrdiff_t column = 0;
    for (ptrdiff_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool ends = i + 1 == text.n || text.p[i + 1] == '\n';
        bool plain = (c > ' ' && c < 127 && c != '=') || ((c == ' ' || c == '\t') && !ends);
        if (c == '\n') {
            out_lit(o, "\r\n");
            column = 0;
            continue;
        }
        ptrdiff_t wide = plain ? 1 : 3;
        if (column + wide > LINE - 1) {
            out_lit(o, "=\r\n");
            column = 0;
        }
        if (plain) out_char(o, (char)c);
        else out_char(o, '='), out_char(o, hex[c >> 4]), out_char(o, hex[c & 15]);
        column += wide;
    }
    if (column) out_lit(o, "\r\n");
}

static bool is_ascii_line(str s)
{
    for (ptrdiff_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~') return false;
    return s.n <= LINE - 16 && str_find(s, S("=?")) < 0;
}

/* RFC 2047: each word is whole letters, and a line of its own. */
static void words_put(Out *o, str text)
{
    for (bool first = true; text.n; first = false) {
        str word = { text.p, 0 };
        while (word.n < text.n) {
            ptrdiff_t more = letter_bytes(str_slice(text, word.n, text.n));
            if (word.n + more > WORD_BYTES) break;
            word.n += more;
        }
        out_str(o, first ? S("=?UTF-8?B?") : S("\r\n =?UTF-8?B?"));
        base64_put(o, word);
        out_lit(o, "?=");
        text = str_slice(text, word.n, text.n);
    }
}

/* One line, whatever it was. */
static str flat(Arena *keep, str s)
{
    str shown = str_shown(keep, s);
    char *p = NEW(keep, char, shown.n);
    for (ptrdiff_t i = 0; i < shown.n; i++) p[i] = (unsigned char)shown.p[i] < ' ' ? ' ' : shown.p[i];
    return str_trim((str){ p, shown.n });
}

static void unstructured(Out *o, str s)
{
    if (is_ascii_line(s)) out_str(o, s);
    else words_put(o, s);
}

/* ---- the head ------------------------------------------------------------------------------------------------------------- */

static void name_and_address(Out *o, str name, str address)
{
    bool plain = is_ascii_line(name) && str_find(name, S("\"")) < 0 && str_find(name, S("\\")) < 0;
    if (name.n && plain) out_fmt(o, "\"%.*s\" ", STR_ARG(name));
    else if (name.n) words_put(o, name), out_lit(o, "\r\n ");
    out_fmt(o, "<%.*s>", STR_ARG(address));
}

static void head_put(Out *o, Arena *tmp, const Composed *c)
{
    const OutMail *m = c->mail;
    const OutSettings *set = c->settings;
    str when = time_http(tmp, c->now);                   /* "… GMT" there, "… +0000" here */
    out_lit(o, "From: ");
    name_and_address(o, set->from_name, set->from);
    out_fmt(o, "\r\nTo: <%.*s>\r\nSubject: ", STR_ARG(m->to));
    unstructured(o, flat(tmp, m->subject));
    out_fmt(o, "\r\nDate: %.*s+0000\r\nMessage-ID: <%.*s@%.*s>\r\n", STR_ARG(str_slice(when, 0, when.n - 3)), STR_ARG(c->name), STR_ARG(set->domain));
    if (m->reply_to.n) out_fmt(o, "Reply-To: <%.*s>\r\n", STR_ARG(m->reply_to));
    if (m->stop.n) out_fmt(o, "List-Unsubscribe: <%.*s>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", STR_ARG(m->stop));
    out_lit(o, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
}

/* ---- the body ------------------------------------------------------------------------------------------------------------- */

static void text_put(Out *o, Arena *tmp, str text)
{
    out_lit(o, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
    quoted_printable(o, str_shown(tmp, text));
}

static void file_put(Out *o, Arena *tmp, const OutFile *f)
{
    bool typed = f->type.n && str_is_plain(f->type, false) && str_find(f->type, S("/")) > 0 && f->type.n < 100 && is_ascii_line(f->type);
    str name = str_slice(f->name, 0, 200);
    out_fmt(o, "Content-Type: %.*s\r\n", STR_ARG(typed ? f->type : S("application/octet-stream")));
    out_fmt(o, "Content-Disposition: attachment;\r\n filename*=UTF-8''%.*s\r\n", STR_ARG(url_escape(tmp, flat(tmp, name))));
    out_lit(o, "Content-Transfer-Encoding: base64\r\n\r\n");
    base64_lines(o, f->bytes);
}

static ptrdiff_t room_for(const OutMail *m)
{
    ptrdiff_t n = 8192 + m->text.n * 2;
    for (int i = 0; i < m->file_n; i++) n += m->file[i].bytes.n / 54 * 78 + 2048;
    return n;
}

str out_compose(Arena *keep, const Composed *c)
{
    const OutMail *m = c->mail;
    Out o;
    out_init(&o, keep, room_for(m));
    head_put(&o, keep, c);
    if (m->file_n == 0) {
        text_put(&o, keep, m->text);
        return out_text(&o);
    }
    /* neither coding has "=_" in it */
    out_fmt(&o, "Content-Type: multipart/mixed; boundary=\"=_%.*s\"\r\n\r\n--=_%.*s\r\n", STR_ARG(c->name), STR_ARG(c->name));
    text_put(&o, keep, m->text);
    for (int i = 0; i < m->file_n; i++) {
        out_fmt(&o, "\r\n--=_%.*s\r\n", STR_ARG(c->name));
        file_put(&o, keep, &m->file[i]);
    }
    out_fmt(&o, "\r\n--=_%.*s--\r\n", STR_ARG(c->name));
    return out_text(&o);
}
