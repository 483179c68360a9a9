/* SPDX-License-Identifier: Apache-2.0 */
#include "base_yaml.h"
#include "test.h"

static void keeps_text(struct test_tally *t)
{
    struct arena a;
    struct err err;
    const struct yaml *v;
    arena_init(&a, 0);
    if (CHECK(yaml_parse(&a, STR("a: 1.10\n"), STR("x.yaml"), &v, &err) == 0))
        CHECK_STR(yaml_get(v, STR("a"))->text, STR("1.10"));
    arena_release(&a);
}

TEST_MAIN(keeps_text)
