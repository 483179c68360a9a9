/* SPDX-License-Identifier: Apache-2.0 */
#include "feel_parser.h"

#include "base_utf8.h"
#include "feel_number.h"
#include "feel_time.h"

#include <stdarg.h>
#include <string.h>

/* ---- Errors and tokens ---------------------------------------------------------------------------------------------
 */

static void PRINTF_LIKE(4, 0) fail(struct parser *p, size_t from, size_t to, const char *format, va_list args)
{
    if (!p->failed) {
        err_vwrite(p->err, ERR_SYNTAX, format, args);
        err_span(p->err, p->source, from, to, 0);
    }
    p->failed = true;
    p->token = (struct token){TOKEN_END, p->source.n, p->source.n};
}

struct node *parse_fail(struct parser *p, size_t from, size_t to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(p, from, to, format, args);
    va_end(args);
    return parse_constant(p, from, feel_null());
}

static const char *token_words(struct parser *p)
{
    if (p->token.kind == TOKEN_END) return "the end";
    str text = parse_text(p, p->token);
    return arena_printf(p->tree, "'" STR_FORMAT "'", STR_ARGS(utf8_cut(text, 40))).p;
}

struct node *parse_expected(struct parser *p, const char *what)
{
    if (p->token.kind == TOKEN_OPEN_TEXT) {
        char c = p->source.p[p->token.from];
        return parse_fail(p, p->token.from, p->token.from + 1,
                          c == '"'   ? "this string has no end"
                          : c == '@' ? "expected a string behind '@'"
                                     : "this comment has no end");
    }
    return parse_fail(p, p->token.from, p->token.to, "expected %s, found %s", what, token_words(p));
}

void parse_seek(struct parser *p, size_t at)
{
    if (!p->failed) p->token = lex_token(p->source, at);
}
void parse_advance(struct parser *p)
{
    p->last_to = p->token.to;
    parse_seek(p, p->token.to);
}
bool parse_accept(struct parser *p, enum token_kind kind)
{
    if (p->token.kind != kind) return false;
    parse_advance(p);
    return true;
}
bool parse_need(struct parser *p, enum token_kind kind, const char *what)
{
    if (parse_accept(p, kind)) return true;
    parse_expected(p, what);
    return false;
}
str parse_text(const struct parser *p, struct token t) { return str_slice(p->source, t.from, t.to); }
bool parse_at_word(const struct parser *p, const char *word)
{
    return p->token.kind == TOKEN_WORD && p->source.p[p->token.from] == *word &&
           str_eq(parse_text(p, p->token), str_of(word));
}
bool parse_accept_word(struct parser *p, const char *word)
{
    if (!parse_at_word(p, word)) return false;
    parse_advance(p);
    return true;
}
void parse_need_word(struct parser *p, const char *word)
{
    if (!parse_accept_word(p, word)) parse_expected(p, arena_printf(p->tree, "'%s'", word).p);
}

/* ---- Nodes ---------------------------------------------------------------------------------------------------------
 */

struct node *parse_node(struct parser *p, enum node_kind kind, size_t from, const struct feel_type *type)
{
    struct node *n = arena_zalloc(p->tree, sizeof *n);
    n->kind = kind, n->from = from, n->to = p->last_to, n->type = type, n->depth = 1;
    return n;
}

static void deepen(struct node *n, const struct node *child)
{
    if (child && child->depth >= n->depth) n->depth = (uint16_t)(child->depth + 1);
}

struct node *parse_done(struct parser *p, struct node *n)
{
    n->to = p->last_to > n->from ? p->last_to : n->from;
    deepen(n, n->a), deepen(n, n->b), deepen(n, n->c);
    for (size_t i = 0; i < n->count; i++) {
        if (n->items) deepen(n, n->items[i]);
        if (n->until) deepen(n, n->until[i]);
    }
    if (n->depth > TREE_DEPTH) return parse_fail(p, n->from, n->to, "the expression is nested too deeply");
    return n;
}

