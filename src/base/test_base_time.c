/* SPDX-License-Identifier: Apache-2.0 */
#include "base_file.h"
#include "base_time.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void days(struct test_tally *t)
{
    CHECK(civil_days(1970, 1, 1) == 0);
    CHECK(civil_days(2026, 11, 22) == 20779);
    CHECK(civil_weekday(civil_days(2026, 11, 22)) == 7);
    int64_t friday = civil_days(2026, 11, 20);
    CHECK(civil_working_days(friday, friday) == 0 && civil_working_days(friday, friday + 2) == 0);
    CHECK(civil_working_days(friday, friday + 3) == 1 && civil_working_days(friday, friday + 7) == 5);
    CHECK(civil_working_day_after(friday, 0) == friday && civil_working_day_after(friday, 1) == friday + 3);
    for (int64_t from = friday; from < friday + 7; from++)
        for (int64_t n = 1; n < 13; n++) {
            int64_t day = civil_working_day_after(from, n);
            CHECK(civil_working_days(from, day) == n && civil_working_days(from, day - 1) == n - 1);
        }
    CHECK(civil_weekday(-1) == 3 && civil_weekday(0) == 4 && civil_weekday(-4) == 7 && civil_weekday(-3) == 1);
    CHECK(civil_days(0, 3, 1) == -719468 && civil_days(-999999999, 1, 1) < -365242000000);
    bool good = true;
    int64_t want = civil_days(-401, 1, 1);
    for (int64_t y = -401; y <= 2401; y++)
        for (int m = 1; m <= 12; m++)
            for (int d = 1; d <= civil_days_in_month(y, m); d++, want++) {
                int64_t year;
                int month, day;
                civil_from_days(want, &year, &month, &day);
                good &= civil_days(y, m, d) == want && year == y && month == m && day == d;
            }
    CHECK(good);
    int64_t year;
    int month, day;
    civil_from_days(civil_days(-999999999, 2, 28), &year, &month, &day);
    CHECK(year == -999999999 && month == 2 && day == 28);
    CHECK(civil_valid(2024, 2, 29) && !civil_valid(2023, 2, 29) && !civil_valid(1900, 2, 29) &&
          civil_valid(2000, 2, 29));
    CHECK(!civil_valid(2000, 0, 1) && !civil_valid(2000, 13, 1) && !civil_valid(2000, 1, 0));
    CHECK(!civil_valid(1000000000, 1, 1) && !civil_valid(2000, 4, 31));
}

static void texts(struct test_tally *t)
{
    struct arena a;
    int64_t d;
    arena_init(&a, 0);
    CHECK(civil_parse(STR("2026-11-22"), &d) && d == 20779);
    CHECK(civil_parse(STR("0000-01-01"), &d) && d == -719528);
    static const str bad[] = {
        STR_INIT(""),           STR_INIT("2026-11-31"), STR_INIT("2026-1-22"),  STR_INIT("2026-11-22 "),
        STR_INIT("22.11.2026"), STR_INIT("2026/11/22"), STR_INIT("+026-11-22"), STR_INIT("2026-11-2\0")};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) CHECK(!civil_parse(bad[i], &d));
    static const struct {
        str period, last;
    } periods[] = {{STR_INIT("2026"), STR_INIT("2026-12-31")},    {STR_INIT("2028-02"), STR_INIT("2028-02-29")},
                   {STR_INIT("2026-Q1"), STR_INIT("2026-03-31")}, {STR_INIT("2026-Q4"), STR_INIT("2026-12-31")},
                   {STR_INIT("0000"), STR_INIT("0000-12-31")},    {STR_INIT("2026-12"), STR_INIT("2026-12-31")}};
    for (size_t i = 0; i < ARRAY_COUNT(periods); i++) {
        CHECK(period_end(periods[i].period, &d));
        CHECK_STR(civil_emit(&a, d), periods[i].last);
    }
    static const str none[] = {STR_INIT(""),        STR_INIT("202"),      STR_INIT("2026-"),   STR_INIT("2026-Q0"),
                               STR_INIT("2026-Q5"), STR_INIT("2026-00"),  STR_INIT("2026-13"), STR_INIT("2026-7"),
                               STR_INIT("20x6"),    STR_INIT("2026-Q33"), STR_INIT("2026 07"), STR_INIT("26-Q1")};
    for (size_t i = 0; i < ARRAY_COUNT(none); i++) CHECK(!period_end(none[i], &d));
    CHECK_STR(civil_emit(&a, 20779), STR("2026-11-22"));
    CHECK_STR(civil_emit(&a, civil_days(-44, 3, 15)), STR("-0044-03-15"));
    CHECK_STR(civil_emit_words(&a, 20779), STR("22 November 2026"));
    CHECK_STR(time_emit_utc(&a, 20779 * 86400LL + 37230), STR("2026-11-22T10:20:30Z"));
    CHECK_STR(time_emit_utc(&a, -1), STR("1969-12-31T23:59:59Z"));
    CHECK(time_now() > 1700000000 && time_monotonic() > 0);
    arena_release(&a);
}

