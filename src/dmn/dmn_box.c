/* SPDX-License-Identifier: Apache-2.0 */
/* Boxed expressions (DMN 1.5 §10.2): each is compiled to a tree whose leaves are FEEL programs. All of a node's names
 * lie in one frame of values, in the order of the scopes. */
#include "dmn_inside.h"
#include "feel_value.h"

#include <string.h>

static const struct {
    str name;
    enum box_kind kind;
} kinds[] = {{STR_INIT("literalExpression"), BOX_LITERAL},
             {STR_INIT("context"), BOX_CONTEXT},
             {STR_INIT("list"), BOX_LIST},
             {STR_INIT("relation"), BOX_RELATION},
             {STR_INIT("functionDefinition"), BOX_FUNCTION},
             {STR_INIT("invocation"), BOX_INVOCATION},
             {STR_INIT("conditional"), BOX_CONDITIONAL},
             {STR_INIT("filter"), BOX_FILTER},
             {STR_INIT("for"), BOX_FOR},
             {STR_INIT("some"), BOX_SOME},
             {STR_INIT("every"), BOX_EVERY},
             {STR_INIT("decisionTable"), BOX_TABLE}};

static bool box_kind_of(const struct xml *x, enum box_kind *kind)
{
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
        if (str_eq(x->name, kinds[i].name)) return *kind = kinds[i].kind, true;
    return false;
}

const struct xml *box_element(const struct xml *x)
{
    enum box_kind kind;
    for (const struct xml *c = x ? x->first : NULL; c; c = c->next)
        if (str_eq(c->space, x->space) && box_kind_of(c, &kind)) return c;
    return NULL;
}

/* A scope inside of `outer` with one more name; makes sure of its place in the frame. */
static struct feel_scope *inner_scope(struct dmn_compiler *c, const struct feel_scope *outer, size_t count)
{
    struct feel_scope *s = arena_zalloc(c->a, sizeof *s);
    struct feel_variable *variables = arena_array(c->a, count + 1, sizeof *variables);
    *s = (struct feel_scope){.outer = outer, .variables = variables, .count = count};
    size_t size = feel_scope_size(s);
    if (size > c->frame) c->frame = size;
    return s;
}
static void name_in(struct feel_scope *s, size_t i, struct feel_variable v)
{
    ((struct feel_variable *)s->variables)[i] = v;
}

static const struct box *child(struct dmn_compiler *c, const struct xml *x, const char *name,
                               const struct feel_scope *scope)
{
    const struct xml *at = xml_child(x, name), *e = at ? box_element(at) : NULL;
    if (e) return box_compile(c, e, scope);
    compile_error(c, at ? at : x, NULL, "expected an expression in <%s>", name);
    return NULL;
}

/* ---- Literals ------------------------------------------------------------------------------------------------------
 */

static void literal(struct dmn_compiler *c, struct box *b, const struct xml *x, const struct feel_scope *scope)
{
    const struct xml *text = xml_child(x, "text");
    str source = text ? str_trim(text->text) : STR("");
    if (!source.n) {
        compile_error(c, x, NULL, "the expression is empty");
        return;
    }
    b->program = compile_text(c, text, source, scope);
    if (b->program) b->gives = feel_program_type(b->program);
}

/* ---- Contexts, lists, relations ------------------------------------------------------------------------------------
 */

