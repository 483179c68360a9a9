/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as they are read, and what differs between two versions of them. */
#include "ruling_tables.h"
#include "test.h"

#define MODEL(body)                                                                                                    \
    "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' name='m' namespace='urn:m'>" body               \
    "</definitions>"
#define TABLE(name, rules)                                                                                             \
    "<decision id='" name "' name='" name "'><question>Which?</question><variable name='" name "'/>"                   \
    "<decisionTable hitPolicy='COLLECT' aggregation='SUM'><input><inputExpression><text>age</text></inputExpression>"  \
    "</input><output/><annotation name='why'/>" rules "</decisionTable></decision>"
#define RULE(id, test, gives, why)                                                                                     \
    "<rule" id "><inputEntry><text>" test "</text></inputEntry><outputEntry><text>" gives                              \
    "</text></outputEntry><annotationEntry><text>" why "</text></annotationEntry></rule>"
#define ID(x) " id='" x "'"

static const struct table_view *read_text(struct test_tally *t, struct arena *a, const char *text, size_t *count)
{
    struct err err;
    const struct table_view *views = NULL;
    CHECK(tables_read(a, str_of(text), &views, count, &err) == 0);
    return views;
}

static void reads_tables(struct test_tally *t)
{
    struct arena a;
    size_t count;
    struct err err;
    const struct table_view *none;
    arena_init(&a, 0);
    const struct table_view *v = read_text(
        t, &a,
        MODEL(TABLE("fee", RULE(ID("r1"), "&lt; 18", "0", "Children pay nothing.")) "<decision name='sum'>"
                                                                                    "<literalExpression><text> a + "
                                                                                    "b </text></literalExpression>"
                                                                                    "</decision>"),
        &count);
    CHECK(count == 2);
    CHECK_STR(v[0].policy, STR("COLLECT SUM"));
    CHECK_STR(v[0].question, STR("Which?"));
    CHECK(v[0].input_count == 1 && v[0].output_count == 1 && v[0].rule_count == 1);
    CHECK_STR(v[0].heads[0], STR("age"));
    CHECK_STR(v[0].heads[1], STR("fee")); /* an output without a name is the decision */
    CHECK_STR(v[0].rules[0].cells[0], STR("< 18"));
    CHECK_STR(v[0].rules[0].why, STR("Children pay nothing."));
    CHECK(!v[1].policy.n);
    CHECK_STR(v[1].expression, STR("a + b"));
    CHECK(tables_read(&a, STR("no model"), &none, &count, &err) < 0);
    arena_release(&a);
}

static const struct compared_table *compare(struct test_tally *t, struct arena *a, const char *before,
                                            const char *after, size_t *count)
{
    const struct compared_table *out;
    size_t n, m;
    const struct table_view *x = read_text(t, a, before, &n), *y = read_text(t, a, after, &m);
    *count = tables_compare(a, x, n, y, m, &out);
    return out;
}

static void compares(struct test_tally *t)
{
    struct arena a;
    size_t count;
    arena_init(&a, 0);
    /* By id: one changed, one gone from between, one added; the order is that of the file. */
    const struct compared_table *x = compare(
        t, &a,
        MODEL(TABLE("fee", RULE(ID("r1"), "1", "1", "a") RULE(ID("r2"), "2", "2", "b") RULE(ID("r3"), "3", "3", "c"))),
        MODEL(TABLE("fee", RULE(ID("r1"), "1", "1", "a") RULE(ID("r3"), "3", "4", "c") RULE(ID("r4"), "5", "5", "d"))),
        &count);
    CHECK(count == 1 && x[0].change == TABLE_CHANGED && x[0].rule_count == 4 && x[0].changed_count == 3);
    CHECK(x[0].rules[0].change == TABLE_SAME);
    CHECK(x[0].rules[1].change == TABLE_GONE);
    CHECK_STR(x[0].rules[1].rule->id, STR("r2"));
    CHECK(x[0].rules[2].change == TABLE_CHANGED && !x[0].rules[2].cells[0].changed && x[0].rules[2].cells[1].changed);
    CHECK_STR(x[0].rules[2].cells[1].before, STR("3"));
    CHECK_STR(x[0].rules[2].cells[1].after, STR("4"));
    CHECK(x[0].rules[3].change == TABLE_ADDED);
    /* Without ids: by place; another reason is a change too. */
    x = compare(t, &a, MODEL(TABLE("fee", RULE("", "1", "1", "a"))),
                MODEL(TABLE("fee", RULE("", "1", "1", "other") RULE("", "2", "2", "b"))), &count);
    CHECK(x[0].rules[0].change == TABLE_CHANGED && x[0].rules[0].cells[2].changed);
    CHECK(x[0].rules[1].change == TABLE_ADDED);
    /* Whole tables. */
    x = compare(t, &a, MODEL(TABLE("fee", "") TABLE("old", "")), MODEL(TABLE("new", "") TABLE("fee", "")), &count);
    CHECK(count == 3 && x[0].change == TABLE_ADDED && x[1].change == TABLE_SAME && x[2].change == TABLE_GONE);
    /* The same id twice is no reason to lose one. */
    x = compare(t, &a, MODEL(TABLE("fee", RULE(ID("r1"), "1", "1", "a"))),
                MODEL(TABLE("fee", RULE(ID("r1"), "1", "1", "a") RULE(ID("r1"), "2", "2", "b"))), &count);
    CHECK(x[0].rule_count == 2 && x[0].rules[1].change == TABLE_ADDED);
    arena_release(&a);
}

TEST_MAIN(reads_tables, compares)