struct node *parse_constant(struct parser *p, size_t from, struct feel_value v)
{
    struct node *n = parse_node(p, NODE_CONSTANT, from, feel_type_of(p->a, v));
    n->value = v;
    return n;
}

struct declaration *parse_declare(struct parser *p, str name, const struct feel_type *type)
{
    struct declaration *d = arena_zalloc(p->tree, sizeof *d);
    d->name = name, d->type = type;
    return d;
}
void parse_push(struct parser *p, struct declaration *d, bool opens)
{
    struct known *k = arena_alloc(p->tree, sizeof *k);
    *k = (struct known){p->known, d, opens};
    p->known = k;
}

void parse_clash(struct parser *p, const struct node *n, const char *format, ...)
{
    if (!p->strict) return;
    va_list args;
    va_start(args, format);
    fail(p, n->from, n->to, format, args);
    va_end(args);
}

const char *parse_type_words(struct parser *p, const struct feel_type *t)
{
    if (t->is == FEEL_TYPE_OF_KIND) return feel_kind_words(t->kind);
    if (t->is == FEEL_TYPE_OBJECT) {
        str name = t->class->name;
        return arena_printf(p->tree, "%s " STR_FORMAT, name.n && strchr("aeiou", name.p[0]) ? "an" : "a",
                            STR_ARGS(name))
            .p;
    }
    return t->is == FEEL_TYPE_LIST      ? "a list"
           : t->is == FEEL_TYPE_CONTEXT ? "a context"
           : t->is == FEEL_TYPE_RANGE   ? "a range"
                                        : "a function";
}

/* ---- Operators -----------------------------------------------------------------------------------------------------
 */

bool type_is_duration(const struct feel_type *t)
{
    return type_is_kind(t, FEEL_DAYS_TIME) || type_is_kind(t, FEEL_YEARS_MONTHS);
}
static bool is_day(const struct feel_type *t) { return type_is_kind(t, FEEL_DATE) || type_is_kind(t, FEEL_DATE_TIME); }

/* What the operator gives for operands of known types; NULL when it has no meaning for them. */
static const struct feel_type *arithmetic_type(enum op op, const struct feel_type *x, const struct feel_type *y)
{
    if (x->is == FEEL_TYPE_ANY || y->is == FEEL_TYPE_ANY) {
        const struct feel_type *known = x->is == FEEL_TYPE_ANY ? y : x;
        return (op == OP_ADD && type_is_kind(known, FEEL_STRING)) ||
                       (op == OP_POWER && type_is_kind(known, FEEL_NUMBER))
                   ? known
                   : &feel_any;
    }
    /* A list of one is its element; what it holds is seen at run time. */
    if (x->is == FEEL_TYPE_LIST || y->is == FEEL_TYPE_LIST) return &feel_any;
    if (x->is != FEEL_TYPE_OF_KIND || y->is != FEEL_TYPE_OF_KIND) return NULL;
    if (type_is_kind(x, FEEL_NUMBER) && type_is_kind(y, FEEL_NUMBER)) return x;
    if (op == OP_ADD && type_is_kind(x, FEEL_STRING) && type_is_kind(y, FEEL_STRING)) return x;
    if (op == OP_ADD || op == OP_SUB) {
        if (type_is_duration(x) && x->kind == y->kind) return x;
        if (is_day(x) && type_is_duration(y)) return x;
        if (type_is_kind(x, FEEL_TIME) && type_is_kind(y, FEEL_DAYS_TIME)) return x;
        if (op == OP_ADD && type_is_duration(x) && is_day(y)) return y;
        if (op == OP_ADD && type_is_kind(x, FEEL_DAYS_TIME) && type_is_kind(y, FEEL_TIME)) return y;
        if (op == OP_SUB && is_day(x) && is_day(y)) return &feel_type_days_time;
        if (op == OP_SUB && type_is_kind(x, FEEL_TIME) && type_is_kind(y, FEEL_TIME)) return &feel_type_days_time;
    }
    if (op == OP_MUL && type_is_duration(x) && type_is_kind(y, FEEL_NUMBER)) return x;
    if (op == OP_MUL && type_is_duration(y) && type_is_kind(x, FEEL_NUMBER)) return y;
    if (op == OP_DIV && type_is_duration(x) && type_is_kind(y, FEEL_NUMBER)) return x;
    if (op == OP_DIV && type_is_duration(x) && x->kind == y->kind) return &feel_type_number;
    return NULL;
}

