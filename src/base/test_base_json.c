/* SPDX-License-Identifier: Apache-2.0 */
#include "base_json.h"
#include "test.h"

#include <string.h>

/* What is read and written again, in one line; or the error's "line:column: message". In the arena. */
static str again(struct arena *a, str source)
{
    struct err err;
    const struct json *v;
    /* A copy without a byte behind it, so that the sanitizer sees whoever reads on. */
    char *exact = mem_alloc(source.n);
    if (source.n) memcpy(exact, source.p, source.n);
    str out;
    if (json_parse(a, (str){exact, source.n}, &v, &err) < 0) {
        out = arena_printf(a, "%u:%u: %s", err.line, err.column, err.message);
        mem_free(exact);
        return out;
    }
    mem_free(exact); /* the value does not need the source */
    struct buf b;
    struct json_writer w;
    buf_init(&b, 10 << 20);
    json_init(&w, &b, 0);
    json_emit(&w, v);
    out = buf_copy(&b, a);
    buf_release(&b);
    return out;
}

#define NUL "\0"
static const struct {
    str source, want;
} cases[] = {
    {STR_INIT("[1.10,-0,1E400,0.0e-0,123456789012345678901234567890]"),
     STR_INIT("[1.10,-0,1E400,0.0e-0,123456789012345678901234567890]")},
    {STR_INIT(" { \"a\" : [ ] , \"b\" : { } , \"\" : null }\r\n\t"), STR_INIT("{\"a\":[],\"b\":{},\"\":null}")},
    {STR_INIT("true"), STR_INIT("true")},
    {STR_INIT("\xEF\xBB\xBF"
              "false"),
     STR_INIT("false")},
    {STR_INIT("\"\\u00e4\\\"\\\\\\/\\b\\f\\n\\r\\t\\u20AC\\ud83d\\ude00x\""),
     STR_INIT("\"\u00e4\\\"\\\\/\\b\\f\\n\\r\\t\u20AC\U0001F600x\"")},
    {STR_INIT("\"\\u0000\\u001f\x7f\u2028\""), STR_INIT("\"\\u0000\\u001f\\u007f\\u2028\"")},
    {STR_INIT("\"eight888\\neight888eight888\\\"\""), STR_INIT("\"eight888\\neight888eight888\\\"\"")},
    {STR_INIT("[[[[1]],[]],{\"a\":[{}]}]"), STR_INIT("[[[[1]],[]],{\"a\":[{}]}]")},
    /* failures */
    {STR_INIT(""), STR_INIT("1:1: the text ends where a value is expected")},
    {STR_INIT(" \n "), STR_INIT("2:2: the text ends where a value is expected")},
    {STR_INIT("["), STR_INIT("1:2: the text ends where a value is expected")},
    {STR_INIT("[1"), STR_INIT("1:3: the text ends where ',' or ']' is expected")},
    {STR_INIT("[1,]"), STR_INIT("1:4: expected a value")},
    {STR_INIT("[,1]"), STR_INIT("1:2: expected a value")},
    {STR_INIT("[1 2]"), STR_INIT("1:4: expected ',' or ']'")},
    {STR_INIT("[1}"), STR_INIT("1:3: expected ',' or ']'")},
    {STR_INIT("{\"a\":1,}"), STR_INIT("1:8: expected a name in quotes")},
    {STR_INIT("{a:1}"), STR_INIT("1:2: expected a name in quotes")},
    {STR_INIT("{\"a\" 1}"), STR_INIT("1:6: expected ':'")},
    {STR_INIT("{\"a\":}"), STR_INIT("1:6: expected a value")},
    {STR_INIT("{\"a\":1,\n \"b\":2,\n \"a\":3}"), STR_INIT("3:6: \"a\" stands here for the second time")},
    {STR_INIT("{\"a\":1,\"\\u0061\":3}"), STR_INIT("1:17: \"a\" stands here for the second time")},
    {STR_INIT("1 2"), STR_INIT("1:3: something stands behind the value")},
    {STR_INIT("]"), STR_INIT("1:1: expected a value")},
    {STR_INIT("tru"), STR_INIT("1:1: expected a value")},
    {STR_INIT("nul" NUL), STR_INIT("1:1: expected a value")},
    {STR_INIT("nullx"), STR_INIT("1:5: something stands behind the value")},
    {STR_INIT("01"), STR_INIT("1:1: not a number as JSON has it")},
    {STR_INIT("-"), STR_INIT("1:1: not a number as JSON has it")},
    {STR_INIT("1."), STR_INIT("1:1: not a number as JSON has it")},
    {STR_INIT("1e+"), STR_INIT("1:1: not a number as JSON has it")},
    {STR_INIT("+1"), STR_INIT("1:1: expected a value")},
    {STR_INIT(".5"), STR_INIT("1:1: expected a value")},
    {STR_INIT("NaN"), STR_INIT("1:1: expected a value")},
    {STR_INIT("'a'"), STR_INIT("1:1: expected a value")},
    {STR_INIT("\"abc"), STR_INIT("1:1: the text ends inside this string")},
    {STR_INIT("\"abc\\"), STR_INIT("1:6: the text ends where an escape is expected")},
    {STR_INIT("\"abc\\\""), STR_INIT("1:1: the text ends inside this string")},
    {STR_INIT("\"\\x\""), STR_INIT("1:2: no such escape")},
    {STR_INIT("\"\\u12\""), STR_INIT("1:2: no such escape")},
    {STR_INIT("\"\\" NUL "\""), STR_INIT("1:2: no such escape")},
    {STR_INIT("\"\\ud83d\""), STR_INIT("1:2: half a surrogate pair is no character")},
    {STR_INIT("\"\\ude00\\ud83d\""), STR_INIT("1:2: half a surrogate pair is no character")},
    {STR_INIT("\"\\ud83d\\u0041\""), STR_INIT("1:2: half a surrogate pair is no character")},
    {STR_INIT("\"\\ud83d\\u"), STR_INIT("1:2: half a surrogate pair is no character")},
    {STR_INIT("\"a\nb\""), STR_INIT("1:3: a control character in a string must be an escape")},
    {STR_INIT("\"a" NUL "b\""), STR_INIT("1:3: a control character in a string must be an escape")},
    {STR_INIT("[1," NUL "2]"), STR_INIT("1:4: expected a value")},
    {STR_INIT("\"\u00e4\xff\""), STR_INIT("1:3: the text is not UTF-8")},
    {STR_INIT("\"\xed\xa0\x80\""), STR_INIT("1:2: the text is not UTF-8")},
    {STR_INIT("// x\n1"), STR_INIT("1:1: expected a value")},
};