static const struct zone *load(struct test_tally *t, struct arena *a, const char *name)
{
    struct err err = {0};
    const struct zone *z = NULL;
    if (zone_load(a, str_of(name), &z, &err) < 0) printf("%s\n", err.message);
    CHECK(z != NULL);
    return z;
}

static int32_t libc_offset(int64_t utc)
{
    struct tm parts;
    time_t when = (time_t)utc;
    localtime_r(&when, &parts);
    return (int32_t)parts.tm_gmtoff;
}

/* The answer by its definition, from the offsets at instants around. */
static int32_t local_by_search(const struct zone *z, int64_t local)
{
    int32_t best = INT32_MIN, least = INT32_MAX;
    for (int64_t u = local - 90000; u <= local + 90000; u += 900) {
        int32_t o = zone_offset_at(z, u);
        if (zone_offset_at(z, local - o) == o && o > best) best = o;
    }
    if (best != INT32_MIN) return best;
    for (int64_t u = local - 90000; u <= local + 90000; u += 900) {
        int32_t o = zone_offset_at(z, local - zone_offset_at(z, u));
        if (o < least) least = o;
    }
    return least;
}

static const char *const names[] = {"Europe/Berlin",
                                    "America/New_York",
                                    "America/Sao_Paulo",
                                    "Australia/Lord_Howe",
                                    "Australia/Sydney",
                                    "Pacific/Auckland",
                                    "Europe/Dublin",
                                    "Asia/Kathmandu",
                                    "Africa/Casablanca",
                                    "America/St_Johns",
                                    "Pacific/Apia",
                                    "Asia/Gaza",
                                    "America/Santiago",
                                    "Antarctica/Troll",
                                    "UTC",
                                    "Etc/GMT+12",
                                    "America/Nuuk",
                                    "Asia/Tehran",
                                    "CET",
                                    "Pacific/Kiritimati"};

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 24;
}

static void as_libc_has_it(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
    uint64_t state = 7;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        const struct zone *z = load(t, &a, names[i]);
        if (!z) continue;
        setenv("TZ", names[i], 1);
        tzset();
        int64_t first = civil_days(1850, 1, 1) * 86400,
                span = (civil_days(2430, 1, 1) - civil_days(1850, 1, 1)) * 86400;
        size_t differing = 0;
        for (int k = 0; k < 20000; k++) {
            int64_t utc = first + (int64_t)(next_random(&state) % (uint64_t)span);
            if (zone_offset_at(z, utc) == libc_offset(utc)) continue;
            if (!differing++)
                printf("%s at %lld: %d, libc has %d\n", names[i], (long long)utc, zone_offset_at(z, utc),
                       libc_offset(utc));
        }
        CHECK(differing == 0);
    }
    unsetenv("TZ");
    arena_release(&a);
}

