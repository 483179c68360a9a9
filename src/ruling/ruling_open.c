/* SPDX-License-Identifier: Apache-2.0 */
/* Which questions are still open: each decision is evaluated for all values that what it rests on can have, from the
 * questions up, so that one on which nothing depends any more is not asked. Values that depend on the same question are
 * taken as independent: a question may be asked once too often, never once too seldom. What rests on nothing that is
 * open has one value, and is worked out only where something that has several needs it. */
#include "ruling_inside.h"

#include <string.h>

enum { COMBINATIONS_LIMIT = 20000, POSSIBLE_LIMIT = 64 };

struct possible {
    const struct feel_value *values;
    const uint16_t *classes;             /* of a decision; a question's are looked up */
    size_t count;                        /* 0: any value at all, more than can be listed */
    bool known, in_run;                  /* worked out, but for the value of what has one: see settle */
    const struct dmn_node *const *needs; /* inputs and decisions */
    size_t need_count, question;
    uint64_t moves; /* which of them change it */
};
struct opening {
    const struct rulebook *b;
    struct feel_env *env;
    struct ruling_run *run;
    struct possible *of; /* by node */
    const bool *rests;   /* by node: on an open question, or one itself */
    struct err *err;
    bool failed;
};

static size_t value_place(const struct feel_value *values, size_t count, struct feel_value v)
{
    for (size_t i = 0; i < count; i++)
        if (feel_same(values[i], v)) return i;
    return count;
}

static void find_possible(struct opening *o, const struct dmn_node *n);

static void take_needs(struct opening *o, const struct dmn_node *n, struct possible *p)
{
    const struct grid_node *g = &o->b->grid[dmn_node_index(n)];
    p->needs = g->needs, p->need_count = g->need_count;
    for (size_t i = 0; i < p->need_count; i++) find_possible(o, p->needs[i]);
}

/* What has one value: in the run. */
static void settle(struct opening *o, const struct dmn_node *n)
{
    struct possible *p = &o->of[dmn_node_index(n)];
    if (dmn_node_kind(n) != DMN_DECISION || p->in_run) return;
    p->in_run = true;
    if (p->values) {
        ruling_run_put(o->run, n, p->classes[0], p->values[0]);
        return;
    }
    struct feel_value *v = arena_alloc(o->env->arena, sizeof *v);
    *v = feel_null();
    p->values = v;
    take_needs(o, n, p);
    for (size_t i = 0; i < p->need_count; i++) settle(o, p->needs[i]);
    if (ruling_follow(o->run, n, v, o->err) < 0) o->failed = true;
}

/* The decision for the combination of that number; the first needed one changes fastest. */
static struct feel_value decide(struct opening *o, const struct dmn_node *n, const struct possible *p, size_t number)
{
    struct feel_value v = feel_null();
    for (size_t i = 0; i < p->need_count; i++) {
        const struct possible *need = &o->of[dmn_node_index(p->needs[i])];
        size_t which = number % need->count;
        number /= need->count;
        if (need->count == 1) continue; /* it is settled */
        if (need->classes)
            ruling_run_put(o->run, p->needs[i], need->classes[which], need->values[which]);
        else
            ruling_run_answer(o->run, need->question, need->values[which]);
    }
    if (ruling_follow(o->run, n, &v, o->err) < 0) o->failed = true, v = feel_null();
    return v;
}

static void find_moves(struct opening *o, struct possible *p, const uint8_t *places, size_t combinations)
{
    size_t stride = 1;
    for (size_t i = 0; i < p->need_count; i++) {
        size_t count = o->of[dmn_node_index(p->needs[i])].count;
        for (size_t c = 0; c < combinations && !(p->moves >> i & 1); c++) {
            size_t own = c / stride % count;
            if (own && places[c] != places[c - own * stride]) p->moves |= 1ull << i;
        }
        stride *= count;
    }
}

