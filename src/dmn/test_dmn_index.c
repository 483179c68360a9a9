/* SPDX-License-Identifier: Apache-2.0 */
/* Random tables, decided with the index and without it: the results must be the same, also where the index keeps lists.
 */
#include "dmn_index.h"
#include "feel_value.h"
#include "test.h"

#include <stdlib.h>

enum { FAR = 100000000 };
static uint32_t next(uint32_t *seed) { return *seed = *seed * 1664525u + 1013904223u, *seed >> 8; }

static void random_cell(struct buf *out, uint32_t *seed, int kind, uint32_t span)
{
    unsigned a = next(seed) % span, b = a + next(seed) % (span / 2 + 1);
    if (kind == 0 && next(seed) % 8 == 0) b += FAR; /* most constants crowd in a small part of the column */
    if (kind == 0 && next(seed) % 4 == 0) {         /* digits behind the point make the column's keys finer */
        buf_printf(out, "[%u.%u..%u.25)", a, next(seed) % 10, b);
        return;
    }
    const char *quote = kind == 1 ? "\"s" : kind == 2 ? "@\"2026-01-0" : "", *end = kind ? "\"" : "";
    if (kind == 2) a = a % 9 + 1, b = b % 9 + 1;
    switch (next(seed) % 10) {
    case 0: buf_text(out, "-"); break;
    case 1: buf_printf(out, "%s%u%s", quote, a, end); break;
    case 2: buf_printf(out, "[%s%u%s..%s%u%s)", quote, a, end, quote, b, end); break;
    case 3: buf_printf(out, "&lt; %s%u%s", quote, a, end); break;
    case 4: buf_printf(out, "&gt;= %s%u%s", quote, a, end); break;
    case 5: buf_printf(out, "%s%u%s, %s%u%s", quote, a, end, quote, b, end); break;
    case 6: buf_printf(out, "not(%s%u%s)", quote, a, end); break;
    case 7: buf_printf(out, "? != %s%u%s", quote, b, end); break;
    case 8: buf_printf(out, "!= %s%u%s", quote, a, end); break;
    default: buf_printf(out, "(%s%u%s..%s%u%s], %s%u%s", quote, a, end, quote, b, end, quote, a / 2 + 1, end); break;
    }
}

static void make_model(struct buf *out, uint32_t seed, size_t rules, uint32_t span)
{
    buf_text(out, "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' namespace='n' name='random'>");
    for (int i = 0; i < 3; i++)
        buf_printf(out, "<inputData name='i%d' id='i%d'><variable name='i%d'/></inputData>", i, i, i);
    buf_text(out, "<decision name='d' id='d'><variable name='d'/>");
    for (int i = 0; i < 3; i++)
        buf_printf(out, "<informationRequirement><requiredInput href='#i%d'/></informationRequirement>", i);
    buf_text(out, "<decisionTable hitPolicy='RULE ORDER'>");
    for (int i = 0; i < 3; i++)
        buf_printf(out, "<input><inputExpression><text>i%d</text></inputExpression></input>", i);
    buf_text(out, "<output/>");
    for (size_t r = 0; r < rules; r++) {
        buf_text(out, "<rule>");
        for (int i = 0; i < 3; i++) {
            buf_text(out, "<inputEntry><text>");
            random_cell(out, &seed, i, span);
            buf_text(out, "</text></inputEntry>");
        }
        buf_printf(out, "<outputEntry><text>%zu</text></outputEntry></rule>", r + 1);
    }
    buf_text(out, "</decisionTable></decision></definitions>");
}

static struct feel_value random_value(uint32_t *seed, int kind, struct arena *a, uint32_t span)
{
    unsigned n = next(seed) % (span + 2) + (kind == 0 && next(seed) % 8 == 0 ? FAR : 0);
    switch (next(seed) % 12) {
    case 0: return feel_null();
    case 1: return feel_boolean(true);
    case 2: {
        struct feel_value *one = value_new_items(a, 1);
        *one = feel_int(n);
        return feel_list(one, 1);
    }
    default: break;
    }
    struct feel_value v;
    static const char *const behind[] = {"", ".0", ".1", ".25", ".250", ".251", ".9", ".5000000000000", "e3", ".125"};
    if (kind == 0 &&
        feel_number(arena_printf(a, "%s%u%s", next(seed) % 9 ? "" : "-", n, behind[next(seed) % ARRAY_COUNT(behind)]),
                    &v))
        return v;
    if (kind == 1) return feel_string(arena_printf(a, "s%u", n));
    return feel_date(20453 + n % 11);
}

