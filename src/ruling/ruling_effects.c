/* SPDX-License-Identifier: Apache-2.0 */
/* What can be known of effects before anything is asked, so that the search for what is lighter (ruling_lighter.c)
 * tries less: which decisions see what of two questions, and which numbers act through one that is computed of them
 * alone. */
#include "ruling_inside.h"

enum { EDGES_LIMIT = 200000, OUTER_LIMIT = 2000 };

static void find_edge(struct rulebook *b, const struct question_inside *one, const struct question_inside *other,
                      struct grid_edge *edge)
{
    VEC(uint32_t) nodes = {0};
    edge->exact = true;
    for (size_t i = 0; i < one->over_count; i++) {
        const struct grid_node *both = &b->grid[b->way_node[one->over[i]]];
        if (!other->followed[b->way_node[one->over[i]]]) continue;
        edge->exact &= both->outcomes != NULL;
        for (size_t k = 0; k < both->need_count; k++) {
            uint32_t need = dmn_node_index(both->needs[k]);
            bool there = (both->needs[k] != one->node && !one->followed[need]) || other->followed[need];
            VEC_EACH(n, &nodes) there |= *n == need;
            if (!there) *vec_add(&b->arena, &nodes) = need;
        }
    }
    edge->nodes = nodes.items, edge->count = nodes.count;
}

/* For each two questions on which the zone rests, unless that is more than it is worth. */
static void find_edges(struct rulebook *b)
{
    size_t leading = 0, all = b->question_count + b->computed_count;
    for (size_t i = 0; i < all; i++) leading += b->inside[i].leads;
    if (leading * leading * b->way_count > EDGES_LIMIT) return;
    for (size_t i = 0; i < all; i++) {
        if (!b->inside[i].leads) continue;
        struct grid_edge *edges = arena_array(&b->arena, all, sizeof *edges);
        for (size_t k = 0; k < all; k++)
            if (k != i && b->inside[k].leads) find_edge(b, &b->inside[i], &b->inside[k], &edges[k]);
        b->inside[i].edges = edges;
    }
}

/* How many changes a search can try at most. */
static size_t count_candidates(const struct rulebook *b)
{
    size_t most = 0;
    for (size_t i = 0; i < b->question_count; i++) {
        const struct question_inside *q = &b->inside[i];
        if (!q->leads) continue;
        most += b->questions[i].value_count + b->grid[dmn_node_index(q->node)].count;
        for (size_t k = 0; k < q->follow_count; k++) {
            const struct grid_node *g = &b->grid[dmn_node_index(q->follows[k])];
            if (g->kind == GRID_SEGMENTS) most += g->count; /* two or less for each constant */
        }
    }
    return most;
}

/* ---- Numbers that are computed
 * ----------------------------------------------------------------------------------------
 */

static struct question_inside *question_of(struct rulebook *b, const struct dmn_node *n)
{
    for (size_t i = 0; i < b->question_count; i++)
        if (b->inside[i].node == n) return &b->inside[i];
    return NULL;
}

/* A number made of questions that nothing else on the way needs. */
static bool is_closed(struct rulebook *b, const struct dmn_node *n)
{
    const struct grid_node *g = &b->grid[dmn_node_index(n)];
    const struct feel_type *type = dmn_node_type(n);
    if (g->outcomes || g->kind != GRID_SEGMENTS || type->is != FEEL_TYPE_OF_KIND || type->kind != FEEL_NUMBER)
        return false;
    for (size_t i = 0; i < g->need_count; i++) {
        const struct question_inside *q = question_of(b, g->needs[i]);
        if (!q || b->grid[dmn_node_index(q->node)].kind != GRID_SEGMENTS) return false;
        for (size_t k = 0; k < b->way_count; k++) {
            const struct grid_node *other = &b->grid[b->way_node[k]];
            for (size_t need = 0; need < other->need_count; need++)
                if (other->needs[need] == q->node && b->way[k] != n) return false;
        }
    }
    return g->need_count > 0;
}

