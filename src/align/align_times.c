/* SPDX-License-Identifier: Apache-2.0 */
#include "align_times.h"

#include "base_file.h"
#include "base_map.h"
#include "base_time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MONTHS_FILLED = 240, MONTHS = 12, KEY_BYTES = 1 << 20 };

struct ordered {
    const char *by;
    str name;
};
struct bucket {
    size_t group, place; /* where it stands: of the bys, among those of the same */
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
    VEC(struct ordered) order;
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

void times_order(struct times *t, const char *by, const struct feel_value *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (names[i].kind == FEEL_STRING)
            *vec_add(t->a, &t->order) = (struct ordered){by, arena_copy(t->a, names[i].text)};
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

/* Behind all that have one, where it has none. */
static size_t place_of(const struct times *t, const char *by, str name)
{
    for (size_t i = 0; i < t->order.count; i++)
        if (!strcmp(t->order.items[i].by, by) && str_eq(t->order.items[i].name, name)) return i;
    return SIZE_MAX;
}

static int by_place(size_t a, size_t b, str x, str y) { return a != b ? (a < b ? -1 : 1) : str_cmp(x, y); }

static int by_group(const void *x, const void *y)
{
    const struct bucket *a = *(struct bucket *const *)x, *b = *(struct bucket *const *)y;
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    return by_place(a->place, b->place, a->sums.name, b->sums.name);
}

static void sort_groups(struct times *t)
{
    static const char *const bys[] = {"all", "zone", "extent", "side", "team", "kind", "month"};
    VEC_EACH(b, &t->groups)
        for (size_t i = 0; i < ARRAY_COUNT(bys); i++)
            if (str_eq((*b)->sums.by, str_of(bys[i])))
                (*b)->group = i, (*b)->place = place_of(t, bys[i], (*b)->sums.name);
    if (t->groups.count) qsort(t->groups.items, t->groups.count, sizeof *t->groups.items, by_group);
}

static void sort_zones(struct times *t, struct zone_count *zones, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct zone_count z = zones[i];
        size_t own = place_of(t, "zone", z.zone), k = i;
        for (; k && by_place(own, place_of(t, "zone", zones[k - 1].zone), z.zone, zones[k - 1].zone) < 0; k--)
            zones[k] = zones[k - 1];
        zones[k] = z;
    }
}

static void finish(struct times *t, struct bucket *b, struct decision_times *out)
{
    size_t n = b->days.count, shown = b->ids.count < TIMES_SHOWN ? b->ids.count : TIMES_SHOWN;
    uint64_t *ids = arena_array(t->a, shown + 1, sizeof *ids);
    if (n) qsort(b->days.items, n, sizeof *b->days.items, by_number);
    sort_zones(t, b->zones.items, b->zones.count);
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
    sort_groups(t);
    *count = t->groups.count;
    struct decision_times *out = arena_array(t->a, *count + 1, sizeof *out);
    for (size_t i = 0; i < *count; i++) finish(t, t->groups.items[i], &out[i]);
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
