/* SPDX-License-Identifier: Apache-2.0 */
/* Tree to code. Every node's value goes to a register that the caller names; what is a constant, an input or a variable
 * already has its place and is used where it lies. */
#include "feel_number.h"
#include "feel_parse.h"

#include <string.h>

enum { TREE_ROOM = (1 << 15) - 64 };

struct compiler {
    struct arena *a, *scratch; /* scratch: the tree, and tables while they grow */
    const struct feel_scope *scope;
    struct err *err;
    bool failed;
    VEC(struct feel_read) reads;
    VEC(const struct feel_class *) classes;
    bool has_classes;
};
struct unit {
    struct compiler *c;
    struct unit *outer;
    unsigned next, most; /* registers */
    VEC(struct instruction) code;
    VEC(struct feel_value) constants;
    VEC(struct path_site) paths;
    VEC(struct shape) shapes;
    VEC(struct call_site) calls;
    VEC(const struct feel_type *) types;
    VEC(const struct feel_code *) functions;
    VEC(struct declaration *) captured;
    VEC(uint16_t) captures;
};

/* ---- What is read --------------------------------------------------------------------------------------------------
 */

static void read_slot(struct compiler *c, const struct feel_class *class, uint32_t slot)
{
    VEC_EACH(r, &c->reads)
        if (r->class == class && r->slot == slot) return;
    *vec_add(c->scratch, &c->reads) = (struct feel_read){class, slot};
}

static void reach(struct compiler *c, const struct feel_type *t, int depth)
{
    if (!t || depth > 20) return;
    if (t->is == FEEL_TYPE_LIST || t->is == FEEL_TYPE_RANGE || t->is == FEEL_TYPE_FUNCTION) reach(c, t->of, depth + 1);
    if (t->is == FEEL_TYPE_CONTEXT)
        for (size_t i = 0; i < t->count; i++) reach(c, t->fields[i].type, depth + 1);
    if (t->is != FEEL_TYPE_OBJECT) return;
    VEC_EACH(class, &c->classes)
        if (*class == t->class) return;
    *vec_add(c->scratch, &c->classes) = t->class;
    for (size_t i = 0; i < t->class->count; i++) reach(c, t->class->fields[i].type, 0);
}

static void read_field(struct compiler *c, const struct feel_class *class, str name, bool all)
{
    for (size_t i = 0; i < class->count; i++) {
        const struct feel_field *f = &class->fields[i];
        if (!all && !str_eq(f->name, name)) continue;
        read_slot(c, class, f->slot);
        for (size_t k = 0; all && k < f->part_count; k++) read_slot(c, class, f->parts[k].slot);
    }
}

enum reading { READ_CALLED, READ_ALL, READ_NAMES };
/* A value of the type may be read in a way that is known only when it runs: every class that it may be. */
static void read_dynamic(struct compiler *c, const struct feel_type *t, enum reading how, str name, int depth)
{
    if (depth > 20) return;
    if (t->is == FEEL_TYPE_LIST) read_dynamic(c, t->of, how, name, depth + 1);
    if (t->is == FEEL_TYPE_CONTEXT)
        for (size_t i = 0; how != READ_CALLED && i < t->count; i++)
            read_dynamic(c, t->fields[i].type, how, name, depth + 1);
    if (t->is != FEEL_TYPE_ANY && t->is != FEEL_TYPE_OBJECT) return;
    if (!c->has_classes) {
        c->has_classes = true;
        for (const struct feel_scope *s = c->scope; s; s = s->outer) {
            for (size_t i = 0; i < s->count; i++) reach(c, s->variables[i].type, 0);
            for (size_t i = 0; i < s->function_count; i++) reach(c, s->functions[i].gives, 0);
        }
    }
    const struct feel_class *one[] = {t->class}, *const *classes = one;
    size_t count = 1;
    if (t->is == FEEL_TYPE_ANY) classes = c->classes.items, count = c->classes.count;
    for (size_t i = 0; i < count; i++) {
        if (how == READ_NAMES)
            read_slot(c, classes[i], classes[i]->name_slot);
        else
            read_field(c, classes[i], name, how == READ_ALL);
    }
}

