/* SPDX-License-Identifier: Apache-2.0 */
/* Columns give what feel_eval gives, row by row. */
#include "feel_columns.h"
#include "test.h"

#include <math.h>
#include <string.h>

static const struct feel_variable names[] = {{STR_INIT("price"), &feel_type_number, false},
                                             {STR_INIT("unit cost"), &feel_type_number, false},
                                             {STR_INIT("n"), &feel_type_number, false},
                                             {STR_INIT("vip"), &feel_type_boolean, false}};
static const struct feel_scope scope = {.variables = names, .count = ARRAY_COUNT(names), .lenient = false};
enum { NAMES = 4, ROWS = 1300 }; /* more than two blocks */

static const double numbers[] = {0, 1, -1, 2, 2.5, -2.5, 3.25, 10, 0.5, -0.5, 1e3, 99.75, NAN, -7, 1.5, 0.125};
enum { NUMBERS = ARRAY_COUNT(numbers) };

static void fill(double columns[NAMES][ROWS])
{
    for (size_t i = 0; i < ROWS; i++) {
        columns[0][i] = numbers[i % NUMBERS];
        columns[1][i] = numbers[i / NUMBERS % NUMBERS];
        columns[2][i] = numbers[(i * 7 + i / 256) % NUMBERS];
        columns[3][i] = i % 3 == 2 ? (double)NAN : i % 3;
    }
}

static struct feel_value given(double v, bool boolean)
{
    return isnan(v) ? feel_null() : boolean ? feel_boolean(v == 1) : feel_double(v);
}

static bool near(double got, struct feel_value want)
{
    if (want.kind == FEEL_NULL) return isnan(got);
    double w = want.kind == FEEL_BOOLEAN ? want.flag : feel_to_double(want);
    return got == w || fabs(got - w) <= 1e-12 * (fabs(w) + 1);
}

static void same_as_eval(struct test_tally *t)
{
    static const char *const expressions[] = {
        "price",
        "5",
        "null",
        "price * 1.19 - unit cost",
        "(price + n) + unit cost",
        "(price + n) - unit cost",
        "unit cost - (price + n)",
        "(price + n) * unit cost",
        "min(price + n, unit cost)",
        "max(price + n, unit cost)",
        "unit cost * (price + n)",
        "max(unit cost, price + n)",
        "(price + n) - (unit cost * 2)",
        "(price - n) + unit cost",
        "(price - n) - unit cost",
        "unit cost - (price - n)",
        "(price - n) * unit cost",
        "min(price - n, unit cost)",
        "max(price - n, unit cost)",
        "unit cost * (price - n)",
        "max(unit cost, price - n)",
        "(price - n) - (unit cost * 2)",
        "(price * n) + unit cost",
        "(price * n) - unit cost",
        "unit cost - (price * n)",
        "(price * n) * unit cost",
        "min(price * n, unit cost)",
        "max(price * n, unit cost)",
        "unit cost * (price * n)",
        "max(unit cost, price * n)",
        "(price * n) - (unit cost * 2)",
        "-price",
        "price / unit cost",
        "(price + n) / (n - 1)",
        "if price > unit cost then price - unit cost else 0",
        "if vip then price else null",
        "price between 1 and 10",
        "price in [1..10]",
        "price in (1..10]",
        "price in (< 2, > 5, 3.25)",
        "price in (n..unit cost)",
        "price > 1 and unit cost <= 2",
        "price = 1 or vip",
        "not(vip)",
        "not(vip and price != n)",
        "price = null",
        "n != null",
        "min(price, unit cost, 3)",
        "max(price, n)",
        "max([price, 1])",
        "sum(price, n, 1)",
        "mean(price, n)",
        "abs(price)",
        "floor(price)",
        "ceiling(price)",
        "floor(price, 1)",
        "round half up(price, 0)",
        "round half down(price, 0)",
        "round up(price, 1)",
        "round down(price, 0)",
        "decimal(price, 0)",
        "round half up(price * 100, -2)",
        "sqrt(price)",
        "exp(price / 100)",
        "log(price)",
        "modulo(price, n)",
        "price ** 2",
        "price ** 0.5",
        "if price >= 10 then price * 0.9 else if price >= 2 then price * 0.95 else price",
        "(if vip then 0.8 else 1) * max(price, 0) * n + abs(unit cost - price) / 2 - modulo(n, 3)",
        "price in (1, 2.5, [10..20))",
        "floor(n: price)",
        "vip = true",
        "price ** n < 100 or unit cost > 1",
    };
    static double columns[NAMES][ROWS], out[ROWS];
    const double *at[] = {columns[0], columns[1], columns[2], columns[3]};
    struct arena a;
    fill(columns);
    arena_init(&a, 0);
    for (size_t e = 0; e < ARRAY_COUNT(expressions); e++) {
        struct err err = {0};
        const struct feel_columns *c;
        const struct feel_program *p;
        str source = str_of(expressions[e]);
        if (!CHECK(feel_compile_columns(&a, &scope, source, &c, &err) == 0 &&
                   feel_compile(&a, &scope, source, &p, &err) == 0)) {
            printf("  %s: %s\n", expressions[e], err.message);
            continue;
        }
        feel_eval_columns(c, &a, at, ROWS, out);
        size_t wrong = 0, first = 0;
        for (size_t i = 0; i < ROWS; i++) {
            struct feel_env env = {.arena = &a};
            struct feel_value inputs[NAMES], want;
            for (size_t k = 0; k < NAMES; k++) inputs[k] = given(columns[k][i], k == 3);
            if (feel_eval(p, &env, inputs, &want, &err) < 0 || !near(out[i], want)) {
                if (!wrong++) first = i;
            }
        }
        if (!CHECK(wrong == 0))
            printf("  %s: %zu rows, the first with price %g, unit cost %g, n %g, vip %g gave %g\n", expressions[e],
                   wrong, columns[0][first], columns[1][first], columns[2][first], columns[3][first], out[first]);
    }
    arena_release(&a);
}

