/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of the metamodel's files share: types and sides in store_model_parse.c, one field in
 * store_model_field.c. All fail with the line of the node. */
#ifndef STORE_MODEL_PARSE_H
#define STORE_MODEL_PARSE_H

#include "store_reading.h"

#include "base_map.h"
#include "base_yaml.h"

enum { OWN_ID_FIRST = 1000 }; /* ids of what a workspace adds to the built-in metamodel: no later release takes them */

struct addition { /* fields and values that a workspace's own file adds to a type */
    struct model_type *type;
    const struct yaml *map;
};
struct declared { /* where a field stands */
    const struct yaml *node;
    str file;
};
struct type_place {
    const struct yaml *map;
    bool own;
    struct declared *fields; /* by number */
};
struct reading {
    struct arena *a;
    struct model *m;
    struct model_type *types;
    struct type_place *places;
    VEC(struct addition) additions;
    str file; /* the one at hand */
    str own_file;
    bool own; /* it is the workspace's */
    struct err *err;
};

#define FAIL_AT(r, node, ...) (err_set((r)->err, ERR_INPUT, __VA_ARGS__), err_at((r)->err, (node)->line, STR_NONE))

/* ", did you mean X" or nothing. */
str reading_hint(struct arena *a, str nearest);
/* Which of the words the node is; `what` is what they are. */
int reading_word(struct reading *r, const struct yaml *node, const char *what, const str *words, size_t count,
                 size_t *place) MUST_USE;
/* Names are words that FEEL can read: they start with a letter; letters, digits, single blanks and '-' follow. */
int reading_name(struct reading *r, const struct yaml *node, str name) MUST_USE;
str reading_key(struct arena *a, str name, char blank);
int reading_id(struct reading *r, const struct yaml *map, uint32_t *id) MUST_USE;
/* Copies, since the document goes. */
int reading_text(struct reading *r, const struct yaml *map, str key, bool required, str *out) MUST_USE;
int reading_texts(struct reading *r, const struct yaml *map, str key, const str **out, size_t *count) MUST_USE;
/* Left as it is where the key is not there. */
int reading_role(struct reading *r, const struct yaml *map, str key, enum user_role *role) MUST_USE;
/* `f` is the type's next one. */
int reading_field(struct reading *r, const struct yaml *map, struct model_type *type, struct model_field *f) MUST_USE;

static inline bool is_link(enum field_kind kind) { return kind == FIELD_LINK || kind == FIELD_LINKS; }
static inline bool is_computed(enum field_kind kind) { return kind == FIELD_DERIVED || kind == FIELD_OBSERVED; }

#endif
