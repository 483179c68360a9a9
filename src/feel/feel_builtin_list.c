/* SPDX-License-Identifier: Apache-2.0 */
/* DMN 1.5 §10.3.4.4 */
#include "feel_builtin_all.h"
#include "feel_number.h"
#include "feel_time.h"

#include <string.h>

/* Functions of one list or of many single values. */
static struct feel_value all_of(struct feel_vm *vm, const struct feel_value *arg, unsigned count)
{
    if (count == 1 && arg[0].kind == FEEL_LIST) return arg[0];
    struct feel_value *single = value_new_items(vm_arena(vm), count);
    for (unsigned i = 0; i < count; i++) single[i] = builtin_single(arg[i]);
    return feel_list(single, count);
}

BUILTIN_BODY(list_contains)
{
    (void)count;
    if (!vm_spend(vm, arg[0].count)) return feel_null();
    for (uint32_t i = 0; i < arg[0].count; i++)
        if (feel_same(arg[0].items[i], arg[1])) return feel_boolean(true);
    return feel_boolean(false);
}

BUILTIN_BODY(count)
{
    (void)vm, (void)count;
    return feel_int(arg[0].count);
}

static struct feel_value extreme(struct feel_vm *vm, struct feel_value list, int sign)
{
    if (!list.count) return vm_refuse(vm, "the list is empty");
    if (!vm_spend(vm, list.count)) return feel_null();
    struct feel_value best = list.items[0];
    if (best.kind == FEEL_NULL) return vm_refuse(vm, "the list has null in it");
    for (uint32_t i = 1; i < list.count; i++) {
        int order;
        str why;
        if (!value_compare(vm_arena(vm), list.items[i], best, &order, &why))
            return vm_refuse(vm, STR_FORMAT, STR_ARGS(why));
        if (order * sign > 0) best = list.items[i];
    }
    int order;
    str why;
    if (!value_compare(vm_arena(vm), best, best, &order, &why)) return vm_refuse(vm, STR_FORMAT, STR_ARGS(why));
    return best;
}
BUILTIN_BODY(min) { return extreme(vm, all_of(vm, arg, count), -1); }
BUILTIN_BODY(max) { return extreme(vm, all_of(vm, arg, count), 1); }

/* Every element a number; else *why is the null to give. */
static bool numbers(struct feel_vm *vm, struct feel_value list, struct feel_value *why)
{
    if (!vm_spend(vm, list.count)) return *why = feel_null(), false;
    for (uint32_t i = 0; i < list.count; i++)
        if (list.items[i].kind != FEEL_NUMBER) {
            str reason = list.items[i].kind == FEEL_NULL ? list.items[i].text : STR_NONE;
            *why = vm_refuse(vm, "element %u is %s%s" STR_FORMAT "%s", i + 1,
                             feel_kind_words((enum feel_kind)list.items[i].kind), reason.n ? " (" : "",
                             STR_ARGS(reason), reason.n ? ")" : "");
            return false;
        }
    if (!list.count) *why = vm_refuse(vm, "the list is empty");
    return list.count > 0;
}

static struct feel_value total(struct feel_value list, enum op op)
{
    struct feel_value t = list.items[0];
    for (uint32_t i = 1; i < list.count && t.kind == FEEL_NUMBER; i++)
        t = op == OP_ADD ? number_add(t, list.items[i]) : number_mul(t, list.items[i]);
    return t;
}

BUILTIN_BODY(sum)
{
    struct feel_value list = all_of(vm, arg, count), why;
    return numbers(vm, list, &why) ? total(list, OP_ADD) : why;
}
BUILTIN_BODY(product)
{
    struct feel_value list = all_of(vm, arg, count), why;
    return numbers(vm, list, &why) ? total(list, OP_MUL) : why;
}
BUILTIN_BODY(mean)
{
    struct feel_value list = all_of(vm, arg, count), why;
    if (!numbers(vm, list, &why)) return why;
    struct feel_value sum = total(list, OP_ADD);
    return sum.kind == FEEL_NUMBER ? number_div(sum, feel_int(list.count)) : sum;
}