static void wall_times(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        const struct zone *z = load(t, &a, names[i]);
        if (!z) continue;
        size_t differing = 0;
        /* Around each change between 1970 and 2060, and on quiet days. */
        for (int64_t utc = 0; utc < 90 * 365 * 86400LL; utc += 20 * 86400) {
            int64_t low = utc, high = utc + 20 * 86400;
            if (zone_offset_at(z, low) == zone_offset_at(z, high)) continue;
            while (high - low > 1)
                if (zone_offset_at(z, (low + high) / 2) == zone_offset_at(z, low))
                    low = (low + high) / 2;
                else
                    high = (low + high) / 2;
            int64_t wall = high + zone_offset_at(z, low);
            for (int64_t local = wall - 7200 + 7; local < wall + 7200; local += 900) {
                if (zone_offset_local(z, local) == local_by_search(z, local)) continue;
                if (!differing++)
                    printf("%s, local %lld: %d, by search %d\n", names[i], (long long)local,
                           zone_offset_local(z, local), local_by_search(z, local));
            }
        }
        CHECK(differing == 0);
    }
    const struct zone *z = load(t, &a, "Europe/Berlin");
    int64_t gap = civil_days(2026, 3, 29) * 86400, overlap = civil_days(2026, 10, 25) * 86400;
    CHECK(zone_offset_local(z, gap + 2 * 3600 - 1) == 3600 && zone_offset_local(z, gap + 2 * 3600) == 3600);
    CHECK(zone_offset_local(z, gap + 3 * 3600 - 1) == 3600 && zone_offset_local(z, gap + 3 * 3600) == 7200);
    CHECK(zone_offset_local(z, overlap + 2 * 3600) == 7200 && zone_offset_local(z, overlap + 3 * 3600 - 1) == 7200);
    CHECK(zone_offset_local(z, overlap + 3 * 3600) == 3600);
    /* Far beyond the table, and at the ends of the numbers. */
    CHECK(zone_offset_at(z, civil_days(999999, 7, 1) * 86400) == 7200);
    CHECK(zone_offset_at(z, civil_days(999999999, 1, 1) * 86400) == 3600);
    CHECK(zone_offset_at(z, INT64_MIN) == 3208 && zone_offset_local(z, INT64_MIN) == 3208);
    int32_t offset = zone_offset_at(z, INT64_MAX), local = zone_offset_local(z, INT64_MAX);
    CHECK((offset == 3600 || offset == 7200) && (local == 3600 || local == 7200));
    z = load(t, &a, "Australia/Sydney");
    CHECK(zone_offset_at(z, civil_days(2090, 1, 1) * 86400) == 39600);
    CHECK(zone_offset_at(z, civil_days(2090, 7, 1) * 86400) == 36000);
    arena_release(&a);
}

static void refused_names(struct test_tally *t)
{
    static const str bad[] = {STR_INIT(""),
                              STR_INIT("/etc/passwd"),
                              STR_INIT("../../../etc/passwd"),
                              STR_INIT("Europe/.."),
                              STR_INIT("Europe"),
                              STR_INIT("Europe/"),
                              STR_INIT("Mars/Base"),
                              STR_INIT("Europe//Berlin"),
                              STR_INIT("Europe/Berlin\0x"),
                              STR_INIT("."),
                              STR_INIT("tzdata.zi"),
                              STR_INIT("Europe/Berlin "),
                              STR_INIT("z\u00fcrich"),
                              {NULL, 0}};
    struct arena a;
    struct err err;
    const struct zone *z;
    arena_init(&a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) CHECK(zone_load(&a, bad[i], &z, &err) < 0 && err.code == ERR_ABSENT);
    char text[1000];
    memset(text, 'a', sizeof text);
    CHECK(zone_load(&a, (str){text, sizeof text}, &z, &err) < 0);
    arena_release(&a);
}

/* ---- zone files made by hand ---- */

static void read_once(struct test_tally *t)
{
    struct arena a;
    struct err err = {0};
    const struct zone *first, *again, *other;
    arena_init(&a, 0);
    CHECK(zone_load(&a, STR("Europe/Berlin"), &first, &err) == 0);
    struct arena_mark mark = arena_mark(&a);
    CHECK(zone_load(&a, STR("Asia/Tokyo"), &other, &err) == 0 && other != first);
    size_t used = a.used;
    CHECK(zone_load(&a, STR("Europe/Berlin"), &again, &err) == 0 && again == first && a.used == used);
    CHECK(zone_load(&a, STR("Asia/Tokyo"), &again, &err) == 0 && again == other && a.used == used);
    arena_back_to(&a, mark); /* what is given back is forgotten */
    CHECK(zone_load(&a, STR("Asia/Tokyo"), &again, &err) == 0 && a.used == used);
    CHECK(zone_load(&a, STR("Europe/Berlin"), &again, &err) == 0 && again == first && a.used == used);
    arena_clear(&a);
    CHECK(zone_load(&a, STR("Europe/Berlin"), &again, &err) == 0 && a.used > 0);
    CHECK(zone_offset_at(again, 0) == 3600);
    arena_release(&a);
}

