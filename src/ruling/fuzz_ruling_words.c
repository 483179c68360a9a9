/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a mail that asks a rulebook: what it says stands in it, and is answered in a text. */
#include "ruling.h"

#include <stdlib.h>

enum { MEMORY = 64 << 20, STEPS = 200000 };

/* A question of each type, under the names that the files of tests/data/ask use. */
static const char book[] =
    "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" namespace=\"urn:x\" name=\"x\">"
    "<itemDefinition id=\"t1\" name=\"what\"><typeRef>string</typeRef><allowedValues><text>\"report\", \"application "
    "bought\"</text></allowedValues></itemDefinition>"
    "<itemDefinition id=\"t2\" name=\"zone\"><typeRef>string</typeRef><allowedValues><text>\"green\", "
    "\"red\"</text></allowedValues></itemDefinition>"
    "<inputData id=\"i1\" name=\"what\"><variable name=\"what\" typeRef=\"what\"/></inputData>"
    "<inputData id=\"i2\" name=\"users\"><variable name=\"users\" typeRef=\"number\"/></inputData>"
    "<inputData id=\"i3\" name=\"public facing\"><variable name=\"public facing\" typeRef=\"boolean\"/></inputData>"
    "<inputData id=\"i4\" name=\"from\"><variable name=\"from\" typeRef=\"date\"/></inputData>"
    "<inputData id=\"i5\" name=\"vendor\"><variable name=\"vendor\" typeRef=\"string\"/></inputData>"
    "<decision id=\"d\" name=\"zone\"><variable name=\"zone\" typeRef=\"zone\"/>"
    "<informationRequirement><requiredInput href=\"#i1\"/></informationRequirement>"
    "<informationRequirement><requiredInput href=\"#i2\"/></informationRequirement>"
    "<informationRequirement><requiredInput href=\"#i3\"/></informationRequirement>"
    "<informationRequirement><requiredInput href=\"#i4\"/></informationRequirement>"
    "<informationRequirement><requiredInput href=\"#i5\"/></informationRequirement>"
    "<literalExpression><text>if what = \"report\" and users &lt; 10 and not(public facing) and from &gt; "
    "date(\"2026-01-01\") and vendor != \"none\" then \"green\" else \"red\"</text></literalExpression>"
    "</decision></definitions>";

static void must(bool holds)
{
    if (!holds) abort();
}

static bool is_in(str part, str whole)
{
    return !part.n || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void ask(const struct rulebook *b, struct arena *a, const struct answer_words *words, size_t count)
{
    struct feel_env env = {.arena = a, .limits = {.steps = STEPS}};
    struct answers given;
    struct ruling r;
    struct err err;
    struct buf out;
    answers_from_words(b, &env, words, count, &given);
    if (rulebook_rule(b, &env, &given, RULING_ALL, &r, &err) < 0) return;
    buf_init(&out, 1 << 20);
    ruling_emit_text(&out, a, &r, STR_NONE);
    must(out.n > 0);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct rulebook *b; /* read once */
    struct err err;
    struct arena a;
    struct answer_words *words;
    size_t count;
    const str text = {(const char *)data, size};
    arena_init(&a, MEMORY);
    words_parse(&a, text, &words, &count);
    for (size_t i = 0; i < count; i++) {
        must(is_in(words[i].name, text) && is_in(words[i].text, text) && words[i].text.n > 0);
        must(str_find_char(words[i].name, ':') == STR_NOT_FOUND &&
             str_find_char(words[i].text, '\n') == STR_NOT_FOUND && str_find_char(words[i].text, ';') == STR_NOT_FOUND);
    }
    if (!b) must(rulebook_load(STR("fuzz"), STR(""), str_of(book), &b, &err) == 0);
    ask(b, &a, words, count);
    arena_release(&a);
    return 0;
}
