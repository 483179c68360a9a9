/* SPDX-License-Identifier: Apache-2.0 */
/* JSON (RFC 8259) that keeps the digits of numbers as they are written. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base_buf.h"

enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };
struct json {
    enum json_kind kind;
    str text;                 /* a number's digits, a string's characters (decoded, UTF-8) */
    str key;                  /* where it is a member */
    const struct json *items; /* an array's elements, an object's members in order */
    size_t count;
    size_t from; /* byte offset in the source */
};
/* One value and nothing behind it. Depth up to 200; invalid UTF-8, lone surrogates and duplicate keys are errors. */
int json_parse(struct arena *a, str source, const struct json **out, struct err *err) MUST_USE;
/* The length of the number, in JSON's grammar, at the start of s; 0 when there is none. */
size_t json_number_length(str s);
const struct json *json_get(const struct json *object, str key); /* NULL when there is none, or it is no object */

/* The writer puts commas and, where `indent` > 0, line breaks. Keys and values must alternate as JSON has it. */
struct json_writer {
    struct buf *out;
    int indent, depth;
    bool has_items, after_key;
};
void json_init(struct json_writer *w, struct buf *out, int indent);
void json_object(struct json_writer *w);
void json_object_end(struct json_writer *w);
void json_array(struct json_writer *w);
void json_array_end(struct json_writer *w);
void json_key(struct json_writer *w, str key);
void json_string(struct json_writer *w, str s);      /* invalid UTF-8 is written as U+FFFD */
void json_number(struct json_writer *w, str digits); /* as written; must be JSON's grammar */
void json_int(struct json_writer *w, int64_t v);
void json_bool(struct json_writer *w, bool v);
void json_null(struct json_writer *w);
/* Of the run at the start that strings of JSON, and of FEEL, have as it stands: printable ASCII without quotes and
 * backslashes. */
size_t json_plain_length(str s);
void json_emit(struct json_writer *w, const struct json *value);

#endif
