/* SPDX-License-Identifier: Apache-2.0 */
/* DMN 1.5 §10.3.4.3; regular expressions are in feel_regex.c */
#include "base_utf8.h"
#include "feel_builtin_all.h"
#include "feel_number.h"
#include "feel_time.h"

#include <string.h>

static struct feel_value text_of(struct feel_vm *vm, const struct buf *b)
{
    if (b->full || arena_would_exceed(vm_arena(vm), b->n)) {
        vm_spend(vm, UINT64_MAX / 2);
        return feel_null();
    }
    return feel_string(buf_copy(b, vm_arena(vm)));
}
static size_t room_for_text(struct feel_vm *vm)
{
    struct arena *a = vm_arena(vm);
    return a->limit ? (a->limit > a->used ? a->limit - a->used + 1 : 1) : (size_t)1 << 30;
}

struct feel_value vm_to_string(struct feel_vm *vm, struct feel_value v)
{
    if (v.kind == FEEL_NULL || v.kind == FEEL_STRING) return v;
    if (v.kind == FEEL_OBJECT) {
        struct feel_value name = v.object.of->get(vm_env(vm), v.object.of, v.object.handle, v.object.of->name_slot);
        return name.kind == FEEL_OBJECT ? vm_refuse(vm, "the object has no name") : vm_to_string(vm, name);
    }
    struct buf b;
    buf_init(&b, room_for_text(vm));
    if (time_is_temporal(v))
        time_emit(&b, v);
    else
        feel_emit(&b, v);
    struct feel_value text = text_of(vm, &b);
    buf_release(&b);
    return text;
}
BUILTIN_BODY(string)
{
    (void)count;
    return vm_to_string(vm, arg[0]);
}

BUILTIN_BODY(substring)
{
    int64_t from, length, size = (int64_t)utf8_count(arg[0].text);
    if (!number_to_int_cut(arg[1], &from) || from == 0)
        return vm_refuse(vm, "positions count from 1, or from the end with -1");
    from = from > 0 ? from - 1 : from + size;
    if (from < 0 || from >= size) return vm_refuse(vm, "the text has no such position");
    length = size - from;
    if (count > 2 && arg[2].kind == FEEL_NUMBER) {
        int64_t wanted;
        if (!number_to_int_cut(arg[2], &wanted) || wanted < 1 || wanted > length)
            return vm_refuse(vm, "'length' must be from 1 to what is left of the text");
        length = wanted;
    }
    str rest = str_from(arg[0].text, utf8_offset(arg[0].text, (size_t)from));
    return feel_string(str_slice(rest, 0, utf8_offset(rest, (size_t)length)));
}

BUILTIN_BODY(string_length)
{
    (void)vm, (void)count;
    return feel_int((int64_t)utf8_count(arg[0].text));
}
BUILTIN_BODY(upper_case)
{
    (void)count;
    return feel_string(utf8_upper(vm_arena(vm), arg[0].text));
}
BUILTIN_BODY(lower_case)
{
    (void)count;
    return feel_string(utf8_lower(vm_arena(vm), arg[0].text));
}
BUILTIN_BODY(substring_before)
{
    (void)vm, (void)count;
    size_t at = str_find(arg[0].text, arg[1].text);
    return feel_string(at == STR_NOT_FOUND ? STR("") : str_slice(arg[0].text, 0, at));
}
BUILTIN_BODY(substring_after)
{
    (void)vm, (void)count;
    size_t at = str_find(arg[0].text, arg[1].text);
    return feel_string(at == STR_NOT_FOUND ? STR("") : str_from(arg[0].text, at + arg[1].text.n));
}
BUILTIN_BODY(contains)
{
    (void)vm, (void)count;
    return feel_boolean(str_find(arg[0].text, arg[1].text) != STR_NOT_FOUND);
}
BUILTIN_BODY(starts_with)
{
    (void)vm, (void)count;
    return feel_boolean(str_starts(arg[0].text, arg[1].text));
}
BUILTIN_BODY(ends_with)
{
    (void)vm, (void)count;
    return feel_boolean(str_ends(arg[0].text, arg[1].text));
}

BUILTIN_BODY(string_join)
{
    struct feel_value delimiter = count > 1 ? builtin_single(arg[1]) : feel_null();
    if (delimiter.kind != FEEL_STRING && delimiter.kind != FEEL_NULL)
        return vm_refuse(vm, "'delimiter' is %s, not a string", feel_kind_words((enum feel_kind)delimiter.kind));
    str between = delimiter.kind == FEEL_STRING ? delimiter.text : STR_NONE;
    struct buf b;
    struct feel_value result = feel_null();
    bool first = true, bad = false;
    buf_init(&b, room_for_text(vm));
    for (uint32_t i = 0; i < arg[0].count && !bad && vm_spend(vm, 1); i++) {
        struct feel_value item = arg[0].items[i];
        if (item.kind == FEEL_OBJECT) item = vm_to_string(vm, item);
        if (item.kind == FEEL_NULL) continue;
        if (item.kind != FEEL_STRING) {
            result = vm_refuse(vm, "element %u is %s, not a string", i + 1, feel_kind_words((enum feel_kind)item.kind));
            bad = true;
            continue;
        }
        if (!first) buf_str(&b, between);
        buf_str(&b, item.text);
        first = false;
    }
    if (!bad) result = text_of(vm, &b);
    buf_release(&b);
    return result;
}
