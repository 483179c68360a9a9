/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the engine: what values point to, and the operators that do not need a running program. */
#ifndef FEEL_VALUE_H
#define FEEL_VALUE_H

#include "feel.h"

enum { FEEL_PARAMETERS = 100 }; /* the most that are called by name */
enum { VALUE_DEPTH = 500 };     /* deeper values are neither compared nor written to their end */

/* A range with both ends, or a comparison as a value: `(< 5)`, `(>= 5)`, `(= 5)`, `(!= 5)`. Where an end is missing it
 * is a plain null; a null end of RANGE_BOTH makes every question null. */
enum range_form { RANGE_BOTH, RANGE_BELOW, RANGE_ABOVE, RANGE_EQUAL, RANGE_EXCEPT };
struct feel_range {
    struct feel_value from, to; /* EQUAL, EXCEPT: both are the value */
    bool from_closed, to_closed;
    enum range_form form;
};
/* In instructions and nodes: bit 0 from closed, bit 1 to closed, the form from bit 2 on. */
#define RANGE_FLAGS(from_closed, to_closed, form)                                                                      \
    ((unsigned)(from_closed) | (unsigned)(to_closed) << 1 | (unsigned)(form) << 2)
static inline struct feel_range range_of(struct feel_value from, struct feel_value to, unsigned flags)
{
    return (struct feel_range){from, to, flags & 1, flags & 2, (enum range_form)(flags >> 2)};
}

struct feel_code;
struct feel_builtin;
enum function_kind { FUNCTION_CLOSURE, FUNCTION_BUILTIN, FUNCTION_HOST };
struct feel_function {
    enum function_kind is;
    const struct feel_code *code; /* CLOSURE */
    const struct feel_value *captured;
    const struct feel_builtin *builtin;
    const struct feel_host_function *host;
};

const char *feel_kind_words(enum feel_kind kind); /* "a number" */

/* FEEL's `=`: a boolean, or null with a reason where the kinds differ (DMN 1.5 §10.3.2.13). */
struct feel_value value_equal(struct arena *a, struct feel_value x, struct feel_value y);
/* Ordered comparison; false when the two have no order: *why then says so. */
bool value_compare(struct arena *a, struct feel_value x, struct feel_value y, int *order, str *why);
/* x is in the range: a boolean or null. */
struct feel_value value_in_range(struct arena *a, struct feel_value x, const struct feel_range *r);
/* x in test: range, list (any element), or equality. */
struct feel_value value_in(struct arena *a, struct feel_value x, struct feel_value test);
/* What a loop over a range goes through: whole numbers or days, up or down, without the ends that are open. */
struct value_count {
    enum feel_kind kind;
    int64_t first, last;
    bool any; /* there is one */
};
bool value_count(struct feel_value from, struct feel_value to, struct value_count *out); /* `from..to` */
bool value_count_range(const struct feel_range *r, struct value_count *out);             /* false: can't be */
/* The list of it: null is empty, any other value a list of one. `*one` is its storage. */
struct feel_value value_as_list(struct feel_value v, struct feel_value *one);
static inline struct feel_value *value_new_items(struct arena *a, size_t count)
{
    return arena_alloc(a, count * sizeof(struct feel_value));
}

/* The value conforms to the type. */
bool value_instance_of(struct feel_value v, const struct feel_type *type);
/* Makes it conform, where one of the implicit conversions does (DMN 1.5 §10.3.2.9.4): a list of one to its element, a
 * value to a list of one, a date to its midnight UTC. Null always conforms. */
bool value_convert(struct arena *a, const struct feel_type *type, struct feel_value *v);
void type_emit(struct buf *out, const struct feel_type *type);
const struct feel_type *type_list_of(struct arena *a, const struct feel_type *element);
/* What both are: ANY when they differ; of contexts, the fields of either. */
const struct feel_type *type_join(struct arena *a, const struct feel_type *x, const struct feel_type *y);
const struct feel_field *type_field(const struct feel_type *type, str name); /* of a CONTEXT or OBJECT */

#endif
