/* SPDX-License-Identifier: Apache-2.0 */
/* What would have to differ for a lighter zone: each answer is changed to a value of every class that the rules tell
 * apart, and the zone decided again, by looking it up where the rulebook's grid has it. Where no single change helps,
 * pairs are tried. Of those that are alike the nearest to what was answered is told. */
#include "ruling_inside.h"

#include <math.h>
#include <string.h>

enum { FOUND_LIMIT = 400, SHOWN_LIMIT = 12 };
static const size_t unknown = SIZE_MAX - 1; /* a rank */

struct candidate {
    struct ruling_change change;
    size_t question;
    double distance; /* from what was answered */
    uint16_t class;  /* of the answer; NO_CLASS where it has none */
    size_t rank;     /* of the zone with this change alone; SIZE_MAX where it is not lighter */
    bool fits;       /* its value is one that the question's type takes; else that is still to be seen */
    uint16_t *way;   /* the classes by node with this change alone */
};
struct search {
    const struct rulebook *b;
    struct feel_env *env;
    struct dmn_sheet *from;
    const struct answers *answers;
    size_t rank, nodes;   /* the ruling's rank: lighter is less */
    size_t *ranks;        /* of the classes of the zone */
    uint16_t *base, *now; /* classes by node: as answered; as changed */
    struct candidate *candidates;
    size_t count;
    struct ruling_lighter *found;
    double *distances;
    size_t found_count;
    bool lighter_alone; /* one change does, but with it the answers contradict each other */
    bool promising;     /* a number that is computed would lead to a lighter zone */
};

/* ---- Deciding again ------------------------------------------------------------------------------------------------
 */

static struct dmn_sheet *changed_sheet(const struct search *k, const struct candidate *const *changes, size_t count)
{
    struct dmn_sheet *s = dmn_sheet_branch(k->from, false);
    for (size_t i = 0; i < count; i++) {
        const struct question_inside *q = &k->b->inside[changes[i]->question];
        dmn_sheet_put(s, q->node, changes[i]->change.value);
        for (size_t f = 0; f < q->follow_count; f++) dmn_sheet_forget(s, q->follows[f]);
    }
    return s;
}

/* Do the answers contradict each other then? */
static int contradicts(struct search *k, const struct candidate *const *changes, size_t count, bool *so,
                       struct err *err)
{
    const struct rulebook *b = k->b;
    struct feel_value v;
    bool asked = false;
    *so = false;
    for (size_t i = 0; i < count && b->contradictions; i++)
        asked |= b->inside[changes[i]->question].followed[dmn_node_index(b->contradictions)];
    if (!asked) return 0; /* they did not before */
    if (dmn_sheet_get(changed_sheet(k, changes, count), b->contradictions, &v, err) < 0) return -1;
    *so = ruling_contradicts(v);
    return 0;
}

/* The rank of the zone with the changes; SIZE_MAX where it is not lighter. What rests on one of two changes alone is as
 * with that one. */
static int decide(struct search *k, const struct candidate *const *changes, size_t count, size_t *rank, struct err *err)
{
    const struct rulebook *b = k->b;
    const struct candidate *last = changes[count - 1];
    const struct question_inside *q = &b->inside[last->question];
    const bool *other = count > 1 ? b->inside[changes[0]->question].followed : NULL;
    struct dmn_sheet *s = NULL;
    struct feel_value v;
    *rank = SIZE_MAX;
    memcpy(k->now, other ? changes[0]->way : k->base, k->nodes * sizeof *k->now);
    k->now[dmn_node_index(q->node)] = last->class;
    for (size_t i = 0; i < q->over_count; i++) {
        const struct dmn_node *n = b->way[q->over[i]];
        uint32_t node = b->way_node[q->over[i]];
        const struct grid_node *g = &b->grid[node];
        if (other && !other[node]) {
            k->now[node] = last->way[node];
            continue;
        }
        k->now[node] = g->outcomes ? grid_outcome(g, k->now) : NO_CLASS;
        if (k->now[node] != NO_CLASS || (g->kind == GRID_FREE && n != b->zone)) continue;
        if (!s) s = changed_sheet(k, changes, count);
        if (dmn_sheet_get(s, n, &v, err) < 0) return -1;
        if (n == b->zone)
            *rank = ruling_rank(b, v);
        else
            k->now[node] = grid_class(g, v);
    }
    uint16_t zone = k->now[b->way_node[b->way_count - 1]];
    if (zone != NO_CLASS) *rank = k->ranks[zone];
    if (*rank >= k->rank) *rank = SIZE_MAX;
    return 0;
}

