/* http_multipart - multipart/form-data (RFC 7578, RFC 2046 section 5.1), read a piece at a time.
 *
 * A body is   --boundary CRLF head CRLF CRLF content CRLF --boundary CRLF … CRLF --boundary--
 *
 * The delimiter is looked for with the CRLF before it, which belongs to it; that makes the search simple: CR can only be the
 * delimiter's first byte, so after a false start nothing but the bytes matched so far has to be taken for content. The body
 * begins as if a CRLF had just been read.
 *
 * Fields stay in memory and files go to the folder for uploads under way. Both count against their own limit while they
 * arrive, so nothing large is held before it is refused. */
#include "http/http_own.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "os/os.h"

enum { BOUNDARY_MAX = 70, PARTS_FIRST = 16 };

typedef enum Place {
    IN_PREAMBLE,           /* before the first delimiter: thrown away */
    AFTER_DELIMITER, AFTER_DASH, AFTER_CR,
    IN_HEAD, IN_CONTENT,
    IN_EPILOGUE,           /* after the last: thrown away */
} Place;

struct HttpMultipart {
    Arena      *keep;
    const char *dir;
    int64_t     values_left, files_left;
    Place       place;
    char        delimiter[4 + BOUNDARY_MAX];
    ptrdiff_t   delimiter_n, matched;      /* matched: of a delimiter that may have begun in an earlier piece */
    Out         head, value;
    HttpPart   *parts; int n, cap;         /* the last one is under way while we are in content */
    int         fd;
    int         status;                    /* what to refuse with; nothing is read any more */
};

bool http_is_media(str content_type, str media)
{
    return str_eq_nocase(str_trim(str_cut(content_type, ';').head), media);
}

/* ---- parameters: ; name=token ; name="text" --------------------------------------------------------------------------- */

static str trim_left(str s)
{
    while (s.n && (*s.p == ' ' || *s.p == '\t')) s = str_slice(s, 1, s.n);
    return s;
}

/* A quotation mark inside comes as %22 from browsers and as \" from older programs; a backslash before anything else is part
 * of a Windows path. */
static bool take_quoted(str *rest, str *ret)
{
    for (ptrdiff_t i = 1; i < rest->n; i++) {
        if (rest->p[i] == '\\' && i + 1 < rest->n && rest->p[i + 1] == '"') {
            i++;
        } else if (rest->p[i] == '"') {
            *ret = str_slice(*rest, 1, i);
            *rest = str_slice(*rest, i + 1, rest->n);
            return true;
        }
    }
    return false;
}

static bool take_parameter(str *rest, str *ret_name, str *ret_value)
{
    str s = trim_left(*rest);
    if (!str_starts(s, S(";"))) return false;
    str_pair cut = str_cut(str_slice(s, 1, s.n), '=');
    if (!cut.found) return false;
    *ret_name = str_trim(cut.head);
    s = cut.tail;
    if (str_starts(s, S("\""))) {
        if (!take_quoted(&s, ret_value)) return false;
    } else {
        ptrdiff_t end = 0;
        while (end < s.n && s.p[end] != ';') end++;
        *ret_value = str_trim(str_slice(s, 0, end));
        s = str_slice(s, end, s.n);
    }
    *rest = s;
    return true;
}

static bool parameter(str value, str wanted, str *ret)
{
    ptrdiff_t semicolon = str_find(value, S(";"));
    str rest = semicolon < 0 ? (str){ 0 } : str_slice(value, semicolon, value.n), name, text;
    while (take_parameter(&rest, &name, &text)) {
        if (!str_eq_nocase(name, wanted)) continue;
        *ret = text;
        return true;
    }
    return false;
}

/* ---- opening -------------------------------------------------------------------------------------------------------------- */

static bool is_boundary(str b)
{
    for (ptrdiff_t i = 0; i < b.n; i++)
        if (b.p[i] < ' ' || b.p[i] >= 127) return false;
    return b.n > 0 && b.n <= BOUNDARY_MAX;
}

HttpMultipart *multipart_open(Arena *keep, str content_type, const char *tmp_dir, int64_t values_max, int64_t files_max)
{
    str boundary;
    if (!http_is_media(content_type, S("multipart/form-data"))) return NULL;
    if (!parameter(content_type, S("boundary"), &boundary) || !is_boundary(boundary)) return NULL;
    HttpMultipart *m = NEW(keep, HttpMultipart, 1);
    *m = (HttpMultipart){ .keep = keep, .dir = tmp_dir, .values_left = values_max, .files_left = files_max, .fd = -1 };
    memcpy(m->delimiter, "\r\n--", 4);
    memcpy(m->delimiter + 4, boundary.p, (size_t)boundary.n);
    m->delimiter_n = 4 + boundary.n;
    m->matched = 2;
    return m;
}

/* ---- a part begins ---------------------------------------------------------------------------------------------------------- */

