/* SPDX-License-Identifier: Apache-2.0 */
/* Ruling: what is decided, by which rules, and why. */
#include "ruling_inside.h"

#include <string.h>

typedef VEC(str) texts;

struct dmn_sheet *ruling_sheet(const struct rulebook *b, struct feel_env *env, const struct answers *a, bool explain)
{
    struct dmn_sheet *s = dmn_sheet_new(b->model, env, explain);
    for (size_t i = 0; i < b->question_count; i++) dmn_sheet_put(s, b->inside[i].node, a->values[i]);
    return s;
}

size_t ruling_rank(const struct rulebook *b, struct feel_value zone)
{
    for (size_t i = 0; i < b->zone_count; i++)
        if (feel_same(b->zones[i], zone)) return i;
    return SIZE_MAX;
}

static void add_problems(struct ruling *r, struct arena *a, const str *more, size_t count)
{
    if (!count) return;
    str *all = arena_alloc(a, (r->problem_count + count) * sizeof *all);
    if (r->problem_count) memcpy(all, r->problems, r->problem_count * sizeof *all);
    memcpy(all + r->problem_count, more, count * sizeof *all);
    r->problems = all, r->problem_count += count;
}

/* Texts that the rulebook's decision on contradictions gives. */
static int find_contradictions(const struct rulebook *b, struct feel_env *env, const struct answers *a,
                               struct ruling *r, struct err *err)
{
    struct feel_value v;
    texts found = {0};
    if (!b->contradictions) return 0;
    if (dmn_sheet_get(ruling_sheet(b, env, a, false), b->contradictions, &v, err) < 0) return -1;
    const struct feel_value *each = v.kind == FEEL_LIST ? v.items : &v;
    for (size_t i = 0; i < (v.kind == FEEL_LIST ? v.count : 1); i++)
        if (each[i].kind == FEEL_STRING) *vec_add(env->arena, &found) = each[i].text;
    if (found.count) r->state = RULED_AGAINST;
    add_problems(r, env->arena, found.items, found.count);
    return 0;
}

enum { OF_ZONE, LEADING, OTHER, RANKS };

static int rank_of(const struct rulebook *b, str decision)
{
    size_t nodes;
    const struct dmn_node *const *all = dmn_nodes(b->model, &nodes);
    if (str_eq(decision, dmn_node_name(b->zone))) return OF_ZONE;
    for (size_t i = 0; i < nodes; i++)
        if (b->leads[i] && str_eq(dmn_node_name(all[i]), decision)) return LEADING;
    return OTHER;
}

/* Of the tables' rules that decided: the zone's own, those on which it rests, the others. */
static void collect_rules(const struct rulebook *b, struct dmn_sheet *s, struct feel_env *env, struct ruling *r)
{
    size_t most = 0, count = 0;
    for (const struct dmn_trace *t = dmn_sheet_trace(s); t; t = t->next) most += t->decided;
    struct ruling_rule *rules = arena_alloc(env->arena, (most + 1) * sizeof *rules);
    for (int rank = 0; rank < RANKS; rank++) {
        size_t from = count;
        for (const struct dmn_trace *t = dmn_sheet_trace(s); t; t = t->next) {
            if (!t->decided || rank_of(b, t->name) != rank) continue;
            for (size_t i = 0; i < t->decided; i++)
                rules[count++] =
                    (struct ruling_rule){t->name, t->words[i].id, t->words[i].why, t->rules[i], rank < OTHER};
        }
        /* What was asked for first ended last. */
        for (size_t i = from, k = count; rank == LEADING && i + 1 < k; i++) {
            struct ruling_rule x = rules[i];
            rules[i] = rules[--k], rules[k] = x;
        }
    }
    r->rules = rules, r->rule_count = count;
}

/* No rule covers it. It is nobody's to wave through, and nobody's alone: both sides look at it. */
static void fall_in_gap(const struct rulebook *b, struct dmn_sheet *s, struct arena *a, struct ruling *r)
{
    size_t count;
    const str *errors = dmn_sheet_errors(s, &count);
    r->state = RULED_GAP;
    if (b->zone_count) r->zone = b->zones[b->zone_count > 1 ? 1 : 0];
    r->parts[RULING_EXTENT] = feel_string(STR("joint"));
    add_problems(r, a, errors, count);
}

static int take_parts(const struct rulebook *b, struct dmn_sheet *s, struct arena *a, struct ruling *r, struct err *err)
{
    for (size_t i = 0; i < RULING_PARTS; i++) {
        if (!b->parts[i] || (r->state == RULED_GAP && i == RULING_EXTENT)) continue;
        if (dmn_sheet_get(s, b->parts[i], &r->parts[i], err) < 0) return -1;
        if (!ruling_part_is_list((enum ruling_part)i)) {
            if (r->parts[i].kind != FEEL_NULL || r->state == RULED_GAP) continue;
            str why =
                arena_printf(a, "%s: " STR_FORMAT, ruling_part_key((enum ruling_part)i), STR_ARGS(r->parts[i].text));
            add_problems(r, a, &why, 1);
            continue;
        }
        if (r->parts[i].kind == FEEL_LIST) continue;
        struct feel_value *one = arena_alloc(a, sizeof *one);
        *one = r->parts[i];
        r->parts[i] = feel_list(one, one->kind != FEEL_NULL); /* a COLLECT of none is null */
    }
    return 0;
}

static int decide(const struct rulebook *b, struct feel_env *env, const struct answers *a, unsigned wants,
                  struct ruling *r, struct err *err)
{
    struct dmn_sheet *s = ruling_sheet(b, env, a, wants & RULING_EXPLAIN);
    if (dmn_sheet_get(s, b->zone, &r->zone, err) < 0) return -1;
    if (r->zone.kind == FEEL_NULL) fall_in_gap(b, s, env->arena, r);
    if (take_parts(b, s, env->arena, r, err) < 0) return -1;
    if (wants & RULING_EXPLAIN) collect_rules(b, s, env, r);
    if (!(wants & RULING_LIGHTER) || r->state == RULED_GAP) return 0;
    return ruling_find_lighter(b, env, s, a, r, err);
}

int rulebook_rule(const struct rulebook *b, struct feel_env *env, const struct answers *a, unsigned wants,
                  struct ruling *out, struct err *err)
{
    struct answers filled = *a;
    bool complete = true;
    *out = (struct ruling){.book = b, .zone = feel_null(), .state = RULED};
    for (size_t i = 0; i < RULING_PARTS; i++)
        out->parts[i] = ruling_part_is_list((enum ruling_part)i) ? feel_list(NULL, 0) : feel_null();
    if (a->problem_count) {
        out->state = RULED_AGAINST, out->problems = a->problems, out->problem_count = a->problem_count;
        return 0;
    }
    for (size_t i = 0; i < b->question_count; i++) complete &= a->values[i].kind != FEEL_NULL;
    if (find_contradictions(b, env, a, out, err) < 0) return -1;
    if (!complete) {
        struct ruling_run run;
        ruling_run_init(&run, b, NULL, env, a);
        if (ruling_find_open(&run, env, a, &filled, out, err) < 0) return -1;
    }
    if (out->state == RULED_AGAINST) out->zone = feel_null();
    if (out->state == RULED && out->open_count) out->state = RULED_OPEN;
    return out->state != RULED ? 0 : decide(b, env, &filled, wants, out, err);
}
