/* kinds.c - the one list of what is done in a child. */
#include "child/child.h"

const ChildKind *const all_kinds[] = { NULL };
const int all_kind_n = 0;
