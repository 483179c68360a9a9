/* SPDX-License-Identifier: Apache-2.0 */
/* Rulings by a small rulebook: what is open, what is decided, why, and what would be lighter. */
#include "ruling.h"
#include "test.h"

#include <string.h>

#define SPACE "https://www.omg.org/spec/DMN/20230324/MODEL/"
#define HEAD                                                                                                           \
    "<definitions xmlns='" SPACE "' xmlns:e='urn:entente:rulebook:1' name='small' namespace='urn:s'>"                  \
    "<extensionElements><e:version>3</e:version></extensionElements>"                                                  \
    "<itemDefinition name='tZone'><typeRef>string</typeRef><allowedValues><text>\"green\", \"amber\", "                \
    "\"red\"</text></allowedValues></itemDefinition>"                                                                  \
    "<itemDefinition name='tData'><typeRef>string</typeRef><allowedValues><text>\"none\", \"some\", "                  \
    "\"all\"</text></allowedValues></itemDefinition>"                                                                  \
    "<itemDefinition name='tMoney'><typeRef>number</typeRef><allowedValues><text>&gt;= 0</text></allowedValues>"       \
    "</itemDefinition>"
#define INPUT(id, name, type)                                                                                          \
    "<inputData id='" id "' name='" name "'><variable name='" name "' typeRef='" type "'/></inputData>"
#define NEEDS(id)             "<informationRequirement><requiredInput href='#" id "'/></informationRequirement>"
#define RESTS(id)             "<informationRequirement><requiredDecision href='#" id "'/></informationRequirement>"
#define COLUMN(e)             "<input><inputExpression><text>" e "</text></inputExpression></input>"
#define CELL(t)               "<inputEntry><text>" t "</text></inputEntry>"
#define GIVES(t)              "<outputEntry><text>" t "</text></outputEntry>"
#define WHY(t)                "<annotationEntry><text>" t "</text></annotationEntry>"
#define TWO(a, b, gives, why) "<rule>" CELL(a) CELL(b) GIVES(gives) WHY(why) "</rule>"
/* total = cost * months; zone by data and total; conditions by data and trained; contradictions of trained without
 * cost. */