static void context(struct dmn_compiler *c, struct box *b, const struct xml *x, const struct feel_scope *scope)
{
    VEC(struct feel_field) fields = {0};
    size_t count = 0;
    for (const struct xml *e = xml_child(x, "contextEntry"); e; e = xml_same(e)) count++;
    b->items = arena_array(c->a, count + 1, sizeof *b->items);
    b->names = arena_array(c->a, count + 1, sizeof *b->names);
    b->types = arena_array(c->a, count + 1, sizeof *b->types);
    const struct feel_type *result = NULL;
    for (const struct xml *e = xml_child(x, "contextEntry"); e; e = xml_same(e)) {
        const struct xml *variable = xml_child(e, "variable"), *logic = box_element(e);
        size_t i = b->count++;
        b->names[i] = variable ? xml_name(c->a, variable) : STR_NONE;
        b->types[i] = variable ? type_referred(c, variable, xml_get(variable, "typeRef")) : NULL;
        const char *outside = c->place;
        if (b->names[i].n)
            c->place = arena_printf(c->a, "%s%sentry '" STR_FORMAT "'", outside ? outside : "", outside ? ", " : "",
                                    STR_ARGS(b->names[i]))
                           .p;
        const struct feel_scope *seen = scope;
        if (logic && b->names[i].n && xml_is(logic, "functionDefinition")) { /* which may call itself */
            struct feel_scope *own = inner_scope(c, scope, 1);
            name_in(own, 0, (struct feel_variable){.name = b->names[i], .type = &feel_any});
            seen = own;
        }
        if (logic)
            b->items[i] = box_compile(c, logic, seen);
        else
            compile_error(c, e, NULL, "the context's entry '" STR_FORMAT "' has no expression", STR_ARGS(b->names[i]));
        c->place = outside;
        const struct feel_type *gives = b->types[i]   ? type_feel(b->types[i])
                                        : b->items[i] ? b->items[i]->gives
                                                      : &feel_any;
        if (!b->names[i].n) {
            result = gives;
            continue;
        }
        *vec_add(c->a, &fields) = (struct feel_field){.name = b->names[i], .type = gives};
        struct feel_scope *inner = inner_scope(c, scope, 1);
        name_in(inner, 0, (struct feel_variable){.name = b->names[i], .type = gives});
        scope = inner;
    }
    struct feel_type *type = arena_zalloc(c->a, sizeof *type);
    *type = (struct feel_type){.is = FEEL_TYPE_CONTEXT, .fields = fields.items, .count = fields.count};
    b->gives = result ? result : type;
}

static void list(struct dmn_compiler *c, struct box *b, const struct xml *x, const struct feel_scope *scope)
{
    VEC(const struct box *) items = {0};
    const struct feel_type *element = NULL;
    enum box_kind kind;
    for (const struct xml *e = x->first; e; e = e->next) {
        if (!str_eq(e->space, x->space) || !box_kind_of(e, &kind)) continue;
        const struct box *item = box_compile(c, e, scope);
        *vec_add(c->a, &items) = item;
        element = type_join(c->a, element, item ? item->gives : &feel_any);
    }
    b->items = items.items, b->count = items.count;
    b->gives = type_list_of(c->a, element ? element : &feel_any);
}

static void relation(struct dmn_compiler *c, struct box *b, const struct xml *x, const struct feel_scope *scope)
{
    VEC(str) names = {0};
    VEC(const struct dmn_type *) types = {0};
    VEC(const struct box *) cells = {0};
    for (const struct xml *e = xml_child(x, "column"); e; e = xml_same(e)) {
        *vec_add(c->a, &names) = xml_name(c->a, e);
        *vec_add(c->a, &types) = type_referred(c, e, xml_get(e, "typeRef"));
    }
    struct feel_field *fields = arena_array(c->a, names.count + 1, sizeof *fields);
    for (size_t i = 0; i < names.count; i++) fields[i] = (struct feel_field){.name = names.items[i], .type = NULL};
    for (const struct xml *row = xml_child(x, "row"); row; row = xml_same(row)) {
        size_t at = 0;
        enum box_kind kind;
        for (const struct xml *e = row->first; e; e = e->next) {
            if (!str_eq(e->space, x->space) || !box_kind_of(e, &kind)) continue;
            if (at++ >= names.count) continue;
            const struct box *cell = box_compile(c, e, scope);
            *vec_add(c->a, &cells) = cell;
            fields[at - 1].type = type_join(c->a, fields[at - 1].type, cell ? cell->gives : &feel_any);
        }
        if (at != names.count) {
            compile_error(c, row, NULL, "the relation has %zu columns, this row %zu cells", names.count, at);
            return;
        }
    }
    struct feel_type *type = arena_zalloc(c->a, sizeof *type);
    for (size_t i = 0; i < names.count; i++) {
        if (types.items[i]) fields[i].type = type_feel(types.items[i]);
        if (!fields[i].type) fields[i].type = &feel_any;
    }
    *type = (struct feel_type){.is = FEEL_TYPE_CONTEXT, .fields = fields, .count = names.count};
    b->names = names.items, b->types = types.items, b->columns = names.count;
    b->items = cells.items, b->count = cells.count;
    b->gives = type_list_of(c->a, type);
}