static void read_call(struct compiler *c, const struct node *n)
{
    static const struct {
        str name;
        enum reading how;
    } readers[] = {{STR_INIT("string"), READ_NAMES},    {STR_INIT("string join"), READ_NAMES},
                   {STR_INIT("get value"), READ_ALL},   {STR_INIT("get entries"), READ_ALL},
                   {STR_INIT("context put"), READ_ALL}, {STR_INIT("context merge"), READ_ALL}};
    for (size_t i = 0; i < ARRAY_COUNT(readers); i++)
        if (str_eq(n->builtin->name, readers[i].name))
            for (size_t k = 0; k < n->count; k++) read_dynamic(c, n->items[k]->type, readers[i].how, STR_NONE, 0);
}

/* ---- Places --------------------------------------------------------------------------------------------------------
 */

static unsigned limited(struct unit *u, size_t index)
{
    if (index < OPERAND_LIMIT) return (unsigned)index;
    if (!u->c->failed) err_set(u->c->err, ERR_LIMIT, "the expression is too large");
    u->c->failed = true;
    return 0;
}

static unsigned take_registers(struct unit *u, unsigned count)
{
    unsigned first = limited(u, u->next);
    u->next = first + count;
    limited(u, u->next);
    if (u->next > u->most) u->most = u->next;
    return first;
}

static size_t emit(struct unit *u, enum op op, unsigned a, unsigned b, unsigned c)
{
    *vec_add(u->c->scratch, &u->code) = (struct instruction){(uint16_t)op, (uint16_t)a, (uint16_t)b, (uint16_t)c};
    return u->code.count - 1;
}
static void jump_to(struct unit *u, size_t at, size_t target)
{
    u->code.items[at].b = (uint16_t)(target >> 16), u->code.items[at].c = (uint16_t)target;
}
static size_t jump_back(struct unit *u, size_t target)
{
    size_t at = emit(u, OP_JUMP, 0, 0, 0);
    jump_to(u, at, target);
    return at;
}
static void jump_here(struct unit *u, size_t at) { jump_to(u, at, u->code.count); }

static unsigned constant(struct unit *u, struct feel_value v)
{
    bool plain = v.kind == FEEL_BOOLEAN || v.kind == FEEL_NUMBER;
    for (size_t i = 0; plain && i < u->constants.count && i < 50; i++) {
        struct feel_value o = u->constants.items[i];
        if (o.kind == v.kind && o.flag == v.flag && (v.kind == FEEL_BOOLEAN || !memcmp(o.word, v.word, sizeof v.word)))
            return OPERAND(BANK_CONSTANT, i);
    }
    unsigned index = limited(u, u->constants.count);
    *vec_add(u->c->scratch, &u->constants) = v;
    return OPERAND(BANK_CONSTANT, index);
}

static unsigned reference(struct unit *u, struct declaration *d)
{
    if (!u->outer && d->is_input) return OPERAND(BANK_INPUT, limited(u, d->index));
    if (d->unit == u) return d->operand;
    for (size_t i = 0; i < u->captured.count; i++)
        if (u->captured.items[i] == d) return OPERAND(BANK_CAPTURED, i);
    MUST(u->outer);
    unsigned outside = reference(u->outer, d), index = limited(u, u->captured.count);
    *vec_add(u->c->scratch, &u->captured) = d;
    *vec_add(u->c->scratch, &u->captures) = (uint16_t)outside;
    return OPERAND(BANK_CAPTURED, index);
}

static unsigned place(struct unit *u, struct declaration *d)
{
    d->unit = u, d->operand = (uint16_t)take_registers(u, 1);
    return d->operand;
}

/* ---- Nodes ---------------------------------------------------------------------------------------------------------
 */

static void gen(struct unit *u, const struct node *n, unsigned to);

static unsigned operand(struct unit *u, const struct node *n)
{
    if (n->kind == NODE_CONSTANT) return constant(u, n->value);
    if (n->kind == NODE_VARIABLE) return reference(u, n->declaration);
    unsigned r = take_registers(u, 1);
    gen(u, n, r);
    return r;
}

static void gen_logic(struct unit *u, const struct node *n, unsigned to)
{
    gen(u, n->a, to);
    size_t skip = emit(u, n->op == OP_AND ? OP_IF_FALSE : OP_IF_TRUE, to, 0, 0);
    unsigned right = operand(u, n->b);
    emit(u, n->op, to, to, right);
    jump_here(u, skip);
}

