/* SPDX-License-Identifier: Apache-2.0 */
/* Which facts, and in which order: the one query behind `entente list`, the list pages and the API. */
#ifndef GRAPH_QUERY_H
#define GRAPH_QUERY_H

#include "graph.h"

struct fact_place {        /* in an order: it holds whether or not the fact is still there or the same */
    struct feel_value key; /* what is sorted by; null where that is the name */
    str name;              /* folded */
    uint64_t id;
};
struct fact_query {
    const struct model_type *type;
    str words; /* all of them stand in the fact's text, the beginning of a word counts; STR_NONE: any fact */
    str where; /* a FEEL condition over the fact's fields; not said (p is NULL): any fact */
    str sort;  /* a field, an inverse, id or type; with a dash before it the largest first. STR_NONE: best hits
                  first where words are asked for, else by name */
    str where_place, sort_place;    /* what errors call them (--where); STR_NONE: where, sort */
    double seconds;                 /* that the condition may take over all facts; 0: as long as it needs */
    const struct fact_place *after; /* only what comes behind it in the order; NULL: all */
    size_t from, limit;             /* which rows of the whole are wanted; a limit of 0: all from there */
};
struct fact_rows {
    const uint64_t *ids; /* the wanted rows, in order */
    size_t count;
    const uint64_t *all; /* everything that was found, in whatever order; `ids` points into it */
    size_t found;
    bool more; /* behind the wanted rows, the last of which stands at `last` (not for best hits) */
    struct fact_place last;
};
/* Nothing that has no value comes before what has one, whichever way the rest goes; equals go by name, then by id.
 * Cost: linear in the facts of the type, and the sorting of the wanted rows alone. What the viewer of `env` may not see
 * is neither compared nor found. Errors: of `where`, with their place in it and where_place as the file; an
 * unknown name in `sort`, with sort_place; ERR_LIMIT where the condition is too costly. */
int fact_query(struct arena *a, const struct graph *g, struct feel_env *env, const struct fact_query *q,
               struct fact_rows *out, struct err *err) MUST_USE;
/* A column by what people call it: a field's name or key, an inverse, `id`, `type`, of a two-key type `agreement` and
 * its like. *field is NULL for all but fields;
 * *name is as graph_field wants it. ERR_USAGE with the nearest name. */
int fact_column(struct arena *a, const struct model_type *type, str word, str *name, const struct model_field **field,
                struct err *err) MUST_USE;

#endif
