/* SPDX-License-Identifier: Apache-2.0 */
#include "feel_time.h"

#include "base_utf8.h"
#include "feel_number.h"
#include "feel_value.h"

#include <assert.h>

enum { YEAR_LIMIT = 999999999 };

struct feel_value feel_date(int64_t days)
{
    struct feel_value v = {.kind = FEEL_DATE};
    v.word[0] = (uint64_t)days, v.word[1] = 0;
    return v;
}
static struct feel_value temporal(enum feel_kind kind, int64_t word, uint32_t nanos)
{
    struct feel_value v = {.kind = (uint8_t)kind, .count = nanos};
    v.word[0] = (uint64_t)word, v.word[1] = 0;
    return v;
}
struct feel_value time_of_day(int64_t seconds, uint32_t nanos) { return temporal(FEEL_TIME, seconds, nanos); }
struct feel_value time_date_time(int64_t wall, uint32_t nanos) { return temporal(FEEL_DATE_TIME, wall, nanos); }
struct feel_value time_days(int64_t seconds, uint32_t nanos) { return temporal(FEEL_DAYS_TIME, seconds, nanos); }
struct feel_value time_months(int64_t months) { return temporal(FEEL_YEARS_MONTHS, months, 0); }

struct feel_value time_with_zone_of(struct feel_value v, struct feel_value zone)
{
    v.flag = zone.flag, v.word[1] = zone.word[1];
    return v;
}
struct feel_value time_with_offset(struct feel_value v, int32_t east)
{
    v.flag = ZONE_OFFSET, v.word[1] = (uint64_t)(int64_t)east;
    return v;
}
static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }
static int64_t floor_mod(int64_t a, int64_t b) { return a - b * floor_div(a, b); }

int64_t time_days_of(struct feel_value v)
{
    return v.kind == FEEL_DATE ? time_word(v) : floor_div(time_word(v), DAY_SECONDS);
}
bool feel_to_days(struct feel_value v, int64_t *days)
{
    if (v.kind != FEEL_DATE && v.kind != FEEL_DATE_TIME) return false;
    *days = time_days_of(v);
    return true;
}

/* ---- Order ---------------------------------------------------------------------------------------------------------
 */

bool time_has_offset(struct feel_value v, int32_t *east)
{
    if (v.flag == ZONE_NONE) return false;
    if (v.flag == ZONE_OFFSET) *east = (int32_t)(int64_t)v.word[1];
    /* A time of day in a named zone has no date: the offset of the zone's standard time in 1970 would be a guess, but
     * two such times must compare. */
    else
        *east = zone_offset_local(time_zone_of(v)->zone, time_word(v));
    return true;
}

bool time_same_zone(struct feel_value a, struct feel_value b)
{
    if (a.flag != b.flag) return false;
    return a.flag == ZONE_NAMED ? str_eq(time_zone_of(a)->name, time_zone_of(b)->name) : a.word[1] == b.word[1];
}

bool time_cmp(struct feel_value a, struct feel_value b, int *order)
{
    int64_t x = time_word(a), y = time_word(b);
    if (a.kind == FEEL_TIME || a.kind == FEEL_DATE_TIME) {
        int32_t east_a = 0, east_b = 0;
        if (time_has_offset(a, &east_a) != time_has_offset(b, &east_b)) return false;
        x -= east_a, y -= east_b;
    }
    if (x == y) x = a.count, y = b.count;
    *order = (x > y) - (x < y);
    return true;
}

int time_cmp_clocks(struct feel_value a, struct feel_value b)
{
    int64_t x = time_word(a), y = time_word(b);
    if (x == y) x = a.count, y = b.count;
    return (x > y) - (x < y);
}

struct feel_value time_midnight_utc(struct feel_value date)
{
    return time_with_offset(time_date_time(time_word(date) * DAY_SECONDS, 0), 0);
}

/* ---- Arithmetic (DMN 1.5, table 60) --------------------------------------------------------------------------------
 */

static struct feel_value out_of_range(void)
{
    return feel_null_because(STR("the result is out of the calendar's range"));
}

static struct feel_value checked(struct feel_value v)
{
    int64_t limit = (int64_t)YEAR_LIMIT * 366;
    if (v.kind == FEEL_DATE || v.kind == FEEL_DATE_TIME) {
        int64_t days = time_days_of(v);
        if (days > limit || days < -limit) return out_of_range();
        int64_t year;
        int month, day;
        civil_from_days(days, &year, &month, &day);
        if (year > YEAR_LIMIT || year < -YEAR_LIMIT) return out_of_range();
    }
    return v;
}

