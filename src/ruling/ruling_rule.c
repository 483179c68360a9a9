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

bool ruling_contradicts(struct feel_value v)
{
    bool says = v.kind == FEEL_STRING;
    for (size_t i = 0; v.kind == FEEL_LIST && i < v.count; i++) says |= v.items[i].kind == FEEL_STRING;
    return says;
}

/* Texts that the rulebook's decision on contradictions gives. */
static int find_contradictions(struct telling *t, struct arena *a, struct ruling *r, struct err *err)
{
    const struct rulebook *b = t->b;
    texts found = {0};
    if (!b->contradictions) return 0;
    if (telling_follow(t, b->against, b->against_count, err) < 0) return -1;
    struct feel_value v = t->nodes[dmn_node_index(b->contradictions)].value;
    const struct feel_value *each = v.kind == FEEL_LIST ? v.items : &v;
    for (size_t i = 0; i < (v.kind == FEEL_LIST ? v.count : 1); i++)
        if (each[i].kind == FEEL_STRING) *vec_add(a, &found) = each[i].text;
    if (found.count) r->state = RULED_AGAINST;
    add_problems(r, a, found.items, found.count);
    return 0;
}

static enum rule_rank rank_of(const struct rulebook *b, str decision)
{
    size_t nodes;
    const struct dmn_node *const *all = dmn_nodes(b->model, &nodes);
    if (str_eq(decision, dmn_node_name(b->zone))) return RULE_OF_ZONE;
    for (size_t i = 0; i < nodes; i++)
        if (b->leads[i] && str_eq(dmn_node_name(all[i]), decision)) return RULE_LEADING;
    return RULE_OTHER;
}

struct told_rule ruling_told_rule(const struct rulebook *b, const struct dmn_trace *t, size_t i)
{
    enum rule_rank rank = rank_of(b, t->name);
    return (struct told_rule){{t->name, t->words[i].id, t->words[i].why, t->rules[i], .leads = rank != RULE_OTHER},
                              rank};
}

/* The zone's own, those on which it rests, the others; of those on which it rests first what was asked for first, which
 * ended last. */
static void sort_rules(struct arena *a, const struct told_rule *all, size_t count, struct ruling *r)
{
    struct ruling_rule *rules = arena_alloc(a, (count + 1) * sizeof *rules);
    size_t of[RULE_RANKS] = {0};
    for (size_t i = 0; i < count; i++) of[all[i].rank]++;
    size_t zone = 0, leading = of[RULE_OF_ZONE] + of[RULE_LEADING], other = leading;
    for (size_t i = 0; i < count; i++)
        rules[all[i].rank == RULE_OF_ZONE ? zone++ : all[i].rank == RULE_LEADING ? --leading : other++] = all[i].rule;
    r->rules = rules, r->rule_count = count;
}

static size_t add_traced(const struct rulebook *b, const struct dmn_trace *t, size_t steps, struct told_rule *to)
{
    size_t count = 0;
    for (; t && steps; t = t->next, steps--)
        for (size_t i = 0; i < t->decided; i++, count++)
            if (to) to[count] = ruling_told_rule(b, t, i);
    return count;
}

/* Of the tables' rules that decided. */
static void collect_rules(const struct rulebook *b, struct dmn_sheet *s, struct feel_env *env, struct ruling *r)
{
    size_t most = add_traced(b, dmn_sheet_trace(s), SIZE_MAX, NULL);
    struct told_rule *all = arena_alloc(env->arena, (most + 1) * sizeof *all);
    sort_rules(env->arena, all, add_traced(b, dmn_sheet_trace(s), SIZE_MAX, all), r);
}

