/* SPDX-License-Identifier: Apache-2.0 */
/* The tree that models are read to: namespaces, texts however they are written, and the places of both. */
#include "dmn_xml.h"
#include "test.h"

static const struct xml *tree(struct arena *a, str source, struct err *err)
{
    const struct xml *root = NULL;
    arena_clear(a);
    return xml_parse(a, source, &root, err) == 0 ? root : NULL;
}

static void namespaces(struct test_tally *t)
{
    struct arena a;
    struct err err;
    arena_init(&a, 0);
    const struct xml *x = tree(&a,
                               STR("<m:a xmlns:m='urn:m' xmlns='urn:other' p:k='1' k='2' xmlns:p='urn:p' xml:lang='de'>"
                                   "<b>not ours</b><m:b xmlns:p='urn:q' p:k='3'/><b xmlns='urn:m' k='4'/>"
                                   "<m:c xmlns:m='urn:other'/><own xmlns='urn:entente:rulebook:1'/></m:a>"),
                               &err);
    if (!CHECK(x)) return;
    CHECK_STR(x->space, STR("urn:m"));
    CHECK_STR(x->name, STR("a"));
    CHECK(x->attribute_count == 3);
    CHECK_STR(xml_get_in(x, "urn:p", "k"), STR("1"));
    CHECK_STR(xml_get(x, "k"), STR("2"));
    CHECK_STR(xml_get_in(x, "http://www.w3.org/XML/1998/namespace", "lang"), STR("de"));
    CHECK_STR(xml_space_of(x, STR("")), STR("urn:other"));
    CHECK(!xml_space_of(x, STR("q")).p);
    const struct xml *prefixed = x->first, *bare = prefixed->next, *own = bare->next;
    CHECK_STR(xml_get_in(prefixed, "urn:q", "k"), STR("3"));
    CHECK_STR(xml_space_of(prefixed, STR("p")), STR("urn:q"));
    CHECK_STR(xml_space_of(bare, STR("p")), STR("urn:p"));
    CHECK_STR(xml_get(bare, "k"), STR("4"));
    CHECK(xml_is(own, "own") && str_eq(own->space, XML_OWN) && !own->next);
    x = tree(&a, STR("<a xmlns='urn:m'><b xmlns=''><c/></b><d/></a>"), &err);
    CHECK(x && xml_is(x->first, "d") && !x->first->next); /* the other is of no namespace */
    CHECK(!tree(&a, STR_NONE, &err) && err.code == ERR_INPUT);
    arena_release(&a);
}

static void hostile_names(struct test_tally *t)
{
    static const struct {
        const char *source, *says;
    } cases[] = {
        {"<a>\n <m:b/></a>", "unbound prefix"},
        {"<a>\n <b m:k='1'/></a>", "unbound prefix"},
        {"<a xmlns='urn:m'>\n <b xmlns='urn:other' m:k='1'/></a>", "unbound prefix"},
        {"<a>\n <b xmlns:m=''/></a>", "must not undeclare prefix"},
        {"<a>\n <b xmlns:xmlns='urn:m'/></a>", "reserved prefix (xmlns) must not be declared or undeclared"},
        {"<a>\n <b xmlns:xml='urn:m'/></a>",
         "reserved prefix (xml) must not be undeclared or bound to another namespace name"},
        {"<a>\n <b xmlns:m='http://www.w3.org/XML/1998/namespace'/></a>",
         "prefix must not be bound to one of the reserved namespace names"},
        {"<a>\n <b xmlns='http://www.w3.org/2000/xmlns/'/></a>",
         "prefix must not be bound to one of the reserved namespace names"},
        {"<a>\n <b xmlns:m='urn:m' xmlns:n='urn:m' m:k='1' n:k='2'/></a>", "duplicate attribute"},
        {"<a xmlns:m='urn:m'>\n <m:b:c/></a>", "not well-formed (invalid token)"},
        {"<a xmlns:m='urn:m'>\n <b m:='1'/></a>", "not well-formed (invalid token)"},
        {"<a xmlns:m='urn:m'>\n <b :k='1'/></a>", "not well-formed (invalid token)"},
        {"<a xmlns:m='urn:m'>\n <m:1/></a>", "not well-formed (invalid token)"},
        {"<a>\n <b></a>", "mismatched tag"},
    };
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct err err = {0};
        if (!CHECK(!tree(&a, str_of(cases[i].source), &err))) continue;
        CHECK_STR(str_of(err.message), arena_printf(&a, "is not well-formed XML: %s", cases[i].says));
        CHECK(err.line == 2 && err.column >= 2 && err.code == ERR_INPUT);
    }
    struct err err;
    CHECK(tree(&a, STR("<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:k='1' k='2'/>"), &err));
    arena_release(&a);
}

