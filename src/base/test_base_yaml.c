/* SPDX-License-Identifier: Apache-2.0 */
#include "base_buf.h"
#include "base_yaml.h"
#include "test.h"

#include <string.h>

static void show(struct buf *b, const struct yaml *v)
{
    if (v->kind == YAML_SCALAR) {
        const char *quote = v->block ? "|" : v->quoted ? "'" : "";
        buf_printf(b, "%s" STR_FORMAT "%s", quote, STR_ARGS(v->text), quote);
        return;
    }
    buf_text(b, v->kind == YAML_MAP ? "{" : "[");
    for (size_t i = 0; i < v->count; i++) {
        if (i) buf_text(b, ",");
        if (v->kind == YAML_MAP) buf_str(b, v->items[i].key), buf_text(b, ":");
        show(b, &v->items[i]);
    }
    buf_text(b, v->kind == YAML_MAP ? "}" : "]");
}

static str again(struct arena *a, str source)
{
    struct err err;
    struct buf b;
    const struct yaml *v;
    buf_init(&b, 10 << 20);
    char *exact = mem_alloc(source.n);
    if (source.n) memcpy(exact, source.p, source.n);
    bool good = yaml_parse(a, (str){exact, source.n}, STR("x.yaml"), &v, &err) == 0;
    mem_free(exact);
    if (good)
        show(&b, v);
    else
        buf_printf(&b, "%s:%u:%u: %s%s%s", err.file, err.line, err.column, err.field, err.field[0] ? ": " : "",
                   err.message);
    str out = buf_copy(&b, a);
    buf_release(&b);
    return out;
}

static const struct {
    str source, want;
} cases[] = {
    {STR_INIT("a: 1.10\nb: [x, 'y', \"z\\n\"]\nc:\n  - {d: }\n  - no\n"),
     STR_INIT("{a:1.10,b:[x,'y','z\n'],c:[{d:},no]}")},
    {STR_INIT("\xEF\xBB\xBF"
              "a: \u00e4\r\nb: 2\r\n"),
     STR_INIT("{a:\u00e4,b:2}")},
    {STR_INIT("feel: |\n  if a\n  then b\nfold: >-\n  x\n  y\n"), STR_INIT("{feel:|if a\nthen b\n|,fold:|x y|}")},
    {STR_INIT("---\na: 1\n...\n"), STR_INIT("{a:1}")},
    {STR_INIT("just text"), STR_INIT("just text")},
    {STR_INIT("<<: x"), STR_INIT("{<<:x}")},
    {STR_INIT(""), STR_INIT("x.yaml:1:1: there is nothing in it")},
    {STR_INIT("# only this\n"), STR_INIT("x.yaml:2:1: there is nothing in it")},
    {STR_INIT("a: 1\nb: 2\n\"a\": 3\n"), STR_INIT("x.yaml:3:0: a: this key stands here for the second time")},
    {STR_INIT("a: &x 1\nb: *x\n"),
     STR_INIT("x.yaml:1:4: anchors (&name) are not used here; write the value where it belongs")},
    {STR_INIT("b: *x\n"), STR_INIT("x.yaml:1:4: aliases (*name) are not used here")},
    {STR_INIT("*x : 1\n"), STR_INIT("x.yaml:1:1: aliases (*name) are not used here")},
    {STR_INIT("a: !!int 1\n"), STR_INIT("x.yaml:1:4: tags (!name) are not used here")},
    {STR_INIT("a: !!map {}\n"), STR_INIT("x.yaml:1:4: tags (!name) are not used here")},
    {STR_INIT("a: 1\n---\nb: 1\n"), STR_INIT("x.yaml:2:1: a second document; put it into a file of its own")},
    {STR_INIT("[a]: 1\n"), STR_INIT("x.yaml:1:1: a key must be a text")},
    {STR_INIT("a: \"\\0\"\n"), STR_INIT("x.yaml:1:4: a NUL character in a text")},
    {STR_INIT("a: \0\n"), STR_INIT("x.yaml:1:4: control characters are not allowed")},
    {STR_INIT("\u00e4: 1\nb: \xff\n"), STR_INIT("x.yaml:2:4: the text is not UTF-8")},
    {STR_INIT("\xff\xfe"
              "a\0:\0"),
     STR_INIT("x.yaml:1:1: the text is not UTF-8")},
    {STR_INIT("a: [1, 2\nb: 3\n"),
     STR_INIT("x.yaml:2:2: while parsing a flow sequence: did not find expected ',' or ']'")},
    {STR_INIT("a: 'x\n"), STR_INIT("x.yaml:2:1: while scanning a quoted scalar: found unexpected end of stream")},
    {STR_INIT("\u00e4: 1\n\tb: 2\n"),
     STR_INIT("x.yaml:2:1: while scanning a plain scalar: found a tab character that violates indentation")},
};

static void table(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) CHECK_STR(again(&a, cases[i].source), cases[i].want);
    arena_release(&a);
}

static void depth(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
    char text[100000];
    memset(text, '[', sizeof text);
    CHECK_STR(again(&a, (str){text, sizeof text}), STR("x.yaml:1:51: more than 50 levels deep"));
    memset(text + 50, ']', 50);
    CHECK_STR(again(&a, (str){text, 100}), ((str){text, 100}));
    for (size_t i = 0; i < sizeof text; i += 2) memcpy(text + i, "- ", 2);
    CHECK_STR(again(&a, (str){text, sizeof text}), STR("x.yaml:1:101: more than 50 levels deep"));
    arena_release(&a);
}

