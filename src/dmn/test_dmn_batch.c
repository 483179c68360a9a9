/* SPDX-License-Identifier: Apache-2.0 */
/* Lines in, answers out. */
#include "dmn_batch.h"
#include "test_dmn_world.h"

static void batch(struct test_tally *t)
{
    struct world w;
    const char *texts[] = {MODEL(
        INPUT("due", "date") INPUT("price", "number") "<decision name='d' id='d'><variable name='d'/>" NEEDS("due")
            NEEDS("price") "<literalExpression><text>{due: due + @\"P1D\", price: price * "
                           "2}</text></literalExpression></decision>")};
    static const char *const lines[][2] = {
        {"{\"call\":\"d\",\"input\":{\"due\":\"2026-11-22\",\"price\":1.10}}",
         "{\"value\":\"{due: @\\\"2026-11-23\\\", price: "
         "2.20}\",\"json\":{\"due\":\"2026-11-23\",\"price\":2.20},\"errors\":[]}\n"},
        {"{\"call\":\"d\",\"with\":\"{due: @\\\"2026-11-22\\\", price: 3}\"}",
         "{\"value\":\"{due: @\\\"2026-11-23\\\", price: "
         "6}\",\"json\":{\"due\":\"2026-11-23\",\"price\":6},\"errors\":[]}\n"},
        {"[]", "{\"value\":\"null\",\"json\":null,\"errors\":[\"the line is no JSON object\"]}\n"},
        {"{\"call\":\"e\"}",
         "{\"value\":\"null\",\"json\":null,\"errors\":[\"the model has no 'e'; did you mean 'd'?\"]}\n"},
        {"{\"call\":\"d\",\"namespace\":\"urn:x\"}",
         "{\"value\":\"null\",\"json\":null,\"errors\":[\"the namespace 'urn:x' has no 'd'\"]}\n"},
        {"{\"call\":\"d\",\"input\":{},\"with\":\"{}\"}",
         "{\"value\":\"null\",\"json\":null,\"errors\":[\"say \\\"with\\\" or \\\"input\\\", not both\"]}\n"},
        {"{\"call\":\"d\",\"with\":\"{due: \"}",
         "{\"value\":\"null\",\"json\":null,\"errors\":[\"\\\"with\\\": 1:7: expected a value, found the end\"]}\n"},
        {"", "{\"value\":\"null\",\"json\":null,\"errors\":[\"the line is no JSON: 1:1: the text ends where a value is "
             "expected\"]}\n"},
    };
    if (!CHECK(load(&w, texts, 1))) return;
    struct feel_env env = {.now = 0};
    struct dmn_batch b;
    struct buf out;
    batch_init(&b, w.m, &env);
    buf_init(&out, 1 << 20);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < ARRAY_COUNT(lines); i++) {
            buf_clear(&out);
            batch_line(&b, str_of(lines[i][0]), &out);
            CHECK_STR(buf_get(&out), str_of(lines[i][1]));
        }
    buf_release(&out);
    batch_release(&b);
    leave(&w);
}

/* The answers of a stream that comes in pieces of so many bytes. */
static str streamed(struct world *w, str text, size_t piece, size_t limit)
{
    struct feel_env env = {.now = 0};
    struct dmn_batch b;
    struct buf out;
    batch_init(&b, w->m, &env);
    b.line_limit = limit;
    buf_init(&out, 1 << 20);
    for (size_t at = 0; at < text.n; at += piece) {
        str bytes = str_slice(text, at, at + piece);
        while (batch_next(&b, &bytes, &out)) {}
    }
    while (batch_last(&b, &out)) {}
    str got = buf_copy(&out, &w->a);
    buf_release(&out);
    batch_release(&b);
    return got;
}

