/* SPDX-License-Identifier: Apache-2.0 */
/* Boxed expressions and names: what a box and its FEEL text mean is one thing. */
#include "base_utf8.h"
#include "test_dmn_world.h"

#include <string.h>

static void boxes(struct test_tally *t)
{
#define BOXED(name, boxed) "<decision name='" name "' id='" name "'><variable name='" name "'/>" boxed "</decision>"
#define TEXT(feel)         "<literalExpression><text>" feel "</text></literalExpression>"
#define FOR(in)            "<for iteratorVariable='x'><in>" TEXT(in) "</in><return>" TEXT("x") "</return></for>"
    static const char *const cases[][2] = {{"down", "[3, 2, 1]"},
                                           {"open", "[2]"},
                                           {"none", "[]"},
                                           {"days", "[@\"2020-03-01\", @\"2020-02-29\"]"},
                                           {"itself", "120"},
                                           {"not given", "{a: null, b: 2}"},
                                           {"converted", "[1, [2], @\"2020-01-01T00:00:00Z\"]"}};
    struct world w;
    const char *texts[] = {MODEL(
        BOXED("down", FOR("[3..1]")) BOXED("open", FOR("(1..3)")) BOXED("none", FOR("(1..1]"))
            BOXED("days", FOR("[@\"2020-03-01\"..@\"2020-02-28\")")) BOXED(
                "itself",
                "<context><contextEntry><variable name='fact'/><functionDefinition><formalParameter "
                "name='n'/>" TEXT("if n = 0 then 1 else n * fact(n - 1)") "</functionDefinition></"
                                                                          "contextEntry><"
                                                                          "contextEntry>" TEXT(
                                                                              "fact(5)") "</contextEntry></context>")
                BOXED(
                    "not given",
                    "<knowledgeRequirement><requiredKnowledge href='#k'/></knowledgeRequirement><invocation>" TEXT("k") "<binding><parameter name='b'/>" TEXT(
                        "2") "</binding></invocation>") "<businessKnowledgeModel"
                                                        " name='k' "
                                                        "id='k'><variable "
                                                        "name='k'/"
                                                        "><encapsulatedLogic><"
                                                        "formalParameter "
                                                        "name='a'/>"
                                                        "<formalParameter "
                                                        "name='b'/>" TEXT(
                                                            "{a: "
                                                            "a, "
                                                            "b: "
                                                            "b}") "</encapsulatedLogic></"
                                                                  "businessKnowledgeModel>" BOXED(
                                                                      "converted",
                                                                      "<knowledgeRequirem"
                                                                      "e"
                                                                      "nt><"
                                                                      "requiredKnowledge "
                                                                      "href='#c'/></"
                                                                      "knowledgeRequireme"
                                                                      "n"
                                                                      "t>" TEXT(
                                                                          "c([1], 2, "
                                                                          "@\"2020-01-"
                                                                          "01\")")) "<ite"
                                                                                    "m"
                                                                                    "Defi"
                                                                                    "n"
                                                                                    "itio"
                                                                                    "n"
                                                                                    " nam"
                                                                                    "e"
                                                                                    "='"
                                                                                    "tNum"
                                                                                    "b"
                                                                                    "ers'"
                                                                                    " "
                                                                                    "isCo"
                                                                                    "l"
                                                                                    "lect"
                                                                                    "i"
                                                                                    "on='"
                                                                                    "true"
                                                                                    "'"
                                                                                    "><"
                                                                                    "type"
                                                                                    "R"
                                                                                    "ef>"
                                                                                    "numb"
                                                                                    "e"
                                                                                    "r</"
                                                                                    "type"
                                                                                    "R"
                                                                                    "ef><"
                                                                                    "/"
                                                                                    "item"
                                                                                    "D"
                                                                                    "efin"
                                                                                    "i"
                                                                                    "tion"
                                                                                    ">"
                                                                                    "<bus"
                                                                                    "i"
                                                                                    "ness"
                                                                                    "K"
                                                                                    "nowl"
                                                                                    "e"
                                                                                    "dgeM"
                                                                                    "o"
                                                                                    "del "
                                                                                    "name"
                                                                                    "="
                                                                                    "'c' "
                                                                                    "id='"
                                                                                    "c'><"
                                                                                    "vari"
                                                                                    "a"
                                                                                    "ble "
                                                                                    "name"
                                                                                    "="
                                                                                    "'c'/"
                                                                                    "><"
                                                                                    "enca"
                                                                                    "p"
                                                                                    "sula"
                                                                                    "t"
                                                                                    "edLo"
                                                                                    "g"
                                                                                    "ic>"
                                                                                    "<for"
                                                                                    "m"
                                                                                    "alPa"
                                                                                    "r"
                                                                                    "amet"
                                                                                    "e"
                                                                                    "r "
                                                                                    "name"
                                                                                    "="
                                                                                    "'x' "
                                                                                    "type"
                                                                                    "R"
                                                                                    "ef='"
                                                                                    "numb"
                                                                                    "e"
                                                                                    "r'/"
                                                                                    "><"
                                                                                    "form"
                                                                                    "a"
                                                                                    "lPar"
                                                                                    "a"
                                                                                    "mete"
                                                                                    "r"
                                                                                    " nam"
                                                                                    "e"
                                                                                    "='y'"
                                                                                    " "
                                                                                    "type"
                                                                                    "R"
                                                                                    "ef='"
                                                                                    "tNum"
                                                                                    "b"
                                                                                    "ers'"
                                                                                    "/"
                                                                                    ">"
                                                                                    "<for"
                                                                                    "m"
                                                                                    "alPa"
                                                                                    "r"
                                                                                    "amet"
                                                                                    "e"
                                                                                    "r "
                                                                                    "name"
                                                                                    "="
                                                                                    "'z' "
                                                                                    "type"
                                                                                    "R"
                                                                                    "ef='"
                                                                                    "date"
                                                                                    " "
                                                                                    "and "
                                                                                    "time"
                                                                                    "'"
                                                                                    "/"
                                                                                    ">" TEXT(
                                                                                        "["
                                                                                        "x"
                                                                                        ","
                                                                                        " "
                                                                                        "y"
                                                                                        ","
                                                                                        " "
                                                                                        "z"
                                                                                        "]") "</encapsulatedLogic></"
                                                                                             "businessKnowledgeModel"
                                                                                             ">")};
    if (!CHECK(load(&w, texts, 1))) return;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) CHECK_STR(decide(&w, cases[i][0], NULL), str_of(cases[i][1]));
    leave(&w);
}

/* A very long name leaves room for what is said about it, and is cut between characters. */
static void long_names(struct test_tally *t)
{
    struct world w;
    struct buf text;
    size_t count;
    buf_init(&text, 10000);
    buf_text(&text, "<definitions xmlns='" SPACE_15 "' name='m' namespace='urn:m'><decision name='");
    for (int i = 0; i < 300; i++) buf_text(&text, "\u00e9");
    buf_text(&text,
             "' id='d'><decisionTable><input>" TEXT(
                 "1") "</input><output/><rule><inputEntry><text>nope"
                      "</text></inputEntry><outputEntry><text>1</text></outputEntry></rule></decisionTable></decision>"
                      "</definitions>");
    const char *texts[] = {text.p};
    if (CHECK(load(&w, texts, 1))) {
        const struct err *e = dmn_errors(w.m, &count);
        CHECK(count > 0 && str_ends(str_of(e[0].field), STR("input 1")));
        CHECK(utf8_first_bad(str_of(e[0].field), true) == STR_NOT_FOUND);
        leave(&w);
    }
    buf_release(&text);
}

TEST_MAIN(boxes, long_names)
