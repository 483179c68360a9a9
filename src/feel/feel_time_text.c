/* SPDX-License-Identifier: Apache-2.0 */
/* Temporal values from text, and as text. */
#include "feel_time.h"

#include "base_utf8.h"

static bool digits(str *s, size_t least, size_t most, int64_t *out)
{
    size_t n = 0;
    *out = 0;
    while (n < s->n && n < most && s->p[n] >= '0' && s->p[n] <= '9') *out = *out * 10 + (s->p[n++] - '0');
    if (n < least) return false;
    *s = str_from(*s, n);
    return true;
}
static bool take(str *s, char c)
{
    if (!s->n || s->p[0] != c) return false;
    *s = str_from(*s, 1);
    return true;
}
/* Digits behind a point, as nanoseconds; more than nine are cut. */
static bool fraction(str *s, uint32_t *nanos)
{
    *nanos = 0;
    if (!take(s, '.')) return true;
    size_t n = 0;
    uint32_t scale = NANO / 10;
    for (; n < s->n && s->p[n] >= '0' && s->p[n] <= '9'; n++, scale /= 10) *nanos += (uint32_t)(s->p[n] - '0') * scale;
    *s = str_from(*s, n);
    return true;
}

static struct feel_value no_such(struct arena *a, const char *what, str s)
{
    return feel_null_because(arena_printf(a, "\"" STR_FORMAT "\" is not a %s", STR_ARGS(utf8_cut(s, 80)), what));
}

static bool scan_date(str *s, int64_t *days)
{
    bool negative = take(s, '-');
    str start = *s;
    int64_t year, month, day;
    if (!digits(s, 4, 9, &year)) return false;
    if (start.n - s->n > 4 && start.p[0] == '0') return false;
    if (negative) year = -year;
    if (!take(s, '-') || !digits(s, 2, 2, &month) || !take(s, '-') || !digits(s, 2, 2, &day)) return false;
    if (!civil_valid(year, (int)month, (int)day)) return false;
    *days = civil_days(year, (int)month, (int)day);
    return true;
}

static bool scan_offset(str *s, struct feel_value *v)
{
    if (take(s, 'Z') || take(s, 'z')) {
        *v = time_with_offset(*v, 0);
        return true;
    }
    int sign = s->n && s->p[0] == '-' ? -1 : 1;
    if (!take(s, '+') && !take(s, '-')) return false;
    int64_t hours, minutes, seconds = 0;
    if (!digits(s, 2, 2, &hours) || !take(s, ':') || !digits(s, 2, 2, &minutes)) return false;
    if (take(s, ':') && !digits(s, 2, 2, &seconds)) return false;
    if (hours > 18 || minutes > 59 || seconds > 59 || (hours == 18 && (minutes || seconds))) return false;
    *v = time_with_offset(*v, (int32_t)(sign * (hours * 3600 + minutes * 60 + seconds)));
    return true;
}

static bool scan_zone(struct arena *a, str *s, struct feel_value *v)
{
    if (!s->n) return true;
    if (take(s, '@')) {
        const struct zone *zone;
        struct err ignored;
        if (!s->n || zone_load(a, *s, &zone, &ignored) < 0) return false;
        struct feel_zone *z = arena_alloc(a, sizeof *z);
        *z = (struct feel_zone){arena_copy(a, *s), zone};
        v->flag = ZONE_NAMED, v->word[1] = (uintptr_t)z;
        *s = STR_NONE;
        return true;
    }
    return scan_offset(s, v);
}

static bool scan_time(struct arena *a, str *s, struct feel_value *v)
{
    int64_t hours, minutes, seconds;
    uint32_t nanos;
    if (!digits(s, 2, 2, &hours) || !take(s, ':') || !digits(s, 2, 2, &minutes) || !take(s, ':') ||
        !digits(s, 2, 2, &seconds))
        return false;
    if (s->n && s->p[0] == '.' && (s->n < 2 || s->p[1] < '0' || s->p[1] > '9')) return false;
    if (!fraction(s, &nanos)) return false;
    if (hours > 24 || minutes > 59 || seconds > 59 || (hours == 24 && (minutes || seconds || nanos))) return false;
    *v = time_of_day(hours * 3600 + minutes * 60 + seconds, nanos);
    return scan_zone(a, s, v) && !s->n;
}

struct feel_value time_parse_date(struct arena *a, str s)
{
    str rest = s;
    int64_t days;
    struct feel_value zoned;                           /* XML Schema lets a date have a zone; a date of FEEL has none */
    if (civil_parse(s, &days)) return feel_date(days); /* the common form */
    if (!scan_date(&rest, &days) || (rest.n && !scan_offset(&rest, &zoned)) || rest.n) return no_such(a, "date", s);
    return feel_date(days);
}

struct feel_value time_parse_time(struct arena *a, str s)
{
    str rest = s;
    struct feel_value v;
    if (!scan_time(a, &rest, &v)) return no_such(a, "time", s);
    v.word[0] %= DAY_SECONDS;
    return v;
}

struct feel_value time_parse_date_time(struct arena *a, str s)
{
    str rest = s;
    int64_t days;
    if (!scan_date(&rest, &days)) return no_such(a, "date and time", s);
    struct feel_value v = time_date_time(days * DAY_SECONDS, 0);
    str zone = rest;
    if (!rest.n || (scan_offset(&zone, &v) && !zone.n)) return v;
    if (!take(&rest, 'T') || !scan_time(a, &rest, &v)) return no_such(a, "date and time", s);
    v.kind = FEEL_DATE_TIME;
    v.word[0] += (uint64_t)(days * DAY_SECONDS);
    return v;
}

static bool add_part(int64_t *sum, int64_t n, int64_t unit)
{
    int64_t product;
    return !__builtin_mul_overflow(n, unit, &product) && !__builtin_add_overflow(*sum, product, sum);
}

