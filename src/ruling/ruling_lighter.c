/* SPDX-License-Identifier: Apache-2.0 */
/* What would have to differ for a lighter zone: each answer is changed to every value that the rules tell apart, and
 * the zone decided again; only what rests on the answer is evaluated. Where no single change helps, pairs are tried. */
#include "ruling_inside.h"

#include <math.h>
#include <string.h>

enum { CANDIDATES_LIMIT = 600, PAIRS_LIMIT = 4000, SHOWN_LIMIT = 12 };

struct candidate {
    struct ruling_change change;
    size_t question, distance;
    uint64_t effect; /* of all that it changes on the way to the zone */
};
struct search {
    const struct rulebook *b;
    struct feel_env *env;
    const struct dmn_sheet *from;
    const struct answers *answers;
    size_t rank; /* of the ruling: lighter is less */
    struct candidate *candidates;
    size_t count;
    struct ruling_lighter *found;
    size_t found_count;
};

static void apply(const struct rulebook *b, struct dmn_sheet *s, const struct candidate *c)
{
    const struct question_inside *q = &b->inside[c->question];
    dmn_sheet_put(s, q->node, c->change.value);
    for (size_t i = 0; i < q->follow_count; i++) dmn_sheet_forget(s, q->follows[i]);
}

/* The rank of the zone with the changes; SIZE_MAX where the answers contradict each other then, or none is decided. */
static int decide(struct search *k, const struct candidate *const *changes, size_t count, struct dmn_sheet **sheet,
                  size_t *rank, struct feel_value *zone, struct err *err)
{
    const struct rulebook *b = k->b;
    struct dmn_sheet *s = dmn_sheet_branch(k->from, false);
    struct feel_value against = feel_null();
    for (size_t i = 0; i < count; i++) apply(b, s, changes[i]);
    *sheet = s, *rank = SIZE_MAX;
    if (dmn_sheet_get(s, b->zone, zone, err) < 0) return -1;
    size_t got = ruling_rank(b, *zone);
    if (got >= k->rank) return 0;
    if (b->contradictions && dmn_sheet_get(s, b->contradictions, &against, err) < 0) return -1;
    if (against.kind == FEEL_LIST && against.count) return 0;
    *rank = got;
    return 0;
}

/* ---- Candidates ----------------------------------------------------------------------------------------------------
 */

static void add_candidate(struct search *k, size_t question, struct feel_value v, size_t distance)
{
    if (k->count == CANDIDATES_LIMIT || feel_same(v, k->answers->values[question])) return;
    k->candidates[k->count++] =
        (struct candidate){.change = {&k->b->questions[question], v}, .question = question, .distance = distance};
}

static size_t distance_of(struct feel_value from, struct feel_value to)
{
    double d = fabs(feel_to_double(to) - feel_to_double(from));
    int64_t x, y;
    if (feel_to_days(from, &x) && feel_to_days(to, &y)) d = fabs((double)(y - x));
    return d < 9e15 ? (size_t)d : SIZE_MAX / 2;
}

/* A number that the tables see only through what is computed of it: where does that meet their constants? As if it were
 * linear; the decision itself tells whether the candidate is right. */
static int add_by_slope(struct search *k, size_t question, struct err *err)
{
    const struct question_inside *q = &k->b->inside[question];
    double x = feel_to_double(k->answers->values[question]);
    for (size_t i = 0; i < q->follow_count; i++) {
        size_t count;
        struct feel_value here, there;
        const struct feel_value *constants = dmn_node_constants(q->follows[i], k->env->arena, &count);
        if (!count || constants[0].kind != FEEL_NUMBER) continue;
        struct dmn_sheet *s = dmn_sheet_branch(k->from, false);
        struct candidate step = {.change.value = feel_double(x + 1), .question = question};
        if (dmn_sheet_get(s, q->follows[i], &here, err) < 0) return -1;
        apply(k->b, s, &step);
        if (dmn_sheet_get(s, q->follows[i], &there, err) < 0) return -1;
        double slope = feel_to_double(there) - feel_to_double(here);
        if (!(fabs(slope) > 1e-12)) continue;
        for (size_t c = 0; c < count; c++) {
            double meets = x + (feel_to_double(constants[c]) - feel_to_double(here)) / slope;
            for (double y = floor(meets) - 1; y <= ceil(meets) + 1; y++) {
                struct feel_value v = dmn_sheet_fit(s, q->node, feel_double(y));
                if (v.kind != FEEL_NULL) add_candidate(k, question, v, distance_of(k->answers->values[question], v));
            }
        }
    }
    return 0;
}

static int add_candidates(struct search *k, size_t question, struct err *err)
{
    const struct question_inside *q = &k->b->inside[question];
    const struct rulebook_question *words = &k->b->questions[question];
    struct feel_value now = k->answers->values[question];
    size_t at = 0, count;
    if (!q->leads) return 0;
    for (size_t i = 0; i < words->value_count; i++)
        if (feel_same(words->values[i], now)) at = i;
    dmn_node_constants(q->node, k->env->arena, &count);
    if (words->kind == QUESTION_NUMBER && !count) return add_by_slope(k, question, err);
    if (words->kind == QUESTION_TEXT) return 0; /* a free text has no values to offer */
    for (size_t i = 0; i < q->mark_count; i++)
        add_candidate(k, question, q->marks[i],
                      words->kind == QUESTION_CHOICE ? (i > at ? i - at : at - i) : distance_of(now, q->marks[i]));
    return 0;
}

