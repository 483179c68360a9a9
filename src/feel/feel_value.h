/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the engine: what values point to, and the operators that do not need a running program. */
#ifndef FEEL_VALUE_H
#define FEEL_VALUE_H

#include "feel.h"

enum { VALUE_DEPTH = 500 }; /* deeper values are neither compared nor written to their end */

struct feel_range {
    struct feel_value from, to; /* null: open to that side */
    bool from_closed, to_closed;
    bool excludes; /* `(!= x)`: everything but from */
};

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
/* The list of it: null is empty, any other value a list of one. `*one` is its storage. */
struct feel_value value_as_list(struct feel_value v, struct feel_value *one);
struct feel_value *value_new_items(struct arena *a, size_t count);

/* The value conforms to the type. */
bool value_instance_of(struct feel_value v, const struct feel_type *type);
void type_emit(struct buf *out, const struct feel_type *type);
const struct feel_type *type_list_of(struct arena *a, const struct feel_type *element);
/* What both are: ANY when they differ; of contexts, the fields of either. */
const struct feel_type *type_join(struct arena *a, const struct feel_type *x, const struct feel_type *y);
const struct feel_field *type_field(const struct feel_type *type, str name); /* of a CONTEXT or OBJECT */

#endif