static int find_base(struct search *k, struct err *err)
{
    const struct rulebook *b = k->b;
    for (size_t i = 0; i < k->nodes; i++) k->base[i] = NO_CLASS;
    for (size_t i = 0; i < b->question_count; i++) {
        uint32_t node = dmn_node_index(b->inside[i].node);
        if (b->inside[i].leads) k->base[node] = grid_class(&b->grid[node], k->answers->values[i]);
    }
    for (size_t i = 0; i < b->way_count; i++) {
        uint32_t node = dmn_node_index(b->way[i]);
        struct feel_value v;
        if (b->grid[node].outcomes) k->base[node] = grid_outcome(&b->grid[node], k->base);
        if (k->base[node] != NO_CLASS) continue;
        if (dmn_sheet_get(k->from, b->way[i], &v, err) < 0) return -1;
        k->base[node] = grid_class(&b->grid[node], v);
    }
    return 0;
}

/* ---- Candidates ----------------------------------------------------------------------------------------------------
 */

/* Where a candidate belongs: behind the others, or in place of one that is alike and farther off. False: it is as the
 * answer is, for the rules, or one that is nearer is there. Of those that are alike for the zone one may contradict
 * what else is answered and another not: these stay beside each other. */
static bool candidate_place(const struct search *k, const struct candidate *one, size_t *place)
{
    const struct question_inside *q = &k->b->inside[one->question];
    uint32_t node = dmn_node_index(q->node);
    const struct grid_node *g = &k->b->grid[node];
    bool may_contradict = k->b->contradictions && q->followed[dmn_node_index(k->b->contradictions)];
    bool classed = one->class != NO_CLASS && g->alike;
    uint16_t alike = classed ? g->alike[one->class] : NO_CLASS, base = k->base[node];
    if (k->count == k->b->most_candidates) return false;
    if (classed && base != NO_CLASS && g->alike[base] == alike) return false;
    if (!classed && feel_same(one->change.value, k->answers->values[one->question])) return false;
    for (size_t i = k->count; classed && !may_contradict && i-- > 0 && k->candidates[i].question == one->question;) {
        if (k->candidates[i].class == NO_CLASS || g->alike[k->candidates[i].class] != alike) continue;
        return *place = i, one->distance < k->candidates[i].distance;
    }
    return *place = k->count, true;
}

/* One that the question's type does not take is none; those that it lists it takes. Of those that stand beside each
 * other in any case that is seen when one has turned out to be lighter: few are. */
static void add_candidate(struct search *k, size_t question, struct feel_value v, double distance, bool listed)
{
    const struct dmn_node *n = k->b->inside[question].node;
    struct candidate one = {.change = {&k->b->questions[question], v}, .question = question, .distance = distance};
    size_t place;
    one.class = grid_class(&k->b->grid[dmn_node_index(n)], v);
    if (!candidate_place(k, &one, &place)) return;
    one.fits = listed;
    if (!listed && !(k->b->few && !k->b->grid[dmn_node_index(n)].alike)) {
        one.change.value = dmn_sheet_fit(k->from, n, v), one.fits = true;
        if (one.change.value.kind == FEEL_NULL) return;
    }
    k->candidates[place] = one;
    if (place == k->count) k->count++;
}

static struct feel_value number_value(double number)
{
    bool whole = fabs(number) < 9e15 && floor(number) == number;
    return whole ? feel_int((int64_t)number) : feel_double(number);
}

static void add_number(struct search *k, size_t question, double number)
{
    add_candidate(k, question, number_value(number), fabs(number - feel_to_double(k->answers->values[question])),
                  false);
}

/* Beyond a constant, by a whole number or by one part in that many; null: that is beyond the next constant (NAN: there
 * is none), or the type does not take it. */
static struct feel_value value_beyond(const struct search *k, size_t question, double constant, double next, bool above,
                                      int parts)
{
    double scaled = constant * parts, step = grid_step(scaled);
    double at = (above ? floor(scaled) + step : ceil(scaled) - step) / parts;
    if (above ? at >= next : at <= next) return feel_null();
    return dmn_sheet_fit(k->from, k->b->inside[question].node, number_value(at));
}