#define BODY(zone_rules)                                                                                               \
    INPUT("data", "data class", "tData")                                                                               \
    INPUT("cost", "cost", "tMoney")                                                                                    \
    INPUT("months", "months", "number")                                                                                \
    INPUT("trained", "trained", "boolean")                                                                             \
    "<decision id='total' name='total'><variable name='total' typeRef='number'/>" NEEDS("cost") NEEDS(                 \
        "months") "<literalExpression><text>cost * months</text></literalExpression></decision>"                       \
                  "<decision id='zone' name='zone'><variable name='zone' typeRef='tZone'/>" NEEDS("data")              \
                      RESTS("total") "<decisionTable hitPolicy='UNIQUE'>" COLUMN("data class") COLUMN(                 \
                          "total") "<output typeRef='string'/><annotation name='why'/>" zone_rules                     \
                                   "</decisionTable></decision>"                                                       \
                                   "<decision id='conditions' name='conditions'><variable "                            \
                                   "name='conditions'/>" NEEDS("data") NEEDS(                                          \
                                       "trained") "<decisionTable hitPolicy='COLLECT'>" COLUMN("data class")           \
                                       COLUMN(                                                                         \
                                           "trained") "<output typeRef='string'/><annotation "                         \
                                                      "name='why'/>" TWO(                                              \
                                                          "\"some\", \"all\"", "false", "\"Take the course.\"",        \
                                                          "Untrained hands.") "</decisionTable></"                     \
                                                                              "decision>"                              \
                                                                              "<decision "                             \
                                                                              "id='contradictions' "                   \
                                                                              "name='contradictions'"                  \
                                                                              "><variable "                            \
                                                                              "name='contradictions'"                  \
                                                                              "/>" NEEDS(                              \
                                                                                  "months") "<decisionT"               \
                                                                                            "able "                    \
                                                                                            "hitPolicy="               \
                                                                                            "'COLLECT'"                \
                                                                                            ">" COLUMN(                \
                                                                                                "month"                \
                                                                                                "s") "<"               \
                                                                                                     "o"               \
                                                                                                     "u"               \
                                                                                                     "t"               \
                                                                                                     "p"               \
                                                                                                     "u"               \
                                                                                                     "t"               \
                                                                                                     " "               \
                                                                                                     "t"               \
                                                                                                     "y"               \
                                                                                                     "p"               \
                                                                                                     "e"               \
                                                                                                     "R"               \
                                                                                                     "e"               \
                                                                                                     "f"               \
                                                                                                     "="               \
                                                                                                     "'"               \
                                                                                                     "s"               \
                                                                                                     "t"               \
                                                                                                     "r"               \
                                                                                                     "i"               \
                                                                                                     "n"               \
                                                                                                     "g"               \
                                                                                                     "'"               \
                                                                                                     "/"               \
                                                                                                     ">"               \
                                                                                                     "<"               \
                                                                                                     "r"               \
                                                                                                     "u"               \
                                                                                                     "l"               \
                                                                                                     "e"               \
                                                                                                     ">" CELL("&l"     \
                                                                                                              "t;"     \
                                                                                                              " "      \
                                                                                                              "0")     \
                                                                                                         GIVES(        \
                                                                                                             "\"m"     \
                                                                                                             "ont"     \
                                                                                                             "hs:"     \
                                                                                                             " le"     \
                                                                                                             "ss "     \
                                                                                                             "tha"     \
                                                                                                             "n "      \
                                                                                                             "non"     \
                                                                                                             "e"       \
                                                                                                             "\"") "<" \
                                                                                                                   "/" \
                                                                                                                   "r" \
                                                                                                                   "u" \
                                                                                                                   "l" \
                                                                                                                   "e" \
                                                                                                                   ">" \
                                                                                                                   "<" \
                                                                                                                   "/" \
                                                                                                                   "d" \
                                                                                                                   "e" \
                                                                                                                   "c" \
                                                                                                                   "i" \
                                                                                                                   "s" \
                                                                                                                   "i" \
                                                                                                                   "o" \
                                                                                                                   "n" \
                                                                                                                   "T" \
                                                                                                                   "a" \
                                                                                                                   "b" \
                                                                                                                   "l" \
                                                                                                                   "e" \
                                                                                                                   ">" \
                                                                                                                   "<" \
                                                                                                                   "/" \
                                                                                                                   "d" \
                                                                                                                   "e" \
                                                                                                                   "c" \
                                                                                                                   "i" \
                                                                                                                   "s" \
                                                                                                                   "i" \
                                                                                                                   "o" \
                                                                                                                   "n" \
                                                                                                                   ">" \
                                                                                                                   "<" \
                                                                                                                   "/" \
                                                                                                                   "d" \
                                                                                                                   "e" \
                                                                                                                   "f" \
                                                                                                                   "i" \
                                                                                                                   "n" \
                                                                                                                   "i" \
                                                                                                                   "t" \
                                                                                                                   "i" \
                                                                                                                   "o" \
                                                                                                                   "n" \
                                                                                                                   "s" \
                                                                                                                   ">"
#define ZONE_FULL                                                                                                      \
    TWO("\"none\"", "&lt; 1000", "\"green\"", "Small and harmless.")                                                   \
    TWO("\"none\"", ">= 1000", "\"amber\"", "Money to talk about.")                                                    \
    TWO("\"some\"", "-", "\"amber\"", "Data of people.")                                                               \
    TWO("\"all\"", "&lt; 1000", "\"amber\"", "Much data, little money.")                                               \
    TWO("\"all\"", ">= 1000", "\"red\"", "Much of both.")

