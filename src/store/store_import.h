/* SPDX-License-Identifier: Apache-2.0 */
/* What imports leave behind beside facts: what people said of the columns of a source's files; and which facts several
 * sources claim. */
#ifndef STORE_IMPORT_H
#define STORE_IMPORT_H

#include "store.h"

enum { SHAPE_SIZE = 32 };
struct stored_column {
    unsigned char shape[SHAPE_SIZE];
    str header; /* its letters and digits, case folded */
    str field;  /* a field's permanent id in decimal; "id"; "-": left out */
};
/* The shape of a header: `letters` are its names' letters and digits, in any order. */
void store_shape(struct arena *a, const str *letters, size_t count, unsigned char shape[SHAPE_SIZE]);
/* All that is kept of a type's source, by shape. */
int store_load_columns(struct store *s, struct arena *a, const struct model_type *type, str source,
                       const struct stored_column **out, size_t *count, struct err *err) MUST_USE;
/* Keeps them, in place of what was kept of the same columns. */
int store_keep_columns(struct store *s, const struct model_type *type, str source, const struct stored_column *columns,
                       size_t count, str actor, int64_t now, struct err *err) MUST_USE;
int store_forget_columns(struct store *s, const struct model_type *type, str source, struct err *err) MUST_USE;

/* The facts of a type that more than one source (what is typed is one) has claims to, ascending. */
int store_load_contested(struct store *s, struct arena *a, const struct model_type *type, const uint64_t **out,
                         size_t *count, struct err *err) MUST_USE;

#endif
