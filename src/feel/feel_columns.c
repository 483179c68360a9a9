/* SPDX-License-Identifier: Apache-2.0 */
/* Tree to column code: every node's value is a place, which is a column, a block of one constant, or a block that a
 * kernel fills. */
#include "feel_columns.h"
#include "feel_columns_run.h"
#include "feel_number.h"
#include "feel_parse.h"

#include <math.h>
#include <string.h>

enum { COLUMN_PLACES = 4000 };

struct step {
    uint16_t op, to, x, y, z, w; /* places */
};
/* Places: the columns, then the constants, then the blocks of results. */
struct feel_columns {
    const struct step *steps;
    const double *constants;
    size_t step_count, column_count, constant_count, block_count;
    uint16_t result;
};
/* While compiling, constants and blocks are told apart by these. */
enum { IS_CONSTANT = 1 << 14, IS_BLOCK = 1 << 15, PLACE = IS_CONSTANT - 1 };
struct columns_compiler {
    struct arena *a;
    str source;
    struct err *err;
    bool failed;
    VEC(struct step) steps;
    VEC(double) constants;
    size_t next, most;
};

static unsigned gen(struct columns_compiler *c, const struct node *n);

static COLD unsigned refuse(struct columns_compiler *c, const struct node *n, const char *what, str name)
{
    if (c->failed) return 0;
    c->failed = true;
    err_write(c->err, ERR_SYNTAX, "%s" STR_FORMAT "%s can't be evaluated in columns", what, STR_ARGS(name),
              name.n ? "()" : "");
    err_write_span(c->err, c->source, n->from, n->to, 0);
    return 0;
}

static unsigned constant(struct columns_compiler *c, double v)
{
    for (size_t i = 0; i < c->constants.count; i++)
        if (c->constants.items[i] == v && !signbit(c->constants.items[i]) == !signbit(v))
            return IS_CONSTANT | (unsigned)i;
    *vec_add(c->a, &c->constants) = v;
    return IS_CONSTANT | (unsigned)(c->constants.count - 1);
}

/* The last step and this one as a single pass, where the one only feeds the other. NaN is kept by all of these, so a
 * smaller or larger of two may have its arguments in either order. */
static bool join(struct columns_compiler *c, enum column_op op, unsigned x, unsigned y)
{
    struct step *last = c->steps.count ? &c->steps.items[c->steps.count - 1] : NULL;
    if (!last || x == y || last->op > COLUMN_MUL || last->op == COLUMN_COPY) return false;
    bool left = x == last->to && x & IS_BLOCK, right = y == last->to && y & IS_BLOCK;
    enum column_outer outer;
    if (!left && !right) return false;
    if (op == COLUMN_ADD)
        outer = OUTER_ADD;
    else if (op == COLUMN_SUB)
        outer = left ? OUTER_SUB : OUTER_SUB_FROM;
    else if (op == COLUMN_MUL)
        outer = OUTER_MUL;
    else if (op == COLUMN_MIN && left)
        outer = OUTER_MIN;
    else if (op == COLUMN_MAX && left)
        outer = OUTER_MAX;
    else
        return false;
    unsigned first = last->op == COLUMN_ADD   ? COLUMN_ADD_FIRST
                     : last->op == COLUMN_SUB ? COLUMN_SUB_FIRST
                                              : COLUMN_MUL_FIRST;
    last->op = (uint16_t)(first + outer), last->z = (uint16_t)(left ? y : x);
    return true;
}

static unsigned step(struct columns_compiler *c, enum column_op op, unsigned x, unsigned y, unsigned z)
{
    if (join(c, op, x, y)) return c->steps.items[c->steps.count - 1].to;
    unsigned to = IS_BLOCK | (unsigned)c->next++;
    if (c->next > c->most) c->most = c->next;
    *vec_add(c->a, &c->steps) =
        (struct step){.op = (uint16_t)op, .to = (uint16_t)to, .x = (uint16_t)x, .y = (uint16_t)y, .z = (uint16_t)z};
    return to;
}
/* The blocks taken since `mark` are free again, but for the result, which moves to the first of them. */
static unsigned settle(struct columns_compiler *c, size_t mark, unsigned result)
{
    c->next = mark;
    if (!(result & IS_BLOCK) || c->failed) return result;
    c->next = mark + 1;
    unsigned to = IS_BLOCK | (unsigned)mark;
    if (result != to) c->steps.items[c->steps.count - 1].to = (uint16_t)to;
    return to;
}