static bool comparable(const struct feel_type *x, const struct feel_type *y)
{
    if (x->is == FEEL_TYPE_ANY || y->is == FEEL_TYPE_ANY) return true;
    if (x->is == FEEL_TYPE_LIST || y->is == FEEL_TYPE_LIST) return true;
    if (x->is == FEEL_TYPE_OBJECT && y->is == FEEL_TYPE_OBJECT) return x->class == y->class;
    return x->is == y->is && (x->is != FEEL_TYPE_OF_KIND || x->kind == y->kind);
}

static struct node *two(struct parser *p, enum op op, struct node *x, struct node *y, const char *sign)
{
    const struct feel_type *type = &feel_type_boolean;
    if (op <= OP_POWER) {
        type = arithmetic_type(op, x->type, y->type);
        if (!type)
            parse_clash(p, y, "'%s' has no meaning between %s and %s", sign, parse_type_words(p, x->type),
                        parse_type_words(p, y->type));
        if (!type) type = &feel_any;
    } else if (op <= OP_GE && !comparable(x->type, y->type)) {
        parse_clash(p, y, "%s can't be compared with %s", parse_type_words(p, x->type), parse_type_words(p, y->type));
    } else if (op == OP_AND || op == OP_OR) {
        for (int i = 0; i < 2; i++) {
            const struct node *n = i ? y : x;
            if (n->type->is != FEEL_TYPE_ANY && n->type->is != FEEL_TYPE_LIST && !type_is_kind(n->type, FEEL_BOOLEAN))
                parse_clash(p, n, "'%s' needs a boolean, this is %s", sign, parse_type_words(p, n->type));
        }
    }
    struct node *n = parse_node(p, NODE_BINARY, x->from, type);
    n->op = op, n->a = x, n->b = y;
    return parse_done(p, n);
}

bool parse_comparison_op(enum token_kind kind, enum op *op)
{
    static const uint8_t ops[] = {[TOKEN_EQ] = OP_EQ, [TOKEN_NE] = OP_NE, [TOKEN_LT] = OP_LT,
                                  [TOKEN_LE] = OP_LE, [TOKEN_GT] = OP_GT, [TOKEN_GE] = OP_GE};
    if (kind < TOKEN_EQ || kind > TOKEN_GE) return false;
    *op = (enum op)ops[kind];
    return true;
}

static int operator_level(struct parser *p, enum op *op)
{
    if (parse_at_word(p, "or")) return *op = OP_OR, OR_LEVEL;
    if (parse_at_word(p, "and")) return *op = OP_AND, AND_LEVEL;
    if (parse_comparison_op(p->token.kind, op)) return COMPARISON_LEVEL;
    if (parse_at_word(p, "between")) return *op = OP_BETWEEN, COMPARISON_LEVEL;
    if (parse_at_word(p, "in")) return *op = OP_IN, COMPARISON_LEVEL;
    if (p->token.kind == TOKEN_PLUS) return *op = OP_ADD, ADDITIVE_LEVEL;
    if (p->token.kind == TOKEN_MINUS) return *op = OP_SUB, ADDITIVE_LEVEL;
    if (p->token.kind == TOKEN_STAR) return *op = OP_MUL, MULTIPLICATIVE_LEVEL;
    if (p->token.kind == TOKEN_SLASH) return *op = OP_DIV, MULTIPLICATIVE_LEVEL;
    if (p->token.kind == TOKEN_POWER) return *op = OP_POWER, POWER_LEVEL;
    return 0;
}

