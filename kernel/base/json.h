/* json - a streaming writer (RFC 8259). Parsing is jansson's, where bytes come in.
 * 64-bit ids are written as strings by json_id, because a browser's numbers lose them. */
#pragma once
#include "base/base.h"

typedef struct Json { Out *out; bool comma; int depth; } Json;
static inline Json json_to(Out *out) { return (Json){ .out = out }; }

/* jansson exports these four names too, and the linker would give it ours. A file that needs both includes <jansson.h>
 * first; there these four are the writer's. */
#define json_object json_write_object
#define json_array  json_write_array
#define json_real   json_write_real
#define json_null   json_write_null

/* `key` is the empty text inside an array and at the top. Invalid UTF-8 is written as U+FFFD. */
void json_object(Json *j, str key);  void json_object_end(Json *j);
void json_array(Json *j, str key);   void json_array_end(Json *j);
void json_str(Json *j, str key, str v);
void json_int(Json *j, str key, int64_t v);
void json_id(Json *j, str key, int64_t v);
void json_real(Json *j, str key, double v);     /* NaN and infinities become null */
void json_bool(Json *j, str key, bool v);
void json_null(Json *j, str key);

/* x as T_json takes it, by value or by its address: T_json(j, key, JSON_ARG(T, x)). */
#define JSON_ARG(T, x) _Generic(T##_json, void (*)(Json *, str, T): (x), default: &(x))