static void find_possible(struct opening *o, const struct dmn_node *n)
{
    struct possible *p = &o->of[dmn_node_index(n)];
    struct arena *a = o->env->arena;
    if (p->known || dmn_node_kind(n) != DMN_DECISION) return;
    p->known = true;
    if (!o->rests[dmn_node_index(n)]) {
        p->count = 1;
        return;
    }
    take_needs(o, n, p);
    size_t combinations = 1;
    for (size_t i = 0; i < p->need_count; i++) {
        size_t count = o->of[dmn_node_index(p->needs[i])].count;
        combinations = count && combinations <= COMBINATIONS_LIMIT ? combinations * count : COMBINATIONS_LIMIT + 1;
    }
    if (combinations == 1) {
        p->count = 1;
        return;
    }
    if (combinations > COMBINATIONS_LIMIT) { /* more than can be tried: whatever is not settled counts */
        p->moves = UINT64_MAX;
        return;
    }
    for (size_t i = 0; i < p->need_count && !o->failed; i++)
        if (o->of[dmn_node_index(p->needs[i])].count == 1) settle(o, p->needs[i]);
    struct feel_value *values = arena_alloc(a, POSSIBLE_LIMIT * sizeof *values);
    uint16_t *classes = arena_alloc(a, POSSIBLE_LIMIT * sizeof *classes);
    uint8_t *places = arena_alloc(a, combinations);
    size_t count = 0;
    for (size_t c = 0; c < combinations && !o->failed; c++) {
        struct feel_value v = decide(o, n, p, c);
        size_t place = value_place(values, count, v);
        if (place == count && count < POSSIBLE_LIMIT)
            values[count] = v, classes[count++] = o->run->classes[dmn_node_index(n)];
        places[c] = (uint8_t)place;
    }
    find_moves(o, p, places, combinations);
    if (count < POSSIBLE_LIMIT) p->values = values, p->classes = classes, p->count = count;
}

/* The open questions on which a node rests that is not settled. */
static void follow(struct opening *o, const struct dmn_node *n, bool *seen)
{
    struct possible *p = &o->of[dmn_node_index(n)];
    if (seen[dmn_node_index(n)] || p->count == 1) return;
    seen[dmn_node_index(n)] = true;
    for (size_t i = 0; i < p->need_count; i++)
        if (p->moves >> i & 1) follow(o, p->needs[i], seen);
}

static void note_open(struct opening *o, const struct answers *a, const bool *seen, struct ruling *r)
{
    for (size_t i = 0; i < o->b->question_count; i++) {
        bool noted = a->values[i].kind != FEEL_NULL || !seen[dmn_node_index(o->b->inside[i].node)];
        for (size_t k = 0; k < r->open_count && !noted; k++) noted = r->open[k] == &o->b->questions[i];
        if (!noted) r->open[r->open_count++] = &o->b->questions[i];
    }
}

int ruling_find_open(struct ruling_run *run, struct feel_env *env, const struct answers *a, struct answers *filled,
                     struct ruling *r, struct err *err)
{
    const struct rulebook *b = run->b;
    size_t nodes;
    struct arena *arena = env->arena;
    dmn_nodes(b->model, &nodes);
    struct opening o = {.b = b, .env = env, .run = run, .err = err};
    bool *rests = arena_array(arena, nodes, sizeof *rests);
    for (size_t i = 0; i < b->question_count; i++) {
        bool is_open = a->values[i].kind == FEEL_NULL;
        rests[dmn_node_index(b->inside[i].node)] = is_open;
        for (size_t k = 0; is_open && k < nodes; k++) rests[k] |= b->inside[i].followed[k];
    }
    o.rests = rests;
    o.of = arena_array(arena, nodes, sizeof *o.of);
    filled->values = arena_alloc(arena, (b->question_count + 1) * sizeof *filled->values);
    r->open = arena_array(arena, b->question_count + 1, sizeof *r->open);
    for (size_t i = 0; i < b->question_count; i++) {
        struct possible *p = &o.of[dmn_node_index(b->inside[i].node)];
        bool given = a->values[i].kind != FEEL_NULL;
        p->known = true, p->question = i;
        p->values = given ? &a->values[i] : b->inside[i].marks, p->count = given ? 1 : b->inside[i].all_count;
        filled->values[i] = given || !p->count ? a->values[i] : p->values[0];
        if (p->count == 1) ruling_run_answer(run, i, filled->values[i]);
    }
    /* Not the contradictions: what may turn out to be one is no reason to ask. */
    const struct dmn_node *asked[RULING_PARTS + 1] = {b->zone};
    memcpy(asked + 1, b->parts, sizeof b->parts);
    bool *seen = arena_array(arena, nodes, sizeof *seen);
    for (size_t i = 0; i < ARRAY_COUNT(asked); i++) {
        if (!asked[i]) continue;
        find_possible(&o, asked[i]);
        if (o.failed) return -1;
        follow(&o, asked[i], seen);
        note_open(&o, a, seen, r);
    }
    /* Where it is settled already, it can be told before the rest is asked. */
    const struct possible *zone = &o.of[dmn_node_index(b->zone)];
    if (zone->count == 1 && r->open_count) settle(&o, b->zone), r->zone = zone->values[0];
    for (size_t i = 0; i < b->question_count; i++)
        if (a->values[i].kind == FEEL_NULL) ruling_run_answer(run, i, filled->values[i]);
    return o.failed ? -1 : 0;
}
