/* SPDX-License-Identifier: Apache-2.0 */
#include "feel_vm.h"

bool value_count(struct feel_value from, struct feel_value to, struct value_count *out)
{
    *out = (struct value_count){.kind = (enum feel_kind)from.kind};
    if (from.kind != to.kind) return false;
    if (from.kind == FEEL_NUMBER) out->any = feel_to_int(from, &out->first) && feel_to_int(to, &out->last);
    if (from.kind == FEEL_DATE) out->any = feel_to_days(from, &out->first) && feel_to_days(to, &out->last);
    return out->any;
}

bool value_count_range(const struct feel_range *r, struct value_count *out)
{
    if (r->form != RANGE_BOTH || !value_count(r->from, r->to, out)) return false;
    bool up = out->first <= out->last;
    if (!r->from_closed) out->any = out->first != out->last, out->first += up ? 1 : -1;
    if (!r->to_closed) out->any &= out->first != out->last, out->last -= up ? 1 : -1;
    return true;
}

static bool counting(struct loop *l, bool good, const struct value_count *c)
{
    l->kind = (uint8_t)c->kind, l->next = c->first, l->last = c->last, l->counts = good && c->any;
    return good;
}

bool loop_count(struct loop *l, struct feel_value from, struct feel_value to)
{
    struct value_count c = {0};
    return counting(l, value_count(from, to, &c), &c);
}

/* False: not a thing to go over. */
bool loop_start(struct loop *l, struct feel_value v)
{
    struct value_count c = {0};
    *l = (struct loop){.kind = v.kind};
    if (v.kind == FEEL_NULL) return false;
    if (v.kind == FEEL_RANGE) return counting(l, value_count_range(v.range, &c), &c);
    struct feel_value list = value_as_list(v, &l->one);
    l->items = list.items, l->count = list.count;
    return true;
}

void loop_fail(struct feel_vm *vm, struct feel_value *registers, unsigned at, struct feel_value v)
{
    struct feel_value why =
        v.kind == FEEL_NULL && v.text.n ? v : vm_null_because(vm, "there is nothing to go over: %s", words(v));
    if (at & LOOP_FAILS_COLLECTION) {
        struct collection *c = COLLECTION_OF(registers[at & ~(unsigned)LOOP_FAILS_COLLECTION]);
        c->single = true, c->value = why;
    } else
        registers[at] = why;
}

/* A filter that gave neither a boolean nor null: a number picks, and all else makes the result null. */
void loop_keep(struct feel_vm *vm, struct collection *c, struct loop *l, struct feel_value which)
{
    c->single = true;
    c->value = which.kind == FEEL_NUMBER ? vm_index(vm, feel_list(l->items, l->count), which)
                                         : vm_null_because(vm, "a filter gave %s", words(which));
    l->at = l->count;
}
