/* SPDX-License-Identifier: Apache-2.0 */
#include "ruling_inside.h"

#include <math.h>
#include <string.h>

enum {
    CELLS_LIMIT = 20000,
    CLASSES_LIMIT = 2000,
    STEPS_LIMIT = 20000000,
    LOOKS_LIMIT = 20000000,
    EDGES_LIMIT = 200000
};

uint16_t grid_class(const struct grid_node *g, struct feel_value v)
{
    size_t low = 0, high = g->kind == GRID_SEGMENTS ? g->count / 2 : 0;
    if (g->kind == GRID_VALUES) {
        for (size_t i = 0; i < g->count && v.kind == FEEL_STRING; i++) /* mostly it is one of these very texts */
            if (g->values[i].text.p == v.text.p && g->values[i].kind == FEEL_STRING) return (uint16_t)i;
        for (size_t i = 0; i < g->count; i++)
            if (feel_same(g->values[i], v)) return (uint16_t)i;
    }
    if (g->kind != GRID_SEGMENTS || v.kind == FEEL_NULL || (high && v.kind != g->values[0].kind)) return NO_CLASS;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = feel_order(v, g->values[middle]);
        if (order == 0) return (uint16_t)(2 * middle + 1);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return (uint16_t)(2 * low);
}

double grid_step(double at)
{
    double in_last_places = fabs(at) * 0x1p-50;
    return in_last_places > 1 ? in_last_places : 1;
}

/* Of an empty stretch between two days one of its ends: it is never met. */
struct feel_value grid_stands_for(const struct grid_node *g, size_t class)
{
    size_t constants = g->count / 2, i = class / 2;
    int64_t day;
    if (g->kind == GRID_VALUES) return g->values[class];
    if (class & 1) return g->values[i];
    if (!constants) return feel_int(0);
    struct feel_value beside = g->values[i < constants ? i : constants - 1];
    int step = i < constants ? -1 : 1;
    if (feel_to_days(beside, &day)) return feel_date(day + step);
    double at = feel_to_double(beside);
    if (i && i < constants) return feel_double((feel_to_double(g->values[i - 1]) + at) / 2);
    return feel_double(at + step * grid_step(at));
}

/* ---- Building ------------------------------------------------------------------------------------------------------
 */

/* Numbers so close that no double lies between them are not looked up. */
static bool all_stand_apart(const struct grid_node *g)
{
    for (size_t class = 0; class < g->count; class += 2)
        if (grid_class(g, grid_stands_for(g, class)) != class) return false;
    return true;
}

static void make_segments(struct rulebook *b, const struct dmn_node *n, struct grid_node *g)
{
    size_t count;
    const struct feel_value *constants = dmn_node_constants(n, &b->arena, &count);
    const struct feel_type *type = dmn_node_type(n);
    enum feel_kind kind = count ? (enum feel_kind)constants[0].kind : FEEL_NUMBER;
    if (type->is == FEEL_TYPE_OF_KIND && type->kind != kind) return;
    if (kind != FEEL_NUMBER && kind != FEEL_DATE) return;
    for (size_t i = 1; i < count; i++)
        if (constants[i].kind != kind) return;
    if (2 * count + 1 > CLASSES_LIMIT) return;
    struct grid_node segments = {.kind = GRID_SEGMENTS, .values = constants, .count = 2 * count + 1, .done = true};
    if (kind == FEEL_DATE || all_stand_apart(&segments)) *g = segments;
}

static void make_question(struct rulebook *b, const struct dmn_node *n, struct grid_node *g)
{
    for (size_t i = 0; i < b->question_count; i++)
        if (b->inside[i].node == n) g->values = b->questions[i].values, g->count = b->questions[i].value_count;
    g->kind = g->count && g->count <= CLASSES_LIMIT ? GRID_VALUES : GRID_FREE;
    if (!g->count) make_segments(b, n, g);
}

/* How many combinations there are of what a decision needs; 0: one of them is not by classes. */
static size_t combinations_of(const struct rulebook *b, const struct grid_node *g)
{
    size_t combinations = 1;
    for (size_t i = 0; i < g->need_count; i++) {
        const struct grid_node *need = &b->grid[dmn_node_index(g->needs[i])];
        if (need->kind == GRID_FREE || (need->kind == GRID_SEGMENTS && !g->compares)) return 0;
        combinations *= need->count;
        if (combinations > CELLS_LIMIT) return 0;
    }
    return combinations;
}

