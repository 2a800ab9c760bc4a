/* pdf_own - what a document looks like on its way to the child: the setup, and then blocks, each a PdfBlock and what is listed here. */
#pragma once
#include "pdf/pdf.h"

typedef enum PdfBlock {
    BLOCK_TITLE = 1,    /* text */
    BLOCK_HEADING,      /* level, text */
    BLOCK_SPANS,        /* n, and of each: text, style (SPAN_…), link */
    BLOCK_ITEM,         /* number, text */
    BLOCK_PAIR,         /* key, value */
    BLOCK_TABLE,        /* n, and of each column: head, align, share */
    BLOCK_ROW,          /* a text for each column */
    BLOCK_RULE,
    BLOCK_SPACE,        /* points */
    BLOCK_BREAK,
    BLOCK_PICTURE,      /* width in mm, PNG */
    BLOCK_QR,           /* width in mm, modules on a side, a byte for each */
} PdfBlock;
enum { SPAN_BOLD = 1, SPAN_ITALIC = 2 };
