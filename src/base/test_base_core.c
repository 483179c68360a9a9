/* SPDX-License-Identifier: Apache-2.0 */
#include "base_arena.h"
#include "base_buf.h"
#include "base_err.h"
#include "base_map.h"
#include "test.h"

#include <string.h>

static void strings(struct test_tally *t)
{
    CHECK_STR(str_trim(STR(" \t a b \r\n")), STR("a b"));
    CHECK_STR(str_trim(STR(" \n ")), STR(""));
    CHECK_STR(str_from(STR("abc"), 9), STR(""));
    CHECK_STR(str_slice(STR("abc"), 1, 9), STR("bc"));
    CHECK_STR(str_slice(STR("abc"), 2, 1), STR(""));
    CHECK(str_find(STR("abcabd"), STR("abd")) == 3);
    CHECK(str_find(STR("ab"), STR("abc")) == STR_NOT_FOUND);
    CHECK(str_find(STR_NONE, STR("")) == 0);
    CHECK(str_find_char(STR_NONE, 'a') == STR_NOT_FOUND);
    CHECK(str_starts(STR("abc"), STR("ab")) && !str_starts(STR("a"), STR("ab")));
    CHECK(str_ends(STR("abc"), STR("bc")) && !str_ends(STR("c"), STR("bc")));
    CHECK(str_cmp(STR("a"), STR("ab")) < 0 && str_cmp(STR("b"), STR("ab")) > 0 && str_cmp(STR_NONE, STR("")) == 0);
    CHECK(str_cmp(STR("\xff"), STR("a")) > 0);
    CHECK(str_eq_nocase(STR("AbC"), STR("aBc")) && !str_eq_nocase(STR("abc"), STR("abd")));
    str rest = STR("a,b,"), piece;
    CHECK(str_cut(&rest, ',', &piece) && str_eq(piece, STR("a")));
    CHECK(str_cut(&rest, ',', &piece) && str_eq(piece, STR("b")));
    CHECK(str_cut(&rest, ',', &piece) && piece.n == 0);
    CHECK(!str_cut(&rest, ',', &piece));
}

static void numbers(struct test_tally *t)
{
    int64_t v;
    CHECK(str_to_int(STR("-9223372036854775808"), &v) && v == INT64_MIN);
    CHECK(str_to_int(STR("9223372036854775807"), &v) && v == INT64_MAX);
    CHECK(str_to_int(STR("007"), &v) && v == 7);
    static const str bad[] = {STR_INIT("9223372036854775808"),
                              STR_INIT("-9223372036854775809"),
                              STR_INIT(""),
                              STR_INIT("-"),
                              STR_INIT("+1"),
                              STR_INIT(" 1"),
                              STR_INIT("1 "),
                              STR_INIT("1.0"),
                              STR_INIT("--1")};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) CHECK(!str_to_int(bad[i], &v));
}

static void arenas(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 100000);
    CHECK(!arena_over(&a) && arena_would_exceed(&a, 100001) && !arena_would_exceed(&a, 100000));
    CHECK(arena_would_exceed(&a, SIZE_MAX));
    char *none = arena_alloc(&a, 0), *other = arena_alloc(&a, 0);
    CHECK(none && other && none != other);
    bool aligned = true, kept = true;
    unsigned char *blocks[300];
    for (size_t i = 0; i < ARRAY_COUNT(blocks); i++) {
        blocks[i] = arena_alloc(&a, i * 7 + 1);
        aligned &= (uintptr_t)blocks[i] % 16 == 0;
        memset(blocks[i], (int)i, i * 7 + 1);
    }
    for (size_t i = 0; i < ARRAY_COUNT(blocks); i++)
        for (size_t k = 0; k < i * 7 + 1; k++) kept &= blocks[i][k] == (unsigned char)i;
    CHECK(aligned);
    CHECK(kept);
    CHECK(arena_over(&a));
    struct arena_mark mark = arena_mark(&a);
    char *before = arena_alloc(&a, 100);
    arena_alloc(&a, 5 << 20);
    arena_back_to(&a, mark);
    CHECK(a.used == mark.used);
    CHECK(arena_alloc(&a, 100) == before);
    arena_clear(&a);
    CHECK(a.used == 0 && !arena_over(&a) && a.limit == 100000);
    const char *zeroed = arena_zalloc(&a, 4000);
    bool zero = true;
    for (size_t i = 0; i < 4000; i++) zero &= zeroed[i] == 0;
    CHECK(zero);
    str copy = arena_copy(&a, STR_NONE);
    CHECK(copy.p && copy.n == 0 && copy.p[0] == 0);
    CHECK_STR(arena_printf(&a, "%d-%s", 7, "x"), STR("7-x"));
    VEC(int) v = {0};
    for (int i = 0; i < 1000; i++) *vec_add(&a, &v) = i;
    int sum = 0;
    VEC_EACH(item, &v) sum += *item;
    CHECK(v.count == 1000 && sum == 499500);
    size_t used = a.used;
    char *here = arena_alloc(&a, 16);
    arena_reserve(&a, 100); /* little: as ever */
    CHECK((char *)arena_alloc(&a, 16) == here + 16);
    arena_reserve(&a, 5 << 20);
    here = arena_alloc(&a, 4 << 20);
    CHECK((char *)arena_alloc(&a, 1 << 20) == here + (4 << 20) && a.used == used + 32 + (5 << 20));
    arena_release(&a);
    arena_release(&a);
}

