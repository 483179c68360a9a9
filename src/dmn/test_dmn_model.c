/* SPDX-License-Identifier: Apache-2.0 */
/* What the conformance suite does not ask: versions, imports in circles, damage, limits, JSON, checks, formatting. */
#include "dmn_format.h"
#include "test_dmn_world.h"

#include <string.h>

static void versions(struct test_tally *t)
{
    static const char *const spaces[] = {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd", "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/", "https://www.omg.org/spec/DMN/20211108/MODEL/", SPACE_15};
    for (size_t i = 0; i < ARRAY_COUNT(spaces); i++) {
        struct world w;
        struct buf text;
        buf_init(&text, 10000);
        buf_printf(
            &text,
            "<dmn:definitions xmlns:dmn='%s' xmlns:feel='http://www.omg.org/spec/FEEL/20140401' namespace='urn:m'>"
            "<dmn:inputData name='n' id='n'><dmn:variable name='n' typeRef='feel:number'/></dmn:inputData>"
            "<dmn:decision name='d' id='d'><dmn:variable name='d' typeRef='feel:number'/><dmn:informationRequirement>"
            "<dmn:requiredInput href='#n'/></dmn:informationRequirement><dmn:literalExpression><dmn:text>n + "
            "1</dmn:text>"
            "</dmn:literalExpression></dmn:decision></dmn:definitions>",
            spaces[i]);
        const char *texts[] = {text.p};
        if (CHECK(load(&w, texts, 1))) {
            CHECK_STR(decide(&w, "d", "{n: 41}"), STR("42"));
            CHECK_STR(decide(&w, "d", "{n: \"x\"}"), STR("null"));
            CHECK(w.r.error_count > 0 && str_find(w.r.errors[0], STR("not of the type number")) != STR_NOT_FOUND);
        }
        leave(&w);
        buf_release(&text);
    }
}

static void damage(struct test_tally *t)
{
    static const char *const bad[] = {"",
                                      "<",
                                      "<a/>",
                                      "<definitions xmlns='urn:other'/>",
                                      "<!DOCTYPE d [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>" MODEL("&b;"),
                                      "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" MODEL("&x;")};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct world w;
        const char *texts[] = {bad[i]};
        CHECK(!load(&w, texts, 1) && w.err.message[0]);
        leave(&w);
    }
    struct buf deep;
    buf_init(&deep, 1 << 20);
    for (int i = 0; i < 5000; i++) buf_text(&deep, "<a>");
    struct world w;
    const char *texts[] = {deep.p};
    CHECK(!load(&w, texts, 1) && w.err.code == ERR_LIMIT);
    leave(&w);
    buf_release(&deep);
}

static void references(struct test_tally *t)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {MODEL(INPUT("a", "number") "<decision name='d'><informationRequirement><requiredInput href='#a'/>"
                                    "</informationRequirement><literalExpression><text>a</text></literalExpression>"
                                    "</decision>"),
         "7"},
        /* By its name what has no id, but not before what has it as its id. */
        {MODEL("<inputData name='b'/><inputData name='a' id='b'/><decision name='d'><informationRequirement>"
               "<requiredInput href='#b'/></informationRequirement><literalExpression><text>a</text>"
               "</literalExpression></decision>"),
         "7"},
        {MODEL("<inputData name='a'/><decision name='d'><informationRequirement><requiredInput href='#a'/>"
               "</informationRequirement><literalExpression><text>a</text></literalExpression></decision>"),
         "7"},
        {MODEL("<inputData name='a'/><decision name='d'><informationRequirement><requiredInput href='#'/>"
               "</informationRequirement><literalExpression><text>a</text></literalExpression></decision>"),
         "null"},
        /* What stands in other namespaces is not the model's. */
        {MODEL(INPUT("a", "number") "<decision name='d' id='d'><extensionElements><x:decision xmlns:x='urn:x' name='d'>"
                                    "<x:literalExpression>8</x:literalExpression></x:decision></extensionElements>"
                                    "<x:literalExpression xmlns:x='urn:x'><text xmlns='" SPACE_15 "'>9</text>"
                                    "</x:literalExpression>" NEEDS(
                                        "a") "<literalExpression><text>a</text></literalExpression></decision>"),
         "7"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct world w;
        if (CHECK(load(&w, &cases[i].text, 1))) CHECK_STR(decide(&w, "d", "{a: 7}"), str_of(cases[i].want));
        leave(&w);
    }
}

