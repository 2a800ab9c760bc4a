/* mail_read - in the child: from a message to what the program is told of it. */
#include "child/child_glib.h"
#include "mail_parts.h"

enum { DEPTH_MAX = 32 };

/* ---- what is said to the caller ---------------------------------------------------------------------------------------- */

void put_int(GString *to, int64_t v) { g_string_append_len(to, (const char *)&v, sizeof v); }

static void put_str(GString *to, const char *p, ptrdiff_t n)
{
    put_int(to, n);
    g_string_append_len(to, p, (gssize)n);
}

/* Not in the middle of a letter. */
static ptrdiff_t cut_to(const char *p, ptrdiff_t n, ptrdiff_t most)
{
    if (n <= most) return n;
    while (most > 0 && ((unsigned char)p[most] & 0xC0) == 0x80) most--;
    return most;
}

/* Line ends inside, which folding leaves, are blanks. */
void put_line(GString *to, const char *text)
{
    char *line = g_strdelimit(g_strdup(text ? text : ""), "\r\n\t", ' ');
    g_strstrip(line);
    put_str(to, line, cut_to(line, (ptrdiff_t)strlen(line), MAIL_LINE_MAX));
    g_free(line);
}

/* ---- limits, before a parser sees it ------------------------------------------------------------------------------------ */

static bool begins(str line, const char *name)
{
    size_t n = strlen(name);
    return line.n >= (ptrdiff_t)n && g_ascii_strncasecmp(line.p, name, n) == 0;
}

/* Every part within parts must say that it is one, on a line of its own: counting those bounds how deep any parser can be led. */
static ChildEnd within_limits(str message)
{
    int64_t lines = 0, types = 0, head = -1;
    for (str_pair cut = str_cut(message, '\n');; cut = str_cut(cut.tail, '\n')) {
        if (head < 0 && (cut.head.n == 0 || str_eq(cut.head, S("\r")))) head = cut.head.p ? cut.head.p - message.p : message.n;
        lines += head < 0;
        types += begins(cut.head, "content-type");
        if (!cut.found) break;
    }
    if (head < 0) head = message.n;
    bool small = head <= MAIL_HEAD_BYTES_MAX && lines <= MAIL_HEAD_LINES_MAX && types <= MAIL_TYPES_MAX;
    return small ? CHILD_DONE : CHILD_TOO_LARGE;
}

/* ---- parts --------------------------------------------------------------------------------------------------------------- */

GByteArray *part_bytes(GMimePart *part)
{
    GByteArray *bytes = g_byte_array_new();
    GMimeStream *to = g_mime_stream_mem_new_with_byte_array(bytes);
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(to), FALSE);
    if (content) g_mime_data_wrapper_write_to_stream(content, to);
    g_object_unref(to);
    return bytes;
}

static void add_text(Reading *r, GMimePart *part, bool html)
{
    GByteArray *bytes = part_bytes(part);
    GString *decoded = g_string_new(NULL);
    str raw = { (const char *)bytes->data, (ptrdiff_t)bytes->len };
    add_decoded(decoded, raw, g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset"));
    str text = { decoded->str, (ptrdiff_t)decoded->len };
    if (r->text->len) g_string_append_c(r->text, '\n');
    if (html) add_text_of_html(r->text, text);
    else g_string_append_len(r->text, text.n ? text.p : "", (gssize)text.n);
    g_string_free(decoded, TRUE);
    g_byte_array_unref(bytes);
}

static void put_type(GString *to, GMimeObject *object)
{
    GMimeContentType *type = g_mime_object_get_content_type(object);
    char *name = type ? g_mime_content_type_get_mime_type(type) : g_strdup("application/octet-stream");
    put_line(to, name);
    g_free(name);
}

/* A name is what stands behind the last slash of either kind. */
static void put_name(GString *to, const char *name)
{
    for (const char *p = name; p && *p; p++)
        if (*p == '/' || *p == '\\') name = p + 1;
    put_line(to, name);
}

/* Where it stands in the message: the parser leaves its content there. */
static void put_place(GString *to, GMimePart *part)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *at = content ? g_mime_data_wrapper_get_stream(content) : NULL;
    int64_t from = at && at->bound_start > 0 ? at->bound_start : 0, to_end = at && at->bound_end > from ? at->bound_end : from;
    put_int(to, from);
    put_int(to, to_end - from);
}