static unsigned value(struct columns_compiler *c, const struct node *n, struct feel_value v)
{
    if (v.kind == FEEL_NULL) return constant(c, (double)NAN);
    if (v.kind == FEEL_BOOLEAN) return constant(c, v.flag);
    if (v.kind == FEEL_NUMBER) return constant(c, feel_to_double(v));
    return refuse(c, n, feel_kind_words((enum feel_kind)v.kind), STR_NONE);
}

static bool operator_of(enum op op, enum column_op *out)
{
    static const struct {
        enum op op;
        enum column_op is;
    } table[] = {{OP_ADD, COLUMN_ADD},     {OP_SUB, COLUMN_SUB}, {OP_MUL, COLUMN_MUL}, {OP_DIV, COLUMN_DIV},
                 {OP_POWER, COLUMN_POWER}, {OP_EQ, COLUMN_EQ},   {OP_NE, COLUMN_NE},   {OP_LT, COLUMN_LT},
                 {OP_LE, COLUMN_LE},       {OP_GT, COLUMN_GT},   {OP_GE, COLUMN_GE},   {OP_AND, COLUMN_AND},
                 {OP_OR, COLUMN_OR}};
    for (size_t i = 0; i < ARRAY_COUNT(table); i++)
        if (table[i].op == op) return *out = table[i].is, true;
    return false;
}

/* ---- Membership ---- */

/* As value_in_range has it: the upper end is asked for only where the lower one holds. */
static unsigned within(struct columns_compiler *c, unsigned x, unsigned from, unsigned to, bool from_closed,
                       bool to_closed)
{
    unsigned low = step(c, from_closed ? COLUMN_GE : COLUMN_GT, x, from, 0);
    unsigned high = step(c, to_closed ? COLUMN_LE : COLUMN_LT, x, to, 0);
    return step(c, COLUMN_THEN, low, high, 0);
}

static unsigned in_value(struct columns_compiler *c, const struct node *n, unsigned x, struct feel_value v)
{
    if (v.kind == FEEL_NUMBER || v.kind == FEEL_BOOLEAN || v.kind == FEEL_NULL)
        return step(c, COLUMN_EQ, x, value(c, n, v), 0);
    if (v.kind == FEEL_LIST) {
        unsigned any = constant(c, 0);
        for (uint32_t i = 0; i < v.count; i++) any = step(c, COLUMN_OR, any, in_value(c, n, x, v.items[i]), 0);
        return any;
    }
    if (v.kind != FEEL_RANGE) return refuse(c, n, feel_kind_words((enum feel_kind)v.kind), STR_NONE);
    const struct feel_range *r = v.range;
    switch (r->form) {
    case RANGE_BOTH: {
        unsigned from = value(c, n, r->from), to = value(c, n, r->to);
        return within(c, x, from, to, r->from_closed, r->to_closed);
    }
    case RANGE_BELOW: return step(c, r->to_closed ? COLUMN_LE : COLUMN_LT, x, value(c, n, r->to), 0);
    case RANGE_ABOVE: return step(c, r->from_closed ? COLUMN_GE : COLUMN_GT, x, value(c, n, r->from), 0);
    case RANGE_EQUAL: return step(c, COLUMN_EQ, x, value(c, n, r->to), 0);
    case RANGE_EXCEPT: return step(c, COLUMN_NE, x, value(c, n, r->to), 0);
    }
    NOT_REACHED();
}