static const char small_book[] = HEAD BODY(ZONE_FULL);
static const char with_gap[] = HEAD BODY(TWO("\"none\"", "-", "\"green\"", "Harmless."));

struct world {
    struct arena a;
    struct rulebook *b;
    struct feel_env env;
    struct ruling r;
    struct answers answers;
    struct err err;
};

static void enter(struct world *w, const char *text)
{
    *w = (struct world){.b = NULL};
    arena_init(&w->a, 0);
    MUST(rulebook_load(STR(""), STR(""), str_of(text), &w->b, &w->err) == 0);
    w->env = (struct feel_env){.arena = &w->a};
}
static void leave(struct world *w)
{
    rulebook_free(w->b);
    arena_release(&w->a);
}
static enum ruling_state ask(struct world *w, const char *context)
{
    struct feel_value v;
    MUST(dmn_inputs_from_text(&w->env, str_of(context), &v, &w->err) == 0);
    answers_from_context(w->b, &w->env, v, &w->answers);
    MUST(rulebook_rule(w->b, &w->env, &w->answers, RULING_ALL, &w->r, &w->err) == 0);
    return w->r.state;
}
static str as_json(struct world *w)
{
    struct buf out;
    struct json_writer j;
    buf_init(&out, 1 << 16);
    json_init(&j, &out, 0);
    ruling_emit_json(&w->r, 7, &j);
    str s = buf_copy(&out, &w->a);
    buf_release(&out);
    return s;
}
static bool holds(str text, const char *part) { return str_find(text, str_of(part)) != STR_NOT_FOUND; }

static void decides_and_says_why(struct test_tally *t)
{
    struct world w;
    enter(&w, small_book);
    CHECK(ask(&w, "{\"data class\": \"some\", cost: 10, months: 12, trained: false}") == RULED);
    CHECK_STR(w.r.zone.text, STR("amber"));
    CHECK(w.r.rule_count == 2 && w.r.rules[0].leads && !w.r.rules[1].leads);
    CHECK_STR(w.r.rules[0].why, STR("Data of people."));
    CHECK(w.r.rules[0].rule == 3);
    CHECK(w.r.parts[RULING_CONDITIONS].count == 1);
    CHECK(w.r.parts[RULING_SCOPE].kind == FEEL_LIST && w.r.parts[RULING_SCOPE].count == 0);
    str json = as_json(&w);
    CHECK(holds(json, "{\"zone\":\"amber\",\"extent\":null,\"scope\":[],\"timing\":null,\"conditions\":"));
    CHECK(holds(json, "\"why\":[\"Data of people.\"],"));
    CHECK(holds(json, "\"rulebook\":\"small\",\"version\":\"3\",\"ruling\":7,"));
    CHECK(holds(json, "\"missing\":[],"));
    CHECK(holds(json, "\"errors\":[]}"));
    leave(&w);
}

static void finds_what_is_lighter(struct test_tally *t)
{
    struct world w;
    enter(&w, small_book);
    /* One change, of a choice and of a number that the table sees only as a product. */
    CHECK(ask(&w, "{\"data class\": \"none\", cost: 500, months: 12, trained: true}") == RULED);
    CHECK(w.r.lighter_count == 2);
    for (size_t i = 0; i < w.r.lighter_count; i++) {
        struct answers changed = w.answers;
        struct ruling r;
        struct feel_value values[8];
        size_t count, place;
        const struct rulebook_question *all = rulebook_questions(w.b, &count);
        memcpy(values, changed.values, count * sizeof *values);
        place = (size_t)(w.r.lighter[i].changes[0].question - all);
        values[place] = w.r.lighter[i].changes[0].value, changed.values = values;
        CHECK(w.r.lighter[i].count == 1);
        MUST(rulebook_rule(w.b, &w.env, &changed, RULING_ALL, &r, &w.err) == 0);
        CHECK_STR(r.zone.text, STR("green")); /* as it says */
    }
    CHECK(holds(as_json(&w), "{\"zone\":\"green\",\"changes\":{\"cost\":83},\"says\":\"green with cost: 83\"}"));
    /* Red: amber by one change of either. */
    CHECK(ask(&w, "{\"data class\": \"all\", cost: 500, months: 12, trained: true}") == RULED);
    CHECK_STR(w.r.zone.text, STR("red"));
    CHECK(w.r.lighter_count >= 3);
    CHECK(ask(&w, "{\"data class\": \"none\", cost: 1, months: 1, trained: true}") == RULED);
    CHECK(w.r.lighter_count == 0); /* it is the lightest */
    leave(&w);
}