static void collect_told(const struct telling *t, struct arena *a, struct ruling *r)
{
    const struct rulebook *b = t->b;
    size_t most = 0, count = 0;
    for (size_t i = 0; i < b->order_count; i++) {
        const struct telling_node *n = &t->nodes[dmn_node_index(b->order[i])];
        most += n->told ? n->told->rule_count : add_traced(b, n->trace, n->traced, NULL);
    }
    struct told_rule *all = arena_alloc(a, (most + 1) * sizeof *all);
    for (size_t i = 0; i < b->order_count; i++) {
        const struct telling_node *n = &t->nodes[dmn_node_index(b->order[i])];
        if (!n->told)
            count += add_traced(b, n->trace, n->traced, all + count);
        else if (n->told->rule_count)
            memcpy(all + count, n->told->rules, n->told->rule_count * sizeof *all), count += n->told->rule_count;
    }
    sort_rules(a, all, count, r);
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

/* Of a list, what is one value becomes one, and a COLLECT of none, which is null, an empty one. */
static struct feel_value as_part(enum ruling_part p, struct feel_value v, struct arena *a)
{
    if (!ruling_part_is_list(p) || v.kind == FEEL_LIST) return v;
    struct feel_value *one = arena_alloc(a, sizeof *one);
    *one = v;
    return feel_list(one, one->kind != FEEL_NULL);
}

static int take_parts(const struct rulebook *b, struct dmn_sheet *s, struct arena *a, struct ruling *r, struct err *err)
{
    for (size_t i = 0; i < RULING_PARTS; i++) {
        struct feel_value v;
        if (!b->parts[i] || (r->state == RULED_GAP && i == RULING_EXTENT)) continue;
        if (dmn_sheet_get(s, b->parts[i], &v, err) < 0) return -1;
        r->parts[i] = as_part((enum ruling_part)i, v, a);
        if (r->parts[i].kind != FEEL_NULL || r->state == RULED_GAP) continue;
        str why = arena_printf(a, "%s: " STR_FORMAT, ruling_part_key((enum ruling_part)i), STR_ARGS(r->parts[i].text));
        add_problems(r, a, &why, 1);
    }
    return 0;
}

/* Evaluated as a whole, with the reasons of what is null. */
static int decide_whole(const struct rulebook *b, struct feel_env *env, const struct answers *a, unsigned wants,
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

/* False where the zone, or a part that is no list, is null: then it counts why. */
static bool take_told(const struct telling *t, struct arena *a, struct ruling *r)
{
    const struct rulebook *b = t->b;
    for (size_t i = 0; i < RULING_PARTS; i++) {
        if (!b->parts[i]) continue;
        const struct telling_node *n = &t->nodes[dmn_node_index(b->parts[i])];
        r->parts[i] = as_part((enum ruling_part)i, n->value, a);
        if (r->parts[i].kind == FEEL_NULL) return false;
        if (n->told && r->parts[i].kind == n->value.kind) r->parts_json[i] = n->told->json;
    }
    r->zone = t->nodes[dmn_node_index(b->zone)].value;
    return r->zone.kind != FEEL_NULL;
}

static int decide(struct telling *t, struct feel_env *env, const struct answers *a, unsigned wants, struct ruling *r,
                  struct err *err)
{
    const struct rulebook *b = t->b;
    struct ruling told = *r;
    if (telling_follow(t, b->order, b->order_count, err) < 0) return -1;
    if (!take_told(t, env->arena, &told)) return decide_whole(b, env, a, wants, r, err);
    *r = told;
    if (wants & RULING_EXPLAIN) collect_told(t, env->arena, r);
    return wants & RULING_LIGHTER ? ruling_find_lighter(b, env, t->sheet, a, r, err) : 0;
}

static void begin(const struct rulebook *b, struct feel_value zone, struct ruling *out)
{
    *out = (struct ruling){.book = b, .zone = zone, .state = RULED};
    for (size_t i = 0; i < RULING_PARTS; i++)
        out->parts[i] = ruling_part_is_list((enum ruling_part)i) ? feel_list(NULL, 0) : feel_null();
}

int rulebook_follow(const struct rulebook *b, struct feel_env *env, const struct answers *a, struct feel_value zone,
                    struct ruling *out, struct err *err)
{
    struct dmn_sheet *s = ruling_sheet(b, env, a, true);
    begin(b, zone, out);
    dmn_sheet_put(s, b->zone, zone);
    if (take_parts(b, s, env->arena, out, err) < 0) return -1;
    collect_rules(b, s, env, out);
    return 0;
}

int rulebook_rule(const struct rulebook *b, struct feel_env *env, const struct answers *a, unsigned wants,
                  struct ruling *out, struct err *err)
{
    struct answers filled = *a;
    struct telling t;
    bool complete = true;
    begin(b, feel_null(), out);
    if (a->problem_count) {
        out->state = RULED_AGAINST, out->problems = a->problems, out->problem_count = a->problem_count;
        return 0;
    }
    for (size_t i = 0; i < b->question_count; i++) complete &= a->values[i].kind != FEEL_NULL;
    telling_init(&t, b, env, a);
    if (find_contradictions(&t, env->arena, out, err) < 0) return -1;
    if (!complete) {
        struct ruling_run run;
        ruling_run_init(&run, b, NULL, env, a);
        if (ruling_find_open(&run, env, a, &filled, out, err) < 0) return -1;
        telling_init(&t, b, env, &filled);
    }
    if (out->state == RULED_AGAINST) out->zone = feel_null();
    if (out->state == RULED && out->open_count) out->state = RULED_OPEN;
    return out->state != RULED ? 0 : decide(&t, env, &filled, wants, out, err);
}