static void compare(struct test_tally *t, uint32_t seed, size_t rules, uint32_t span, size_t tries)
{
    struct buf text;
    struct dmn_model *m;
    struct err err = {0};
    buf_init(&text, 64 << 20);
    make_model(&text, seed, rules, span);
    struct dmn_source source = {buf_get(&text), STR("random.dmn")};
    if (!CHECK(dmn_load(&source, 1, NULL, &m, &err) == 0)) {
        printf("%s\n", err.message);
        return;
    }
    const struct dmn_node *n = dmn_find(m, STR_NONE, STR("d"), &err);
    struct dmn_table *table = (struct dmn_table *)(uintptr_t)n->logic->table;
    const struct table_index *index = table->index;
    CHECK(!n->failed && index);
    for (size_t i = 0; i < tries; i++) {
        struct arena a;
        arena_init(&a, 0);
        struct feel_env env = {.arena = &a};
        struct feel_entry entries[3];
        struct dmn_result with, without;
        char names[3][3] = {"i0", "i1", "i2"};
        for (int k = 0; k < 3; k++) entries[k] = (struct feel_entry){{names[k], 2}, random_value(&seed, k, &a, span)};
        struct feel_value inputs = feel_context(entries, 3);
        CHECK(dmn_eval(n, &env, inputs, false, &with, &err) == 0);
        table->index = NULL;
        CHECK(dmn_eval(n, &env, inputs, false, &without, &err) == 0);
        table->index = index;
        if (!CHECK(feel_same(with.value, without.value)))
            printf("seed %u, case %zu: %u rules with the index, %u without\n", seed, i, with.value.count,
                   without.value.count);
        arena_release(&a);
    }
    dmn_free(m);
    buf_release(&text);
}

/* Texts that differ in one byte, or only in length, in columns of few and of many, of short ones and of long. */
static void texts(struct test_tally *t)
{
    static const char *const all[] = {"",
                                      "a",
                                      "b",
                                      "ab",
                                      "abc",
                                      "abcd",
                                      "abce",
                                      "abcdefg",
                                      "abcdefgh",
                                      "abcdefgi",
                                      "abcdefghi",
                                      "abcdXfghi",
                                      "abcdefgXi",
                                      "abcdefghX",
                                      "abcdefgh12345678",
                                      "abcdefgh12345679",
                                      "abcdXfgh12345678",
                                      "abcdefgh123456789",
                                      "abcdefgh123456780"};
    for (size_t from = 0; from < ARRAY_COUNT(all); from++)
        for (size_t rules = 1; rules <= ARRAY_COUNT(all) - from; rules++) {
            struct buf text;
            struct dmn_model *m;
            struct err err = {0};
            buf_init(&text, 1 << 20);
            buf_text(&text, "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' namespace='n' name='t'>"
                            "<inputData name='i' id='i'/><decision name='d' id='d'><informationRequirement>"
                            "<requiredInput href='#i'/></informationRequirement><decisionTable><input><inputExpression>"
                            "<text>i</text></inputExpression></input><output/>");
            for (size_t r = from; r < from + rules; r++)
                buf_printf(&text,
                           "<rule><inputEntry><text>\"%s\"</text></inputEntry><outputEntry><text>%zu</text>"
                           "</outputEntry></rule>",
                           all[r], r);
            buf_text(&text, "</decisionTable></decision></definitions>");
            struct dmn_source source = {buf_get(&text), STR("texts.dmn")};
            if (!CHECK(dmn_load(&source, 1, NULL, &m, &err) == 0)) return;
            const struct dmn_node *n = dmn_find(m, STR_NONE, STR("d"), &err);
            for (size_t i = 0; i < ARRAY_COUNT(all); i++) {
                struct arena a;
                struct dmn_result got;
                arena_init(&a, 0);
                struct feel_env env = {.arena = &a};
                struct feel_entry entry = {STR("i"), feel_string(str_of(all[i]))};
                bool there = i >= from && i < from + rules;
                CHECK(dmn_eval(n, &env, feel_context(&entry, 1), false, &got, &err) == 0);
                CHECK(feel_same(got.value, there ? feel_int((int64_t)i) : feel_null()));
                arena_release(&a);
            }
            dmn_free(m);
            buf_release(&text);
        }
}

static void small(struct test_tally *t)
{
    for (uint32_t seed = 1; seed <= 30; seed++) compare(t, seed, 5 + seed, 6, 100);
}
static void large(struct test_tally *t) { compare(t, 99, 9000, 5000, 20); }

TEST_MAIN(texts, small, large)
