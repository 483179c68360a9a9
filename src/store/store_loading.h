/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of facts and evidence share. */
#ifndef STORE_LOADING_H
#define STORE_LOADING_H

#include "store_inside.h"

struct loading {
    struct store *s;
    const struct store_reader *r;
    struct err *err;
    uint64_t up_to; /* evidence of loads up to this commit */
    struct arena a; /* of one fact or one application */
    VEC(struct stored_value) values;
    VEC(struct stored_link) links;
};

/* False for a type that the metamodel does not have any more: its facts stay stored, and nobody sees them. */
bool loading_begin_fact(struct loading *l, struct stored_fact *fact, uint32_t type_id) MUST_USE;
void loading_add_value(struct loading *l, const struct model_field *field, str text); /* borrowed until it is given */
void loading_add_link(struct loading *l, const struct stored_fact *fact, uint32_t field_id, uint64_t to);
void loading_give_fact(struct loading *l, struct stored_fact *fact);
/* All evidence of the applications that got some after commit `since`. */
int loading_evidence_since(struct loading *l, uint64_t since) MUST_USE;

#endif