static void put_number(struct buf *b, uint64_t v, size_t bytes)
{
    while (bytes-- > 0) buf_char(b, (char)(v >> (bytes * 8)));
}

/* One block: `times` changes a day apart from 1000000 on, between the offsets 0 and 3600. */
static void put_block(struct buf *b, char version, size_t time_size, uint32_t times, uint32_t leaps)
{
    buf_text(b, "TZif");
    buf_char(b, version);
    for (int i = 0; i < 15; i++) buf_char(b, 0);
    const uint32_t counts[] = {0, 0, leaps, times, 2, 8};
    for (size_t i = 0; i < 6; i++) put_number(b, counts[i], 4);
    for (uint32_t i = 0; i < times; i++) put_number(b, 1000000 + i * 86400, time_size);
    for (uint32_t i = 0; i < times; i++) buf_char(b, (char)((i + 1) % 2));
    for (uint32_t i = 0; i < 2; i++) put_number(b, i * 3600, 4), put_number(b, i * 256 + i * 4, 2);
    buf_put(b, "AAA\0BBB\0", 8);
    for (uint32_t i = 0; i < leaps; i++) put_number(b, 5000000, time_size), put_number(b, 1, 4);
}

static int parse(struct arena *a, str bytes, const struct zone **z, struct err *err)
{
    char *exact = mem_alloc(bytes.n);
    if (bytes.n) memcpy(exact, bytes.p, bytes.n);
    int status = zone_parse(a, STR("made"), (str){exact, bytes.n}, z, err);
    mem_free(exact);
    return status;
}

static const struct zone *with_rule(struct arena *a, const char *rule)
{
    struct buf b;
    struct err err;
    const struct zone *z;
    buf_init(&b, 100000);
    put_block(&b, '2', 4, 0, 0);
    put_block(&b, '2', 8, 0, 0);
    buf_printf(&b, "\n%s\n", rule);
    int status = parse(a, buf_get(&b), &z, &err);
    buf_release(&b);
    return status < 0 ? NULL : z;
}

static void versions(struct test_tally *t)
{
    struct arena a;
    struct buf b;
    struct err err;
    const struct zone *z;
    arena_init(&a, 0);
    buf_init(&b, 100000);
    put_block(&b, 0, 4, 3, 0);
    if (CHECK(parse(&a, buf_get(&b), &z, &err) == 0)) {
        CHECK(zone_offset_at(z, 999999) == 0 && zone_offset_at(z, 1000000) == 3600);
        CHECK(zone_offset_at(z, 1086400) == 0 && zone_offset_at(z, INT64_MAX) == 3600);
    }
    buf_clear(&b);
    put_block(&b, '3', 4, 1, 0);
    put_block(&b, '3', 8, 2, 0);
    buf_text(&b, "\nAAA-7\n");
    if (CHECK(parse(&a, buf_get(&b), &z, &err) == 0))
        CHECK(zone_offset_at(z, 1000000) == 3600 && zone_offset_at(z, 1086400) == 7 * 3600);
    bool refused = true;
    for (size_t n = 0; n < b.n; n++) refused &= parse(&a, (str){b.p, n}, &z, &err) < 0;
    CHECK(refused);
    buf_clear(&b);
    put_block(&b, '2', 4, 0, 0);
    put_block(&b, '2', 8, 1, 1);
    buf_text(&b, "\n\n");
    CHECK(parse(&a, buf_get(&b), &z, &err) < 0);
    CHECK_STR(str_of(err.message), STR("time zone made: it counts leap seconds; take the zone without \"right/\""));
    buf_clear(&b);
    put_block(&b, 0, 4, 2, 0);
    b.p[44 + 3] = 'x', b.p[44 + 0] = 0x7F; /* the first change after the second */
    CHECK(parse(&a, buf_get(&b), &z, &err) < 0);
    b.p[36 + 3] = 0; /* no kinds */
    CHECK(parse(&a, buf_get(&b), &z, &err) < 0);
    memset(b.p + 20, 0xFF, 24); /* counts of four thousand million */
    CHECK(parse(&a, buf_get(&b), &z, &err) < 0);
    buf_release(&b);
    arena_release(&a);
}

