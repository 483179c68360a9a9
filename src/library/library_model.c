/* SPDX-License-Identifier: Apache-2.0 */
/* Models and expressions. */
#include "feel_columns.h"
#include "library.h"

#include <string.h>

/* ---- Expressions ---- */

struct entente_expression {
    struct arena arena;
    const struct feel_program *program;
};
struct entente_columns {
    struct arena arena;
    const struct feel_columns *program;
};

static const struct feel_type *type_of(enum entente_kind kind)
{
    static const struct feel_type *const types[] = {
        [ENTENTE_BOOLEAN] = &feel_type_boolean,     [ENTENTE_NUMBER] = &feel_type_number,
        [ENTENTE_STRING] = &feel_type_string,       [ENTENTE_DATE] = &feel_type_date,
        [ENTENTE_TIME] = &feel_type_time,           [ENTENTE_DATE_TIME] = &feel_type_date_time,
        [ENTENTE_DAYS_TIME] = &feel_type_days_time, [ENTENTE_YEARS_MONTHS] = &feel_type_years_months};
    return kind > ENTENTE_NULL && kind < (int)ARRAY_COUNT(types) ? types[kind] : &feel_any;
}

int entente_compile(const char *text, size_t length, const struct entente_variable *variables, size_t count,
                    struct entente_expression **out, struct entente_error *error)
{
    struct entente_expression *x = mem_zalloc(sizeof *x);
    struct err err = {0};
    arena_init(&x->arena, 0);
    struct feel_variable *names = arena_array(&x->arena, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = (struct feel_variable){.name = arena_copy(&x->arena, str_of(variables[i].name)),
                                          .type = type_of(variables[i].kind)};
    struct feel_scope *scope = arena_zalloc(&x->arena, sizeof *scope);
    scope->variables = names, scope->count = count;
    if (feel_compile(&x->arena, scope, arena_copy(&x->arena, library_text(text, length)), &x->program, &err) < 0) {
        entente_expression_free(x);
        return library_fail(&err, error);
    }
    *out = x;
    return 0;
}

void entente_expression_free(struct entente_expression *x)
{
    if (!x) return;
    arena_release(&x->arena);
    mem_free(x);
}

int entente_evaluate(struct entente_evaluation *e, const struct entente_expression *x,
                     const struct entente_value *values, struct entente_value *out, struct entente_error *error)
{
    struct feel_value v;
    struct err err = {0};
    library_begin(e);
    int result = feel_eval(x->program, &e->env, (const struct feel_value *)values, &v, &err);
    library_end(e);
    if (result < 0) return library_fail(&err, error);
    *out = library_give(v);
    return 0;
}

int entente_compile_columns(const char *text, size_t length, const char *const *names, size_t count,
                            struct entente_columns **out, struct entente_error *error)
{
    struct entente_columns *c = mem_zalloc(sizeof *c);
    struct err err = {0};
    arena_init(&c->arena, 0);
    struct feel_variable *variables = arena_array(&c->arena, count + 1, sizeof *variables);
    for (size_t i = 0; i < count; i++)
        variables[i] =
            (struct feel_variable){.name = arena_copy(&c->arena, str_of(names[i])), .type = &feel_type_number};
    struct feel_scope scope = {.variables = variables, .count = count};
    if (feel_compile_columns(&c->arena, &scope, arena_copy(&c->arena, library_text(text, length)), &c->program, &err) <
        0) {
        entente_columns_free(c);
        return library_fail(&err, error);
    }
    *out = c;
    return 0;
}

void entente_columns_free(struct entente_columns *c)
{
    if (!c) return;
    arena_release(&c->arena);
    mem_free(c);
}

void entente_evaluate_columns(const struct entente_columns *c, const double *const *columns, size_t rows, double *out)
{
    struct arena scratch;
    arena_init(&scratch, 0);
    feel_eval_columns(c->program, &scratch, columns, rows, out);
    arena_release(&scratch);
}

/* ---- Models ---- */

static const struct dmn_model *model_in(const struct entente_model *m) { return (const struct dmn_model *)m; }
static const struct dmn_node *node_in(const struct entente_node *n) { return (const struct dmn_node *)n; }

static struct dmn_host host_of(struct arena *a, const struct entente_functions *functions)
{
    size_t count = functions ? functions->count : 0;
    struct feel_host_function *all = arena_array(a, count + 1, sizeof *all);
    for (size_t i = 0; i < count; i++) all[i] = library_function(a, &functions->items[i]);
    return (struct dmn_host){all, count};
}

int entente_model_load(const struct entente_source *sources, size_t count, const struct entente_functions *functions,
                       struct entente_model **out, struct entente_error *error)
{
    struct arena a;
    struct err err = {0};
    struct dmn_model *m = NULL;
    arena_init(&a, 0);
    struct dmn_source *all = arena_array(&a, count + 1, sizeof *all);
    for (size_t i = 0; i < count; i++)
        all[i] = (struct dmn_source){library_text(sources[i].text, sources[i].length),
                                     str_of(sources[i].path ? sources[i].path : "")};
    struct dmn_host host = host_of(&a, functions);
    int result = count ? dmn_load(all, count, &host, &m, &err) : err_set(&err, ERR_USAGE, "there is no source");
    arena_release(&a);
    if (result < 0) return library_fail(&err, error);
    *out = (struct entente_model *)m;
    return 0;
}

int entente_model_load_file(const char *path, const char *const *imports, size_t count,
                            const struct entente_functions *functions, struct entente_model **out,
                            struct entente_error *error)
{
    struct arena a;
    struct err err = {0};
    struct dmn_model *m;
    arena_init(&a, 0);
    struct dmn_host host = host_of(&a, functions);
    int result = dmn_load_files(path, imports, count, &host, &m, &err);
    arena_release(&a);
    if (result < 0) {
        err_write_file(&err, str_of(path));
        return library_fail(&err, error);
    }
    *out = (struct entente_model *)m;
    return 0;
}

void entente_model_free(struct entente_model *m)
{
    if (m) dmn_free((struct dmn_model *)m);
}

bool entente_model_error(const struct entente_model *m, size_t i, struct entente_error *out)
{
    size_t count;
    const struct err *errors = dmn_errors(model_in(m), &count);
    if (i >= count) return false;
    library_fail(&errors[i], out);
    return true;
}

int entente_find(const struct entente_model *m, const char *space, const char *name, const struct entente_node **out,
                 struct entente_error *error)
{
    struct err err = {0};
    const struct dmn_node *n = dmn_find(model_in(m), str_of(space), str_of(name), &err);
    if (!n) return library_fail(&err, error);
    *out = (const struct entente_node *)n;
    return 0;
}

const struct entente_node *entente_node_at(const struct entente_model *m, size_t i)
{
    size_t count;
    const struct dmn_node *const *nodes = dmn_nodes(model_in(m), &count);
    return i < count ? (const struct entente_node *)nodes[i] : NULL;
}

enum entente_node_kind entente_node_kind_of(const struct entente_node *n)
{
    return (enum entente_node_kind)dmn_node_kind(node_in(n));
}
static_assert((int)ENTENTE_INPUT == DMN_INPUT && (int)ENTENTE_SERVICE == DMN_SERVICE, "the kinds have one order");
static_assert((int)ENTENTE_OBJECT == FEEL_OBJECT && (int)ENTENTE_DATE == FEEL_DATE, "the kinds have one order");

const char *entente_node_name(struct entente_evaluation *e, const struct entente_node *n)
{
    return arena_copy(&e->arena, dmn_node_name(node_in(n))).p;
}

/* ---- Deciding ---- */

int entente_decide(struct entente_evaluation *e, const struct entente_node *n, struct entente_value inputs,
                   struct entente_value *out, struct entente_error *error)
{
    struct dmn_result r;
    e->err.code = ERR_NONE, e->err.line = e->err.column = 0;
    e->err.message[0] = e->err.file[0] = e->err.field[0] = e->err.excerpt[0] = 0;
    library_begin(e);
    int result = dmn_eval(node_in(n), &e->env, library_take(inputs), e->explain, &r, &e->err);
    library_end(e);
    if (result < 0) return library_fail(&e->err, error);
    if (!e->inside) e->last = r, e->listed = false;
    *out = library_give(r.value);
    return 0;
}

int entente_inputs_json(struct entente_evaluation *e, const struct entente_node *n, const char *text, size_t length,
                        struct entente_value *out, struct entente_error *error)
{
    const struct json *j;
    struct err err = {0};
    if (json_parse(&e->arena, arena_copy(&e->arena, library_text(text, length)), &j, &err) < 0)
        return library_fail(&err, error);
    *out = library_give(dmn_inputs_from_json(node_in(n), &e->arena, j));
    return 0;
}

const char *entente_why(struct entente_evaluation *e, size_t i)
{
    if (!e->listed) e->last.errors = dmn_reasons(&e->arena, &e->last, &e->last.error_count), e->listed = true;
    return i < e->last.error_count ? arena_copy(&e->arena, e->last.errors[i]).p : NULL;
}

static struct feel_value nearest(struct arena *a, const struct dmn_trace *t)
{
    struct feel_entry *entries = arena_array(a, 4, sizeof *entries);
    entries[0] = (struct feel_entry){STR("rule"), feel_int(t->nearest)};
    entries[1] = (struct feel_entry){STR("input"), feel_string(t->nearest_input)};
    entries[2] = (struct feel_entry){STR("test"), feel_string(t->nearest_test)};
    entries[3] = (struct feel_entry){STR("value"), t->nearest_value};
    return feel_context(entries, 4);
}

struct entente_value entente_trace(struct entente_evaluation *e)
{
    VEC(struct feel_value) steps = {0};
    struct arena *a = &e->arena;
    for (const struct dmn_trace *t = e->last.trace; t; t = t->next) {
        size_t n = 0;
        struct feel_entry *entries = arena_array(a, 6, sizeof *entries);
        entries[n++] = (struct feel_entry){STR("kind"), feel_string(str_of(t->kind))};
        entries[n++] = (struct feel_entry){STR("name"), feel_string(t->name)};
        entries[n++] = (struct feel_entry){STR("inputs"), t->inputs};
        entries[n++] = (struct feel_entry){STR("value"), t->value};
        if (!strcmp(t->kind, "table")) {
            struct feel_value *rules = arena_array(a, t->rule_count + 1, sizeof *rules);
            for (size_t i = 0; i < t->rule_count; i++) rules[i] = feel_int(t->rules[i]);
            entries[n++] = (struct feel_entry){STR("matched"), feel_list(rules, t->rule_count)};
        }
        if (t->nearest) entries[n++] = (struct feel_entry){STR("nearest"), nearest(a, t)};
        *vec_add(a, &steps) = feel_context(entries, n);
    }
    return library_give(feel_list(steps.items, steps.count));
}