/* ---- Functions -----------------------------------------------------------------------------------------------------
 */

static void parameters(struct dmn_compiler *c, struct box *b, const struct xml *x)
{
    VEC(str) names = {0};
    VEC(const struct dmn_type *) types = {0};
    for (const struct xml *p = xml_child(x, "formalParameter"); p; p = xml_same(p)) {
        const struct dmn_type *type = type_referred(c, p, xml_get(p, "typeRef"));
        *vec_add(c->a, &names) = xml_name(c->a, p);
        *vec_add(c->a, &types) = type;
    }
    b->names = names.items, b->types = types.items, b->count = names.count;
}

/* `external` of boxed functions: FEEL's own form does the work. */
static void external(struct dmn_compiler *c, struct box *b, const struct xml *x, const struct feel_scope *scope)
{
    struct buf text;
    str class = STR_NONE, signature = STR_NONE;
    for (const struct xml *e = xml_child(xml_child(x, "context"), "contextEntry"); e; e = xml_same(e)) {
        const struct xml *variable = xml_child(e, "variable");
        str name = variable ? xml_name(c->a, variable) : STR("");
        str value = xml_text(xml_child(e, "literalExpression"), "text");
        if (str_eq(name, STR("class"))) class = value;
        if (str_eq(name, STR("method signature"))) signature = value;
    }
    if (!class.n || !signature.n) {
        compile_error(c, x, NULL, "an external function needs 'class' and 'method signature'");
        return;
    }
    buf_init(&text, 1 << 16);
    buf_text(&text, "function(");
    for (size_t i = 0; i < b->count; i++) buf_printf(&text, "%s" STR_FORMAT, i ? ", " : "", STR_ARGS(b->names[i]));
    buf_printf(&text, ") external {java: {class: " STR_FORMAT ", method signature: " STR_FORMAT "}}", STR_ARGS(class),
               STR_ARGS(signature));
    b->program = compile_text(c, x, buf_get(&text), scope);
    buf_release(&text);
}

const struct box *function_compile(struct dmn_compiler *c, const struct xml *x, const struct feel_scope *scope)
{
    struct box *b = arena_zalloc(c->a, sizeof *b);
    str kind = str_trim(xml_get(x, "kind"));
    struct feel_type *type = arena_zalloc(c->a, sizeof *type);
    b->kind = BOX_FUNCTION, b->node = c->node;
    b->base = feel_scope_size(scope);
    b->type = type_referred(c, x, xml_get(x, "typeRef"));
    parameters(c, b, x);
    if (str_eq(kind, STR("Java")) || str_eq(kind, STR("J")))
        external(c, b, x, scope);
    else if (kind.n && !str_eq(kind, STR("FEEL")) && !str_eq(kind, STR("F"))) {
        compile_error(c, x, NULL, "functions of kind " STR_FORMAT " are not supported", STR_ARGS(kind));
        return NULL;
    } else {
        struct feel_scope *inner = inner_scope(c, scope, b->count);
        for (size_t i = 0; i < b->count; i++)
            name_in(inner, i, (struct feel_variable){.name = b->names[i], .type = type_feel(b->types[i])});
        const struct xml *logic = box_element(x);
        if (logic)
            b->body = box_compile(c, logic, inner);
        else
            compile_error(c, x, NULL, "the function has no body");
    }
    *type = (struct feel_type){.is = FEEL_TYPE_FUNCTION, .of = b->body ? b->body->gives : &feel_any};
    b->gives = type;
    return b;
}

