/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of a decision table changed in the text of a model. What is not changed stays byte for byte as it is: comments,
 * diagrams, the way in which it is written. DMN 1.1 to 1.5, whatever the prefixes. */
#ifndef DMN_EDIT_H
#define DMN_EDIT_H

#include "base_arena.h"
#include "base_err.h"

#define EDIT_NEW SIZE_MAX

struct edited_rule {
    size_t from;      /* its place in the table so far, from 0; EDIT_NEW: it comes behind the rule before it */
    const str *cells; /* FEEL, of all inputs, then of all outputs */
    str why;          /* its reason: the first annotation that says something, else its description */
};
/* From now on the table of the decision (or function) of that name has these rules, which stand in the order in which
 * they stood; those that are not among them go. A cell that says the same, blanks around it aside, is not touched. New
 * rules get ids of their own, none of which stands in the model or among `avoid`: an id is a rule's for ever.
 * ERR_ABSENT: there is no such table; ERR_INPUT: the model is not in UTF-8, a text has characters that XML does not
 * take, the rules are out of order, `columns` is not how many the table has. */
int dmn_edit_rules(struct arena *a, str model, str decision, const struct edited_rule *rules, size_t count,
                   size_t columns, const str *avoid, size_t avoid_count, str *out, struct err *err) MUST_USE;

/* What stands in the definitions' extensionElements under that name of XML_OWN, such as `version`; a model that has no
 * such element stays as it is. Fails as the other does. */
int dmn_edit_extension(struct arena *a, str model, str name, str text, str *out, struct err *err) MUST_USE;

#endif
