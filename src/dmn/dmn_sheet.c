/* SPDX-License-Identifier: Apache-2.0 */
/* A run that is kept: values by node, to be changed and asked again. And what a model says of its nodes. */
#include "dmn_index.h"
#include "dmn_inside.h"
#include "feel_value.h"

#include <string.h>

struct dmn_sheet {
    struct dmn_run run;
    struct run_notes notes;
};

static struct dmn_sheet *sheet_make(const struct dmn_model *m, struct feel_env *env, bool explain)
{
    struct dmn_sheet *s = arena_alloc(env->arena, sizeof *s);
    s->notes = (struct run_notes){.explain = explain};
    s->run = (struct dmn_run){.model = m,
                              .env = env,
                              .a = env->arena,
                              .inputs = feel_context(NULL, 0),
                              .called = m->files.items[0],
                              .values = value_new_items(env->arena, m->nodes.count),
                              .notes = &s->notes};
    return s;
}

struct dmn_sheet *dmn_sheet_new(const struct dmn_model *m, struct feel_env *env, bool explain)
{
    struct dmn_sheet *s = sheet_make(m, env, explain);
    for (size_t i = 0; i < m->nodes.count; i++) {
        s->run.values[i] = feel_null();
        if (m->nodes.items[i]->kind != DMN_INPUT) s->run.values[i].kind = VALUE_UNKNOWN;
    }
    return s;
}

struct dmn_sheet *dmn_sheet_branch(const struct dmn_sheet *s, bool explain)
{
    struct dmn_sheet *branch = sheet_make(s->run.model, s->run.env, explain);
    memcpy(branch->run.values, s->run.values, s->run.model->nodes.count * sizeof *branch->run.values);
    return branch;
}

int dmn_sheet_get(struct dmn_sheet *s, const struct dmn_node *n, struct feel_value *out, struct err *err)
{
    s->notes.err = err;
    *out = run_value(&s->run, n);
    s->notes.err = NULL;
    return s->notes.stopped ? -1 : 0;
}

struct feel_value dmn_sheet_fit(struct dmn_sheet *s, const struct dmn_node *n, struct feel_value v)
{
    return fits_plainly(n->plain, &v) ? v : type_coerce(&s->run, n->type, v, "input", n->name);
}

void dmn_sheet_put(struct dmn_sheet *s, const struct dmn_node *n, struct feel_value v) { s->run.values[n->index] = v; }

void dmn_sheet_forget(struct dmn_sheet *s, const struct dmn_node *n) { s->run.values[n->index].kind = VALUE_UNKNOWN; }

const struct dmn_trace *dmn_sheet_trace(const struct dmn_sheet *s) { return s->notes.first; }

const str *dmn_sheet_errors(const struct dmn_sheet *s, size_t *count)
{
    *count = s->notes.errors.count;
    return s->notes.errors.items;
}

/* ---- Words ---------------------------------------------------------------------------------------------------------
 */

uint32_t dmn_node_index(const struct dmn_node *n) { return n->index; }

size_t dmn_node_requires(const struct dmn_node *n, const struct dmn_node **out, size_t room)
{
    for (size_t i = 0; i < n->requires.count && i < room; i++) out[i] = n->requires.items[i].node;
    return n->requires.count;
}

str dmn_node_label(const struct dmn_node *n)
{
    str label = str_trim(xml_get(n->xml, "label"));
    return label.n ? label : n->name;
}

str dmn_node_text(const struct dmn_node *n, const char *child) { return xml_text(n->xml, child); }

static str extension(const struct xml *of, const char *name)
{
    const struct xml *all = xml_child(of, "extensionElements");
    for (const struct xml *x = all ? all->first : NULL; x; x = x->next)
        if (str_eq(x->space, XML_OWN) && xml_is(x, name)) return str_trim(x->text);
    return STR_NONE;
}

str dmn_node_extension(const struct dmn_node *n, const char *name) { return extension(n->xml, name); }
str dmn_extension(const struct dmn_model *m, const char *name) { return extension(m->files.items[0]->root, name); }
bool dmn_uses_clock(const struct dmn_model *m) { return m->uses_clock; }

/* ---- Values --------------------------------------------------------------------------------------------------------
 */

typedef VEC(struct feel_value) values;

