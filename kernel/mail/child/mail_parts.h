/* mail_parts - what the files that read a message share. */
#pragma once
#include <gmime/gmime.h>

#include "mail/mail.h"

void charsets_load(void);                                       /* in the server: a child can open none */
void add_decoded(GString *to, str bytes, const char *charset);  /* as UTF-8; charset may be NULL */
void add_text_of_html(GString *to, str html);                   /* UTF-8 */

typedef struct Reading {
    GString    *text;                   /* the body */
    bool        cut;
    int         file_n, wanted;         /* wanted: the file that is asked for, or -1 */
    GByteArray *file_bytes;             /* of the wanted one */
    GString    *files;                  /* as they are said to the caller */
    GString    *failures; int failure_n;
    char       *failed_id;
    bool        report;
} Reading;

GByteArray *part_bytes(GMimePart *part);                        /* decoded */
void report_read(Reading *r, GMimePart *delivery_status);       /* RFC 3464 */
void report_about(Reading *r, GMimeObject *returned);           /* the message that came back, or its head */

void put_int(GString *to, int64_t v);
void put_line(GString *to, const char *text);                   /* at most MAIL_LINE_MAX bytes of one line; NULL is empty */
