/* SPDX-License-Identifier: Apache-2.0 */
/* A model read as a rulebook: its questions, its outcome, what rests on what. */
#include "ruling_inside.h"

#include <string.h>

static const struct {
    const char *key, *names[2]; /* the decision's name, the first that is there */
    bool list;
} parts[RULING_PARTS] = {
    [RULING_EXTENT] = {"extent", {"extent"}, false},
    [RULING_SCOPE] = {"scope", {"scope"}, true},
    [RULING_TIMING] = {"timing", {"timing"}, false},
    [RULING_CONDITIONS] = {"conditions", {"conditions"}, true},
    [RULING_TRAINING] = {"training", {"training needed", "training"}, true},
    [RULING_BUDGET] = {"budget", {"budget"}, false},
    [RULING_APPROVER] = {"approver", {"approver"}, false},
    [RULING_STEPS] = {"steps", {"steps"}, true},
};
const char *ruling_part_key(enum ruling_part p) { return parts[p].key; }
bool ruling_part_is_list(enum ruling_part p) { return parts[p].list; }

static const struct dmn_node *decision(const struct rulebook *b, const char *name)
{
    struct err err = {0};
    const struct dmn_node *n = name ? dmn_find(b->model, STR_NONE, str_of(name), &err) : NULL;
    return n && dmn_node_kind(n) == DMN_DECISION ? n : NULL;
}

/* ---- What rests on what --------------------------------------------------------------------------------------------
 */

/* All nodes that lead to one, itself too. */
static void mark_leading(const struct dmn_node *n, bool *leads)
{
    const struct dmn_node *needs[REQUIRED_LIMIT];
    size_t count = dmn_node_requires(n, needs, REQUIRED_LIMIT);
    if (leads[dmn_node_index(n)]) return;
    leads[dmn_node_index(n)] = true;
    for (size_t i = 0; i < count && i < REQUIRED_LIMIT; i++) mark_leading(needs[i], leads);
}

/* Does a node rest on the question, in any number of steps? `known` remembers: 1 yes, 2 no. */
static bool rests_on(const struct dmn_node *n, const struct dmn_node *question, uint8_t *known)
{
    const struct dmn_node *needs[REQUIRED_LIMIT];
    size_t count = dmn_node_requires(n, needs, REQUIRED_LIMIT);
    uint8_t *own = &known[dmn_node_index(n)];
    if (*own) return *own == 1;
    *own = 2;
    bool rests = n == question;
    for (size_t i = 0; i < count && i < REQUIRED_LIMIT && !rests; i++) rests = rests_on(needs[i], question, known);
    if (rests) *own = 1;
    return rests;
}

static void find_followers(struct rulebook *b, struct question_inside *q)
{
    size_t count;
    const struct dmn_node *const *nodes = dmn_nodes(b->model, &count);
    VEC(const struct dmn_node *) follows = {0};
    bool *followed = arena_array(&b->arena, count, sizeof *followed);
    uint8_t *known = arena_array(&b->arena, count, sizeof *known);
    for (size_t i = 0; i < count; i++) {
        if (dmn_node_kind(nodes[i]) != DMN_DECISION || !rests_on(nodes[i], q->node, known)) continue;
        *vec_add(&b->arena, &follows) = nodes[i];
        followed[i] = true;
    }
    q->follows = follows.items, q->follow_count = follows.count, q->followed = followed;
}

/* ---- Questions -----------------------------------------------------------------------------------------------------
 */

static enum question_kind kind_of(const struct feel_type *t, size_t values)
{
    if (values) return QUESTION_CHOICE;
    if (t->is != FEEL_TYPE_OF_KIND) return QUESTION_OTHER;
    return t->kind == FEEL_NUMBER   ? QUESTION_NUMBER
           : t->kind == FEEL_DATE   ? QUESTION_DATE
           : t->kind == FEEL_STRING ? QUESTION_TEXT
                                    : QUESTION_OTHER;
}

typedef VEC(struct feel_value) marks;

static void add_mark(struct rulebook *b, struct dmn_sheet *fits, const struct dmn_node *n, marks *m,
                     struct feel_value v)
{
    if (dmn_sheet_fit(fits, n, v).kind == FEEL_NULL) return; /* its type does not take it */
    VEC_EACH(other, m)
        if (feel_same(*other, v)) return;
    *vec_add(&b->arena, m) = v;
}