/* ---- Ranges and tests ----------------------------------------------------------------------------------------------
 */

static struct node *range(struct parser *p, size_t from, struct node *start, struct node *end, unsigned flags)
{
    int order;
    str why;
    bool constant = start->kind == NODE_CONSTANT && end->kind == NODE_CONSTANT;
    /* Ends of two kinds are left to the machine, which says so. */
    if (constant && start->value.kind != FEEL_NULL && end->value.kind != FEEL_NULL && flags >> 2 == RANGE_BOTH)
        constant = value_compare(p->a, start->value, end->value, &order, &why);
    if (constant) {
        struct feel_range *r = arena_alloc(p->a, sizeof *r);
        *r = range_of(start->value, end->value, flags);
        return parse_done(p, parse_constant(p, from, (struct feel_value){.kind = FEEL_RANGE, .range = r}));
    }
    struct feel_type *type = arena_zalloc(p->a, sizeof *type);
    type->is = FEEL_TYPE_RANGE;
    type->of = start->type->is != FEEL_TYPE_ANY ? start->type : end->type;
    struct node *n = parse_node(p, NODE_RANGE, from, type);
    n->a = start, n->b = end, n->flags = flags;
    return parse_done(p, n);
}

/* Behind `a ..`: the other end and its bracket. */
struct node *parse_range_end(struct parser *p, size_t from, struct node *start, bool from_closed)
{
    bool outer = p->in_range_end;
    p->in_range_end = true;
    struct node *end = parse_level(p, ADDITIVE_LEVEL);
    p->in_range_end = outer;
    bool to_closed = p->token.kind == TOKEN_CLOSE_LIST;
    if (!to_closed && p->token.kind != TOKEN_CLOSE && p->token.kind != TOKEN_OPEN_LIST)
        return parse_expected(p, "the range's end: ']', ')' or '['");
    if (!comparable(start->type, end->type)) parse_clash(p, end, "the ends of a range must be of one kind");
    parse_advance(p);
    return range(p, from, start, end, RANGE_FLAGS(from_closed, to_closed, RANGE_BOTH));
}

/* `]1..5[`: is the '[' the closing bracket, or does it begin a filter? */
bool parse_closes_range(struct parser *p)
{
    if (!p->in_range_end) return false;
    struct token next = lex_token(p->source, p->token.to);
    switch (next.kind) {
    case TOKEN_WORD: return lex_is_keyword(parse_text(p, next));
    case TOKEN_NUMBER:
    case TOKEN_STRING:
    case TOKEN_AT:
    case TOKEN_OPEN:
    case TOKEN_OPEN_LIST:
    case TOKEN_OPEN_BRACE:
    case TOKEN_QUESTION:
    case TOKEN_MINUS:
    case TOKEN_OPEN_TEXT:
    case TOKEN_STRANGE: return false;
    case TOKEN_END:
    case TOKEN_CLOSE:
    case TOKEN_CLOSE_LIST:
    case TOKEN_CLOSE_BRACE:
    case TOKEN_COMMA:
    case TOKEN_COLON:
    case TOKEN_DOT:
    case TOKEN_DOTS:
    case TOKEN_PLUS:
    case TOKEN_STAR:
    case TOKEN_POWER:
    case TOKEN_SLASH:
    case TOKEN_EQ:
    case TOKEN_NE:
    case TOKEN_LT:
    case TOKEN_LE:
    case TOKEN_GT:
    case TOKEN_GE:
    case TOKEN_ARROW: return true;
    }
    NOT_REACHED();
}

/* `< 5` as a value: the range open to one side. */
static struct node *parse_unary_range(struct parser *p, size_t from, enum op op)
{
    struct node *end = parse_level(p, ADDITIVE_LEVEL), *none = parse_constant(p, from, feel_null());
    if (op == OP_LT || op == OP_LE) return range(p, from, none, end, RANGE_FLAGS(0, op == OP_LE, RANGE_BELOW));
    if (op == OP_GT || op == OP_GE) return range(p, from, end, none, RANGE_FLAGS(op == OP_GE, 0, RANGE_ABOVE));
    return range(p, from, end, end, RANGE_FLAGS(1, 1, op == OP_EQ ? RANGE_EQUAL : RANGE_EXCEPT));
}