static void gen_test(struct unit *u, const struct node *test, unsigned tested, unsigned to)
{
    if (test->op == OP_MOVE) {
        gen(u, test->a, to);
        emit(u, OP_CONDITION, to, 0, 0);
        return;
    }
    unsigned right = operand(u, test->a);
    emit(u, test->op, to, tested, right);
}

static bool gen_constant_tests(struct unit *u, const struct node *n, unsigned tested, unsigned to)
{
    struct feel_value *items = value_new_items(u->c->a, n->count);
    for (size_t i = 0; i < n->count; i++) {
        const struct node *test = n->items[i];
        if (test->op != OP_IN || test->a->kind != NODE_CONSTANT || test->a->value.kind == FEEL_LIST ||
            test->a->value.kind == FEEL_NULL)
            return false;
        items[i] = test->a->value;
    }
    unsigned list = constant(u, feel_list(items, n->count));
    emit(u, OP_IN, to, tested, list);
    return true;
}

static void gen_in(struct unit *u, const struct node *n, unsigned to)
{
    unsigned tested = operand(u, n->a);
    if (n->count > 1 && gen_constant_tests(u, n, tested, to)) return;
    VEC(size_t) ends = {0};
    gen_test(u, n->items[0], tested, to);
    for (size_t i = 1; i < n->count; i++) {
        unsigned mark = u->next, one = take_registers(u, 1);
        *vec_add(u->c->scratch, &ends) = emit(u, OP_IF_TRUE, to, 0, 0);
        gen_test(u, n->items[i], tested, one);
        emit(u, OP_OR, to, to, one);
        u->next = mark;
    }
    for (size_t i = 0; i < ends.count; i++) jump_here(u, ends.items[i]);
}

static void gen_if(struct unit *u, const struct node *n, unsigned to)
{
    unsigned mark = u->next, condition = operand(u, n->a);
    u->next = mark;
    size_t otherwise = emit(u, OP_IF_NOT, condition, 0, 0);
    gen(u, n->b, to);
    size_t end = emit(u, OP_JUMP, 0, 0, 0);
    jump_here(u, otherwise);
    gen(u, n->c, to);
    jump_here(u, end);
}

/* The heads of nested loops; the place to go on with the innermost. *out is the jump to patch to what follows. */
static size_t gen_heads(struct unit *u, const struct node *n, unsigned failing, size_t *out)
{
    size_t again = 0;
    for (size_t i = 0; i < n->count; i++) {
        unsigned loop = take_registers(u, 1), variable = place(u, n->declarations[i]), mark = u->next;
        if (n->until[i]) {
            unsigned ends = take_registers(u, 2);
            gen(u, n->items[i], ends), gen(u, n->until[i], ends + 1);
            emit(u, OP_LOOP_RANGE, loop, ends, failing);
        } else {
            unsigned over = operand(u, n->items[i]);
            emit(u, OP_LOOP, loop, over, failing);
        }
        u->next = mark;
        size_t head = emit(u, OP_NEXT, variable, loop, 0);
        if (i)
            jump_back(u, again);
        else
            *out = emit(u, OP_JUMP, 0, 0, 0);
        again = head;
    }
    return again;
}

static void gen_for(struct unit *u, const struct node *n, unsigned to)
{
    size_t out = 0;
    unsigned collection = take_registers(u, 1), partial = place(u, n->declaration);
    emit(u, OP_COLLECT, collection, 0, 0);
    size_t again = gen_heads(u, n, collection | LOOP_FAILS_COLLECTION, &out);
    if (n->declaration->used) emit(u, OP_COLLECTED, partial, collection, 0);
    unsigned value = operand(u, n->a);
    emit(u, OP_APPEND, collection, value, 0);
    jump_back(u, again);
    jump_here(u, out);
    emit(u, OP_COLLECTED, to, collection, 0);
}

