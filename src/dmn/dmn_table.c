/* SPDX-License-Identifier: Apache-2.0 */
/* Decision tables (DMN 1.5 §8): rules, hit policies, aggregation. */
#include "dmn_index.h"
#include "dmn_inside.h"
#include "feel_number.h"
#include "feel_time.h"
#include "feel_value.h"

#include <string.h>

/* ---- Compiling -----------------------------------------------------------------------------------------------------
 */

static const struct {
    str name;
    enum hit_policy policy;
} policies[] = {{STR_INIT("UNIQUE"), HIT_UNIQUE},
                {STR_INIT("U"), HIT_UNIQUE},
                {STR_INIT("ANY"), HIT_ANY},
                {STR_INIT("A"), HIT_ANY},
                {STR_INIT("PRIORITY"), HIT_PRIORITY},
                {STR_INIT("P"), HIT_PRIORITY},
                {STR_INIT("FIRST"), HIT_FIRST},
                {STR_INIT("F"), HIT_FIRST},
                {STR_INIT("RULE ORDER"), HIT_RULE_ORDER},
                {STR_INIT("R"), HIT_RULE_ORDER},
                {STR_INIT("OUTPUT ORDER"), HIT_OUTPUT_ORDER},
                {STR_INIT("O"), HIT_OUTPUT_ORDER},
                {STR_INIT("COLLECT"), HIT_COLLECT},
                {STR_INIT("C"), HIT_COLLECT}};
static const struct {
    str name;
    enum aggregation how;
} aggregations[] = {{STR_INIT("SUM"), AGGREGATE_SUM},     {STR_INIT("+"), AGGREGATE_SUM},
                    {STR_INIT("COUNT"), AGGREGATE_COUNT}, {STR_INIT("#"), AGGREGATE_COUNT},
                    {STR_INIT("MIN"), AGGREGATE_MIN},     {STR_INIT("<"), AGGREGATE_MIN},
                    {STR_INIT("MAX"), AGGREGATE_MAX},     {STR_INIT(">"), AGGREGATE_MAX}};

static void read_policy(struct dmn_compiler *c, struct dmn_table *t, const struct xml *x)
{
    str policy = str_trim(xml_get(x, "hitPolicy")), how = str_trim(xml_get(x, "aggregation"));
    bool known = !policy.n, understood = !how.n;
    for (size_t i = 0; i < ARRAY_COUNT(policies); i++)
        if (str_eq(policies[i].name, policy)) t->policy = policies[i].policy, known = true;
    for (size_t i = 0; i < ARRAY_COUNT(aggregations); i++)
        if (str_eq(aggregations[i].name, how)) t->aggregation = aggregations[i].how, understood = true;
    if (policy.n == 2 && policy.p[0] == 'C')
        for (size_t i = 0; i < ARRAY_COUNT(aggregations); i++)
            if (aggregations[i].name.p[0] == policy.p[1] && aggregations[i].name.n == 1)
                t->policy = HIT_COLLECT, t->aggregation = aggregations[i].how, known = true;
    if (!known) compile_error(c, x, NULL, "unknown hit policy '" STR_FORMAT "'", STR_ARGS(policy));
    if (!understood) compile_error(c, x, NULL, "unknown aggregation '" STR_FORMAT "'", STR_ARGS(how));
    if (t->policy != HIT_COLLECT) t->aggregation = AGGREGATE_NONE;
}

static const struct xml *text_of(const struct xml *x, str *source)
{
    const struct xml *text = xml_child(x, "text");
    *source = text ? str_trim(text->text) : STR("");
    return text ? text : x;
}

