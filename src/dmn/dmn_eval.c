/* SPDX-License-Identifier: Apache-2.0 */
/* Running a node: what it requires first, each once; then its logic. */
#include "dmn_inside.h"
#include "feel_value.h"

#include <stdarg.h>
#include <string.h>

struct feel_value run_refuse(struct dmn_run *run, const char *format, ...)
{
    enum { REASON_CAP = 700 };
    va_list args;
    va_start(args, format);
    str text = arena_vprintf(run->a, REASON_CAP, format, args);
    va_end(args);
    return feel_null_because(text);
}

struct err *run_err(struct dmn_run *run)
{
    if (UNLIKELY(!run->notes->err)) run->notes->err = arena_zalloc(run->a, sizeof *run->notes->err);
    return run->notes->err;
}

struct feel_value run_program(struct dmn_run *run, const struct feel_program *p, const struct feel_value *frame)
{
    struct feel_value v = feel_null();
    if (UNLIKELY(run->notes->stopped || !p)) return v;
    if (feel_eval(p, run->env, frame, &v, run_err(run)) < 0) run->notes->stopped = true;
    return v;
}

bool run_call(struct dmn_run *run, struct feel_value f, const str *names, const struct feel_value *arguments,
              size_t count, struct feel_value *out)
{
    *out = feel_null();
    if (run->notes->stopped) return false;
    int result = names ? feel_call_named(run->env, f, names, arguments, count, out, run_err(run))
                       : feel_call(run->env, f, arguments, count, out, run_err(run));
    if (result < 0) run->notes->stopped = true;
    return result == 0;
}

/* The reason of a null, said once. */
void run_note(struct dmn_run *run, const struct dmn_node *n, struct feel_value v)
{
    if (v.kind != FEEL_NULL || !v.text.n) return;
    str text =
        n ? arena_printf(run->a, "%s '" STR_FORMAT "': " STR_FORMAT, n->word, STR_ARGS(n->name), STR_ARGS(v.text))
          : v.text;
    for (size_t i = 0; i < run->notes->errors.count; i++)
        if (str_ends(run->notes->errors.items[i], v.text) && (run->notes->errors.items[i].n >= text.n || !n)) return;
    *vec_add(run->a, &run->notes->errors) = text;
}

struct dmn_trace *run_trace(struct dmn_run *run, const char *kind, str name)
{
    struct dmn_trace *t = arena_zalloc(run->a, sizeof *t);
    *t = (struct dmn_trace){.name = name,
                            .kind = kind,
                            .inputs = feel_context(NULL, 0),
                            .value = feel_null(),
                            .nearest_value = feel_null()};
    if (run->notes->last)
        *run->notes->last = t;
    else
        run->notes->first = t;
    run->notes->last = &t->next;
    return t;
}

/* ---- Inputs --------------------------------------------------------------------------------------------------------
 */

/* Inside of contexts under the names of the imports that lead to the file. */
static const struct feel_value *by_imports(const struct dmn_file *from, const struct dmn_node *n,
                                           struct feel_value inputs, int depth)
{
    if (from == n->file) {
        const struct feel_entry *likely =
            inputs.kind == FEEL_CONTEXT && n->place < inputs.count ? &inputs.entries[n->place] : NULL;
        return likely && str_eq(likely->key, n->name) ? &likely->value : feel_entry_get(inputs, n->name);
    }
    for (size_t i = 0; i < from->imports.count && depth < IMPORT_DEPTH; i++) {
        const struct dmn_import *import = &from->imports.items[i];
        if (!import->file) continue;
        const struct feel_value *inner = import->name.n ? feel_entry_get(inputs, import->name) : &inputs;
        const struct feel_value *got =
            inner && inner->kind == FEEL_CONTEXT ? by_imports(import->file, n, *inner, depth + 1) : NULL;
        if (got) return got;
    }
    return NULL;
}

static struct feel_value input_value(struct dmn_run *run, const struct dmn_node *n)
{
    const struct feel_value *given = by_imports(run->called, n, run->inputs, 0);
    if (!given && run->called != run->model->files.items[0])
        given = by_imports(run->model->files.items[0], n, run->inputs, 0);
    if (!given && n->unique_name) given = feel_entry_get(run->inputs, n->name);
    if (!given) return run_refuse(run, "the input '" STR_FORMAT "' is not given", STR_ARGS(n->name));
    struct feel_value v = type_coerce(run, n->type, *given, "input", n->name);
    run_note(run, NULL, v);
    return v;
}

/* ---- Decisions -----------------------------------------------------------------------------------------------------
 */

