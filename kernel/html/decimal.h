/* decimal - arithmetic as it is done on paper: exact, with the four operations, parentheses and percent.
 *
 *   12*4.50+3   (2+1)/3   750.00*40%   1,200/6        '%' after a value divides it by a hundred
 *
 * Values are fractions of whole numbers, so 1/3*3 is 1. What grows beyond 128 bits is refused, not rounded. */
#pragma once
#include "base/base.h"

/* Does the formula give what is shown, rounded half up to the decimals shown? "33.3", "1,234.50", "36.7%" and "-5" may
 * be shown. False: *ret_why is half a sentence for the author, in arena memory or static. */
bool decimal_gives(Arena *keep, str formula, str shown, str *ret_why);
