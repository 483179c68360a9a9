/* SPDX-License-Identifier: Apache-2.0 */
/* Cells in plain forms: what is read is what is written, and what is no plain form stays FEEL. */
#include "dmn_plain.h"
#include "test.h"

static const struct feel_value levels[] = {{.kind = FEEL_STRING, .text = STR_INIT("low")},
                                           {.kind = FEEL_STRING, .text = STR_INIT("middle")},
                                           {.kind = FEEL_STRING, .text = STR_INIT("high")}};
static const struct plain_column level = {STR_INIT("risk"), PLAIN_CHOICE, levels, 3},
                                 money = {STR_INIT("cost"), PLAIN_NUMBER, NULL, 0},
                                 day = {STR_INIT("day"), PLAIN_DATE, NULL, 0},
                                 words = {STR_INIT("says"), PLAIN_WORDS, NULL, 0},
                                 other = {STR_INIT("list"), PLAIN_OTHER, NULL, 0};

/* As it reads: "10 <= … < 20", "low|high", "any", "feel". */
static str seen(struct arena *a, const struct plain_column *c, const struct plain_cell *cell)
{
    str out = STR("");
    switch (cell->form) {
    case CELL_ANY: return STR("any");
    case CELL_FEEL: return STR("feel");
    case CELL_VALUE: return cell->from;
    case CELL_CHOSEN:
        for (size_t i = 0; i < c->value_count; i++)
            if (cell->chosen[i])
                out = arena_printf(a, STR_FORMAT "%s" STR_FORMAT, STR_ARGS(out), out.n ? "|" : "",
                                   STR_ARGS(c->values[i].text));
        return out;
    case CELL_SPAN:
        return arena_printf(a, STR_FORMAT "%s.%s" STR_FORMAT, STR_ARGS(cell->from),
                            !cell->from.n       ? ""
                            : cell->from_closed ? "<="
                                                : "<",
                            !cell->to.n       ? ""
                            : cell->to_closed ? "<="
                                              : "<",
                            STR_ARGS(cell->to));
    }
    return out;
}

static void reads_tests(struct test_tally *t)
{
    static const struct {
        const struct plain_column *c;
        const char *text, *seen, *written;
    } cases[] = {
        {&level, "-", "any", "-"},
        {&level, "", "any", "-"},
        {&level, "\"low\"", "low", "\"low\""},
        {&level, "\"high\",\"low\"", "low|high", "\"low\", \"high\""},
        {&level, " not( \"high\" ) ", "low|middle", "not(\"high\")"},
        {&level, "not(\"high\"), not(\"low\")", "feel", NULL},
        {&level, "\"low\", \"middle\", \"high\"", "low|middle|high", "-"},
        {&level, "\"enormous\"", "feel", NULL},
        {&level, "\"low\", \"low\"", "feel", NULL},
        {&level, "other decision", "feel", NULL},
        {&level, "starts with(?, \"l\")", "feel", NULL},
        {&money, "< 10000", ".<10000", "< 10000"},
        {&money, "<=10000", ".<=10000", "<= 10000"},
        {&money, "> 2.50", "2.50<.", "> 2.50"},
        {&money, "[10..20)", "10<=.<20", "[10..20)"},
        {&money, "]10..20]", "10<.<=20", "(10..20]"},
        {&money, "5", "5<=.<=5", "5"},
        {&money, "-5", "-5<=.<=-5", "-5"},
        {&money, "5, 6", "feel", NULL},
        {&money, "not(5)", "feel", NULL},
        {&money, "!= 5", "feel", NULL},
        {&money, "? > 5 and ? < 9", "feel", NULL},
        {&money, "\"ten\"", "feel", NULL},
        {&money, "[1..", "feel", NULL},
        {&money, "sum(for i in 1..1000000 return i)", "feel", NULL},
        {&day, "< date(\"2026-11-22\")", ".<2026-11-22", "< date(\"2026-11-22\")"},
        {&day, ">= @\"2026-11-22\"", "2026-11-22<=.", ">= date(\"2026-11-22\")"},
        {&day, "[date(\"2026-01-01\")..date(\"2027-01-01\"))", "2026-01-01<=.<2027-01-01",
         "[date(\"2026-01-01\")..date(\"2027-01-01\"))"},
        {&day, "< today()", "feel", NULL},
        {&words, "\"a\"", "feel", NULL},
        {&other, "true", "feel", NULL},
    };
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct plain_cell cell;
        struct err err;
        str text = STR("");
        plain_test_read(&a, cases[i].c, str_of(cases[i].text), &cell);
        CHECK_STR(seen(&a, cases[i].c, &cell), str_of(cases[i].seen));
        CHECK(plain_test_write(&a, cases[i].c, &cell, &text, &err) == 0);
        CHECK_STR(text, str_trim(str_of(cases[i].written ? cases[i].written : cases[i].text)));
    }
    arena_release(&a);
}

