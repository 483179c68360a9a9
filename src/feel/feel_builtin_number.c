/* SPDX-License-Identifier: Apache-2.0 */
/* DMN 1.5 §10.3.4.5 */
#include "base_utf8.h"
#include "feel_builtin_all.h"
#include "feel_number.h"
#include "feel_time.h"

static struct feel_value rounded(struct feel_vm *vm, const struct feel_value *arg, unsigned count,
                                 enum number_rounding how)
{
    int64_t scale = 0;
    if (count > 1 && arg[1].kind == FEEL_NUMBER && !number_to_int_cut(arg[1], &scale)) scale = INT64_MAX;
    if (count > 1 && arg[1].kind == FEEL_NULL && !builtin_is_absent(arg[1])) return vm_refuse(vm, "'scale' is null");
    if (scale < -6111 || scale > 6176) return vm_refuse(vm, "'scale' must be between -6111 and 6176");
    return number_round(arg[0], (int)scale, how);
}
BUILTIN_BODY(decimal) { return rounded(vm, arg, count, ROUND_HALF_EVEN); }
BUILTIN_BODY(floor) { return rounded(vm, arg, count, ROUND_FLOOR); }
BUILTIN_BODY(ceiling) { return rounded(vm, arg, count, ROUND_CEILING); }
BUILTIN_BODY(round_up) { return rounded(vm, arg, count, ROUND_UP); }
BUILTIN_BODY(round_down) { return rounded(vm, arg, count, ROUND_DOWN); }
BUILTIN_BODY(round_half_up) { return rounded(vm, arg, count, ROUND_HALF_UP); }
BUILTIN_BODY(round_half_down) { return rounded(vm, arg, count, ROUND_HALF_DOWN); }

BUILTIN_BODY(abs)
{
    struct feel_value n = builtin_single(arg[0]);
    (void)count;
    if (n.kind == FEEL_NUMBER) return number_is_negative(n) ? number_negate(n) : n;
    if (n.kind == FEEL_DAYS_TIME || n.kind == FEEL_YEARS_MONTHS) return time_word(n) < 0 ? time_negate(n) : n;
    return vm_refuse(vm, "'n' is %s, not a number or a duration", feel_kind_words((enum feel_kind)n.kind));
}
BUILTIN_BODY(modulo)
{
    (void)count;
    return number_is_zero(arg[1]) ? vm_refuse(vm, "division by zero") : number_modulo(arg[0], arg[1]);
}
BUILTIN_BODY(sqrt)
{
    (void)vm, (void)count;
    return number_sqrt(arg[0]);
}
BUILTIN_BODY(log)
{
    (void)vm, (void)count;
    return number_log(arg[0]);
}
BUILTIN_BODY(exp)
{
    (void)vm, (void)count;
    return number_exp(arg[0]);
}
static struct feel_value parity(struct feel_vm *vm, struct feel_value n, bool odd)
{
    if (!number_is_whole(n)) return vm_refuse(vm, "it takes a whole number");
    return feel_boolean(number_is_zero(number_modulo(n, feel_int(2))) != odd);
}
BUILTIN_BODY(odd)
{
    (void)count;
    return parity(vm, arg[0], true);
}
BUILTIN_BODY(even)
{
    (void)count;
    return parity(vm, arg[0], false);
}

/* A number's text with separators: the grouping marks go, the decimal mark becomes a point. */
BUILTIN_BODY(number)
{
    bool grouped = count > 1 && arg[1].kind == FEEL_STRING;
    str group = grouped ? arg[1].text : STR_NONE;
    str point = count > 2 && arg[2].kind == FEEL_STRING ? arg[2].text : STR(".");
    bool group_good = !grouped || str_eq(group, STR(" ")) || str_eq(group, STR(",")) || str_eq(group, STR("."));
    bool point_good = str_eq(point, STR(".")) || str_eq(point, STR(","));
    if (!group_good) return vm_refuse(vm, "'grouping separator' must be a blank, ',' or '.'");
    if (!point_good) return vm_refuse(vm, "'decimal separator' must be '.' or ','");
    if (str_eq(group, point)) return vm_refuse(vm, "the two separators must differ");
    str s = arg[0].text;
    if (str_starts(s, STR("+"))) return vm_refuse(vm, "\"" STR_FORMAT "\" is not a number", STR_ARGS(utf8_cut(s, 80)));
    char *p = arena_alloc(vm_arena(vm), s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (group.n && s.p[i] == group.p[0]) continue;
        p[n++] = s.p[i] == point.p[0] ? '.' : s.p[i] == '.' ? '?' : s.p[i];
    }
    struct feel_value v;
    if (!feel_number((str){p, n}, &v))
        return vm_refuse(vm, "\"" STR_FORMAT "\" is not a number", STR_ARGS(utf8_cut(s, 80)));
    return v;
}

BUILTIN_BODY(not )
{
    struct feel_value v = builtin_single(arg[0]);
    (void)count;
    if (v.kind == FEEL_BOOLEAN) return feel_boolean(!v.flag);
    if (v.kind == FEEL_NULL && v.text.n) return v;
    return vm_refuse(vm, "it takes a boolean, not %s", feel_kind_words((enum feel_kind)v.kind));
}
