/* markdown_own - between reading Markdown (markdown_events.c) and writing markup (markdown.c).
 *
 * md4c calls back; what a callback does must not fault, for a fault would jump over md4c's own clean-up. So the
 * callbacks only note events in a bounded list, and the markup is written afterwards, when allocating and asking hooks
 * is safe. */
#pragma once
#include "html/markdown.h"
#include <md4c.h>

enum { MASK_BEGIN = 1, MASK_MORE = 2 };   /* bytes that stand for an item of ours ([[…]], {=…|…}) while md4c reads */

typedef enum EventKind { EVENT_BLOCK, EVENT_BLOCK_END, EVENT_SPAN, EVENT_SPAN_END, EVENT_TEXT, EVENT_TITLE } EventKind;

typedef struct Event {
    uint8_t kind, type;      /* type: MD_BLOCKTYPE, MD_SPANTYPE or MD_TEXTTYPE */
    uint8_t align;           /* MD_ALIGN of a cell */
    int32_t number;          /* level of a heading, start of a list */
    int32_t at;              /* where in the source: of this text, or of the text before */
    str     text;            /* as the author wrote it; the address of a link or picture; a picture's title */
} Event;

typedef struct Events { Event *row; ptrdiff_t n; bool too_many; } Events;

/* The source from `from` to `to`. `masked` is the source with our items masked, byte for byte as long. */
Events markdown_events(Arena *arena, str source, const char *masked, ptrdiff_t from, ptrdiff_t to);
ptrdiff_t markdown_events_bytes(ptrdiff_t source_bytes);   /* how much memory that takes at most */