/* One positive unary test: a comparison without its left side, or an expression. */
static struct node *test(struct parser *p, const struct node *tested, int level)
{
    size_t from = p->token.from;
    enum op op;
    if (parse_comparison_op(p->token.kind, &op)) {
        parse_advance(p);
        struct node *n = parse_node(p, NODE_BINARY, from, &feel_type_boolean);
        n->op = op, n->a = parse_level(p, ADDITIVE_LEVEL);
        if (!comparable(tested->type, n->a->type))
            parse_clash(p, n->a, "%s can't be compared with %s", parse_type_words(p, tested->type),
                        parse_type_words(p, n->a->type));
        return parse_done(p, n);
    }
    bool before = p->question_used;
    p->question_used = false;
    struct node *n = parse_node(p, NODE_BINARY, from, &feel_type_boolean), *e = parse_level(p, level);
    n->op = p->question_used ? OP_MOVE : OP_IN;
    p->question_used |= before;
    n->a = e;
    if (n->op == OP_IN && e->type->is == FEEL_TYPE_OF_KIND && !comparable(tested->type, e->type))
        parse_clash(p, e, "%s can't be compared with %s", parse_type_words(p, tested->type),
                    parse_type_words(p, e->type));
    return parse_done(p, n);
}

static struct node *in_node(struct parser *p, struct node *tested, const nodes *tests)
{
    struct node *n = parse_node(p, NODE_IN, tested->from, &feel_type_boolean);
    n->a = tested, n->items = tests->items, n->count = tests->count;
    return parse_done(p, n);
}

static struct node *in_tests(struct parser *p, struct node *tested)
{
    nodes tests = {0};
    size_t from = p->token.from;
    if (!parse_accept(p, TOKEN_OPEN)) {
        *vec_add(p->tree, &tests) = test(p, tested, ADDITIVE_LEVEL);
        return in_node(p, tested, &tests);
    }
    do {
        struct node *t = test(p, tested, OR_LEVEL);
        if (p->token.kind == TOKEN_DOTS && t->op == OP_IN && !tests.count) {
            parse_advance(p);
            t->a = parse_range_end(p, from, t->a, false);
            *vec_add(p->tree, &tests) = t;
            return in_node(p, tested, &tests);
        }
        *vec_add(p->tree, &tests) = t;
    } while (parse_accept(p, TOKEN_COMMA));
    parse_need(p, TOKEN_CLOSE, "',' or ')'");
    return in_node(p, tested, &tests);
}

static struct node *between(struct parser *p, struct node *x)
{
    struct node *n = parse_node(p, NODE_BETWEEN, x->from, &feel_type_boolean);
    n->a = x, n->b = parse_level(p, ADDITIVE_LEVEL);
    parse_need_word(p, "and");
    n->c = parse_level(p, ADDITIVE_LEVEL);
    if (!comparable(x->type, n->b->type))
        parse_clash(p, n->b, "%s can't be compared with %s", parse_type_words(p, x->type),
                    parse_type_words(p, n->b->type));
    return parse_done(p, n);
}

struct node *parse_level(struct parser *p, int least)
{
    if (++p->depth > PARSE_DEPTH)
        return parse_fail(p, p->token.from, p->token.to, "the expression is nested too deeply");
    struct node *left = parse_operand(p);
    enum op op = OP_MOVE;
    for (int level; (level = operator_level(p, &op)) >= least && level;) {
        const char *sign = arena_copy(p->tree, parse_text(p, p->token)).p;
        parse_advance(p);
        if (op == OP_BETWEEN)
            left = between(p, left);
        else if (op == OP_IN)
            left = in_tests(p, left);
        else
            left = two(p, op, left, parse_level(p, level + 1), sign);
    }
    p->depth--;
    return left;
}