/* What lies beyond a constant and before the next one: the nearest whole number, or where there is none, the nearest of
 * as few digits as will do. */
static void add_beyond(struct search *k, size_t question, double constant, double next, bool above)
{
    enum { FINEST = 1000 };
    double here = feel_to_double(k->answers->values[question]);
    struct feel_value v = value_beyond(k, question, constant, next, above, 1);
    if (v.kind == FEEL_NULL) {
        struct feel_value finest = value_beyond(k, question, constant, next, above, FINEST);
        for (int parts = 10; v.kind == FEEL_NULL && finest.kind != FEEL_NULL && parts < FINEST; parts *= 10)
            v = value_beyond(k, question, constant, next, above, parts);
        if (v.kind == FEEL_NULL) v = finest;
    }
    if (v.kind != FEEL_NULL)
        add_candidate(k, question, v, fabs(feel_to_double(v) - here), true);
    else if (!isnan(next))
        add_number(k, question, (constant + next) / 2);
}

/* A number or a day that is compared: of each stretch between two constants what is nearest. */
static void add_segments(struct search *k, size_t question)
{
    const struct question_inside *q = &k->b->inside[question];
    const struct grid_node *g = &k->b->grid[dmn_node_index(q->node)];
    size_t here = k->base[dmn_node_index(q->node)], constants = g->count / 2;
    for (size_t class = 0; class < g->count; class ++) {
        size_t i = class / 2;
        int64_t low, high;
        if (class == here || here == NO_CLASS) continue;
        const struct feel_value *before = i ? &g->values[i - 1] : NULL, *after = i < constants ? &g->values[i] : NULL;
        if (k->b->questions[question].kind == QUESTION_DATE) {
            struct feel_value v = after ? *after : *before;
            if (!feel_to_days(class > here && !(class & 1) ? *before : v, &low) || !feel_to_days(v, &high)) continue;
            int64_t day = class & 1 ? high : class > here ? low + 1 : high - 1;
            add_candidate(k, question, feel_date(day), class > here ? class - here : here - class, false);
            continue;
        }
        double from = before ? feel_to_double(*before) : NAN, to = after ? feel_to_double(*after) : NAN;
        if (class & 1)
            add_number(k, question, to);
        else
            add_beyond(k, question, class > here ? from : to, class > here ? to : from, class > here);
    }
}

/* Where a number that is computed meets a constant, as if it were linear; NAN: there is no such constant. What is not
 * exact in the last places of a double is taken as what it is nearly. */
static double meeting(const struct grid_node *g, size_t constant, double x, double at, double slope)
{
    static const double parts = 1e6;
    if (constant >= g->count / 2) return NAN;
    double meets = x + (feel_to_double(g->values[constant]) - at) / slope;
    return fabs(meets) < 1e9 ? round(meets * parts) / parts : meets;
}

/* A number that the tables see only through what is computed of it: where does that meet their constants? The decision
 * itself tells whether the candidate is right. */
static int add_by_slope(struct search *k, size_t question, struct err *err)
{
    const struct question_inside *q = &k->b->inside[question];
    double x = feel_to_double(k->answers->values[question]);
    bool whole = floor(x) == x; /* then whole numbers are told */
    for (size_t i = 0; i < q->follow_count; i++) {
        const struct grid_node *g = &k->b->grid[dmn_node_index(q->follows[i])];
        struct feel_value here, there;
        if (!g->done || g->kind != GRID_SEGMENTS || g->count < 2 || g->values[0].kind != FEEL_NUMBER) continue;
        struct candidate step = {.change.value = number_value(x + 1), .question = question};
        const struct candidate *steps = &step;
        if (dmn_sheet_get(k->from, q->follows[i], &here, err) < 0) return -1;
        if (dmn_sheet_get(changed_sheet(k, &steps, 1), q->follows[i], &there, err) < 0) return -1;
        double at = feel_to_double(here), slope = feel_to_double(there) - at;
        if (!(fabs(slope) > 1e-12)) continue;
        for (size_t c = 0; c < g->count / 2; c++) {
            double meets = meeting(g, c, x, at, slope), thousandths = round(meets * 1000);
            double less = whole ? NAN : meeting(g, slope < 0 ? c + 1 : c - 1, x, at, slope);
            double more = whole ? NAN : meeting(g, slope < 0 ? c - 1 : c + 1, x, at, slope);
            if (whole ? floor(meets) == meets : fabs(meets * 1000 - thousandths) < 1e-6)
                add_number(k, question, whole ? meets : thousandths / 1000);
            if (meets <= x) add_beyond(k, question, meets, less, false);
            if (meets >= x) add_beyond(k, question, meets, more, true);
        }
    }
    return 0;
}