static void one_fails_the_rest_works(struct test_tally *t)
{
    struct world w;
    const char *texts[] = {MODEL(LITERAL("good", "number", "1 + 1") LITERAL("bad", "number", "1 +\n  nowhere")
                                     LITERAL("broken type", "tNowhere", "1"))};
    if (!CHECK(load(&w, texts, 1))) return;
    CHECK_STR(decide(&w, "good", NULL), STR("2"));
    CHECK(w.r.error_count == 0);
    CHECK_STR(decide(&w, "bad", NULL), STR("null"));
    CHECK(w.r.error_count == 1 && str_find(w.r.errors[0], STR("unknown name 'nowhere'")) != STR_NOT_FOUND);
    CHECK_STR(decide(&w, "broken type", NULL), STR("null"));
    size_t count;
    const struct err *e = dmn_errors(w.m, &count);
    CHECK(count == 2);
    CHECK(str_eq(str_of(e[1].field), STR("decision 'bad'")) && e[1].line == 2 &&
          str_eq(str_of(e[1].file), STR("test.dmn")));
    CHECK_STR(decide(&w, "god", NULL), STR("the model has no 'god'; did you mean 'good'?"));
    leave(&w);
}

static void circles(struct test_tally *t)
{
    struct world w;
    const char *texts[] = {
        MODEL("<decision name='a' id='a'><informationRequirement><requiredDecision href='#b'/></informationRequirement>"
              "<literalExpression><text>b</text></literalExpression></decision>"
              "<decision name='b' id='b'><informationRequirement><requiredDecision href='#a'/></informationRequirement>"
              "<literalExpression><text>a</text></literalExpression></decision>"
              "<businessKnowledgeModel name='f' id='f'><encapsulatedLogic><formalParameter name='n'/>"
              "<literalExpression><text>if n = 0 then 0 else f(n - 1)</text></literalExpression></encapsulatedLogic>"
              "</businessKnowledgeModel>")};
    if (!CHECK(load(&w, texts, 1))) return;
    CHECK_STR(decide(&w, "a", NULL), STR("null"));
    CHECK(w.r.error_count && str_find(w.r.errors[0], STR("circle")) != STR_NOT_FOUND);
    CHECK_STR(decide(&w, "f", "{n: 50}"), STR("0"));
    CHECK(str_starts(decide(&w, "f", "{n: 5000}"), STR("limit: ")));
    CHECK(str_starts(decide(&w, "f", "{n: -1}"), STR("limit: ")));
    leave(&w);
}

static void imports_in_circles(struct test_tally *t)
{
    struct world w;
    const char *texts[] = {
        "<definitions xmlns='" SPACE_15 "' namespace='urn:a'><import namespace='urn:b' name='b'/>" INPUT(
            "x",
            "number") "<decision name='d' id='d'><variable name='d'/>" NEEDS("x") "<informationRequirement><"
                                                                                  "requiredDecision "
                                                                                  "href='urn:b#e'/></"
                                                                                  "informationRequirement>"
                                                                                  "<literalExpression><text>x + "
                                                                                  "b.e</text></literalExpression></"
                                                                                  "decision></definitions>",
        "<definitions xmlns='" SPACE_15 "' namespace='urn:b'><import namespace='urn:a' name='a'/>" INPUT(
            "y", "a.t") "<decision name='e' id='e'><variable name='e'/>" NEEDS("y") "<literalExpression><text>y * "
                                                                                    "10</text></literalExpression></"
                                                                                    "decision>"
                                                                                    "</definitions>"};
    if (!CHECK(load(&w, texts, 2))) return;
    CHECK_STR(decide(&w, "d", "{x: 1, y: 2}"), STR("21"));
    CHECK_STR(decide(&w, "d", "{x: 1, b: {y: 3}}"), STR("31"));
    CHECK_STR(decide(&w, "e", "{y: 4}"), STR("40"));
    leave(&w);
    if (CHECK(load(&w, texts, 1))) CHECK_STR(decide(&w, "d", "{x: 1}"), STR("null"));
    leave(&w);
}

