/* SPDX-License-Identifier: Apache-2.0 */
/* A change set on its way into the workspace: what the files of committing share. */
#ifndef STORE_APPLYING_H
#define STORE_APPLYING_H

#include "store_inside.h"

#include "base_map.h"

struct claim {
    uint32_t field; /* id; perhaps one that the metamodel no longer has */
    uint32_t source;
    uint64_t number;
    str file;
    uint32_t line;
    str text; /* STR_NONE: typed as empty */
    bool written;
};
struct source {
    uint32_t id;
    enum origin_kind kind;
    str name;
};
struct new_key {
    const struct model_type *type;
    uint64_t fact;
    int rank;
    str folded, name;
    struct origin from;
};

struct link_end {
    uint64_t target, fact;
    uint32_t field;
};

/* A fact that has other links of a field that has no circles. */
struct moved {
    const struct model_type *type;
    const struct model_field *field;
    uint64_t fact;
    str name;
    struct origin from;
    bool looked_at;
};

struct applying {
    struct store *s;
    struct change_set *c;
    struct journal_writer *j;
    struct err *err;
    struct arena scratch; /* of the fact at hand */
    struct idmap types;   /* fact to type id; 0: there is none */
    VEC(struct source) sources;
    VEC(struct new_key) keys;
    VEC(struct link_end) links_to; /* new ones that are not written yet */
    VEC(struct moved) moved;
    struct buf fields, before, after, claim, links;
    VEC(uint64_t) touched; /* of what the text changed, and of what a part did */
    struct idmap known;    /* those that are in it */
    uint64_t changed, proposed;
};
void applying_init(struct applying *p, struct store *s, struct change_set *c, struct journal_writer *j,
                   struct err *err);
void applying_release(struct applying *p);

/* One fact on its way. Values by the type's field numbers; links as ids with blanks between. */
struct fact_work {
    const struct change_fact *f;
    const struct model_type *type;
    uint64_t id;
    uint32_t version;
    str *old, *new;
    VEC(struct claim) claims;
    VEC(struct field_text) strange; /* values of fields that the metamodel no longer has */
    bool claims_changed;
    /* Of a two-key type. Agreed: who won before the set; the pending text before and after. */
    struct fact_keys keys;
    str *won, *pending_old, *pending;
};

static inline bool same_text(str a, str b) { return (a.p != NULL) == (b.p != NULL) && str_eq(a, b); }

/* store_commit.c. The type's id; 0 when there is no such fact, or none any more once this set is done. */
int applying_type_of(struct applying *p, uint64_t id, uint32_t *type) MUST_USE;

/* ---- store_claims.c ---- */

str work_brief(str s); /* for a message */
/* `application "Mailchimp": what`, at the place from which the value came. Returns -1. */
int work_refuse(struct applying *p, const struct fact_work *w, const struct model_field *field,
                const struct change_op *op, enum err_code code, const char *what);
int applying_load_sources(struct applying *p) MUST_USE;
int applying_source(struct applying *p, const struct origin *from, uint32_t *id) MUST_USE; /* made where it is new */
int work_load(struct applying *p, struct fact_work *w) MUST_USE;        /* type, version, old values */
int work_load_claims(struct applying *p, struct fact_work *w) MUST_USE; /* those that stand */
int work_stored_name(struct applying *p, uint64_t id, str *name) MUST_USE;
int work_apply(struct applying *p, struct fact_work *w) MUST_USE;             /* lays the set's claims over them */
int work_winners(struct applying *p, struct fact_work *w, str *out) MUST_USE; /* by field numbers */
int work_compute(struct applying *p, struct fact_work *w) MUST_USE;           /* the winners: new values */
const struct change_op *work_op_on(const struct fact_work *w, const struct model_field *field,
                                   enum change_op_kind kind);

/* ---- store_keys.c ---- */

int work_load_keys(struct applying *p, struct fact_work *w) MUST_USE;
/* What the claims would make of the signed fields of an agreed fact goes into its pending text. */
int work_divert(struct applying *p, struct fact_work *w) MUST_USE;
/* The proposal beside the fact, where this set changes it; *changed. */
int work_write_proposal(struct applying *p, struct fact_work *w, bool *changed) MUST_USE;
/* Has the text that is or may be proposed changed? */
bool work_text_differs(const struct fact_work *w);
/* Why it is a draft again. */
int work_said(struct applying *p, const struct fact_work *w, str *said) MUST_USE;
int work_drop_keys(struct applying *p, const struct fact_work *w) MUST_USE; /* the fact goes */

/* ---- store_parts.c ---- */

/* This set changed the fact's text, from `old` to `new` values (NULL: made or deleted): its whole is told at the end.
 */
void work_touch_whole(struct applying *p, const struct fact_work *w, const str *old, const str *new);
int applying_settle_wholes(struct applying *p) MUST_USE;

/* ---- store_ways.c ---- */

void work_move(struct applying *p, const struct fact_work *w, const struct model_field *field);
/* When all links are written: no circle, and no tree is deeper than the metamodel says. */
int applying_check_ways(struct applying *p) MUST_USE;
/* Puts those of the facts, and of what they reach by the field, that lead back to themselves into `on`. */
int store_find_circles(struct store *s, const struct model_field *field, const uint64_t *facts, size_t count,
                       struct idmap *on, struct err *err) MUST_USE;
/* How many levels there are from the root to the fact. More than `levels` are not counted. */
int tree_height(struct store *s, const struct model_field *field, uint64_t fact, int *height, struct err *err) MUST_USE;

/* ---- store_write.c ---- */

int work_queue_keys(struct applying *p, const struct fact_work *w) MUST_USE;
int work_queue_new_keys(struct applying *p, const struct fact_work *w) MUST_USE;    /* the old ones are gone already */
str work_key(struct applying *p, const struct model_type *type, const str *values); /* folded */
int applying_write_keys(struct applying *p) MUST_USE;
int applying_write_links_to(struct applying *p) MUST_USE; /* before anybody asks who links to a fact */
int work_write_claims(struct applying *p, struct fact_work *w) MUST_USE;
int work_write(struct applying *p, const struct fact_work *w) MUST_USE; /* the row, the links and the entry */
int work_write_claimed(struct applying *p, const struct fact_work *w) MUST_USE;
int work_delete(struct applying *p, const struct fact_work *w) MUST_USE;

#endif