static struct feel_value no_rule(struct arena *a, const char *act, struct feel_value x, struct feel_value y)
{
    return feel_null_because(arena_printf(a, "%s: %s and %s don't go together", act,
                                          feel_kind_words((enum feel_kind)x.kind),
                                          feel_kind_words((enum feel_kind)y.kind)));
}

static struct feel_value add_months(struct feel_value v, int64_t months)
{
    int64_t days = time_days_of(v), clock = v.kind == FEEL_DATE ? 0 : floor_mod(time_word(v), DAY_SECONDS), year, total;
    int month, day;
    civil_from_days(days, &year, &month, &day);
    if (__builtin_add_overflow(year * 12 + month - 1, months, &total)) return out_of_range();
    year = floor_div(total, 12), month = (int)floor_mod(total, 12) + 1;
    if (year > YEAR_LIMIT || year < -YEAR_LIMIT) return out_of_range();
    int last = civil_days_in_month(year, month);
    days = civil_days(year, month, day < last ? day : last);
    v.word[0] = (uint64_t)(v.kind == FEEL_DATE ? days : days * DAY_SECONDS + clock);
    return v;
}

static struct feel_value add_days_time(struct feel_value v, struct feel_value d)
{
    int64_t seconds = v.kind == FEEL_DATE ? 0 : time_word(v);
    if (v.kind == FEEL_DATE) {
        /* A date has no clock: the duration moves its midnight, and the day it falls on counts. */
        if (__builtin_mul_overflow(time_word(v), (int64_t)DAY_SECONDS, &seconds)) return out_of_range();
    }
    /* On the time line, not on the clock: where a zone's clocks change, the hours that pass count. */
    bool zoned = v.kind == FEEL_DATE_TIME && v.flag == ZONE_NAMED;
    if (zoned) seconds -= zone_offset_local(time_zone_of(v)->zone, seconds);
    if (__builtin_add_overflow(seconds, time_word(d), &seconds)) return out_of_range();
    uint32_t nanos = (v.kind == FEEL_DATE ? 0 : v.count) + d.count;
    if (nanos >= NANO) nanos -= NANO, seconds++;
    if (zoned) seconds += zone_offset_at(time_zone_of(v)->zone, seconds);
    if (v.kind == FEEL_DATE) return checked(feel_date(floor_div(seconds, DAY_SECONDS)));
    if (v.kind == FEEL_TIME) seconds = floor_mod(seconds, DAY_SECONDS);
    v.word[0] = (uint64_t)seconds, v.count = nanos;
    return checked(v);
}

struct feel_value time_negate(struct feel_value v)
{
    int64_t n = time_word(v);
    if (n == INT64_MIN) return out_of_range();
    if (v.kind == FEEL_YEARS_MONTHS) return time_months(-n);
    return v.count ? time_days(-n - 1, NANO - v.count) : time_days(-n, 0);
}

struct feel_value time_add(struct arena *a, struct feel_value x, struct feel_value y)
{
    bool x_duration = x.kind == FEEL_DAYS_TIME || x.kind == FEEL_YEARS_MONTHS;
    bool y_duration = y.kind == FEEL_DAYS_TIME || y.kind == FEEL_YEARS_MONTHS;
    if (x_duration && !y_duration) {
        struct feel_value swap = x;
        x = y, y = swap;
    }
    if (x.kind == FEEL_YEARS_MONTHS && y.kind == FEEL_YEARS_MONTHS) {
        int64_t sum;
        return __builtin_add_overflow(time_word(x), time_word(y), &sum) ? out_of_range() : time_months(sum);
    }
    if (y.kind == FEEL_YEARS_MONTHS && (x.kind == FEEL_DATE || x.kind == FEEL_DATE_TIME))
        return add_months(x, time_word(y));
    if (y.kind == FEEL_DAYS_TIME &&
        (x.kind == FEEL_DATE || x.kind == FEEL_DATE_TIME || x.kind == FEEL_TIME || x.kind == FEEL_DAYS_TIME))
        return add_days_time(x, y);
    return no_rule(a, "addition", x, y);
}

/* The instant in seconds; wall clock where there is no zone. */
static int64_t instant(struct feel_value v)
{
    int32_t east = 0;
    time_has_offset(v, &east);
    return time_word(v) - east;
}

