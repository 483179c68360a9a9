/* SPDX-License-Identifier: Apache-2.0 */
/* DMN 1.5 §10.3.4.1, §10.3.4.7 */
#include "feel_builtin_all.h"
#include "feel_number.h"
#include "feel_time.h"

static struct feel_value prefixed(struct feel_vm *vm, struct feel_value v)
{
    return v.kind == FEEL_NULL ? vm_refuse(vm, STR_FORMAT, STR_ARGS(v.text)) : v;
}
static struct feel_value cannot_be(struct feel_vm *vm, struct feel_value v, const char *what)
{
    return vm_refuse(vm, "%s can't be made %s", feel_kind_words((enum feel_kind)v.kind), what);
}
static bool part(struct feel_value v, int64_t least, int64_t most, int64_t *out)
{
    return feel_to_int(v, out) && *out >= least && *out <= most;
}

static struct feel_value date_of_parts(struct feel_vm *vm, const struct feel_value *arg)
{
    int64_t year, month, day;
    if (!part(arg[0], -999999999, 999999999, &year) || !part(arg[1], 1, 12, &month) || !part(arg[2], 1, 31, &day) ||
        !civil_valid(year, (int)month, (int)day))
        return vm_refuse(vm, "there is no such day");
    return feel_date(civil_days(year, (int)month, (int)day));
}

BUILTIN_BODY(date)
{
    if (count == 3) return date_of_parts(vm, arg);
    struct feel_value from = builtin_single(arg[0]);
    if (from.kind == FEEL_STRING) return prefixed(vm, time_parse_date(vm_arena(vm), from.text));
    if (from.kind == FEEL_DATE || from.kind == FEEL_DATE_TIME) return feel_date(time_days_of(from));
    return cannot_be(vm, from, "a date");
}

static struct feel_value time_of_parts(struct feel_vm *vm, const struct feel_value *arg, unsigned count)
{
    int64_t hour, minute, second;
    uint32_t nanos;
    if (!part(arg[0], 0, 23, &hour) || !part(arg[1], 0, 59, &minute) || arg[2].kind != FEEL_NUMBER ||
        !number_split(arg[2], &second, &nanos) || second < 0 || second > 59)
        return vm_refuse(vm, "there is no such time");
    struct feel_value v = time_of_day(hour * 3600 + minute * 60 + second, nanos);
    if (count < 4 || arg[3].kind == FEEL_NULL) return v;
    if (arg[3].kind != FEEL_DAYS_TIME || arg[3].count || time_word(arg[3]) > 18 * 3600 ||
        time_word(arg[3]) < -18 * 3600)
        return vm_refuse(vm, "the offset must be a duration of at most 18 hours");
    return time_with_offset(v, (int32_t)time_word(arg[3]));
}

BUILTIN_BODY(time)
{
    if (count >= 3) return time_of_parts(vm, arg, count);
    struct feel_value from = builtin_single(arg[0]);
    if (from.kind == FEEL_STRING) return prefixed(vm, time_parse_time(vm_arena(vm), from.text));
    if (from.kind == FEEL_TIME) return from;
    /* A date's midnight is taken as UTC (DMN 1.5 §10.3.4.1). */
    if (from.kind == FEEL_DATE) return time_with_offset(time_of_day(0, 0), 0);
    if (from.kind == FEEL_DATE_TIME) {
        int64_t clock = time_word(from) - time_days_of(from) * DAY_SECONDS;
        return time_with_zone_of(time_of_day(clock, from.count), from);
    }
    return cannot_be(vm, from, "a time");
}

static struct feel_value zoned(struct feel_vm *vm, struct feel_value v, struct feel_value zone)
{
    if (zone.kind == FEEL_NULL) return v;
    if (zone.kind == FEEL_DAYS_TIME && !zone.count && time_word(zone) <= 18 * 3600 && time_word(zone) >= -18 * 3600)
        return time_with_offset(v, (int32_t)time_word(zone));
    if (zone.kind != FEEL_STRING) return vm_refuse(vm, "the zone must be an offset or a zone's name");
    struct arena *a = vm_arena(vm);
    struct feel_value t = time_parse_time(a, arena_printf(a, "00:00:00@" STR_FORMAT, STR_ARGS(zone.text)));
    return t.kind == FEEL_NULL ? vm_refuse(vm, "there is no time zone \"" STR_FORMAT "\"", STR_ARGS(zone.text))
                               : time_with_zone_of(v, t);
}

