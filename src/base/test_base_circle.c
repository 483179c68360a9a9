/* SPDX-License-Identifier: Apache-2.0 */
#include "base_circle.h"
#include "test.h"

/* Things up to LAST; `ways` ends with a pair of zeros. FAILS cannot be asked. */
enum { LAST = 9, FAILS = 7, LONG = 100000 };
struct ways {
    const uint64_t (*ways)[2];
    uint64_t to[LAST + 1][LAST];
    int asked[LAST + 1];
};

static int next(void *self, uint64_t thing, const uint64_t **to, size_t *count, struct err *err)
{
    struct ways *w = self;
    *count = 0;
    w->asked[thing]++;
    if (thing == FAILS) return err_set(err, ERR_INPUT, "cannot be asked");
    for (size_t i = 0; w->ways[i][0]; i++)
        if (w->ways[i][0] == thing) w->to[thing][(*count)++] = w->ways[i][1];
    *to = w->to[thing];
    return 0;
}

/* Which lead back to themselves, as digits. */
static str circles(struct arena *a, const uint64_t (*ways)[2], const uint64_t *from, size_t count, struct test_tally *t)
{
    struct ways w = {.ways = ways};
    struct idmap on;
    struct err err;
    char *text = arena_zalloc(a, LAST + 1);
    size_t n = 0;
    idmap_init(&on);
    if (circles_find(a, from, count, next, &w, &on, &err)) {
        idmap_release(&on);
        return str_of(arena_printf(a, "%s", err.message).p);
    }
    for (uint64_t i = 1; i <= LAST; i++) {
        CHECK(w.asked[i] <= 1);
        if (idmap_get(&on, i)) text[n++] = (char)('0' + i);
    }
    idmap_release(&on);
    return (str){text, n};
}

static void small(struct test_tally *t)
{
    static const uint64_t fork[][2] = {{1, 2}, {1, 3}, {2, 4}, {3, 4}, {4, 5}, {0}};
    static const uint64_t round[][2] = {{1, 2}, {2, 3}, {3, 4}, {4, 2}, {4, 5}, {6, 6}, {8, 9}, {9, 8}, {0}};
    static const uint64_t knot[][2] = {{1, 2}, {2, 3}, {3, 1}, {3, 4}, {4, 2}, {4, 5}, {5, 6}, {0}};
    static const uint64_t broken[][2] = {{1, 2}, {2, 1}, {2, FAILS}, {0}};
    static const uint64_t one[] = {1}, all[] = {5, 1, 8, 6}, last[] = {5};
    struct arena a;
    arena_init(&a, 0);
    CHECK_STR(circles(&a, fork, one, 1, t), STR(""));
    CHECK_STR(circles(&a, round, one, 1, t), STR("234"));
    CHECK_STR(circles(&a, round, last, 1, t), STR(""));
    CHECK_STR(circles(&a, round, all, 4, t), STR("234689"));
    CHECK_STR(circles(&a, knot, one, 1, t), STR("1234"));
    CHECK_STR(circles(&a, broken, one, 1, t), STR("cannot be asked"));
    arena_release(&a);
}

static int along(void *self, uint64_t thing, const uint64_t **to, size_t *count, struct err *err)
{
    const uint64_t *numbers = self;
    (void)err;
    *to = &numbers[thing];
    *count = thing < LONG;
    return 0;
}

/* As deep as there are things, and asked from each of them. */
static void chain(struct test_tally *t)
{
    struct arena a;
    struct idmap on;
    struct err err;
    arena_init(&a, 0);
    uint64_t *numbers = arena_array(&a, LONG + 1, sizeof *numbers);
    for (size_t i = 0; i <= LONG; i++) numbers[i] = i + 1; /* to what i leads */
    idmap_init(&on);
    CHECK(!circles_find(&a, numbers, LONG, along, numbers, &on, &err) && on.count == 0);
    numbers[LONG - 1] = 1;
    CHECK(!circles_find(&a, numbers, 1, along, numbers, &on, &err) && on.count == LONG - 1);
    idmap_release(&on);
    arena_release(&a);
}

TEST_MAIN(small, chain)
