/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between two metamodels; types and fields are the same when their ids are. */
#ifndef STORE_MODEL_DIFF_H
#define STORE_MODEL_DIFF_H

#include "store_model.h"

enum model_change_kind {
    MODEL_SIDE_ADDED, /* after: the side's key */
    MODEL_SIDE_REMOVED,
    MODEL_KEYS_CHANGED, /* other sides sign */
    MODEL_TYPE_ADDED,
    MODEL_TYPE_REMOVED,  /* its facts stay stored */
    MODEL_TYPE_RENAMED,  /* before, after: name (plural) */
    MODEL_TYPE_CHANGED,  /* another key, alias field, or whether both sides sign it */
    MODEL_FIELD_ADDED,   /* after: its kind */
    MODEL_FIELD_REMOVED, /* its values stay stored; before: its kind */
    MODEL_FIELD_RENAMED,
    MODEL_FIELD_KIND,  /* another kind of value, or links to another type */
    MODEL_VALUE_ADDED, /* of a one-of */
    MODEL_VALUE_REMOVED,
    MODEL_FIELD_CHANGED, /* required, default, formula, window, signed, who may see it, the name of the other end */
};
struct model_change {
    enum model_change_kind kind;
    const struct model_type *type;   /* of the new model; of the old one where it is removed; NULL for sides */
    const struct model_field *field; /* the same; NULL for types */
    str what;                        /* TYPE_CHANGED, FIELD_CHANGED: "key", "required", … */
    str before, after;               /* STR_NONE: nothing */
};
/* In the order of the new model's types and fields, then what is removed. */
void model_diff(struct arena *a, const struct model *old, const struct model *new, const struct model_change **out,
                size_t *count);
bool model_same_keys(const struct model_type *a, const struct model_type *b); /* made of the same fields */
/* "field added": a word for people and JSON. */
const char *model_change_name(enum model_change_kind kind);

#endif
