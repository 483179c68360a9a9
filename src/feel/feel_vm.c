/* SPDX-License-Identifier: Apache-2.0 */
#include "feel_vm.h"
#include "base_time.h"
#include "base_utf8.h"
#include "feel_lex.h"
#include "feel_number.h"
#include "feel_time.h"

#include <stdarg.h>
#include <string.h>

enum {
    DEFAULT_STEPS = 100000000,
    DEFAULT_DEPTH = 400,
    FIRST_REGISTERS = 96,
    CLOCK_EVERY = 512 /* steps */,
    REASON_CAP = 500,
    SHOWN_CAP = 60
};

/* Registers of all running functions: a stack in pieces, each piece kept for the next call that needs it. */
struct piece {
    struct piece *next;
    struct feel_value *registers;
    size_t room;
};
struct arena *vm_arena(struct feel_vm *vm) { return vm->a; }
struct feel_env *vm_env(struct feel_vm *vm) { return vm->env; }

static COLD void check_clock(struct feel_vm *vm)
{
    if (!vm->stopped && time_monotonic() > vm->env->limits.until) vm->stopped = "the evaluation takes too long";
}

bool vm_spend(struct feel_vm *vm, uint64_t steps)
{
    uint64_t before = vm->env->steps;
    vm->env->steps += steps;
    if (UNLIKELY(vm->env->limits.until != 0) && before / CLOCK_EVERY != vm->env->steps / CLOCK_EVERY) check_clock(vm);
    if (UNLIKELY(vm->env->steps > vm->limit_steps) && !vm->stopped) vm->stopped = "the evaluation takes too many steps";
    if (UNLIKELY(arena_over(vm->a)) && !vm->stopped) vm->stopped = "the evaluation takes too much memory";
    return !vm->stopped;
}

struct feel_value vm_refuse(struct feel_vm *vm, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str text = arena_vprintf(vm->a, REASON_CAP, format, args);
    va_end(args);
    if (!vm->builtin) return feel_null_because(text);
    return feel_null_because(
        arena_printf(vm->a, STR_FORMAT ": " STR_FORMAT, STR_ARGS(vm->builtin->name), STR_ARGS(text)));
}

struct feel_value vm_null_because(struct feel_vm *vm, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str text = arena_vprintf(vm->a, REASON_CAP, format, args);
    va_end(args);
    return feel_null_because(text);
}

/* ---- Calls ---------------------------------------------------------------------------------------------------------
 */

static bool run(struct feel_vm *vm, const struct feel_code *code, const struct feel_value *inputs,
                const struct feel_value *captured, struct feel_value *registers, struct feel_value *out);

/* DMN 1.5 §10.3.2.9.4: a list of one becomes its element, a value a list of one, a date its midnight. */
static bool coerce(struct feel_vm *vm, enum want want, struct feel_value *v)
{
    if (want_met(want, (enum feel_kind)v->kind)) return true;
    if (v->kind == FEEL_NULL) return false;
    if (want == WANT_LIST) {
        struct feel_value *one = value_new_items(vm->a, 1);
        *one = *v;
        *v = feel_list(one, 1);
        return true;
    }
    if (v->kind == FEEL_LIST && v->count == 1 && want_met(want, (enum feel_kind)v->items[0].kind))
        return *v = v->items[0], true;
    if (want == WANT_DATE_TIME && v->kind == FEEL_DATE) return *v = time_midnight_utc(*v), true;
    return false;
}

static struct feel_value wrong_argument(struct feel_vm *vm, const struct call_site *site, unsigned i,
                                        struct feel_value got)
{
    str why = got.kind == FEEL_NULL ? got.text : STR_NONE;
    struct buf text;
    buf_init(&text, SHOWN_CAP + 4);
    if (got.kind != FEEL_LIST && got.kind != FEEL_CONTEXT && got.kind != FEEL_FUNCTION)
        feel_emit(&text, got);
    else
        buf_text(&text, words(got));
    struct feel_value v = feel_null_because(arena_printf(
        vm->a, STR_FORMAT ": '" STR_FORMAT "' is " STR_FORMAT ", not %s%s" STR_FORMAT "%s",
        STR_ARGS(site->builtin->name), STR_ARGS(site->names[i]), STR_ARGS(utf8_cut(buf_get(&text), SHOWN_CAP)),
        want_words((enum want)(site->wants[i] & ~WANT_OPTIONAL)), why.n ? " (" : "", STR_ARGS(why), why.n ? ")" : ""));
    buf_release(&text);
    return v;
}

