/* SPDX-License-Identifier: Apache-2.0 */
/* Cells of a decision table: tests and results that are constants are read as such, and never compiled. */
#include "dmn_index.h"
#include "feel_parse.h"
#include "feel_value.h"

/* Out of the scratch memory; false: something in it that isn't copied. */
static bool copied(struct arena *a, struct feel_value v, struct feel_value *out, int depth)
{
    *out = v;
    if (depth > 20) return false;
    switch ((enum feel_kind)v.kind) {
    case FEEL_BOOLEAN:
    case FEEL_NUMBER:
    case FEEL_DATE:
    case FEEL_DAYS_TIME:
    case FEEL_YEARS_MONTHS: return true;
    case FEEL_NULL: return v.text.n == 0;
    case FEEL_STRING: out->text = arena_copy(a, v.text); return true;
    case FEEL_LIST: {
        struct feel_value *items = value_new_items(a, v.count);
        for (uint32_t i = 0; i < v.count; i++)
            if (!copied(a, v.items[i], &items[i], depth + 1)) return false;
        out->items = items;
        return true;
    }
    case FEEL_RANGE: {
        struct feel_range *r = arena_alloc(a, sizeof *r);
        *r = *v.range;
        out->range = r;
        return copied(a, v.range->from, &r->from, depth + 1) && copied(a, v.range->to, &r->to, depth + 1);
    }
    case FEEL_TIME: /* their zones lie elsewhere */
    case FEEL_DATE_TIME:
    case FEEL_CONTEXT:
    case FEEL_FUNCTION:
    case FEEL_OBJECT: return false;
    }
    NOT_REACHED();
}

bool cell_read_constants(struct dmn_compiler *c, struct table_cell *cell, const struct feel_scope *scope,
                         const struct feel_type *tested)
{
    struct parsed tree;
    struct err ignored = {0};
    struct arena *scratch = &c->model->scratch;
    bool good = parse_unary_tests(scratch, scratch, scope, tested, cell->text, &tree, &ignored) == 0 &&
                tree.root->kind == NODE_IN;
    size_t count = good ? tree.root->count : 0;
    struct table_test *tests = good ? arena_array(c->a, count + 1, sizeof *tests) : NULL;
    for (size_t i = 0; i < count && good; i++) {
        const struct node *n = tree.root->items[i];
        bool op =
            n->op == OP_IN || n->op == OP_EQ || n->op == OP_LT || n->op == OP_LE || n->op == OP_GT || n->op == OP_GE;
        good = op && n->kind == NODE_BINARY && n->a && n->a->kind == NODE_CONSTANT &&
               copied(c->a, n->a->value, &tests[i].value, 0);
        tests[i].op = (uint16_t)n->op;
    }
    arena_clear(scratch);
    if (!good || !count) return false;
    cell->tests = tests, cell->test_count = count;
    return true;
}

bool result_read_constant(struct dmn_compiler *c, struct table_result *r, str text, const struct feel_scope *scope)
{
    struct parsed tree;
    struct err ignored = {0};
    bool good = parse_expression(&c->model->scratch, &c->model->scratch, scope, text, &tree, &ignored) == 0 &&
                tree.root->kind == NODE_CONSTANT && copied(c->a, tree.root->value, &r->value, 0);
    arena_clear(&c->model->scratch);
    r->constant = good;
    return good;
}

bool cell_matches(struct dmn_run *run, const struct dmn_table *t, const struct table_cell *cell,
                  const struct feel_value *v, struct feel_value *frame)
{
    if (cell->program) {
        frame[t->base] = *v;
        return feel_is_true(run_program(run, cell->program, frame));
    }
    for (size_t i = 0; i < cell->test_count; i++) {
        const struct table_test *test = &cell->tests[i];
        int o;
        str why;
        if (test->op == OP_IN   ? feel_is_true(value_in(run->a, *v, test->value))
            : test->op == OP_EQ ? feel_is_true(value_equal(run->a, *v, test->value))
                                : value_compare(run->a, *v, test->value, &o, &why) && (test->op == OP_LT   ? o < 0
                                                                                       : test->op == OP_LE ? o <= 0
                                                                                       : test->op == OP_GT ? o > 0
                                                                                                           : o >= 0))
            return true;
    }
    return cell->test_count == 0;
}