static void takes_two_changes_where_one_is_not_enough(struct test_tally *t)
{
    static const char two[] = HEAD INPUT("a", "a", "tData")
        INPUT("b", "b", "tData") "<decision id='zone' name='zone'><variable name='zone' typeRef='tZone'/>" NEEDS("a")
            NEEDS("b") "<decisionTable hitPolicy='FIRST'>" COLUMN("a")
                COLUMN("b") "<output typeRef='string'/>"
                            "<rule>" CELL("\"none\"") CELL("\"none\"")
                                GIVES("\"green\"") "</rule>"
                                                   "<rule>" CELL("-") CELL("-") GIVES(
                                                       "\"red\"") "</rule></decisionTable></decision></definitions>";
    struct world w;
    enter(&w, two);
    CHECK(ask(&w, "{a: \"some\", b: \"all\"}") == RULED);
    CHECK(w.r.lighter_count == 1 && w.r.lighter[0].count == 2);
    CHECK(
        holds(as_json(&w), "\"changes\":{\"a\":\"none\",\"b\":\"none\"},\"says\":\"green with a: none and b: none\""));
    leave(&w);
}

static void asks_only_what_matters(struct test_tally *t)
{
    struct world w;
    enter(&w, small_book);
    CHECK(ask(&w, "{}") == RULED_OPEN);
    CHECK(w.r.open_count == 4);
    CHECK_STR(w.r.open[0]->name, STR("data class"));
    CHECK(w.r.zone.kind == FEEL_NULL);
    CHECK(holds(as_json(&w), "\"missing\":[\"data class\",\"cost\",\"months\",\"trained\"]"));
    CHECK(ask(&w, "{\"data class\": \"some\"}") == RULED_OPEN); /* the zone is settled, a condition is not */
    CHECK(w.r.open_count == 1);
    CHECK_STR(w.r.open[0]->name, STR("trained"));
    CHECK_STR(w.r.zone.text, STR("amber"));
    CHECK(holds(as_json(&w), "{\"zone\":null,"));
    CHECK(ask(&w, "{\"data class\": \"some\", trained: true}") == RULED);
    CHECK(w.r.parts[RULING_CONDITIONS].count == 0);
    CHECK(ask(&w, "{\"data class\": \"none\", cost: 0}") == RULED); /* nothing is nothing, for however many months */
    CHECK_STR(w.r.zone.text, STR("green"));
    CHECK(ask(&w, "{\"data class\": \"none\", cost: 5}") == RULED_OPEN);
    CHECK_STR(w.r.open[0]->name, STR("months"));
    leave(&w);
}

static void refuses_by_name(struct test_tally *t)
{
    struct world w;
    enter(&w, small_book);
    CHECK(ask(&w, "{data_class: \"most\", cots: 1, cost: -1, trained: \"yes\"}") == RULED_AGAINST);
    CHECK(w.r.problem_count == 4);
    CHECK_STR(w.r.problems[0], STR("data class: \"most\" is not one of none, some, all"));
    CHECK_STR(w.r.problems[1], STR("nothing is asked by the name 'cots'; did you mean 'cost'?"));
    CHECK(holds(w.r.problems[2], "'cost': -1 is not among the allowed values"));
    CHECK(ask(&w, "{data_class: \"none\", cost: 1, months: -1, trained: true}") == RULED_AGAINST);
    CHECK_STR(w.r.problems[0], STR("months: less than none"));
    CHECK(w.r.zone.kind == FEEL_NULL);
    leave(&w);
}