static void in_place(struct test_tally *t)
{
    static double column[ROWS], other[ROWS];
    const double *at[] = {column, other, other, other};
    struct arena a;
    struct err err;
    const struct feel_columns *c;
    arena_init(&a, 0);
    for (size_t i = 0; i < ROWS; i++) column[i] = (double)i, other[i] = 1;
    CHECK(feel_compile_columns(&a, &scope, STR("price * 2 + price"), &c, &err) == 0);
    size_t used = a.used;
    feel_eval_columns(c, &a, at, ROWS, column);
    CHECK(column[0] == 0 && column[7] == 21 && column[ROWS - 1] == 3 * (ROWS - 1));
    feel_eval_columns(c, &a, at, 0, column);
    CHECK(a.used == used);
    arena_release(&a);
}

static void refusals(struct test_tally *t)
{
    static const struct {
        const char *source, *message;
        size_t from, to;
    } cases[] = {{"price + sum(for i in 1..3 return i)", "a list can't be evaluated in columns", 12, 34},
                 {"string length(\"a\") + price", "string length() can't be evaluated in columns", 0, 18},
                 {"1 + if price > 1 then count([1]) else 2", "count() can't be evaluated in columns", 22, 32},
                 {"price = \"a\"", NULL, 0, 0},
                 {"[price]", "a list can't be evaluated in columns", 0, 7},
                 {"{a: price}", "a context can't be evaluated in columns", 0, 10},
                 {"@\"2026-01-01\"", "a date can't be evaluated in columns", 0, 13},
                 {"floor(price, n)",
                  "rounding to a scale that is no constant whole number can't be evaluated in columns", 13, 14},
                 {"some x in [1, 2] satisfies x > price", "'some' can't be evaluated in columns", 0, 36}};
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct err err = {0};
        const struct feel_columns *c;
        CHECK(feel_compile_columns(&a, &scope, str_of(cases[i].source), &c, &err) < 0);
        CHECK(err.code == ERR_SYNTAX);
        if (!cases[i].message) continue;
        CHECK_STR(str_of(err.message), str_of(cases[i].message));
        if (!CHECK(err.from == cases[i].from && err.to == cases[i].to))
            printf("  %s: %zu to %zu\n", cases[i].source, err.from, err.to);
    }
    static const struct feel_variable text[] = {{STR_INIT("t"), &feel_type_string, false}};
    const struct feel_scope wrong = {.variables = text, .count = 1};
    const struct feel_columns *c;
    struct err err = {0};
    CHECK(feel_compile_columns(&a, &wrong, STR("1"), &c, &err) < 0);
    CHECK_STR(str_of(err.message), STR("'t' is neither a number nor a boolean"));
    arena_release(&a);
}

TEST_MAIN(same_as_eval, in_place, refusals)