static void invocation(struct dmn_compiler *c, struct box *b, const struct xml *x, const struct feel_scope *scope)
{
    VEC(str) names = {0};
    VEC(const struct box *) items = {0};
    VEC(const struct dmn_type *) types = {0};
    const struct xml *function = box_element(x);
    if (function)
        b->body = box_compile(c, function, scope);
    else
        compile_error(c, x, NULL, "the invocation names no function");
    for (const struct xml *e = xml_child(x, "binding"); e; e = xml_same(e)) {
        const struct xml *p = xml_child(e, "parameter"), *value = box_element(e);
        *vec_add(c->a, &names) = p ? xml_name(c->a, p) : STR("");
        *vec_add(c->a, &types) = p ? type_referred(c, p, xml_get(p, "typeRef")) : NULL;
        const struct box *item = value ? box_compile(c, value, scope) : NULL;
        *vec_add(c->a, &items) = item;
    }
    b->names = names.items, b->items = items.items, b->types = types.items, b->count = items.count;
    b->gives =
        b->body && b->body->gives->is == FEEL_TYPE_FUNCTION && b->body->gives->of ? b->body->gives->of : &feel_any;
}

/* ---- Conditional, filter, iteration --------------------------------------------------------------------------------
 */

static void conditional(struct dmn_compiler *c, struct box *b, const struct xml *x, const struct feel_scope *scope)
{
    b->items = arena_array(c->a, 3, sizeof *b->items);
    b->items[0] = child(c, x, "if", scope), b->items[1] = child(c, x, "then", scope),
    b->items[2] = child(c, x, "else", scope);
    if (b->items[1] && b->items[2]) b->gives = type_join(c->a, b->items[1]->gives, b->items[2]->gives);
}

static const struct feel_type *element_of(const struct feel_type *t)
{
    return (t->is == FEEL_TYPE_LIST || t->is == FEEL_TYPE_RANGE) && t->of ? t->of : t;
}

static void filter(struct dmn_compiler *c, struct box *b, const struct xml *x, const struct feel_scope *scope)
{
    b->items = arena_array(c->a, 2, sizeof *b->items);
    b->items[0] = child(c, x, "in", scope);
    const struct feel_type *element = b->items[0] ? element_of(b->items[0]->gives) : &feel_any;
    bool opens = element->is == FEEL_TYPE_CONTEXT || element->is == FEEL_TYPE_OBJECT || element->is == FEEL_TYPE_ANY;
    struct feel_scope *inner = inner_scope(c, scope, 1);
    name_in(inner, 0, (struct feel_variable){.name = STR("item"), .type = element, .opened = opens});
    b->items[1] = child(c, x, "match", inner);
    b->gives = type_list_of(c->a, element);
}

static void iteration(struct dmn_compiler *c, struct box *b, const struct xml *x, const struct feel_scope *scope)
{
    str name = str_trim(xml_get(x, "iteratorVariable"));
    if (!name.n) compile_error(c, x, NULL, "the iteration has no iteratorVariable");
    b->items = arena_array(c->a, 2, sizeof *b->items);
    b->items[0] = child(c, x, "in", scope);
    struct feel_scope *inner = inner_scope(c, scope, b->kind == BOX_FOR ? 2 : 1);
    name_in(inner, 0,
            (struct feel_variable){.name = name, .type = b->items[0] ? element_of(b->items[0]->gives) : &feel_any});
    if (b->kind == BOX_FOR)
        name_in(inner, 1, (struct feel_variable){.name = STR("partial"), .type = type_list_of(c->a, &feel_any)});
    b->items[1] = child(c, x, b->kind == BOX_FOR ? "return" : "satisfies", inner);
    b->gives =
        b->kind != BOX_FOR ? &feel_type_boolean : type_list_of(c->a, b->items[1] ? b->items[1]->gives : &feel_any);
}

