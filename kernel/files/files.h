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
bool files_read(Scope *s, str name, int64_t from, ptrdiff_t max, str *ret);     /* false: no such file, or the disk fails */
/* What has no row, and was not touched for a day: kept by work that was rolled back, or half written when the power went. Looked for
 * slowly and with no transaction open, looked at once more by the sweep. */
typedef struct LeftOver { const char *path; str name; } LeftOver;        /* name: what its row would be called; also of what is no file of ours */
typedef struct LeftOvers { LeftOver *row; ptrdiff_t n; } LeftOvers;
LeftOvers files_left_over(Scope *s, int most);
int  files_sweep(Scope *s, LeftOvers left);      /* writing; how many are gone */

/* Writing. A file that nobody may have any more, nor a part of it: not found from now on, and unlinked by the second call, which must be
 * made in another transaction, after the first is surely on disk. It unlinks a few; NOT: the disk does not let it. */
typedef enum Unlinked { UNLINKED_ALL = 1, UNLINKED_SOME, UNLINKED_NOT } Unlinked;
void     files_forget(Scope *s, str name);
bool     files_any_forgotten(Scope *s);
Unlinked files_unlink_forgotten(Scope *s);

/* Writing. A file that comes in pieces, in order: kept beside the others until it is whole and is what its name says. */
typedef enum FilePart { FILE_PART_MORE = 1, FILE_PART_WHOLE, FILE_PART_WRONG } FilePart;     /* WRONG: it begins anew */
int64_t  files_part_size(Scope *s, str name);    /* how much of it is here */
FilePart files_part_add(Scope *s, str name, int64_t size, int64_t from, str bytes);

/* ---- looked at again ---------------------------------------------------------------------------------------------------------
 * A disk loses bytes without a word. Whoever looks reads a file again, slowly and with no transaction open, and says in a short one what he
 * saw. Known damage is in the doctor's list until whole bytes are kept under that name, or it is forgotten. */
typedef enum FileState { FILE_WHOLE = 1, FILE_LOST, FILE_WRONG } FileState;      /* LOST: not there, or not to be read. WRONG: other bytes */
typedef struct FileSeen { FileState state; int64_t touched, size; str type; } FileSeen;      /* touched: ns, as the disk says; type: static */
typedef struct FileHeld { str name; int64_t size; bool held, damaged; } FileHeld;      /* held: it has a row */
typedef struct FilesHeld { FileHeld *row; ptrdiff_t n; } FilesHeld;
FilesHeld files_after(Scope *s, str after, int most);          /* in order of names; "" from the first on */
FileSeen  files_look(const Site *site, str name);              /* slow; never faults */
bool      files_are_away(const Site *site);                    /* the folder is not there, or empty: a disk that is not mounted, rather */
/* Writing. Nothing when the file was touched since it was seen. let_go: it has no row from now on, so that others are asked for it. */
void      files_note(Scope *s, str name, const FileSeen *seen, bool let_go);
struct Doctor;
void      files_doctor(Scope *s, struct Doctor *d);
