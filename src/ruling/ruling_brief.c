/* SPDX-License-Identifier: Apache-2.0 */
/* Only the zone, and when an answer is due: for very many at once. What the grid has is looked up. */
#include "ruling_inside.h"

#include <math.h>
#include <string.h>

static bool is_complete(const struct rulebook *b, const struct answers *a)
{
    bool complete = true;
    for (size_t i = 0; i < b->question_count; i++) complete &= a->values[i].kind != FEEL_NULL;
    return complete;
}

/* The decisions that lead to the zone and to the timing, what is needed first. What is looked up is put on the sheet,
 * for what is computed of it. */
static int follow_way(const struct rulebook *b, struct feel_env *env, struct dmn_sheet *s, const struct answers *a,
                      struct feel_value *zone, struct feel_value *timing, struct err *err)
{
    size_t nodes;
    dmn_nodes(b->model, &nodes);
    uint16_t *classes = arena_alloc(env->arena, nodes * sizeof *classes);
    for (size_t i = 0; i < b->question_count; i++) {
        uint32_t node = dmn_node_index(b->inside[i].node);
        if (b->grid[node].done) classes[node] = grid_class(&b->grid[node], a->values[i]);
    }
    for (size_t i = 0; i < b->due_count; i++) {
        struct feel_value v;
        uint32_t node = dmn_node_index(b->way[i]);
        const struct grid_node *g = &b->grid[node];
        classes[node] = g->outcomes ? grid_outcome(g, classes) : NO_CLASS;
        if (classes[node] != NO_CLASS)
            dmn_sheet_put(s, b->way[i], v = g->values[classes[node]]);
        else {
            if (dmn_sheet_get(s, b->way[i], &v, err) < 0) return -1;
            classes[node] = grid_class(g, v);
        }
        if (b->way[i] == b->zone) *zone = v;
        if (b->way[i] == b->parts[RULING_TIMING]) *timing = v;
    }
    return 0;
}

static double due_days(struct feel_value timing)
{
    const struct feel_value *days = feel_entry_get(timing, STR("answer within days"));
    if (timing.kind != FEEL_CONTEXT || !days) return NAN;
    return days->kind == FEEL_NULL ? 0 : feel_to_double(*days);
}

int rulebook_brief(const struct rulebook *b, struct feel_env *env, const struct answers *a, struct ruling_brief *out,
                   struct err *err)
{
    struct answers filled = *a;
    struct ruling open = {.book = b, .zone = feel_null()};
    struct feel_value v;
    *out = (struct ruling_brief){.state = RULED, .zone = feel_null(), .days = NAN};
    if (a->problem_count) {
        out->state = RULED_AGAINST;
        return 0;
    }
    struct dmn_sheet *s = ruling_sheet(b, env, a, false);
    if (b->contradictions) {
        if (dmn_sheet_get(s, b->contradictions, &v, err) < 0) return -1;
        if (v.kind == FEEL_STRING || (v.kind == FEEL_LIST && v.count)) {
            out->state = RULED_AGAINST;
            return 0;
        }
    }
    if (!is_complete(b, a)) {
        if (ruling_find_open(b, env, a, &filled, &open, err) < 0) return -1;
        out->open = open.open, out->open_count = open.open_count;
        if (open.open_count) {
            out->state = RULED_OPEN, out->zone = open.zone;
            return 0;
        }
        s = ruling_sheet(b, env, &filled, false);
    }
    if (follow_way(b, env, s, &filled, &out->zone, &v, err) < 0) return -1;
    if (out->zone.kind == FEEL_NULL) {
        out->state = RULED_GAP;
        if (b->zone_count) out->zone = b->zones[b->zone_count > 1 ? 1 : 0];
    }
    if (b->parts[RULING_TIMING]) out->days = due_days(v);
    return 0;
}