const struct box *box_compile(struct dmn_compiler *c, const struct xml *x, const struct feel_scope *scope)
{
    enum box_kind kind;
    if (!box_kind_of(x, &kind)) {
        compile_error(c, x, NULL, "'" STR_FORMAT "' is no boxed expression", STR_ARGS(x->name));
        return NULL;
    }
    if (kind == BOX_FUNCTION) return function_compile(c, x, scope);
    if (++c->depth > BOX_DEPTH) {
        compile_error(c, x, NULL, "the boxed expressions are nested too deeply");
        c->depth--;
        return NULL;
    }
    struct box *b = arena_zalloc(c->a, sizeof *b);
    b->kind = kind, b->gives = &feel_any, b->base = feel_scope_size(scope);
    b->type = type_referred(c, x, xml_get(x, "typeRef"));
    switch (kind) {
    case BOX_LITERAL: literal(c, b, x, scope); break;
    case BOX_CONTEXT: context(c, b, x, scope); break;
    case BOX_LIST: list(c, b, x, scope); break;
    case BOX_RELATION: relation(c, b, x, scope); break;
    case BOX_INVOCATION: invocation(c, b, x, scope); break;
    case BOX_CONDITIONAL: conditional(c, b, x, scope); break;
    case BOX_FILTER: filter(c, b, x, scope); break;
    case BOX_FOR:
    case BOX_SOME:
    case BOX_EVERY: iteration(c, b, x, scope); break;
    case BOX_TABLE: b->table = table_compile(c, x, scope, b->type, &b->gives); break;
    case BOX_MISSING:
    case BOX_FUNCTION: break;
    }
    if (b->type) b->gives = type_feel(b->type);
    c->depth--;
    return b;
}

/* ---- Evaluating ----------------------------------------------------------------------------------------------------
 */

static void captures_itself(const struct box *function, struct feel_value v, size_t place);

static struct feel_value eval_context(struct dmn_run *run, const struct box *b, struct feel_value *frame)
{
    struct feel_entry *entries = arena_alloc(run->a, (b->count + 1) * sizeof *entries);
    size_t count = 0;
    for (size_t i = 0; i < b->count; i++) {
        struct feel_value v = box_eval(run, b->items[i], frame);
        if (b->types[i]) v = type_coerce(run, b->types[i], v, b->names[i].n ? "entry" : "result", b->names[i]);
        if (!b->names[i].n) return v;
        frame[b->base + count] = v;
        if (b->items[i] && b->items[i]->kind == BOX_FUNCTION) captures_itself(b->items[i], v, b->base + count);
        entries[count++] = (struct feel_entry){b->names[i], v};
    }
    return feel_context(entries, count);
}

static struct feel_value eval_list(struct dmn_run *run, const struct box *b, struct feel_value *frame)
{
    struct feel_value *items = value_new_items(run->a, b->count);
    for (size_t i = 0; i < b->count; i++) items[i] = box_eval(run, b->items[i], frame);
    return feel_list(items, b->count);
}

static struct feel_value eval_relation(struct dmn_run *run, const struct box *b, struct feel_value *frame)
{
    size_t rows = b->columns ? b->count / b->columns : 0;
    struct feel_value *items = value_new_items(run->a, rows);
    for (size_t r = 0; r < rows; r++) {
        struct feel_entry *entries = arena_alloc(run->a, (b->columns + 1) * sizeof *entries);
        for (size_t i = 0; i < b->columns; i++) {
            struct feel_value v = box_eval(run, b->items[r * b->columns + i], frame);
            entries[i] = (struct feel_entry){b->names[i], type_coerce(run, b->types[i], v, "column", b->names[i])};
        }
        items[r] = feel_context(entries, b->columns);
    }
    return feel_list(items, rows);
}

struct closure {
    struct feel_host_function function; /* first */
    struct dmn_run *run;
    const struct box *box;
    struct feel_value *captured;
};

static struct feel_value call_closure(struct feel_env *env, const struct feel_host_function *self,
                                      const struct feel_value *arguments)
{
    const struct closure *f = (const struct closure *)self;
    const struct box *b = f->box;
    (void)env;
    struct feel_value *frame = value_new_items(f->run->a, b->node->frame);
    if (b->base) memcpy(frame, f->captured, b->base * sizeof *frame);
    for (size_t i = 0; i < b->count; i++) {
        frame[b->base + i] = type_coerce(f->run, b->types[i], arguments[i], "parameter", b->names[i]);
        if (frame[b->base + i].kind == FEEL_NULL && arguments[i].kind != FEEL_NULL) return frame[b->base + i];
    }
    struct feel_value v = box_eval(f->run, b->body, frame);
    return type_coerce(f->run, b->type, v, "the function's", STR("result"));
}