static void read_input(struct dmn_compiler *c, struct dmn_table *t, const struct xml *x, const struct feel_scope *scope)
{
    struct table_input *in = &t->inputs[t->input_count++];
    const struct xml *e = xml_child(x, "inputExpression"), *values = xml_child(x, "inputValues");
    c->place = arena_printf(c->a, "input %zu", t->input_count).p;
    in->type = e ? type_referred(c, e, xml_get(e, "typeRef")) : NULL;
    in->plain = type_plain(in->type);
    in->label = str_trim(xml_get(x, "label"));
    str source = STR("");
    const struct xml *at = e ? text_of(e, &source) : x;
    in->xml = at;
    if (!source.n) source = in->label; /* a table may say what it asks only there */
    if (source.n)
        in->program = compile_text(c, at, source, scope);
    else
        compile_error(c, x, NULL, "the input has no expression");
    in->text = source;
    in->tested = in->type ? type_feel(in->type) : in->program ? feel_program_type(in->program) : &feel_any;
    if (values) {
        at = text_of(values, &in->allowed_text);
        const struct feel_type *one = in->tested->is == FEEL_TYPE_LIST && in->tested->of ? in->tested->of : in->tested;
        if (in->allowed_text.n) in->allowed = compile_tests(c, at, in->allowed_text, scope, one);
    }
    c->place = NULL;
}

/* The list of the output values in order of priority: each test by itself. */
static void read_order(struct dmn_compiler *c, struct table_output *out, const struct xml *at, str tests,
                       const struct feel_scope *scope, const struct feel_type *type)
{
    VEC(const struct feel_program *) order = {0};
    size_t from = 0;
    while (from < tests.n) {
        size_t end = feel_find_end(tests, from, ',');
        if (end == STR_NOT_FOUND) end = tests.n;
        *vec_add(c->a, &order) = compile_tests(c, at, str_trim(str_slice(tests, from, end)), scope, type);
        from = end + 1;
    }
    out->order = order.items, out->order_count = order.count;
}

static void read_fallback(struct dmn_compiler *c, struct dmn_table *t, struct table_output *out, const struct xml *at,
                          str source, const struct feel_scope *scope)
{
    const struct feel_program *p;
    struct err ignored;
    out->fallback.program = compile_text(c, at, source, scope), t->has_fallback = true;
    /* Where it means something without the names, it does not depend on them. */
    t->fallback_depends |= feel_compile(&c->model->scratch, &c->root, source, &p, &ignored) < 0;
    arena_clear(&c->model->scratch);
}

static void read_output(struct dmn_compiler *c, struct dmn_table *t, const struct xml *x,
                        const struct feel_scope *scope, const struct dmn_type *whole)
{
    struct table_output *out = &t->outputs[t->output_count++];
    const struct xml *values = xml_child(x, "outputValues"), *fallback = xml_child(x, "defaultOutputEntry");
    c->place = arena_printf(c->a, "output %zu", t->output_count).p;
    out->name = xml_name(c->a, x);
    out->type = type_referred(c, x, xml_get(x, "typeRef"));
    while (whole && whole->is == TYPE_REFERENCE) whole = whole->of;
    for (size_t i = 0; whole && !out->type && whole->is == TYPE_STRUCTURE && i < whole->count; i++)
        if (str_eq(whole->components[i].name, out->name)) out->type = whole->components[i].type;
    const struct feel_type *type = type_feel(out->type);
    if (type->is == FEEL_TYPE_LIST && type->of) type = type->of;
    str tests = STR("");
    const struct xml *at = values ? text_of(values, &tests) : x;
    if (tests.n) out->allowed = compile_tests(c, at, tests, scope, type), out->allowed_text = tests;
    if (!tests.n) tests = type_allowed_text(out->type);
    if (t->policy == HIT_PRIORITY || t->policy == HIT_OUTPUT_ORDER) read_order(c, out, at, tests, scope, type);
    if (fallback) {
        str source;
        at = text_of(fallback, &source);
        if (source.n && !str_eq(source, STR("-"))) read_fallback(c, t, out, at, source, scope);
    }
    c->place = NULL;
}

/* Editors that know no annotations of rules keep what people write beside a rule as its description. */
static struct dmn_rule_words words_of(const struct xml *rule)
{
    struct dmn_rule_words words = {str_trim(xml_get(rule, "id")), STR("")};
    str description = xml_text(rule, "description");
    for (const struct xml *e = xml_child(rule, "annotationEntry"); e && !words.why.n; e = xml_same(e))
        text_of(e, &words.why);
    if (!words.why.n && description.n) words.why = description;
    return words;
}

