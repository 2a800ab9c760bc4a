/* learn_currency - the currencies one can choose from: those of the economies that one can trade with here. */
#include "learn_own.h"

#define CURRENCY(code) { { code, 3 }, { code, 3 } }
static const Option codes[] = {
    { { "", 0 }, { "…", 3 } },
    CURRENCY("USD"), CURRENCY("EUR"), CURRENCY("AED"), CURRENCY("AUD"), CURRENCY("BDT"), CURRENCY("BND"),
    CURRENCY("BRL"), CURRENCY("CAD"), CURRENCY("CHF"), CURRENCY("CLP"), CURRENCY("CNY"), CURRENCY("COP"),
    CURRENCY("DKK"), CURRENCY("FJD"), CURRENCY("GBP"), CURRENCY("HKD"), CURRENCY("IDR"), CURRENCY("INR"),
    CURRENCY("JPY"), CURRENCY("KES"), CURRENCY("KHR"), CURRENCY("KRW"), CURRENCY("LAK"), CURRENCY("LKR"),
    CURRENCY("MMK"), CURRENCY("MXN"), CURRENCY("MYR"), CURRENCY("NOK"), CURRENCY("NPR"), CURRENCY("NZD"),
    CURRENCY("PEN"), CURRENCY("PGK"), CURRENCY("PHP"), CURRENCY("PKR"), CURRENCY("RUB"), CURRENCY("SAR"),
    CURRENCY("SEK"), CURRENCY("SGD"), CURRENCY("THB"), CURRENCY("TRY"), CURRENCY("TWD"), CURRENCY("VND"),
    CURRENCY("ZAR"),
};
enum { CURRENCIES = sizeof codes / sizeof *codes };

Options currencies(void) { return (Options){ codes, CURRENCIES }; }