static struct feel_value eval_function(struct dmn_run *run, const struct box *b, struct feel_value *frame)
{
    if (b->program) return run_program(run, b->program, frame);
    struct closure *f = arena_zalloc(run->a, sizeof *f);
    struct feel_value *captured = value_new_items(run->a, b->base);
    if (b->base) memcpy(captured, frame, b->base * sizeof *captured);
    *f = (struct closure){
        .function = {.parameters = b->names, .count = b->count, .call_self = call_closure, .usage = STR("function")},
        .run = run,
        .box = b,
        .captured = captured};
    return feel_function(run->a, &f->function);
}

/* Of a context's entry: the function knows its own name. */
static void captures_itself(const struct box *function, struct feel_value v, size_t place)
{
    if (function->program || v.kind != FEEL_FUNCTION || v.function->is != FUNCTION_HOST) return;
    if (v.function->host->call_self == call_closure) ((const struct closure *)v.function->host)->captured[place] = v;
}

static struct feel_value eval_invocation(struct dmn_run *run, const struct box *b, struct feel_value *frame)
{
    struct feel_value f = box_eval(run, b->body, frame), *arguments = value_new_items(run->a, b->count), v;
    for (size_t i = 0; i < b->count; i++) {
        arguments[i] = b->items[i] ? box_eval(run, b->items[i], frame) : feel_null();
        if (b->types[i]) arguments[i] = type_coerce(run, b->types[i], arguments[i], "parameter", b->names[i]);
    }
    if (f.kind == FEEL_NULL) return f.text.n ? f : run_refuse(run, "the invoked function is null");
    run_call(run, f, b->names, arguments, b->count, &v);
    return v;
}

static struct feel_value eval_conditional(struct dmn_run *run, const struct box *b, struct feel_value *frame)
{
    struct feel_value test = box_eval(run, b->items[0], frame);
    if (test.kind != FEEL_BOOLEAN && test.kind != FEEL_NULL)
        return run_refuse(run, "'if' needs a boolean, this is %s", feel_kind_words((enum feel_kind)test.kind));
    return box_eval(run, b->items[feel_is_true(test) ? 1 : 2], frame);
}

static bool spend(struct dmn_run *run)
{
    uint64_t limit = run->env->limits.steps ? run->env->limits.steps : 100000000;
    if (++run->env->steps > limit && !run->notes->stopped)
        run->notes->stopped = err_set(run_err(run), ERR_LIMIT, "the evaluation takes too many steps") < 0;
    if (arena_over(run->a) && !run->notes->stopped)
        run->notes->stopped = err_set(run_err(run), ERR_LIMIT, "the evaluation takes too much memory") < 0;
    return !run->notes->stopped;
}

/* What an iteration goes over: FEEL's `for` knows. */
struct items {
    const struct feel_value *items;
    size_t count;
    struct feel_value one, refused;
};
static bool items_of(struct dmn_run *run, struct feel_value v, struct items *out)
{
    struct value_count c;
    *out = (struct items){.refused = feel_null()};
    if (v.kind == FEEL_RANGE) {
        if (!value_count_range(v.range, &c))
            return out->refused = run_refuse(run, "the range's ends are not whole numbers or dates"), false;
        bool up = c.first <= c.last;
        uint64_t distance = up ? (uint64_t)c.last - (uint64_t)c.first : (uint64_t)c.first - (uint64_t)c.last;
        uint64_t count = c.any ? distance + 1 : 0;
        if (count > UINT32_MAX || arena_would_exceed(run->a, count * sizeof v)) {
            run->env->steps = UINT64_MAX - 1;
            return spend(run), false;
        }
        struct feel_value *items = value_new_items(run->a, count);
        for (uint64_t i = 0; i < count; i++) {
            int64_t n = up ? c.first + (int64_t)i : c.first - (int64_t)i;
            items[i] = c.kind == FEEL_DATE ? feel_date(n) : feel_int(n);
        }
        out->items = items, out->count = count;
        return true;
    }
    if (v.kind == FEEL_NULL) return out->refused = v.text.n ? v : run_refuse(run, "null can't be gone over"), false;
    struct feel_value l = value_as_list(v, &out->one);
    out->items = l.items, out->count = l.count;
    return true;
}