static void read_rule(struct dmn_compiler *c, struct dmn_table *t, const struct xml *x, const struct feel_scope *scope)
{
    struct table_rule *r = &t->rules[t->rule_count++];
    size_t i = 0, o = 0;
    *r = (struct table_rule){.xml = x, .words = words_of(x), .tests = &t->cells[(t->rule_count - 1) * t->input_count]};
    r->outputs = arena_array(c->a, t->output_count + 1, sizeof *r->outputs);
    for (const struct xml *e = xml_child(x, "inputEntry"); e; e = xml_same(e), i++) {
        if (i >= t->input_count) break;
        str source;
        const struct xml *at = text_of(e, &source);
        struct table_cell *cell = &r->tests[i];
        cell->text = source, cell->xml = at;
        c->place = arena_printf(c->a, "rule %zu, input %zu", t->rule_count, i + 1).p;
        if (c->model->findings && source.n) look_strictly(c, at, source, scope, t->inputs[i].tested);
        if (source.n && !str_eq(source, STR("-")) && !cell_read_constants(c, cell, scope, t->inputs[i].tested))
            cell->program = compile_tests(c, at, source, scope, t->inputs[i].tested);
    }
    for (const struct xml *e = xml_child(x, "outputEntry"); e; e = xml_same(e), o++) {
        if (o >= t->output_count) break;
        str source;
        const struct xml *at = text_of(e, &source);
        c->place = arena_printf(c->a, "rule %zu, output %zu", t->rule_count, o + 1).p;
        if (source.n && !str_eq(source, STR("-")) && !result_read_constant(c, &r->outputs[o], source, scope))
            r->outputs[o].program = compile_text(c, at, source, scope);
    }
    c->place = arena_printf(c->a, "rule %zu", t->rule_count).p;
    if (i != t->input_count)
        compile_error(c, x, NULL, "has %s input entries than the table's %zu", i < t->input_count ? "fewer" : "more",
                      t->input_count);
    if (o != t->output_count)
        compile_error(c, x, NULL, "has %s output entries than the table's %zu", o < t->output_count ? "fewer" : "more",
                      t->output_count);
    c->place = NULL;
}

static size_t count_of(const struct xml *x, const char *name)
{
    size_t n = 0;
    for (const struct xml *e = xml_child(x, name); e; e = xml_same(e)) n++;
    return n;
}

static const struct feel_type *joined(struct dmn_compiler *c, const struct feel_type *so_far,
                                      const struct table_result *r)
{
    if (r->program) return type_join(c->a, so_far, feel_program_type(r->program));
    if (!r->constant || r->value.kind == FEEL_NULL) return so_far;
    return type_join(c->a, so_far, feel_type_of(c->a, r->value));
}

static const struct feel_type *gives_type(struct dmn_compiler *c, const struct dmn_table *t)
{
    const struct feel_type *one = NULL;
    if (t->output_count == 1) {
        const struct table_output *out = &t->outputs[0];
        if (out->type) one = type_feel(out->type);
        for (size_t i = 0; !out->type && i < t->rule_count; i++) one = joined(c, one, &t->rules[i].outputs[0]);
    } else {
        struct feel_type *context = arena_zalloc(c->a, sizeof *context);
        struct feel_field *fields = arena_array(c->a, t->output_count + 1, sizeof *fields);
        for (size_t i = 0; i < t->output_count; i++) {
            const struct feel_type *type = t->outputs[i].type ? type_feel(t->outputs[i].type) : NULL;
            for (size_t k = 0; !t->outputs[i].type && k < t->rule_count; k++)
                type = joined(c, type, &t->rules[k].outputs[i]);
            fields[i] = (struct feel_field){.name = t->outputs[i].name, .type = type ? type : &feel_any};
        }
        *context = (struct feel_type){.is = FEEL_TYPE_CONTEXT, .fields = fields, .count = t->output_count};
        one = context;
    }
    if (!one) one = &feel_any;
    bool many =
        t->policy == HIT_RULE_ORDER || t->policy == HIT_OUTPUT_ORDER || (t->policy == HIT_COLLECT && !t->aggregation);
    if (t->aggregation == AGGREGATE_COUNT) return &feel_type_number;
    return many ? type_list_of(c->a, one) : one;
}

