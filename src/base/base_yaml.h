/* SPDX-License-Identifier: Apache-2.0 */
/* YAML 1.1 by libyaml as a tree with marks: scalars stay text. Anchors, aliases, tags, duplicate keys and a second
 * document are errors; depth up to 50. */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include "base_arena.h"
#include "base_err.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };
struct yaml {
    enum yaml_kind kind;
    str text;              /* a scalar's value */
    bool quoted;           /* it stood in quotes or a block */
    bool block;            /* it is a block scalar: its text starts on the line after `line` */
    str key;               /* where it is a map's value */
    uint32_t line, column; /* from 1; where the value starts */
    uint32_t key_line;
    const struct yaml *items; /* a list's elements, a map's values in order */
    size_t count;
};
int yaml_parse(struct arena *a, str source, str file, const struct yaml **out, struct err *err) MUST_USE;
const struct yaml *yaml_get(const struct yaml *map, str key); /* NULL when there is none */
/* An unknown key is an error that names the nearest known one. */
int yaml_only(const struct yaml *map, const str *known, size_t count, struct err *err) MUST_USE;
/* The member as text; absent: STR_NONE when not required. */
int yaml_text(const struct yaml *map, str key, bool required, str *out, struct err *err) MUST_USE;
int yaml_int(const struct yaml *map, str key, bool required, int64_t *out, struct err *err) MUST_USE;
int yaml_yes_no(const struct yaml *map, str key, bool *out, struct err *err) MUST_USE; /* absent leaves *out */
/* A list of scalars, or one scalar as a list of one. */
int yaml_texts(struct arena *a, const struct yaml *map, str key, const str **out, size_t *count,
               struct err *err) MUST_USE;

#endif
