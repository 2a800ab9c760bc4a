/* mail_report - whom a message did not reach (RFC 3464): groups of fields, the first about the message, the others one for each recipient. */
#include "mail_parts.h"

/* Of one group; folded lines belong to the field before them. */
static char *field_of(const char *group, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = group; line; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        if (g_ascii_strncasecmp(line, name, n) != 0 || line[n] != ':') continue;
        const char *end = strchr(line, '\n');
        return g_strstrip(end ? g_strndup(line + n + 1, (gsize)(end - line) - n - 1) : g_strdup(line + n + 1));
    }
    return NULL;
}

/* "rfc822; somebody@example.org": the type is of no use to us. */
static char *recipient_of(const char *group)
{
    char *field = field_of(group, "Final-Recipient");
    if (!field) field = field_of(group, "Original-Recipient");
    if (!field) return NULL;
    char *semicolon = strchr(field, ';');
    char *address = g_strstrip(g_strdup(semicolon ? semicolon + 1 : field));
    g_free(field);
    return address;
}

static void add_failure(Reading *r, const char *group)
{
    char *recipient = recipient_of(group), *action = field_of(group, "Action"), *status = field_of(group, "Status");
    if (recipient && r->failure_n < MAIL_FAILURES_MAX) {
        put_line(r->failures, recipient);
        put_line(r->failures, action);
        put_line(r->failures, status);
        r->failure_n++;
    }
    g_free(recipient);
    g_free(action);
    g_free(status);
}

void report_read(Reading *r, GMimePart *delivery_status)
{
    GByteArray *bytes = part_bytes(delivery_status);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < bytes->len; i++)
        if (bytes->data[i] != '\r' && bytes->data[i]) g_string_append_c(text, (char)bytes->data[i]);
    char **groups = g_strsplit(text->str, "\n\n", MAIL_FAILURES_MAX + 2);
    for (char **group = groups; *group; group++) add_failure(r, *group);
    g_strfreev(groups);
    g_string_free(text, TRUE);
    g_byte_array_unref(bytes);
}

static char *id_in_head(GMimePart *head)
{
    GByteArray *bytes = part_bytes(head);
    g_byte_array_append(bytes, (const guint8 *)"", 1);
    char *id = field_of((const char *)bytes->data, "Message-ID");
    g_byte_array_unref(bytes);
    return id;
}

void report_about(Reading *r, GMimeObject *returned)
{
    char *id = NULL;
    if (r->failed_id) return;
    if (GMIME_IS_MESSAGE_PART(returned)) {
        GMimeMessage *message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(returned));
        id = message ? g_strdup(g_mime_message_get_message_id(message)) : NULL;
    } else if (GMIME_IS_PART(returned)) {
        id = id_in_head(GMIME_PART(returned));
    }
    r->failed_id = id;
}