static struct feel_value bound(struct dmn_run *run, const struct binding *b)
{
    if (b->node) return run_value(run, b->node);
    struct feel_entry *entries = arena_alloc(run->a, (b->count + 1) * sizeof *entries);
    for (size_t i = 0; i < b->count; i++)
        entries[i] = (struct feel_entry){b->nodes[i]->name, run_value(run, b->nodes[i])};
    return feel_context(entries, b->count);
}

/* The common case, short: an input of a plain type that is given by its own name and in its place. What was made of
 * JSON has the model's own names. In a service, which has values for its inputs already, nothing is given by name. */
static inline const struct feel_value *simple_input(const struct dmn_run *run, const struct binding *b)
{
    if (!b->own_input || b->place >= run->inputs.count) return NULL;
    const struct feel_entry *e = &run->inputs.entries[b->place];
    if (e->key.p != b->name.p && !str_eq(e->key, b->name)) return NULL;
    return fits_plainly(b->plain, &e->value) ? &e->value : NULL;
}

static struct feel_value *make_frame(struct dmn_run *run, const struct dmn_node *n)
{
    struct feel_value *frame = value_new_items(run->a, n->frame), *to = frame;
    bool given = run->inputs.kind == FEEL_CONTEXT && n->file == run->called;
    for (const struct binding *b = n->bindings, *end = b + n->scope.count; b < end; b++, to++) {
        const struct feel_value *simple = given ? simple_input(run, b) : NULL;
        *to = LIKELY(simple != NULL) ? *simple : bound(run, b);
    }
    return frame;
}

static struct feel_value failed(struct dmn_run *run, const struct dmn_node *n)
{
    const struct err *e = n->err;
    if (!e) return run_refuse(run, "it has no logic");
    if (e->line) return run_refuse(run, "%s (line %u)", e->message, e->line);
    return run_refuse(run, "%s", e->message);
}

static void explain(struct dmn_run *run, const struct dmn_node *n, const char *kind, const struct feel_value *values,
                    const str *names, size_t count, struct feel_value result)
{
    struct dmn_trace *t = run_trace(run, kind, n->name);
    struct feel_entry *entries = arena_alloc(run->a, (count + 1) * sizeof *entries);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        str name = names ? names[i] : n->scope.variables[i].name;
        if (values[i].kind != FEEL_FUNCTION) entries[kept++] = (struct feel_entry){name, values[i]};
    }
    t->inputs = feel_context(entries, kept);
    t->value = result;
}

static struct feel_value run_decision(struct dmn_run *run, const struct dmn_node *n)
{
    if (UNLIKELY(n->failed || !n->logic)) return failed(run, n);
    struct feel_value *frame = make_frame(run, n);
    const struct dmn_node *outside = run->notes->node;
    run->notes->node = n;
    struct feel_value v = box_eval(run, n->logic, frame);
    if (!n->fits && !fits_plainly(n->plain, &v)) v = type_coerce(run, n->type, v, "result", n->name);
    run->notes->node = outside;
    if (UNLIKELY(run->notes->explain)) explain(run, n, "decision", frame, NULL, n->scope.count, v);
    if (UNLIKELY(v.kind == FEEL_NULL)) run_note(run, n, v);
    return v;
}

static void know_nothing(struct dmn_run *run)
{
    size_t count = run->model->nodes.count;
    run->values = value_new_items(run->a, count);
    for (size_t i = 0; i < count; i++) run->values[i].kind = VALUE_UNKNOWN;
}

static struct feel_value first_value(struct dmn_run *run, const struct dmn_node *n)
{
    switch (n->kind) {
    case DMN_INPUT: return input_value(run, n);
    case DMN_DECISION: return run_decision(run, n);
    case DMN_KNOWLEDGE:
    case DMN_SERVICE: return run_function(run, n);
    }
    NOT_REACHED();
}

struct feel_value run_value(struct dmn_run *run, const struct dmn_node *n)
{
    if (!run->values) know_nothing(run);
    struct feel_value *memo = &run->values[n->index];
    if (memo->kind != VALUE_UNKNOWN) return *memo;
    struct feel_value v = first_value(run, n);
    return *memo = v;
}

/* ---- Functions -----------------------------------------------------------------------------------------------------
 */

struct node_function {
    struct feel_host_function function; /* first */
    struct dmn_run *run;
    const struct dmn_node *node;
};

static struct feel_value call_node(struct feel_env *env, const struct feel_host_function *self,
                                   const struct feel_value *arguments)
{
    const struct node_function *f = (const struct node_function *)self;
    (void)env;
    return run_invoke(f->run, f->node, arguments);
}