/* Numbers and days: the constants of the tables, what stands beside them and between them. */
static void mark_numbers(struct rulebook *b, struct dmn_sheet *fits, const struct dmn_node *n, marks *m, bool days)
{
    size_t count;
    const struct feel_value *constants = dmn_node_constants(n, &b->arena, &count);
    int64_t before = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t x = 0;
        if (days ? !feel_to_days(constants[i], &x) : !feel_to_int(constants[i], &x)) {
            if (!days && constants[i].kind == FEEL_NUMBER) {
                double d = feel_to_double(constants[i]);
                add_mark(b, fits, n, m, feel_double(d - 0.5)), add_mark(b, fits, n, m, constants[i]);
                add_mark(b, fits, n, m, feel_double(d + 0.5));
            }
            continue;
        }
        if (i && x - before > 2) {
            int64_t middle = before + (x - before) / 2;
            add_mark(b, fits, n, m, days ? feel_date(middle) : feel_int(middle));
        }
        for (int64_t step = -1; step <= 1; step++)
            add_mark(b, fits, n, m, days ? feel_date(x + step) : feel_int(x + step));
        before = x;
    }
}

static void add_sizes(struct rulebook *b, struct dmn_sheet *fits, const struct dmn_node *n, marks *m)
{
    add_mark(b, fits, n, m, feel_int(0));
    for (int64_t size = 1; size <= 1000000000; size *= 10) add_mark(b, fits, n, m, feel_int(size));
}

static void mark_texts(struct rulebook *b, struct dmn_sheet *fits, const struct dmn_node *n, marks *m)
{
    size_t count;
    const struct feel_value *constants = dmn_node_constants(n, &b->arena, &count);
    for (size_t i = 0; i < count; i++) add_mark(b, fits, n, m, constants[i]);
    add_mark(b, fits, n, m, feel_string(STR("\x7f"))); /* stands for any other */
}

static void find_marks(struct rulebook *b, struct rulebook_question *q, struct question_inside *in)
{
    struct feel_env env = {.arena = &b->arena};
    struct dmn_sheet *fits = dmn_sheet_new(b->model, &env, false);
    marks m = {0};
    for (size_t i = 0; i < q->value_count; i++) add_mark(b, fits, in->node, &m, q->values[i]);
    if (q->kind == QUESTION_NUMBER || q->kind == QUESTION_DATE)
        mark_numbers(b, fits, in->node, &m, q->kind == QUESTION_DATE);
    if (q->kind == QUESTION_TEXT) mark_texts(b, fits, in->node, &m);
    in->mark_count = m.count;
    if (q->kind == QUESTION_NUMBER) add_sizes(b, fits, in->node, &m);
    in->marks = m.items, in->all_count = m.count;
}

static int read_questions(struct rulebook *b, struct err *err)
{
    size_t count;
    const struct dmn_node *const *nodes = dmn_nodes(b->model, &count);
    bool *zone_leads = arena_array(&b->arena, count, sizeof *zone_leads);
    mark_leading(b->zone, zone_leads);
    b->leads = arena_array(&b->arena, count, sizeof *b->leads);
    mark_leading(b->zone, b->leads);
    if (b->parts[RULING_EXTENT]) mark_leading(b->parts[RULING_EXTENT], b->leads);
    b->questions = arena_array(&b->arena, count + 1, sizeof *b->questions);
    b->inside = arena_array(&b->arena, count + 1, sizeof *b->inside);
    for (size_t i = 0; i < count; i++) {
        if (dmn_node_kind(nodes[i]) != DMN_INPUT) continue;
        if (b->question_count == QUESTIONS_LIMIT)
            return err_set(err, ERR_LIMIT, "asks more than %d questions", QUESTIONS_LIMIT);
        struct rulebook_question *q = &b->questions[b->question_count];
        struct question_inside *in = &b->inside[b->question_count++];
        str help = dmn_node_text(nodes[i], "description"), from = dmn_node_extension(nodes[i], "from");
        str unit = dmn_node_extension(nodes[i], "unit");
        in->node = nodes[i], in->leads = zone_leads[i];
        *q = (struct rulebook_question){.name = dmn_node_name(nodes[i]),
                                        .label = dmn_node_label(nodes[i]),
                                        .help = help.p ? help : STR(""),
                                        .from = from.p ? from : STR(""),
                                        .unit = unit.p ? unit : STR("")};
        q->values = dmn_node_values(nodes[i], &b->arena, &q->value_count);
        q->kind = kind_of(dmn_node_type(nodes[i]), q->value_count);
        find_followers(b, in);
        find_marks(b, q, in);
    }
    return 0;
}