static unsigned in_test(struct columns_compiler *c, const struct node *test, unsigned x)
{
    const struct node *a = test->a;
    enum column_op op;
    if (test->op == OP_MOVE) return gen(c, a);
    if (operator_of(test->op, &op)) return step(c, op, x, gen(c, a), 0);
    if (a->kind == NODE_CONSTANT) return in_value(c, a, x, a->value);
    if (a->kind == NODE_RANGE && a->flags >> 2 == RANGE_BOTH) {
        unsigned from = gen(c, a->a), to = gen(c, a->b);
        return within(c, x, from, to, a->flags & 1, a->flags & 2);
    }
    if (a->kind == NODE_LIST) return refuse(c, a, "a list", STR_NONE);
    return step(c, COLUMN_EQ, x, gen(c, a), 0);
}

/* ---- Functions ---- */

enum column_shape { ONE, TWO, ROUNDED, FOLDED, MEAN };
static const struct {
    str name;
    enum column_shape shape;
    enum column_op op;
} functions[] = {{STR_INIT("not"), ONE, COLUMN_NOT},
                 {STR_INIT("abs"), ONE, COLUMN_ABS},
                 {STR_INIT("sqrt"), ONE, COLUMN_SQRT},
                 {STR_INIT("exp"), ONE, COLUMN_EXP},
                 {STR_INIT("log"), ONE, COLUMN_LOG},
                 {STR_INIT("modulo"), TWO, COLUMN_MODULO},
                 {STR_INIT("floor"), ROUNDED, COLUMN_FLOOR},
                 {STR_INIT("ceiling"), ROUNDED, COLUMN_CEILING},
                 {STR_INIT("round up"), ROUNDED, COLUMN_UP},
                 {STR_INIT("round down"), ROUNDED, COLUMN_DOWN},
                 {STR_INIT("round half up"), ROUNDED, COLUMN_HALF_UP},
                 {STR_INIT("round half down"), ROUNDED, COLUMN_HALF_DOWN},
                 {STR_INIT("decimal"), ROUNDED, COLUMN_HALF_EVEN},
                 {STR_INIT("min"), FOLDED, COLUMN_MIN},
                 {STR_INIT("max"), FOLDED, COLUMN_MAX},
                 {STR_INIT("sum"), FOLDED, COLUMN_ADD},
                 {STR_INIT("mean"), MEAN, COLUMN_ADD}};

static unsigned gen_rounded(struct columns_compiler *c, const struct node *n, enum column_op op)
{
    int64_t scale = 0;
    unsigned x = gen(c, n->items[0]);
    const struct node *by = n->count > 1 ? n->items[1] : NULL;
    bool absent = by && by->kind == NODE_CONSTANT && builtin_is_absent(by->value);
    if (by && !absent && (by->kind != NODE_CONSTANT || !feel_to_int(by->value, &scale)))
        return refuse(c, by, "rounding to a scale that is no constant whole number", STR_NONE);
    if (scale < -300 || scale > 300) return refuse(c, by, "rounding to so large a scale", STR_NONE);
    if (!scale) return step(c, op, x, 0, 0);
    unsigned factor = constant(c, pow(10, (double)(scale < 0 ? -scale : scale)));
    x = step(c, scale < 0 ? COLUMN_DIV : COLUMN_MUL, x, factor, 0);
    x = step(c, op, x, 0, 0);
    return step(c, scale < 0 ? COLUMN_MUL : COLUMN_DIV, x, factor, 0);
}

static unsigned gen_folded(struct columns_compiler *c, const struct node *n, enum column_shape shape, enum column_op op)
{
    struct node *const *items = n->items;
    size_t count = n->count;
    unsigned all = 0;
    if (count == 1 && items[0]->kind == NODE_LIST)
        count = items[0]->count, items = items[0]->items;
    else if (count == 1 && items[0]->type->is == FEEL_TYPE_LIST)
        return refuse(c, items[0], "a list", STR_NONE);
    for (size_t i = 0; i < count; i++) {
        unsigned x = gen(c, items[i]);
        all = i ? step(c, op, all, x, 0) : x;
    }
    return shape == MEAN ? step(c, COLUMN_DIV, all, constant(c, (double)count), 0) : all;
}

