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

/* The decisions that lead to the zone and to the timing. */
static int follow_way(struct ruling_run *run, struct feel_value *zone, struct feel_value *timing, struct err *err)
{
    const struct rulebook *b = run->b;
    for (size_t i = 0; i < b->due_count; i++) {
        struct feel_value v;
        if (ruling_follow(run, b->way[i], &v, err) < 0) return -1;
        if (b->way[i] == b->zone) *zone = v;
        if (b->way[i] == b->parts[RULING_TIMING]) *timing = v;
    }
    return 0;
}

/* 1: the answers contradict each other. */
static int find_contradiction(struct ruling_run *run, struct err *err)
{
    struct feel_value v = feel_null();
    for (size_t i = 0; i < run->b->against_count; i++)
        if (ruling_follow(run, run->b->against[i], &v, err) < 0) return -1;
    return ruling_contradicts(v);
}

static double due_days(struct feel_value timing)
{
    const struct feel_value *days = feel_entry_get(timing, STR("answer within days"));
    if (timing.kind != FEEL_CONTEXT || !days) return NAN;
    return days->kind == FEEL_NULL ? 0 : feel_to_double(*days);
}

int rulebook_brief(const struct rulebook *b, struct ruling_memo *memo, struct feel_env *env, const struct answers *a,
                   struct ruling_brief *out, struct err *err)
{
    struct answers filled = *a;
    struct ruling open = {.book = b, .zone = feel_null()};
    struct feel_value v;
    *out = (struct ruling_brief){.state = RULED, .zone = feel_null(), .days = NAN};
    if (a->problem_count) {
        out->state = RULED_AGAINST;
        return 0;
    }
    struct ruling_run run;
    ruling_run_init(&run, b, memo, env, a);
    int against = find_contradiction(&run, err);
    if (against) {
        out->state = RULED_AGAINST;
        return against < 0 ? -1 : 0;
    }
    if (!is_complete(b, a)) {
        if (ruling_find_open(&run, env, a, &filled, &open, err) < 0) return -1;
        out->open = open.open, out->open_count = open.open_count;
        if (open.open_count) {
            out->state = RULED_OPEN, out->zone = open.zone;
            return 0;
        }
    }
    if (follow_way(&run, &out->zone, &v, err) < 0) return -1;
    if (out->zone.kind == FEEL_NULL) {
        out->state = RULED_GAP;
        if (b->zone_count) out->zone = b->zones[b->zone_count > 1 ? 1 : 0];
    }
    if (b->parts[RULING_TIMING]) out->days = due_days(v);
    return 0;
}
