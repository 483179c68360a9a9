/* SPDX-License-Identifier: Apache-2.0 */
/* The library through its header: values, objects, functions, limits, errors, models, and many threads on one model. */
#include "entente.h"
#include "test.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#define IS(got, want) CHECK_STR(str_of(got), str_of(want))

static const char policy[] =
    "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' namespace='p' name='policy'>"
    "<inputData name='cost' id='i1'><variable name='cost' typeRef='number'/></inputData>"
    "<inputData name='start' id='i2'><variable name='start' typeRef='date'/></inputData>"
    "<inputData name='rate' id='i3'><variable name='rate'/></inputData>"
    "<inputData name='tool' id='i4'><variable name='tool'/></inputData>"
    "<decision name='zone' id='d1'><variable name='zone' typeRef='string'/>"
    "<informationRequirement><requiredInput href='#i1'/></informationRequirement>"
    "<informationRequirement><requiredInput href='#i2'/></informationRequirement>"
    "<decisionTable hitPolicy='UNIQUE'><input><inputExpression><text>cost</text></inputExpression></input>"
    "<input><inputExpression><text>start.year</text></inputExpression></input><output/>"
    "<rule><inputEntry><text>&lt; 1000</text></inputEntry><inputEntry><text>-</text></inputEntry>"
    "<outputEntry><text>\"green\"</text></outputEntry></rule>"
    "<rule><inputEntry><text>&gt;= 1000</text></inputEntry><inputEntry><text>&lt; 2027</text></inputEntry>"
    "<outputEntry><text>\"amber\"</text></outputEntry></rule></decisionTable></decision>"
    "<decision name='converted' id='d2'><variable name='converted'/>"
    "<informationRequirement><requiredInput href='#i1'/></informationRequirement>"
    "<informationRequirement><requiredInput href='#i3'/></informationRequirement>"
    "<literalExpression><text>cost * rate(\"USD\")</text></literalExpression></decision>"
    "<decision name='owner' id='d3'><variable name='owner'/>"
    "<informationRequirement><requiredInput href='#i4'/></informationRequirement>"
    "<literalExpression><text>tool.name + \" of \" + tool.vendor.name</text></literalExpression></decision>"
    "<decision name='broken' id='d4'><variable name='broken'/><literalExpression><text>1 "
    "+</text></literalExpression></decision>"
    "</definitions>";

static struct entente_model *load(struct test_tally *t)
{
    struct entente_error error;
    struct entente_model *m = NULL;
    const struct entente_source source = {policy, ENTENTE_TEXT, "policy.dmn"};
    CHECK(entente_model_load(&source, 1, NULL, &m, &error) == 0);
    return m;
}

static const struct entente_node *find(struct test_tally *t, const struct entente_model *m, const char *name)
{
    struct entente_error error;
    const struct entente_node *n = NULL;
    CHECK(entente_find(m, NULL, name, &n, &error) == 0);
    return n;
}

static void values(struct test_tally *t)
{
    struct entente_evaluation *e = entente_evaluation_new(NULL);
    struct entente_error error;
    struct entente_value v, list[3] = {entente_int(3), entente_number("1.10"), entente_boolean(true)};
    int64_t whole;
    size_t n;
    IS(entente_literal(e, entente_list(e, list, 3), NULL), "[3, 1.10, true]");
    CHECK(entente_to_int(list[0], &whole) && whole == 3);
    CHECK(!entente_to_int(list[1], &whole));
    CHECK(entente_to_double(list[1]) == 1.1 && isnan(entente_to_double(list[2])));
    CHECK(entente_kind(entente_number("1.2.3")) == ENTENTE_NULL);
    CHECK(entente_kind(entente_date(2026, 2, 30)) == ENTENTE_NULL);
    IS(entente_text(e, entente_date(2026, 11, 22), NULL), "2026-11-22");
    IS(entente_text(e, entente_string(e, "a\"b", ENTENTE_TEXT), &n), "a\"b");
    CHECK(n == 3);
    v = entente_context(e, (const char *const[]){"unit price", "n"}, list, 2);
    IS(entente_literal(e, v, NULL), "{\"unit price\": 3, n: 1.10}");
    IS(entente_to_json(e, v, NULL), "{\"unit price\":3,\"n\":1.10}");
    CHECK(entente_count(v) == 2 && entente_same(entente_item(v, 1), list[1]));
    IS(entente_key(e, v, 0, NULL), "unit price");
    CHECK(entente_get(v, "n", &v) && entente_kind(v) == ENTENTE_NUMBER && !entente_get(v, "n", &v));
    CHECK(entente_feel(e, "duration(\"P1M\")", ENTENTE_TEXT, &v, &error) == 0 &&
          entente_kind(v) == ENTENTE_YEARS_MONTHS);
    CHECK(entente_feel(e, "1 / 0", ENTENTE_TEXT, &v, &error) == 0 && entente_kind(v) == ENTENTE_NULL);
    IS(entente_reason(e, v), "division by zero");
    CHECK(entente_json(e, "{\"a\": [1.10, null]}", ENTENTE_TEXT, &v, &error) == 0);
    IS(entente_literal(e, v, NULL), "{a: [1.10, null]}");
    CHECK(entente_json(e, "{", ENTENTE_TEXT, &v, &error) < 0 && error.code == ENTENTE_ERROR_INPUT);
    CHECK(entente_evaluation_set_clock(e, 1795348800, "Europe/Berlin", &error) == 0);
    CHECK(entente_feel(e, "today()", ENTENTE_TEXT, &v, &error) == 0);
    IS(entente_text(e, v, NULL), "2026-11-22");
    CHECK(entente_evaluation_set_clock(e, 0, "No/Where", &error) < 0);
    entente_evaluation_free(e);
}