struct feel_value time_sub(struct arena *a, struct feel_value x, struct feel_value y)
{
    bool y_duration = y.kind == FEEL_DAYS_TIME || y.kind == FEEL_YEARS_MONTHS;
    bool x_duration = x.kind == FEEL_DAYS_TIME || x.kind == FEEL_YEARS_MONTHS;
    if (y_duration && (!x_duration || x.kind == y.kind) && time_is_temporal(x)) {
        struct feel_value negative = time_negate(y);
        return negative.kind == FEEL_NULL ? negative : time_add(a, x, negative);
    }
    bool days = (x.kind == FEEL_DATE || x.kind == FEEL_DATE_TIME) && (y.kind == FEEL_DATE || y.kind == FEEL_DATE_TIME);
    if (days || (x.kind == FEEL_TIME && y.kind == FEEL_TIME)) {
        /* Beside a zone, a date is its midnight UTC (DMN 1.5 §10.3.2.3.6). */
        struct feel_value dx = x, dy = y;
        if (x.kind == FEEL_DATE) dx = time_midnight_utc(x);
        if (y.kind == FEEL_DATE) dy = time_midnight_utc(y);
        if ((dx.flag == ZONE_NONE) != (dy.flag == ZONE_NONE))
            return feel_null_because(STR("one has a time zone, the other has none"));
        int64_t seconds = instant(dx) - instant(dy), nanos = (int64_t)dx.count - dy.count;
        if (x.kind == FEEL_DATE && y.kind == FEEL_DATE) nanos = 0;
        if (nanos < 0) nanos += NANO, seconds--;
        return time_days(seconds, (uint32_t)nanos);
    }
    return no_rule(a, "subtraction", x, y);
}

/* A duration times a number: exact in decimal, nanoseconds cut. */
static struct feel_value scaled(struct feel_value d, struct feel_value factor, bool divide)
{
    struct feel_value n =
        d.kind == FEEL_YEARS_MONTHS ? feel_int(time_word(d)) : number_from_parts(time_word(d), d.count);
    n = divide ? number_div(n, factor) : number_mul(n, factor);
    if (n.kind != FEEL_NUMBER) return n;
    int64_t whole;
    uint32_t nanos;
    if (d.kind == FEEL_YEARS_MONTHS) return number_to_int_cut(n, &whole) ? time_months(whole) : out_of_range();
    return number_split(n, &whole, &nanos) ? time_days(whole, nanos) : out_of_range();
}

struct feel_value time_mul(struct arena *a, struct feel_value x, struct feel_value y)
{
    if ((x.kind == FEEL_DAYS_TIME || x.kind == FEEL_YEARS_MONTHS) && y.kind == FEEL_NUMBER) return scaled(x, y, false);
    if ((y.kind == FEEL_DAYS_TIME || y.kind == FEEL_YEARS_MONTHS) && x.kind == FEEL_NUMBER) return scaled(y, x, false);
    return no_rule(a, "multiplication", x, y);
}

struct feel_value time_div(struct arena *a, struct feel_value x, struct feel_value y)
{
    if ((x.kind == FEEL_DAYS_TIME || x.kind == FEEL_YEARS_MONTHS) && y.kind == FEEL_NUMBER) return scaled(x, y, true);
    if (x.kind == FEEL_YEARS_MONTHS && y.kind == FEEL_YEARS_MONTHS)
        return number_div(feel_int(time_word(x)), feel_int(time_word(y)));
    if (x.kind == FEEL_DAYS_TIME && y.kind == FEEL_DAYS_TIME)
        return number_div(number_from_parts(time_word(x), x.count), number_from_parts(time_word(y), y.count));
    return no_rule(a, "division", x, y);
}

/* ---- Properties (DMN 1.5, table 65) --------------------------------------------------------------------------------
 */