static struct feel_value call_builtin(struct feel_vm *vm, const struct call_site *site, struct feel_value *arguments)
{
    for (unsigned i = 0; i < site->count; i++) {
        enum want want = (enum want)(site->wants[i] & ~WANT_OPTIONAL);
        if (LIKELY(want_met(want, (enum feel_kind)arguments[i].kind))) continue;
        if (arguments[i].kind == FEEL_NULL && site->wants[i] & WANT_OPTIONAL) continue;
        if (!coerce(vm, want, &arguments[i])) return wrong_argument(vm, site, i, arguments[i]);
    }
    const struct feel_builtin *outer = vm->builtin;
    vm->builtin = site->builtin;
    struct feel_value v = site->builtin->call(vm, arguments, site->count);
    vm->builtin = outer;
    return v;
}

static struct feel_value *push_registers(struct feel_vm *vm, size_t count)
{
    if (vm->used + count > vm->piece->room) {
        if (!vm->piece->next || vm->piece->next->room < count) {
            struct piece *p = arena_alloc(vm->a, sizeof *p);
            size_t room = vm->piece->room * 2 > count ? vm->piece->room * 2 : count;
            *p = (struct piece){vm->piece->next, value_new_items(vm->a, room), room};
            vm->piece->next = p;
        }
        vm->piece = vm->piece->next, vm->used = 0;
    }
    struct feel_value *r = vm->piece->registers + vm->used;
    vm->used += count;
    return r;
}

static struct feel_value call_closure(struct feel_vm *vm, const struct feel_function *f,
                                      const struct feel_value *arguments, unsigned count)
{
    const struct feel_code *code = f->code;
    if (count != code->parameter_count)
        return vm_null_because(vm, "the function takes %u arguments, not %u", code->parameter_count, count);
    if (vm->env->depth >= vm->limit_depth) {
        if (!vm->stopped) vm->stopped = "functions call each other too deeply";
        return feel_null();
    }
    struct piece *piece = vm->piece;
    size_t used = vm->used;
    struct feel_value *registers = push_registers(vm, code->registers), out = feel_null();
    for (unsigned i = 0; i < count; i++) {
        registers[i] = arguments[i];
        if (LIKELY(value_convert(vm->a, code->parameter_types[i], &registers[i]))) continue;
        vm->piece = piece, vm->used = used;
        return vm_null_because(vm, "the argument '" STR_FORMAT "' is %s", STR_ARGS(code->parameters[i]),
                               words(arguments[i]));
    }
    vm->env->depth++;
    run(vm, code, NULL, f->captured, registers, &out);
    vm->env->depth--;
    vm->piece = piece, vm->used = used;
    return out;
}

static struct feel_value call_builtin_value(struct feel_vm *vm, const struct feel_builtin *b,
                                            const struct feel_value *arguments, unsigned count)
{
    struct signature s;
    if (!builtin_signature_by_count(b, count, &s))
        return vm_null_because(vm, "wrong arguments: " STR_FORMAT, STR_ARGS(b->usage));
    struct feel_value *copy = value_new_items(vm->a, count);
    uint8_t *wants = arena_alloc(vm->a, count + 1);
    str *names = arena_alloc(vm->a, (count + 1) * sizeof *names);
    for (unsigned k = 0; k < count; k++) {
        unsigned at = k < s.count ? k : s.count - 1;
        copy[k] = arguments[k], names[k] = s.names[at];
        wants[k] = (uint8_t)(s.wants[at] | (at >= s.required ? WANT_OPTIONAL : 0));
    }
    struct call_site site = {.builtin = b, .wants = wants, .names = names, .count = (uint16_t)count};
    return call_builtin(vm, &site, copy);
}

static struct feel_value call_host(struct feel_vm *vm, const struct feel_host_function *h,
                                   const struct feel_value *arguments)
{
    return h->call_self ? h->call_self(vm->env, h, arguments) : h->call(vm->env, arguments);
}