static void streams(struct test_tally *t)
{
    struct world w;
    const char *texts[] = {MODEL(INPUT("n", "number") "<decision name='d' id='d'><variable name='d'/>" NEEDS(
        "n") "<literalExpression><text>n + 1</text></literalExpression></decision>")};
    if (!CHECK(load(&w, texts, 1))) return;
#define ASK(n)    "{\"call\":\"d\",\"input\":{\"n\":" n "}}"
#define ANSWER(n) "{\"value\":\"" n "\",\"json\":" n ",\"errors\":[]}\n"
#define TOO_LONG  "{\"value\":\"null\",\"json\":null,\"errors\":[\"the line is longer than 0 MB\"]}\n"
    for (size_t piece = 1; piece < 200; piece++) {
        CHECK_STR(streamed(&w, STR(ASK("1") "\n" ASK("2") "\n" ASK("3")), piece, 1000),
                  STR(ANSWER("2") ANSWER("3") ANSWER("4")));
        /* Too long in the middle and at the end, whole in one piece or not; what is as long as may be is answered. */
        CHECK_STR(streamed(&w, STR(ASK("1") "\n" ASK("20000000000") "\n" ASK("3000") "\n" ASK("40000")), piece,
                           sizeof(ASK("3000")) - 1),
                  STR(ANSWER("2") TOO_LONG ANSWER("3001") TOO_LONG));
    }
    CHECK_STR(streamed(&w, STR(""), 1, 10), STR(""));
    leave(&w);
}

static void nulls_inside(struct test_tally *t)
{
    struct world w;
    const char *texts[] = {
        MODEL("<decision name='d' id='d'><variable name='d'/><literalExpression><text>{a: [1, {b c: 1 / 0}], e: null, "
              "f: \"x\" * 2}</text></literalExpression></decision><decision name='g' id='g'><variable name='g'/>"
              "<informationRequirement><requiredDecision href='#h'/></informationRequirement><literalExpression>"
              "<text>[h, 1 / 0]</text></literalExpression></decision><decision name='h' id='h'><variable name='h'/>"
              "<literalExpression><text>sqrt(-1)</text></literalExpression></decision>")};
    if (!CHECK(load(&w, texts, 1))) return;
    static const char *const lines[][2] = {
        {"{\"call\":\"d\"}", "{\"value\":\"{a: [1, {\\\"b c\\\": null}], e: null, f: null}\",\"json\":{\"a\":[1,{\"b "
                             "c\":null}],\"e\":null,\"f\":null},\"errors\":[\"a[2].b c: division by zero\",\"f: "
                             "multiplication: a string and a number don't go together\"]}\n"},
        {"{\"call\":\"g\"}",
         "{\"value\":\"[null, null]\",\"json\":[null,null],\"errors\":[\"decision 'h': the square root of a negative "
         "number\",\"[2]: division by zero\"]}\n"},
    };
    struct feel_env env = {.now = 0};
    struct dmn_batch b;
    struct buf out;
    batch_init(&b, w.m, &env);
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < ARRAY_COUNT(lines); i++) {
        buf_clear(&out);
        batch_line(&b, str_of(lines[i][0]), &out);
        CHECK_STR(buf_get(&out), str_of(lines[i][1]));
    }
    buf_release(&out);
    batch_release(&b);
    leave(&w);
}

/* A line of many values is refused before they take too much memory; the next one is answered. */
static void memory(struct test_tally *t)
{
    struct world w;
    const char *texts[] = {MODEL(INPUT("n", "number") "<decision name='d' id='d'><variable name='d'/>" NEEDS(
        "n") "<literalExpression><text>n + 1</text></literalExpression></decision>")};
    if (!CHECK(load(&w, texts, 1))) return;
    struct feel_env env = {.now = 0};
    struct dmn_batch b;
    struct buf line, out;
    batch_init(&b, w.m, &env);
    CHECK(b.json.limit);
    b.json.limit = 1 << 18;
    buf_init(&line, 1 << 20);
    buf_init(&out, 1 << 20);
    buf_text(&line, "{\"call\":\"d\",\"input\":{\"n\":[");
    for (int i = 0; i < 10000; i++) buf_text(&line, "0,");
    buf_text(&line, "0]}}");
    batch_line(&b, buf_get(&line), &out);
    CHECK(str_find(buf_get(&out), STR("the JSON text has too many values")) != STR_NOT_FOUND);
    buf_clear(&out);
    batch_line(&b, STR(ASK("1")), &out);
    CHECK_STR(buf_get(&out), STR(ANSWER("2")));
    buf_release(&line);
    buf_release(&out);
    batch_release(&b);
    leave(&w);
}

TEST_MAIN(batch, streams, nulls_inside, memory)
