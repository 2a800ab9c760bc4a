/* example - a person's own notes. */
#pragma once
#include "example_records.h"

enum { NOTE_CHARS_MAX = 2000 };
