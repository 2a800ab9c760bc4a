/* pdf_fonts - which letters there are.
 *
 * The machine's own fontconfig is not asked: the same document must not look another way where somebody installed more fonts. From the
 * Noto families those without serifs are taken, upright, and of Latin the slanted: some two hundred files instead of a thousand, which
 * makes each match so much quicker. */
#include <fontconfig/fontconfig.h>

#include "pdf_sheet.h"

static const FcChar8 rules[] =
    "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig>"
    "<dir>/usr/share/fonts/truetype/noto</dir><dir>/usr/share/fonts/opentype/noto</dir><cachedir>/var/cache/fontconfig</cachedir>"
    "<selectfont><acceptfont><glob>*/NotoSans*-Regular.ttf</glob><glob>*/NotoSans*-Bold.ttf</glob><glob>*/NotoSans-*Italic.ttf</glob>"
    "<glob>*/NotoSansCJK-Regular.ttc</glob><glob>*/NotoSansCJK-Bold.ttc</glob></acceptfont>"
    "<rejectfont><glob>*</glob></rejectfont></selectfont></fontconfig>";

/* No thread is begun here: Pango's own map of fonts, which begins one, is made in the child. */
bool fonts_find(void)
{
    FcConfig *config = FcConfigCreate();
    FcPattern *wanted = FcPatternBuild(NULL, FC_FAMILY, FcTypeString, "Noto Sans", (char *)NULL);
    FcObjectSet *nothing = FcObjectSetCreate();
    bool fine = config && FcConfigParseAndLoadFromMemory(config, rules, FcFalse) && FcConfigBuildFonts(config) && FcConfigSetCurrent(config);
    FcFontSet *found = fine ? FcFontList(config, wanted, nothing) : NULL;
    fine = found && found->nfont > 0;
    if (found) FcFontSetDestroy(found);
    FcObjectSetDestroy(nothing);
    FcPatternDestroy(wanted);
    return fine;
}

#define BEFORE_HAN "Noto Sans, "
#define AFTER_HAN ", Noto Sans Arabic, Noto Sans Thai, Noto Sans Lao, Noto Sans Khmer, Noto Sans Myanmar, Noto Sans Devanagari, " \
                  "Noto Sans Bengali, Noto Sans Tamil, Noto Sans Sinhala, Noto Sans Hebrew, Noto Sans Georgian, Noto Sans Armenian, " \
                  "Noto Sans Ethiopic, Noto Sans Symbols, Noto Sans Symbols2"

/* One character of Han has other forms in each of these. */
const char *fonts_for(str lang)
{
    static const struct { const char *lang, *families; } table[] = {
        { "ja",      BEFORE_HAN "Noto Sans CJK JP" AFTER_HAN },
        { "ko",      BEFORE_HAN "Noto Sans CJK KR" AFTER_HAN },
        { "zh-hant", BEFORE_HAN "Noto Sans CJK TC" AFTER_HAN },
        { "zh-tw",   BEFORE_HAN "Noto Sans CJK TC" AFTER_HAN },
        { "zh-hk",   BEFORE_HAN "Noto Sans CJK HK" AFTER_HAN },
        { "zh-mo",   BEFORE_HAN "Noto Sans CJK HK" AFTER_HAN },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_eq_nocase(str_slice(lang, 0, (ptrdiff_t)strlen(table[i].lang)), str_from(table[i].lang))) return table[i].families;
    return BEFORE_HAN "Noto Sans CJK SC" AFTER_HAN;
}
