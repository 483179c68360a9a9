/* SPDX-License-Identifier: Apache-2.0 */
#include "base_arena.h"
#include "test.h"

static void numbers(struct test_tally *t)
{
    int64_t v;
    CHECK(str_to_int(STR("-9223372036854775808"), &v) && v == INT64_MIN);
    CHECK(!str_to_int(STR("9223372036854775808"), &v));
}

TEST_MAIN(numbers)