static unsigned gen_call(struct columns_compiler *c, const struct node *n)
{
    for (size_t i = 0; i < ARRAY_COUNT(functions); i++) {
        if (!str_eq(functions[i].name, n->builtin->name)) continue;
        enum column_op op = functions[i].op;
        unsigned x;
        switch (functions[i].shape) {
        case ONE: return step(c, op, gen(c, n->items[0]), 0, 0);
        case TWO: x = gen(c, n->items[0]); return step(c, op, x, gen(c, n->items[1]), 0);
        case ROUNDED: return gen_rounded(c, n, op);
        case FOLDED:
        case MEAN: return gen_folded(c, n, functions[i].shape, op);
        }
    }
    return refuse(c, n, "", n->builtin->name);
}

/* ---- Nodes ---- */

/* A comparison that only an `if` asks for needs no truth of its own. */
static unsigned gen_if(struct columns_compiler *c, const struct node *n)
{
    const struct node *test = n->a;
    unsigned x, y, z, w;
    if (test->kind != NODE_BINARY || test->op < OP_LT || test->op > OP_GE) {
        x = gen(c, test), y = gen(c, n->b), z = gen(c, n->c);
        return step(c, COLUMN_IF, x, y, z);
    }
    bool below = test->op == OP_LT || test->op == OP_LE;
    x = gen(c, test->a), y = gen(c, test->b), z = gen(c, n->b), w = gen(c, n->c);
    unsigned to =
        step(c, test->op == OP_LT || test->op == OP_GT ? COLUMN_IF_LT : COLUMN_IF_LE, below ? x : y, below ? y : x, z);
    c->steps.items[c->steps.count - 1].w = (uint16_t)w;
    return to;
}

static unsigned gen_node(struct columns_compiler *c, const struct node *n)
{
    enum column_op op;
    unsigned x, y, z;
    switch (n->kind) {
    case NODE_CONSTANT: return value(c, n, n->value);
    case NODE_VARIABLE: return n->declaration->index;
    case NODE_BINARY:
        x = gen(c, n->a), y = gen(c, n->b);
        if (!operator_of(n->op, &op)) return refuse(c, n, "this operator", STR_NONE);
        return step(c, op, x, y, 0);
    case NODE_NEGATE: return step(c, COLUMN_NEGATE, gen(c, n->a), 0, 0);
    case NODE_BETWEEN:
        x = gen(c, n->a), y = gen(c, n->b), z = gen(c, n->c);
        y = step(c, COLUMN_GE, x, y, 0), z = step(c, COLUMN_LE, x, z, 0);
        return step(c, COLUMN_AND, y, z, 0);
    case NODE_IN:
        x = gen(c, n->a), y = in_test(c, n->items[0], x);
        for (size_t i = 1; i < n->count; i++) y = step(c, COLUMN_OR, y, in_test(c, n->items[i], x), 0);
        return y;
    case NODE_IF: return gen_if(c, n);
    case NODE_CALL_BUILTIN: return gen_call(c, n);
    case NODE_FOR: return refuse(c, n, "'for'", STR_NONE);
    case NODE_SOME: return refuse(c, n, "'some'", STR_NONE);
    case NODE_EVERY: return refuse(c, n, "'every'", STR_NONE);
    case NODE_LIST: return refuse(c, n, "a list", STR_NONE);
    case NODE_CONTEXT: return refuse(c, n, "a context", STR_NONE);
    case NODE_RANGE: return refuse(c, n, "a range", STR_NONE);
    case NODE_PATH:
    case NODE_LOOKUP: return refuse(c, n, "a path", STR_NONE);
    case NODE_FILTER: return refuse(c, n, "a filter", STR_NONE);
    case NODE_CALL_HOST: return refuse(c, n, "", n->host->name);
    case NODE_CALL_VALUE: return refuse(c, n, "the call of a function value", STR_NONE);
    case NODE_FUNCTION: return refuse(c, n, "a function", STR_NONE);
    case NODE_INSTANCE: return refuse(c, n, "'instance of'", STR_NONE);
    }
    NOT_REACHED();
}