/* False where it is more work than it is worth. */
static bool evaluate_all(struct rulebook *b, struct feel_env *env, const struct dmn_node *n, struct grid_node *g,
                         size_t combinations)
{
    struct feel_value *values = arena_alloc(&b->arena, CLASSES_LIMIT * sizeof *values);
    uint16_t *outcomes = arena_alloc(&b->arena, combinations * sizeof *outcomes);
    struct dmn_sheet *s = dmn_sheet_new(b->model, env, false);
    struct err err;
    size_t count = 0;
    for (size_t c = 0; c < combinations; c++) {
        struct feel_value v;
        size_t rest = c, class = 0;
        for (size_t i = 0; i < g->need_count; i++) {
            const struct grid_node *need = &b->grid[dmn_node_index(g->needs[i])];
            dmn_sheet_put(s, g->needs[i], grid_stands_for(need, rest % need->count));
            rest /= need->count;
        }
        struct arena_mark mark = arena_mark(&b->arena);
        dmn_sheet_forget(s, n);
        if (dmn_sheet_get(s, n, &v, &err) < 0) return false;
        while (class < count && !feel_same(values[class], v)) class ++;
        size_t errors;
        dmn_sheet_errors(s, &errors);
        if (class < count)
            arena_back_to(&b->arena, mark);
        else if (count == CLASSES_LIMIT)
            return false;
        else
            values[count++] = v;
        if (errors) s = dmn_sheet_new(b->model, env, false); /* what it noted may be gone */
        outcomes[c] = (uint16_t) class;
    }
    struct grid_step *steps = arena_alloc(&b->arena, (g->need_count + 1) * sizeof *steps);
    uint32_t stride = 1;
    for (size_t i = 0; i < g->need_count; i++) {
        steps[i] = (struct grid_step){dmn_node_index(g->needs[i]), stride};
        stride *= (uint32_t)b->grid[steps[i].node].count;
    }
    g->kind = GRID_VALUES, g->values = values, g->count = count, g->outcomes = outcomes, g->steps = steps;
    return true;
}

/* `tabulate`: it is asked for so often that its table is worth making. */
static void visit(struct rulebook *b, struct feel_env *env, const struct dmn_node *n, bool tabulate)
{
    struct grid_node *g = &b->grid[dmn_node_index(n)];
    const struct dmn_node *needs[REQUIRED_LIMIT];
    size_t count = dmn_node_requires(n, needs, REQUIRED_LIMIT);
    if (g->done) return;
    g->done = true;
    if (dmn_node_kind(n) == DMN_INPUT) make_question(b, n, g);
    if (dmn_node_kind(n) != DMN_DECISION) return;
    for (size_t i = 0; i < count && i < REQUIRED_LIMIT; i++) {
        enum dmn_kind kind = dmn_node_kind(needs[i]);
        visit(b, env, needs[i], tabulate);
        if (kind == DMN_INPUT || kind == DMN_DECISION) g->needs[g->need_count++] = needs[i];
    }
    b->way[b->way_count++] = n;
    g->compares = dmn_node_compares(n);
    g->tells = count <= REQUIRED_LIMIT;
    size_t combinations = tabulate && count <= REQUIRED_LIMIT && !b->asks_clock ? combinations_of(b, g) : 0;
    if (combinations && evaluate_all(b, env, n, g, combinations)) return;
    struct grid_node computed = {.kind = GRID_FREE};
    make_segments(b, n, &computed);
    g->kind = computed.kind, g->values = computed.values, g->count = computed.count;
}

/* A decision tells two classes of what it needs apart. */
static bool tells_apart(const struct rulebook *b, const struct grid_node *by, const struct dmn_node *need, size_t one,
                        size_t two, size_t *looks)
{
    size_t stride = 1, combinations = 1, place = by->need_count;
    for (size_t i = 0; i < by->need_count; i++) {
        if (by->needs[i] == need) place = i, stride = combinations;
        combinations *= b->grid[dmn_node_index(by->needs[i])].count;
    }
    if (place == by->need_count) return false;
    if (!by->outcomes) return true;
    size_t count = b->grid[dmn_node_index(need)].count;
    *looks += combinations;
    for (size_t c = 0; c < combinations; c++)
        if (c / stride % count == one && by->outcomes[c] != by->outcomes[c - one * stride + two * stride]) return true;
    return false;
}

