/* child_own - what the three processes of this room share. */
#pragma once
#include "child/child.h"

enum { SERVER_IDLE_SECONDS = 300, SERVER_CHILDREN_MAX = 4, CHILD_FILES_MAX = 64, CHILD_EXIT = 100 };

/* What goes from a caller to the server, with four descriptors: input, output, a pipe for one byte, which is how it ended, and one end of
 * a pair by which the child asks. */
typedef struct Order { int32_t kind; int64_t in_n, begin_by; } Order;       /* begin_by: os_ticks */
enum { ORDER_IN, ORDER_OUT, ORDER_REPLY, ORDER_ASK, ORDER_FDS };
enum { CHILD_OUT = 3, CHILD_ASKS = 4 };                                     /* what they are called in the child; after standard error */

void end_with(pid_t parent);                                                /* by whom this process was forked, and who may have ended since */

_Noreturn void keeper_be(const ChildPool *pool, int channel);
_Noreturn void server_be(const ChildPool *pool, int channel);               /* in the program's folder */
_Noreturn void child_be(const ChildPool *pool, const ChildKind *kind, const ChildCode *code, const Order *order, const int fd[ORDER_FDS]);
