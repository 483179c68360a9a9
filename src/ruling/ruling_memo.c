/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions looked up before they are computed: in the rulebook's tables, then in what is remembered. Each value that a
 * decision can rest on has a class; for the classes of all that it needs, a decision gives one value. */
#include "ruling_inside.h"

#include "base_map.h"

#include <string.h>

enum {
    REMEMBERED_LIMIT = 1 << 16, /* of one decision */
    VALUES_LIMIT = 4096,        /* likewise */
    LOOKED_THROUGH = 64,
    BYTES_LIMIT = 256 << 20 /* of all */
};

struct remembered {
    VEC(struct feel_value) values; /* by class */
    size_t count;                  /* of combinations */
};
struct ruling_memo {
    const struct rulebook *b;
    struct arena arena;
    struct map known; /* node and classes → class */
    struct remembered *of;
};

struct ruling_memo *ruling_memo_new(const struct rulebook *b)
{
    struct ruling_memo *m = mem_zalloc(sizeof *m);
    size_t nodes;
    dmn_nodes(b->model, &nodes);
    m->b = b;
    arena_init(&m->arena, 0);
    map_init(&m->known);
    m->of = arena_array(&m->arena, nodes + 1, sizeof *m->of);
    return m;
}

void ruling_memo_free(struct ruling_memo *m)
{
    if (!m) return;
    map_release(&m->known);
    arena_release(&m->arena);
    mem_free(m);
}

/* ---- A run ---- */

void ruling_run_init(struct ruling_run *run, const struct rulebook *b, struct ruling_memo *memo, struct feel_env *env,
                     const struct answers *a)
{
    size_t nodes;
    dmn_nodes(b->model, &nodes);
    *run = (struct ruling_run){.b = b, .memo = memo, .sheet = ruling_sheet(b, env, a, false)};
    run->classes = arena_alloc(env->arena, nodes * sizeof *run->classes);
    run->values = arena_alloc(env->arena, nodes * sizeof *run->values);
    for (size_t i = 0; i < b->question_count; i++) ruling_run_answer(run, i, a->values[i]);
}

/* Of a list of values there may be one for null. */
static uint16_t class_of(const struct grid_node *g, struct feel_value v)
{
    if (!g->done || (v.kind == FEEL_NULL && g->kind != GRID_VALUES)) return v.kind == FEEL_NULL ? NULL_CLASS : NO_CLASS;
    uint16_t class = grid_class(g, v);
    return class == NO_CLASS && v.kind == FEEL_NULL ? NULL_CLASS : class;
}

void ruling_run_answer(struct ruling_run *run, size_t question, struct feel_value v)
{
    const struct dmn_node *n = run->b->inside[question].node;
    ruling_run_put(run, n, class_of(&run->b->grid[dmn_node_index(n)], v), v);
}

void ruling_run_put(struct ruling_run *run, const struct dmn_node *n, uint16_t class, struct feel_value v)
{
    uint32_t node = dmn_node_index(n);
    run->classes[node] = class, run->values[node] = v;
    dmn_sheet_put(run->sheet, n, v);
}

/* ---- What is remembered ---- */

/* False: something that it needs has no class, or is a number that it computes with. */
static bool make_key(const struct ruling_run *run, const struct dmn_node *n, uint16_t *key, size_t *length)
{
    const struct grid_node *g = &run->b->grid[dmn_node_index(n)];
    *length = 0;
    if (!run->memo || !g->done || run->b->asks_clock) return false;
    key[(*length)++] = (uint16_t)dmn_node_index(n);
    for (size_t i = 0; i < g->need_count; i++) {
        uint32_t need = dmn_node_index(g->needs[i]);
        uint16_t class = run->classes[need];
        if (class == NO_CLASS) return false;
        if (run->b->grid[need].kind == GRID_SEGMENTS && !g->compares && class != NULL_CLASS) return false;
        key[(*length)++] = class;
    }
    return true;
}

/* In memory that stays, of what the classes stand for, which stays too: a null's reason does not. */
static int compute(struct ruling_run *run, const struct dmn_node *n, struct feel_value *v, struct err *err)
{
    const struct grid_node *g = &run->b->grid[dmn_node_index(n)];
    struct feel_env env = {.arena = &run->memo->arena};
    struct dmn_sheet *s = dmn_sheet_new(run->b->model, &env, false);
    for (size_t i = 0; i < g->need_count; i++) {
        struct feel_value need = run->values[dmn_node_index(g->needs[i])];
        dmn_sheet_put(s, g->needs[i], need.kind == FEEL_NULL ? feel_null() : need);
    }
    return dmn_sheet_get(s, n, v, err);
}

/* Numbers that are equal may be written differently. */
static bool same(struct feel_value x, struct feel_value y)
{
    return x.kind == FEEL_NUMBER ? y.kind == FEEL_NUMBER && !memcmp(x.word, y.word, sizeof x.word) : feel_same(x, y);
}

static int remember(struct ruling_run *run, const struct dmn_node *n, str key, uint16_t *class, struct err *err)
{
    struct ruling_memo *m = run->memo;
    struct remembered *own = &m->of[dmn_node_index(n)];
    struct arena_mark mark = arena_mark(&m->arena);
    struct feel_value v;
    size_t at = own->values.count > LOOKED_THROUGH ? own->values.count - LOOKED_THROUGH : 0;
    if (compute(run, n, &v, err) < 0) return -1;
    while (at < own->values.count && !same(own->values.items[at], v)) at++;
    if (at < own->values.count)
        arena_back_to(&m->arena, mark);
    else
        *vec_add(&m->arena, &own->values) = v;
    *map_put(&m->known, arena_copy(&m->arena, key), NULL) = at;
    own->count++;
    *class = (uint16_t)at;
    return 0;
}

/* 1: it is known; 0: it has to be computed. */
static int recall(struct ruling_run *run, const struct dmn_node *n, uint16_t *class, struct feel_value *v,
                  struct err *err)
{
    uint16_t words[REQUIRED_LIMIT + 1];
    size_t length;
    if (!make_key(run, n, words, &length)) return 0;
    const struct remembered *own = &run->memo->of[dmn_node_index(n)];
    str key = {(const char *)words, length * sizeof *words};
    const uint64_t *known = map_get(&run->memo->known, key);
    if (known)
        *class = (uint16_t)*known;
    else if (own->count == REMEMBERED_LIMIT || own->values.count == VALUES_LIMIT || run->memo->arena.used > BYTES_LIMIT)
        return 0;
    else if (remember(run, n, key, class, err) < 0)
        return -1;
    *v = own->values.items[*class];
    return 1;
}

/* A decision's classes are its table's; without one those of a number what it is compared with, else what is
 * remembered. */
int ruling_follow(struct ruling_run *run, const struct dmn_node *n, struct feel_value *v, struct err *err)
{
    const struct grid_node *g = &run->b->grid[dmn_node_index(n)];
    uint16_t class = g->outcomes ? grid_outcome(g, run->classes) : NO_CLASS;
    if (class != NO_CLASS) {
        ruling_run_put(run, n, class, *v = g->values[class]);
        return 0;
    }
    int known = recall(run, n, &class, v, err);
    if (known < 0) return -1;
    if (!known) {
        dmn_sheet_forget(run->sheet, n);
        if (dmn_sheet_get(run->sheet, n, v, err) < 0) return -1;
    }
    if (!known || g->kind != GRID_FREE) class = class_of(g, *v);
    if (class != NO_CLASS && class != NULL_CLASS && g->kind == GRID_VALUES) *v = g->values[class]; /* which stays */
    ruling_run_put(run, n, class, *v);
    return 0;
}
