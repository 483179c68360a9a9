/* SPDX-License-Identifier: Apache-2.0 */
/* Operands: literals, lists, contexts, functions, loops, conditions, and what stands behind them. */
#include "base_utf8.h"
#include "feel_number.h"
#include "feel_parser.h"
#include "feel_time.h"

static struct node *filter(struct parser *p, struct node *list)
{
    const struct feel_type *element = list->type->is == FEEL_TYPE_LIST ? list->type->of : list->type;
    struct node *n = parse_node(p, NODE_FILTER, list->from, &feel_any);
    const struct known *outside = p->known;
    bool range_end = p->in_range_end;
    p->in_range_end = false;
    n->a = list;
    n->declaration = parse_declare(p, STR("item"), element);
    parse_push(p, n->declaration, false);
    if (element->is == FEEL_TYPE_CONTEXT || element->is == FEEL_TYPE_OBJECT || element->is == FEEL_TYPE_ANY)
        parse_push(p, n->declaration, true);
    parse_advance(p);
    n->b = parse_full(p);
    p->known = outside;
    p->in_range_end = range_end;
    parse_need(p, TOKEN_CLOSE_LIST, "']'");
    const struct feel_type *t = n->b->type;
    if (t->is != FEEL_TYPE_ANY && !type_is_kind(t, FEEL_NUMBER) && !type_is_kind(t, FEEL_BOOLEAN))
        parse_clash(p, n->b, "a filter needs a boolean or a number, this is %s", parse_type_words(p, t));
    bool is_list = list->type->is == FEEL_TYPE_LIST;
    if (type_is_kind(t, FEEL_NUMBER))
        n->type = element;
    else if (type_is_kind(t, FEEL_BOOLEAN) || n->declaration->used)
        n->type = is_list ? list->type : type_list_of(p->a, element);
    return parse_done(p, n);
}

static struct node *primary(struct parser *p);
static struct node *literal(struct parser *p);

static struct node *instance(struct parser *p, struct node *of)
{
    struct node *n = parse_node(p, NODE_INSTANCE, of->from, &feel_type_boolean);
    parse_advance(p);
    parse_need_word(p, "of");
    size_t from = p->token.from;
    n->a = of, n->wanted = parse_type(p);
    if (n->wanted) return parse_done(p, n);
    str name = str_slice(p->source, from, p->last_to);
    return parse_done(p, parse_constant(p, of->from,
                                        feel_null_because(arena_printf(p->a, "'" STR_FORMAT "' is not a type",
                                                                       STR_ARGS(utf8_cut(name, 80))))));
}

static struct node *postfix(struct parser *p, struct node *n)
{
    for (;;) {
        if (p->token.kind == TOKEN_DOT) {
            parse_advance(p);
            n = parse_path(p, n);
        } else if (p->token.kind == TOKEN_OPEN_LIST && !parse_closes_range(p))
            n = filter(p, n);
        else if (p->token.kind == TOKEN_OPEN)
            n = parse_call(p, n);
        else if (parse_at_word(p, "instance"))
            n = instance(p, n);
        else
            return n;
    }
}

struct node *parse_operand(struct parser *p)
{
    size_t from = p->token.from;
    if (!parse_accept(p, TOKEN_MINUS)) return postfix(p, primary(p));
    if (p->token.kind == TOKEN_NUMBER) { /* the sign is the literal's (rule 35) */
        struct node *n = literal(p);
        if (!p->failed) n->value = number_negate(n->value), n->from = from;
        return postfix(p, n);
    }
    if (++p->depth > PARSE_DEPTH) return parse_fail(p, from, from + 1, "the expression is nested too deeply");
    struct node *operand = parse_operand(p);
    p->depth--;
    if (operand->kind == NODE_CONSTANT && operand->value.kind == FEEL_NUMBER)
        return parse_done(p, parse_constant(p, from, number_negate(operand->value)));
    const struct feel_type *t = operand->type;
    if (t->is != FEEL_TYPE_ANY && t->is != FEEL_TYPE_LIST && !type_is_kind(t, FEEL_NUMBER) && !type_is_duration(t))
        parse_clash(p, operand, "'-' needs a number or a duration, this is %s", parse_type_words(p, t));
    struct node *n = parse_node(p, NODE_NEGATE, from, t);
    n->a = operand;
    return parse_done(p, n);
}

