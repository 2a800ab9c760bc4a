/* kinds.c - the one list of what is done in a child: of what reads and draws, and has no network. What calls out is outbox_kinds, and
 * its keeper another (outbox.h). */
#include "mail/mail.h"
#include "pdf/pdf.h"
#include "picture/picture.h"

const ChildKind *const all_kinds[] = { &pdf_kind, &picture_kind, &mail_kind };
const int all_kind_n = (int)(sizeof all_kinds / sizeof *all_kinds);