static void errors(struct test_tally *t)
{
    struct entente_error error;
    struct entente_expression *x;
    const struct entente_variable names[] = {{"unit price", ENTENTE_NUMBER}};
    char text[300], few[8];
    CHECK(entente_compile("1 +\n unit prise", ENTENTE_TEXT, names, 1, &x, &error) < 0);
    CHECK(error.code == ENTENTE_ERROR_SYNTAX && error.line == 2 && error.column == 2);
    size_t n = entente_error_text(&error, text, sizeof text);
    CHECK(n == strlen(text) && strstr(text, "^~~~"));
    CHECK(entente_error_text(&error, few, sizeof few) == n && strlen(few) == 7);
    CHECK(entente_compile("1 +", ENTENTE_TEXT, NULL, 0, &x, NULL) < 0);
    struct entente_model *m = load(t);
    CHECK(entente_model_error(m, 0, &error) && strstr(error.place, "broken") && !entente_model_error(m, 1, &error));
    const struct entente_node *node;
    CHECK(entente_find(m, NULL, "zoned", &node, &error) < 0);
    entente_model_free(m);
    CHECK(entente_model_load(&(struct entente_source){"<a", 2, "a.dmn"}, 1, NULL, &m, &error) < 0);
    CHECK(entente_model_load_file("/nowhere/at.all", NULL, 0, NULL, &m, &error) < 0 && error.code == ENTENTE_ERROR_IO);
    entente_model_free(NULL);
}

static void deciding(struct test_tally *t)
{
    struct entente_model *m = load(t);
    struct entente_evaluation *e = entente_evaluation_new(NULL);
    struct entente_error error;
    struct entente_value v;
    const struct entente_node *zone = find(t, m, "zone");
    CHECK(entente_node_kind_of(zone) == ENTENTE_DECISION);
    IS(entente_node_name(e, entente_node_at(m, 0)), "cost");
    CHECK(entente_inputs_json(e, zone, "{\"cost\": 5000, \"start\": \"2026-12-01\"}", ENTENTE_TEXT, &v, &error) == 0);
    CHECK(entente_decide(e, zone, v, &v, &error) == 0);
    IS(entente_text(e, v, NULL), "amber");
    CHECK(!entente_why(e, 0) && entente_count(entente_trace(e)) == 0);
    CHECK(entente_decide(e, zone, entente_int(1), &v, &error) == 0 && entente_kind(v) == ENTENTE_NULL);
    CHECK(entente_inputs_json(e, zone, "[1]", ENTENTE_TEXT, &v, &error) == 0 &&
          entente_decide(e, zone, v, &v, &error) == 0);
    CHECK(entente_kind(v) == ENTENTE_NULL && entente_why(e, 0));
    entente_evaluation_set_explain(e, true);
    CHECK(entente_feel(e, "{cost: 5000, start: @\"2028-01-01\"}", ENTENTE_TEXT, &v, &error) == 0);
    CHECK(entente_decide(e, zone, v, &v, &error) == 0);
    CHECK(entente_kind(v) == ENTENTE_NULL && entente_why(e, 0) && strstr(entente_why(e, 0), "no rule matched"));
    v = entente_item(entente_trace(e), 0);
    CHECK(entente_get(v, "nearest", &v));
    IS(entente_literal(e, v, NULL), "{rule: 1, input: \"cost\", test: \"< 1000\", value: 5000}");
    entente_evaluation_free(e);
    entente_model_free(m);
}