/* Browsers write a quotation mark, CR and LF in a name as %22, %0D and %0A and nothing else so. */
static str decode_name(Arena *keep, str s)
{
    static const struct { str code; char c; } escaped[] = {
        { S("%22"), '"' }, { S("%0D"), '\r' }, { S("%0A"), '\n' }, { S("\\\""), '"' },
    };
    char *out = arena_alloc(keep, 1, 1, s.n + 1);
    ptrdiff_t n = 0;
    while (s.n) {
        ptrdiff_t taken = 1;
        out[n] = *s.p;
        for (size_t i = 0; i < sizeof escaped / sizeof *escaped; i++) {
            if (!str_eq_nocase(str_slice(s, 0, escaped[i].code.n), escaped[i].code)) continue;
            out[n] = escaped[i].c;
            taken = escaped[i].code.n;
        }
        n++;
        s = str_slice(s, taken, s.n);
    }
    return (str){ out, n };
}

/* Some programs send the whole path of a file; its folders are nobody's business here. */
static str file_of_path(str path)
{
    ptrdiff_t from = path.n;
    while (from > 0 && path.p[from - 1] != '/' && path.p[from - 1] != '\\') from--;
    str name = str_slice(path, from, path.n);
    return str_is_plain(name, false) ? name : S("file");
}

static bool read_disposition(HttpMultipart *m, str value, HttpPart *part)
{
    str name, filename;
    if (!http_is_media(value, S("form-data")) || !parameter(value, S("name"), &name)) return false;
    part->name = decode_name(m->keep, name);
    if (parameter(value, S("filename"), &filename)) part->filename = file_of_path(decode_name(m->keep, filename));
    return str_is_utf8(part->name);
}

static bool read_head(HttpMultipart *m, HttpPart *part)
{
    str rest = out_text(&m->head), line;
    bool named = false;
    while (rest.n) {
        ptrdiff_t end = str_find(rest, S("\r\n"));
        line = str_slice(rest, 0, end);
        rest = str_slice(rest, end + 2, rest.n);
        if (!line.n) continue;
        str_pair field = str_cut(line, ':');
        str value = str_trim(field.tail);
        if (!field.found || !str_is_utf8(line)) return false;
        if (str_eq_nocase(field.head, S("content-disposition"))) {
            if (named || !read_disposition(m, value, part)) return false;
            named = true;
        } else if (str_eq_nocase(field.head, S("content-type"))) {
            part->type = str_keep(m->keep, value);
        } else if (str_eq_nocase(field.head, S("content-transfer-encoding")) && !str_eq_nocase(value, S("binary")) &&
                   !str_eq_nocase(value, S("8bit")) && !str_eq_nocase(value, S("7bit"))) {
            return false;
        }
    }
    return named;
}

static int open_file(HttpMultipart *m, HttpPart *part)
{
    uint8_t random[12];
    os_random(random, sizeof random);
    str name = base64url_encode(m->keep, (str){ (const char *)random, sizeof random });
    part->path = str_fmt(m->keep, "%s/upload-%.*s", m->dir, STR_ARG(name));
    m->fd = open(part->path.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (m->fd >= 0) return 0;
    os_log(LOG_ERROR, "http: cannot keep an upload in %s: %s", m->dir, strerror(errno));
    part->path = (str){ 0 };
    return 503;
}

static HttpPart *part_add(HttpMultipart *m)
{
    if (m->n == m->cap) {
        int cap = m->cap ? m->cap * 2 : PARTS_FIRST;
        HttpPart *wider = NEW(m->keep, HttpPart, cap);
        if (m->n) memcpy(wider, m->parts, (size_t)m->n * sizeof *wider);
        m->parts = wider;
        m->cap = cap;
    }
    return &m->parts[m->n++];
}

static int part_begin(HttpMultipart *m)
{
    if (m->n == HTTP_PARTS_MAX) return 413;
    HttpPart *part = part_add(m);
    if (!read_head(m, part)) return 400;
    out_init(&m->value, m->keep, 0);
    m->place = IN_CONTENT;
    return part->filename.n ? open_file(m, part) : 0;      /* an empty name: a field for files that was left empty */
}

/* ---- content ------------------------------------------------------------------------------------------------------------------ */

static int write_all(int fd, str s)
{
    while (s.n) {
        ssize_t n = write(fd, s.p, (size_t)s.n);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            os_log(LOG_ERROR, "http: an upload could not be written: %s", strerror(errno));
            return 503;
        }
        s = str_slice(s, n, s.n);
    }
    return 0;
}

static int content(HttpMultipart *m, const char *from, const char *to)
{
    str s = { from, to - from };
    if (m->place != IN_CONTENT || !s.n) return 0;
    int64_t *left = m->fd >= 0 ? &m->files_left : &m->values_left;
    if (s.n > *left) return 413;
    *left -= s.n;
    m->parts[m->n - 1].size += s.n;
    if (m->fd >= 0) return write_all(m->fd, s);
    out_str(&m->value, s);
    return 0;
}