struct feel_value vm_call(struct feel_vm *vm, struct feel_value function, const struct feel_value *arguments,
                          unsigned count)
{
    if (!vm_spend(vm, 1)) return feel_null();
    if (function.kind != FEEL_FUNCTION) return vm_null_because(vm, "%s is not a function", words(function));
    const struct feel_function *f = function.function;
    switch (f->is) {
    case FUNCTION_CLOSURE: return call_closure(vm, f, arguments, count);
    case FUNCTION_BUILTIN: return call_builtin_value(vm, f->builtin, arguments, count);
    case FUNCTION_HOST:
        if (count != f->host->count)
            return vm_null_because(vm, "wrong arguments: " STR_FORMAT, STR_ARGS(f->host->usage));
        return call_host(vm, f->host, arguments);
    }
    NOT_REACHED();
}

/* Each argument's place among the parameters; false: *stranger is a name that they don't have. */
static bool place(const struct call_site *site, const struct feel_value *arguments, const str *names, unsigned count,
                  struct feel_value *placed, str *stranger)
{
    for (unsigned i = 0; i < site->count; i++) {
        unsigned k = 0;
        while (k < count && !lex_same_name(names[k], site->names[i])) k++;
        if (k == count) return *stranger = site->names[i], false;
        placed[k] = arguments[i];
    }
    return true;
}

/* Arguments by name, put into the function's order; what isn't given is null (DMN 1.5 §10.3.2.13.5). */
static struct feel_value call_named(struct feel_vm *vm, struct feel_value function, const struct call_site *site,
                                    const struct feel_value *arguments)
{
    if (function.kind != FEEL_FUNCTION) return vm_null_because(vm, "%s is not a function", words(function));
    const struct feel_function *f = function.function;
    struct signature s = {.count = 0};
    struct feel_value placed[FEEL_PARAMETERS];
    str stranger = STR_NONE;
    bool good = false;
    unsigned count = 0;
    for (unsigned i = 0; !good; i++) {
        const str *names = s.names;
        if (f->is == FUNCTION_CLOSURE && i == 0)
            names = f->code->parameters, count = f->code->parameter_count;
        else if (f->is == FUNCTION_HOST && i == 0)
            names = f->host->parameters, count = (unsigned)f->host->count;
        else if (f->is == FUNCTION_BUILTIN && builtin_signature(f->builtin, i, &s))
            count = s.count;
        else
            return vm_null_because(vm, "the function has no parameter '" STR_FORMAT "'", STR_ARGS(stranger));
        if (count > FEEL_PARAMETERS) return vm_null_because(vm, "the function has too many parameters");
        for (unsigned k = 0; k < count; k++) {
            placed[k] = feel_null();
            placed[k].small = f->is == FUNCTION_BUILTIN && k >= s.required; /* see builtin_is_absent */
        }
        good = place(site, arguments, names, count, placed, &stranger);
    }
    return vm_call(vm, function, placed, count);
}

/* `to` is the register it goes to: a function of a context that captures it calls itself. */
static struct feel_value make_function(struct feel_vm *vm, const struct feel_code *code,
                                       const struct feel_value *const *bank, unsigned to)
{
    struct feel_function *f = arena_zalloc(vm->a, sizeof *f);
    struct feel_value *captured = value_new_items(vm->a, code->capture_count);
    struct feel_value made = {.kind = FEEL_FUNCTION, .function = f};
    for (unsigned i = 0; i < code->capture_count; i++) {
        unsigned from = code->captures[i];
        captured[i] = from == OPERAND(BANK_REGISTER, to) ? made : bank[from >> 14][from & (OPERAND_LIMIT - 1)];
    }
    *f = (struct feel_function){.is = FUNCTION_CLOSURE, .code = code, .captured = captured};
    return made;
}

static struct feel_value make_range(struct feel_vm *vm, const struct feel_value *ends, unsigned flags)
{
    struct feel_range *r = arena_alloc(vm->a, sizeof *r);
    *r = range_of(ends[0], ends[1], flags);
    int order;
    str why;
    if (ends[0].kind != FEEL_NULL && ends[1].kind != FEEL_NULL && !value_compare(vm->a, ends[0], ends[1], &order, &why))
        return feel_null_because(why);
    return (struct feel_value){.kind = FEEL_RANGE, .range = r};
}