/* The first class of a question that no decision tells apart from each; `looks` counts the work over all questions. */
static void find_alike(struct rulebook *b, const struct dmn_node *n, size_t *looks)
{
    struct grid_node *g = &b->grid[dmn_node_index(n)];
    for (size_t i = 0; i < b->way_count && g->kind == GRID_SEGMENTS; i++) {
        const struct grid_node *by = &b->grid[dmn_node_index(b->way[i])];
        for (size_t k = 0; k < by->need_count; k++)
            if (by->needs[k] == n && !by->outcomes) return; /* computed with: no two numbers are alike */
    }
    uint16_t *alike = arena_alloc(&b->arena, (g->count + 1) * sizeof *alike);
    for (size_t class = 0; class < g->count; class ++) {
        alike[class] = (uint16_t) class;
        for (size_t other = 0; other < class && alike[class] == class; other++) {
            bool apart = alike[other] != other;
            for (size_t i = 0; i < b->way_count && !apart; i++)
                apart = tells_apart(b, &b->grid[dmn_node_index(b->way[i])], n, other, class, looks);
            if (!apart) alike[class] = (uint16_t)other;
            if (*looks > LOOKS_LIMIT) return;
        }
    }
    g->alike = alike;
}

/* What of the way to the zone is to be decided again when an answer changes. */
static void find_over(struct rulebook *b)
{
    b->way_node = arena_alloc(&b->arena, (b->way_count + 1) * sizeof *b->way_node);
    for (size_t i = 0; i < b->way_count; i++) b->way_node[i] = dmn_node_index(b->way[i]);
    for (size_t q = 0; q < b->question_count; q++) {
        struct question_inside *in = &b->inside[q];
        in->over = arena_alloc(&b->arena, (b->way_count + 1) * sizeof *in->over);
        for (size_t i = 0; i < b->way_count; i++)
            if (in->followed[b->way_node[i]]) in->over[in->over_count++] = (uint32_t)i;
    }
}

/* The decisions that lead to one, what is needed first. */
static void list_way(const struct rulebook *b, const struct dmn_node *n, bool *listed, const struct dmn_node **way,
                     size_t *count)
{
    const struct grid_node *g = &b->grid[dmn_node_index(n)];
    if (listed[dmn_node_index(n)] || dmn_node_kind(n) != DMN_DECISION) return;
    listed[dmn_node_index(n)] = true;
    for (size_t i = 0; i < g->need_count; i++) list_way(b, g->needs[i], listed, way, count);
    way[(*count)++] = n;
}

void grid_build(struct rulebook *b)
{
    size_t count;
    const struct dmn_node *const *nodes = dmn_nodes(b->model, &count);
    b->grid = arena_array(&b->arena, count, sizeof *b->grid);
    b->way = arena_array(&b->arena, count, sizeof *b->way);
    size_t looks = 0;
    struct feel_env env = {.arena = &b->arena, .limits = {.steps = STEPS_LIMIT}};
    visit(b, &env, b->zone, true);
    for (size_t i = 0; i < count; i++)
        if (dmn_node_kind(nodes[i]) == DMN_INPUT && b->grid[i].done) find_alike(b, nodes[i], &looks);
    size_t zone_count = b->way_count;
    find_over(b);
    if (b->parts[RULING_TIMING]) visit(b, &env, b->parts[RULING_TIMING], true);
    b->due_count = b->way_count;
    for (size_t i = 0; i < RULING_PARTS; i++)
        if (b->parts[i]) visit(b, &env, b->parts[i], false);
    if (b->contradictions) {
        visit(b, &env, b->contradictions, false);
        b->against = arena_array(&b->arena, count, sizeof *b->against);
        list_way(b, b->contradictions, arena_array(&b->arena, count, sizeof(bool)), b->against, &b->against_count);
    }
    b->way_count = zone_count;
    bool *listed = arena_array(&b->arena, count, sizeof *listed);
    b->order = arena_array(&b->arena, count, sizeof *b->order);
    list_way(b, b->zone, listed, b->order, &b->order_count);
    for (size_t i = 0; i < RULING_PARTS; i++)
        if (b->parts[i]) list_way(b, b->parts[i], listed, b->order, &b->order_count);
    effects_build(b);
}