static void gen_quantified(struct unit *u, const struct node *n, unsigned to)
{
    bool some = n->kind == NODE_SOME;
    size_t out = 0;
    unsigned result = take_registers(u, 1);
    unsigned first = constant(u, feel_boolean(!some));
    emit(u, OP_MOVE, result, first, 0);
    size_t again = gen_heads(u, n, result, &out);
    unsigned value = operand(u, n->a);
    emit(u, some ? OP_OR : OP_AND, result, result, value);
    size_t known = emit(u, some ? OP_IF_TRUE : OP_IF_FALSE, result, 0, 0);
    jump_back(u, again);
    jump_here(u, out);
    jump_here(u, known);
    emit(u, OP_MOVE, to, result, 0);
}

static bool is_number(const struct feel_type *t) { return t->is == FEEL_TYPE_OF_KIND && t->kind == FEEL_NUMBER; }

static void gen_filter(struct unit *u, const struct node *n, unsigned to)
{
    unsigned list = operand(u, n->a);
    if (!n->declaration->used) {
        unsigned which = operand(u, n->b);
        emit(u, is_number(n->b->type) ? OP_INDEX : OP_SELECT, to, list, which);
        return;
    }
    unsigned collection = take_registers(u, 1), loop = take_registers(u, 1), item = place(u, n->declaration);
    emit(u, OP_COLLECT, collection, 0, 0);
    emit(u, OP_FILTER, loop, list, collection | LOOP_FAILS_COLLECTION);
    size_t head = emit(u, OP_NEXT, item, loop, 0), out = emit(u, OP_JUMP, 0, 0, 0);
    unsigned keep = operand(u, n->b);
    emit(u, OP_KEEP, collection, loop, keep);
    jump_back(u, head);
    jump_here(u, out);
    emit(u, OP_COLLECTED, to, collection, 0);
}

static unsigned path_site(struct unit *u, struct path_site site)
{
    unsigned index = limited(u, u->paths.count);
    *vec_add(u->c->scratch, &u->paths) = site;
    return index;
}

static uint32_t hint_of(const struct feel_type *t, str name)
{
    for (; t->is == FEEL_TYPE_LIST; t = t->of) {}
    for (size_t i = 0; t->is == FEEL_TYPE_CONTEXT && i < t->count; i++)
        if (str_eq(t->fields[i].name, name)) return (uint32_t)i;
    return 0;
}

static void gen_path(struct unit *u, const struct node *n, unsigned to)
{
    unsigned of = operand(u, n->a);
    struct path_site site = {.name = n->name, .class = n->class, .hint = hint_of(n->a->type, n->name)};
    if (n->class) {
        site.slot = n->field->slot;
        read_slot(u->c, n->class, site.slot);
    } else
        read_dynamic(u->c, n->a->type, READ_CALLED, n->name, 0);
    emit(u, n->class ? OP_FIELD : OP_PATH, to, of, path_site(u, site));
}

static void gen_lookup(struct unit *u, const struct node *n, unsigned to)
{
    unsigned of = reference(u, n->declaration);
    const struct feel_type *t = n->declaration->type;
    unsigned site = path_site(u, (struct path_site){.name = n->name, .hint = hint_of(t, n->name)});
    read_dynamic(u->c, t, READ_CALLED, n->name, 0);
    if (!n->a) {
        emit(u, OP_PATH, to, of, site);
        return;
    }
    emit(u, OP_LOOKUP, to, of, site);
    size_t absent = emit(u, OP_JUMP, 0, 0, 0), end = emit(u, OP_JUMP, 0, 0, 0);
    jump_here(u, absent);
    gen(u, n->a, to);
    jump_here(u, end);
}

static unsigned gen_row(struct unit *u, struct node *const *nodes, size_t count)
{
    unsigned first = take_registers(u, (unsigned)count);
    for (size_t i = 0; i < count; i++) gen(u, nodes[i], first + (unsigned)i);
    return first;
}