/* Where it is null, the zone is one to which some number leads, or null, whatever the rest is. */
static bool null_leads_nowhere_else(struct rulebook *b, const struct question_inside *computed)
{
    const struct dmn_node *outer[REQUIRED_LIMIT];
    size_t count = 0, combinations = 1, nodes;
    uint32_t own = dmn_node_index(computed->node), zone = dmn_node_index(b->zone);
    dmn_nodes(b->model, &nodes);
    for (size_t i = 0; i < computed->over_count; i++) {
        const struct grid_node *g = &b->grid[b->way_node[computed->over[i]]];
        for (size_t k = 0; k < g->need_count; k++) {
            bool there = g->needs[k] == computed->node || computed->followed[dmn_node_index(g->needs[k])];
            for (size_t n = 0; n < count; n++) there |= outer[n] == g->needs[k];
            if (there) continue;
            if (count == REQUIRED_LIMIT) return false;
            combinations *= b->grid[dmn_node_index(g->needs[k])].count;
            if (!combinations || combinations > OUTER_LIMIT) return false;
            outer[count++] = g->needs[k];
        }
    }
    uint16_t *classes = arena_array(&b->arena, nodes, sizeof *classes);
    for (size_t c = 0; c < combinations; c++) {
        struct arena_mark mark = arena_mark(&b->arena);
        struct feel_env env = {.arena = &b->arena, .limits = {.steps = OUTER_LIMIT * 100}};
        struct dmn_sheet *s = dmn_sheet_new(b->model, &env, false);
        struct feel_value v;
        struct err err;
        size_t rest = c;
        for (size_t i = 0; i < count; i++) {
            const struct grid_node *g = &b->grid[dmn_node_index(outer[i])];
            classes[dmn_node_index(outer[i])] = (uint16_t)(rest % g->count);
            dmn_sheet_put(s, outer[i], grid_stands_for(g, rest % g->count));
            rest /= g->count;
        }
        dmn_sheet_put(s, computed->node, feel_null());
        bool met = dmn_sheet_get(s, b->zone, &v, &err) == 0, failed = !met;
        met = met && v.kind == FEEL_NULL;
        for (size_t class = 0; !met && !failed && class < b->grid[own].count; class ++) {
            classes[own] = (uint16_t) class;
            for (size_t i = 0; i < computed->over_count; i++) {
                uint32_t node = b->way_node[computed->over[i]];
                classes[node] = grid_outcome(&b->grid[node], classes);
            }
            met = classes[zone] != NO_CLASS && feel_same(b->grid[zone].values[classes[zone]], v);
        }
        arena_back_to(&b->arena, mark);
        if (!met) return false;
    }
    return true;
}

/* A place behind the questions for each number that is computed, where all others that lead to the zone have tables. */
static void find_computed(struct rulebook *b)
{
    size_t nodes;
    dmn_nodes(b->model, &nodes);
    for (size_t i = 0; i < b->way_count; i++) {
        if (b->grid[b->way_node[i]].outcomes) continue;
        struct question_inside *c = &b->inside[b->question_count + b->computed_count];
        *c = (struct question_inside){.node = b->way[i], .leads = true};
        bool *followed = arena_array(&b->arena, nodes, sizeof *followed);
        c->over = arena_alloc(&b->arena, (b->way_count + 1) * sizeof *c->over);
        for (size_t k = i + 1; k < b->way_count; k++) { /* what is needed stands before */
            const struct grid_node *g = &b->grid[b->way_node[k]];
            bool rests = false;
            for (size_t need = 0; need < g->need_count; need++)
                rests |= g->needs[need] == c->node || followed[dmn_node_index(g->needs[need])];
            if (!rests) continue;
            followed[b->way_node[k]] = true;
            c->over[c->over_count++] = (uint32_t)k;
        }
        c->followed = followed;
        if (!is_closed(b, c->node) || !null_leads_nowhere_else(b, c)) {
            b->computed_count = 0;
            return;
        }
        b->computed_count++;
    }
    for (size_t i = 0; i < b->computed_count; i++) {
        const struct grid_node *g = &b->grid[dmn_node_index(b->inside[b->question_count + i].node)];
        for (size_t k = 0; k < g->need_count; k++) question_of(b, g->needs[k])->hidden = true;
    }
}

void effects_build(struct rulebook *b)
{
    size_t most = count_candidates(b);
    b->most_candidates = most < CANDIDATES_LIMIT ? most : CANDIDATES_LIMIT;
    b->few = most < FEW_LIMIT && most * most / 2 < PAIRS_LIMIT;
    if (!b->few) return;
    find_computed(b);
    find_edges(b);
}