static void texts(struct test_tally *t)
{
    static const struct {
        const char *source, *text;
    } cases[] = {
        {"<a><b>plain,\n\tof two lines</b></a>", "plain,\n\tof two lines"},
        {"<a><b> </b></a>", " "},
        {"<a><b></b></a>", ""},
        {"<a><b/> behind</a>", ""},
        {"<a><b k='/'>x</b></a>", "x"},
        {"<a><b>1 &lt; 2 &amp; &#65;</b></a>", "1 < 2 & A"},
        {"<a><b>one<!-- two -->three</b></a>", "onethree"},
        {"<a><b><!-- two -->three</b></a>", "three"},
        {"<a><b>one<?two?> three</b></a>", "one three"},
        {"<a><b><![CDATA[<b>&amp;</b>]]> x</b></a>", "<b>&amp;</b> x"},
        {"<a><b>two\r\nlines\rthree</b></a>", "two\nlines\nthree"},
        {"<a><b>Gr\u00fc\u00dfe</b></a>", "Gr\u00fc\u00dfe"},
        {"<?xml version='1.0' encoding='ISO-8859-1'?><a><b>Gr\xfc\xdf"
         "e</b></a>",
         "Gr\u00fc\u00dfe"},
        {"<a><b>\n <c/>\n <c/>\n</b></a>", ""},
        {"<a><b>\n <!-- c -->\n <c/> and <c/>\n</b></a>", "and"},
    };
    struct arena a;
    struct err err;
    arena_init(&a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct xml *x = tree(&a, str_of(cases[i].source), &err), *b = x ? x->first : NULL;
        if (CHECK(b)) CHECK_STR(b->first ? str_trim(b->text) : b->text, str_of(cases[i].text));
    }
    /* In UTF-16 these bytes are one letter, not the end of the element. */
    static const char wide[] = "\0<\0a\0>\0<\0b\0>\x3c\x2f\0<\0/\0b\0>\0<\0/\0a\0>";
    const struct xml *x = tree(&a, (str){wide, sizeof wide - 1}, &err);
    if (CHECK(x && x->first)) CHECK_STR(x->first->text, STR("\u3c2f"));
    arena_release(&a);
}

static void places(struct test_tally *t)
{
    const str source = STR("<a>\n  <b k='1'>x &lt; 1</b>\n  <b>plain</b>\n  <b/>\n  <b>\n   <c/></b></a>");
    struct arena a;
    struct err err;
    arena_init(&a, 0);
    const struct xml *x = tree(&a, source, &err);
    if (!CHECK(x)) return;
    const struct xml *escaped = x->first, *plain = escaped->next, *empty = plain->next, *holds = empty->next;
    CHECK_STR(str_slice(source, escaped->from, escaped->to), STR("x &lt; 1"));
    CHECK_STR(str_slice(source, plain->from, plain->to), STR("plain"));
    CHECK_STR(str_slice(source, plain->tag, plain->from), STR("<b>"));
    CHECK_STR(str_slice(source, escaped->tag, escaped->from), STR("<b k='1'>"));
    CHECK(escaped->text_at == escaped->from && plain->text_at == plain->from);
    CHECK(empty->from == empty->to && !empty->text_at && str_starts(str_from(source, empty->tag), STR("<b/>")));
    CHECK_STR(str_slice(source, holds->from, holds->to), STR("\n   <c/>"));
    CHECK(!holds->text_at && !holds->text.n && holds->first->parent == holds);
    arena_release(&a);
}

TEST_MAIN(namespaces, hostile_names, texts, places)
