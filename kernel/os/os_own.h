/* os_own - what the files of this room share. */
#pragma once
#include "os/os.h"

/* Landlock (Linux 5.13): a list of what stays allowed, which begins empty. */
typedef enum LandlockNet { LANDLOCK_NET_NONE = 0, LANDLOCK_NET_NO_CONNECT, LANDLOCK_NET_NO_BIND, LANDLOCK_NET_ANY } LandlockNet;     /* of TCP, from ABI 4 on */
typedef enum LandlockRight { LANDLOCK_TO_READ = 1, LANDLOCK_TO_WRITE } LandlockRight;           /* to write is to read too */
typedef struct Landlock { int fd; uint64_t files; } Landlock;

int  landlock_abi(void);                                                        /* 0: this kernel has none */
bool landlock_begin(Landlock *ret, LandlockNet net);
bool landlock_allow(const Landlock *l, const char *path, LandlockRight right);  /* true too when there is no such path */
bool landlock_allow_reads(const Landlock *l, const char *const *paths);         /* until NULL */
bool landlock_end(Landlock *l, bool ok);                                        /* ok: from now on, and for ever. Returns whether it is so */