static void add_file(Reading *r, GMimePart *part)
{
    if (r->file_n == MAIL_FILES_MAX) return;
    GByteArray *bytes = part_bytes(part);
    put_name(r->files, g_mime_part_get_filename(part));
    put_type(r->files, GMIME_OBJECT(part));
    put_int(r->files, bytes->len);
    put_place(r->files, part);
    if (r->file_n++ == r->wanted) r->file_bytes = bytes;
    else g_byte_array_unref(bytes);
}

/* A message within: its bytes are as they stand. */
static void add_message(Reading *r, GMimeObject *object)
{
    if (r->file_n == MAIL_FILES_MAX) return;
    GMimeMessage *message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    char *whole = message ? g_mime_object_to_string(GMIME_OBJECT(message), NULL) : g_strdup("");
    put_name(r->files, message ? g_mime_message_get_subject(message) : NULL);
    put_line(r->files, "message/rfc822");
    put_int(r->files, (int64_t)strlen(whole));
    put_int(r->files, 0);
    put_int(r->files, 0);
    if (r->file_n++ == r->wanted) r->file_bytes = g_byte_array_append(g_byte_array_new(), (const guint8 *)whole, (guint)strlen(whole));
    g_free(whole);
}

static bool is(GMimeObject *object, const char *type, const char *subtype)
{
    GMimeContentType *is_type = g_mime_object_get_content_type(object);
    return is_type && g_mime_content_type_is_type(is_type, type, subtype);
}

static void read_leaf(Reading *r, GMimePart *part)
{
    GMimeObject *object = GMIME_OBJECT(part);
    const char *disposition = g_mime_object_get_disposition(object);
    bool attached = (disposition && g_ascii_strcasecmp(disposition, "attachment") == 0) || g_mime_part_get_filename(part);
    if (r->report && is(object, "message", "delivery-status")) report_read(r, part);
    else if (r->report && is(object, "text", "rfc822-headers")) report_about(r, object);
    else if (!attached && is(object, "text", "plain")) add_text(r, part, false);
    else if (!attached && is(object, "text", "html")) add_text(r, part, true);
    else add_file(r, part);
}

static void read_object(Reading *r, GMimeObject *object, int depth);

/* Of alternatives (RFC 2046 section 5.1.4) plain text is what is wanted, else the first that has text in it. */
static void read_alternatives(Reading *r, GMimeMultipart *parts, int depth)
{
    int n = g_mime_multipart_get_count(parts), chosen = -1;
    for (int i = 0; i < n && chosen < 0; i++)
        if (is(g_mime_multipart_get_part(parts, i), "text", "plain")) chosen = i;
    if (chosen >= 0) {
        read_object(r, g_mime_multipart_get_part(parts, chosen), depth + 1);
        return;
    }
    for (gsize before = r->text->len; chosen + 1 < n && r->text->len == before; chosen++)
        read_object(r, g_mime_multipart_get_part(parts, chosen + 1), depth + 1);
}

static void read_object(Reading *r, GMimeObject *object, int depth)
{
    if (!object || depth > DEPTH_MAX) return;
    if (GMIME_IS_MULTIPART(object) && is(object, "multipart", "alternative")) {
        read_alternatives(r, GMIME_MULTIPART(object), depth);
    } else if (GMIME_IS_MULTIPART(object)) {
        int n = g_mime_multipart_get_count(GMIME_MULTIPART(object));
        for (int i = 0; i < n; i++) read_object(r, g_mime_multipart_get_part(GMIME_MULTIPART(object), i), depth + 1);
    } else if (GMIME_IS_MESSAGE_PART(object) && r->report) {
        report_about(r, object);
    } else if (GMIME_IS_MESSAGE_PART(object)) {
        add_message(r, object);
    } else if (GMIME_IS_PART(object)) {
        read_leaf(r, GMIME_PART(object));
    }
}