/* ---- Single changes ------------------------------------------------------------------------------------------------
 */

static uint64_t effect_of(struct search *k, struct dmn_sheet *s, const struct candidate *c)
{
    const struct question_inside *q = &k->b->inside[c->question];
    struct buf text;
    struct err err = {0};
    buf_init(&text, 1 << 16);
    for (size_t i = 0; i < q->follow_count; i++) {
        struct feel_value v;
        if (!k->b->leads[dmn_node_index(q->follows[i])] || dmn_sheet_get(s, q->follows[i], &v, &err) < 0) continue;
        feel_emit(&text, v);
        buf_char(&text, '\n');
    }
    uint64_t effect = str_hash(buf_get(&text));
    buf_release(&text);
    return effect;
}

/* Of the changes of one question that give one zone the nearest. */
static void note_single(struct search *k, const struct candidate *c, struct feel_value zone, size_t *nearest)
{
    for (size_t i = 0; i < k->found_count; i++) {
        struct ruling_lighter *l = &k->found[i];
        if (l->changes[0].question != c->change.question || !feel_same(l->zone, zone)) continue;
        if (c->distance < nearest[i]) l->changes[0] = c->change, nearest[i] = c->distance;
        return;
    }
    nearest[k->found_count] = c->distance;
    k->found[k->found_count++] = (struct ruling_lighter){zone, {c->change}, 1};
}

static int try_singles(struct search *k, struct err *err)
{
    size_t *nearest = arena_alloc(k->env->arena, (k->count + 1) * sizeof *nearest);
    for (size_t i = 0; i < k->count; i++) {
        const struct candidate *one = &k->candidates[i];
        struct arena_mark mark = arena_mark(k->env->arena);
        struct dmn_sheet *s;
        struct feel_value zone;
        size_t rank;
        if (decide(k, &one, 1, &s, &rank, &zone, err) < 0) return -1;
        if (rank != SIZE_MAX) note_single(k, one, k->b->zones[rank], nearest);
        arena_back_to(k->env->arena, mark);
    }
    return 0;
}

/* ---- Pairs ---------------------------------------------------------------------------------------------------------
 */

/* Of the changes of one question that have the same effect the nearest; none that has no effect at all. */
static void thin_out(struct search *k)
{
    size_t kept = 0;
    for (size_t i = 0; i < k->count; i++) {
        struct candidate *c = &k->candidates[i];
        struct arena_mark mark = arena_mark(k->env->arena);
        struct dmn_sheet *s = dmn_sheet_branch(k->from, false);
        uint64_t none = effect_of(k, s, c);
        apply(k->b, s, c);
        c->effect = effect_of(k, s, c);
        arena_back_to(k->env->arena, mark);
        bool keep = c->effect != none;
        for (size_t j = 0; j < kept && keep; j++) {
            struct candidate *other = &k->candidates[j];
            if (other->question != c->question || other->effect != c->effect) continue;
            if (c->distance < other->distance) *other = *c;
            keep = false;
        }
        if (keep) k->candidates[kept++] = *c;
    }
    k->count = kept;
}

static int try_pairs(struct search *k, struct err *err)
{
    size_t tried = 0, best = SIZE_MAX;
    thin_out(k);
    for (size_t i = 0; i < k->count; i++)
        for (size_t j = i + 1; j < k->count && tried < PAIRS_LIMIT; j++) {
            const struct candidate *pair[] = {&k->candidates[i], &k->candidates[j]};
            struct arena_mark mark = arena_mark(k->env->arena);
            struct dmn_sheet *s;
            struct feel_value zone;
            size_t rank;
            if (pair[0]->question == pair[1]->question) continue;
            tried++;
            if (decide(k, pair, 2, &s, &rank, &zone, err) < 0) return -1;
            arena_back_to(k->env->arena, mark);
            if (rank == SIZE_MAX || rank > best) continue;
            if (rank < best) k->found_count = 0, best = rank;
            if (k->found_count < CANDIDATES_LIMIT)
                k->found[k->found_count++] =
                    (struct ruling_lighter){k->b->zones[rank], {pair[0]->change, pair[1]->change}, 2};
        }
    return 0;
}

int ruling_find_lighter(const struct rulebook *b, struct feel_env *env, const struct dmn_sheet *s,
                        const struct answers *a, struct ruling *r, struct err *err)
{
    struct search k = {.b = b, .env = env, .from = s, .answers = a, .rank = ruling_rank(b, r->zone)};
    if (k.rank == 0 || k.rank == SIZE_MAX) return 0;
    k.candidates = arena_alloc(env->arena, CANDIDATES_LIMIT * sizeof *k.candidates);
    k.found = arena_alloc(env->arena, CANDIDATES_LIMIT * sizeof *k.found);
    for (size_t i = 0; i < b->question_count; i++)
        if (add_candidates(&k, i, err) < 0) return -1;
    if (try_singles(&k, err) < 0) return -1;
    if (!k.found_count && try_pairs(&k, err) < 0) return -1;
    for (size_t i = 1; i < k.found_count; i++) /* few of them: the lightest first */
        for (size_t j = i; j && ruling_rank(b, k.found[j].zone) < ruling_rank(b, k.found[j - 1].zone); j--) {
            struct ruling_lighter x = k.found[j];
            k.found[j] = k.found[j - 1], k.found[j - 1] = x;
        }
    r->lighter = k.found, r->lighter_count = k.found_count < SHOWN_LIMIT ? k.found_count : SHOWN_LIMIT;
    return 0;
}
