/* files_sniff - what bytes are, by their first ones; what a visitor says they are counts only between text and CSV. */
#include "files/files_own.h"

/* Controls that stand in texts: TAB, LF, FF, CR. */
static bool is_text_char(int32_t c)
{
    return c >= 0x20 ? c != 0x7F : c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static int length_of(unsigned char lead)
{
    return lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
}

/* Reads characters until fewer bytes are left than the next one needs. */
static str read_text(Sniffer *s, str text)
{
    while (text.n > 0 && length_of((unsigned char)text.p[0]) <= text.n) {
        if (!is_text_char(utf8_next(&text))) {
            s->not_text = true;
            return (str){ 0 };
        }
    }
    return text;
}

/* Finishes the character that the last block began. */
static str finish_carry(Sniffer *s, str block)
{
    int need = s->carry_n ? length_of((unsigned char)s->carry[0]) - s->carry_n : 0;
    int take = need < block.n ? need : (int)block.n;
    if (take > 0) memcpy(s->carry + s->carry_n, block.p, (size_t)take);
    s->carry_n += take;
    if (take == need) {
        read_text(s, (str){ s->carry, s->carry_n });
        s->carry_n = 0;
    }
    return str_slice(block, take, block.n);
}

void sniff(Sniffer *s, str block)
{
    int head = HEAD_BYTES - s->head_n < block.n ? HEAD_BYTES - s->head_n : (int)block.n;
    if (head > 0) memcpy(s->head + s->head_n, block.p, (size_t)head);
    s->head_n += head;
    if (s->not_text) return;

    block = finish_carry(s, block);
    if (s->carry_n > 0 || s->not_text) return;
    str rest = read_text(s, block);
    if (rest.n > 0) memcpy(s->carry, rest.p, (size_t)rest.n);
    s->carry_n = (int)rest.n;
}

str sniffed(const Sniffer *s)
{
    str head = { s->head, s->head_n };
    if (str_starts(head, S("\x89PNG\r\n\x1A\n"))) return S("image/png");
    if (str_starts(head, S("\xFF\xD8\xFF"))) return S("image/jpeg");
    if (str_starts(head, S("RIFF")) && str_eq(str_slice(head, 8, 12), S("WEBP"))) return S("image/webp");
    if (str_starts(head, S("%PDF-"))) return S("application/pdf");
    if (s->not_text || s->carry_n > 0) return S("application/octet-stream");
    str kind = str_trim(str_cut(s->declared, ';').head);
    bool csv = str_eq_nocase(kind, S("text/csv")) || str_eq_nocase(kind, S("application/csv"))
            || str_eq_nocase(kind, S("application/vnd.ms-excel"));      /* what Windows says of .csv */
    return csv ? S("text/csv") : S("text/plain");
}
