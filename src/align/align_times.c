/* SPDX-License-Identifier: Apache-2.0 */
#include "align_times.h"

#include "base_file.h"
#include "base_map.h"
#include "base_time.h"
#include "feel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MONTHS_FILLED = 240, MONTHS = 12, KEY_BYTES = 1 << 20 };

struct bucket {
    struct decision_times sums;
    VEC(double) days;
    VEC(struct zone_count) zones;
    VEC(uint64_t) ids; /* ascending; twice TIMES_SHOWN at most */
};
struct times {
    struct arena *a;
    struct map places;
    struct buf key;
    VEC(struct bucket *) groups;
};

struct times *times_new(struct arena *a)
{
    struct times *t = arena_zalloc(a, sizeof *t);
    t->a = a;
    map_init(&t->places);
    buf_init(&t->key, KEY_BYTES);
    return t;
}

void times_release(struct times *t)
{
    map_release(&t->places);
    buf_release(&t->key);
}

static struct bucket *bucket_of(struct times *t, const char *by, str name)
{
    bool is_new;
    buf_clear(&t->key);
    buf_printf(&t->key, "%s " STR_FORMAT, by, STR_ARGS(name));
    const uint64_t *there = map_get(&t->places, buf_get(&t->key));
    if (there) return t->groups.items[*there];
    *map_put(&t->places, buf_copy(&t->key, t->a), &is_new) = t->groups.count;
    struct bucket *b = arena_zalloc(t->a, sizeof *b);
    b->sums.by = str_of(by), b->sums.name = arena_copy(t->a, name);
    b->sums.effort = (struct request_effort){NAN, NAN, NAN, NAN};
    *vec_add(t->a, &t->groups) = b;
    return b;
}

static void add_known(double *sum, double x)
{
    if (!isnan(x)) *sum = isnan(*sum) ? x : *sum + x;
}

static void add_id(struct times *t, struct bucket *b, uint64_t id)
{
    if (b->ids.count == 2 * (size_t)TIMES_SHOWN) {
        memmove(b->ids.items, b->ids.items + TIMES_SHOWN, TIMES_SHOWN * sizeof *b->ids.items);
        b->ids.count = TIMES_SHOWN;
    }
    *vec_add(t->a, &b->ids) = id;
}

static void add_zone(struct times *t, struct bucket *b, str zone)
{
    VEC_EACH(z, &b->zones)
        if (str_eq(z->zone, zone)) {
            z->requests++;
            return;
        }
    *vec_add(t->a, &b->zones) = (struct zone_count){arena_copy(t->a, zone), 1};
}

static void add_to(struct times *t, const char *by, str name, const struct timed_request *x)
{
    if (!name.n) return;
    struct bucket *b = bucket_of(t, by, name);
    struct decision_times *s = &b->sums;
    s->requests++;
    s->waiting += x->waits && !x->decided;
    add_known(&s->effort.marketing_hours, x->effort.marketing_hours);
    add_known(&s->effort.it_hours, x->effort.it_hours);
    add_known(&s->effort.budget, x->effort.budget), add_known(&s->effort.used, x->effort.used);
    add_zone(t, b, x->zone), add_id(t, b, x->id);
    if (!x->decided) return;
    s->decided++;
    s->at_once += x->at_once;
    *vec_add(t->a, &b->days) = (double)(x->day - x->asked);
    if (!(x->due > 0)) return;
    s->promised++;
    s->kept += (double)civil_working_days(x->asked, x->day) <= x->due;
}

static str month_name(struct arena *a, int64_t month)
{
    return arena_printf(a, "%04lld-%02lld", (long long)(month / MONTHS), (long long)(month % MONTHS) + 1);
}

static int64_t month_of(int64_t day)
{
    int64_t year;
    int month, of_month;
    civil_from_days(day, &year, &month, &of_month);
    return year * MONTHS + month - 1;
}

void times_add(struct times *t, const struct timed_request *x)
{
    add_to(t, "all", STR("requests"), x);
    add_to(t, "zone", x->zone, x), add_to(t, "extent", x->extent, x);
    add_to(t, "side", x->side, x), add_to(t, "team", x->team, x), add_to(t, "kind", x->kind, x);
    add_to(t, "month", month_name(t->a, month_of(x->asked)), x);
}

/* ---- The result ---- */

static bool read_month(const struct decision_times *t, int64_t *month)
{
    int64_t day;
    char text[16];
    if (!str_eq(t->by, STR("month")) || t->name.n != 7) return false;
    memcpy(text, t->name.p, t->name.n), memcpy(text + t->name.n, "-01", sizeof "-01");
    if (!civil_parse(str_of(text), &day)) return false;
    return *month = month_of(day), true;
}

/* So that a month in which nobody asked shows as what it was. */
static void fill_months(struct times *t)
{
    int64_t first = INT64_MAX, last = INT64_MIN, month;
    VEC_EACH(b, &t->groups) {
        if (!read_month(&(*b)->sums, &month)) continue;
        first = month < first ? month : first, last = month > last ? month : last;
    }
    if (last - MONTHS_FILLED > first) return;
    for (month = first; month <= last; month++) bucket_of(t, "month", month_name(t->a, month));
}