struct feel_value run_function(struct dmn_run *run, const struct dmn_node *n)
{
    if (n->failed) return failed(run, n);
    if (n->kind == DMN_KNOWLEDGE && n->logic->program) return run_program(run, n->logic->program, make_frame(run, n));
    struct node_function *f = arena_zalloc(run->a, sizeof *f);
    *f = (struct node_function){.function = {.name = n->name,
                                             .parameters = n->parameters,
                                             .count = n->parameter_count,
                                             .call_self = call_node,
                                             .usage = n->name},
                                .run = run,
                                .node = n};
    return feel_function(run->a, &f->function);
}

static struct feel_value invoke_service(struct dmn_run *run, const struct dmn_node *n,
                                        const struct feel_value *arguments)
{
    struct dmn_run *inner = arena_alloc(run->a, sizeof *inner);
    *inner = *run;
    know_nothing(inner);
    inner->inputs = feel_context(NULL, 0); /* a service sees what it is given */
    for (size_t i = 0; i < n->parameter_count; i++) inner->values[n->parameter_nodes[i]->index] = arguments[i];
    if (n->output_count == 1) return run_value(inner, n->outputs[0]);
    struct feel_entry *entries = arena_alloc(run->a, (n->output_count + 1) * sizeof *entries);
    for (size_t i = 0; i < n->output_count; i++)
        entries[i] = (struct feel_entry){n->outputs[i]->name, run_value(inner, n->outputs[i])};
    return feel_context(entries, n->output_count);
}

static struct feel_value invoke_knowledge(struct dmn_run *run, const struct dmn_node *n,
                                          const struct feel_value *arguments)
{
    struct feel_value *frame = make_frame(run, n), v;
    if (n->logic->program) {
        run_call(run, run_program(run, n->logic->program, frame), NULL, arguments, n->parameter_count, &v);
        return v;
    }
    for (size_t i = 0; i < n->parameter_count; i++) frame[n->scope.count + i] = arguments[i];
    return box_eval(run, n->logic->body, frame);
}

/* With an argument that is not of its type it isn't invoked at all (DMN 1.5 §10.3.2.13.2). */
struct feel_value run_invoke(struct dmn_run *run, const struct dmn_node *n, const struct feel_value *arguments)
{
    struct feel_value *given = value_new_items(run->a, n->parameter_count), v;
    if (n->failed) return failed(run, n);
    for (size_t i = 0; i < n->parameter_count; i++) {
        given[i] = type_coerce(run, n->parameter_types[i], arguments[i], "parameter", n->parameters[i]);
        if (given[i].kind == FEEL_NULL && arguments[i].kind != FEEL_NULL) { return given[i]; }
    }
    const struct dmn_node *outside = run->notes->node;
    run->notes->node = n;
    v = n->kind == DMN_SERVICE ? invoke_service(run, n, given) : invoke_knowledge(run, n, given);
    v = type_coerce(run, n->type, v, "result", n->name);
    run->notes->node = outside;
    if (UNLIKELY(run->notes->explain))
        explain(run, n, n->kind == DMN_SERVICE ? "service" : "knowledge", given, n->parameters, n->parameter_count, v);
    return v;
}

/* ---- The door ------------------------------------------------------------------------------------------------------
 */

static struct feel_value call_by_inputs(struct dmn_run *run, const struct dmn_node *n)
{
    struct feel_value *arguments = value_new_items(run->a, n->parameter_count);
    for (size_t i = 0; i < n->parameter_count; i++) {
        const struct feel_value *given = feel_entry_get(run->inputs, n->parameters[i]);
        if (!given && n->kind == DMN_SERVICE) given = by_imports(run->called, n->parameter_nodes[i], run->inputs, 0);
        arguments[i] =
            given ? *given : run_refuse(run, "the input '" STR_FORMAT "' is not given", STR_ARGS(n->parameters[i]));
    }
    return run_invoke(run, n, arguments);
}

