/* SPDX-License-Identifier: Apache-2.0 */
/* From question to decision: the figures of groups, and as data. */
#include "align_times.h"
#include "base_time.h"
#include "test.h"

#include <math.h>

static struct timed_request request(uint64_t id, const char *asked, int64_t days, const char *zone)
{
    struct timed_request x = {.id = id, .zone = str_of(zone), .side = STR("marketing"), .waits = true, .due = NAN};
    MUST(civil_parse(str_of(asked), &x.asked));
    x.decided = days >= 0, x.day = x.asked + days;
    x.effort = (struct request_effort){NAN, NAN, NAN, NAN};
    return x;
}

static const struct decision_times *find(const struct decision_times *t, size_t count, const char *by, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(t[i].by, str_of(by)) && str_eq(t[i].name, str_of(name))) return &t[i];
    return NULL;
}

static void groups(struct test_tally *t)
{
    struct arena a;
    size_t count;
    arena_init(&a, 0);
    struct times *times = times_new(&a);
    struct timed_request one = request(1, "2026-09-01", 0, "green"), two = request(2, "2026-09-30", 10, "amber"),
                         three = request(3, "2026-12-31", -1, "amber"), four = request(4, "2026-12-01", 3, "amber");
    one.at_once = true, one.due = 0, one.effort.it_hours = 1.5;
    two.due = 5, two.extent = STR("joint"), two.effort = (struct request_effort){4, 8.25, 1000, 900.5};
    four.due = 3, four.effort.it_hours = 2, four.extent = STR("joint");
    times_add(times, &one), times_add(times, &two), times_add(times, &three), times_add(times, &four);
    const struct decision_times *all = times_end(times, &count);
    times_release(times);
    CHECK_STR(all[0].by, STR("all"));
    CHECK(all[0].requests == 4 && all[0].waiting == 1 && all[0].decided == 3 && all[0].at_once == 1);
    CHECK(all[0].median == 3 && all[0].ninetieth == 10);
    CHECK(all[0].promised == 2 && all[0].kept == 1); /* Tuesday to Friday: three working days */
    CHECK(all[0].effort.it_hours == 11.75 && all[0].effort.marketing_hours == 4 && all[0].effort.used == 900.5);
    CHECK(all[0].id_count == 4 && all[0].ids[0] == 4 && all[0].ids[3] == 1);
    CHECK(all[0].zone_count == 2 && all[0].zones[0].requests == 3);
    const struct decision_times *joint = find(all, count, "extent", "joint"),
                                *none = find(all, count, "month", "2026-10");
    CHECK(joint && joint->requests == 2 && joint->effort.it_hours == 10.25);
    CHECK(none && !none->requests && isnan(none->median) && isnan(none->effort.budget)); /* nobody asked */
    CHECK(find(all, count, "month", "2026-12") && !find(all, count, "month", "2027-01"));
    CHECK(!find(all, count, "team", "")); /* not known */
    arena_release(&a);
}

/* "green amber red", of the groups by zone; behind a bar those within all. */
static void in_the_rulebooks_order(struct test_tally *t)
{
    static const char *const zones[] = {"violet", "red", "amber", "green", "azure"}, *const extents[] = {"joint",
                                                                                                         "none"};
    const struct feel_value lightest_first[] = {feel_string(STR("green")), feel_string(STR("amber")),
                                                feel_string(STR("red")), feel_string(STR("black"))},
                            least_first[] = {feel_string(STR("none")), feel_string(STR("joint"))};
    struct arena a;
    struct buf said;
    size_t count;
    arena_init(&a, 0);
    buf_init(&said, 1000);
    struct times *times = times_new(&a);
    times_order(times, "zone", lightest_first, ARRAY_COUNT(lightest_first));
    times_order(times, "extent", least_first, ARRAY_COUNT(least_first));
    for (size_t i = 0; i < ARRAY_COUNT(zones); i++) {
        struct timed_request x = request(i + 1, "2026-09-01", 1, zones[i]);
        x.extent = str_of(extents[i % 2]);
        times_add(times, &x);
    }
    const struct decision_times *all = times_end(times, &count);
    times_release(times);
    for (size_t i = 0; i < count; i++)
        if (str_eq(all[i].by, STR("zone")) || str_eq(all[i].by, STR("extent")))
            buf_printf(&said, STR_FORMAT " ", STR_ARGS(all[i].name));
    for (size_t i = 0; i < all[0].zone_count; i++)
        buf_printf(&said, "%s" STR_FORMAT, i ? " " : "| ", STR_ARGS(all[0].zones[i].zone));
    CHECK_STR(buf_get(&said), STR("green amber red azure violet none joint | green amber red azure violet"));
    buf_release(&said);
    arena_release(&a);
}

static void as_data(struct test_tally *t)
{
    struct arena a;
    struct buf text;
    struct json_writer w;
    size_t count;
    arena_init(&a, 0);
    struct times *times = times_new(&a);
    struct timed_request one = request(1, "2026-09-01", 4, "green");
    one.side = STR("=1+1"), one.effort.used = 12.5;
    times_add(times, &one);
    const struct decision_times *all = times_end(times, &count);
    times_release(times);
    buf_init(&text, 100000);
    times_emit_csv(&text, all, count, STR("EUR"));
    CHECK_STR(
        buf_get(&text),
        STR("by,name,requests,waiting,decided,at once,median days,ninetieth days,promised,kept,marketing hours,it "
            "hours,budget EUR,budget used EUR\r\nall,requests,1,0,1,0,4,4,0,0,,,,12.5\r\n"
            "zone,green,1,0,1,0,4,4,0,0,,,,12.5\r\nside,'=1+1,1,0,1,0,4,4,0,0,,,,12.5\r\n"
            "month,2026-09,1,0,1,0,4,4,0,0,,,,12.5\r\n"));
    buf_clear(&text);
    json_init(&w, &text, 0);
    times_emit_json(&w, all, 1, STR("EUR"));
    CHECK_STR(buf_get(&text),
              STR("[{\"by\":\"all\",\"name\":\"requests\",\"requests\":1,\"waiting\":0,\"decided\":1,\"at_once\":0,"
                  "\"median_days\":4,\"ninetieth_days\":4,\"promised\":0,\"kept\":0,\"marketing_hours\":null,"
                  "\"it_hours\":null,\"budget\":null,\"budget_used\":{\"amount\":12.5,\"currency\":\"EUR\"},"
                  "\"zones\":{\"green\":1}}]"));
    buf_release(&text);
    arena_release(&a);
}

static void many(struct test_tally *t)
{
    struct arena a;
    size_t count;
    arena_init(&a, 0);
    struct times *times = times_new(&a);
    for (uint64_t i = 1; i <= 5000; i++) {
        struct timed_request x = request(i, "2026-09-01", 1, "green");
        times_add(times, &x);
    }
    const struct decision_times *all = times_end(times, &count);
    times_release(times);
    CHECK(all[0].requests == 5000 && all[0].id_count == TIMES_SHOWN && all[0].ids[0] == 5000);
    CHECK(all[0].ids[TIMES_SHOWN - 1] == 5001 - TIMES_SHOWN);
    arena_release(&a);
}

TEST_MAIN(groups, in_the_rulebooks_order, as_data, many)
