/* SPDX-License-Identifier: Apache-2.0 */
#include "base_time.h"
#include "test.h"

static void days(struct test_tally *t)
{
    CHECK(civil_days(1970, 1, 1) == 0);
    CHECK(civil_days(2026, 11, 22) == 20779);
    CHECK(civil_weekday(civil_days(2026, 11, 22)) == 7);
}

TEST_MAIN(days)