enum property {
    YEAR,
    MONTH,
    DAY,
    WEEKDAY,
    HOUR,
    MINUTE,
    SECOND,
    TIME_OFFSET,
    TIMEZONE,
    YEARS,
    MONTHS,
    DAYS,
    HOURS,
    MINUTES,
    SECONDS
};
#define BIT(kind) (1u << (kind))
static const struct {
    str name;
    uint32_t kinds;
} properties[] = {
    [YEAR] = {STR_INIT("year"), BIT(FEEL_DATE) | BIT(FEEL_DATE_TIME)},
    [MONTH] = {STR_INIT("month"), BIT(FEEL_DATE) | BIT(FEEL_DATE_TIME)},
    [DAY] = {STR_INIT("day"), BIT(FEEL_DATE) | BIT(FEEL_DATE_TIME)},
    [WEEKDAY] = {STR_INIT("weekday"), BIT(FEEL_DATE) | BIT(FEEL_DATE_TIME)},
    [HOUR] = {STR_INIT("hour"), BIT(FEEL_TIME) | BIT(FEEL_DATE_TIME)},
    [MINUTE] = {STR_INIT("minute"), BIT(FEEL_TIME) | BIT(FEEL_DATE_TIME)},
    [SECOND] = {STR_INIT("second"), BIT(FEEL_TIME) | BIT(FEEL_DATE_TIME)},
    [TIME_OFFSET] = {STR_INIT("time offset"), BIT(FEEL_TIME) | BIT(FEEL_DATE_TIME)},
    [TIMEZONE] = {STR_INIT("timezone"), BIT(FEEL_TIME) | BIT(FEEL_DATE_TIME)},
    [YEARS] = {STR_INIT("years"), BIT(FEEL_YEARS_MONTHS)},
    [MONTHS] = {STR_INIT("months"), BIT(FEEL_YEARS_MONTHS)},
    [DAYS] = {STR_INIT("days"), BIT(FEEL_DAYS_TIME)},
    [HOURS] = {STR_INIT("hours"), BIT(FEEL_DAYS_TIME)},
    [MINUTES] = {STR_INIT("minutes"), BIT(FEEL_DAYS_TIME)},
    [SECONDS] = {STR_INIT("seconds"), BIT(FEEL_DAYS_TIME)},
};
static_assert(ARRAY_COUNT(properties) == SECONDS + 1, "a row for each property");

static size_t find_property(enum feel_kind kind, str name)
{
    for (size_t i = 0; i < ARRAY_COUNT(properties); i++)
        if (properties[i].kinds & BIT(kind) && str_eq(properties[i].name, name)) return i;
    return ARRAY_COUNT(properties);
}

bool time_property_name(enum feel_kind kind, size_t i, str *name)
{
    for (size_t k = 0; k < ARRAY_COUNT(properties); k++)
        if (properties[k].kinds & BIT(kind) && i-- == 0) return *name = properties[k].name, true;
    return false;
}

const struct feel_type *time_property_type(enum feel_kind kind, str name)
{
    size_t i = find_property(kind, name);
    if (i == ARRAY_COUNT(properties)) return NULL;
    return i == TIME_OFFSET ? &feel_type_days_time : i == TIMEZONE ? &feel_type_string : &feel_type_number;
}

static struct feel_value date_property(enum property p, int64_t days)
{
    int64_t year;
    int month, day;
    civil_from_days(days, &year, &month, &day);
    return feel_int(p == YEAR ? year : p == MONTH ? month : p == DAY ? day : civil_weekday(days));
}

static struct feel_value zone_property(struct arena *a, enum property p, struct feel_value v)
{
    int32_t east;
    if (p == TIMEZONE) {
        if (v.flag == ZONE_NAMED) return feel_string(time_zone_of(v)->name);
        return feel_null_because(STR("it has no named time zone"));
    }
    (void)a;
    return time_has_offset(v, &east) ? time_days(east, 0) : feel_null_because(STR("it has no time zone"));
}

bool time_property(struct arena *a, struct feel_value v, str name, struct feel_value *out)
{
    size_t i = find_property(v.kind, name);
    if (i == ARRAY_COUNT(properties)) return false;
    int64_t n = time_word(v);
    bool negative = n < 0;
    int64_t clock = floor_mod(n, DAY_SECONDS);
    if (v.kind == FEEL_DAYS_TIME && negative) v = time_negate(v), n = time_word(v);
    int64_t part = 0;
    switch ((enum property)i) {
    case YEAR:
    case MONTH:
    case DAY:
    case WEEKDAY: *out = date_property((enum property)i, time_days_of(v)); return true;
    case TIME_OFFSET:
    case TIMEZONE: *out = zone_property(a, (enum property)i, v); return true;
    case HOUR: part = clock / 3600, negative = false; break;
    case MINUTE: part = clock / 60 % 60, negative = false; break;
    case SECOND: *out = number_from_parts(clock % 60, v.count); return true;
    case YEARS: part = n / 12, negative = false; break;
    case MONTHS: part = n % 12, negative = false; break;
    case DAYS: part = n / DAY_SECONDS; break;
    case HOURS: part = n / 3600 % 24; break;
    case MINUTES: part = n / 60 % 60; break;
    case SECONDS:
        *out = number_from_parts(n % 60, v.count);
        if (negative) *out = number_negate(*out);
        return true;
    }
    *out = feel_int(negative ? -part : part);
    return true;
}