static struct node *conditional(struct parser *p, size_t from)
{
    struct node *n = parse_node(p, NODE_IF, from, &feel_any);
    parse_advance(p);
    n->a = parse_full(p);
    const struct feel_type *t = n->a->type;
    if (t->is != FEEL_TYPE_ANY && t->is != FEEL_TYPE_LIST && !type_is_kind(t, FEEL_BOOLEAN))
        parse_clash(p, n->a, "'if' needs a boolean, this is %s", parse_type_words(p, t));
    parse_need_word(p, "then");
    n->b = parse_full(p);
    parse_need_word(p, "else");
    n->c = parse_full(p);
    bool null_b = n->b->kind == NODE_CONSTANT && n->b->value.kind == FEEL_NULL;
    bool null_c = n->c->kind == NODE_CONSTANT && n->c->value.kind == FEEL_NULL;
    n->type = null_b ? n->c->type : null_c ? n->b->type : type_join(p->a, n->b->type, n->c->type);
    return parse_done(p, n);
}

/* A name that is being declared: words up to `in`. */
static str declared_name(struct parser *p)
{
    str name;
    size_t end = p->token.kind == TOKEN_WORD ? lex_declared(p->a, p->source, p->token.from, true, &name) : 0;
    if (!end || lex_is_keyword(parse_text(p, p->token))) {
        parse_expected(p, "a name");
        return STR_NONE;
    }
    p->last_to = end;
    parse_seek(p, end);
    return name;
}

static struct node *iteration(struct parser *p, enum node_kind kind, size_t from)
{
    struct node *n = parse_node(p, kind, from, &feel_type_boolean);
    const struct known *outside = p->known;
    nodes lists = {0}, ends = {0};
    VEC(struct declaration *) variables = {0};
    parse_advance(p);
    do {
        str name = declared_name(p);
        parse_need_word(p, "in");
        struct node *list = parse_level(p, COMPARISON_LEVEL + 1), *end = NULL;
        const struct feel_type *type =
            list->type->is == FEEL_TYPE_LIST || list->type->is == FEEL_TYPE_RANGE ? list->type->of : list->type;
        if (parse_accept(p, TOKEN_DOTS)) end = parse_level(p, COMPARISON_LEVEL + 1), type = list->type;
        struct declaration *d = parse_declare(p, name, type);
        *vec_add(p->tree, &lists) = list, *vec_add(p->tree, &ends) = end, *vec_add(p->tree, &variables) = d;
        parse_push(p, d, false);
    } while (parse_accept(p, TOKEN_COMMA));
    n->items = lists.items, n->until = ends.items, n->declarations = variables.items, n->count = lists.count;
    if (kind == NODE_FOR) {
        n->declaration = parse_declare(p, STR("partial"), type_list_of(p->a, &feel_any));
        parse_push(p, n->declaration, false);
    }
    parse_need_word(p, kind == NODE_FOR ? "return" : "satisfies");
    n->a = parse_full(p);
    p->known = outside;
    if (kind == NODE_FOR) n->type = type_list_of(p->a, n->a->type);
    return parse_done(p, n);
}

static const struct feel_type *parameter_type(struct parser *p)
{
    size_t from = p->token.from;
    const struct feel_type *t = parse_type(p);
    if (t) return t;
    parse_fail(p, from, p->last_to, "unknown type '" STR_FORMAT "'", STR_ARGS(str_slice(p->source, from, p->last_to)));
    return &feel_any;
}

static struct node *function(struct parser *p, size_t from)
{
    struct feel_type *type = arena_zalloc(p->a, sizeof *type);
    struct node *n = parse_node(p, NODE_FUNCTION, from, type);
    const struct known *outside = p->known;
    VEC(struct declaration *) parameters = {0};
    const struct feel_type *hint = p->parameter_hint;
    p->parameter_hint = NULL;
    parse_advance(p);
    parse_need(p, TOKEN_OPEN, "'('");
    while (p->token.kind == TOKEN_WORD) {
        str name;
        size_t end = lex_declared(p->a, p->source, p->token.from, false, &name);
        struct declaration *d = parse_declare(p, name, hint ? hint : &feel_any);
        p->last_to = end;
        parse_seek(p, end);
        if (parse_accept(p, TOKEN_COLON)) d->type = parameter_type(p);
        *vec_add(p->tree, &parameters) = d;
        if (!parse_accept(p, TOKEN_COMMA)) break;
    }
    parse_need(p, TOKEN_CLOSE, "',' or ')'");
    for (size_t i = 0; i < parameters.count; i++) parse_push(p, parameters.items[i], false);
    if (parse_accept_word(p, "external")) {
        p->known = outside;
        return parse_external(p, from, parameters.items, parameters.count);
    }
    n->declarations = parameters.items, n->count = parameters.count;
    n->a = parse_full(p);
    n->name = str_slice(p->source, n->a->from, p->last_to);
    p->known = outside;
    *type = (struct feel_type){.is = FEEL_TYPE_FUNCTION, .of = n->a->type};
    return parse_done(p, n);
}

