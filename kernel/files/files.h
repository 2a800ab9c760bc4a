/* files - bytes that people bring or that are made for them: kept by content under <data>/files/ab/cdef…
 * A name is BLAKE2b-256 of the bytes in hex; the same file is kept once. What is kept is on disk (fsync) before the
 * table row commits; a file without a row is swept after a day. */
#pragma once
#include "base/scope.h"

typedef struct StoredFile { str name; str type; int64_t size; } StoredFile;
/* Writing. The type is sniffed: PNG, JPEG, WebP, PDF, plain text, CSV (text that was declared so); else
 * application/octet-stream. The temporary file stays: work that is run twice finds it twice. False: no room. */
bool files_keep(Scope *s, const char *temporary_path, str declared_type, StoredFile *ret);
bool files_keep_bytes(Scope *s, str bytes, str type, StoredFile *ret);
bool files_find(Scope *s, str name, StoredFile *ret);
const char *files_path(Scope *s, str name);      /* NULL: no such name */
void files_sweep(Scope *s);                      /* writing */
