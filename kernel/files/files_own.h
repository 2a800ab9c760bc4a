/* files_own - what the files of this room share.
 *
 *   files.c         keeping, finding, forgetting, pieces
 *   files_sweep.c   what is left over
 *   files_look.c    files looked at again, and what is damaged
 *   files_sniff.c   what bytes are, by looking at them */
#pragma once
#include <limits.h>
#include "files/files.h"

enum { NAME_CHARS = 64 };

/* files, files/ab and files/ab/cdef…, on the stack: no memory may be asked for while a file is open. */
typedef struct FilePlace { char root[PATH_MAX], folder[PATH_MAX], path[PATH_MAX]; } FilePlace;
bool is_name(str name);
bool is_hex(str s);
bool file_place(const char *data, const char *name, FilePlace *ret);

/* Fed the bytes in order, in blocks of any size. What is text must be UTF-8 to the last byte: nothing that a browser
 * could take for something else is called text. */
enum { HEAD_BYTES = 16, CARRY_BYTES = 4 };
typedef struct Sniffer {
    str  declared;
    char head[HEAD_BYTES];      int head_n;
    char carry[2 * CARRY_BYTES]; int carry_n;     /* a character whose rest is in the next block */
    bool not_text;
} Sniffer;
void sniff(Sniffer *s, str block);
str  sniffed(const Sniffer *s);                   /* a static text */

/* Where bytes come from: an open file, or memory when fd is -1. */
typedef struct Source { const char *path; int fd; str bytes; } Source;
bool bytes_look(const Source *from, Sniffer *sniffer, char name[NAME_CHARS + 1], int64_t *ret_size);      /* false: the disk fails */
