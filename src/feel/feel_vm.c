/* SPDX-License-Identifier: Apache-2.0 */
#include "base_time.h"
#include "feel_builtin.h"
#include "feel_number.h"
#include "feel_time.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DEFAULT_STEPS = 100000000, DEFAULT_DEPTH = 400, FIRST_REGISTERS = 96, CLOCK_EVERY = 512 /* steps */ };

/* Registers of all running functions: a stack in pieces, each piece kept for the next call that needs it. */
struct piece {
    struct piece *next;
    struct feel_value *registers;
    size_t room;
};
struct feel_vm {
    struct feel_env *env;
    struct arena *a;
    uint64_t limit_steps;
    uint32_t limit_depth;
    const struct feel_builtin *builtin; /* that is running: for reasons */
    const char *stopped;                /* why everything ends */
    struct piece *piece;
    size_t used; /* registers of the piece */
};

struct loop {
    const struct feel_value *items;
    struct feel_value one;
    uint32_t at, count;
    bool counts; /* from `next` to `last`, numbers or dates */
    uint8_t kind;
    int64_t next, last;
};
struct collection {
    VEC(struct feel_value) got;
    bool single; /* the result is not the list but: */
    struct feel_value value;
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
    char text[500];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!vm->builtin) return feel_null_because(arena_copy(vm->a, str_of(text)));
    return feel_null_because(arena_printf(vm->a, STR_FORMAT ": %s", STR_ARGS(vm->builtin->name), text));
}

static struct feel_value refuse(struct feel_vm *vm, const char *format, ...) PRINTF_LIKE(2, 3);
static struct feel_value refuse(struct feel_vm *vm, const char *format, ...)
{
    char text[500];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return feel_null_because(arena_copy(vm->a, str_of(text)));
}
static const char *words(struct feel_value v) { return feel_kind_words((enum feel_kind)v.kind); }

/* Values are read and written by 8-byte words here: a wide copy of what was just written in words waits for the memory.
 */
static inline void set_boolean(struct feel_value *to, bool b) { to->head = FEEL_BOOLEAN | (uint64_t)b << 8; }
static inline void set(struct feel_value *to, const struct feel_value *from)
{
    uint64_t head = from->head, low = from->word[0], high = from->word[1];
    to->head = head, to->word[0] = low, to->word[1] = high;
}
static_assert(offsetof(struct feel_value, flag) == 1, "set_boolean");

/* ---- Operators -----------------------------------------------------------------------------------------------------
 */

struct feel_value vm_arithmetic(struct feel_vm *vm, enum op op, struct feel_value x, struct feel_value y)
{
    /* A null's own reason is the root of it. */
    if (x.kind == FEEL_NULL) return x.text.n ? x : feel_null_because(STR("the left operand is null"));
    if (y.kind == FEEL_NULL) return y.text.n ? y : feel_null_because(STR("the right operand is null"));
    bool numbers = x.kind == FEEL_NUMBER && y.kind == FEEL_NUMBER;
    if (numbers && op == OP_ADD) return number_add(x, y);
    if (numbers && op == OP_SUB) return number_sub(x, y);
    if (numbers && op == OP_MUL) return number_mul(x, y);
    if (numbers && op == OP_DIV) return number_div(x, y);
    if (numbers && op == OP_POWER) return number_power(x, y);
    if (op == OP_ADD && x.kind == FEEL_STRING && y.kind == FEEL_STRING) {
        size_t n = x.text.n + y.text.n;
        if (arena_would_exceed(vm->a, n)) return vm_spend(vm, vm->limit_steps), feel_null();
        char *p = arena_alloc(vm->a, n + 1);
        if (x.text.n) memcpy(p, x.text.p, x.text.n);
        if (y.text.n) memcpy(p + x.text.n, y.text.p, y.text.n);
        return feel_string((str){p, n});
    }
    if (op == OP_ADD) return time_add(vm->a, x, y);
    if (op == OP_SUB) return time_sub(vm->a, x, y);
    if (op == OP_MUL) return time_mul(vm->a, x, y);
    if (op == OP_DIV) return time_div(vm->a, x, y);
    return refuse(vm, "%s can't be raised to the power of %s", words(x), words(y));
}