static struct node *list(struct parser *p, size_t from)
{
    nodes items = {0};
    const struct feel_type *type = NULL;
    bool constant = true, outer = p->in_range_end;
    p->in_range_end = false;
    parse_advance(p);
    if (p->token.kind != TOKEN_CLOSE_LIST) do {
            struct node *item = parse_full(p);
            if (!items.count && parse_accept(p, TOKEN_DOTS)) {
                p->in_range_end = outer;
                return parse_range_end(p, from, item, true);
            }
            *vec_add(p->tree, &items) = item;
            type = type_join(p->a, type, item->type);
            constant &= item->kind == NODE_CONSTANT;
        } while (parse_accept(p, TOKEN_COMMA));
    parse_need(p, TOKEN_CLOSE_LIST, "',' or ']'");
    p->in_range_end = outer;
    if (constant) {
        struct feel_value *values = value_new_items(p->a, items.count);
        for (size_t i = 0; i < items.count; i++) values[i] = items.items[i]->value;
        return parse_done(p, parse_constant(p, from, feel_list(values, items.count)));
    }
    struct node *n = parse_node(p, NODE_LIST, from, type_list_of(p->a, type));
    n->items = items.items, n->count = items.count;
    return parse_done(p, n);
}

static bool context_key(struct parser *p, str *key)
{
    size_t bad;
    if (p->token.kind == TOKEN_STRING) {
        if (!lex_unquote(p->a, parse_text(p, p->token), key, &bad))
            parse_fail(p, p->token.from + bad, p->token.from + bad + 2, "no such escape in a string");
        parse_advance(p);
    } else {
        size_t end = lex_key(p->a, p->source, p->token.from, key);
        if (!end) {
            parse_expected(p, "a key and ':'");
            return false;
        }
        p->last_to = end;
        parse_seek(p, end);
    }
    return parse_need(p, TOKEN_COLON, "':'");
}

static bool at_function(const struct parser *p)
{
    size_t at = p->token.to;
    if (!parse_at_word(p, "function")) return false;
    while (at < p->source.n &&
           (p->source.p[at] == ' ' || p->source.p[at] == '\n' || p->source.p[at] == '\t' || p->source.p[at] == '\r'))
        at++;
    return at < p->source.n && p->source.p[at] == '(';
}

static struct node *context(struct parser *p, size_t from)
{
    struct feel_type *type = arena_zalloc(p->a, sizeof *type);
    struct node *n = parse_node(p, NODE_CONTEXT, from, type);
    const struct known *outside = p->known;
    nodes values = {0};
    VEC(struct declaration *) entries = {0};
    bool constant = true, outer = p->in_range_end;
    p->in_range_end = false;
    parse_advance(p);
    if (p->token.kind != TOKEN_CLOSE_BRACE) do {
            str key;
            size_t key_from = p->token.from;
            if (!context_key(p, &key)) break;
            for (size_t i = 0; i < entries.count; i++)
                if (str_eq(entries.items[i]->name, key))
                    return parse_fail(p, key_from, p->last_to - 1, "the key '" STR_FORMAT "' is there twice",
                                      STR_ARGS(key));
            struct declaration *d = parse_declare(p, key, &feel_any);
            bool recursive = at_function(p); /* it may call itself by its name */
            if (recursive) parse_push(p, d, false);
            struct node *value = parse_full(p);
            d->type = value->type;
            *vec_add(p->tree, &values) = value, *vec_add(p->tree, &entries) = d;
            if (!recursive) parse_push(p, d, false);
            constant &= value->kind == NODE_CONSTANT;
        } while (parse_accept(p, TOKEN_COMMA));
    parse_need(p, TOKEN_CLOSE_BRACE, "',' or '}'");
    p->known = outside, p->in_range_end = outer;
    if (constant) {
        struct feel_entry *got = arena_alloc(p->a, (values.count + 1) * sizeof *got);
        for (size_t i = 0; i < values.count; i++)
            got[i] = (struct feel_entry){entries.items[i]->name, values.items[i]->value};
        return parse_done(p, parse_constant(p, from, feel_context(got, values.count)));
    }
    struct feel_field *fields = arena_array(p->a, values.count + 1, sizeof *fields);
    for (size_t i = 0; i < values.count; i++)
        fields[i] = (struct feel_field){.name = entries.items[i]->name, .type = entries.items[i]->type};
    *type = (struct feel_type){.is = FEEL_TYPE_CONTEXT, .fields = fields, .count = values.count};
    n->items = values.items, n->declarations = entries.items, n->count = values.count;
    return parse_done(p, n);
}