static struct feel_value make_list(struct feel_vm *vm, const struct feel_value *from, size_t count)
{
    struct feel_value *items = value_new_items(vm->a, count);
    memcpy(items, from, count * sizeof *items);
    return feel_list(items, count);
}

static struct feel_value make_context(struct feel_vm *vm, const struct feel_value *from, const struct shape *shape)
{
    struct feel_entry *entries = arena_alloc(vm->a, (shape->count + 1) * sizeof *entries);
    for (size_t i = 0; i < shape->count; i++) entries[i] = (struct feel_entry){shape->keys[i], from[i]};
    return feel_context(entries, shape->count);
}

static struct feel_value between(struct feel_vm *vm, struct feel_value x, const struct feel_value *ends)
{
    return vm_both(vm, vm_compare(vm, OP_GE, x, ends[0]), vm_compare(vm, OP_LE, x, ends[1]));
}

/* ---- The loop ------------------------------------------------------------------------------------------------------
 */

static void arithmetic(struct feel_vm *vm, enum op op, const struct feel_value *x, const struct feel_value *y,
                       struct feel_value *to)
{
    *to = vm_arithmetic(vm, op, *x, *y);
}
static void compare_to(struct feel_vm *vm, enum op op, const struct feel_value *x, const struct feel_value *y,
                       struct feel_value *to)
{
    bool equality = op == OP_EQ || op == OP_NE;
    if (x->kind == FEEL_STRING && y->kind == FEEL_STRING && equality)
        set_boolean(to, str_eq(x->text, y->text) == (op == OP_EQ));
    else
        *to = vm_compare(vm, op, *x, *y);
}

#define VALUE(o)    (bank[(o) >> 14][(o) & (OPERAND_LIMIT - 1)])
#define NUMBERS     LIKELY(x->kind == FEEL_NUMBER && y->kind == FEEL_NUMBER)
#define IS_TRUE(v)  ((v).kind == FEEL_BOOLEAN && (v).flag)
#define IS_FALSE(v) ((v).kind == FEEL_BOOLEAN && !(v).flag)
#define OPERANDS    const struct feel_value *x = &VALUE(i.b), *y = &VALUE(i.c)
#define ARITHMETIC(name, fast)                                                                                         \
    case name: {                                                                                                       \
        OPERANDS;                                                                                                      \
        if (!NUMBERS || !fast(x, y, &r[i.a])) arithmetic(vm, name, x, y, &r[i.a]);                                     \
        break;                                                                                                         \
    }
#define COMPARISON(name, sign)                                                                                         \
    case name: {                                                                                                       \
        OPERANDS;                                                                                                      \
        if (NUMBERS)                                                                                                   \
            set_boolean(&r[i.a], number_order(x, y) sign 0);                                                           \
        else                                                                                                           \
            compare_to(vm, name, x, y, &r[i.a]);                                                                       \
        break;                                                                                                         \
    }
#define LOGIC(name, sign, slow)                                                                                        \
    case name: {                                                                                                       \
        OPERANDS;                                                                                                      \
        if (LIKELY(x->kind == FEEL_BOOLEAN && y->kind == FEEL_BOOLEAN))                                                \
            set_boolean(&r[i.a], x->flag sign y->flag);                                                                \
        else                                                                                                           \
            r[i.a] = slow(vm, *x, *y);                                                                                 \
        break;                                                                                                         \
    }

