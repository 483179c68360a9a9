/* SPDX-License-Identifier: Apache-2.0 */
/* Rules changed in a model's text: the rest of it stays to the byte. */
#include "dmn.h"
#include "dmn_edit.h"
#include "test.h"

#define COLUMNS 2

/* As editors write it: a prefix, comments, diagrams, ids at cells, CDATA, an empty cell. */
#define HEAD                                                                                                           \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- ours -->\n"                                                      \
    "<d:definitions xmlns:d=\"http://www.omg.org/spec/DMN/20151101/dmn.xsd\" id=\"m\" name=\"m\" "                     \
    "namespace=\"urn:m\">\n"                                                                                           \
    "  <d:inputData id=\"i\" name=\"age\"><d:variable name=\"age\" typeRef=\"number\"/></d:inputData>\n"               \
    "  <d:decision  id=\"fee\"   name=\"fee\">\n    <d:variable name='fee' typeRef='string'/>\n"                       \
    "    <d:informationRequirement id=\"n\"><d:requiredInput href=\"#i\"/></d:informationRequirement>\n"               \
    "    <d:decisionTable id=\"t\">\n      <d:input id=\"t_i\"><d:inputExpression><d:text>age</d:text>"                \
    "</d:inputExpression></d:input>\n      <d:output id=\"t_o\"/>\n"
#define RULE_1                                                                                                         \
    "      <d:rule id=\"fee_r1\">\n        <d:description>Children pay nothing.</d:description>\n"                     \
    "        <d:inputEntry id=\"a1\"><d:text>\n          &lt; 18\n        </d:text></d:inputEntry>\n"                  \
    "        <d:outputEntry id=\"a2\"><d:text><![CDATA[\"none\"]]></d:text></d:outputEntry>\n      </d:rule>\n"
#define BETWEEN "      <!-- grown up -->\n"
#define RULE_2                                                                                                         \
    "      <d:rule id=\"fee_r2\">\n        <d:inputEntry id=\"b1\"/>\n"                                                \
    "        <d:outputEntry id=\"b2\"><d:text>\"full\"</d:text></d:outputEntry>\n      </d:rule>\n"
#define TAIL                                                                                                           \
    "    </d:decisionTable>\n  </d:decision>\n  <x:shape xmlns:x=\"urn:x\" ref=\"fee_r1\"  w='1'/>\n"                  \
    "</d:definitions>\n"
#define MODEL HEAD RULE_1 BETWEEN RULE_2 TAIL

static str edit(struct test_tally *t, struct arena *a, const char *model, const struct edited_rule *rules, size_t count)
{
    str out = STR("");
    struct err err = {0};
    if (!CHECK(dmn_edit_rules(a, str_of(model), STR("fee"), rules, count, COLUMNS, NULL, 0, &out, &err) == 0))
        printf("%s\n", err.message);
    return out;
}

#define CELLS(...) ((const str[]){__VA_ARGS__})
static const struct edited_rule kept_1 = {0, (const str[]){STR_INIT("< 18"), STR_INIT("\"none\"")},
                                          STR_INIT("Children pay nothing.")},
                                kept_2 = {1, (const str[]){STR_INIT(""), STR_INIT("\"full\"")}, STR_INIT("")};

static void keeps(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
    const struct edited_rule same[] = {kept_1, kept_2};
    CHECK_STR(edit(t, &a, MODEL, same, 2), STR(MODEL));
    /* A cell, and the reason that stands as a description. */
    struct edited_rule changed[] = {kept_1, kept_2};
    changed[0].cells = CELLS(STR("< 21"), STR("\"none\"")), changed[0].why = STR("Under 21 & free.");
    str out = edit(t, &a, MODEL, changed, 2);
    size_t at = str_find(out, STR("<d:text>&lt; 21</d:text>"));
    CHECK(at != STR_NOT_FOUND);
    CHECK(str_find(out, STR("<d:description>Under 21 &amp; free.</d:description>")) != STR_NOT_FOUND);
    CHECK(str_starts(out, STR(HEAD)) && str_ends(out, STR(BETWEEN RULE_2 TAIL)));
    CHECK(str_find(out, STR("<![CDATA[\"none\"]]>")) != STR_NOT_FOUND);
    arena_release(&a);
}