static void limits(struct test_tally *t)
{
    struct world w;
    const char *texts[] = {MODEL(
        LITERAL("long", "Any",
                "count(for i in 1..100000, j in 1..100000 return i)") "<decision name='boxed' id='boxed'><for "
                                                                      "iteratorVariable='i'><in><literalExpression><"
                                                                      "text>[1..1000000000]</text>"
                                                                      "</literalExpression></"
                                                                      "in><return><literalExpression><text>i</text></"
                                                                      "literalExpression></return></for></decision>")};
    if (!CHECK(load(&w, texts, 1))) return;
    CHECK(str_starts(decide(&w, "long", NULL), STR("limit: ")));
    CHECK(str_starts(decide(&w, "boxed", NULL), STR("limit: ")));
    leave(&w);
}

static void coercion(struct test_tally *t)
{
    struct world w;
    const char *texts[] = {MODEL(
        "<itemDefinition name='tZone'><typeRef>string</typeRef><allowedValues><text>\"green\", "
        "\"red\"</text></allowedValues></itemDefinition>"
        "<itemDefinition name='tZones' "
        "isCollection='true'><typeRef>tZone</typeRef><typeConstraint><text>count(?) &lt; "
        "3</text></typeConstraint></itemDefinition>" INPUT(
            "v",
            "Any") "<decision name='zone' id='z'><variable name='zone' "
                   "typeRef='tZone'/>" NEEDS("v") "<literalExpression><text>v</text></"
                                                  "literalExpression></decision>"
                                                  "<decision name='zones' id='zs'><variable "
                                                  "name='zones' typeRef='tZones'/>" NEEDS(
                                                      "v") "<literalExpression><text>v</"
                                                           "text></literalExpression></"
                                                           "decision>"
                                                           "<decision name='when' "
                                                           "id='w'><variable name='when' "
                                                           "typeRef='date and time'/>" NEEDS("v") "<literalExpression><"
                                                                                                  "text>v</text></"
                                                                                                  "literalExpression></"
                                                                                                  "decision>")};
    if (!CHECK(load(&w, texts, 1))) return;
    CHECK_STR(decide(&w, "zone", "{v: \"red\"}"), STR("\"red\""));
    CHECK_STR(decide(&w, "zone", "{v: [\"red\"]}"), STR("\"red\""));
    CHECK_STR(decide(&w, "zone", "{v: \"blue\"}"), STR("null"));
    CHECK(w.r.error_count && str_find(w.r.errors[0], STR("\"blue\" is not among the allowed")) != STR_NOT_FOUND);
    CHECK_STR(decide(&w, "zones", "{v: \"red\"}"), STR("[\"red\"]"));
    CHECK_STR(decide(&w, "zones", "{v: [\"red\", \"blue\"]}"), STR("null"));
    CHECK(w.r.error_count && str_find(w.r.errors[0], STR("\"blue\" is not among the allowed")) != STR_NOT_FOUND);
    CHECK_STR(decide(&w, "zones", "{v: [\"red\", \"red\", \"red\"]}"), STR("null"));
    CHECK_STR(decide(&w, "when", "{v: @\"2026-11-22\"}"), STR("@\"2026-11-22T00:00:00Z\""));
    leave(&w);
}

