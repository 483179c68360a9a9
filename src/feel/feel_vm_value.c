/* SPDX-License-Identifier: Apache-2.0 */
#include "feel_number.h"
#include "feel_time.h"
#include "feel_vm.h"

#include <string.h>

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
    return vm_null_because(vm, "%s can't be raised to the power of %s", words(x), words(y));
}

struct feel_value vm_compare(struct feel_vm *vm, enum op op, struct feel_value x, struct feel_value y)
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

struct feel_value vm_negate(struct feel_vm *vm, struct feel_value v)
{
    if (v.kind == FEEL_NUMBER) return number_negate(v);
    if (v.kind == FEEL_DAYS_TIME || v.kind == FEEL_YEARS_MONTHS) return time_negate(v);
    return v.kind == FEEL_NULL ? v : vm_null_because(vm, "%s can't be negated", words(v));
}

struct feel_value vm_no_boolean(struct feel_vm *vm, struct feel_value x, struct feel_value y)
{
    struct feel_value v = x.kind == FEEL_BOOLEAN ? y : x;
    return v.kind == FEEL_NULL ? v : vm_null_because(vm, "%s is no boolean", words(v));
}
struct feel_value vm_both(struct feel_vm *vm, struct feel_value x, struct feel_value y)
{
    if (x.kind == FEEL_BOOLEAN && y.kind == FEEL_BOOLEAN) return feel_boolean(x.flag & y.flag);
    if ((x.kind == FEEL_BOOLEAN && !x.flag) || (y.kind == FEEL_BOOLEAN && !y.flag)) return feel_boolean(false);
    return vm_no_boolean(vm, x, y);
}
struct feel_value vm_either(struct feel_vm *vm, struct feel_value x, struct feel_value y)
{
    if (x.kind == FEEL_BOOLEAN && y.kind == FEEL_BOOLEAN) return feel_boolean(x.flag | y.flag);
    if (feel_is_true(x) || feel_is_true(y)) return feel_boolean(true);
    return vm_no_boolean(vm, x, y);
}

/* ---- Lists and paths -----------------------------------------------------------------------------------------------
 */

struct feel_value vm_index(struct feel_vm *vm, struct feel_value list, struct feel_value index)
{
    struct feel_value one;
    int64_t i;
    if (list.kind == FEEL_NULL) return list.text.n ? list : vm_null_because(vm, "null has no elements");
    list = value_as_list(list, &one);
    if (!feel_to_int(index, &i)) {
        if (index.kind == FEEL_NULL) return index;
        return vm_null_because(vm, "an index must be a whole number");
    }
    if (i < 0) i += (int64_t)list.count + 1;
    if (i < 1 || i > (int64_t)list.count)
        return vm_null_because(vm, "the list has no such element: it has %u", list.count);
    return list.items[i - 1];
}

struct feel_value vm_select(struct feel_vm *vm, struct feel_value list, struct feel_value by)
{
    if (by.kind == FEEL_NUMBER) return vm_index(vm, list, by);
    if (list.kind == FEEL_NULL) return list.text.n ? list : vm_null_because(vm, "null has no elements");
    if (by.kind != FEEL_BOOLEAN && by.kind != FEEL_NULL) return vm_null_because(vm, "a filter gave %s", words(by));
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
    case FEEL_NULL: return v.text.n ? v : vm_null_because(vm, "null has no '" STR_FORMAT "'", STR_ARGS(name));
    case FEEL_CONTEXT:
        entry = feel_entry_get(v, name);
        return entry ? *entry : vm_null_because(vm, "the context has no '" STR_FORMAT "'", STR_ARGS(name));
    case FEEL_OBJECT:
        for (size_t i = 0; i < v.object.of->count; i++)
            if (str_eq(v.object.of->fields[i].name, name))
                return v.object.of->get(vm->env, v.object.of, v.object.handle, v.object.of->fields[i].slot);
        return vm_null_because(vm, STR_FORMAT " has no '" STR_FORMAT "'", STR_ARGS(v.object.of->name), STR_ARGS(name));
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
    return vm_null_because(vm, "%s has no '" STR_FORMAT "'", words(v), STR_ARGS(name));
}

struct feel_value vm_path_at(struct feel_vm *vm, struct feel_value v, const struct path_site *site)
{
    if (v.kind == FEEL_CONTEXT && site->hint < v.count) {
        const struct feel_entry *e = &v.entries[site->hint];
        if (e->key.p == site->name.p || str_eq(e->key, site->name)) return e->value;
    }
    return vm_path(vm, v, site->name);
}

/* The field of a known class, also of each object of a list. */
struct feel_value vm_field(struct feel_vm *vm, struct feel_value v, const struct path_site *site)
{
    if (v.kind == FEEL_OBJECT && v.object.of == site->class)
        return site->class->get(vm->env, site->class, v.object.handle, site->slot);
    if (v.kind != FEEL_LIST) return vm_path(vm, v, site->name);
    if (!vm_spend(vm, v.count)) return feel_null();
    struct feel_value *items = value_new_items(vm->a, v.count);
    for (uint32_t i = 0; i < v.count; i++) items[i] = vm_field(vm, v.items[i], site);
    return feel_list(items, v.count);
}

bool vm_lookup(struct feel_vm *vm, struct feel_value v, const struct path_site *site, struct feel_value *out)
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