/* ---- the head ------------------------------------------------------------------------------------------------------------- */

static void put_address(GString *to, InternetAddress *address)
{
    put_line(to, address ? internet_address_get_name(address) : NULL);
    put_line(to, address && INTERNET_ADDRESS_IS_MAILBOX(address) ? internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)) : NULL);
}

/* The mailboxes of a list and of the groups in it. */
static int put_mailboxes(GString *to, InternetAddressList *list, int room, int depth)
{
    int put = 0, n = list ? internet_address_list_length(list) : 0;
    for (int i = 0; i < n && put < room; i++) {
        InternetAddress *address = internet_address_list_get_address(list, i);
        if (INTERNET_ADDRESS_IS_MAILBOX(address)) put_address(to, address), put++;
        else if (INTERNET_ADDRESS_IS_GROUP(address) && depth < 2)
            put += put_mailboxes(to, internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)), room - put, depth + 1);
    }
    return put;
}

static bool header_is(GMimeMessage *m, const char *name, const char *const *values)
{
    const char *value = g_mime_object_get_header(GMIME_OBJECT(m), name);
    for (; value && *values; values++)
        if (g_ascii_strncasecmp(value, *values, strlen(*values)) == 0) return true;
    return false;
}

/* RFC 3834 section 5; and what came before it. */
static bool is_automatic(GMimeMessage *m)
{
    static const char *const no[] = { "no", NULL }, *const bulk[] = { "bulk", "list", "junk", "auto_reply", NULL };
    GMimeObject *o = GMIME_OBJECT(m);
    return (g_mime_object_get_header(o, "Auto-Submitted") && !header_is(m, "Auto-Submitted", no)) || header_is(m, "Precedence", bulk)
        || g_mime_object_get_header(o, "List-Id") || g_mime_object_get_header(o, "X-Autoreply") || g_mime_object_get_header(o, "X-Autorespond");
}

static bool is_report(GMimeMessage *m)
{
    GMimeObject *body = g_mime_message_get_mime_part(m);
    const char *kind = body ? g_mime_object_get_content_type_parameter(body, "report-type") : NULL;
    return body && is(body, "multipart", "report") && kind && g_ascii_strcasecmp(kind, "delivery-status") == 0;
}

static MailSender sender_of(GMimeMessage *m)
{
    static const char *const nobody[] = { "<>", NULL };
    if (is_report(m) || header_is(m, "Return-Path", nobody)) return MAIL_BOUNCE;
    return is_automatic(m) ? MAIL_AUTOMATIC : MAIL_PERSON;
}

/* The first id of a header that may have several. */
static void put_id(GString *to, const char *header)
{
    const char *from = header ? strchr(header, '<') : NULL, *end = from ? strchr(from, '>') : NULL;
    char *id = end ? g_strndup(from + 1, (gsize)(end - from) - 1) : NULL;
    put_line(to, id);
    g_free(id);
}

static void put_head(GString *to, GMimeMessage *m)
{
    GString *all = g_string_new(NULL);
    InternetAddressList *from = g_mime_message_get_from(m);
    GDateTime *date = g_mime_message_get_date(m);
    put_int(to, sender_of(m));
    if (put_mailboxes(to, from, 1, 0) == 0) put_address(to, NULL);
    int n = put_mailboxes(all, g_mime_message_get_to(m), MAIL_TO_MAX, 0);
    n += put_mailboxes(all, g_mime_message_get_cc(m), MAIL_TO_MAX - n, 0);
    put_int(to, n);
    g_string_append_len(to, all->str, (gssize)all->len);
    put_line(to, g_mime_message_get_subject(m));
    put_line(to, g_mime_message_get_message_id(m));
    put_id(to, g_mime_object_get_header(GMIME_OBJECT(m), "In-Reply-To"));
    put_int(to, date ? g_date_time_to_unix(date) * 1000 : 0);
    g_string_free(all, TRUE);
}