static void table(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) CHECK_STR(again(&a, cases[i].source), cases[i].want);
    arena_release(&a);
}

static str nested(struct arena *a, size_t depth, const char *open, const char *close)
{
    struct buf b;
    buf_init(&b, 10 << 20);
    for (size_t i = 0; i < depth; i++) buf_text(&b, open);
    for (size_t i = 0; i < depth; i++) buf_text(&b, close);
    str out = buf_copy(&b, a);
    buf_release(&b);
    return out;
}

static void depth(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
    str deepest = nested(&a, 200, "[", "]");
    CHECK_STR(again(&a, deepest), deepest);
    CHECK_STR(again(&a, nested(&a, 201, "[", "]")), STR("1:201: more than 200 levels deep"));
    CHECK_STR(again(&a, nested(&a, 1000000, "[", "")), STR("1:201: more than 200 levels deep"));
    CHECK_STR(again(&a, nested(&a, 300, "{\"a\":", "}")), STR("1:1001: more than 200 levels deep"));
    arena_release(&a);
}

static void members(struct test_tally *t)
{
    struct arena a;
    struct err err;
    const struct json *v;
    struct buf b;
    arena_init(&a, 0);
    buf_init(&b, 10 << 20);
    buf_text(&b, "{");
    for (int i = 0; i < 50000; i++) buf_printf(&b, "\"key %d\":%d,", i, i);
    size_t length = b.n;
    buf_text(&b, "\"last\":[true]}");
    if (CHECK(json_parse(&a, buf_get(&b), &v, &err) == 0)) {
        CHECK(v->kind == JSON_OBJECT && v->count == 50001 && v->from == 0);
        const struct json *found = json_get(v, STR("key 49999"));
        CHECK(found && found->kind == JSON_NUMBER && str_eq(found->text, STR("49999")));
        CHECK(!json_get(v, STR("key")) && !json_get(found, STR("x")) && !json_get(NULL, STR("x")));
        found = json_get(v, STR("last"));
        CHECK(found && found->kind == JSON_ARRAY && found->items[0].kind == JSON_TRUE && found->from == length + 7);
    }
    b.n = length;
    buf_text(&b, "\"key 7\":1}");
    CHECK(json_parse(&a, buf_get(&b), &v, &err) < 0);
    CHECK_STR(str_of(err.message), STR("\"key 7\" stands here for the second time"));
    buf_release(&b);
    arena_release(&a);
}

