/* centres_economy - the economies one can choose from: the members of APEC first, by the names APEC uses, then others that small firms
 * sell to. */
#include "centres_own.h"

typedef struct Economy { const char *code; Msg name; } Economy;

static Economy list[] = {
    { "AU", { .id = N_("Australia") } },            { "BN", { .id = N_("Brunei Darussalam") } },
    { "CA", { .id = N_("Canada") } },               { "CL", { .id = N_("Chile") } },
    { "CN", { .id = N_("China") } },                { "TW", { .id = N_("Chinese Taipei") } },
    { "HK", { .id = N_("Hong Kong, China") } },     { "ID", { .id = N_("Indonesia") } },
    { "JP", { .id = N_("Japan") } },                { "KR", { .id = N_("Korea") } },
    { "MY", { .id = N_("Malaysia") } },             { "MX", { .id = N_("Mexico") } },
    { "NZ", { .id = N_("New Zealand") } },          { "PG", { .id = N_("Papua New Guinea") } },
    { "PE", { .id = N_("Peru") } },                 { "PH", { .id = N_("The Philippines") } },
    { "RU", { .id = N_("Russia") } },               { "SG", { .id = N_("Singapore") } },
    { "TH", { .id = N_("Thailand") } },             { "US", { .id = N_("United States") } },
    { "VN", { .id = N_("Viet Nam") } },
    { "AR", { .id = N_("Argentina") } },            { "AT", { .id = N_("Austria") } },
    { "BD", { .id = N_("Bangladesh") } },           { "BE", { .id = N_("Belgium") } },
    { "BR", { .id = N_("Brazil") } },               { "KH", { .id = N_("Cambodia") } },
    { "CO", { .id = N_("Colombia") } },             { "CR", { .id = N_("Costa Rica") } },
    { "DK", { .id = N_("Denmark") } },              { "EC", { .id = N_("Ecuador") } },
    { "EG", { .id = N_("Egypt") } },                { "FJ", { .id = N_("Fiji") } },
    { "FI", { .id = N_("Finland") } },              { "FR", { .id = N_("France") } },
    { "DE", { .id = N_("Germany") } },              { "GH", { .id = N_("Ghana") } },
    { "IN", { .id = N_("India") } },                { "IE", { .id = N_("Ireland") } },
    { "IL", { .id = N_("Israel") } },               { "IT", { .id = N_("Italy") } },
    { "KE", { .id = N_("Kenya") } },                { "KW", { .id = N_("Kuwait") } },
    { "LA", { .id = N_("Lao PDR") } },              { "MO", { .id = N_("Macao, China") } },
    { "MN", { .id = N_("Mongolia") } },             { "MA", { .id = N_("Morocco") } },
    { "MM", { .id = N_("Myanmar") } },              { "NP", { .id = N_("Nepal") } },
    { "NL", { .id = N_("Netherlands") } },          { "NG", { .id = N_("Nigeria") } },
    { "NO", { .id = N_("Norway") } },               { "PK", { .id = N_("Pakistan") } },
    { "PA", { .id = N_("Panama") } },               { "PL", { .id = N_("Poland") } },
    { "PT", { .id = N_("Portugal") } },             { "QA", { .id = N_("Qatar") } },
    { "WS", { .id = N_("Samoa") } },                { "SA", { .id = N_("Saudi Arabia") } },
    { "SB", { .id = N_("Solomon Islands") } },      { "ZA", { .id = N_("South Africa") } },
    { "ES", { .id = N_("Spain") } },                { "LK", { .id = N_("Sri Lanka") } },
    { "SE", { .id = N_("Sweden") } },               { "CH", { .id = N_("Switzerland") } },
    { "TL", { .id = N_("Timor-Leste") } },          { "TO", { .id = N_("Tonga") } },
    { "TR", { .id = N_("Türkiye") } },              { "AE", { .id = N_("United Arab Emirates") } },
    { "GB", { .id = N_("United Kingdom") } },       { "VU", { .id = N_("Vanuatu") } },
    { "ZZ", { .id = N_("Another economy") } },
};
enum { ECONOMIES = sizeof list / sizeof *list };

Options centres_economies(Scope *s)
{
    Option *row = NEW(s->arena, Option, ECONOMIES + 1);
    row[0] = (Option){ S(""), T(s, "Choose…") };
    for (int i = 0; i < ECONOMIES; i++) row[i + 1] = (Option){ str_from(list[i].code), tr(s->lang, &list[i].name) };
    return (Options){ row, ECONOMIES + 1 };
}

str centres_economy(Scope *s, str code)
{
    for (int i = 0; i < ECONOMIES; i++)
        if (str_eq(code, str_from(list[i].code))) return tr(s->lang, &list[i].name);
    return code;
}