static struct feel_value compare(struct feel_vm *vm, enum op op, struct feel_value x, struct feel_value y)
{
    int order;
    str why;
    if (op == OP_EQ || op == OP_NE) {
        struct feel_value equal = value_equal(vm->a, x, y);
        return equal.kind == FEEL_BOOLEAN ? feel_boolean((op == OP_EQ) == equal.flag) : equal;
    }
    if (!value_compare(vm->a, x, y, &order, &why)) return feel_null_because(why);
    return feel_boolean(op == OP_LT ? order < 0 : op == OP_LE ? order <= 0 : op == OP_GT ? order > 0 : order >= 0);
}

static struct feel_value negate(struct feel_vm *vm, struct feel_value v)
{
    if (v.kind == FEEL_NUMBER) return number_negate(v);
    if (v.kind == FEEL_DAYS_TIME || v.kind == FEEL_YEARS_MONTHS) return time_negate(v);
    return v.kind == FEEL_NULL ? v : refuse(vm, "%s can't be negated", words(v));
}

static struct feel_value no_boolean(struct feel_vm *vm, struct feel_value x, struct feel_value y)
{
    struct feel_value v = x.kind == FEEL_BOOLEAN ? y : x;
    return v.kind == FEEL_NULL ? v : refuse(vm, "%s is no boolean", words(v));
}
static inline struct feel_value both(struct feel_vm *vm, struct feel_value x, struct feel_value y)
{
    if (x.kind == FEEL_BOOLEAN && y.kind == FEEL_BOOLEAN) return feel_boolean(x.flag & y.flag);
    if ((x.kind == FEEL_BOOLEAN && !x.flag) || (y.kind == FEEL_BOOLEAN && !y.flag)) return feel_boolean(false);
    return no_boolean(vm, x, y);
}
static inline struct feel_value either(struct feel_vm *vm, struct feel_value x, struct feel_value y)
{
    if (x.kind == FEEL_BOOLEAN && y.kind == FEEL_BOOLEAN) return feel_boolean(x.flag | y.flag);
    if (feel_is_true(x) || feel_is_true(y)) return feel_boolean(true);
    return no_boolean(vm, x, y);
}

/* ---- Lists and paths -----------------------------------------------------------------------------------------------
 */

static struct feel_value at_index(struct feel_vm *vm, struct feel_value list, struct feel_value index)
{
    struct feel_value one;
    int64_t i;
    list = value_as_list(list, &one);
    if (!feel_to_int(index, &i)) {
        if (index.kind == FEEL_NULL) return index;
        return refuse(vm, "an index must be a whole number");
    }
    if (i < 0) i += (int64_t)list.count + 1;
    if (i < 1 || i > (int64_t)list.count) return refuse(vm, "the list has no such element: it has %u", list.count);
    return list.items[i - 1];
}

static struct feel_value select_all(struct feel_vm *vm, struct feel_value list, struct feel_value by)
{
    if (by.kind == FEEL_NUMBER) return at_index(vm, list, by);
    if (by.kind != FEEL_BOOLEAN && by.kind != FEEL_NULL) return refuse(vm, "a filter gave %s", words(by));
    if (!feel_is_true(by)) return feel_list(NULL, 0);
    if (list.kind == FEEL_LIST) return list;
    struct feel_value *one = value_new_items(vm->a, 1);
    return value_as_list(list, one);
}

