/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_cell.h"

#include "base_time.h"

#include "test.h"

static void dates(struct test_tally *t)
{
    static const struct {
        const char *text, *want; /* "" : no date */
        enum cell_order order;
    } cases[] = {
        {"03/04/2026", "2026-04-03", ORDER_EITHER},
        {"13/04/2026", "2026-04-13", ORDER_DAY_FIRST},
        {"4/25/2026", "2026-04-25", ORDER_MONTH_FIRST},
        {"05/05/2026", "2026-05-05", ORDER_FIXED},
        {"3.4.26", "2026-04-03", ORDER_DAY_FIRST},
        {"01/11/11", "2011-11-01", ORDER_EITHER},
        {"31/12/99", "1999-12-31", ORDER_DAY_FIRST},
        {"04-May-10", "2010-05-04", ORDER_FIXED},
        {"3 April 2026", "2026-04-03", ORDER_FIXED},
        {"3rd April 2026", "2026-04-03", ORDER_FIXED},
        {"April 3, 2026", "2026-04-03", ORDER_FIXED},
        {"7 Dez 2025", "2025-12-07", ORDER_FIXED},
        {"7. M\xC3\xA4rz 2025", "2025-03-07", ORDER_FIXED},
        {"2026-04-03", "2026-04-03", ORDER_FIXED},
        {"2026/4/3", "2026-04-03", ORDER_FIXED},
        {"20260403", "2026-04-03", ORDER_FIXED},
        {"2026-04-03T10:20:30", "2026-04-03", ORDER_FIXED},
        {"03/04/2026 10:20", "2026-04-03", ORDER_EITHER},
        {" 41821 ", "2014-07-01", ORDER_FIXED},
        {"31/13/2025", "", 0},
        {"30/02/2025", "", 0},
        {"", "", 0},
        {"May", "", 0},
        {"12", "", 0},
        {"1,2,2025", "", 0},
        {"99/99/9999", "", 0},
        {"#REF!", "", 0},
        {"INV-2025-11-12-3", "", 0},
        {"12345678901234567890", "", 0},
        {"7 Foo 2025", "", 0},
        {"2025-00-01", "", 0},
        {":::::", "", 0},
        {"19000", "", 0},
    };
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        int64_t days;
        enum cell_order order;
        bool is = cell_date(str_of(cases[i].text), false, &days, &order);
        if (!CHECK(is == (cases[i].want[0] != 0))) printf("  for \"%s\"\n", cases[i].text);
        if (!is || !cases[i].want[0]) continue;
        CHECK_STR(civil_emit(&a, days), str_of(cases[i].want));
        if (!CHECK(order == cases[i].order)) printf("  for \"%s\"\n", cases[i].text);
    }
    int64_t days;
    enum cell_order order;
    CHECK(cell_date(STR("03/04/2026"), true, &days, &order));
    CHECK_STR(civil_emit(&a, days), STR("2026-03-04"));
    arena_release(&a);
}

static void amounts(struct test_tally *t)
{
    static const struct {
        const char *text;
        int64_t want;
        const char *currency;
    } cases[] = {
        {"12", 1200, ""},
        {"1234.5", 123450, ""},
        {"\xC2\xA3"
         "1,234.50",
         123450, "GBP"},
        {"\xA3"
         "803.38",
         80338, "GBP"},
        {" \xC2\xA3"
         "45,972.00 ",
         4597200, "GBP"},
        {"-3.01", -301, ""},
        {"(12.00)", -1200, ""},
        {"12.00-", -1200, ""},
        {"-\xC2\xA3"
         "1.00",
         -100, "GBP"},
        {"1.234,50 \xE2\x82\xAC", 123450, "EUR"},
        {"1.234.567,89", 123456789, ""},
        {"1,234,567", 123456700, ""},
        {"1,5", 150, ""},
        {"1,234", 123400, ""},
        {"0.005", 1, ""},
        {"-0.005", -1, ""},
        {"1.994", 199, ""},
        {".50", 50, ""},
        {"12 CR", -1200, ""},
        {"12 DR", 1200, ""},
        {"EUR 12.00", 1200, "EUR"},
        {"12.00 usd", 1200, "USD"},
        {"$12.00", 1200, "USD"},
        {"1 234,50", 123450, ""},
        {"1'234.50", 123450, ""},
        {"16614321.1", 1661432110, ""},
        {"999999999999999.99", 99999999999999999, ""},
    };
    char currency[4];
    int64_t n;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        bool good = cell_amount(str_of(cases[i].text), &n, currency) == AMOUNT_GOOD;
        if (!CHECK(good && n == cases[i].want)) printf("  for \"%s\": %lld\n", cases[i].text, (long long)n);
        CHECK_STR(str_of(currency), str_of(cases[i].currency));
    }
    static const char *const no_number[] = {"n/a",        "#REF!", "Mailchimp", "12 Foo Street", "4.72E+21",
                                            "12/05/2026", "A",     "1x2",       "page 3"};
    for (size_t i = 0; i < ARRAY_COUNT(no_number); i++)
        if (!CHECK(cell_amount(str_of(no_number[i]), &n, currency) == AMOUNT_NO_NUMBER))
            printf("  for \"%s\"\n", no_number[i]);
    CHECK(cell_amount(STR(""), &n, currency) == AMOUNT_EMPTY);
    CHECK(cell_amount(STR(" - "), &n, currency) == AMOUNT_EMPTY);
    CHECK(cell_amount(STR("1234567890123456789012345678901234567890"), &n, currency) == AMOUNT_TOO_LARGE);
    CHECK(cell_amount(STR("1,000,000,000,000,000.00"), &n, currency) == AMOUNT_TOO_LARGE);
}

TEST_MAIN(dates, amounts)
