/* SPDX-License-Identifier: Apache-2.0 */
#include "template.h"

#include "test.h"

static const struct feel_variable variables[] = {
    {STR_INIT("name"), &feel_any, false},
    {STR_INIT("tools"), &feel_any, false},
    {STR_INIT("cost"), &feel_any, false},
};
enum { NAME, TOOLS, COST, VARIABLES };

static str find_part(const void *host, str name)
{
    (void)host;
    if (str_eq(name, STR("row"))) return STR("<li>{name}</li>");
    if (str_eq(name, STR("self"))) return STR("{>self}");
    if (str_eq(name, STR("bad"))) return STR("line one\n{nothing like it}");
    return STR_NONE;
}

struct fixture {
    struct arena arena;
    struct template_host host;
    struct feel_env env;
    struct feel_scope scope;
    struct feel_value inputs[VARIABLES];
    struct buf out;
    struct err err;
};

static void fixture_init(struct fixture *f, str name)
{
    arena_init(&f->arena, 0);
    f->host = (struct template_host){STR("EUR")};
    f->env = (struct feel_env){.arena = &f->arena, .host = &f->host};
    f->scope = (struct feel_scope){.variables = variables, .count = VARIABLES};
    f->scope.functions = template_functions(&f->scope.function_count);
    struct feel_value *tools = arena_array(&f->arena, 2, sizeof *tools);
    tools[0] = feel_string(STR("A<b>"));
    tools[1] = feel_string(STR("C"));
    f->inputs[NAME] = feel_string(name);
    f->inputs[TOOLS] = feel_list(tools, 2);
    feel_number(STR("412000.50"), &f->inputs[COST]);
    buf_init(&f->out, 100000);
}
static void fixture_release(struct fixture *f)
{
    buf_release(&f->out);
    arena_release(&f->arena);
}

static int make(struct fixture *f, enum template_form form, str source)
{
    const struct template_parts parts = {find_part, NULL};
    const struct template *t;
    if (template_compile(&f->arena, &f->scope, form, &parts, source, &t, &f->err)) return -1;
    return template_render(t, &f->env, f->inputs, &f->out, &f->err);
}

static void gives(struct test_tally *t, enum template_form form, str name, str source, str want)
{
    struct fixture f;
    fixture_init(&f, name);
    if (make(&f, form, source)) CHECK_STR(str_of(f.err.message), STR("no error"));
    CHECK_STR(buf_get(&f.out), want);
    fixture_release(&f);
}
#define PLAIN(name, source, want) gives(t, TEMPLATE_PLAIN, STR(name), STR(source), STR(want))
#define HTML(name, source, want)  gives(t, TEMPLATE_HTML, STR(name), STR(source), STR(want))

static void refused(struct test_tally *t, enum template_form form, str source, str want, uint32_t line, uint32_t column)
{
    struct fixture f;
    fixture_init(&f, STR("x"));
    if (CHECK(make(&f, form, source) < 0)) {
        CHECK_STR(str_of(f.err.message), want);
        if (!CHECK(f.err.line == line && f.err.column == column))
            printf("    at %u:%u, want %u:%u: " STR_FORMAT "\n", f.err.line, f.err.column, line, column,
                   STR_ARGS(source));
    }
    fixture_release(&f);
}
#define REFUSED(source, want, line, column) refused(t, TEMPLATE_HTML, STR(source), STR(want), line, column)

static void values(struct test_tally *t)
{
    PLAIN("Anna", "Hello {name}!", "Hello Anna!");
    PLAIN("Anna", "{{{name}}}", "{Anna}");
    PLAIN("Anna", "{1.10} {null}|{tools}|{date(\"2026-11-22\")}", "1.10 |A<b>, C|22 November 2026");
    PLAIN("Anna", "{if name = \"Anna\" then \"}\" else \"{\"}", "}");
    PLAIN("Anna", "{{}} {name}", "{} Anna");
    PLAIN("Anna", "", "");
    gives(t, TEMPLATE_CSV, STR("=1+1"), STR("{name},{tools},{\"a\"}"), STR("'=1+1,\"A<b>, C\",a"));
}

static void blocks(struct test_tally *t)
{
    PLAIN("a", "{#if name = \"a\"}yes{#else}no{/if}", "yes");
    PLAIN("b", "{#if name = \"a\"}yes{#else}no{/if}", "no");
    PLAIN("b", "{#if name = \"a\"}1{#else if name = \"b\"}2{#else}3{/if}.", "2.");
    PLAIN("c", "{#if name = \"a\"}1{#else if name = \"b\"}2{#else if name = \"d\"}4{#else}3{/if}.", "3.");
    PLAIN("c", "{#if null}1{/if}", "");
    PLAIN("c", "{#for x in tools}[{x} {name}]{/for}", "[A<b> c][C c]");
    PLAIN("c", "{#for x in []}[{x}]{#else}none{/for}", "none");
    PLAIN("c", "{#for x in tools}{#for y in [1, 2]}{x}{y} {/for}{/for}{name}", "A<b>1 A<b>2 C1 C2 c");
    PLAIN("c", "{#let two words = 1 + 1}{#for x in [1]}{#let y = x + two words}{y}{/for}{two words}", "32");
    HTML("<&>", "<ul>{>row}{> row}</ul>", "<ul><li>&lt;&amp;&gt;</li><li>&lt;&amp;&gt;</li></ul>");
}