static void places(struct test_tally *t)
{
    struct arena a;
    struct err err;
    const struct yaml *v;
    arena_init(&a, 0);
    if (CHECK(yaml_parse(&a, STR("# top\na: 1\n\u00e4\u00e4: |\n  text\nlist:\n  - x\n"), STR("f"), &v, &err) == 0)) {
        CHECK(v->line == 2 && v->column == 1);
        const struct yaml *block = yaml_get(v, STR("\u00e4\u00e4")), *list = yaml_get(v, STR("list"));
        CHECK(block && block->line == 3 && block->column == 5 && block->key_line == 3 && block->block);
        CHECK(list && list->key_line == 5 && list->items[0].line == 6 && list->items[0].column == 5);
        CHECK(!yaml_get(v, STR("b")) && !yaml_get(list, STR("a")) && !yaml_get(NULL, STR("a")));
    }
    arena_release(&a);
}

static void getters(struct test_tally *t)
{
    struct arena a;
    struct err err = {0};
    const struct yaml *v;
    arena_init(&a, 0);
    str source =
        STR("id: 7\nname: Tool\nrequired: yes\nquoted: ''\nempty:\nlist: [a, 'b']\none: c\ndeep: [[a]]\nmap: {a: b}\n");
    if (!CHECK(yaml_parse(&a, source, STR("f"), &v, &err) == 0)) return;
    int64_t n = -1;
    bool flag = false;
    str text;
    const str *texts;
    size_t count;
    CHECK(yaml_int(v, STR("id"), true, &n, &err) == 0 && n == 7);
    CHECK(yaml_int(v, STR("absent"), false, &n, &err) == 0 && n == 7);
    CHECK(yaml_yes_no(v, STR("required"), &flag, &err) == 0 && flag);
    CHECK(yaml_yes_no(v, STR("absent"), &flag, &err) == 0 && flag);
    CHECK(yaml_text(v, STR("name"), true, &text, &err) == 0 && str_eq(text, STR("Tool")));
    CHECK(yaml_text(v, STR("absent"), false, &text, &err) == 0 && !text.p);
    CHECK(yaml_text(v, STR("quoted"), true, &text, &err) == 0 && text.p && text.n == 0);
    CHECK(yaml_texts(&a, v, STR("list"), &texts, &count, &err) == 0 && count == 2 && str_eq(texts[1], STR("b")));
    CHECK(yaml_texts(&a, v, STR("one"), &texts, &count, &err) == 0 && count == 1 && str_eq(texts[0], STR("c")));
    CHECK(yaml_texts(&a, v, STR("absent"), &texts, &count, &err) == 0 && count == 0);
    CHECK(yaml_texts(&a, v, STR("empty"), &texts, &count, &err) == 0 && count == 0);
    CHECK(err.code == ERR_NONE);
    CHECK(yaml_int(v, STR("name"), true, &n, &err) < 0 && err.line == 2 && err.column == 7);
    CHECK_STR(str_of(err.message), STR("\"Tool\" is not a whole number"));
    CHECK(yaml_int(v, STR("list"), true, &n, &err) < 0 && err.line == 6);
    CHECK(yaml_yes_no(v, STR("name"), &flag, &err) < 0 && yaml_yes_no(v, STR("map"), &flag, &err) < 0);
    CHECK(yaml_text(v, STR("empty"), true, &text, &err) < 0);
    CHECK_STR(str_of(err.message), STR("needs a value"));
    CHECK(yaml_text(v, STR("absent"), true, &text, &err) < 0);
    CHECK_STR(str_of(err.message), STR("is missing"));
    CHECK_STR(str_of(err.field), STR("absent"));
    CHECK(yaml_text(v, STR("map"), false, &text, &err) < 0);
    CHECK(yaml_texts(&a, v, STR("deep"), &texts, &count, &err) < 0 &&
          yaml_texts(&a, v, STR("map"), &texts, &count, &err) < 0);
    static const str known[] = {STR_INIT("id"),    STR_INIT("nane"), STR_INIT("required"), STR_INIT("quoted"),
                                STR_INIT("empty"), STR_INIT("list"), STR_INIT("one"),      STR_INIT("deep"),
                                STR_INIT("map"),   STR_INIT("name")};
    CHECK(yaml_only(v, known, ARRAY_COUNT(known), &err) == 0);
    CHECK(yaml_only(v, known, ARRAY_COUNT(known) - 1, &err) < 0 && err.line == 2);
    CHECK_STR(str_of(err.message), STR("unknown key; did you mean \"nane\"?"));
    CHECK(yaml_only(yaml_get(v, STR("name")), known, 1, &err) < 0);
    arena_release(&a);
}

static void many_keys(struct test_tally *t)
{
    struct arena a;
    struct err err;
    struct buf b;
    const struct yaml *v;
    arena_init(&a, 0);
    buf_init(&b, 10 << 20);
    for (int i = 0; i < 5000; i++) buf_printf(&b, "key %d: %d\n", i, i);
    CHECK(yaml_parse(&a, buf_get(&b), STR("f"), &v, &err) == 0 && v->count == 5000);
    buf_text(&b, "key 4: x\nkey 3: x\n");
    CHECK(yaml_parse(&a, buf_get(&b), STR("f"), &v, &err) < 0 && err.line == 5001);
    buf_release(&b);
    arena_release(&a);
}

TEST_MAIN(table, depth, places, getters, many_keys)