static void maps(struct test_tally *t)
{
    struct arena a;
    struct map m;
    arena_init(&a, 0);
    map_init(&m);
    CHECK(!map_get(&m, STR("a")));
    bool is_new, good = true;
    for (uint64_t i = 0; i < 5000; i++) {
        *map_put(&m, arena_printf(&a, "key %d", (int)i), &is_new) = i;
        good &= is_new;
    }
    for (uint64_t i = 0; i < 5000; i++) {
        const uint64_t *v = map_get(&m, arena_printf(&a, "key %d", (int)i));
        good &= v && *v == i;
    }
    CHECK(good);
    CHECK(*map_put(&m, STR("key 7"), &is_new) == 7 && !is_new && m.count == 5000);
    CHECK(!map_get(&m, STR("key")));
    *map_put(&m, STR_NONE, NULL) = 3;
    CHECK(map_get(&m, STR("")) && *map_get(&m, STR("")) == 3);
    map_release(&m);
    struct idmap ids;
    idmap_init(&ids);
    CHECK(!idmap_get(&ids, 0));
    good = true;
    for (uint64_t i = 0; i < 5000; i++) *idmap_put(&ids, i << 40, NULL) = i;
    for (uint64_t i = 0; i < 5000; i++) good &= idmap_get(&ids, i << 40) && *idmap_get(&ids, i << 40) == i;
    CHECK(good);
    CHECK(!idmap_get(&ids, 1) && ids.count == 5000);
    idmap_release(&ids);
    arena_release(&a);
}

static void buffers(struct test_tally *t)
{
    struct buf b;
    struct err err;
    buf_init(&b, 10);
    CHECK_STR(buf_get(&b), STR(""));
    buf_text(&b, "12345");
    buf_printf(&b, "%s", "67890");
    CHECK(buf_check(&b, &err) == 0);
    CHECK_STR(buf_get(&b), STR("1234567890"));
    buf_char(&b, 'x');
    CHECK(b.n == 10 && buf_check(&b, &err) < 0 && err.code == ERR_LIMIT);
    buf_clear(&b);
    buf_printf(&b, "%s", "12345678901");
    CHECK(b.n == 0 && buf_check(&b, &err) < 0);
    buf_clear(&b);
    buf_codepoint(&b, 0x20AC);
    buf_codepoint(&b, 0xD800);
    CHECK_STR(buf_get(&b), STR("\u20AC\uFFFD"));
    buf_release(&b);
    buf_release(&b);
}

static void shown(struct test_tally *t, const struct err *err, str want)
{
    struct buf b;
    buf_init(&b, 10000);
    err_emit(err, &b);
    CHECK_STR(buf_get(&b), want);
    buf_release(&b);
}

static void errors(struct test_tally *t)
{
    struct err err;
    CHECK(err_set(&err, ERR_INPUT, "\"%s\" is not a\nnumber", "n/a") == -1);
    shown(t, &err, STR("\"n/a\" is not a number\n"));
    err_at(&err, 41, STR("seats_paid"));
    err_at(&err, 99, STR("other"));
    err_in(&err, STR("inventory.csv"));
    err_in(&err, STR("other.csv"));
    shown(t, &err, STR("inventory.csv:41: seats_paid: \"n/a\" is not a number\n"));
    err_set(&err, ERR_SYNTAX, "no such name");
    err_span(&err, STR("a +\n\u00e4\tcost + \u4e16 + colour\n"), 20, 26, 2);
    CHECK(err.line == 4 && err.column == 14);
    shown(t, &err, STR("line 4:14: no such name\n    \u00e4 cost + \u4e16 + colour\n                  ^~~~~~\n"));
    err_set(&err, ERR_SYNTAX, "far");
    err_span(&err, STR("abc"), 90, 100, 0);
    shown(t, &err, STR("line 1:4: far\n    abc\n       ^\n"));
    err_set(&err, ERR_SYNTAX, "escapes");
    err_span(&err,
             STR("\x1b[2J\xc2\x9b"
                 "1mx"),
             7, 8, 0);
    shown(t, &err, STR("line 1:7: escapes\n     [2J 1mx\n          ^\n"));
    char text[5000];
    memset(text, 'x', sizeof text);
    err_set(&err, ERR_SYNTAX, "long");
    err_span(&err, (str){text, sizeof text}, 4000, 4003, 0);
    CHECK(strlen(err.excerpt) < sizeof err.excerpt && err.to < sizeof err.excerpt && err.column == 4001);
    err_set(&err, ERR_INPUT, "%.*s", (int)sizeof text, text);
    CHECK(strlen(err.message) == sizeof err.message - 1);
    CHECK(err_exit_code(&err) == 3);
    err_set(&err, ERR_USAGE, "x");
    CHECK(err_exit_code(&err) == 2);
    static const str names[] = {STR_INIT("status"), STR_INIT("annual cost"), STR_INIT("owner")};
    CHECK_STR(err_nearest(STR("anual costs"), names, 3), STR("annual cost"));
    CHECK(!err_nearest(STR("zebra"), names, 3).p);
}

TEST_MAIN(strings, numbers, arenas, maps, buffers, errors)