static void gen_call(struct unit *u, const struct node *n, unsigned to)
{
    struct call_site site = {.builtin = n->builtin, .host = n->host, .names = n->names, .count = (uint16_t)n->count};
    unsigned first;
    enum op op = n->kind == NODE_CALL_BUILTIN ? OP_CALL_BUILTIN
                 : n->kind == NODE_CALL_HOST  ? OP_CALL_HOST
                                              : OP_CALL_VALUE;
    limited(u, n->count);
    if (op == OP_CALL_VALUE) {
        first = take_registers(u, 1 + (unsigned)n->count);
        gen(u, n->a, first);
        for (size_t i = 0; i < n->count; i++) gen(u, n->items[i], first + 1 + (unsigned)i);
    } else
        first = gen_row(u, n->items, n->count);
    if (n->builtin) {
        uint8_t *wants = arena_alloc(u->c->a, n->count + 1);
        str *names = arena_array(u->c->a, n->count + 1, sizeof *names);
        for (size_t i = 0; i < n->count; i++) {
            size_t k = i < n->signature->count ? i : n->signature->count - 1;
            wants[i] = n->signature->wants[k], names[i] = n->signature->names[k];
            if (k >= n->signature->required) wants[i] |= WANT_OPTIONAL;
        }
        site.wants = wants, site.names = names;
        read_call(u->c, n);
    }
    unsigned index = limited(u, u->calls.count);
    *vec_add(u->c->scratch, &u->calls) = site;
    emit(u, op, to, first, index);
}

static void gen_context(struct unit *u, const struct node *n, unsigned to)
{
    unsigned first = take_registers(u, limited(u, n->count));
    str *keys = arena_array(u->c->a, n->count + 1, sizeof *keys);
    for (size_t i = 0; i < n->count; i++) {
        struct declaration *d = n->declarations[i];
        d->unit = u, d->operand = (uint16_t)(first + i);
        keys[i] = d->name;
        gen(u, n->items[i], d->operand);
    }
    unsigned index = limited(u, u->shapes.count);
    *vec_add(u->c->scratch, &u->shapes) = (struct shape){keys, n->count};
    emit(u, OP_CONTEXT, to, first, index);
}

static struct feel_code finish(struct unit *u);

static void gen_function(struct unit *u, const struct node *n, unsigned to)
{
    struct unit inner = {.c = u->c, .outer = u};
    str *names = arena_array(u->c->a, n->count + 1, sizeof *names);
    const struct feel_type **types = arena_array(u->c->a, n->count + 1, sizeof *types);
    for (size_t i = 0; i < n->count; i++) {
        place(&inner, n->declarations[i]);
        names[i] = n->declarations[i]->name, types[i] = n->declarations[i]->type;
    }
    unsigned result = operand(&inner, n->a);
    emit(&inner, OP_RETURN, 0, result, 0);
    struct feel_code *code = arena_alloc(u->c->a, sizeof *code);
    *code = finish(&inner);
    code->parameter_count = (uint16_t)n->count;
    code->parameters = names, code->parameter_types = types, code->gives = n->a->type, code->source = n->name;
    unsigned index = limited(u, u->functions.count);
    *vec_add(u->c->scratch, &u->functions) = code;
    emit(u, OP_FUNCTION, to, index, 0);
}

static void gen_into(struct unit *u, const struct node *n, unsigned to)
{
    unsigned x, y;
    switch (n->kind) {
    case NODE_CONSTANT:
    case NODE_VARIABLE:
        x = operand(u, n);
        emit(u, OP_MOVE, to, x, 0);
        return;
    case NODE_BINARY:
        if (n->op == OP_AND || n->op == OP_OR) {
            gen_logic(u, n, to);
            return;
        }
        x = operand(u, n->a), y = operand(u, n->b);
        emit(u, n->op, to, x, y);
        return;
    case NODE_NEGATE:
        x = operand(u, n->a);
        emit(u, OP_NEGATE, to, x, 0);
        return;
    case NODE_BETWEEN:
        x = operand(u, n->a), y = take_registers(u, 2);
        gen(u, n->b, y), gen(u, n->c, y + 1);
        emit(u, OP_BETWEEN, to, x, y);
        return;
    case NODE_IN: gen_in(u, n, to); return;
    case NODE_IF: gen_if(u, n, to); return;
    case NODE_FOR: gen_for(u, n, to); return;
    case NODE_SOME:
    case NODE_EVERY: gen_quantified(u, n, to); return;
    case NODE_LIST:
        x = gen_row(u, n->items, limited(u, n->count));
        emit(u, OP_LIST, to, x, limited(u, n->count));
        return;
    case NODE_CONTEXT: gen_context(u, n, to); return;
    case NODE_RANGE:
        x = take_registers(u, 2);
        gen(u, n->a, x), gen(u, n->b, x + 1);
        emit(u, OP_RANGE, to, x, n->flags);
        return;
    case NODE_PATH: gen_path(u, n, to); return;
    case NODE_LOOKUP: gen_lookup(u, n, to); return;
    case NODE_FILTER: gen_filter(u, n, to); return;
    case NODE_CALL_BUILTIN:
    case NODE_CALL_HOST:
    case NODE_CALL_VALUE: gen_call(u, n, to); return;
    case NODE_FUNCTION: gen_function(u, n, to); return;
    case NODE_INSTANCE:
        x = operand(u, n->a), y = limited(u, u->types.count);
        *vec_add(u->c->scratch, &u->types) = n->wanted;
        emit(u, OP_INSTANCE, to, x, y);
        return;
    }
    NOT_REACHED();
}