/* ---- The caller's own ---- */

struct tool {
    const char *name;
    struct tool *vendor;
};
static const char *const tool_fields[] = {"name", "vendor"};
static struct entente_value tool_get(struct entente_evaluation *e, const struct entente_class *class, void *object,
                                     size_t field)
{
    const struct tool *tool = object;
    if (field == 0) return entente_string(e, tool->name, ENTENTE_TEXT);
    return tool->vendor ? entente_object(e, class, tool->vendor) : entente_refuse(e, "nobody sells it");
}
static const struct entente_class tools = {"tool", tool_fields, 2, tool_get, NULL};

static struct entente_value rate(struct entente_evaluation *e, const struct entente_function *f,
                                 const struct entente_value *arguments)
{
    if (strcmp(entente_text(e, arguments[0], NULL), "USD") != 0) return entente_refuse(e, "no such currency");
    return entente_number(f->user);
}

static void own_things(struct test_tally *t)
{
    static const char *const parameters[] = {"currency"};
    static char usd[] = "0.92";
    const struct entente_function function = {"rate", parameters, 1, rate, usd};
    struct tool vendor = {"Intuit", NULL}, tool = {"Mailchimp", &vendor};
    struct entente_model *m = load(t);
    struct entente_evaluation *e = entente_evaluation_new(NULL);
    struct entente_error error;
    struct entente_value v, all[2] = {entente_int(100), entente_function(e, &function)};
    v = entente_context(e, (const char *const[]){"cost", "rate"}, all, 2);
    CHECK(entente_decide(e, find(t, m, "converted"), v, &v, &error) == 0);
    IS(entente_text(e, v, NULL), "92.00");
    v = entente_object(e, &tools, &tool);
    CHECK(entente_to_object(v, &tools) == &tool && !entente_to_object(all[0], &tools));
    v = entente_context(e, (const char *const[]){"tool"}, &v, 1);
    CHECK(entente_decide(e, find(t, m, "owner"), v, &v, &error) == 0);
    IS(entente_text(e, v, NULL), "Mailchimp of Intuit");
    v = entente_object(e, &tools, &vendor);
    v = entente_context(e, (const char *const[]){"tool"}, &v, 1);
    CHECK(entente_decide(e, find(t, m, "owner"), v, &v, &error) == 0);
    CHECK(strstr(entente_why(e, 0), "nobody sells it") != NULL);
    CHECK(entente_feel(e, "function(a, b) a ** b", ENTENTE_TEXT, &v, &error) == 0);
    CHECK(entente_call(e, v, (struct entente_value[]){entente_int(2), entente_int(10)}, 2, &v, &error) == 0);
    IS(entente_text(e, v, NULL), "1024");
    entente_evaluation_free(e);
    entente_model_free(m);
}

/* ---- Functions that a model calls by name ---- */

static const char calling[] =
    "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' namespace='c' name='c'>"
    "<inputData name='c' id='i'><variable name='c' typeRef='string'/></inputData>"
    "<decision name='text' id='d1'><variable name='text'/><informationRequirement><requiredInput href='#i'/>"
    "</informationRequirement><literalExpression><text>rate(c) + rate(currency: "
    "c)</text></literalExpression></decision>"
    "<decision name='boxed' id='d2'><variable name='boxed'/><invocation><literalExpression><text>rate</text>"
    "</literalExpression><binding><parameter "
    "name='currency'/><literalExpression><text>\"USD\"</text></literalExpression>"
    "</binding></invocation></decision>"
    "<decision name='table' id='d3'><variable name='table'/><decisionTable hitPolicy='UNIQUE'><input><inputExpression>"
    "<text>\"USD\"</text></inputExpression></input><output/><rule><inputEntry><text>rate(?) &lt; 1</text></inputEntry>"
    "<outputEntry><text>sum(for x in [\"USD\", \"USD\"] return "
    "rate(x))</text></outputEntry></rule></decisionTable></decision>"
    "<decision name='refused' id='d4'><variable name='refused'/><literalExpression><text>rate(\"XYZ\")</text>"
    "</literalExpression></decision>"
    "<decision name='none given' id='d5'><variable name='none given'/><literalExpression><text>rate()</text>"
    "</literalExpression></decision>"
    "<decision name='own' id='d6'><variable name='own'/><knowledgeRequirement><requiredKnowledge href='#k'/>"
    "</knowledgeRequirement><literalExpression><text>twice(4)</text></literalExpression></decision>"
    "<businessKnowledgeModel name='twice' id='k'><variable name='twice'/><encapsulatedLogic><formalParameter name='x'/>"
    "<literalExpression><text>2 * x</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    "<decision name='handed on' id='d7'><variable name='handed on'/><literalExpression>"
    "<text>{f: function(g) g(\"USD\"), r: f(rate)}.r</text></literalExpression></decision></definitions>";