bool table_gives(const struct dmn_table *t, const struct dmn_type *type)
{
    bool one = t->policy == HIT_UNIQUE || t->policy == HIT_ANY || t->policy == HIT_PRIORITY || t->policy == HIT_FIRST;
    return one && t->output_count == 1 && t->outputs[0].type == type;
}

const struct dmn_table *table_compile(struct dmn_compiler *c, const struct xml *x, const struct feel_scope *scope,
                                      const struct dmn_type *type, const struct feel_type **gives)
{
    struct dmn_table *t = arena_zalloc(c->a, sizeof *t);
    const char *outside = c->place;
    size_t inputs = count_of(x, "input"), outputs = count_of(x, "output"), rules = count_of(x, "rule");
    t->inputs = arena_array(c->a, inputs + 1, sizeof *t->inputs);
    t->outputs = arena_array(c->a, outputs + 1, sizeof *t->outputs);
    t->rules = arena_array(c->a, rules + 1, sizeof *t->rules);
    t->cells = arena_array(c->a, inputs * rules + 1, sizeof *t->cells);
    t->base = feel_scope_size(scope);
    t->node = c->node, t->xml = x;
    read_policy(c, t, x);
    if (!type && c->node && c->node->kind == DMN_DECISION) type = c->node->type;
    for (const struct xml *e = xml_child(x, "input"); e; e = xml_same(e)) read_input(c, t, e, scope);
    for (const struct xml *e = xml_child(x, "output"); e; e = xml_same(e)) read_output(c, t, e, scope, type);
    for (const struct xml *e = xml_child(x, "rule"); e; e = xml_same(e)) read_rule(c, t, e, scope);
    c->place = outside;
    if (!outputs) compile_error(c, x, NULL, "the table has no output");
    *gives = gives_type(c, t);
    if (!c->node || !c->node->failed) index_build(c, t, scope);
    if (c->model->findings && t->index) check_table(c, t);
    return t;
}

/* ---- Which rules match ---------------------------------------------------------------------------------------------
 */

static struct feel_value refused_value(struct dmn_run *run, const char *what, str of, struct feel_value v, str allowed)
{
    struct buf text;
    buf_init(&text, 100);
    feel_emit(&text, v);
    struct feel_value null = run_refuse(run, "%s '" STR_FORMAT "': " STR_FORMAT " is not among " STR_FORMAT, what,
                                        STR_ARGS(of), STR_ARGS(buf_get(&text)), STR_ARGS(allowed));
    buf_release(&text);
    return null;
}

/* Where the inputs' values are; what has to be made or converted is put into `made`. False: one is not allowed, and
 * *null says which. */
static bool take_inputs(struct dmn_run *run, const struct dmn_table *t, struct feel_value *frame,
                        struct feel_value *made, const struct feel_value **values, struct feel_value *null)
{
    for (size_t i = 0; i < t->input_count; i++) {
        const struct table_input *in = &t->inputs[i];
        const struct feel_value *v = in->slot ? &frame[in->slot - 1] : &made[i];
        if (!in->slot) made[i] = run_program(run, in->program, frame);
        if (UNLIKELY(!fits_plainly(in->plain, v))) {
            struct feel_value as = type_coerce(run, in->type, *v, "input", in->text);
            if (as.kind == FEEL_NULL && v->kind != FEEL_NULL) return *null = as, false;
            made[i] = as, v = &made[i];
        }
        values[i] = v;
        if (LIKELY(!in->allowed) || v->kind == FEEL_NULL) continue;
        const struct feel_value *each = v->kind == FEEL_LIST ? v->items : v;
        size_t count = v->kind == FEEL_LIST ? v->count : 1;
        for (size_t k = 0; k < count; k++) {
            frame[t->base] = each[k];
            if (!feel_is_true(run_program(run, in->allowed, frame)))
                return *null = refused_value(run, "input", in->text, each[k], in->allowed_text), false;
        }
    }
    return true;
}

static bool matches(struct dmn_run *run, const struct dmn_table *t, const struct table_rule *r,
                    const struct feel_value *const *values, struct feel_value *frame)
{
    for (size_t i = 0; i < t->input_count; i++)
        if (!cell_matches(run, t, &r->tests[i], values[i], frame)) return false;
    return true;
}

