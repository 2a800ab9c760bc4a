/* cbor - the heads of CBOR's data items (RFC 8949 section 3), as short as they can be and no other. */
#pragma once
#include "sign/sign_own.h"

typedef enum CborMajor { CBOR_PLUS, CBOR_MINUS, CBOR_BYTES, CBOR_TEXT, CBOR_ARRAY, CBOR_MAP, CBOR_TAG, CBOR_SIMPLE } CborMajor;
enum { CBOR_FALSE = 20, CBOR_TRUE = 21, CBOR_NULL = 22 };

void cbor_head(Out *o, CborMajor major, uint64_t n);
void cbor_bytes(Out *o, CborMajor major, str bytes);                       /* BYTES or TEXT */
/* Takes a head off the front. False: there is none, it is longer than needed, or its length is indefinite. A fraction's head, of
 * major SIMPLE, is taken as if it were a number: its callers know three such numbers and refuse the rest. */
bool cbor_take(str *in, CborMajor *ret_major, uint64_t *ret_n);
bool cbor_take_bytes(str *in, CborMajor major, str *ret);