static void rules(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
    const struct zone *z = with_rule(&a, "XXX3EDT4,0/0,J365/23"); /* summer time all the year */
    bool always = z != NULL;
    for (int64_t u = 0; z && u < 3 * 366 * 86400; u += 900)
        always &= zone_offset_at(z, u) == -4 * 3600 && zone_offset_local(z, u) == -4 * 3600;
    CHECK(always);
    z = with_rule(&a, "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1");
    CHECK(z && zone_offset_at(z, civil_days(2026, 3, 29) * 86400 + 3600 - 1) == -3 * 3600);
    CHECK(z && zone_offset_at(z, civil_days(2026, 3, 29) * 86400 + 3600) == -2 * 3600);
    z = with_rule(&a, "IST-1GMT0,M10.5.0,M3.5.0/1"); /* winter time as the exception */
    CHECK(z && zone_offset_at(z, civil_days(2026, 1, 1) * 86400) == 0);
    CHECK(z && zone_offset_at(z, civil_days(2026, 7, 1) * 86400) == 3600);
    z = with_rule(&a, "AAA0BBB,J60/0,J61/0"); /* 1 March, leap year or not; clock of the time before the change */
    for (int64_t y = 2023; z && y <= 2024; y++) {
        CHECK(zone_offset_at(z, civil_days(y, 3, 1) * 86400 - 1) == 0);
        CHECK(zone_offset_at(z, civil_days(y, 3, 1) * 86400) == 3600);
        CHECK(zone_offset_at(z, civil_days(y, 3, 2) * 86400 - 3600) == 0);
    }
    z = with_rule(&a, "AAA0BBB,59/0,60/0"); /* day 59: 29 February or 1 March */
    CHECK(z && zone_offset_at(z, civil_days(2024, 2, 29) * 86400) == 3600);
    CHECK(z && zone_offset_at(z, civil_days(2023, 3, 1) * 86400) == 3600);
    z = with_rule(&a, "AAA0BBB,M1.1.1/-167,M12.5.0/167");
    CHECK(z && zone_offset_at(z, civil_days(2026, 7, 1) * 86400) == 3600);
    static const char *const bad[] = {"A",
                                      "AA1",
                                      "AAA",
                                      "AAA25",
                                      "AAA1:60",
                                      "AAA1BBB",
                                      "AAA1BBB,M3.5.0",
                                      "AAA1BBB,M13.5.0,M10.5.0",
                                      "AAA1BBB,M3.6.0,M10.5.0",
                                      "AAA1BBB,M3.5.7,M10.5.0",
                                      "AAA1BBB,M3.5.0,M10.5.0x",
                                      "AAA1BBB,M3.5.0/168,M10.5.0",
                                      "AAA1BBB,J0,J5",
                                      "AAA1BBB,366,5",
                                      "<AA1",
                                      "<AA>1",
                                      "AAA99999999999999999999",
                                      ":Europe/Berlin"};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        if (!CHECK(!with_rule(&a, bad[i]))) printf("    %s\n", bad[i]);
    arena_release(&a);
}

/* Each byte of a real file changed: an error or some zone, and no harm. */
static void hostile_files(struct test_tally *t)
{
    struct arena a, scratch;
    struct err err;
    str bytes;
    const struct zone *z;
    arena_init(&a, 0);
    arena_init(&scratch, 0);
    if (!CHECK(file_read(&a, "/usr/share/zoneinfo/Europe/Dublin", 100000, &bytes, &err) == 0)) return;
    char *p = (char *)bytes.p;
    size_t good = 0, cut = 0;
    static const char values[] = {0, 1, '\n', 'J', '\x7f', '\x80', '\xff'};
    for (size_t i = 0; i < bytes.n; i++) {
        char was = p[i];
        p[i] = values[i % sizeof values];
        if (parse(&scratch, bytes, &z, &err) == 0) {
            good++;
            for (int64_t u = -4000000000; u < 9000000000; u += 999999999)
                zone_offset_local(z, u + zone_offset_at(z, u));
        }
        p[i] = was;
        cut += parse(&scratch, (str){p, i}, &z, &err) == 0;
        arena_clear(&scratch);
    }
    CHECK(good > 0 && good < bytes.n && cut == 0);
    arena_release(&scratch);
    arena_release(&a);
}

TEST_MAIN(days, texts, as_libc_has_it, wall_times, refused_names, read_once, versions, rules, hostile_files)
