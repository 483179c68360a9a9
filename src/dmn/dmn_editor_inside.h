/* SPDX-License-Identifier: Apache-2.0 */
/* What the way to dmn-js and the way back share. */
#ifndef DMN_EDITOR_INSIDE_H
#define DMN_EDITOR_INSIDE_H

#include "dmn_editor.h"
#include "dmn_xml.h"

#include "base_map.h"

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

/* ---- The way back ---- */

struct saving {
    struct arena *a;
    str model;
    const struct dmn_version *version;
    /* By number of the model's element; NULL: not there. */
    const struct xml **stored, **opened, **saved;
    size_t *slots; /* where it stands among its siblings */
    size_t count;
    struct map referred;     /* ids that a href of the saved text names */
    const struct xml *table; /* of which it is known whether it has annotations */
    bool annotated;
    size_t prefixes; /* that were made up */
    struct buf out;
    struct err *err;
};

/* Its number, where it is one of the model's elements; 0: none. */
size_t editor_mark(const struct saving *k, const struct xml *x);
/* The model's element that this one of the saved text is; NULL: it is new. */
const struct xml *editor_pair(const struct saving *k, const struct xml *x);
/* The error that names what would be lost, and whose it is. */
int editor_lost(struct saving *k, const struct xml *x, const char *what);

enum fate {
    STAYS,  /* as it is written: the editor did not see it, or did not change it */
    MERGED, /* with what the editor has of it */
    RETOLD, /* its text is another one */
    GOES
};
struct slot {
    const struct xml *place, *put; /* what stood here; what stands here now: another one where the order changed */
    enum fate fate;
    str text;   /* RETOLD */
    bool shown; /* the editor has it, with a number */
};
struct addition {
    const struct xml *saved; /* NULL: an annotation that says `text` */
    str text;
    size_t after; /* so many slots */
};
typedef VEC(const struct xml *) elements;
struct kind { /* the children of one name */
    str space, name;
    VEC(size_t) quiet;      /* slots of those that have no number in the editor's texts */
    elements opened, saved; /* those without a number there */
    elements order;         /* those with one, as they stand now */
    bool moved;
    size_t next, told, after; /* of `order`, of `saved`; so many slots stand before what follows the last one */
    bool placed;
};
enum { KINDS = 100 };
struct plan {
    const struct xml *stored, *opened, *saved; /* the parent */
    VEC(struct slot) slots;
    VEC(struct addition) additions;
    VEC(struct kind) kinds;
    bool tells; /* the rule's description in the editor is its annotation here */
};
/* For an element that the editor had and still has. */
int editor_plan(struct saving *k, const struct xml *x, struct plan *p) MUST_USE;

#endif