/* ---- Outputs -------------------------------------------------------------------------------------------------------
 */

static struct feel_value output(struct dmn_run *run, const struct dmn_table *t, const struct table_output *out,
                                const struct table_result *r, struct feel_value *frame)
{
    struct feel_value v = r->program ? run_program(run, r->program, frame) : r->constant ? r->value : feel_null();
    v = type_coerce(run, out->type, v, "output", out->name);
    if (!out->allowed || v.kind == FEEL_NULL) return v;
    const struct feel_value *each = v.kind == FEEL_LIST ? v.items : &v;
    size_t count = v.kind == FEEL_LIST ? v.count : 1;
    for (size_t k = 0; k < count; k++) {
        frame[t->base] = each[k];
        if (!feel_is_true(run_program(run, out->allowed, frame)))
            return refused_value(run, "output", out->name, each[k], out->allowed_text);
    }
    return v;
}

/* One rule's outputs: the value, or a context of them. */
static struct feel_value made_value(struct dmn_run *run, const struct dmn_table *t, const struct table_rule *r,
                                    struct feel_value *frame)
{
    if (t->output_count == 1) return output(run, t, &t->outputs[0], &r->outputs[0], frame);
    struct feel_entry *entries = arena_alloc(run->a, (t->output_count + 1) * sizeof *entries);
    for (size_t i = 0; i < t->output_count; i++)
        entries[i] = (struct feel_entry){t->outputs[i].name, output(run, t, &t->outputs[i], &r->outputs[i], frame)};
    return feel_context(entries, t->output_count);
}

static inline struct feel_value rule_value(struct dmn_run *run, const struct dmn_table *t, size_t rule,
                                           struct feel_value *frame)
{
    const struct table_rule *r = &t->rules[rule];
    return LIKELY(r->constant) ? r->value : made_value(run, t, r, frame);
}

static struct feel_value fallback(struct dmn_run *run, const struct dmn_table *t, struct feel_value *frame)
{
    if (t->output_count == 1) return output(run, t, &t->outputs[0], &t->outputs[0].fallback, frame);
    struct feel_entry *entries = arena_alloc(run->a, (t->output_count + 1) * sizeof *entries);
    for (size_t i = 0; i < t->output_count; i++)
        entries[i] =
            (struct feel_entry){t->outputs[i].name, output(run, t, &t->outputs[i], &t->outputs[i].fallback, frame)};
    return feel_context(entries, t->output_count);
}

/* ---- Priorities ----------------------------------------------------------------------------------------------------
 */

static size_t priority(struct dmn_run *run, const struct dmn_table *t, size_t output, struct feel_value v,
                       struct feel_value *frame)
{
    const struct table_output *out = &t->outputs[output];
    frame[t->base] = v;
    for (size_t i = 0; i < out->order_count; i++)
        if (feel_is_true(run_program(run, out->order[i], frame))) return i;
    return out->order_count;
}

struct ranked {
    struct feel_value value;
    size_t *ranks;
};

static bool before(const struct ranked *x, const struct ranked *y, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (x->ranks[i] != y->ranks[i]) return x->ranks[i] < y->ranks[i];
    return false;
}