static int add_candidates(struct search *k, size_t question, struct err *err)
{
    const struct question_inside *q = &k->b->inside[question];
    const struct rulebook_question *words = &k->b->questions[question];
    const struct grid_node *g = &k->b->grid[dmn_node_index(q->node)];
    if (!q->leads) return 0;
    if (g->kind == GRID_VALUES) {
        size_t here = k->base[dmn_node_index(q->node)];
        for (size_t i = 0; i < words->value_count; i++)
            add_candidate(k, question, words->values[i], i > here ? i - here : here - i, true);
    } else if (g->kind == GRID_SEGMENTS) {
        add_segments(k, question);
        if (words->kind == QUESTION_NUMBER) return add_by_slope(k, question, err);
    }
    return 0;
}

/* ---- Searching -----------------------------------------------------------------------------------------------------
 */

/* Of changes of the same questions to the same zone the nearest: where these belong. False: one that is nearer is
 * there. */
static bool found_place(const struct search *k, const struct ruling_lighter *l, double distance, size_t *place)
{
    for (*place = 0; *place < k->found_count; ++*place) {
        const struct ruling_lighter *other = &k->found[*place];
        bool same = feel_same(other->zone, l->zone) && other->changes[0].question == l->changes[0].question;
        if (same && (l->count == 1 || other->changes[1].question == l->changes[1].question)) break;
    }
    return *place < FOUND_LIMIT && (*place == k->found_count || distance < k->distances[*place]);
}

static int note_found(struct search *k, const struct candidate *const *changes, size_t count, size_t rank, size_t *best,
                      struct err *err)
{
    size_t place = 0;
    double distance = 0;
    struct ruling_lighter l = {.zone = k->b->zones[rank], .count = count};
    bool against, lightest = count == 2 && rank < *best; /* of pairs only the lightest */
    for (size_t i = 0; i < count; i++) {
        l.changes[i] = changes[i]->change;
        distance += changes[i]->distance;
    }
    if (!lightest && !found_place(k, &l, distance, &place)) return 0;
    for (size_t i = 0; i < count; i++) {
        if (changes[i]->fits) continue;
        l.changes[i].value = dmn_sheet_fit(k->from, k->b->inside[changes[i]->question].node, l.changes[i].value);
        if (l.changes[i].value.kind == FEEL_NULL) return 0;
    }
    if (contradicts(k, changes, count, &against, err) < 0) return -1;
    if (against) return 0;
    if (lightest) k->found_count = place = 0, *best = rank;
    if (place == k->found_count) k->found_count++;
    k->found[place] = l, k->distances[place] = distance;
    return 0;
}

/* *rank: of the zone with the changes, where it is not `unknown` already. */
static int try_changes(struct search *k, const struct candidate *const *changes, size_t count, size_t *rank,
                       size_t *best, struct err *err)
{
    struct arena_mark mark = arena_mark(k->env->arena);
    int result = *rank == unknown ? decide(k, changes, count, rank, err) : 0;
    bool stands_for_others = changes[count - 1]->question >= k->b->question_count;
    if (stands_for_others)
        k->promising |= !result && *rank != SIZE_MAX;
    else if (!result && *rank != SIZE_MAX && *rank <= *best)
        result = note_found(k, changes, count, *rank, best, err);
    arena_back_to(k->env->arena, mark);
    return result;
}

static bool same_effect(const struct grid_edge *edge, const uint16_t *one, const uint16_t *other)
{
    bool same = edge->exact;
    for (size_t n = 0; n < edge->count && same; n++)
        same = one[edge->nodes[n]] == other[edge->nodes[n]] && one[edge->nodes[n]] != NO_CLASS;
    return same;
}

/* Candidates of one question by what those decisions see of them that rest on another one too: the same number, the
 * same effect; 0 none at all. Returns how many numbers there are. */
