/* SPDX-License-Identifier: Apache-2.0 */
/* DMN 1.5 §10.3.4.8 and §10.3.4.9. Objects of the host count as contexts of their fields. */
#include "feel_builtin_all.h"

#include <string.h>

static struct feel_value as_context(struct feel_vm *vm, struct feel_value v)
{
    if (v.kind != FEEL_OBJECT) return v;
    const struct feel_class *class = v.object.of;
    struct feel_entry *entries = arena_alloc(vm_arena(vm), (class->count + 1) * sizeof *entries);
    for (size_t i = 0; i < class->count; i++)
        entries[i] = (struct feel_entry){class->fields[i].name,
                                         class->get(vm_env(vm), class, v.object.handle, class->fields[i].slot)};
    return feel_context(entries, class->count);
}

BUILTIN_BODY(get_value)
{
    (void)count;
    struct feel_value v = as_context(vm, arg[0]);
    if (arg[1].kind == FEEL_STRING) {
        const struct feel_value *entry = feel_entry_get(v, arg[1].text);
        return entry ? *entry : vm_refuse(vm, "the context has no '" STR_FORMAT "'", STR_ARGS(arg[1].text));
    }
    if (arg[1].kind != FEEL_LIST || !arg[1].count)
        return vm_refuse(vm, "'key' is %s, not a string or a list of strings",
                         feel_kind_words((enum feel_kind)arg[1].kind));
    for (uint32_t i = 0; i < arg[1].count; i++) {
        v = as_context(vm, v);
        if (arg[1].items[i].kind != FEEL_STRING || v.kind != FEEL_CONTEXT)
            return vm_refuse(vm, "there is no such path");
        const struct feel_value *entry = feel_entry_get(v, arg[1].items[i].text);
        if (!entry) return vm_refuse(vm, "the context has no '" STR_FORMAT "'", STR_ARGS(arg[1].items[i].text));
        v = *entry;
    }
    return v;
}

BUILTIN_BODY(get_entries)
{
    (void)count;
    struct feel_value v = as_context(vm, arg[0]);
    struct arena *a = vm_arena(vm);
    if (!vm_spend(vm, v.count)) return feel_null();
    struct feel_value *items = value_new_items(a, v.count);
    for (uint32_t i = 0; i < v.count; i++) {
        struct feel_entry *pair = arena_alloc(a, 2 * sizeof *pair);
        pair[0] = (struct feel_entry){STR("key"), feel_string(v.entries[i].key)};
        pair[1] = (struct feel_entry){STR("value"), v.entries[i].value};
        items[i] = feel_context(pair, 2);
    }
    return feel_list(items, v.count);
}

typedef VEC(struct feel_entry) entries;
static void set(struct feel_vm *vm, entries *to, str key, struct feel_value value)
{
    for (size_t i = 0; i < to->count; i++)
        if (str_eq(to->items[i].key, key)) {
            to->items[i].value = value;
            return;
        }
    *vec_add(vm_arena(vm), to) = (struct feel_entry){key, value};
}
static struct feel_value with(struct feel_vm *vm, struct feel_value context, str key, struct feel_value value)
{
    entries to = {0};
    vm_spend(vm, context.count);
    for (uint32_t i = 0; i < context.count; i++) *vec_add(vm_arena(vm), &to) = context.entries[i];
    set(vm, &to, key, value);
    return feel_context(to.items, to.count);
}

BUILTIN_BODY(context)
{
    entries to = {0};
    (void)count;
    for (uint32_t i = 0; i < arg[0].count; i++) {
        const struct feel_value *key = feel_entry_get(arg[0].items[i], STR("key"));
        const struct feel_value *value = feel_entry_get(arg[0].items[i], STR("value"));
        if (!key || !value || key->kind != FEEL_STRING)
            return vm_refuse(vm, "element %u has no text `key` and `value`", i + 1);
        for (size_t k = 0; k < to.count; k++)
            if (str_eq(to.items[k].key, key->text))
                return vm_refuse(vm, "the key '" STR_FORMAT "' is there twice", STR_ARGS(key->text));
        if (!vm_spend(vm, 1 + to.count)) return feel_null();
        *vec_add(vm_arena(vm), &to) = (struct feel_entry){key->text, *value};
    }
    return feel_context(to.items, to.count);
}

static struct feel_value put_at(struct feel_vm *vm, struct feel_value context, const struct feel_value *keys,
                                uint32_t count, struct feel_value value)
{
    context = as_context(vm, context);
    if (keys[0].kind != FEEL_STRING)
        return vm_refuse(vm, "a key is %s, not a string", feel_kind_words((enum feel_kind)keys[0].kind));
    if (context.kind != FEEL_CONTEXT) return vm_refuse(vm, "there is no such path");
    if (count > 1) {
        const struct feel_value *inner = feel_entry_get(context, keys[0].text);
        if (!inner || count > VALUE_DEPTH) return vm_refuse(vm, "there is no such path");
        value = put_at(vm, *inner, keys + 1, count - 1, value);
        if (value.kind == FEEL_NULL && value.text.n) return value;
    }
    return with(vm, context, keys[0].text, value);
}
BUILTIN_BODY(context_put)
{
    (void)count;
    if (arg[1].kind == FEEL_STRING) return put_at(vm, arg[0], &arg[1], 1, arg[2]);
    if (arg[1].kind != FEEL_LIST || !arg[1].count) return vm_refuse(vm, "the key is missing");
    return put_at(vm, arg[0], arg[1].items, arg[1].count, arg[2]);
}

BUILTIN_BODY(context_merge)
{
    entries to = {0};
    (void)count;
    for (uint32_t i = 0; i < arg[0].count; i++) {
        struct feel_value v = as_context(vm, arg[0].items[i]);
        if (v.kind != FEEL_CONTEXT)
            return vm_refuse(vm, "element %u is %s", i + 1, feel_kind_words((enum feel_kind)v.kind));
        for (uint32_t k = 0; k < v.count && vm_spend(vm, 1 + to.count); k++)
            set(vm, &to, v.entries[k].key, v.entries[k].value);
    }
    return feel_context(to.items, to.count);
}