static void limits(struct test_tally *t)
{
    struct arena a;
    struct err err;
    const struct json *v;
    arena_init(&a, 10000);
    char text[9001];
    memset(text, '[', sizeof text);
    for (size_t i = 1; i < 9000; i++) text[i] = i % 2 ? '1' : ',';
    text[9000] = ']';
    CHECK(json_parse(&a, (str){text, sizeof text}, &v, &err) < 0 && err.code == ERR_LIMIT);
    arena_clear(&a);
    memset(text, ' ', sizeof text);
    text[0] = '1';
    CHECK(json_parse(&a, (str){text, sizeof text}, &v, &err) == 0);
    CHECK(json_parse(&a, (str){text, sizeof text}, &v, &err) < 0 && err.code == ERR_LIMIT);
    arena_release(&a);
}

static void number_lengths(struct test_tally *t)
{
    CHECK(json_number_length(STR("12.50 EUR")) == 5);
    CHECK(json_number_length(STR("-0")) == 2 && json_number_length(STR("1e5")) == 3);
    CHECK(json_number_length(STR("")) == 0 && json_number_length(STR("-")) == 0 && json_number_length(STR("00")) == 0);
}

static void writes(struct test_tally *t)
{
    struct buf b;
    struct json_writer w;
    buf_init(&b, 10000);
    json_init(&w, &b, 2);
    json_object(&w);
    json_key(&w, STR("none"));
    json_array(&w);
    json_array_end(&w);
    json_key(&w, STR("some"));
    json_array(&w);
    json_int(&w, INT64_MIN);
    json_number(&w, STR("1.10"));
    json_object(&w);
    json_object_end(&w);
    json_bool(&w, true);
    json_null(&w);
    json_array_end(&w);
    json_key(&w, STR("bad"));
    json_string(&w, STR("a\xff\xe2\x82"
                        "b\xed\xa0\x80\0"));
    json_key(&w, STR("empty"));
    json_string(&w, STR_NONE);
    json_object_end(&w);
    CHECK_STR(buf_get(&b),
              STR("{\n  \"none\": [],\n  \"some\": [\n    -9223372036854775808,\n    1.10,\n    {},\n    true,\n"
                  "    null\n  ],\n  \"bad\": \"a\uFFFD\uFFFD\uFFFDb\uFFFD\uFFFD\uFFFD\\u0000\",\n"
                  "  \"empty\": \"\"\n}"));
    buf_clear(&b);
    json_init(&w, &b, 0);
    json_array(&w);
    for (int i = 0; i < 500; i++) json_array(&w);
    for (int i = 0; i < 500; i++) json_array_end(&w);
    json_int(&w, 1);
    json_array_end(&w);
    CHECK(b.n == 1004 && str_ends(buf_get(&b), STR("]],1]")));
    buf_release(&b);
}

TEST_MAIN(table, depth, members, limits, number_lengths, writes)