static void gen(struct unit *u, const struct node *n, unsigned to)
{
    unsigned mark = u->next;
    if (!u->c->failed) gen_into(u, n, to);
    u->next = mark;
}

static void *kept(struct unit *u, const void *items, size_t count, size_t size)
{
    return count ? memcpy(arena_alloc(u->c->a, count * size), items, count * size) : NULL;
}
#define KEPT(u, v) kept((u), (v).items, (v).count, sizeof *(v).items)

static struct feel_code finish(struct unit *u)
{
    return (struct feel_code){.code = KEPT(u, u->code),
                              .constants = KEPT(u, u->constants),
                              .paths = KEPT(u, u->paths),
                              .shapes = KEPT(u, u->shapes),
                              .calls = KEPT(u, u->calls),
                              .types = KEPT(u, u->types),
                              .functions = KEPT(u, u->functions),
                              .captures = KEPT(u, u->captures),
                              .capture_count = (uint16_t)u->captures.count,
                              .code_count = u->code.count,
                              .registers = (uint16_t)(u->most + 1)};
}

static int compile(struct arena *a, struct arena *scratch, const struct feel_scope *scope, const struct parsed *tree,
                   const struct feel_program **out, struct err *err)
{
    struct compiler c = {.a = a, .scratch = scratch, .scope = scope, .err = err};
    struct unit main = {.c = &c};
    unsigned result = operand(&main, tree->root);
    emit(&main, OP_RETURN, 0, result, 0);
    if (c.failed) return -1;
    struct feel_program *p = arena_alloc(a, sizeof *p);
    *p = (struct feel_program){.main = finish(&main),
                               .type = tree->root->type,
                               .reads = KEPT(&main, c.reads),
                               .read_count = c.reads.count,
                               .uses_clock = tree->uses_clock};
    *out = p;
    return 0;
}

/* The tree's arena: most expressions fit into its first block. */
static void begin_tree(struct arena *tree)
{
    arena_init(tree, 0);
    arena_alloc(tree, TREE_ROOM);
    arena_clear(tree);
}

int feel_compile(struct arena *a, const struct feel_scope *scope, str source, const struct feel_program **out,
                 struct err *err)
{
    struct parsed tree;
    struct arena tree_arena;
    begin_tree(&tree_arena);
    int result = parse_expression(a, &tree_arena, scope, source, &tree, err);
    if (result == 0) result = compile(a, &tree_arena, scope, &tree, out, err);
    arena_release(&tree_arena);
    return result;
}

int feel_compile_unary(struct arena *a, const struct feel_scope *scope, const struct feel_type *tested, str source,
                       const struct feel_program **out, struct err *err)
{
    struct parsed tree;
    struct arena tree_arena;
    begin_tree(&tree_arena);
    int result = parse_unary_tests(a, &tree_arena, scope, tested, source, &tree, err);
    if (result == 0) result = compile(a, &tree_arena, scope, &tree, out, err);
    arena_release(&tree_arena);
    return result;
}

size_t feel_scope_size(const struct feel_scope *scope)
{
    size_t n = 0;
    for (; scope; scope = scope->outer) n += scope->count;
    return n;
}
const struct feel_type *feel_program_type(const struct feel_program *p) { return p->type; }
const struct feel_read *feel_program_reads(const struct feel_program *p, size_t *count)
{
    *count = p->read_count;
    return p->reads;
}
bool feel_program_uses_clock(const struct feel_program *p) { return p->uses_clock; }