/* Three-valued: `decisive` wins, then null, then the other. */
static struct feel_value truth(struct feel_vm *vm, struct feel_value list, bool decisive)
{
    bool unknown = false;
    if (!vm_spend(vm, list.count)) return feel_null();
    for (uint32_t i = 0; i < list.count; i++) {
        if (list.items[i].kind != FEEL_BOOLEAN)
            unknown = true;
        else if (list.items[i].flag == decisive)
            return feel_boolean(decisive);
    }
    return unknown ? vm_refuse(vm, "an element is no boolean") : feel_boolean(!decisive);
}
BUILTIN_BODY(all) { return truth(vm, all_of(vm, arg, count), false); }
BUILTIN_BODY(any) { return truth(vm, all_of(vm, arg, count), true); }

/* A position from 1 or from -1, its fraction cut off as with substring, to an index from 0; false when the list has no
 * such place. */
static bool position(struct feel_value at, uint32_t size, int64_t *index)
{
    int64_t p;
    if (at.kind != FEEL_NUMBER || !number_to_int_cut(at, &p) || p == 0) return false;
    *index = p > 0 ? p - 1 : p + (int64_t)size;
    return *index >= 0 && *index < (int64_t)size;
}

BUILTIN_BODY(sublist)
{
    int64_t from, length;
    if (!position(arg[1], arg[0].count, &from)) return vm_refuse(vm, "the list has no such position");
    length = (int64_t)arg[0].count - from;
    if (count > 2 && arg[2].kind == FEEL_NUMBER) {
        int64_t wanted;
        if (!feel_to_int(arg[2], &wanted) || wanted < 1 || wanted > length)
            return vm_refuse(vm, "'length' must be from 1 to what is left of the list");
        length = wanted;
    }
    return feel_list(arg[0].items + from, (size_t)length);
}

struct growing {
    struct feel_value *items;
    uint32_t count;
};
static struct growing grow(struct feel_vm *vm, size_t count)
{
    if (!vm_spend(vm, count) || arena_would_exceed(vm_arena(vm), count * sizeof(struct feel_value))) {
        vm_spend(vm, UINT64_MAX / 2);
        count = 0;
    }
    return (struct growing){value_new_items(vm_arena(vm), count), 0};
}
static void put(struct growing *g, const struct feel_value *items, uint32_t count)
{
    if (count) memcpy(g->items + g->count, items, count * sizeof *items);
    g->count += count;
}
static struct feel_value grown(const struct growing *g) { return feel_list(g->items, g->count); }

BUILTIN_BODY(append)
{
    struct growing g = grow(vm, arg[0].count + (size_t)count - 1);
    if (!vm_spend(vm, 1)) return feel_null();
    put(&g, arg[0].items, arg[0].count);
    put(&g, arg + 1, count - 1);
    return grown(&g);
}

static struct feel_value concatenate(struct feel_vm *vm, const struct feel_value *arg, unsigned count)
{
    size_t n = 0;
    for (unsigned i = 0; i < count; i++) n += arg[i].count;
    struct growing g = grow(vm, n);
    if (!vm_spend(vm, 1)) return feel_null();
    for (unsigned i = 0; i < count; i++) put(&g, arg[i].items, arg[i].count);
    return grown(&g);
}
BUILTIN_BODY(concatenate) { return concatenate(vm, arg, count); }

BUILTIN_BODY(insert_before)
{
    int64_t at;
    (void)count;
    if (!position(arg[1], arg[0].count, &at)) return vm_refuse(vm, "the list has no such position");
    struct growing g = grow(vm, arg[0].count + (size_t)1);
    if (!vm_spend(vm, 1)) return feel_null();
    put(&g, arg[0].items, (uint32_t)at);
    put(&g, &arg[2], 1);
    put(&g, arg[0].items + at, arg[0].count - (uint32_t)at);
    return grown(&g);
}

BUILTIN_BODY(remove)
{
    int64_t at;
    (void)count;
    if (!position(arg[1], arg[0].count, &at)) return vm_refuse(vm, "the list has no such position");
    struct growing g = grow(vm, arg[0].count);
    if (!vm_spend(vm, 1)) return feel_null();
    put(&g, arg[0].items, (uint32_t)at);
    put(&g, arg[0].items + at + 1, arg[0].count - (uint32_t)at - 1);
    return grown(&g);
}