/* By output values, the first output first; rules of one rank stay in their order. */
static struct feel_value by_priority(struct dmn_run *run, const struct dmn_table *t, const uint32_t *hits, size_t count,
                                     struct feel_value *frame)
{
    struct ranked *all = arena_alloc(run->a, count * sizeof *all), *spare = arena_alloc(run->a, count * sizeof *spare);
    for (size_t i = 0; i < count; i++) {
        all[i] =
            (struct ranked){rule_value(run, t, hits[i], frame), arena_alloc(run->a, t->output_count * sizeof(size_t))};
        for (size_t k = 0; k < t->output_count; k++) {
            struct feel_value v = t->output_count == 1 ? all[i].value : all[i].value.entries[k].value;
            all[i].ranks[k] = priority(run, t, k, v, frame);
        }
    }
    if (t->policy == HIT_PRIORITY) {
        size_t best = 0;
        for (size_t i = 1; i < count; i++)
            if (before(&all[i], &all[best], t->output_count)) best = i;
        return all[best].value;
    }
    for (size_t width = 1; width < count; width *= 2) { /* merge sort */
        for (size_t from = 0; from < count; from += 2 * width) {
            size_t middle = from + width < count ? from + width : count,
                   end = from + 2 * width < count ? from + 2 * width : count;
            size_t x = from, y = middle, to = from;
            while (x < middle || y < end) {
                bool right = x == middle || (y < end && before(&all[y], &all[x], t->output_count));
                spare[to++] = right ? all[y++] : all[x++];
            }
        }
        struct ranked *sorted = spare;
        spare = all, all = sorted;
    }
    struct feel_value *items = value_new_items(run->a, count);
    for (size_t i = 0; i < count; i++) items[i] = all[i].value;
    return feel_list(items, count);
}

/* ---- Aggregation ---------------------------------------------------------------------------------------------------
 */

static struct feel_value aggregate_of(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *values,
                                      size_t count)
{
    struct feel_value got = values[0];
    for (size_t i = 0; i < count; i++) {
        struct feel_value v = values[i];
        int order;
        str why;
        if (v.kind == FEEL_NULL) return v.text.n ? v : run_refuse(run, "a null among the outputs can't be aggregated");
        if (t->aggregation == AGGREGATE_SUM) {
            bool number = v.kind == FEEL_NUMBER, duration = v.kind == FEEL_DAYS_TIME || v.kind == FEEL_YEARS_MONTHS;
            if (!number && !duration)
                return run_refuse(run, "the outputs can't be summed: one is %s",
                                  feel_kind_words((enum feel_kind)v.kind));
            if (i) got = number && got.kind == FEEL_NUMBER ? number_add(got, v) : time_add(run->a, got, v);
        } else {
            if (!value_compare(run->a, v, got, &order, &why)) return feel_null_because(why);
            if (t->aggregation == AGGREGATE_MIN ? order < 0 : order > 0) got = v;
        }
    }
    return got;
}

static struct feel_value aggregate(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *values,
                                   size_t count)
{
    if (t->aggregation == AGGREGATE_COUNT) return feel_int((int64_t)count);
    if (t->output_count == 1) return aggregate_of(run, t, values, count);
    /* Of several outputs: each by itself. */
    struct feel_entry *entries = arena_alloc(run->a, (t->output_count + 1) * sizeof *entries);
    struct feel_value *column = value_new_items(run->a, count);
    for (size_t i = 0; i < t->output_count; i++) {
        for (size_t k = 0; k < count; k++) column[k] = values[k].entries[i].value;
        entries[i] = (struct feel_entry){t->outputs[i].name, aggregate_of(run, t, column, count)};
    }
    return feel_context(entries, t->output_count);
}

/* ---- The hit policies ----------------------------------------------------------------------------------------------
 */

static struct feel_value every_value(struct dmn_run *run, const struct dmn_table *t, const uint32_t *hits, size_t count,
                                     struct feel_value *frame)
{
    struct feel_value *items = value_new_items(run->a, count);
    for (size_t i = 0; i < count; i++) items[i] = rule_value(run, t, hits[i], frame);
    return feel_list(items, count);
}

static struct feel_value any(struct dmn_run *run, const struct dmn_table *t, const uint32_t *hits, size_t count,
                             struct feel_value *frame)
{
    struct feel_value first = rule_value(run, t, hits[0], frame);
    for (size_t i = 1; i < count; i++)
        if (!feel_same(first, rule_value(run, t, hits[i], frame)))
            return run_refuse(run, "hit policy ANY: the rules %u and %u match with different outputs", hits[0] + 1,
                              hits[i] + 1);
    return first;
}

