/* SPDX-License-Identifier: Apache-2.0 */
/* The vendor catalogue (model/catalogue/catalogue.tsv), the payee rules and the policy: data in the program, read when
 * a scan begins (a few milliseconds). */
#ifndef SCAN_CATALOGUE_H
#define SCAN_CATALOGUE_H

#include "base_arena.h"
#include "base_err.h"

enum catalogue_kind { KIND_APPLICATION, KIND_EMBEDDED, KIND_IGNORE };
struct catalogue_item {
    str name;
    enum catalogue_kind kind;
    str domains, tags; /* with blanks between: where people go; what only loads inside other pages */
    str categories;    /* with "; " between, the first is the most telling */
    str flags;         /* "saas,freemium" */
    str aliases;       /* with "; " between */
};
struct payee_rule {
    enum payee_action { PAYEE_STRIP, PAYEE_STRIP_STAR, PAYEE_PRODUCT, PAYEE_END, PAYEE_PLACE, PAYEE_NEVER } action;
    str pattern; /* normal form: lower case, letters and digits, one blank between */
    str product;
};
struct catalogue {
    const struct catalogue_item *items;
    size_t count;
    const struct payee_rule *rules;
    size_t rule_count;
    /* policy.yaml */
    enum catalogue_kind propose_kind;
    uint32_t propose_people, propose_days, show_people;
    str propose_status;
    const str *embedded_labels;
    size_t embedded_label_count;
};
/* Everything lies in the arena or in the program. */
int catalogue_load(struct arena *a, struct catalogue *out, struct err *err) MUST_USE;

#endif