struct feel_value time_parse_duration(struct arena *a, str s)
{
    static const struct {
        char letter;
        bool months, after_t;
        int64_t unit;
    } units[] = {{'Y', true, false, 12},   {'M', true, false, 1},  {'D', false, false, DAY_SECONDS},
                 {'H', false, true, 3600}, {'M', false, true, 60}, {'S', false, true, 1}};
    str rest = s;
    bool negative = take(&rest, '-'), months = false, days = false, after_t = false;
    int64_t sum = 0;
    uint32_t nanos = 0;
    size_t next = 0;
    if (!take(&rest, 'P') || !rest.n) return no_such(a, "duration", s);
    while (rest.n) {
        if (!after_t && take(&rest, 'T')) after_t = true;
        int64_t n;
        if (!digits(&rest, 1, 18, &n) || !rest.n) return no_such(a, "duration", s);
        if (rest.p[0] == '.' && (!after_t || !fraction(&rest, &nanos) || !rest.n || rest.p[0] != 'S'))
            return no_such(a, "duration", s);
        size_t u = next;
        while (u < ARRAY_COUNT(units) && (units[u].letter != rest.p[0] || units[u].after_t != after_t)) u++;
        if (u == ARRAY_COUNT(units) || !add_part(&sum, n, units[u].unit)) return no_such(a, "duration", s);
        units[u].months ? (months = true) : (days = true);
        next = u + 1;
        rest = str_from(rest, 1);
        if (rest.n && after_t && rest.p[0] == 'T') return no_such(a, "duration", s);
    }
    if (months == days || s.p[s.n - 1] == 'T') return no_such(a, "duration", s);
    if (months) return time_months(negative ? -sum : sum);
    struct feel_value v = time_days(sum, nanos);
    return negative ? time_negate(v) : v;
}

struct feel_value time_parse_any(struct arena *a, str s)
{
    str rest = s;
    if (rest.n && (rest.p[0] == 'P' || (rest.n > 1 && rest.p[0] == '-' && rest.p[1] == 'P')))
        return time_parse_duration(a, s);
    if (str_find_char(s, 'T') != STR_NOT_FOUND && str_find_char(s, 'T') > 8) return time_parse_date_time(a, s);
    if (s.n > 2 && s.p[2] == ':') return time_parse_time(a, s);
    struct feel_value v = time_parse_date(a, s);
    return v.kind == FEEL_DATE ? v : no_such(a, "date, time, date and time or duration", s);
}

static void emit_nanos(struct buf *out, uint32_t nanos)
{
    if (!nanos) return;
    int places = 9;
    while (nanos % 10 == 0) nanos /= 10, places--;
    buf_printf(out, ".%0*u", places, nanos);
}

static void emit_day(struct buf *out, int64_t days)
{
    int64_t year;
    int month, day;
    civil_from_days(days, &year, &month, &day);
    buf_printf(out, "%s%04lld-%02d-%02d", year < 0 ? "-" : "", (long long)(year < 0 ? -year : year), month, day);
}

static void emit_clock(struct buf *out, struct feel_value v, int64_t seconds)
{
    buf_printf(out, "%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
    emit_nanos(out, v.count);
    if (v.flag == ZONE_NAMED) {
        buf_char(out, '@');
        buf_str(out, time_zone_of(v)->name);
    } else if (v.flag == ZONE_OFFSET) {
        int32_t east = (int32_t)(int64_t)v.word[1], size = east < 0 ? -east : east;
        if (!east)
            buf_char(out, 'Z');
        else
            buf_printf(out, "%c%02d:%02d", east < 0 ? '-' : '+', size / 3600, size / 60 % 60);
        if (size % 60) buf_printf(out, ":%02d", size % 60);
    }
}

static void emit_days_time(struct buf *out, struct feel_value v)
{
    bool negative = time_word(v) < 0;
    if (negative) v = time_negate(v), buf_char(out, '-');
    uint64_t seconds = v.word[0], days = seconds / DAY_SECONDS;
    seconds %= DAY_SECONDS;
    buf_char(out, 'P');
    if (days) buf_printf(out, "%lluD", (unsigned long long)days);
    if (!seconds && !v.count) {
        if (!days) buf_text(out, "T0S");
        return;
    }
    buf_char(out, 'T');
    if (seconds / 3600) buf_printf(out, "%dH", (int)(seconds / 3600));
    if (seconds / 60 % 60) buf_printf(out, "%dM", (int)(seconds / 60 % 60));
    if (seconds % 60 || v.count) {
        buf_printf(out, "%d", (int)(seconds % 60));
        emit_nanos(out, v.count);
        buf_char(out, 'S');
    }
}

void time_emit(struct buf *out, struct feel_value v)
{
    if (v.kind == FEEL_DATE) emit_day(out, time_word(v));
    if (v.kind == FEEL_TIME) emit_clock(out, v, time_word(v));
    if (v.kind == FEEL_DATE_TIME) {
        emit_day(out, time_days_of(v));
        buf_char(out, 'T');
        emit_clock(out, v, time_word(v) - time_days_of(v) * DAY_SECONDS);
    }
    if (v.kind == FEEL_DAYS_TIME) emit_days_time(out, v);
    if (v.kind == FEEL_YEARS_MONTHS) {
        int64_t months = time_word(v);
        uint64_t size = months < 0 ? -(uint64_t)months : (uint64_t)months;
        buf_text(out, months < 0 ? "-P" : "P");
        if (size / 12) buf_printf(out, "%lluY", (unsigned long long)(size / 12));
        if (size % 12 || !size) buf_printf(out, "%lluM", (unsigned long long)(size % 12));
    }
}