static void explained(struct test_tally *t)
{
    struct world w;
    const char *texts[] = {MODEL(INPUT("price", "number") "<decision name='zone' id='d'>" NEEDS(
        "price") "<decisionTable "
                 "hitPolicy='FIRST'><input><inputExpression><text>price</text></inputExpression></input><output/>"
                 "<rule><inputEntry><text>&lt; "
                 "10</text></inputEntry><outputEntry><text>\"green\"</text></outputEntry></rule>"
                 "<rule><inputEntry><text>[10..20]</text></inputEntry><outputEntry><text>\"red\"</text></outputEntry></"
                 "rule>"
                 "</decisionTable></decision>")};
    if (!CHECK(load(&w, texts, 1))) return;
    struct feel_env env = {.arena = &w.a};
    struct feel_entry e = {STR("price"), feel_int(30)};
    const struct dmn_node *n = dmn_find(w.m, STR_NONE, STR("zone"), &w.err);
    CHECK(dmn_eval(n, &env, feel_context(&e, 1), true, &w.r, &w.err) == 0);
    const struct dmn_trace *trace = w.r.trace;
    CHECK(trace && !strcmp(trace->kind, "table") && trace->rule_count == 0 && trace->nearest == 1);
    CHECK_STR(trace->nearest_test, STR("< 10"));
    CHECK(trace->next && !strcmp(trace->next->kind, "decision") && !trace->next->next);
    e.value = feel_int(15);
    CHECK(dmn_eval(n, &env, feel_context(&e, 1), true, &w.r, &w.err) == 0);
    CHECK(w.r.trace->rule_count == 1 && w.r.trace->rules[0] == 2);
    leave(&w);
}

static void format(struct test_tally *t)
{
    static const char *const pairs[][2] = {{"1+2*-3", "1 + 2 * -3"},
                                           {"<5,[1..3],>=-2", "< 5, [1..3], >= -2"},
                                           {"f( a ,b:1 )", "f(a, b: 1)"},
                                           {"{ a:1,\"b c\":[ 1 ,2 ] }", "{a: 1, \"b c\": [1, 2]}"},
                                           {"x instance of list< number >", "x instance of list<number>"},
                                           {"if a>b then -a else a-b", "if a > b then -a else a - b"},
                                           {"Profit/Loss+1", "Profit/Loss + 1"},
                                           {"\"a  +  b\"+c // why", "\"a  +  b\" + c // why"},
                                           {"a [ 1 ] . b", "a[1].b"},
                                           {"not( 1,2 )", "not(1, 2)"},
                                           {"1 in ]1..5[", "1 in ]1..5["},
                                           {"function(x:number)x*2", "function(x: number)x * 2"},
                                           {"{\"", "{\""}};
    static const str names[] = {STR_INIT("Profit/Loss")};
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(pairs); i++) {
        str got = dmn_format_feel(&a, str_of(pairs[i][0]), names, 1);
        CHECK_STR(got, str_of(pairs[i][1]));
        CHECK_STR(dmn_format_feel(&a, got, names, 1), got);
    }
    str out;
    struct err err = {0};
    if (CHECK(dmn_format(&a, STR(MODEL(LITERAL("a", "Any", " 1&lt;2 "))), &out, &err) == 0))
        CHECK_STR(out, STR(MODEL(LITERAL("a", "Any", "1 &lt; 2"))));
    arena_release(&a);
}