/* ---- a message ------------------------------------------------------------------------------------------------------------- */

static void put_body(GString *to, Reading *r)
{
    ptrdiff_t n = 0;
    for (gsize i = 0; i < r->text->len; i++)             /* CR LF, and CR alone, are line ends */
        if (r->text->str[i] != '\r') r->text->str[n++] = r->text->str[i];
        else if (i + 1 == r->text->len || r->text->str[i + 1] != '\n') r->text->str[n++] = '\n';
    ptrdiff_t cut = cut_to(r->text->str, n, MAIL_TEXT_MAX);
    put_str(to, r->text->str, cut);
    put_int(to, cut < n);
    put_int(to, r->file_n);
    g_string_append_len(to, r->files->str, (gssize)r->files->len);
    put_int(to, r->failure_n);
    g_string_append_len(to, r->failures->str, (gssize)r->failures->len);
    put_line(to, r->failed_id ? g_strdelimit(r->failed_id, "<>", ' ') : NULL);
}

static ChildEnd tell(GMimeMessage *m, Reading *r, int out)
{
    GString *to = g_string_new(NULL);
    put_head(to, m);
    put_body(to, r);
    bool told = child_write(out, (str){ to->str, (ptrdiff_t)to->len });
    g_string_free(to, TRUE);
    return told ? CHILD_DONE : CHILD_BROKE;
}

static ChildEnd tell_file(const Reading *r, int out)
{
    if (!r->file_bytes) return CHILD_UNREADABLE;
    return child_write(out, (str){ (const char *)r->file_bytes->data, (ptrdiff_t)r->file_bytes->len }) ? CHILD_DONE : CHILD_BROKE;
}

static void reading_end(Reading *r)
{
    g_string_free(r->text, TRUE);
    g_string_free(r->files, TRUE);
    g_string_free(r->failures, TRUE);
    g_free(r->failed_id);
    if (r->file_bytes) g_byte_array_unref(r->file_bytes);
}

static ChildEnd read_message(GMimeMessage *m, int wanted, int out)
{
    Reading r = { .text = g_string_new(NULL), .files = g_string_new(NULL), .failures = g_string_new(NULL), .wanted = wanted, .report = is_report(m) };
    read_object(&r, g_mime_message_get_mime_part(m), 0);
    ChildEnd end = wanted < 0 ? tell(m, &r, out) : tell_file(&r, out);
    reading_end(&r);
    return end;
}

static ChildEnd parse(str message, int wanted, int out)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(message.p, (size_t)message.n);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *m = g_mime_parser_construct_message(parser, NULL);
    bool any = m && g_mime_header_list_get_count(g_mime_object_get_header_list(GMIME_OBJECT(m))) > 0;
    ChildEnd end = any ? read_message(m, wanted, out) : CHILD_UNREADABLE;
    if (m) g_object_unref(m);
    g_object_unref(parser);
    g_object_unref(stream);
    return end;
}

static ChildEnd work(str in, int out)
{
    int64_t wanted;
    if (!wire_take_int(&in, &wanted)) return CHILD_UNREADABLE;
    ChildEnd end = in.n ? within_limits(in) : CHILD_UNREADABLE;
    return end == CHILD_DONE ? parse(in, (int)wanted, out) : end;
}

static bool warm(void)
{
    child_glib_begin();
    charsets_load();
    g_mime_init();
    return true;
}

extern const ChildCode child_code;
const ChildCode child_code = { .warm = warm, .work = work };