static unsigned gen(struct columns_compiler *c, const struct node *n)
{
    size_t mark = c->next;
    return c->failed ? 0 : settle(c, mark, gen_node(c, n));
}

/* ---- The door ---- */

static uint16_t placed(const struct feel_columns *c, uint16_t place)
{
    if (place & IS_BLOCK) return (uint16_t)(c->column_count + c->constant_count + (place & PLACE));
    if (place & IS_CONSTANT) return (uint16_t)(c->column_count + (place & PLACE));
    return place;
}

static bool plain(const struct feel_type *t)
{
    return t->is == FEEL_TYPE_OF_KIND && (t->kind == FEEL_NUMBER || t->kind == FEEL_BOOLEAN);
}

int feel_compile_columns(struct arena *a, const struct feel_scope *scope, str source, const struct feel_columns **out,
                         struct err *err)
{
    struct columns_compiler c = {.a = a, .source = source, .err = err};
    struct parsed tree;
    for (const struct feel_scope *s = scope; s; s = s->outer)
        for (size_t i = 0; i < s->count; i++)
            if (!plain(s->variables[i].type))
                return err_set(err, ERR_SYNTAX, "'" STR_FORMAT "' is neither a number nor a boolean",
                               STR_ARGS(s->variables[i].name));
    if (parse_expression(a, a, scope, source, &tree, err) < 0) return -1;
    unsigned result = gen(&c, tree.root);
    if (c.failed) return -1;
    if (!(result & IS_BLOCK)) result = step(&c, COLUMN_COPY, result, 0, 0);
    struct feel_columns *made = arena_zalloc(a, sizeof *made);
    *made = (struct feel_columns){.steps = c.steps.items,
                                  .constants = c.constants.items,
                                  .step_count = c.steps.count,
                                  .column_count = feel_scope_size(scope),
                                  .constant_count = c.constants.count,
                                  .block_count = c.most};
    if (made->column_count + made->constant_count + made->block_count > COLUMN_PLACES)
        return err_set(err, ERR_LIMIT, "the expression is too large to be evaluated in columns");
    VEC_EACH(s, &c.steps)
        s->to = placed(made, s->to), s->x = placed(made, s->x), s->y = placed(made, s->y), s->z = placed(made, s->z),
        s->w = placed(made, s->w);
    made->result = placed(made, (uint16_t)result);
    *out = made;
    return 0;
}

void feel_eval_columns(const struct feel_columns *c, struct arena *scratch, const double *const *columns, size_t rows,
                       double *out)
{
    struct arena_mark mark = arena_mark(scratch);
    size_t inner = c->constant_count + c->block_count;
    double *blocks = arena_alloc(scratch, (inner + 1) * COLUMN_BLOCK * sizeof *blocks);
    double **at = arena_alloc(scratch, (c->column_count + inner + 1) * sizeof *at);
    for (size_t i = 0; i < inner; i++) at[c->column_count + i] = blocks + i * COLUMN_BLOCK;
    for (size_t i = 0; i < c->constant_count; i++)
        for (size_t k = 0; k < COLUMN_BLOCK; k++) at[c->column_count + i][k] = c->constants[i];
    for (size_t row = 0; row < rows; row += COLUMN_BLOCK) {
        size_t n = rows - row < COLUMN_BLOCK ? rows - row : COLUMN_BLOCK;
        for (size_t i = 0; i < c->column_count; i++) at[i] = (double *)(uintptr_t)(columns[i] + row);
        for (size_t i = 0; i < c->step_count; i++) {
            const struct step *s = &c->steps[i];
            bool last = i + 1 == c->step_count;
            columns_run((enum column_op)s->op, n, at[s->x], at[s->y], at[s->z], at[s->w], last ? out + row : at[s->to]);
        }
    }
    arena_back_to(scratch, mark);
}