static void escaping(struct test_tally *t)
{
    HTML("<script>alert(1)</script>", "<p>{name}</p>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>");
    HTML("a\" onclick=\"b' c", "<p title=\"{name}\" class='{name}'>{name}</p>",
         "<p title=\"a&quot; onclick=&quot;b&#39; c\" class='a&quot; onclick=&quot;b&#39; c'>a&quot; "
         "onclick=&quot;b&#39; c</p>");
    HTML("<b>", "{raw name}", "<b>");
    HTML("a\x01", "<p>{name} a < b</p>", "<p>a\xEF\xBF\xBD a < b</p>");
    HTML("x", "<!-- it's {{ --><!doctype html><style>a {{ b }}</style><script src=\"/a.js\"></script><p>{name}",
         "<!-- it's { --><!doctype html><style>a { b }</style><script src=\"/a.js\"></script><p>x");
    HTML("a\"b\\<", "<body hx-headers:inherited='{{\"k\": \"{name}\"}}'>",
         "<body hx-headers:inherited='{\"k\": \"a\\u0022b\\u005c\\u003c\"}'>");
    HTML("x", "<a {#if name = \"x\"}aria-current=\"page\"{/if} class=\"a{#if true} b{/if}\">",
         "<a aria-current=\"page\" class=\"a b\">");
}

static void branches(struct test_tally *t)
{
    HTML("x", "<option{#if name = \"x\"} selected{/if}>", "<option selected>");
    HTML("y", "<option value=\"1\"{#if name = \"x\"} selected{#else} disabled{/if} id=\"{name}\">",
         "<option value=\"1\" disabled id=\"y\">");
    REFUSED("<p {#if name}on{/if}click=\"{name}\">", "a blank is expected here: the block before it may end in a name",
            1, 21);
    REFUSED("<p{#if name}re{/if}>", "the branches of this block end in different places of the HTML", 1, 3);
    REFUSED("<p{#if name} a{/if}=\"{name}\">", "a blank is expected here: the block before it may end in a name", 1,
            20);
    REFUSED("<p{#for x in tools} a{/for}>", "the branches of this block end in different places of the HTML", 1, 3);
}

static void urls(struct test_tally *t)
{
    HTML("javascript:alert(1)", "<a href=\"{name}\">", "<a href=\"#\">");
    HTML("JaVaScRiPt:alert(1)", "<a href='{name}'>", "<a href='#'>");
    HTML(" javascript:alert(1)", "<a HREF=\"{name}\">", "<a HREF=\"#\">");
    HTML("java\tscript:alert(1)", "<a href=\"{name}\">", "<a href=\"#\">");
    HTML("data:text/html,x", "<a href=\"{name}\">", "<a href=\"#\">");
    HTML("vbscript:x", "<form action=\"{name}\">", "<form action=\"#\">");
    HTML("javascript:x", "<p hx-get=\"{name}\">", "<p hx-get=\"#\">");
    HTML("https://example.com/?a=1&b=\"", "<a href=\"{name}\">", "<a href=\"https://example.com/?a=1&amp;b=&quot;\">");
    HTML("mailto:a@example.com", "<a href=\"{name}\">", "<a href=\"mailto:a@example.com\">");
    HTML("/facts/1:2", "<a href=\"{name}\">", "<a href=\"/facts/1:2\">");
    HTML("a b&c=d/ü", "<a href=\"/list?q={name}&amp;x=1\">", "<a href=\"/list?q=a%20b%26c%3Dd%2F%C3%BC&amp;x=1\">");
    HTML("script:alert(1)", "<a href=\"java{name}\">", "<a href=\"javascript%3Aalert%281%29\">");
    HTML("script:alert(1)", "<a href=\"{\"java\"}{name}\">", "<a href=\"javascript%3Aalert%281%29\">");
    REFUSED("<a href=\"{name}:x\">", "a value before this colon would choose the scheme of the URL", 1, 16);
    REFUSED("<a href=\"javascript:{name}\">", "a URL's scheme is http, https or mailto", 1, 20);
    HTML("x", "<a href=\"https://{name}\">", "<a href=\"https://x\">");
}