BUILTIN_BODY(list_replace)
{
    int64_t at = -1;
    (void)count;
    struct feel_value where = builtin_single(arg[1]);
    if (where.kind != FEEL_FUNCTION && !position(where, arg[0].count, &at))
        return vm_refuse(vm, "the list has no such position");
    struct growing g = grow(vm, arg[0].count);
    if (!vm_spend(vm, 1)) return feel_null();
    put(&g, arg[0].items, arg[0].count);
    if (at >= 0) g.items[at] = arg[2];
    for (uint32_t i = 0; at < 0 && i < g.count; i++) {
        struct feel_value pair[2] = {arg[0].items[i], arg[2]}, yes = vm_call(vm, where, pair, 2);
        if (yes.kind != FEEL_BOOLEAN)
            return vm_refuse(vm, "'match' gave %s", feel_kind_words((enum feel_kind)yes.kind));
        if (yes.flag) g.items[i] = arg[2];
    }
    return grown(&g);
}

BUILTIN_BODY(reverse)
{
    struct growing g = grow(vm, arg[0].count);
    (void)count;
    if (!vm_spend(vm, 1)) return feel_null();
    for (uint32_t i = arg[0].count; i-- > 0;) put(&g, &arg[0].items[i], 1);
    return grown(&g);
}

BUILTIN_BODY(index_of)
{
    struct growing g = grow(vm, arg[0].count);
    (void)count;
    if (!vm_spend(vm, 1)) return feel_null();
    for (uint32_t i = 0; i < arg[0].count; i++)
        if (feel_same(arg[0].items[i], arg[1])) g.items[g.count++] = feel_int(i + 1);
    return grown(&g);
}

/* Scalars hash to what equal values share; others share a bucket. */
static uint64_t hash(struct feel_value v)
{
    uint64_t h = v.kind;
    if (v.kind == FEEL_STRING)
        h = str_hash(v.text);
    else if (v.kind == FEEL_NUMBER) {
        double d = feel_to_double(v);
        memcpy(&h, &d, sizeof h);
    } else if (v.kind == FEEL_OBJECT)
        h = v.object.handle;
    else if (v.kind == FEEL_DATE || v.kind == FEEL_DAYS_TIME || v.kind == FEEL_YEARS_MONTHS)
        h = v.word[0];
    return (h ^ h >> 29) * 0x9E3779B97F4A7C15ull;
}

static struct feel_value distinct(struct feel_vm *vm, struct feel_value list)
{
    struct growing g = grow(vm, list.count);
    if (!vm_spend(vm, 1)) return feel_null();
    size_t room = 16;
    while (room < (size_t)list.count * 2) room *= 2;
    uint32_t *slots = arena_array(vm_arena(vm), room, sizeof *slots);
    for (uint32_t i = 0; i < list.count; i++) {
        size_t at = (hash(list.items[i]) >> 20) & (room - 1);
        while (slots[at] && !feel_same(g.items[slots[at] - 1], list.items[i])) {
            at = (at + 1) & (room - 1);
            if (!vm_spend(vm, 1)) return feel_null();
        }
        if (slots[at]) continue;
        g.items[g.count++] = list.items[i];
        slots[at] = g.count;
    }
    return grown(&g);
}
BUILTIN_BODY(distinct_values)
{
    (void)count;
    return distinct(vm, arg[0]);
}
BUILTIN_BODY(union) { return distinct(vm, concatenate(vm, arg, count)); }

typedef VEC(struct feel_value) values;
static void flatten(struct feel_vm *vm, struct feel_value list, values *out, int depth)
{
    for (uint32_t i = 0; i < list.count && depth < VALUE_DEPTH && vm_spend(vm, 1); i++) {
        if (list.items[i].kind == FEEL_LIST)
            flatten(vm, list.items[i], out, depth + 1);
        else
            *vec_add(vm_arena(vm), out) = list.items[i];
    }
}
BUILTIN_BODY(flatten)
{
    values out = {0};
    (void)count;
    flatten(vm, arg[0], &out, 0);
    return feel_list(out.items, out.count);
}