static void checked(struct test_tally *t)
{
#define RULE(in, out)                                                                                                  \
    "<rule><inputEntry><text>" in "</text></inputEntry><outputEntry><text>" out "</text></outputEntry></rule>"
    static const char text[] =
        MODEL(INPUT("n", "number") INPUT("idle", "number") "<decision name='d' id='d'>" NEEDS(
            "n") "<decisionTable hitPolicy='UNIQUE'><input><inputExpression "
                 "typeRef='number'><text>n</text></inputExpression></input><output/>" RULE("&lt; 10", "1")
                     RULE("[5..20)", "2") RULE("&gt; 20", "3")
                         RULE("[9..3]", "4") "</decisionTable></decision>" LITERAL("clash", "Any", "1 + \"a\""));
    static const struct {
        enum dmn_finding_kind kind;
        const char *says;
    } want[] = {{DMN_UNREACHABLE, "rule 4 never matches: no value of n is [9..3]"},
                {DMN_OVERLAP, "the rules 1 and 2 both match for n: [5..10)"},
                {DMN_GAP, "no rule for n: 20"},
                {DMN_CLASH, "'+' has no meaning between a number and a string"},
                {DMN_UNUSED, "no decision requires it"}};
    struct dmn_model *m;
    struct err err = {0};
    struct dmn_source source = {str_of(text), STR("test.dmn")};
    if (!CHECK(dmn_check(&source, 1, &m, &err) == 0)) return;
    size_t count;
    const struct dmn_finding *f = dmn_findings(m, &count);
    CHECK(count == ARRAY_COUNT(want));
    for (size_t i = 0; i < count && i < ARRAY_COUNT(want); i++) {
        CHECK(f[i].kind == want[i].kind);
        CHECK_STR(str_of(f[i].err.message), str_of(want[i].says));
    }
    dmn_free(m);
}

/* Where a type lists its values, those that no rule names count too, and no others. */
static void checked_values(struct test_tally *t)
{
#define WORDS(feel) "<text>" feel "</text>"
#define TYPE(name, base, values)                                                                                       \
    "<itemDefinition name='" name "'><typeRef>" base                                                                   \
    "</typeRef><allowedValues>" WORDS(values) "</allowedValues></itemDefinition>"
#define COLUMN(type, of) "<input><inputExpression typeRef='" type "'>" WORDS(of) "</inputExpression></input>"
#define TABLE(name, of, type, rules)                                                                                   \
    "<decision name='" name "'>" NEEDS(of) "<decisionTable>" COLUMN(type, of) "<output/>" rules                        \
                                                                              "</decisionTable></decision>"
    static const char text[] =
        MODEL(TYPE("mark", "number", "1, 2, 3, 4, 5") TYPE("size", "string", "\"s\", \"m\", \"l\"") INPUT("n", "mark")
                  INPUT("s", "size") INPUT("free", "string")
                      TABLE("all", "n", "mark", RULE("&lt;= 3", "1") RULE("&gt; 3", "2"))
                          TABLE("no four", "n", "mark", RULE("&lt; 4", "1") RULE("&gt;= 5", "2"))
                              TABLE("never", "n", "mark", RULE("&lt;= 5", "1") RULE("&gt; 5", "2"))
                                  TABLE("sizes", "s", "size", RULE("\"s\"", "1") RULE("\"l\"", "2"))
                                      TABLE("words", "free", "string", RULE("\"a\"", "1") RULE("\"b\", \"c\"", "2")));
    static const struct {
        enum dmn_finding_kind kind;
        const char *where, *says;
    } want[] = {{DMN_GAP, "decision 'no four'", "no rule for n: 4"},
                {DMN_UNREACHABLE, "decision 'never'", "rule 2 never matches: no value of n is > 5"},
                {DMN_GAP, "decision 'sizes'", "no rule for s: any other text"},
                {DMN_GAP, "decision 'words'", "no rule for free: any other text"}};
    struct dmn_model *m;
    struct err err = {0};
    struct dmn_source source = {str_of(text), STR("test.dmn")};
    if (!CHECK(dmn_check(&source, 1, &m, &err) == 0)) return;
    size_t count;
    const struct dmn_finding *f = dmn_findings(m, &count);
    CHECK(count == ARRAY_COUNT(want));
    for (size_t i = 0; i < count; i++) {
        if (i < ARRAY_COUNT(want)) CHECK(f[i].kind == want[i].kind);
        CHECK_STR(str_of(f[i].err.field), str_of(i < ARRAY_COUNT(want) ? want[i].where : ""));
        CHECK_STR(str_of(f[i].err.message), str_of(i < ARRAY_COUNT(want) ? want[i].says : ""));
    }
    dmn_free(m);
}

TEST_MAIN(versions, damage, references, one_fails_the_rest_works, circles, imports_in_circles, limits, coercion,
          explained, format, checked, checked_values)