static void fills_what_is_empty(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
    struct edited_rule changed[] = {kept_1, kept_2};
    changed[1].cells = CELLS(STR(">= 18"), STR("\"full\"")), changed[1].why = STR("All others pay.");
    CHECK_STR(
        edit(t, &a, MODEL, changed, 2),
        STR(HEAD RULE_1 BETWEEN
            "      <d:rule id=\"fee_r2\">\n        <d:description>All others pay.</d:description>\n"
            "        <d:inputEntry id=\"b1\"><d:text>&gt;= 18</d:text></d:inputEntry>\n"
            "        <d:outputEntry id=\"b2\"><d:text>\"full\"</d:text></d:outputEntry>\n      </d:rule>\n" TAIL));
    arena_release(&a);
}

static void adds_and_removes(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
    const struct edited_rule added = {EDIT_NEW, CELLS(STR("[18..21)"), STR("\"half\"")), STR("They still learn.")};
#define NEW(id)                                                                                                        \
    "      <d:rule id=\"" id "\">\n        <d:description>They still learn.</d:description>\n"                         \
    "        <d:inputEntry id=\"" id "_i1\"><d:text>[18..21)</d:text></d:inputEntry>\n"                                \
    "        <d:outputEntry id=\"" id "_o1\"><d:text>\"half\"</d:text></d:outputEntry>\n      </d:rule>\n"
    CHECK_STR(edit(t, &a, MODEL, (struct edited_rule[]){kept_1, added, kept_2}, 3),
              STR(HEAD RULE_1 NEW("fee_r3") BETWEEN RULE_2 TAIL));
    CHECK_STR(edit(t, &a, MODEL, (struct edited_rule[]){kept_1}, 1), STR(HEAD RULE_1 BETWEEN TAIL));
    CHECK_STR(edit(t, &a, MODEL, (struct edited_rule[]){kept_2}, 1), STR(HEAD BETWEEN RULE_2 TAIL));
    CHECK(str_starts(edit(t, &a, MODEL, (struct edited_rule[]){added, kept_1, kept_2}, 3),
                     STR(HEAD "      <d:rule id=\"fee_r3\">")));
    /* All new: the old ones go, and their ids with them. */
    str out = edit(t, &a, MODEL, (struct edited_rule[]){added, added}, 2);
    CHECK(str_find(out, STR("fee_r3")) != STR_NOT_FOUND && str_find(out, STR("fee_r4")) != STR_NOT_FOUND);
    CHECK(str_find(out, STR("id=\"fee_r2\"")) == STR_NOT_FOUND && str_ends(out, STR(BETWEEN TAIL)));
    /* A table without rules yet. */
    CHECK(str_find(edit(t, &a, HEAD TAIL, &added, 1), STR("<d:rule id=\"t_r1\">\n        <d:description>")) !=
          STR_NOT_FOUND);
    /* An id that was used once. */
    struct err err;
    const str avoid[] = {STR_INIT("fee_r3"), STR_INIT("fee_r4")};
    const struct edited_rule rules[] = {kept_1, kept_2, added};
    CHECK(dmn_edit_rules(&a, STR(MODEL), STR("fee"), rules, 3, COLUMNS, avoid, 2, &out, &err) == 0);
    CHECK(str_find(out, STR("id=\"fee_r5\"")) != STR_NOT_FOUND);
    arena_release(&a);
}

/* DMN 1.5 without a prefix, all on one line, with a column of annotations. */
static void annotations(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
#define FLAT(rules)                                                                                                    \
    "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' name='m' namespace='urn:m'><decision "          \
    "name='fee'><variable name='fee'/><decisionTable><input><inputExpression><text>age</text></inputExpression>"       \
    "</input><output/><annotation name='why'/>" rules "</decisionTable></decision></definitions>"
#define OLD "<rule><inputEntry><text>&lt; 18</text></inputEntry><outputEntry><text>\"none\"</text></outputEntry>"
    const struct edited_rule rules[] = {
        {0, CELLS(STR("< 18"), STR("\"none\"")), STR("Said.")},
        {EDIT_NEW, CELLS(STR(">= 18"), STR("\"full\"")), STR("New.")},
    };
    CHECK_STR(
        edit(t, &a, FLAT(OLD "<annotationEntry><text/></annotationEntry></rule>"), rules, 2),
        STR(FLAT(OLD "<annotationEntry><text>Said.</text></annotationEntry></rule>"
                     "<rule id=\"rule_2\"><inputEntry><text>&gt;= 18</text></inputEntry><outputEntry><text>\"full\""
                     "</text></outputEntry><annotationEntry><text>New.</text></annotationEntry></rule>")));
    CHECK_STR(edit(t, &a, FLAT(OLD "<annotationEntry/></rule>"), rules, 1),
              STR(FLAT(OLD "<annotationEntry><text>Said.</text></annotationEntry></rule>")));
    arena_release(&a);
}