int dmn_eval(const struct dmn_node *n, struct feel_env *env, struct feel_value inputs, bool explain_it,
             struct dmn_result *out, struct err *err)
{
    /* All of it may be asked again by a function that the result holds. */
    struct {
        struct dmn_run run;
        struct run_notes notes;
    } *all = arena_alloc(env->arena, sizeof *all);
    struct dmn_run *run = &all->run;
    struct run_notes *notes = &all->notes;
    *notes = (struct run_notes){.explain = explain_it, .err = err};
    *run = (struct dmn_run){
        .model = n->model, .env = env, .a = env->arena, .inputs = inputs, .called = n->file, .notes = notes};
    struct feel_value v = n->kind == DMN_DECISION ? run_decision(run, n)
                          : n->kind == DMN_INPUT  ? input_value(run, n)
                                                  : call_by_inputs(run, n);
    notes->err = NULL;
    if (UNLIKELY(notes->stopped)) return -1;
    if (UNLIKELY(v.kind == FEEL_NULL)) run_note(run, NULL, v);
    *out = (struct dmn_result){v, notes->errors.items, notes->errors.count, notes->first};
    return 0;
}

/* What a decision's error says already is not said again. */
static bool is_said(const struct dmn_result *r, str why)
{
    for (size_t i = 0; i < r->error_count; i++)
        if (str_ends(r->errors[i], why)) return true;
    return false;
}

const str *dmn_reasons(struct arena *a, const struct dmn_result *r, size_t *count)
{
    enum { INSIDE = 100 };
    *count = r->error_count;
    if (r->value.kind != FEEL_LIST && r->value.kind != FEEL_CONTEXT) return r->errors;
    struct feel_reason inside[INSIDE];
    size_t found = feel_reasons(a, r->value, inside, INSIDE);
    if (!found) return r->errors;
    str *all = arena_alloc(a, (r->error_count + found) * sizeof *all);
    if (r->error_count) memcpy(all, r->errors, r->error_count * sizeof *all);
    for (size_t i = 0; i < found; i++)
        if (!is_said(r, inside[i].why))
            all[(*count)++] =
                arena_printf(a, STR_FORMAT ": " STR_FORMAT, STR_ARGS(inside[i].path), STR_ARGS(inside[i].why));
    return all;
}

/* ---- Inputs from text ----------------------------------------------------------------------------------------------
 */

static const struct dmn_type *declared(const struct dmn_file *f, const struct dmn_node *called, str name)
{
    for (size_t i = 0; i < called->parameter_count; i++)
        if (str_eq(called->parameters[i], name)) return called->parameter_types[i];
    for (size_t i = 0; i < f->nodes.count; i++)
        if (f->nodes.items[i]->kind == DMN_INPUT && str_eq(f->nodes.items[i]->name, name))
            return f->nodes.items[i]->type;
    const struct dmn_model *m = called->model;
    for (size_t i = 0; i < m->nodes.count; i++)
        if (m->nodes.items[i]->kind == DMN_INPUT && m->nodes.items[i]->unique_name &&
            str_eq(m->nodes.items[i]->name, name))
            return m->nodes.items[i]->type;
    return NULL;
}

static struct feel_value from_json(const struct dmn_node *n, const struct dmn_file *f, struct arena *a,
                                   const struct json *j, int depth)
{
    if (j->kind != JSON_OBJECT) return feel_from_json(a, j);
    struct feel_entry *entries = arena_alloc(a, (j->count + 1) * sizeof *entries);
    for (size_t i = 0; i < j->count; i++) {
        const struct json *member = &j->items[i];
        const struct dmn_file *import = NULL;
        const struct dmn_node *likely = i < f->inputs.count && !n->parameter_count ? f->inputs.items[i] : NULL;
        for (size_t k = 0; k < f->imports.count; k++)
            if (str_eq(f->imports.items[k].name, member->key)) import = f->imports.items[k].file;
        if (import && depth < IMPORT_DEPTH)
            entries[i] = (struct feel_entry){member->key, from_json(n, import, a, member, depth + 1)};
        else if (likely && str_eq(likely->name, member->key)) /* in its place: it gets the model's own name */
            entries[i] = (struct feel_entry){likely->name, type_from_json(a, likely->type, member)};
        else
            entries[i] = (struct feel_entry){member->key, type_from_json(a, declared(f, n, member->key), member)};
    }
    return feel_context(entries, j->count);
}

struct feel_value dmn_inputs_from_json(const struct dmn_node *n, struct arena *a, const struct json *j)
{
    return from_json(n, n->file, a, j, 0);
}

int dmn_inputs_from_text(struct feel_env *env, str text, struct feel_value *out, struct err *err)
{
    const struct feel_program *p;
    struct feel_scope none = {.lenient = true};
    if (feel_compile(env->arena, &none, text, &p, err) < 0 || feel_eval(p, env, NULL, out, err) < 0) return -1;
    if (out->kind != FEEL_CONTEXT)
        return err_set(err, ERR_INPUT, "is not a FEEL context such as {price: 10, \"unit price\": 2}");
    return 0;
}
