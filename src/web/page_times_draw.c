/* SPDX-License-Identifier: Apache-2.0 */
/* Months beside each other: requests by zone, and the days to their decision. The table beside says the same. */
#include "page_ask.h"
#include "page_times.h"

#include <math.h>

enum {
    SHOWN_MONTHS = 24,
    STEP = 48, /* from a month to the next */
    BAR = 30,
    LEFT = 34,
    TOP = 22,
    PLOT = 150,
    FOOT = 38,
    TICKS = 4,
    ROOM_FOR_TEXT = 15,
    ZONES_DRAWN = 12
};

/* The least that is not below, of which each tick is a round number: 1, 2, 3, 5, 10, 20, 30 … */
static double round_up(double most)
{
    static const double steps[] = {1, 2, 3, 5};
    for (double scale = 1;; scale *= 10)
        for (size_t i = 0; i < ARRAY_COUNT(steps); i++)
            if (steps[i] * scale * TICKS >= most) return steps[i] * scale * TICKS;
}

static struct feel_value ticks_of(struct request *r, double top)
{
    struct values list = {0};
    for (int i = 0; i <= TICKS; i++) {
        struct record c = record_new(r);
        int y = TOP + PLOT - PLOT * i / TICKS;
        record_int(&c, "y", y), record_int(&c, "text_y", y + 4);
        record_text(&c, "label", show_count(r, (int64_t)(top * i / TICKS)));
        values_add(r, &list, record_get(&c));
    }
    return values_get(&list);
}

/* "2026-03" as "Mar", and the year below the first one and each January. */
static void put_month(struct record *c, struct request *r, str name, bool first)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t month = 0;
    if (!str_to_int(str_from(name, name.n - 2), &month) || month < 1 || month > 12) return;
    record_text(c, "label", str_of(names[month - 1]));
    if (first || month == 1) record_text(c, "year", arena_copy(&r->arena, str_slice(name, 0, name.n - 3)));
}

static struct feel_value column_record_of(struct request *r, const struct study *s, const struct decision_times *t,
                                          size_t column, double top)
{
    struct record c = record_new(r);
    struct values parts = {0};
    int x = LEFT + (int)column * STEP + (STEP - BAR) / 2;
    double under = 0;
    put_month(&c, r, t->name, !column);
    record_int(&c, "x", x), record_int(&c, "middle", x + BAR / 2);
    for (size_t i = 0; i < t->zone_count && i < ZONES_DRAWN; i++) {
        const struct zone_count *z = &t->zones[i];
        struct record part = record_new(r);
        int bottom = TOP + PLOT - (int)(PLOT * under / top + 0.5);
        under += (double)z->requests;
        int y = TOP + PLOT - (int)(PLOT * under / top + 0.5);
        record_int(&part, "y", y), record_int(&part, "height", bottom - y);
        record_text(&part, "tone", str_of(zone_tone(s->book, feel_string(z->zone))));
        record_text(&part, "title",
                    text_format(r, STR_FORMAT ": %llu", STR_ARGS(z->zone), (unsigned long long)z->requests));
        if (bottom - y >= ROOM_FOR_TEXT) {
            record_text(&part, "text", show_count(r, (int64_t)z->requests));
            record_int(&part, "text_y", (y + bottom) / 2 + 4);
        }
        values_add(r, &parts, record_get(&part));
    }
    record_put(&c, "parts", values_get(&parts));
    return record_get(&c);
}

/* A line through the months of which it is known. */
static struct feel_value line_record(struct request *r, const struct decision_times *months, size_t count,
                                     bool ninetieth, double top)
{
    struct record c = record_new(r);
    struct values dots = {0};
    struct buf path;
    bool down = false;
    buf_init(&path, 10000);
    for (size_t i = 0; i < count; i++) {
        double days = ninetieth ? months[i].ninetieth : months[i].median;
        int x = LEFT + (int)i * STEP + STEP / 2;
        if (isnan(days)) {
            down = false;
            continue;
        }
        int y = TOP + PLOT - (int)(PLOT * days / top + 0.5);
        buf_printf(&path, "%s%d %d", down ? " L" : "M", x, y);
        down = true;
        struct record dot = record_new(r);
        record_int(&dot, "x", x), record_int(&dot, "y", y), record_int(&dot, "text_y", y - 8);
        record_text(&dot, "text", show_days(r, days));
        values_add(r, &dots, record_get(&dot));
    }
    record_text(&c, "path", buf_copy(&path, &r->arena));
    record_put(&c, "dots", values_get(&dots));
    buf_release(&path);
    return record_get(&c);
}

static void put_legend(struct request *r, const struct study *s, const struct decision_times *all)
{
    struct values list = {0};
    for (size_t i = 0; i < all->zone_count && i < ZONES_DRAWN; i++) {
        const struct zone_count *z = &all->zones[i];
        struct record c = record_new(r);
        record_text(&c, "name", capitalise(r, z->zone));
        record_text(&c, "tone", str_of(zone_tone(s->book, feel_string(z->zone))));
        values_add(r, &list, record_get(&c));
    }
    page_put(r, "legend", values_get(&list));
}

void times_draw(struct request *r, const struct study *s)
{
    const struct evidence *e = &s->evidence;
    size_t first = 0, count = 0;
    double most = 1, longest = 1;
    for (size_t i = 0; i < e->time_count; i++)
        if (str_eq(e->times[i].by, STR("month"))) first = count++ ? first : i;
    if (count > SHOWN_MONTHS) first += count - SHOWN_MONTHS, count = SHOWN_MONTHS;
    const struct decision_times *months = e->times + first;
    for (size_t i = 0; i < count; i++) {
        most = fmax(most, (double)months[i].requests);
        longest = fmax(longest, months[i].ninetieth); /* NaN counts for nothing */
    }
    most = round_up(most), longest = round_up(longest);
    struct record c = record_new(r);
    struct values columns = {0};
    for (size_t i = 0; i < count; i++) values_add(r, &columns, column_record_of(r, s, &months[i], i, most));
    record_int(&c, "width", LEFT + (int64_t)count * STEP + 4), record_int(&c, "height", TOP + PLOT + FOOT);
    record_int(&c, "left", LEFT), record_int(&c, "bar", BAR);
    record_int(&c, "label_y", TOP + PLOT + 16), record_int(&c, "year_y", TOP + PLOT + 31);
    record_put(&c, "columns", values_get(&columns));
    record_put(&c, "ticks", ticks_of(r, most));
    record_put(&c, "day_ticks", ticks_of(r, longest));
    record_put(&c, "median", line_record(r, months, count, false, longest));
    record_put(&c, "ninetieth", line_record(r, months, count, true, longest));
    page_put(r, "months", record_get(&c));
    put_legend(r, s, &e->times[0]);
}