static void a_gap_goes_to_people(struct test_tally *t)
{
    struct world w;
    enter(&w, with_gap);
    CHECK(ask(&w, "{\"data class\": \"all\", cost: 1, months: 1, trained: true}") == RULED_GAP);
    CHECK_STR(w.r.zone.text, STR("amber"));
    CHECK_STR(w.r.parts[RULING_EXTENT].text, STR("joint"));
    CHECK(w.r.problem_count == 1 && holds(w.r.problems[0], "no rule matched"));
    CHECK(holds(as_json(&w), "\"why\":[\"No rule of the rulebook covers this"));
    leave(&w);
}

static void what_does_not_compile_is_no_rulebook(struct test_tally *t)
{
    struct rulebook *b;
    struct err err = {0};
    CHECK(rulebook_load(STR("x"), STR(""), STR("<a/>"), &b, &err) < 0);
    CHECK(rulebook_load(STR("x"), STR(""), str_of(HEAD "</definitions>"), &b, &err) < 0);
    CHECK(holds(str_of(err.message), "has no decision 'zone'"));
    CHECK(rulebook_load(STR("x"), STR(""), str_of(HEAD BODY(TWO("\"none", "-", "\"green\"", "Harmless."))), &b, &err) <
          0);
    CHECK(err.line > 0 && holds(str_of(err.field), "rule 1, input 1"));
}

static void words_of_a_mail(struct test_tally *t)
{
    struct arena a;
    struct answer_words *words;
    size_t count;
    arena_init(&a, 0);
    words_parse(&a, STR("Hello,\r\n> what: quoted\nWhat: \"report\" ; users:8\nfrom 10:30 on\nempty:\n: x\n"), &words,
                &count);
    if (CHECK(count == 4)) {
        CHECK_STR(words[0].name, STR("What"));
        CHECK_STR(words[0].text, STR("report"));
        CHECK_STR(words[1].name, STR("users"));
        CHECK_STR(words[1].text, STR("8"));
        CHECK_STR(words[2].name, STR("from 10"));
        CHECK_STR(words[3].name, STR(""));
    }
    words_parse(&a, STR(""), &words, &count);
    CHECK(count == 0);
    arena_release(&a);
}

/* However the call of the clock is spelled: what was decided yesterday is not told today. */
static void the_day_is_asked_each_time(struct test_tally *t)
{
    static const char by_day[] = HEAD INPUT(
        "big", "big",
        "boolean") "<decision id='zone' name='zone'>"
                   "<variable name='zone' typeRef='tZone'/>" NEEDS(
                       "big") "<literalExpression><text>if not(big) then \"green\" else if tod&#97;y /* :-) */ () "
                              "&lt; date(\"2026-06-01\") then \"amber\" else "
                              "\"red\"</text></literalExpression></decision>"
                              "</definitions>";
    struct world w;
    enum { IN_2024 = 20000, LATER = 1000 };
    enter(&w, by_day);
    w.env.has_today = true, w.env.today = IN_2024;
    CHECK(ask(&w, "{big: true}") == RULED);
    CHECK_STR(w.r.zone.text, STR("amber"));
    w.env.today = IN_2024 + LATER;
    CHECK(ask(&w, "{big: true}") == RULED);
    CHECK_STR(w.r.zone.text, STR("red"));
    leave(&w);
}

TEST_MAIN(the_day_is_asked_each_time, words_of_a_mail, decides_and_says_why, finds_what_is_lighter,
          takes_two_changes_where_one_is_not_enough, asks_only_what_matters, refuses_by_name, a_gap_goes_to_people,
          what_does_not_compile_is_no_rulebook)