/* ---- The door ------------------------------------------------------------------------------------------------------
 */

static int check_width(const struct rulebook *b, struct err *err)
{
    size_t count;
    const struct dmn_node *const *nodes = dmn_nodes(b->model, &count);
    for (size_t i = 0; i < count; i++)
        if (dmn_node_requires(nodes[i], NULL, 0) > REQUIRED_LIMIT)
            return err_set(err, ERR_LIMIT, "'" STR_FORMAT "' requires more than %d questions, decisions and functions",
                           STR_ARGS(dmn_node_name(nodes[i])), REQUIRED_LIMIT);
    return 0;
}

static int read_book(struct rulebook *b, struct err *err)
{
    size_t errors;
    const struct err *first = dmn_errors(b->model, &errors);
    str outcome = dmn_extension(b->model, "decides");
    b->asks_clock = dmn_uses_clock(b->model);
    size_t nodes;
    if (errors) return *err = *first, -1;
    dmn_nodes(b->model, &nodes);
    if (nodes > NODES_LIMIT) return err_set(err, ERR_LIMIT, "has more than %d questions and decisions", NODES_LIMIT);
    if (check_width(b, err) < 0) return -1;
    if (!outcome.n) outcome = STR("zone");
    b->zone = decision(b, arena_copy(&b->arena, outcome).p);
    if (!b->zone)
        return err_set(err, ERR_INPUT, "has no decision '" STR_FORMAT "', which is what a rulebook decides",
                       STR_ARGS(outcome));
    b->contradictions = decision(b, "contradictions");
    for (size_t i = 0; i < RULING_PARTS; i++)
        for (size_t k = 0; k < ARRAY_COUNT(parts[i].names) && !b->parts[i]; k++)
            if (!str_eq(str_of(parts[i].names[k]), outcome)) b->parts[i] = decision(b, parts[i].names[k]);
    b->zones = dmn_node_values(b->zone, &b->arena, &b->zone_count);
    if (read_questions(b, err) < 0) return -1;
    grid_build(b);
    b->tellings = tellings_new(b);
    return 0;
}

int rulebook_load(str name, str version, str text, struct rulebook **out, struct err *err)
{
    struct rulebook *b = mem_zalloc(sizeof *b);
    struct dmn_source source = {text, name};
    arena_init(&b->arena, 0);
    if (dmn_load(&source, 1, NULL, &b->model, err) < 0 || read_book(b, err) < 0) {
        if (!err->file[0] && name.n) err_in(err, name);
        rulebook_free(b);
        return -1;
    }
    str own = dmn_extension(b->model, "version");
    b->name = name.n ? arena_copy(&b->arena, name) : dmn_name(b->model);
    b->version = version.n ? arena_copy(&b->arena, version) : own.p ? own : STR("");
    *out = b;
    return 0;
}

void rulebook_free(struct rulebook *b)
{
    if (!b) return;
    tellings_free(b->tellings);
    dmn_free(b->model);
    arena_release(&b->arena);
    mem_free(b);
}

str rulebook_name(const struct rulebook *b) { return b->name; }
str rulebook_version(const struct rulebook *b) { return b->version; }
str rulebook_outcome(const struct rulebook *b) { return dmn_node_name(b->zone); }
const struct dmn_model *rulebook_model(const struct rulebook *b) { return b->model; }
const struct feel_value *rulebook_outcomes(const struct rulebook *b, size_t *count)
{
    *count = b->zone_count;
    return b->zones;
}
const struct feel_value *rulebook_part_values(const struct rulebook *b, enum ruling_part part, struct arena *a,
                                              size_t *count)
{
    *count = 0;
    return b->parts[part] ? dmn_node_values(b->parts[part], a, count) : NULL;
}
const struct rulebook_question *rulebook_questions(const struct rulebook *b, size_t *count)
{
    *count = b->question_count;
    return b->questions;
}
