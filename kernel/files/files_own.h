/* files_own - what the files of this room share: telling what bytes are by looking at them. */
#pragma once
#include "files/files.h"

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