struct node *parse_full(struct parser *p)
{
    enum op op;
    size_t from = p->token.from;
    if (!parse_comparison_op(p->token.kind, &op)) return parse_level(p, OR_LEVEL);
    parse_advance(p);
    return parse_unary_range(p, from, op);
}

/* ---- Entry ---------------------------------------------------------------------------------------------------------
 */

static void push_scope(struct parser *p, const struct feel_scope *s, uint32_t *next)
{
    if (!s) return;
    push_scope(p, s->outer, next);
    if (s->lenient) p->strict = false;
    uint32_t first = *next;
    struct declaration *declarations = arena_array(p->tree, s->count + 1, sizeof *declarations);
    for (size_t i = 0; i < s->count; i++) {
        declarations[i] = (struct declaration){.name = s->variables[i].name,
                                               .type = s->variables[i].type ? s->variables[i].type : &feel_any,
                                               .is_input = true,
                                               .index = first + (uint32_t)i};
        if (s->variables[i].opened) parse_push(p, &declarations[i], true);
    }
    for (size_t i = 0; i < s->count; i++) parse_push(p, &declarations[i], false);
    *next = first + (uint32_t)s->count;
}

static uint32_t begin(struct parser *p, struct arena *a, struct arena *tree, const struct feel_scope *scope, str source,
                      struct err *err)
{
    uint32_t inputs = 0;
    *p = (struct parser){
        .a = a, .tree = tree, .source = arena_copy(a, source), .scope = scope, .strict = true, .err = err};
    push_scope(p, scope, &inputs);
    p->token = lex_token(p->source, 0);
    return inputs;
}

static int end(struct parser *p, struct node *root, struct parsed *out)
{
    if (!p->failed && p->token.kind != TOKEN_END) parse_expected(p, "an operator or the end");
    if (p->failed) return -1;
    *out = (struct parsed){root, p->uses_clock};
    return 0;
}

int parse_expression(struct arena *a, struct arena *tree, const struct feel_scope *scope, str source,
                     struct parsed *out, struct err *err)
{
    struct parser p;
    begin(&p, a, tree, scope, source, err);
    struct node *root = parse_full(&p);
    return end(&p, root, out);
}

int parse_unary_tests(struct arena *a, struct arena *tree, const struct feel_scope *scope,
                      const struct feel_type *tested, str source, struct parsed *out, struct err *err)
{
    struct parser p;
    uint32_t inputs = begin(&p, a, tree, scope, source, err);
    struct declaration question = {.name = STR_INIT("?"), .type = tested, .is_input = true, .index = inputs};
    p.question = arena_alloc(tree, sizeof question);
    *p.question = question;
    if (p.token.kind == TOKEN_MINUS && lex_token(p.source, p.token.to).kind == TOKEN_END) {
        parse_advance(&p);
        return end(&p, parse_constant(&p, 0, feel_boolean(true)), out);
    }
    struct node *x = parse_node(&p, NODE_VARIABLE, 0, tested);
    x->declaration = p.question;
    size_t after = parse_at_word(&p, "not") ? lex_skip(p.source, p.token.to) : 0;
    bool negated = after && after < p.source.n && p.source.p[after] == '(';
    if (negated) parse_advance(&p), parse_advance(&p);
    nodes tests = {0};
    do *vec_add(tree, &tests) = test(&p, x, OR_LEVEL);
    while (parse_accept(&p, TOKEN_COMMA));
    struct node *root = in_node(&p, x, &tests);
    if (negated) {
        parse_need(&p, TOKEN_CLOSE, "',' or ')'");
        struct node *n = parse_node(&p, NODE_BINARY, 0, &feel_type_boolean);
        n->op = OP_EQ, n->a = root, n->b = parse_constant(&p, 0, feel_boolean(false));
        root = parse_done(&p, n);
    }
    return end(&p, root, out);
}