static size_t number_effects(const struct search *k, const struct grid_edge *edge, size_t from, size_t to,
                             uint16_t *out)
{
    size_t count = 1;
    for (size_t i = from; i < to; i++) {
        const uint16_t *way = k->candidates[i].way;
        bool same = same_effect(edge, way, k->base);
        if (same) out[i] = 0;
        for (size_t j = from; j < i && !same; j++)
            if ((same = out[j] && same_effect(edge, way, k->candidates[j].way))) out[i] = out[j];
        if (!same) out[i] = (uint16_t)count++;
    }
    return count;
}

/* The candidates of two questions: what was decided for two of theirs holds for others that have the same effects. */
struct pairing {
    size_t from, to;         /* of the other question */
    const uint16_t *own;     /* effects, by candidate */
    const uint16_t *effects; /* the other's */
    size_t *ranks, width;    /* by both; NULL: effects are not compared */
};

static size_t end_of_question(const struct search *k, size_t from)
{
    size_t to = from;
    while (to < k->count && k->candidates[to].question == k->candidates[from].question) to++;
    return to;
}

/* False: those decisions see nothing of one of the two, so that it is as with the other alone. */
static bool pair_up(const struct search *k, size_t from, size_t to, struct pairing *p)
{
    size_t one = k->candidates[from].question, two = k->candidates[p->from].question;
    if (!k->b->inside[one].edges) return true;
    uint16_t *own = arena_alloc(k->env->arena, 2 * k->count * sizeof *own), *effects = own + k->count;
    size_t height = number_effects(k, &k->b->inside[one].edges[two], from, to, own);
    if (height == 1 && !k->lighter_alone) return false;
    p->width = number_effects(k, &k->b->inside[two].edges[one], p->from, p->to, effects);
    if (p->width == 1 && !k->lighter_alone) return false;
    p->own = own, p->effects = effects;
    p->ranks = arena_alloc(k->env->arena, height * p->width * sizeof *p->ranks);
    for (size_t i = 0; i < height * p->width; i++) p->ranks[i] = unknown;
    for (size_t i = from; i < to; i++) p->ranks[own[i] * p->width] = k->candidates[i].rank;
    for (size_t j = p->from; j < p->to; j++) p->ranks[effects[j]] = k->candidates[j].rank;
    p->ranks[0] = SIZE_MAX; /* as answered */
    return true;
}

static int search_pairs(struct search *k, size_t *best, struct err *err)
{
    size_t tried = 0;
    struct pairing *pairings =
        arena_alloc(k->env->arena, (k->b->question_count + k->b->computed_count + 1) * sizeof *pairings);
    for (size_t i = 0; i < k->count; i++) k->lighter_alone |= k->candidates[i].rank != SIZE_MAX;
    for (size_t from = 0, to; from < k->count; from = to) {
        struct arena_mark mark = arena_mark(k->env->arena);
        size_t count = 0;
        to = end_of_question(k, from);
        for (size_t other = to, next; other < k->count; other = next) {
            next = end_of_question(k, other);
            pairings[count] = (struct pairing){.from = other, .to = next};
            count += pair_up(k, from, to, &pairings[count]);
        }
        for (size_t i = from; i < to; i++)
            for (size_t n = 0; n < count; n++) {
                const struct pairing *p = &pairings[n];
                size_t *ranks = p->ranks ? p->ranks + p->own[i] * p->width : NULL;
                if (ranks && !p->own[i] && !k->lighter_alone) continue;
                for (size_t j = p->from; j < p->to && tried < PAIRS_LIMIT; j++, tried++) {
                    const struct candidate *pair[] = {&k->candidates[i], &k->candidates[j]};
                    size_t none = unknown, *rank = ranks ? &ranks[p->effects[j]] : &none;
                    if (*rank == SIZE_MAX) continue;
                    if (try_changes(k, pair, 2, rank, best, err) < 0) return -1;
                }
            }
        arena_back_to(k->env->arena, mark);
    }
    return 0;
}

