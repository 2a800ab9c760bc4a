/* mail_charset - to UTF-8 from what mailers write.
 *
 * A charset of glibc is a file that is loaded when it is first asked for. A child opens no files, so all that it may use are opened before it
 * is forked, and held: what is held is not looked for again. Others, among them those that glibc had to mend most often
 * (ISO-2022-CN-EXT), are not there. */
#include <errno.h>
#include <iconv.h>

#include "mail_parts.h"

static const char *const known[] = {
    "UTF-8", "UTF-7", "UTF-16", "UTF-16LE", "UTF-16BE", "US-ASCII",
    "ISO-8859-1", "ISO-8859-2", "ISO-8859-3", "ISO-8859-4", "ISO-8859-5", "ISO-8859-6", "ISO-8859-7", "ISO-8859-8", "ISO-8859-9",
    "ISO-8859-10", "ISO-8859-11", "ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16",
    "CP1250", "CP1251", "CP1252", "CP1253", "CP1254", "CP1255", "CP1256", "CP1257", "CP1258", "CP874", "TIS-620",
    "KOI8-R", "KOI8-U", "CP866", "IBM437", "IBM850", "MACINTOSH", "VISCII", "TCVN",
    "GB2312", "GBK", "GB18030", "BIG5", "BIG5-HKSCS", "EUC-TW", "EUC-JP", "SHIFT_JIS", "CP932", "ISO-2022-JP", "EUC-KR", "UHC", "ISO-2022-KR",
};

/* Never closed: what is closed is looked for again, in a file. */
static iconv_t held[sizeof known / sizeof *known] __attribute__((used));

void charsets_load(void)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) held[i] = iconv_open("UTF-8", known[i]);
}

/* What stops the converter is passed over, a byte at a time. */
static void convert(GString *to, str bytes, iconv_t as)
{
    char *from = (char *)(uintptr_t)bytes.p, room[4096];
    size_t left = (size_t)bytes.n;
    while (left > 0) {
        char *at = room;
        size_t free_bytes = sizeof room;
        bool stopped = iconv(as, &from, &left, &at, &free_bytes) == (size_t)-1 && errno != E2BIG;
        g_string_append_len(to, room, at - room);
        if (!stopped) continue;
        g_string_append(to, "\xEF\xBF\xBD");
        from++, left--;
    }
}

void add_decoded(GString *to, str bytes, const char *charset)
{
    iconv_t as = charset && g_ascii_strcasecmp(charset, "utf-8") != 0 && g_ascii_strcasecmp(charset, "us-ascii") != 0
               ? iconv_open("UTF-8", g_mime_charset_iconv_name(charset)) : (iconv_t)-1;
    if (as == (iconv_t)-1 && str_is_utf8(bytes)) {
        g_string_append_len(to, bytes.n ? bytes.p : "", (gssize)bytes.n);
        return;
    }
    bool says_utf8 = charset && g_ascii_strcasecmp(charset, "utf-8") == 0;
    if (as == (iconv_t)-1) as = iconv_open("UTF-8", says_utf8 ? "UTF-8" : "CP1252");
    if (as == (iconv_t)-1) return;
    convert(to, bytes, as);
    iconv_close(as);
}
