/* SPDX-License-Identifier: Apache-2.0 */
#include "feel_vm.h"

bool loop_count(struct loop *l, struct feel_value from, struct feel_value to)
{
    l->kind = from.kind;
    if (from.kind != to.kind) return false;
    if (from.kind == FEEL_NUMBER) l->counts = feel_to_int(from, &l->next) && feel_to_int(to, &l->last);
    if (from.kind == FEEL_DATE) l->counts = feel_to_days(from, &l->next) && feel_to_days(to, &l->last);
    return l->counts;
}

/* False: not a thing to go over. */
bool loop_start(struct loop *l, struct feel_value v)
{
    *l = (struct loop){.kind = v.kind};
    if (v.kind == FEEL_NULL) return false;
    if (v.kind != FEEL_RANGE) {
        struct feel_value list = value_as_list(v, &l->one);
        l->items = list.items, l->count = list.count;
        return true;
    }
    if (v.range->form != RANGE_BOTH || !loop_count(l, v.range->from, v.range->to)) return false;
    bool up = l->next <= l->last;
    if (!v.range->from_closed) l->counts = l->next != l->last, l->next += up ? 1 : -1;
    if (!v.range->to_closed) l->counts &= l->next != l->last, l->last -= up ? 1 : -1;
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