static bool among(const values *v, struct feel_value one)
{
    VEC_EACH(each, v)
        if (feel_same(*each, one)) return true;
    return false;
}

/* Lists of single values are compiled as what they are, so their texts are read again here: FEEL literals. */
const struct feel_value *values_listed(struct arena *a, str tests, size_t *count)
{
    enum { STEPS = 10000 };
    values got = {0};
    *count = 0;
    for (size_t from = 0; from < tests.n;) {
        size_t end = feel_find_end(tests, from, ',');
        if (end == STR_NOT_FOUND) end = tests.n;
        const struct feel_program *p;
        struct feel_env env = {.arena = a, .limits = {.steps = STEPS}};
        struct feel_scope none = {.lenient = true};
        struct feel_value v;
        struct err err = {0};
        str text = str_trim(str_slice(tests, from, end));
        from = end + 1;
        if (feel_compile(a, &none, text, &p, &err) < 0 || feel_eval(p, &env, NULL, &v, &err) < 0) return NULL;
        if (v.kind == FEEL_NULL || v.kind >= FEEL_RANGE) return NULL;
        *vec_add(a, &got) = v;
    }
    *count = got.count;
    return got.items;
}

const struct feel_value *dmn_node_values(const struct dmn_node *n, struct arena *a, size_t *count)
{
    str tests = type_allowed_text(n->type);
    if (n->gives->is == FEEL_TYPE_OF_KIND && n->gives->kind == FEEL_BOOLEAN && !tests.n) tests = STR("true, false");
    return values_listed(a, tests, count);
}

static void note_constant(struct arena *a, values *to, struct feel_value v)
{
    if (v.kind == FEEL_RANGE) {
        note_constant(a, to, v.range->from);
        note_constant(a, to, v.range->to);
    } else if (v.kind == FEEL_LIST) {
        for (uint32_t i = 0; i < v.count; i++) note_constant(a, to, v.items[i]);
    } else if (v.kind != FEEL_NULL && v.kind < FEEL_RANGE && !among(to, v))
        *vec_add(a, to) = v;
}

/* The column is the node's value, by whatever spelling of its name. */
static bool is_column_of(const struct dmn_node *by, const struct table_input *in, const struct dmn_node *n)
{
    return in->slot && in->slot <= by->scope.count && by->bindings[in->slot - 1].node == n;
}

static void look_in(struct arena *a, values *to, const struct dmn_node *by, const struct dmn_node *n)
{
    if (!by->logic || by->logic->kind != BOX_TABLE) return;
    const struct dmn_table *t = by->logic->table;
    for (size_t i = 0; i < t->input_count; i++) {
        if (!is_column_of(by, &t->inputs[i], n)) continue;
        for (size_t r = 0; r < t->rule_count; r++) {
            const struct table_cell *cell = &t->rules[r].tests[i];
            for (size_t k = 0; k < cell->test_count; k++) note_constant(a, to, cell->tests[k].value);
        }
    }
}

const struct feel_value *dmn_node_constants(const struct dmn_node *n, struct arena *a, size_t *count)
{
    values got = {0};
    VEC_EACH(other, &n->model->nodes) {
        bool requires = false;
        for (size_t i = 0; i < (*other)->requires.count; i++) requires |= (*other)->requires.items[i].node == n;
        if (requires && (*other)->kind == DMN_DECISION) look_in(a, &got, *other, n);
    }
    for (size_t i = 1; i < got.count; i++) /* few of them */
        for (size_t k = i; k && feel_order(got.items[k], got.items[k - 1]) < 0; k--) {
            struct feel_value v = got.items[k];
            got.items[k] = got.items[k - 1], got.items[k - 1] = v;
        }
    *count = got.count;
    return got.items;
}

bool dmn_node_compares(const struct dmn_node *n)
{
    if (n->kind != DMN_DECISION || !n->logic || n->logic->kind != BOX_TABLE) return false;
    const struct dmn_table *t = n->logic->table;
    for (size_t i = 0; i < t->input_count; i++)
        if (!t->inputs[i].slot || t->inputs[i].slot > n->scope.count) return false;
    for (size_t i = 0; i < t->input_count * t->rule_count; i++)
        if (t->cells[i].program) return false;
    for (size_t r = 0; r < t->rule_count; r++)
        if (!t->rules[r].constant) return false;
    return !t->fallback_depends;
}