static void close_file(HttpMultipart *m)
{
    if (m->fd >= 0) close(m->fd);
    m->fd = -1;
}

static void part_end(HttpMultipart *m)
{
    if (m->place != IN_CONTENT) return;
    if (m->fd < 0) m->parts[m->n - 1].value = out_text(&m->value);
    close_file(m);
}

/* Goes on comparing with a delimiter that began in an earlier piece. True: the matter is settled. */
static bool go_on_matching(HttpMultipart *m, str *rest)
{
    ptrdiff_t n = m->delimiter_n - m->matched;
    if (n > rest->n) n = rest->n;
    if (memcmp(m->delimiter + m->matched, rest->p, (size_t)n) == 0) {
        m->matched += n;
        *rest = str_slice(*rest, n, rest->n);
        return m->matched == m->delimiter_n;
    }
    m->status = content(m, m->delimiter, m->delimiter + m->matched);
    m->matched = 0;
    return true;
}

/* Content up to the next delimiter or the end of this piece. */
static void find_delimiter(HttpMultipart *m, str *rest)
{
    const char *at = rest->p, *end = rest->p + rest->n;
    for (;;) {
        const char *cr = memchr(at, '\r', (size_t)(end - at));
        ptrdiff_t n = cr ? end - cr : 0;
        if (n > m->delimiter_n) n = m->delimiter_n;
        if (cr && memcmp(cr, m->delimiter, (size_t)n) != 0) {
            at = cr + 1;
            continue;
        }
        m->status = content(m, rest->p, cr ? cr : end);
        m->matched = n;
        *rest = str_slice(*rest, (cr ? cr : end) - rest->p + n, rest->n);
        return;
    }
}

static void read_content(HttpMultipart *m, str *rest)
{
    if (m->matched ? !go_on_matching(m, rest) : (find_delimiter(m, rest), false)) return;
    if (m->matched < m->delimiter_n || m->status) return;
    part_end(m);
    m->matched = 0;
    m->place = AFTER_DELIMITER;
}

static void read_after_delimiter(HttpMultipart *m, str *rest)
{
    char c = *rest->p;
    *rest = str_slice(*rest, 1, rest->n);
    if (m->place == AFTER_DELIMITER && (c == ' ' || c == '\t')) return;       /* RFC 2046 lets transport add blanks here */
    if (m->place == AFTER_DELIMITER && c == '-') m->place = AFTER_DASH;
    else if (m->place == AFTER_DELIMITER && c == '\r') m->place = AFTER_CR;
    else if (m->place == AFTER_DASH && c == '-') m->place = IN_EPILOGUE;
    else if (m->place == AFTER_CR && c == '\n') m->place = IN_HEAD, out_init(&m->head, m->keep, 256);
    else m->status = 400;
}

static void read_head_bytes(HttpMultipart *m, str *rest)
{
    while (rest->n && m->head.n < HTTP_PART_HEAD_MAX) {
        out_char(&m->head, *rest->p);
        *rest = str_slice(*rest, 1, rest->n);
        str head = out_text(&m->head);
        if (str_eq(head, S("\r\n"))) m->status = 400;                           /* a part without a head has no name */
        else if (str_ends(head, S("\r\n\r\n"))) m->status = part_begin(m);
        if (m->status || m->place != IN_HEAD) return;
    }
    if (m->head.n == HTTP_PART_HEAD_MAX) m->status = 400;
}

int multipart_feed(HttpMultipart *m, str rest)
{
    while (rest.n && !m->status && m->place != IN_EPILOGUE) {
        switch (m->place) {
        case IN_PREAMBLE:
        case IN_CONTENT:      read_content(m, &rest); break;
        case AFTER_DELIMITER:
        case AFTER_DASH:
        case AFTER_CR:        read_after_delimiter(m, &rest); break;
        case IN_HEAD:         read_head_bytes(m, &rest); break;
        case IN_EPILOGUE:     break;
        }
    }
    if (m->status) close_file(m);
    return m->status;
}

int multipart_end(HttpMultipart *m)
{
    close_file(m);
    if (m->status) return m->status;
    return m->place == IN_EPILOGUE ? 0 : 400;
}

int multipart_parts(const HttpMultipart *m, const HttpPart **ret)
{
    *ret = m->parts;
    return m->n;
}

void http_parts_drop(const HttpPart *parts, int n)
{
    for (int i = 0; i < n; i++)
        if (parts[i].path.n) unlink(parts[i].path.p);
}

bool http_multipart(Arena *keep, str content_type, str body, const char *tmp_dir, int64_t upload_max,
                    const HttpPart **ret, int *ret_n)
{
    HttpMultipart *m = multipart_open(keep, content_type, tmp_dir, body.n, upload_max);
    if (!m) return false;
    multipart_feed(m, body);
    *ret_n = multipart_parts(m, ret);
    if (multipart_end(m) == 0) return true;
    http_parts_drop(*ret, *ret_n);
    return false;
}