static int by_number(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static int by_group(const void *x, const void *y)
{
    static const char *const order[] = {"all", "zone", "extent", "side", "team", "kind", "month"};
    const struct decision_times *a = x, *b = y;
    size_t place[2] = {0, 0};
    for (size_t i = 0; i < ARRAY_COUNT(order); i++) {
        if (str_eq(a->by, str_of(order[i]))) place[0] = i;
        if (str_eq(b->by, str_of(order[i]))) place[1] = i;
    }
    if (place[0] != place[1]) return place[0] < place[1] ? -1 : 1;
    return str_cmp(a->name, b->name);
}

static void finish(struct times *t, struct bucket *b, struct decision_times *out)
{
    size_t n = b->days.count, shown = b->ids.count < TIMES_SHOWN ? b->ids.count : TIMES_SHOWN;
    uint64_t *ids = arena_array(t->a, shown + 1, sizeof *ids);
    if (n) qsort(b->days.items, n, sizeof *b->days.items, by_number);
    for (size_t i = 0; i < shown; i++) ids[i] = b->ids.items[b->ids.count - 1 - i];
    *out = b->sums;
    out->median = n ? (b->days.items[(n - 1) / 2] + b->days.items[n / 2]) / 2 : NAN;
    out->ninetieth = n ? b->days.items[(n * 9 + 9) / 10 - 1] : NAN; /* nearest rank */
    out->zones = b->zones.items, out->zone_count = b->zones.count;
    out->ids = ids, out->id_count = shown;
}

const struct decision_times *times_end(struct times *t, size_t *count)
{
    fill_months(t);
    *count = t->groups.count;
    struct decision_times *out = arena_array(t->a, *count + 1, sizeof *out);
    for (size_t i = 0; i < *count; i++) finish(t, t->groups.items[i], &out[i]);
    if (*count) qsort(out, *count, sizeof *out, by_group);
    return out;
}

/* ---- As data ---- */

static struct feel_value number_of(double x)
{
    enum { CENTS = 100 };
    x = round(x * CENTS) / CENTS;
    return floor(x) == x && fabs(x) < 1e15 ? feel_int((int64_t)x) : feel_double(x);
}

static void put_number(struct json_writer *w, const char *key, double x)
{
    json_key(w, str_of(key));
    isnan(x) ? json_null(w) : feel_emit_json(w, number_of(x));
}

static void put_money(struct json_writer *w, const char *key, double x, str currency)
{
    json_key(w, str_of(key));
    if (isnan(x)) {
        json_null(w);
        return;
    }
    json_object(w);
    put_number(w, "amount", x);
    json_key(w, STR("currency")), json_string(w, currency);
    json_object_end(w);
}

void times_emit_json(struct json_writer *w, const struct decision_times *times, size_t count, str currency)
{
    json_array(w);
    for (size_t i = 0; i < count; i++) {
        const struct decision_times *t = &times[i];
        json_object(w);
        json_key(w, STR("by")), json_string(w, t->by);
        json_key(w, STR("name")), json_string(w, t->name);
        json_key(w, STR("requests")), json_int(w, (int64_t)t->requests);
        json_key(w, STR("waiting")), json_int(w, (int64_t)t->waiting);
        json_key(w, STR("decided")), json_int(w, (int64_t)t->decided);
        json_key(w, STR("at_once")), json_int(w, (int64_t)t->at_once);
        put_number(w, "median_days", t->median), put_number(w, "ninetieth_days", t->ninetieth);
        json_key(w, STR("promised")), json_int(w, (int64_t)t->promised);
        json_key(w, STR("kept")), json_int(w, (int64_t)t->kept);
        put_number(w, "marketing_hours", t->effort.marketing_hours), put_number(w, "it_hours", t->effort.it_hours);
        put_money(w, "budget", t->effort.budget, currency), put_money(w, "budget_used", t->effort.used, currency);
        json_key(w, STR("zones"));
        json_object(w);
        for (size_t z = 0; z < t->zone_count; z++)
            json_key(w, t->zones[z].zone), json_int(w, (int64_t)t->zones[z].requests);
        json_object_end(w);
        json_object_end(w);
    }
    json_array_end(w);
}

static void put_cell(struct buf *out, double x)
{
    buf_char(out, ',');
    if (!isnan(x)) feel_emit_plain(out, number_of(x));
}

void times_emit_csv(struct buf *out, const struct decision_times *times, size_t count, str currency)
{
    buf_printf(out,
               "by,name,requests,waiting,decided,at once,median days,ninetieth days,promised,kept,marketing hours,it "
               "hours,budget " STR_FORMAT ",budget used " STR_FORMAT "\r\n",
               STR_ARGS(currency), STR_ARGS(currency));
    for (size_t i = 0; i < count; i++) {
        const struct decision_times *t = &times[i];
        csv_emit_field(out, t->by, ',', true);
        buf_char(out, ',');
        csv_emit_field(out, t->name, ',', true);
        buf_printf(out, ",%llu,%llu,%llu,%llu", (unsigned long long)t->requests, (unsigned long long)t->waiting,
                   (unsigned long long)t->decided, (unsigned long long)t->at_once);
        put_cell(out, t->median), put_cell(out, t->ninetieth);
        buf_printf(out, ",%llu,%llu", (unsigned long long)t->promised, (unsigned long long)t->kept);
        put_cell(out, t->effort.marketing_hours), put_cell(out, t->effort.it_hours);
        put_cell(out, t->effort.budget), put_cell(out, t->effort.used);
        buf_text(out, "\r\n");
    }
}