static int search(struct search *k, struct err *err)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < k->count; i++) k->candidates[i].way = arena_alloc(k->env->arena, k->nodes * sizeof *k->base);
    for (size_t i = 0; i < k->count; i++) {
        const struct candidate *one = &k->candidates[i];
        size_t rank = unknown;
        if (try_changes(k, &one, 1, &rank, &best, err) < 0) return -1;
        memcpy(k->candidates[i].way, k->now, k->nodes * sizeof *k->now);
        k->candidates[i].rank = rank;
    }
    return k->found_count || k->promising ? 0 : search_pairs(k, &best, err);
}

/* Numbers that act through one that is computed of them have many candidates, each of which has to be computed. First
 * the classes of what is computed stand for all of them, and mostly none of these promises anything. */
static int search_classes_first(struct search *k, struct err *err)
{
    const struct rulebook *b = k->b;
    for (size_t i = 0; i < b->question_count; i++)
        if (!b->inside[i].hidden && add_candidates(k, i, err) < 0) return -1;
    for (size_t i = b->question_count; i < b->question_count + b->computed_count; i++) {
        uint32_t node = dmn_node_index(b->inside[i].node);
        for (size_t class = 0; class < b->grid[node].count; class ++)
            if (class != k->base[node])
                k->candidates[k->count++] = (struct candidate){.question = i, .class = (uint16_t) class};
    }
    return search(k, err);
}

/* Is what is answered, and what follows, one of the classes? */
static bool is_classed(const struct search *k)
{
    const struct rulebook *b = k->b;
    bool classed = true;
    for (size_t i = 0; i < b->question_count; i++)
        classed &= !b->inside[i].leads || k->base[dmn_node_index(b->inside[i].node)] != NO_CLASS;
    for (size_t i = 0; i < b->way_count; i++) classed &= k->base[b->way_node[i]] != NO_CLASS;
    return classed;
}

static int search_all(struct search *k, struct err *err)
{
    k->count = k->found_count = 0, k->promising = k->lighter_alone = false;
    for (size_t i = 0; i < k->b->question_count; i++)
        if (add_candidates(k, i, err) < 0) return -1;
    return search(k, err);
}

/* Where trying more would go beyond the limits of one evaluation, what was found until then is told: the ruling itself
 * is made. */
static void search_in_limits(struct search *k)
{
    struct err err;
    const uint64_t steps = k->env->steps;
    const uint32_t depth = k->env->depth;
    k->promising = !k->b->computed_count || !is_classed(k);
    int failed = k->promising ? 0 : search_classes_first(k, &err);
    if (!failed && k->promising) failed = search_all(k, &err);
    if (failed) k->env->steps = steps, k->env->depth = depth;
}

int ruling_find_lighter(const struct rulebook *b, struct feel_env *env, struct dmn_sheet *s, const struct answers *a,
                        struct ruling *r, struct err *err)
{
    struct search k = {.b = b, .env = env, .from = s, .answers = a, .rank = ruling_rank(b, r->zone)};
    if (k.rank == 0 || k.rank == SIZE_MAX) return 0;
    dmn_nodes(b->model, &k.nodes);
    k.base = arena_alloc(env->arena, k.nodes * sizeof *k.base);
    k.now = arena_alloc(env->arena, k.nodes * sizeof *k.now);
    k.candidates = arena_alloc(env->arena, (b->most_candidates + 1) * sizeof *k.candidates);
    k.found = arena_alloc(env->arena, FOUND_LIMIT * sizeof *k.found);
    k.distances = arena_alloc(env->arena, FOUND_LIMIT * sizeof *k.distances);
    const struct grid_node *zone = &b->grid[dmn_node_index(b->zone)];
    k.ranks = arena_alloc(env->arena, (zone->count + 1) * sizeof *k.ranks);
    for (size_t i = 0; i < zone->count && zone->kind == GRID_VALUES; i++) k.ranks[i] = ruling_rank(b, zone->values[i]);
    if (find_base(&k, err) < 0) return -1;
    search_in_limits(&k);
    for (size_t i = 1; i < k.found_count; i++) /* few of them: the lightest first */
        for (size_t j = i; j && ruling_rank(b, k.found[j].zone) < ruling_rank(b, k.found[j - 1].zone); j--) {
            struct ruling_lighter x = k.found[j];
            k.found[j] = k.found[j - 1], k.found[j - 1] = x;
        }
    r->lighter = k.found, r->lighter_count = k.found_count < SHOWN_LIMIT ? k.found_count : SHOWN_LIMIT;
    return 0;
}