static struct feel_value eval_filter(struct dmn_run *run, const struct box *b, struct feel_value *frame)
{
    struct items in;
    VEC(struct feel_value) kept = {0};
    struct feel_value list = box_eval(run, b->items[0], frame);
    if (list.kind == FEEL_RANGE || !items_of(run, list, &in))
        return list.kind == FEEL_NULL ? in.refused : run_refuse(run, "a range can't be filtered");
    for (size_t i = 0; i < in.count && spend(run); i++) {
        frame[b->base] = in.items[i];
        struct feel_value keep = box_eval(run, b->items[1], frame);
        if (keep.kind != FEEL_BOOLEAN && keep.kind != FEEL_NULL)
            return run_refuse(run, "a boxed filter's match must be a boolean, this is %s",
                              feel_kind_words((enum feel_kind)keep.kind));
        if (feel_is_true(keep)) *vec_add(run->a, &kept) = in.items[i];
    }
    return feel_list(kept.items, kept.count);
}

static struct feel_value eval_for(struct dmn_run *run, const struct box *b, struct feel_value *frame)
{
    struct items in;
    if (!items_of(run, box_eval(run, b->items[0], frame), &in)) return in.refused;
    struct feel_value *got = value_new_items(run->a, in.count);
    for (size_t i = 0; i < in.count && spend(run); i++) {
        frame[b->base] = in.items[i], frame[b->base + 1] = feel_list(got, i);
        got[i] = box_eval(run, b->items[1], frame);
    }
    return feel_list(got, run->notes->stopped ? 0 : in.count);
}

static struct feel_value eval_quantified(struct dmn_run *run, const struct box *b, struct feel_value *frame)
{
    struct items in;
    bool some = b->kind == BOX_SOME;
    struct feel_value unclear = feel_boolean(!some);
    if (!items_of(run, box_eval(run, b->items[0], frame), &in)) return in.refused;
    for (size_t i = 0; i < in.count && spend(run); i++) {
        frame[b->base] = in.items[i];
        struct feel_value v = box_eval(run, b->items[1], frame);
        if (v.kind == FEEL_BOOLEAN && v.flag == some) return v;
        if (v.kind == FEEL_BOOLEAN) continue;
        if (v.kind != FEEL_NULL)
            return run_refuse(run, "'satisfies' needs a boolean, this is %s", feel_kind_words((enum feel_kind)v.kind));
        unclear = v;
        if (!unclear.text.n) unclear = run_refuse(run, "'satisfies' is null for an element");
    }
    return unclear;
}

static struct feel_value eval(struct dmn_run *run, const struct box *b, struct feel_value *frame)
{
    switch (b->kind) {
    case BOX_MISSING: break;
    case BOX_LITERAL: return run_program(run, b->program, frame);
    case BOX_CONTEXT: return eval_context(run, b, frame);
    case BOX_LIST: return eval_list(run, b, frame);
    case BOX_RELATION: return eval_relation(run, b, frame);
    case BOX_FUNCTION: return eval_function(run, b, frame);
    case BOX_INVOCATION: return eval_invocation(run, b, frame);
    case BOX_CONDITIONAL: return eval_conditional(run, b, frame);
    case BOX_FILTER: return eval_filter(run, b, frame);
    case BOX_FOR: return eval_for(run, b, frame);
    case BOX_SOME:
    case BOX_EVERY: return eval_quantified(run, b, frame);
    case BOX_TABLE: return table_eval(run, b->table, frame);
    }
    return feel_null();
}

struct feel_value box_eval(struct dmn_run *run, const struct box *b, struct feel_value *frame)
{
    if (run->notes->stopped) return feel_null();
    if (UNLIKELY(run->notes->depth >= RUN_DEPTH)) {
        run->notes->stopped = err_set(run_err(run), ERR_LIMIT, "expressions and functions are nested too deeply") < 0;
        return feel_null();
    }
    run->notes->depth++;
    struct feel_value v = eval(run, b, frame);
    run->notes->depth--;
    if (b->type && b->kind != BOX_FUNCTION) v = type_coerce(run, b->type, v, "the expression's", STR("result"));
    return v;
}