static bool run(struct feel_vm *vm, const struct feel_code *code, const struct feel_value *inputs,
                const struct feel_value *captured, struct feel_value *r, struct feel_value *out)
{
    const struct feel_value *const bank[4] = {r, code->constants, inputs, captured};
    const struct instruction *at = code->code;
    for (;;) {
        const struct instruction i = *at++;
        switch ((enum op)i.op) {
        case OP_MOVE:
            set(&r[i.a], &VALUE(i.b));
            break;
            ARITHMETIC(OP_ADD, number_add_fast)
            ARITHMETIC(OP_SUB, number_sub_fast)
            ARITHMETIC(OP_MUL, number_mul_fast)
            ARITHMETIC(OP_DIV, number_div_fast)
            COMPARISON(OP_EQ, ==)
            COMPARISON(OP_NE, !=)
            COMPARISON(OP_LT, <)
            COMPARISON(OP_LE, <=)
            COMPARISON(OP_GT, >)
            COMPARISON(OP_GE, >=)
        case OP_POWER: arithmetic(vm, OP_POWER, &VALUE(i.b), &VALUE(i.c), &r[i.a]); break;
        case OP_NEGATE:
            r[i.a] = vm_negate(vm, VALUE(i.b));
            break;
            LOGIC(OP_AND, &, vm_both)
            LOGIC(OP_OR, |, vm_either)
        case OP_BETWEEN: r[i.a] = between(vm, VALUE(i.b), &r[i.c]); break;
        case OP_IN: r[i.a] = value_in(vm->a, VALUE(i.b), VALUE(i.c)); break;
        case OP_JUMP: at = code->code + jump_target(i); break;
        case OP_IF_NOT:
            if (!IS_TRUE(VALUE(i.a))) at = code->code + jump_target(i);
            break;
        case OP_IF_FALSE:
            if (IS_FALSE(VALUE(i.a))) at = code->code + jump_target(i);
            break;
        case OP_IF_TRUE:
            if (IS_TRUE(VALUE(i.a))) at = code->code + jump_target(i);
            break;
        case OP_CONDITION:
            if (r[i.a].kind != FEEL_BOOLEAN && r[i.a].kind != FEEL_NULL) r[i.a] = vm_no_boolean(vm, r[i.a], r[i.a]);
            break;
        case OP_LIST: r[i.a] = make_list(vm, &r[i.b], i.c); break;
        case OP_CONTEXT: r[i.a] = make_context(vm, &r[i.b], &code->shapes[i.c]); break;
        case OP_RANGE: r[i.a] = make_range(vm, &r[i.b], i.c); break;
        case OP_FIELD: {
            const struct path_site *site = &code->paths[i.c];
            const struct feel_value *of = &VALUE(i.b);
            struct feel_value v;
            if (LIKELY(of->kind == FEEL_OBJECT && of->object.of == site->class))
                v = site->class->get(vm->env, site->class, of->object.handle, site->slot);
            else
                v = vm_field(vm, *of, site);
            set(&r[i.a], &v);
            break;
        }
        case OP_PATH: r[i.a] = vm_path_at(vm, VALUE(i.b), &code->paths[i.c]); break;
        case OP_LOOKUP: at += vm_lookup(vm, VALUE(i.b), &code->paths[i.c], &r[i.a]); break;
        case OP_INDEX: r[i.a] = vm_index(vm, VALUE(i.b), VALUE(i.c)); break;
        case OP_SELECT: r[i.a] = vm_select(vm, VALUE(i.b), VALUE(i.c)); break;
        case OP_LOOP: {
            struct loop *l = arena_alloc(vm->a, sizeof *l);
            if (!loop_start(l, VALUE(i.b))) loop_fail(vm, r, i.c, VALUE(i.b));
            r[i.a] = in_register(l);
            break;
        }
        case OP_LOOP_RANGE: {
            struct loop *l = arena_zalloc(vm->a, sizeof *l);
            if (!loop_count(l, r[i.b], r[i.b + 1])) loop_fail(vm, r, i.c, r[i.b]);
            r[i.a] = in_register(l);
            break;
        }
        case OP_FILTER: {
            struct loop *l = arena_zalloc(vm->a, sizeof *l);
            const struct feel_value *of = &VALUE(i.b);
            struct feel_value list = value_as_list(*of, &l->one);
            l->items = list.items, l->count = list.count;
            if (of->kind == FEEL_NULL) loop_fail(vm, r, i.c, *of);
            r[i.a] = in_register(l);
            break;
        }
        case OP_NEXT:
            if (UNLIKELY(!vm_spend(vm, 1))) return false;
            at += loop_next(LOOP_OF(r[i.b]), &r[i.a]);
            break;
        case OP_COLLECT: r[i.a] = in_register(arena_zalloc(vm->a, sizeof(struct collection))); break;
        case OP_APPEND: set(vec_add(vm->a, &COLLECTION_OF(r[i.a])->got), &VALUE(i.b)); break;
        case OP_KEEP: {
            const struct feel_value *which = &VALUE(i.c);
            struct loop *l = LOOP_OF(r[i.b]);
            if (LIKELY(which->kind == FEEL_BOOLEAN)) {
                if (which->flag) set(vec_add(vm->a, &COLLECTION_OF(r[i.a])->got), &l->items[l->at - 1]);
            } else if (which->kind != FEEL_NULL)
                loop_keep(vm, COLLECTION_OF(r[i.a]), l, *which);
            break;
        }
        case OP_COLLECTED: {
            const struct collection *c = COLLECTION_OF(r[i.b]);
            r[i.a] = c->single ? c->value : feel_list(c->got.items, c->got.count);
            break;
        }
        case OP_CALL_BUILTIN:
            r[i.a] = call_builtin(vm, &code->calls[i.c], &r[i.b]);
            if (UNLIKELY(!vm_spend(vm, 1))) return false;
            break;
        case OP_CALL_HOST:
            r[i.a] = call_host(vm, code->calls[i.c].host, &r[i.b]);
            if (UNLIKELY(!vm_spend(vm, 1))) return false;
            break;
        case OP_CALL_VALUE: {
            const struct call_site *site = &code->calls[i.c];
            r[i.a] =
                site->names ? call_named(vm, r[i.b], site, &r[i.b + 1]) : vm_call(vm, r[i.b], &r[i.b + 1], site->count);
            if (UNLIKELY(!vm_spend(vm, 1))) return false;
            break;
        }
        case OP_FUNCTION: r[i.a] = make_function(vm, code->functions[i.b], bank, i.a); break;
        case OP_INSTANCE: r[i.a] = feel_boolean(value_instance_of(VALUE(i.b), code->types[i.c])); break;
        case OP_RETURN: *out = VALUE(i.b); return true;
        }
    }
}

