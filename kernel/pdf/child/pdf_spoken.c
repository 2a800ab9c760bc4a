/* pdf_spoken - the language of a document, that its title be shown, and that its structure can be relied on: Cairo 1.16 has no word
 * for these.
 *
 * An incremental update (ISO 32000-1, 7.5.6): the catalogue is written again at the end, with three entries more, and a table that says
 * where it is now. What came before stays as it was. */
#include <string.h>

#include "pdf_sheet.h"

/* The number after the last `name` in the file. */
static bool last_number(const GByteArray *pdf, const char *name, long *ret)
{
    size_t n = strlen(name);
    for (size_t at = pdf->len > n ? pdf->len - n : 0; at > 0; at--)
        if (memcmp(pdf->data + at, name, n) == 0) {
            *ret = strtol((const char *)pdf->data + at + n, NULL, 10);      /* a file ends with %%EOF, no digit */
            return true;
        }
    return false;
}

/* From behind "<<" of object `number` to "endobj". */
static bool dictionary_of(const GByteArray *pdf, long number, str *ret)
{
    char head[40];
    str file = { (const char *)pdf->data, (ptrdiff_t)pdf->len };
    int n = g_snprintf(head, sizeof head, "\n%ld 0 obj\n<<", number);
    ptrdiff_t from = str_find(file, (str){ head, n });
    if (from < 0) return false;
    str rest = str_slice(file, from + n, file.n);
    ptrdiff_t to = str_find(rest, S("endobj"));
    *ret = str_slice(rest, 0, to);
    return to >= 0;
}

/* A tag has letters, digits and hyphens; what has others is none. */
static bool is_tag(str lang)
{
    for (ptrdiff_t i = 0; i < lang.n; i++)
        if (!g_ascii_isalnum(lang.p[i]) && lang.p[i] != '-') return false;
    return lang.n > 0;
}

static void add(GByteArray *pdf, const GString *text) { g_byte_array_append(pdf, (const guint8 *)text->str, (guint)text->len); }

void spoken_in(GByteArray *pdf, str lang, bool rtl)
{
    long root, info, size, before;
    str dictionary;
    if (!last_number(pdf, "/Root ", &root) || !last_number(pdf, "/Info ", &info) || !last_number(pdf, "/Size ", &size)
        || !last_number(pdf, "startxref", &before) || !dictionary_of(pdf, root, &dictionary)) return;
    GString *text = g_string_new(NULL);
    guint at = pdf->len;
    g_string_append_printf(text, "%ld 0 obj\n<< ", root);
    if (is_tag(lang)) g_string_append_printf(text, "/Lang (%.*s) ", STR_ARG(lang));
    g_string_append_printf(text, "/MarkInfo << /Marked true >> /ViewerPreferences << /DisplayDocTitle true%s >>", rtl ? " /Direction /R2L" : "");
    g_string_append_len(text, dictionary.p, (gssize)dictionary.n);
    g_string_append(text, "endobj\n");
    guint table = at + (guint)text->len;
    g_string_append_printf(text, "xref\n%ld 1\n%010u 00000 n \ntrailer\n<< /Size %ld\n   /Root %ld 0 R\n   /Info %ld 0 R\n   /Prev %ld\n>>\n"
                           "startxref\n%u\n%%%%EOF\n", root, at, size, root, info, before, table);
    add(pdf, text);
    g_string_free(text, TRUE);
}