static struct entente_value never(struct entente_evaluation *e, const struct entente_function *f,
                                  const struct entente_value *arguments)
{
    (void)f, (void)arguments;
    return entente_refuse(e, "the model's own goes before");
}

static void own_functions(struct test_tally *t)
{
    static const char *const parameters[] = {"currency"};
    static char usd[] = "0.92";
    static const struct {
        const char *name, *want, *why;
    } cases[] = {{"text", "1.84", NULL},
                 {"boxed", "0.92", NULL},
                 {"table", "1.84", NULL},
                 {"refused", "", "no such currency"},
                 {"none given", "", "wrong arguments: rate(currency)"},
                 {"own", "8", NULL},
                 {"handed on", "0.92", NULL}};
    struct entente_error error;
    struct entente_model *m = NULL, *without = NULL;
    const struct entente_source source = {calling, ENTENTE_TEXT, "calling.dmn"};
    {
        /* The list and what it points to by itself may go after the call; the functions stay. */
        static const struct entente_function own[] = {{"rate", parameters, 1, rate, usd},
                                                      {"twice", parameters, 1, never, NULL}};
        struct entente_functions functions = {own, 2};
        CHECK(entente_model_load(&source, 1, &functions, &m, &error) == 0);
    }
    CHECK(!entente_model_error(m, 0, &error));
    struct entente_evaluation *e = entente_evaluation_new(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct entente_value v, c = entente_string(e, "USD", ENTENTE_TEXT);
        v = entente_context(e, (const char *const[]){"c"}, &c, 1);
        CHECK(entente_decide(e, find(t, m, cases[i].name), v, &v, &error) == 0);
        IS(entente_text(e, v, NULL), cases[i].want);
        if (cases[i].why) CHECK(strstr(entente_why(e, 0), cases[i].why) != NULL);
    }
    CHECK(entente_model_load(&source, 1, NULL, &without, &error) == 0);
    CHECK(entente_model_error(without, 0, &error) && strstr(error.message, "unknown name 'rate'") != NULL);
    entente_evaluation_free(e);
    entente_model_free(m);
    entente_model_free(without);
}

/* ---- Limits ---- */

static void limited(struct test_tally *t, struct entente_limits limits, const char *expression, const char *message)
{
    struct entente_evaluation *e = entente_evaluation_new(&limits);
    struct entente_error error = {.code = ENTENTE_ERROR_NONE};
    struct entente_value v;
    CHECK(entente_feel(e, expression, ENTENTE_TEXT, &v, &error) < 0 && error.code == ENTENTE_ERROR_LIMIT);
    IS(error.message, message);
    entente_evaluation_clear(e);
    CHECK(entente_feel(e, "1 + 1", ENTENTE_TEXT, &v, &error) == 0);
    entente_evaluation_free(e);
}

