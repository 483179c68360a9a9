/* SPDX-License-Identifier: Apache-2.0 */
/* What the way to dmn-js and the way back share. */
#ifndef DMN_EDITOR_INSIDE_H
#define DMN_EDITOR_INSIDE_H

#include "dmn_editor.h"
#include "dmn_xml.h"

#define MARK_SPACE STR("urn:entente:mark:1") /* of the attribute with an element's number, in the copy */
#define MARK_NAME  STR("at")

struct dmn_version {
    str model, diagram; /* namespaces */
};
/* Of a model, by its root; NULL: of none from 1.1 to 1.5. */
const struct dmn_version *editor_version(const struct xml *root);
/* From one version's namespace to another's; others stay. */
str editor_space(const struct dmn_version *from, const struct dmn_version *to, str space);
extern const struct dmn_version editor_opens; /* what dmn-js opens */

/* A model's tree, of which the root is a version's definitions in UTF-8. */
int editor_read(struct arena *a, str text, const struct xml **root, const struct dmn_version **version,
                struct err *err) MUST_USE;

bool editor_is(const struct xml *x, const char *name); /* an element of its own version of that name */
/* The annotation that is the rule's reason: the first that says something; NULL: none does. */
const struct xml *editor_reason(const struct xml *rule);

/* One attribute after the other in a start tag, as it is written. */
struct tag_attribute {
    str name, value;   /* with its prefix; between the quotes */
    size_t from, to;   /* offsets: of the blanks before it, behind its second quote */
    size_t value_from; /* offset of the value */
};
str tag_name(str tag);
bool tag_next(str tag, size_t *at, struct tag_attribute *out); /* *at begins with 0 */

#endif