static struct node *parenthesis(struct parser *p, size_t from)
{
    bool outer = p->in_range_end;
    p->in_range_end = false;
    parse_advance(p);
    struct node *n = parse_full(p);
    if (parse_accept(p, TOKEN_DOTS)) {
        p->in_range_end = outer;
        return parse_range_end(p, from, n, false);
    }
    p->in_range_end = outer;
    parse_need(p, TOKEN_CLOSE, "')'");
    return n;
}

static struct node *literal(struct parser *p)
{
    struct token t = p->token;
    str text = parse_text(p, t);
    struct feel_value v = feel_null();
    size_t bad;
    if (t.kind == TOKEN_NUMBER) {
        if (!feel_number(text, &v)) return parse_fail(p, t.from, t.to, "this number is out of range");
    } else {
        size_t quote = str_find_char(text, '"');
        str quoted = str_from(text, quote), content;
        if (!lex_unquote(p->a, quoted, &content, &bad))
            return parse_fail(p, t.from + quote + bad, t.from + quote + bad + 2, "no such escape in a string");
        v = t.kind == TOKEN_STRING ? feel_string(content) : time_parse_any(p->a, content);
        if (v.kind == FEEL_NULL && p->strict) return parse_fail(p, t.from, t.to, STR_FORMAT, STR_ARGS(v.text));
    }
    parse_advance(p);
    return parse_constant(p, t.from, v);
}

static struct node *word(struct parser *p)
{
    size_t from = p->token.from;
    str text = parse_text(p, p->token);
    if (lex_is_keyword(text) && parse_knows_more(p)) return parse_name(p);
    if (str_eq(text, STR("if"))) return conditional(p, from);
    if (str_eq(text, STR("for"))) return iteration(p, NODE_FOR, from);
    if (str_eq(text, STR("some"))) return iteration(p, NODE_SOME, from);
    if (str_eq(text, STR("every"))) return iteration(p, NODE_EVERY, from);
    if (str_eq(text, STR("function"))) return function(p, from);
    struct feel_value v = feel_null();
    if (str_eq(text, STR("true")))
        v = feel_boolean(true);
    else if (str_eq(text, STR("false")))
        v = feel_boolean(false);
    else if (!str_eq(text, STR("null")))
        return lex_is_keyword(text) ? parse_expected(p, "a value") : parse_name(p);
    parse_advance(p);
    return parse_constant(p, from, v);
}

static struct node *primary(struct parser *p)
{
    size_t from = p->token.from;
    switch (p->token.kind) {
    case TOKEN_WORD: return word(p);
    case TOKEN_NUMBER:
    case TOKEN_STRING:
    case TOKEN_AT: return literal(p);
    case TOKEN_OPEN: return parenthesis(p, from);
    case TOKEN_OPEN_LIST: return list(p, from);
    case TOKEN_OPEN_BRACE: return context(p, from);
    case TOKEN_CLOSE_LIST: {
        parse_advance(p);
        struct node *start = parse_level(p, ADDITIVE_LEVEL);
        if (!parse_need(p, TOKEN_DOTS, "'..'")) return start;
        return parse_range_end(p, from, start, false);
    }
    case TOKEN_QUESTION:
        if (parse_knows_more(p)) return parse_name(p);
        if (p->question) {
            struct node *n = parse_node(p, NODE_VARIABLE, from, p->question->type);
            n->declaration = p->question;
            p->question_used = true;
            parse_advance(p);
            return parse_done(p, n);
        }
        return parse_fail(p, from, from + 1, "'?' has a meaning only in a unary test");
    case TOKEN_END:
    case TOKEN_CLOSE:
    case TOKEN_CLOSE_BRACE:
    case TOKEN_COMMA:
    case TOKEN_COLON:
    case TOKEN_DOT:
    case TOKEN_DOTS:
    case TOKEN_PLUS:
    case TOKEN_MINUS:
    case TOKEN_STAR:
    case TOKEN_POWER:
    case TOKEN_SLASH:
    case TOKEN_EQ:
    case TOKEN_NE:
    case TOKEN_LT:
    case TOKEN_LE:
    case TOKEN_GT:
    case TOKEN_GE:
    case TOKEN_ARROW:
    case TOKEN_OPEN_TEXT:
    case TOKEN_STRANGE: return parse_expected(p, "a value");
    }
    NOT_REACHED();
}