/* Merge sort: stable, and safe with an order that contradicts itself. */
struct order {
    struct feel_vm *vm;
    struct feel_value precedes; /* null: the natural order */
    struct feel_value failed;   /* not null: why there is no order */
    bool is_failed;
};
static bool comes_first(struct order *o, struct feel_value x, struct feel_value y)
{
    int order;
    str why;
    if (!vm_spend(o->vm, 1)) return true;
    if (o->precedes.kind == FEEL_NULL) {
        if (value_compare(vm_arena(o->vm), x, y, &order, &why)) return order <= 0;
        o->failed = vm_refuse(o->vm, STR_FORMAT, STR_ARGS(why)), o->is_failed = true;
        return true;
    }
    /* Equal elements keep their order: the second must come before the first to be moved. */
    struct feel_value pair[2] = {y, x}, yes = vm_call(o->vm, o->precedes, pair, 2);
    if (yes.kind != FEEL_BOOLEAN) {
        o->failed = vm_refuse(o->vm, "'precedes' gave %s", feel_kind_words((enum feel_kind)yes.kind)),
        o->is_failed = true;
        return true;
    }
    return !yes.flag;
}
static void merge_sort(struct order *o, struct feel_value *items, struct feel_value *spare, size_t n)
{
    if (n < 2 || o->is_failed) return;
    size_t half = n / 2, i = 0, k = half, to = 0;
    merge_sort(o, items, spare, half);
    merge_sort(o, items + half, spare, n - half);
    while (i < half && k < n) spare[to++] = comes_first(o, items[i], items[k]) ? items[i++] : items[k++];
    while (i < half) spare[to++] = items[i++];
    memcpy(items, spare, to * sizeof *items);
}
static struct feel_value sorted(struct feel_vm *vm, struct feel_value list, struct feel_value precedes)
{
    struct growing g = grow(vm, list.count), spare = grow(vm, list.count);
    struct order o = {.vm = vm, .precedes = precedes};
    if (!vm_spend(vm, 1)) return feel_null();
    put(&g, list.items, list.count);
    merge_sort(&o, g.items, spare.items, g.count);
    return o.is_failed ? o.failed : grown(&g);
}
BUILTIN_BODY(sort)
{
    bool natural = count < 2 || builtin_is_absent(arg[1]);
    if (!natural && arg[1].kind == FEEL_NULL) return vm_refuse(vm, "'precedes' is null, not a function");
    return sorted(vm, arg[0], natural ? feel_null() : arg[1]);
}

BUILTIN_BODY(median)
{
    struct feel_value list = all_of(vm, arg, count), why;
    if (!numbers(vm, list, &why)) return why;
    list = sorted(vm, list, feel_null());
    if (list.kind != FEEL_LIST) return list;
    struct feel_value upper = list.items[list.count / 2];
    if (list.count % 2) return upper;
    struct feel_value sum = number_add(list.items[list.count / 2 - 1], upper);
    return sum.kind == FEEL_NUMBER ? number_div(sum, feel_int(2)) : sum;
}

BUILTIN_BODY(stddev)
{
    struct feel_value list = all_of(vm, arg, count), why;
    if (!numbers(vm, list, &why)) return why;
    if (list.count < 2) return vm_refuse(vm, "it takes two numbers or more");
    struct feel_value mean = number_div(total(list, OP_ADD), feel_int(list.count)), squares = feel_int(0);
    for (uint32_t i = 0; i < list.count && mean.kind == FEEL_NUMBER && squares.kind == FEEL_NUMBER; i++) {
        struct feel_value distance = number_sub(list.items[i], mean);
        squares = number_add(squares, number_mul(distance, distance));
    }
    if (squares.kind != FEEL_NUMBER) return squares;
    return number_sqrt(number_div(squares, feel_int((int64_t)list.count - 1)));
}

BUILTIN_BODY(mode)
{
    struct feel_value list = all_of(vm, arg, count), why;
    if (!list.count) return list;
    if (!numbers(vm, list, &why)) return why;
    list = sorted(vm, list, feel_null());
    struct growing g = grow(vm, list.count);
    if (!vm_spend(vm, 1) || list.kind != FEEL_LIST) return feel_null();
    uint32_t most = 0;
    for (uint32_t from = 0, to; from < list.count; from = to) {
        for (to = from + 1; to < list.count && number_cmp(list.items[from], list.items[to]) == 0;) to++;
        if (to - from > most) most = to - from, g.count = 0;
        if (to - from == most) g.items[g.count++] = list.items[from];
    }
    return grown(&g);
}