static void limits(struct test_tally *t)
{
    const char *endless = "count(for a in 1..1000000, b in 1..1000000 return a)";
    limited(t, (struct entente_limits){.steps = 1000}, endless, "the evaluation takes too many steps");
    limited(t, (struct entente_limits){.memory = 1 << 20}, endless, "the evaluation takes too much memory");
    limited(t, (struct entente_limits){.milliseconds = 20}, "some a in 1..1000000, b in 1..1000000 satisfies a < 0",
            "the evaluation takes too long");
    limited(t, (struct entente_limits){.depth = 20}, "{f: function(n) f(n + 1), r: f(1)}.r",
            "functions call each other too deeply");
    struct entente_evaluation *e = entente_evaluation_new(&(struct entente_limits){.depth = 20});
    struct entente_error error;
    struct entente_value v;
    CHECK(entente_feel(e, "{f: function(n) if n = 0 then 0 else f(n - 1), r: f(10)}.r", ENTENTE_TEXT, &v, &error) == 0);
    IS(entente_text(e, v, NULL), "0");
    entente_evaluation_free(e);
    /* A type's constraint is part of the evaluation that it belongs to. */
    static const char endless_type[] =
        "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' namespace='e' name='e'>"
        "<itemDefinition name='tEndless'><typeRef>number</typeRef><allowedValues>"
        "<text>some a in 1..1000000, b in 1..1000000 satisfies a &lt; ? - 10</text></allowedValues></itemDefinition>"
        "<decision name='d' id='d'><variable name='d' typeRef='tEndless'/><literalExpression><text>1</text>"
        "</literalExpression></decision></definitions>";
    struct entente_model *m = NULL;
    const struct entente_source source = {endless_type, ENTENTE_TEXT, "endless.dmn"};
    CHECK(entente_model_load(&source, 1, NULL, &m, &error) == 0);
    e = entente_evaluation_new(&(struct entente_limits){.steps = 10000});
    CHECK(entente_decide(e, find(t, m, "d"), entente_null(), &v, &error) < 0 && error.code == ENTENTE_ERROR_LIMIT);
    entente_evaluation_free(e);
    e = entente_evaluation_new(&(struct entente_limits){.milliseconds = 20});
    CHECK(entente_decide(e, find(t, m, "d"), entente_null(), &v, &error) < 0);
    IS(error.message, "the evaluation takes too long");
    entente_evaluation_free(e);
    entente_model_free(m);
}

static void columns(struct test_tally *t)
{
    struct entente_error error;
    struct entente_columns *c;
    const double price[] = {1, 2, NAN}, n[] = {10, 20, 30};
    double out[3];
    CHECK(entente_compile_columns("if unit price > 1 then unit price * n else null", ENTENTE_TEXT,
                                  (const char *const[]){"unit price", "n"}, 2, &c, &error) == 0);
    entente_evaluate_columns(c, (const double *const[]){price, n}, 3, out);
    CHECK(isnan(out[0]) && out[1] == 40 && isnan(out[2]));
    entente_columns_free(c);
    CHECK(entente_compile_columns("[n]", ENTENTE_TEXT, (const char *const[]){"n"}, 1, &c, &error) < 0);
}

/* ---- Threads ---- */

enum { THREADS = 8, EACH = 300 };
struct work {
    const struct entente_node *zone;
    const struct entente_expression *x;
    unsigned good, number;
};

static void *work(void *of)
{
    struct work *w = of;
    struct entente_evaluation *e = entente_evaluation_new(NULL);
    for (unsigned i = 0; i < EACH; i++) {
        struct entente_value all[2] = {entente_int(w->number * 400 + i), entente_date(2026, 1 + (int)i % 12, 1)}, v;
        struct entente_error error;
        unsigned cost = w->number * 400 + i;
        v = entente_context(e, (const char *const[]){"cost", "start"}, all, 2);
        if (entente_decide(e, w->zone, v, &v, &error) == 0)
            w->good += !strcmp(entente_text(e, v, NULL), cost < 1000 ? "green" : "amber");
        if (entente_evaluate(e, w->x, all, &v, &error) == 0) w->good += entente_to_double(v) == cost * 2.0;
        if (entente_feel(e, "@\"2026-07-01T12:00:00@Europe/Berlin\" + duration(\"P1D\")", ENTENTE_TEXT, &v, &error) ==
            0)
            w->good += entente_kind(v) == ENTENTE_DATE_TIME;
        if (i % 10 == 0) entente_evaluation_clear(e);
    }
    entente_evaluation_free(e);
    return NULL;
}

static void threads(struct test_tally *t)
{
    struct entente_model *m = load(t);
    struct entente_expression *x;
    struct entente_error error;
    pthread_t ids[THREADS];
    struct work all[THREADS];
    const struct entente_variable names[] = {{"cost", ENTENTE_NUMBER}, {"start", ENTENTE_DATE}};
    CHECK(entente_compile("sum(for i in 1..2 return cost)", ENTENTE_TEXT, names, 2, &x, &error) == 0);
    for (unsigned i = 0; i < THREADS; i++) {
        all[i] = (struct work){find(t, m, "zone"), x, 0, i};
        CHECK(pthread_create(&ids[i], NULL, work, &all[i]) == 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(ids[i], NULL);
        CHECK(all[i].good == 3 * EACH);
    }
    entente_expression_free(x);
    entente_model_free(m);
}

TEST_MAIN(values, errors, deciding, own_things, own_functions, limits, columns, threads)