struct feel_value vm_path(struct feel_vm *vm, struct feel_value v, str name)
{
    struct feel_value got;
    const struct feel_value *entry;
    switch ((enum feel_kind)v.kind) {
    case FEEL_NULL: return v.text.n ? v : refuse(vm, "null has no '" STR_FORMAT "'", STR_ARGS(name));
    case FEEL_CONTEXT:
        entry = feel_entry_get(v, name);
        return entry ? *entry : refuse(vm, "the context has no '" STR_FORMAT "'", STR_ARGS(name));
    case FEEL_OBJECT:
        for (size_t i = 0; i < v.object.of->count; i++)
            if (str_eq(v.object.of->fields[i].name, name))
                return v.object.of->get(vm->env, v.object.of, v.object.handle, v.object.of->fields[i].slot);
        return refuse(vm, STR_FORMAT " has no '" STR_FORMAT "'", STR_ARGS(v.object.of->name), STR_ARGS(name));
    case FEEL_LIST: {
        if (!vm_spend(vm, v.count)) return feel_null();
        struct feel_value *items = value_new_items(vm->a, v.count);
        for (uint32_t i = 0; i < v.count; i++) items[i] = vm_path(vm, v.items[i], name);
        return feel_list(items, v.count);
    }
    case FEEL_RANGE:
        if (str_eq(name, STR("start"))) return v.range->from;
        if (str_eq(name, STR("end"))) return v.range->to;
        if (str_eq(name, STR("start included"))) return feel_boolean(v.range->from_closed);
        if (str_eq(name, STR("end included"))) return feel_boolean(v.range->to_closed);
        break;
    case FEEL_DATE:
    case FEEL_TIME:
    case FEEL_DATE_TIME:
    case FEEL_DAYS_TIME:
    case FEEL_YEARS_MONTHS:
        if (time_property(vm->a, v, name, &got)) return got;
        break;
    case FEEL_BOOLEAN:
    case FEEL_NUMBER:
    case FEEL_STRING:
    case FEEL_FUNCTION: break;
    }
    return refuse(vm, "%s has no '" STR_FORMAT "'", words(v), STR_ARGS(name));
}

static struct feel_value path(struct feel_vm *vm, struct feel_value v, const struct path_site *site)
{
    if (v.kind == FEEL_CONTEXT && site->hint < v.count) {
        const struct feel_entry *e = &v.entries[site->hint];
        if (e->key.p == site->name.p || str_eq(e->key, site->name)) return e->value;
    }
    return vm_path(vm, v, site->name);
}

/* The field of a known class, also of each object of a list. */
static struct feel_value field(struct feel_vm *vm, struct feel_value v, const struct path_site *site)
{
    if (v.kind == FEEL_OBJECT && v.object.of == site->class)
        return site->class->get(vm->env, site->class, v.object.handle, site->slot);
    if (v.kind != FEEL_LIST) return vm_path(vm, v, site->name);
    if (!vm_spend(vm, v.count)) return feel_null();
    struct feel_value *items = value_new_items(vm->a, v.count);
    for (uint32_t i = 0; i < v.count; i++) items[i] = field(vm, v.items[i], site);
    return feel_list(items, v.count);
}

static bool lookup(struct feel_vm *vm, struct feel_value v, const struct path_site *site, struct feel_value *out)
{
    if (v.kind == FEEL_CONTEXT) {
        const struct feel_value *entry = feel_entry_get(v, site->name);
        if (entry) *out = *entry;
        return entry != NULL;
    }
    if (v.kind != FEEL_OBJECT) return false;
    for (size_t i = 0; i < v.object.of->count; i++)
        if (str_eq(v.object.of->fields[i].name, site->name)) return *out = vm_path(vm, v, site->name), true;
    return false;
}

/* ---- Loops ---------------------------------------------------------------------------------------------------------
 */

static struct feel_value in_register(const void *p)
{
    struct feel_value v = {.kind = FEEL_NULL};
    v.word[0] = (uintptr_t)p, v.word[1] = 0;
    return v;
}
#define LOOP_OF(v)       ((struct loop *)(uintptr_t)(v).word[0])
#define COLLECTION_OF(v) ((struct collection *)(uintptr_t)(v).word[0])

static bool count_between(struct loop *l, struct feel_value from, struct feel_value to)
{
    l->kind = from.kind;
    if (from.kind != to.kind) return false;
    if (from.kind == FEEL_NUMBER) l->counts = feel_to_int(from, &l->next) && feel_to_int(to, &l->last);
    if (from.kind == FEEL_DATE) l->counts = feel_to_days(from, &l->next) && feel_to_days(to, &l->last);
    return l->counts;
}

