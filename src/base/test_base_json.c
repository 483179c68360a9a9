/* SPDX-License-Identifier: Apache-2.0 */
#include "base_json.h"
#include "test.h"

static void keeps_digits(struct test_tally *t)
{
    struct arena a;
    struct err err;
    const struct json *v;
    arena_init(&a, 0);
    if (CHECK(json_parse(&a, STR("[1.10]"), &v, &err) == 0)) CHECK_STR(v->items[0].text, STR("1.10"));
    arena_release(&a);
}

TEST_MAIN(keeps_digits)