/* What was edited means what it says. */
static void means(struct test_tally *t)
{
    struct arena a;
    struct dmn_model *m;
    struct err err;
    size_t count;
    arena_init(&a, 0);
    struct edited_rule rules[] = {kept_1, kept_2};
    rules[1].cells = CELLS(STR(">= 21"), STR("\"a & b < c\""));
    const struct dmn_source source = {edit(t, &a, MODEL, rules, 2), STR_NONE};
    if (!CHECK(dmn_check(&source, 1, &m, &err) == 0)) return;
    const struct dmn_finding *findings = dmn_findings(m, &count);
    CHECK(count == 1 && findings[0].kind == DMN_GAP && findings[0].test_count == 1);
    if (count) CHECK_STR(findings[0].node, STR("fee"));
    if (count) CHECK_STR(findings[0].tests[0], STR("[18..21)")); /* a cell for the rule that is missing */
    dmn_free(m);
    arena_release(&a);
}

static void extensions(struct test_tally *t)
{
    struct arena a;
    struct err err;
    str out;
    arena_init(&a, 0);
#define VERSION(text)                                                                                                  \
    "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' xmlns:e='urn:entente:rulebook:1' name='m' "     \
    "namespace='urn:m'><extensionElements><e:version>" text "</e:version></extensionElements></definitions>"
    CHECK(dmn_edit_extension(&a, STR(VERSION("2026-1")), STR("version"), STR("2026-2 <b>"), &out, &err) == 0);
    CHECK_STR(out, STR(VERSION("2026-2 &lt;b&gt;")));
    CHECK(dmn_edit_extension(&a, STR(MODEL), STR("version"), STR("2"), &out, &err) == 0);
    CHECK_STR(out, STR(MODEL));
    arena_release(&a);
}

static void refuses(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
    const struct edited_rule wrong_order[] = {kept_2, kept_1};
    const struct edited_rule control = {0, CELLS(STR("\x01"), STR("x")), STR("")};
    const struct edited_rule broken = {0, CELLS(STR("a"), STR("x")), STR("\xFF")};
    const struct {
        const char *model, *decision;
        const struct edited_rule *rules;
        size_t count, columns;
        enum err_code code;
        const char *says;
    } cases[] = {
        {MODEL, "fees", &kept_1, 1, 2, ERR_ABSENT, "there is no table 'fees'"},
        {MODEL, "fee", &kept_1, 1, 3, ERR_INPUT, "the table 'fee' has 2 columns, not 3"},
        {MODEL, "fee", wrong_order, 2, 2, ERR_INPUT, "rule 2 of the new ones stands before one that it stood behind"},
        {MODEL, "fee", &control, 1, 2, ERR_INPUT, "a cell has a character that no XML can hold"},
        {MODEL, "fee", &broken, 1, 2, ERR_INPUT, "a reason is not clean UTF-8 text"},
        {"<?xml version='1.0' encoding='ISO-8859-1' standalone=\"yes\"?>" BETWEEN, "fee", &kept_1, 1, 2, ERR_INPUT,
         "the model is not written in UTF-8"},
        {"<definitions><", "fee", &kept_1, 1, 2, ERR_INPUT, "is not well-formed XML: unclosed token"},
        {HEAD "<d:rule id='fee_r1'/>" TAIL, "fee", &kept_1, 1, 2, ERR_INPUT,
         "rule 1 has fewer cells than the table has columns"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct err err = {0};
        str out;
        CHECK(dmn_edit_rules(&a, str_of(cases[i].model), str_of(cases[i].decision), cases[i].rules, cases[i].count,
                             cases[i].columns, NULL, 0, &out, &err) < 0);
        CHECK(err.code == cases[i].code);
        CHECK_STR(str_of(err.message), str_of(cases[i].says));
    }
    arena_release(&a);
}

TEST_MAIN(keeps, fills_what_is_empty, adds_and_removes, annotations, means, extensions, refuses)