/* False: not a thing to go over. */
static bool loop_start(struct loop *l, struct feel_value v)
{
    *l = (struct loop){.kind = v.kind};
    if (v.kind == FEEL_NULL) return false;
    if (v.kind != FEEL_RANGE) {
        struct feel_value list = value_as_list(v, &l->one);
        l->items = list.items, l->count = list.count;
        return true;
    }
    if (v.range->form != RANGE_BOTH || !count_between(l, v.range->from, v.range->to)) return false;
    bool up = l->next <= l->last;
    if (!v.range->from_closed) l->counts = l->next != l->last, l->next += up ? 1 : -1;
    if (!v.range->to_closed) l->counts &= l->next != l->last, l->last -= up ? 1 : -1;
    return true;
}

static void loop_fail(struct feel_vm *vm, struct feel_value *registers, unsigned at, struct feel_value v)
{
    struct feel_value why =
        v.kind == FEEL_NULL && v.text.n ? v : refuse(vm, "there is nothing to go over: %s", words(v));
    if (at & LOOP_FAILS_COLLECTION) {
        struct collection *c = COLLECTION_OF(registers[at & ~(unsigned)LOOP_FAILS_COLLECTION]);
        c->single = true, c->value = why;
    } else
        registers[at] = why;
}

static inline bool loop_next(struct loop *l, struct feel_value *out)
{
    if (LIKELY(l->at < l->count)) return set(out, &l->items[l->at++]), true;
    if (!l->counts) return false;
    *out = l->kind == FEEL_DATE ? feel_date(l->next) : feel_int(l->next);
    if (l->next == l->last)
        l->counts = false;
    else
        l->next += l->next < l->last ? 1 : -1;
    return true;
}

/* A filter that gave neither a boolean nor null: a number picks, and all else makes the result null. */
static void keep(struct feel_vm *vm, struct collection *c, struct loop *l, struct feel_value which)
{
    c->single = true;
    c->value = which.kind == FEEL_NUMBER ? at_index(vm, feel_list(l->items, l->count), which)
                                         : refuse(vm, "a filter gave %s", words(which));
    l->at = l->count;
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
    if (want == WANT_DATE_TIME && v->kind == FEEL_DATE)
        return *v = time_with_offset(time_date_time(time_word(*v) * DAY_SECONDS, 0), 0), true;
    return false;
}

