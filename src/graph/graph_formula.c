/* SPDX-License-Identifier: Apache-2.0 */
/* Formulas that facts hold: FEEL over the whole workspace, compiled when they are asked for. */
#include "graph_inside.h"

enum { FORMULAS_DEEP = 16 };

static int compile(const struct graph *g, struct arena *a, str formula, const struct feel_program **out,
                   struct err *err)
{
    return feel_compile(a, graph_scope(g), formula, out, err);
}

int graph_check_formula(const struct graph *g, struct arena *a, str formula, struct err *err)
{
    const struct feel_program *program;
    return compile(g, a, formula, &program, err);
}

/* STR_NONE: it gives a value, which may be null with its reason. */
static str run(struct feel_env *env, str formula, struct feel_value *out)
{
    struct graph_view *view = env->host;
    const struct feel_program *program;
    struct err err;
    size_t deep = 0;
    struct running_formula here = {formula, view->formulas};
    *out = feel_null();
    for (const struct running_formula *f = view->formulas; f; f = f->outer, deep++)
        if (str_eq(f->text, formula)) return STR("it stands on itself");
    if (deep >= FORMULAS_DEEP) return STR("too many formulas stand on each other");
    if (compile(view->picture->graph, env->arena, formula, &program, &err)) {
        str where = err.column ? arena_printf(env->arena, " (character %u)", err.column) : STR("");
        return arena_printf(env->arena, "%s" STR_FORMAT, err.message, STR_ARGS(where));
    }
    const struct feel_value input = graph_workspace(view);
    view->formulas = &here;
    int failed = feel_eval(program, env, &input, out, &err);
    view->formulas = here.outer;
    return failed ? arena_copy(env->arena, str_of(err.message)) : STR_NONE;
}

struct feel_value call_value_of(struct feel_env *env, const struct feel_value *arguments)
{
    struct feel_value v;
    if (arguments[0].kind != FEEL_STRING) return feel_null_because(STR("there is no formula"));
    str fault = run(env, arguments[0].text, &v);
    if (fault.n) return feel_null_because(fault);
    if (v.kind == FEEL_NUMBER || v.kind == FEEL_NULL) return v;
    return feel_null_because(STR("the formula does not give a number"));
}

struct feel_value call_fault_in(struct feel_env *env, const struct feel_value *arguments)
{
    if (arguments[0].kind != FEEL_STRING) return feel_null();
    struct feel_value v = call_value_of(env, arguments);
    if (v.kind == FEEL_NUMBER) return feel_null();
    return feel_string(v.text.n ? v.text : STR("it gives nothing"));
}

/* What stands between the brackets of the one call that the formula is; else the formula. */
static str argument_of(str formula)
{
    formula = str_trim(formula);
    size_t open = str_find_char(formula, '(');
    if (open == STR_NOT_FOUND || formula.p[formula.n - 1] != ')') return formula;
    for (size_t i = 0; i < open; i++) {
        char c = formula.p[i];
        if (!(c >= 'a' && c <= 'z') && c != ' ') return formula;
    }
    return str_slice(formula, open + 1, formula.n - 1);
}

static bool facts_in(struct feel_env *env, str expression, const uint64_t **ids, size_t *count)
{
    struct feel_value v;
    VEC(uint64_t) found = {0};
    if (!expression.n || run(env, expression, &v).n || v.kind != FEEL_LIST) return false;
    for (size_t i = 0; i < v.count; i++) {
        if (v.items[i].kind != FEEL_OBJECT) return false;
        *vec_add(env->arena, &found) = v.items[i].object.handle & ~FACT_PROPOSED;
    }
    *ids = found.items;
    *count = found.count;
    return true;
}

bool graph_counted(struct feel_env *env, str formula, const uint64_t **ids, size_t *count)
{
    str argument = argument_of(formula);
    if (facts_in(env, argument, ids, count)) return true;
    /* sum(applications[…].annual cost): the facts are what has the field. */
    for (size_t end = argument.n; end; end--)
        if (argument.p[end - 1] == '.' || argument.p[end - 1] == ']') {
            str shorter = str_slice(argument, 0, argument.p[end - 1] == '.' ? end - 1 : end);
            if (facts_in(env, str_trim(shorter), ids, count)) return true;
        }
    return false;
}
