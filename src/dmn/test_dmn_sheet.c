/* SPDX-License-Identifier: Apache-2.0 */
/* Sheets: one evaluation that is changed and asked again; and what a model says to people. */
#include "dmn.h"
#include "test.h"

static const char model_text[] =
    "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' xmlns:e='urn:entente:rulebook:1' name='m' "
    "namespace='urn:m'><extensionElements><e:version> 2026-1 </e:version></extensionElements>"
    "<itemDefinition name='tData'><typeRef>string</typeRef><allowedValues><text>\"none\", "
    "\"personal\"</text></allowedValues></itemDefinition>"
    "<inputData name='data' id='data' label='Which data?'><description>Of people.</description><extensionElements>"
    "<e:from>application.data class</e:from></extensionElements><variable name='data' typeRef='tData'/></inputData>"
    "<inputData name='cost' id='cost'><variable name='cost' typeRef='number'/></inputData>"
    "<decision name='twice' id='twice'><variable name='twice' typeRef='number'/>"
    "<informationRequirement><requiredInput href='#cost'/></informationRequirement>"
    "<literalExpression><text>cost * 2</text></literalExpression></decision>"
    "<decision name='zone' id='zone'><variable name='zone' typeRef='string'/>"
    "<informationRequirement><requiredInput href='#data'/></informationRequirement>"
    "<informationRequirement><requiredDecision href='#twice'/></informationRequirement>"
    "<decisionTable hitPolicy='FIRST'><input><inputExpression typeRef='string'><text>data</text></inputExpression>"
    "</input><input><inputExpression typeRef='number'><text>twice</text></inputExpression></input>"
    "<output typeRef='string'/><annotation name='why'/>"
    "<rule id='z1'><inputEntry><text>\"none\"</text></inputEntry><inputEntry><text>&lt; 100</text></inputEntry>"
    "<outputEntry><text>\"green\"</text></outputEntry><annotationEntry><text>Small.</text></annotationEntry></rule>"
    "<rule id='z2'><description>Not "
    "said.</description><inputEntry><text>-</text></inputEntry><inputEntry><text>[0..500]</text></inputEntry>"
    "<outputEntry><text>\"amber\"</text></outputEntry><annotationEntry><text>Middling.</text></annotationEntry></rule>"
    "<rule "
    "id='z3'><description>Large.</description><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></"
    "inputEntry>"
    "<outputEntry><text>\"red\"</text></outputEntry></rule></decisionTable></decision></definitions>";

struct world {
    struct arena a;
    struct dmn_model *m;
    struct feel_env env;
    const struct dmn_node *zone, *twice, *cost, *data;
};

static const struct dmn_node *node(struct world *w, const char *name)
{
    struct err err = {0};
    const struct dmn_node *n = dmn_find(w->m, STR_NONE, str_of(name), &err);
    MUST(n);
    return n;
}
static void enter(struct world *w)
{
    struct dmn_source source = {str_of(model_text), STR("m.dmn")};
    struct err err = {0};
    arena_init(&w->a, 0);
    MUST(dmn_load(&source, 1, NULL, &w->m, &err) == 0);
    w->env = (struct feel_env){.arena = &w->a};
    w->zone = node(w, "zone"), w->twice = node(w, "twice"), w->cost = node(w, "cost"), w->data = node(w, "data");
}
static void leave(struct world *w)
{
    dmn_free(w->m);
    arena_release(&w->a);
}
static str text_of(struct dmn_sheet *s, const struct dmn_node *n)
{
    struct feel_value v;
    struct err err = {0};
    MUST(dmn_sheet_get(s, n, &v, &err) == 0);
    return v.kind == FEEL_STRING ? v.text : STR("");
}

static void a_sheet_evaluates_again_only_what_is_forgotten(struct test_tally *t)
{
    struct world w;
    enter(&w);
    struct dmn_sheet *s = dmn_sheet_new(w.m, &w.env, true);
    dmn_sheet_put(s, w.data, feel_string(STR("none"))), dmn_sheet_put(s, w.cost, feel_int(10));
    CHECK_STR(text_of(s, w.zone), STR("green"));
    const struct dmn_trace *trace = dmn_sheet_trace(s);
    while (trace->next && !trace->rule_count) trace = trace->next;
    CHECK(trace->rule_count == 3);
    CHECK(trace->decided == 1);
    CHECK_STR(trace->words[0].id, STR("z1"));
    CHECK_STR(trace->words[0].why, STR("Small."));
    CHECK_STR(trace->words[1].why, STR("Middling."));
    CHECK_STR(trace->words[2].why, STR("Large.")); /* no annotation */
    dmn_sheet_put(s, w.cost, feel_int(100));
    CHECK_STR(text_of(s, w.zone), STR("green")); /* not forgotten */
    struct dmn_sheet *branch = dmn_sheet_branch(s, false);
    dmn_sheet_forget(branch, w.twice), dmn_sheet_forget(branch, w.zone);
    CHECK_STR(text_of(branch, w.zone), STR("amber"));
    CHECK(!dmn_sheet_trace(branch));
    CHECK_STR(text_of(s, w.zone), STR("green"));
    dmn_sheet_put(branch, w.twice, feel_int(501)); /* a decision can be given, too */
    dmn_sheet_forget(branch, w.zone);
    CHECK_STR(text_of(branch, w.zone), STR("red"));
    leave(&w);
}

static void a_value_is_fitted_to_its_type(struct test_tally *t)
{
    struct world w;
    enter(&w);
    size_t count;
    struct dmn_sheet *s = dmn_sheet_new(w.m, &w.env, false);
    CHECK(dmn_sheet_fit(s, w.data, feel_string(STR("secret"))).kind == FEEL_NULL);
    CHECK(dmn_sheet_fit(s, w.cost, feel_string(STR("ten"))).kind == FEEL_NULL);
    CHECK_STR(text_of(s, w.zone), STR("red"));
    dmn_sheet_errors(s, &count);
    CHECK(count > 0); /* why `twice` is null */
    leave(&w);
}

static void a_model_has_words_values_and_constants(struct test_tally *t)
{
    struct world w;
    const struct dmn_node *needs[1];
    size_t count;
    enter(&w);
    CHECK_STR(dmn_extension(w.m, "version"), STR("2026-1"));
    CHECK_STR(dmn_node_label(w.data), STR("Which data?"));
    CHECK_STR(dmn_node_label(w.cost), STR("cost"));
    CHECK_STR(dmn_node_text(w.data, "description"), STR("Of people."));
    CHECK_STR(dmn_node_extension(w.data, "from"), STR("application.data class"));
    CHECK(!dmn_node_extension(w.cost, "from").p);
    CHECK(dmn_node_requires(w.zone, needs, 1) == 2);
    CHECK(needs[0] == w.data);
    const struct feel_value *v = dmn_node_values(w.data, &w.a, &count);
    CHECK(count == 2);
    CHECK_STR(v[1].text, STR("personal"));
    dmn_node_values(w.cost, &w.a, &count);
    CHECK(count == 0);
    v = dmn_node_constants(w.twice, &w.a, &count);
    CHECK(count == 3);
    CHECK(feel_same(v[0], feel_int(0)) && feel_same(v[1], feel_int(100)) && feel_same(v[2], feel_int(500)));
    leave(&w);
}

TEST_MAIN(a_sheet_evaluates_again_only_what_is_forgotten, a_value_is_fitted_to_its_type,
          a_model_has_words_values_and_constants)
