/* child_glib - how a library that stands on GLib behaves in a child: what it says goes nowhere, and what it asks for in vain ends the
 * child as what it is. Called in `warm`. */
#pragma once
#include <glib.h>
#include <unistd.h>

#include "child/child.h"

enum { CHILD_GLIB_NO_MEMORY = 100 + CHILD_NO_MEMORY };      /* CHILD_EXIT + how it ended */

/* GLib gives up in one case that input can bring about: when there is no memory. */
static inline void child_glib_heard(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer unused)
{
    if (level & G_LOG_FLAG_FATAL) _exit(CHILD_GLIB_NO_MEMORY);
}

static inline void child_glib_begin(void)
{
    g_log_set_default_handler(child_glib_heard, NULL);
}