/* ---- The door ------------------------------------------------------------------------------------------------------
 */

static void vm_init(struct feel_vm *vm, struct feel_env *env, struct piece *piece)
{
    *vm = (struct feel_vm){.env = env, .a = env->arena, .piece = piece};
    vm->limit_steps = env->limits.steps ? env->limits.steps : DEFAULT_STEPS;
    vm->limit_depth = env->limits.depth ? env->limits.depth : DEFAULT_DEPTH;
}
static int vm_end(struct feel_vm *vm, struct feel_value *out, struct err *err)
{
    if (!vm->stopped && arena_over(vm->a)) vm->stopped = "the evaluation takes too much memory";
    if (!vm->stopped) return 0;
    *out = feel_null();
    return err_set(err, ERR_LIMIT, "%s", vm->stopped);
}

int feel_eval(const struct feel_program *p, struct feel_env *env, const struct feel_value *inputs,
              struct feel_value *out, struct err *err)
{
    struct feel_value registers[FIRST_REGISTERS];
    struct piece first = {NULL, registers, FIRST_REGISTERS};
    struct feel_vm vm;
    vm_init(&vm, env, &first);
    /* The host's fields and functions may evaluate too, with the same env: the depth counts them all. */
    if (env->depth >= vm.limit_depth) return err_set(err, ERR_LIMIT, "evaluations nest too deeply");
    if (UNLIKELY(env->limits.until != 0)) {
        check_clock(&vm);
        if (vm.stopped) return vm_end(&vm, out, err);
    }
    env->depth++;
    run(&vm, &p->main, inputs, NULL, push_registers(&vm, p->main.registers), out);
    env->depth--;
    return vm_end(&vm, out, err);
}

int feel_call(struct feel_env *env, struct feel_value function, const struct feel_value *arguments, size_t count,
              struct feel_value *out, struct err *err)
{
    struct feel_value registers[FIRST_REGISTERS];
    struct piece first = {NULL, registers, FIRST_REGISTERS};
    struct feel_vm vm;
    vm_init(&vm, env, &first);
    *out = vm_call(&vm, function, arguments, (unsigned)count);
    return vm_end(&vm, out, err);
}

int feel_call_named(struct feel_env *env, struct feel_value function, const str *names,
                    const struct feel_value *arguments, size_t count, struct feel_value *out, struct err *err)
{
    struct feel_value registers[FIRST_REGISTERS];
    struct piece first = {NULL, registers, FIRST_REGISTERS};
    struct feel_vm vm;
    vm_init(&vm, env, &first);
    *out = call_named(&vm, function, &(struct call_site){.names = names, .count = (uint16_t)count}, arguments);
    return vm_end(&vm, out, err);
}