static void refusals(struct test_tally *t)
{
    REFUSED("<script>{name}</script>", "a value cannot stand in a script or style", 1, 9);
    REFUSED("<p>\n  <style>b {{ {name}", "a value cannot stand in a script or style", 2, 15);
    REFUSED("<p title={name}>", "an attribute with a value in it needs quotes", 1, 10);
    REFUSED("<p title=a{name}>", "an attribute with a value in it needs quotes", 1, 11);
    REFUSED("<p onclick=\"{name}\">", "a value cannot stand in an attribute that holds script, style or a list of URLs",
            1, 13);
    REFUSED("<p style='{name}'>", "a value cannot stand in an attribute that holds script, style or a list of URLs", 1,
            11);
    REFUSED("<p hx-on:click='{name}'>",
            "a value cannot stand in an attribute that holds script, style or a list of URLs", 1, 17);
    REFUSED("<p {name}=\"x\">", "a value cannot stand in a tag outside an attribute's quotes", 1, 4);
    REFUSED("<p data-{name}=\"x\">", "a value cannot stand in a tag outside an attribute's quotes", 1, 9);
    REFUSED("<{name}>", "a value cannot stand in a tag's name", 1, 2);
    REFUSED("</{name}>", "a value cannot stand in a tag's name", 1, 3);
    REFUSED("<p{name}>", "a value cannot stand in a tag's name", 1, 3);
    REFUSED("<!-- {name} -->", "a value cannot stand in a comment", 1, 6);
    REFUSED("<!doctype {name}>", "a value cannot stand in <!…>", 1, 11);
    REFUSED("<p hx-vals='{name}'>", "a value cannot be the start of this attribute's JSON", 1, 13);
    REFUSED("<p title=\"{raw name}\">", "raw stands in text only", 1, 11);
    REFUSED("{#if name}<script>{/if}x", "the branches of this block end in different places of the HTML", 1, 1);
    REFUSED("<p title={#if name}\"a\"{/if}>{name}", "the branches of this block end in different places of the HTML", 1,
            10);
    REFUSED("<p title=\"a", "the text ends inside a tag or comment", 1, 11);
}

static void faults(struct test_tally *t)
{
    REFUSED("a\nb {name", "this brace is not closed (a brace by itself is {{)", 2, 3);
    REFUSED("a } b", "nothing is open here (a brace by itself is }})", 1, 3);
    REFUSED("{#if name}x", "this block is not closed by {/if}", 1, 1);
    REFUSED("{#for x in tools}x{/if}", "{/for} is expected before this", 1, 19);
    REFUSED("x{/if}", "nothing is open here that this could end", 1, 2);
    REFUSED("{}", "an expression is expected here", 1, 1);
    REFUSED("{#for x}{/for}", "expected {#for NAME in LIST}", 1, 7);
    REFUSED("{#each x}", "expected {#if}, {#for}, {#let}, {#else}, {/if} or {/for}", 1, 1);
    REFUSED("{>none}", "there is no such part", 1, 1);
    REFUSED("{>self}", "this part includes itself", 1, 1);

    struct fixture f;
    fixture_init(&f, STR("x"));
    CHECK(make(&f, TEMPLATE_HTML, STR("<p>ü\n <b>{1 + nam}</b>")) < 0);
    CHECK(f.err.code == ERR_SYNTAX && f.err.line == 2 && f.err.column == 10);
    CHECK_STR(str_of(f.err.excerpt), STR(" <b>{1 + nam}</b>"));
    CHECK(f.err.from == 9);
    CHECK(make(&f, TEMPLATE_HTML, STR("<p>{>bad}")) < 0);
    CHECK_STR(str_of(f.err.file), STR("bad"));
    CHECK(f.err.line == 2 && f.err.column == 2);
    buf_release(&f.out);
    buf_init(&f.out, 10);
    CHECK(make(&f, TEMPLATE_PLAIN, STR("{#for x in [1, 2, 3, 4]}abcd{/for}")) < 0 && f.err.code == ERR_LIMIT);
    fixture_release(&f);
}

static void people_forms(struct test_tally *t)
{
    PLAIN("x", "{money(cost)} {money(12)} {money(12.5)} {money(-1234567.5)} {money(999.995)} {money(null)}.",
          "€ 412,001 € 12 € 12.50 € \xE2\x88\x92"
          "1,234,568 € 1,000.00 .");
    PLAIN("x", "{percent(0.42)}, {percent(0.4249)}, {percent(1)}, {percent(0.0437)}, {percent(0)}, {percent(-0.5)}",
          "42 %, 42 %, 100 %, 4.4 %, 0 %, \xE2\x88\x92"
          "50 %");
    PLAIN("x",
          "{days(1)}, {days(19)}, {days(0)}, {plural(1, \"tool\", \"tools\")}, {plural(1204, \"tool\", \"tools\")}",
          "1 day, 19 days, 0 days, 1 tool, 1,204 tools");
}

TEST_MAIN(values, blocks, escaping, branches, urls, refusals, faults, people_forms)