static struct feel_value decide(struct dmn_run *run, const struct dmn_table *t, const uint32_t *hits, size_t count,
                                struct feel_value *frame)
{
    if (!count) {
        if (t->has_fallback) return fallback(run, t, frame);
        return run_refuse(run, "no rule matched");
    }
    switch (t->policy) {
    case HIT_UNIQUE:
        if (count > 1)
            return run_refuse(run, "hit policy UNIQUE: the rules %u and %u both match", hits[0] + 1, hits[1] + 1);
        return rule_value(run, t, hits[0], frame);
    case HIT_ANY: return any(run, t, hits, count, frame);
    case HIT_FIRST: return rule_value(run, t, hits[0], frame);
    case HIT_PRIORITY:
    case HIT_OUTPUT_ORDER: return by_priority(run, t, hits, count, frame);
    case HIT_RULE_ORDER: return every_value(run, t, hits, count, frame);
    case HIT_COLLECT: {
        struct feel_value all = every_value(run, t, hits, count, frame);
        return t->aggregation ? aggregate(run, t, all.items, count) : all;
    }
    }
    NOT_REACHED();
}

/* ---- Explaining ----------------------------------------------------------------------------------------------------
 */

static void explain(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *const *values,
                    const uint32_t *hits, size_t count, struct feel_value *frame, struct feel_value result)
{
    struct dmn_trace *trace = run_trace(run, "table", run->notes->node ? run->notes->node->name : STR(""));
    struct feel_entry *entries = arena_alloc(run->a, (t->input_count + 1) * sizeof *entries);
    for (size_t i = 0; i < t->input_count; i++) entries[i] = (struct feel_entry){t->inputs[i].text, *values[i]};
    uint32_t *rules = arena_alloc(run->a, (count + 1) * sizeof *rules);
    struct dmn_rule_words *words = arena_alloc(run->a, (count + 1) * sizeof *words);
    for (size_t i = 0; i < count; i++) rules[i] = hits[i] + 1, words[i] = t->rules[hits[i]].words;
    trace->inputs = feel_context(entries, t->input_count);
    trace->rules = rules, trace->words = words, trace->rule_count = count;
    trace->decided = t->policy == HIT_FIRST && count ? 1 : count;
    trace->value = result;
    size_t least = SIZE_MAX;
    for (size_t r = 0; r < t->rule_count && !count; r++) {
        size_t missed = 0, first = 0;
        for (size_t i = t->input_count; i-- > 0;) {
            if (!cell_matches(run, t, &t->rules[r].tests[i], values[i], frame)) missed++, first = i;
        }
        if (!missed || missed >= least) continue;
        least = missed;
        trace->nearest = (uint32_t)r + 1, trace->nearest_input = t->inputs[first].text;
        trace->nearest_test = t->rules[r].tests[first].text, trace->nearest_value = *values[first];
    }
}

struct feel_value table_eval(struct dmn_run *run, const struct dmn_table *t, struct feel_value *frame)
{
    struct feel_value few_made[16], *made = few_made, null;
    const struct feel_value *few_values[ARRAY_COUNT(few_made)], **values = few_values;
    uint32_t few_hits[64], *hits = few_hits;
    size_t count = 0;
    if (UNLIKELY(t->input_count > ARRAY_COUNT(few_made))) {
        made = value_new_items(run->a, t->input_count);
        values = arena_alloc(run->a, t->input_count * sizeof *values);
    }
    if (t->rule_count > ARRAY_COUNT(few_hits)) hits = arena_alloc(run->a, t->rule_count * sizeof *hits);
    if (!take_inputs(run, t, frame, made, values, &null)) {
        if (UNLIKELY(run->notes->explain))
            run_trace(run, "table", run->notes->node ? run->notes->node->name : STR(""))->value = null;
        return null;
    }
    size_t most = t->policy == HIT_FIRST ? 1 : t->policy == HIT_UNIQUE ? 2 : t->rule_count;
    if (UNLIKELY(run->notes->explain)) most = t->rule_count;
    if (!t->index || !index_find(run, t, values, frame, hits, most, &count))
        for (size_t r = 0; r < t->rule_count && count < most && !run->notes->stopped; r++)
            if (matches(run, t, &t->rules[r], values, frame)) hits[count++] = (uint32_t)r;
    struct feel_value v = decide(run, t, hits, count, frame);
    if (UNLIKELY(run->notes->explain)) explain(run, t, values, hits, count, frame, v);
    return v;
}