static void reads_results(struct test_tally *t)
{
    static const struct {
        const struct plain_column *c;
        const char *text, *seen, *written;
    } cases[] = {
        {&level, "\"low\"", "low", "\"low\""},
        {&level, "\"low\", \"high\"", "feel", "\"low\", \"high\""},
        {&words, "\"Ask \\\"both\\\" heads.\"", "Ask \"both\" heads.", "\"Ask \\\"both\\\" heads.\""},
        {&words, "string(5)", "5", "\"5\""},
        {&words, "name", "feel", "name"},
        {&money, "12.50", "12.50", "12.50"},
        {&day, "date(\"2026-11-22\")", "2026-11-22", "date(\"2026-11-22\")"},
        {&other, "{a: 1}", "feel", "{a: 1}"},
    };
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct plain_cell cell;
        struct err err;
        str text = STR("");
        plain_result_read(&a, cases[i].c, str_of(cases[i].text), &cell);
        CHECK_STR(seen(&a, cases[i].c, &cell), str_of(cases[i].seen));
        CHECK(plain_result_write(&a, cases[i].c, &cell, &text, &err) == 0);
        CHECK_STR(text, str_of(cases[i].written));
    }
    arena_release(&a);
}

static void refuses(struct test_tally *t)
{
    bool none[3] = {false, false, false};
    const struct {
        const struct plain_column *c;
        struct plain_cell cell;
        bool result;
        const char *says;
    } cases[] = {
        {&level, {.form = CELL_CHOSEN, .chosen = none}, false, "choose at least one"},
        {&level, {.form = CELL_CHOSEN, .chosen = none}, true, "choose what holds then"},
        {&money, {.form = CELL_SPAN, .from = STR_INIT("ten")}, false, "\"ten\" is not a number, such as 10000 or 2.5"},
        {&money,
         {.form = CELL_SPAN, .from = STR_INIT("20"), .to = STR_INIT("10")},
         false,
         "nothing lies between 20 and 10"},
        {&money,
         {.form = CELL_SPAN, .from = STR_INIT("20"), .to = STR_INIT("20"), .from_closed = true},
         false,
         "nothing lies between 20 and 20"},
        {&day, {.form = CELL_SPAN, .to = STR_INIT("tomorrow")}, false, "\"tomorrow\" is not a day, such as 2026-11-22"},
        {&words, {.form = CELL_VALUE, .from = STR_INIT("  ")}, true, "say what holds then"},
        {&money,
         {.form = CELL_VALUE, .from = STR_INIT("much")},
         true,
         "\"much\" is not a number, such as 10000 or 2.5"},
        {&other, {.form = CELL_FEEL}, true, "say what holds then"},
    };
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct err err = {0};
        str text;
        int result = cases[i].result ? plain_result_write(&a, cases[i].c, &cases[i].cell, &text, &err)
                                     : plain_test_write(&a, cases[i].c, &cases[i].cell, &text, &err);
        CHECK(result < 0);
        CHECK_STR(str_of(err.message), str_of(cases[i].says));
    }
    arena_release(&a);
}

static void columns(struct test_tally *t)
{
    struct arena a;
    struct dmn_model *m = NULL;
    struct err err;
    struct plain_table table;
#define DECISION(name, variable, table)                                                                                \
    "<decision id='" name "' name='" name "'>" variable "<informationRequirement><requiredInput href='#c'/>"           \
    "</informationRequirement><informationRequirement><requiredInput href='#k'/></informationRequirement>" table       \
    "</decision>"
    const struct dmn_source source = {
        STR("<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' name='m' namespace='urn:m'>"
            "<itemDefinition name='tClass'><typeRef>string</typeRef><allowedValues><text>\"none\", \"personal\"</text>"
            "</allowedValues></itemDefinition><itemDefinition name='tTexts' isCollection='true'><typeRef>tClass"
            "</typeRef></itemDefinition><inputData id='c' name='data class'><variable name='data class' "
            "typeRef='tClass'/></inputData><inputData id='k' name='cost'><variable name='cost' typeRef='number'/>"
            "</inputData>" DECISION(
                "one", "<variable name='one' typeRef='tTexts'/>",
                "<decisionTable hitPolicy='COLLECT'><input><inputExpression typeRef='tClass'><text>data class</text>"
                "</inputExpression></input><input><inputExpression><text>cost</text></inputExpression></input><input>"
                "<inputExpression><text>cost &gt; 5</text></inputExpression></input><output/><rule><inputEntry><text>"
                "broken (</text></inputEntry></rule></decisionTable>")
                DECISION("none", "<variable name='none'/>",
                         "<literalExpression><text>cost</text></literalExpression>") "</definitions>"),
        STR_NONE};
    arena_init(&a, 0);
    if (!CHECK(dmn_load(&source, 1, NULL, &m, &err) == 0)) return;
    const struct dmn_node *one = dmn_find(m, STR_NONE, STR("one"), &err),
                          *none = dmn_find(m, STR_NONE, STR("none"), &err);
    CHECK(!dmn_plain_table(none, &a, &table));
    if (CHECK(dmn_plain_table(one, &a, &table))) { /* its rule is broken, its columns are not */
        CHECK(table.input_count == 3 && table.output_count == 1 && !table.one && table.ends);
        CHECK_STR(table.columns[0].head, STR("data class"));
        CHECK(table.columns[0].kind == PLAIN_CHOICE && table.columns[0].value_count == 2);
        CHECK(table.columns[1].kind == PLAIN_NUMBER);
        CHECK(table.columns[2].kind == PLAIN_CHOICE && table.columns[2].values[0].kind == FEEL_BOOLEAN);
        CHECK(table.columns[3].kind == PLAIN_CHOICE && table.columns[3].value_count == 2); /* of its list */
    }
    dmn_free(m);
    arena_release(&a);
}

TEST_MAIN(reads_tests, reads_results, refuses, columns)