BUILTIN_BODY(date_and_time)
{
    if (count >= 6) {
        struct feel_value day = date_of_parts(vm, arg), clock = time_of_parts(vm, arg + 3, 3);
        if (day.kind == FEEL_NULL || clock.kind == FEEL_NULL) return day.kind == FEEL_NULL ? day : clock;
        struct feel_value v = time_date_time(time_word(day) * DAY_SECONDS + time_word(clock), clock.count);
        return count > 6 ? zoned(vm, v, arg[6]) : v;
    }
    struct feel_value from = builtin_single(arg[0]), second = count > 1 ? builtin_single(arg[1]) : feel_null();
    if (count == 1) {
        if (from.kind == FEEL_STRING) return prefixed(vm, time_parse_date_time(vm_arena(vm), from.text));
        if (from.kind == FEEL_DATE_TIME) return from;
        if (from.kind == FEEL_DATE) return time_midnight_utc(from);
        return cannot_be(vm, from, "a date and time");
    }
    if (from.kind != FEEL_DATE && from.kind != FEEL_DATE_TIME) return cannot_be(vm, from, "a date");
    if (second.kind == FEEL_STRING) {
        if (from.kind == FEEL_DATE) from = time_date_time(time_word(from) * DAY_SECONDS, 0);
        return zoned(vm, from, second);
    }
    if (second.kind != FEEL_TIME) return cannot_be(vm, second, "a time");
    return time_with_zone_of(time_date_time(time_days_of(from) * DAY_SECONDS + time_word(second), second.count),
                             second);
}

BUILTIN_BODY(duration)
{
    (void)count;
    return prefixed(vm, time_parse_duration(vm_arena(vm), arg[0].text));
}

BUILTIN_BODY(years_and_months_duration)
{
    (void)count;
    struct feel_value from = builtin_single(arg[0]), to = builtin_single(arg[1]);
    if ((from.kind != FEEL_DATE && from.kind != FEEL_DATE_TIME) || (to.kind != FEEL_DATE && to.kind != FEEL_DATE_TIME))
        return vm_refuse(vm, "it takes two dates, or dates and times");
    int64_t y1, y2;
    int m1, m2, d1, d2;
    civil_from_days(time_days_of(from), &y1, &m1, &d1);
    civil_from_days(time_days_of(to), &y2, &m2, &d2);
    int64_t months = (y2 - y1) * 12 + m2 - m1;
    if (months > 0 && d2 < d1) months--;
    if (months < 0 && d2 > d1) months++;
    return time_months(months);
}

BUILTIN_BODY(is)
{
    (void)vm, (void)count;
    struct feel_value x = arg[0], y = arg[1];
    if (x.kind != y.kind) return feel_boolean(false);
    if (x.kind == FEEL_TIME || x.kind == FEEL_DATE_TIME) {
        return feel_boolean(time_same_zone(x, y) && x.word[0] == y.word[0] && x.count == y.count);
    }
    return feel_boolean(feel_same(x, y));
}

BUILTIN_BODY(day_of_year)
{
    int64_t year, days = time_days_of(arg[0]);
    int month, day;
    (void)vm, (void)count;
    civil_from_days(days, &year, &month, &day);
    return feel_int(days - civil_days(year, 1, 1) + 1);
}
BUILTIN_BODY(day_of_week)
{
    static const str names[] = {STR_INIT("Monday"), STR_INIT("Tuesday"),  STR_INIT("Wednesday"), STR_INIT("Thursday"),
                                STR_INIT("Friday"), STR_INIT("Saturday"), STR_INIT("Sunday")};
    (void)vm, (void)count;
    return feel_string(names[civil_weekday(time_days_of(arg[0])) - 1]);
}
BUILTIN_BODY(month_of_year)
{
    static const str names[] = {STR_INIT("January"), STR_INIT("February"), STR_INIT("March"),
                                STR_INIT("April"),   STR_INIT("May"),      STR_INIT("June"),
                                STR_INIT("July"),    STR_INIT("August"),   STR_INIT("September"),
                                STR_INIT("October"), STR_INIT("November"), STR_INIT("December")};
    int64_t year;
    int month, day;
    (void)vm, (void)count;
    civil_from_days(time_days_of(arg[0]), &year, &month, &day);
    return feel_string(names[month - 1]);
}
BUILTIN_BODY(week_of_year)
{
    /* The week is that of its Thursday. */
    int64_t days = time_days_of(arg[0]), thursday = days - civil_weekday(days) + 4, year;
    int month, day;
    (void)vm, (void)count;
    civil_from_days(thursday, &year, &month, &day);
    return feel_int((thursday - civil_days(year, 1, 1)) / 7 + 1);
}

static struct feel_value clock_now(struct feel_vm *vm)
{
    const struct feel_env *env = vm_env(vm);
    int32_t east = env->zone ? zone_offset_at(env->zone, env->now) : 0;
    return time_with_offset(time_date_time(env->now + east, 0), east);
}
BUILTIN_BODY(now)
{
    (void)arg, (void)count;
    return clock_now(vm);
}
BUILTIN_BODY(today)
{
    (void)arg, (void)count;
    return feel_date(vm_env(vm)->has_today ? vm_env(vm)->today : time_days_of(clock_now(vm)));
}