static struct feel_value wrong_argument(struct feel_vm *vm, const struct call_site *site, unsigned i,
                                        struct feel_value got)
{
    str why = got.kind == FEEL_NULL ? got.text : STR_NONE;
    struct buf text;
    buf_init(&text, 60);
    if (got.kind != FEEL_LIST && got.kind != FEEL_CONTEXT && got.kind != FEEL_FUNCTION)
        feel_emit(&text, got);
    else
        buf_text(&text, words(got));
    struct feel_value v = feel_null_because(arena_printf(
        vm->a, STR_FORMAT ": '" STR_FORMAT "' is " STR_FORMAT ", not %s%s" STR_FORMAT "%s",
        STR_ARGS(site->builtin->name), STR_ARGS(site->names[i]), STR_ARGS(buf_get(&text)),
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
        return refuse(vm, "the function takes %u arguments, not %u", code->parameter_count, count);
    if (vm->env->depth >= vm->limit_depth) {
        if (!vm->stopped) vm->stopped = "functions call each other too deeply";
        return feel_null();
    }
    for (unsigned i = 0; i < count; i++)
        if (arguments[i].kind != FEEL_NULL && !value_instance_of(arguments[i], code->parameter_types[i]))
            return refuse(vm, "the argument '" STR_FORMAT "' is %s", STR_ARGS(code->parameters[i]),
                          words(arguments[i]));
    struct piece *piece = vm->piece;
    size_t used = vm->used;
    struct feel_value *registers = push_registers(vm, code->registers), out = feel_null();
    memcpy(registers, arguments, count * sizeof *arguments);
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
        return refuse(vm, "wrong arguments: " STR_FORMAT, STR_ARGS(b->usage));
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
    if (function.kind != FEEL_FUNCTION) return refuse(vm, "%s is not a function", words(function));
    const struct feel_function *f = function.function;
    switch (f->is) {
    case FUNCTION_CLOSURE: return call_closure(vm, f, arguments, count);
    case FUNCTION_BUILTIN: return call_builtin_value(vm, f->builtin, arguments, count);
    case FUNCTION_HOST:
        if (count != f->host->count) return refuse(vm, "wrong arguments: " STR_FORMAT, STR_ARGS(f->host->usage));
        return call_host(vm, f->host, arguments);
    }
    NOT_REACHED();
}

/* Arguments by name, put into the closure's order. */
static struct feel_value call_named(struct feel_vm *vm, struct feel_value function, const struct call_site *site,
                                    const struct feel_value *arguments)
{
    if (function.kind != FEEL_FUNCTION) return refuse(vm, "%s is not a function", words(function));
    struct signature s = {.count = 0};
    const str *names = s.names;
    unsigned count = 0;
    if (function.function->is == FUNCTION_CLOSURE)
        names = function.function->code->parameters, count = function.function->code->parameter_count;
    else if (function.function->is == FUNCTION_HOST)
        names = function.function->host->parameters, count = (unsigned)function.function->host->count;
    else if (builtin_signature(function.function->builtin, 0, &s))
        count = s.count;
    if (site->count > count) return refuse(vm, "the function takes %u arguments", count);
    struct feel_value *placed = value_new_items(vm->a, count);
    for (unsigned i = 0; i < count; i++) placed[i] = feel_null();
    for (unsigned i = 0; i < site->count; i++) {
        unsigned k = 0;
        while (k < count && !str_eq(names[k], site->names[i])) k++;
        if (k == count) return refuse(vm, "the function has no parameter '" STR_FORMAT "'", STR_ARGS(site->names[i]));
        placed[k] = arguments[i];
    }
    if (site->count < count && function.function->is != FUNCTION_BUILTIN)
        return refuse(vm, "the function takes %u arguments", count);
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
    return both(vm, compare(vm, OP_GE, x, ends[0]), compare(vm, OP_LE, x, ends[1]));
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
        *to = compare(vm, op, *x, *y);
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
            r[i.a] = negate(vm, VALUE(i.b));
            break;
            LOGIC(OP_AND, &, both)
            LOGIC(OP_OR, |, either)
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
            if (r[i.a].kind != FEEL_BOOLEAN && r[i.a].kind != FEEL_NULL) r[i.a] = no_boolean(vm, r[i.a], r[i.a]);
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
                v = field(vm, *of, site);
            set(&r[i.a], &v);
            break;
        }
        case OP_PATH: r[i.a] = path(vm, VALUE(i.b), &code->paths[i.c]); break;
        case OP_LOOKUP: at += lookup(vm, VALUE(i.b), &code->paths[i.c], &r[i.a]); break;
        case OP_INDEX: r[i.a] = at_index(vm, VALUE(i.b), VALUE(i.c)); break;
        case OP_SELECT: r[i.a] = select_all(vm, VALUE(i.b), VALUE(i.c)); break;
        case OP_LOOP: {
            struct loop *l = arena_alloc(vm->a, sizeof *l);
            if (!loop_start(l, VALUE(i.b))) loop_fail(vm, r, i.c, VALUE(i.b));
            r[i.a] = in_register(l);
            break;
        }
        case OP_LOOP_RANGE: {
            struct loop *l = arena_zalloc(vm->a, sizeof *l);
            if (!count_between(l, r[i.b], r[i.b + 1])) loop_fail(vm, r, i.c, r[i.b]);
            r[i.a] = in_register(l);
            break;
        }
        case OP_FILTER: {
            struct loop *l = arena_zalloc(vm->a, sizeof *l);
            struct feel_value list = value_as_list(VALUE(i.b), &l->one);
            l->items = list.items, l->count = list.count;
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
                keep(vm, COLLECTION_OF(r[i.a]), l, *which);
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
