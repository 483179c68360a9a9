/* SPDX-License-Identifier: Apache-2.0 */
/* To the editor and back: versions, what the editor drops, each kind of change, and all models that are there. What the
 * editor writes is played by texts as dmn-js 17 writes them; tests/web/editor.mjs has the real one. */
#include "dmn_editor.h"

#include "base_file.h"
#include "dmn_xml.h"
#include "test.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODEL_15 "https://www.omg.org/spec/DMN/20230324/MODEL/"
#define MODEL_13 "https://www.omg.org/spec/DMN/20191111/MODEL/"

struct desk {
    struct arena a;
    struct err err;
    str copy;
};

static void sit(struct desk *d)
{
    *d = (struct desk){.copy = STR_NONE};
    arena_init(&d->a, 0);
}

/* All of them. */
static str replaced(struct arena *a, str text, const char *from, const char *to)
{
    struct buf b;
    buf_init(&b, 1 << 26);
    for (size_t at; (at = str_find(text, str_of(from))) != STR_NOT_FOUND;) {
        buf_str(&b, str_slice(text, 0, at));
        buf_text(&b, to);
        text = str_from(text, at + strlen(from));
    }
    buf_str(&b, text);
    str out = buf_copy(&b, a);
    buf_release(&b);
    return out;
}

static bool has(str text, const char *part) { return str_find(text, str_of(part)) != STR_NOT_FOUND; }

/* From the tag that begins so to behind the end of its element. */
static bool element_at(str text, const char *tag, const char *name, size_t *from, size_t *to)
{
    char end[60] = "</";
    *from = str_find(text, str_of(tag));
    if (*from == STR_NOT_FOUND) return false;
    size_t close = str_find(str_from(text, *from), str_of(strcat(strcat(end, name), ">")));
    *to = *from + close + strlen(end);
    return close != STR_NOT_FOUND;
}

/* What dmn-js writes of the copy that it has just opened: text is in elements without numbers, and what DMN 1.3 does
 * not have is not there. */
static str played(struct arena *a, str copy)
{
    static const char *const leaves[] = {"description", "question", "typeRef", "text"};
    static const char *const newer[] = {"typeConstraint", "conditional"};
    for (size_t i = 0; i < ARRAY_COUNT(leaves); i++) {
        str tag = arena_printf(a, "<%s mark0:at=\"", leaves[i]), rest = copy;
        struct buf b;
        buf_init(&b, 1 << 26);
        for (size_t at; (at = str_find(rest, tag)) != STR_NOT_FOUND;) {
            buf_str(&b, str_slice(rest, 0, at + strlen(leaves[i]) + 1));
            rest = str_from(rest, at + tag.n);
            rest = str_from(rest, str_find_char(rest, '"') + 1);
        }
        buf_str(&b, rest);
        copy = buf_copy(&b, a);
        buf_release(&b);
    }
    for (size_t i = 0; i < ARRAY_COUNT(newer); i++)
        for (size_t from, to; element_at(copy, arena_printf(a, "<%s ", newer[i]).p, newer[i], &from, &to);)
            copy = arena_printf(a, STR_FORMAT STR_FORMAT, STR_ARGS(str_slice(copy, 0, from)),
                                STR_ARGS(str_from(copy, to)));
    return copy;
}

/* The model after the editor has made `to` of `from`; what is wrong where it can't be. */
static str changed(struct desk *d, str model, const char *from, const char *to)
{
    str copy, out;
    if (dmn_to_editor(&d->a, model, &copy, &d->err) < 0) return str_of(d->err.message);
    str opened = played(&d->a, copy);
    if (*from && !has(opened, from)) return STR("the copy has no such text");
    str saved = *from ? replaced(&d->a, opened, from, to) : opened;
    if (dmn_from_editor(&d->a, model, opened, saved, &out, &d->err) < 0) return str_of(d->err.message);
    return out;
}

static const char table[] =
    "<?xml version='1.0' encoding='UTF-8'?>\n<!-- ours -->\n"
    "<definitions xmlns='" MODEL_15 "' xmlns:e='urn:entente:rulebook:1' xmlns:x='urn:x' name='m' namespace='urn:m'>\n"
    "  <itemDefinition "
    "name='t'><typeRef>string</typeRef><typeConstraint><text>\"a\"</text></typeConstraint></itemDefinition>\n"
    "  <inputData id='q' name='q' label='Which?'>\n    "
    "<extensionElements><e:from>application.name</e:from></extensionElements>\n"
    "    <variable name='q' typeRef='t'/>\n  </inputData>\n"
    "  <decision id='zone' name='zone'>\n    <!-- why not -->\n    <variable name='zone'/>\n"
    "    <decisionTable id='zone_table' hitPolicy='UNIQUE'>\n"
    "      <input id='i1'><inputExpression><text>q</text></inputExpression></input>\n      <output id='o1'/>\n"
    "      <annotation name='why'/>\n      <annotation name='who'/>\n"
    "      <rule id='r1'>\n        <inputEntry><text>\"a\"</text></inputEntry>\n        "
    "<outputEntry><text>1</text></outputEntry>\n"
    "        <annotationEntry><text>Since A &amp; B.</text></annotationEntry>\n        "
    "<annotationEntry><text>us</text></annotationEntry>\n"
    "      </rule>\n"
    "      <rule id='r2'>\n        <inputEntry><text>\"b\"</text></inputEntry>\n        "
    "<outputEntry><text>2</text></outputEntry>\n"
    "        <annotationEntry><text></text></annotationEntry>\n      </rule>\n"
    "      <rule id='r3'>\n        <inputEntry><text>\"c\"</text></inputEntry>\n        "
    "<outputEntry><text>3</text></outputEntry>\n"
    "      </rule>\n"
    "    </decisionTable>\n  </decision>\n"
    "</definitions>\n";

static void copies(struct test_tally *t)
{
    struct desk d;
    str copy;
    sit(&d);
    if (CHECK(dmn_to_editor(&d.a, str_of(table), &copy, &d.err) == 0)) {
        CHECK(has(copy, "xmlns='" MODEL_13 "'") && !has(copy, "20230324"));
        CHECK(has(copy, "<description>Since A &amp; B.</description>"));
        CHECK(!has(copy, "annotation") && !has(copy, "ours"));
    }
    CHECK_STR(changed(&d, str_of(table), "", ""), str_of(table));
    arena_release(&d.a);
}

static void versions(struct test_tally *t)
{
    static const char *const spaces[][2] = {
        {"http://www.omg.org/spec/DMN/20151101/dmn.xsd", ""},
        {"http://www.omg.org/spec/DMN/20180521/MODEL/", "http://www.omg.org/spec/DMN/20180521/DMNDI/"},
        {MODEL_13, "https://www.omg.org/spec/DMN/20191111/DMNDI/"},
        {"https://www.omg.org/spec/DMN/20211108/MODEL/", "https://www.omg.org/spec/DMN/20211108/DMNDI/"},
        {MODEL_15, "https://www.omg.org/spec/DMN/20230324/DMNDI/"}};
    for (size_t i = 0; i < ARRAY_COUNT(spaces); i++) {
        struct desk d;
        str copy;
        sit(&d);
        str model =
            arena_printf(&d.a,
                         "<d:definitions xmlns:d=\"%s\"%s%s%s name='m' namespace='urn:m'>"
                         "<d:decision id='a' name='a'/>%s</d:definitions>",
                         spaces[i][0], *spaces[i][1] ? " xmlns:di=\"" : "", spaces[i][1], *spaces[i][1] ? "\"" : "",
                         *spaces[i][1] ? "<di:DMNDI><di:DMNDiagram id='p'/></di:DMNDI>" : "");
        if (CHECK(dmn_to_editor(&d.a, model, &copy, &d.err) == 0)) {
            CHECK(has(copy, MODEL_13));
            CHECK(!*spaces[i][1] || has(copy, "https://www.omg.org/spec/DMN/20191111/DMNDI/"));
        }
        CHECK_STR(changed(&d, model, "", ""), model);
        /* What is new has the model's namespaces and prefixes. */
        str more = changed(&d, model, "name='a'/>", "name='a'/><d:inputData id='n' name='n'/>");
        CHECK(has(more, "name='a'/><d:inputData id=\"n\" name=\"n\"/>") && has(more, spaces[i][0]));
        arena_release(&d.a);
    }
}

#define RULE(id, when, then, why)                                                                                      \
    "      <rule id='" id "'>\n        <inputEntry><text>\"" when                                                      \
    "\"</text></inputEntry>\n        <outputEntry><text>" then "</text></outputEntry>\n" why "      </rule>\n"

static void changes(struct test_tally *t)
{
    static const char *const cases[][4] = {
        /* in the editor: from, to; in the model: from, to */
        {"<text>\"a\"</text>", "<text>\"a\", &lt; 3</text>", "<inputEntry><text>\"a\"",
         "<inputEntry><text>\"a\", &lt; 3"},
        {" hitPolicy='UNIQUE'", " hitPolicy='FIRST'", "'UNIQUE'", "'FIRST'"},
        {" hitPolicy='UNIQUE'", "", " hitPolicy='UNIQUE'", ""},
        {" label='Which?'", " label=\"Which &quot;one's&quot;?\"", "'Which?'", "'Which &#34;one&#39;s&#34;?'"},
        {" id='o1'", " id='o1' typeRef='t'", "<output id='o1'/>", "<output id='o1' typeRef=\"t\"/>"},
        {"name='t'", "name='u'", "name='t'", "name='u'"},
        {"<typeRef>string", "<typeRef>number", "<typeRef>string", "<typeRef>number"},
        {" name='m'", " name='m' label='M'", "namespace='urn:m'>", "namespace='urn:m' label=\"M\">"},
        /* The reason of a rule is an annotation: another one, none, one where there was none. */
        {"Since A &amp; B.", "Since C.", "Since A &amp; B.", "Since C."},
        {"<description>Since A &amp; B.</description>", "", "Since A &amp; B.", ""},
        {"id='r2'>", "id='r2'><description>New</description>", "<annotationEntry><text></text>",
         "<annotationEntry><text>New</text>"},
        {"id='r3'>", "id='r3'><description>New</description>", "3</text></outputEntry>\n",
         "3</text></outputEntry>\n        <annotationEntry><text>New</text></annotationEntry>\n"},
        /* A description of what has no annotations is one. */
        {" label='Which?'>", " label='Which?'><description>Help</description>", "label='Which?'>\n",
         "label='Which?'>\n    <description>Help</description>\n"},
        /* A rule more, with its reason. */
        {"2</text></outputEntry>\n        \n      </rule>",
         "2</text></outputEntry></rule><rule id='n'><description>Why not</description><inputEntry "
         "id='u'><text>\"x\"</text>"
         "</inputEntry><outputEntry id='v'><text>9</text></outputEntry></rule>",
         "      <rule id='r3'>",
         "      <rule id=\"n\">\n        <inputEntry id=\"u\"><text>\"x\"</text></inputEntry>\n"
         "        <outputEntry id=\"v\"><text>9</text></outputEntry>\n"
         "        <annotationEntry><text>Why not</text></annotationEntry>\n"
         "        <annotationEntry><text></text></annotationEntry>\n      </rule>\n      <rule id='r3'>"}};
    struct desk d;
    sit(&d);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        CHECK_STR(changed(&d, str_of(table), cases[i][0], cases[i][1]),
                  replaced(&d.a, str_of(table), cases[i][2], cases[i][3]));
    arena_release(&d.a);
}

/* Rules that go, and that change places: with all that the editor did not see of them. */
static void rules_move(struct test_tally *t)
{
    static const char first[] = RULE("r1", "a", "1",
                                     "        <annotationEntry><text>Since A &amp; B.</text></annotationEntry>\n"
                                     "        <annotationEntry><text>us</text></annotationEntry>\n"),
                      second[] = RULE("r2", "b", "2", "        <annotationEntry><text></text></annotationEntry>\n"),
                      third[] = RULE("r3", "c", "3", "");
    struct desk d;
    str copy, out;
    size_t from, to;
    sit(&d);
    CHECK(has(str_of(table), first) && has(str_of(table), second) && has(str_of(table), third));
    if (!CHECK(dmn_to_editor(&d.a, str_of(table), &copy, &d.err) == 0)) return;
    str opened = played(&d.a, copy);
    CHECK(element_at(opened, "<rule ", "rule", &from, &to));
    str rule = str_slice(opened, from, to),
        without = arena_printf(&d.a, STR_FORMAT STR_FORMAT, STR_ARGS(str_slice(opened, 0, from)),
                               STR_ARGS(str_from(opened, to)));
    CHECK(dmn_from_editor(&d.a, str_of(table), opened, without, &out, &d.err) == 0);
    CHECK_STR(out, replaced(&d.a, str_of(table), first, ""));
    size_t end = str_find(without, STR("</decisionTable>"));
    str last = arena_printf(&d.a, STR_FORMAT STR_FORMAT STR_FORMAT, STR_ARGS(str_slice(without, 0, end)),
                            STR_ARGS(rule), STR_ARGS(str_from(without, end)));
    CHECK(dmn_from_editor(&d.a, str_of(table), opened, last, &out, &d.err) == 0);
    str all = arena_printf(&d.a, "%s%s%s", first, second, third),
        moved = arena_printf(&d.a, "%s%s%s", second, third, first);
    CHECK_STR(out, replaced(&d.a, str_of(table), all.p, moved.p));
    /* A copy of a rule has its number too, and an id of its own. */
    str twin = replaced(&d.a, rule, "'r1'", "'r9'"),
        both = arena_printf(&d.a, STR_FORMAT STR_FORMAT STR_FORMAT, STR_ARGS(str_slice(opened, 0, from)),
                            STR_ARGS(twin), STR_ARGS(str_from(opened, from)));
    CHECK(dmn_from_editor(&d.a, str_of(table), opened, both, &out, &d.err) == 0);
    CHECK(has(out, first) && has(out, "<rule id=\"r9\">") && !has(out, "mark0") &&
          str_find(out, str_of(first)) > str_find(out, STR("\"r9\"")));
    arena_release(&d.a);
}

#define NEWER                                                                                                          \
    "<definitions xmlns='" MODEL_15 "' name='m' namespace='urn:m'>\n  <decision id='a' name='which way'>\n"            \
    "    <variable name='a'/>\n    <conditional ><if><literalExpression><text>true</text></literalExpression></if>"    \
    "</conditional>\n  </decision>\n</definitions>"

/* What the editor does not show is not lost to what is written in its place. */
static void refusals(struct test_tally *t)
{
    static const char *const bad[][2] = {
        {"<a/>", "is no model of DMN"},
        {"<definitions xmlns='urn:other'/>", "is no model of DMN"},
        {"<definitions xmlns='" MODEL_15 "'>", "not well-formed"},
        {"<?xml version='1.0' encoding='ISO-8859-1'?><definitions xmlns='" MODEL_15 "'/>", "is written in ISO-8859-1"},
        {"<definitions xmlns='" MODEL_15 "' xmlns:m='urn:entente:mark:1'/>", "needs for itself"},
        {"<!DOCTYPE d [<!ENTITY a 'b'>]><definitions xmlns='" MODEL_15 "'>&a;</definitions>", "declares entities"}};
    struct desk d;
    str copy, out;
    sit(&d);
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        CHECK(dmn_to_editor(&d.a, str_of(bad[i][0]), &copy, &d.err) < 0);
        if (!CHECK(has(str_of(d.err.message), bad[i][1]))) printf("%s\n", d.err.message);
    }
    struct buf many;
    buf_init(&many, 1 << 20);
    buf_text(&many, "<definitions xmlns='" MODEL_15 "'");
    for (int i = 0; i < 300; i++) buf_printf(&many, " a%d=''", i);
    buf_text(&many, "/>");
    CHECK(dmn_to_editor(&d.a, buf_get(&many), &copy, &d.err) < 0 && d.err.code == ERR_LIMIT);
    buf_release(&many);
    CHECK_STR(changed(&d, STR(NEWER), "'which way'", "'this way'"),
              replaced(&d.a, STR(NEWER), "which way", "this way"));
    str said = changed(&d, STR(NEWER), "</decision>",
                       "<literalExpression id='l'><text>1</text></literalExpression></decision>");
    CHECK(has(said, "decision 'which way': its 'conditional' is not shown by the editor"));
    /* Texts of another model, or none. */
    if (!CHECK(dmn_to_editor(&d.a, str_of(table), &copy, &d.err) == 0)) return;
    CHECK(dmn_from_editor(&d.a, str_of(table), STR("<a/>"), copy, &out, &d.err) < 0);
    CHECK(dmn_from_editor(&d.a, str_of(table), copy, str_of(table), &out, &d.err) < 0 &&
          has(str_of(d.err.message), "does not come from"));
    arena_release(&d.a);
}

/* ---- All models that are there ---- */

static bool same(const struct xml *x, const struct xml *y)
{
    if (!str_eq(x->name, y->name) || !str_eq(x->space, y->space) || !str_eq(x->text, y->text) ||
        x->attribute_count != y->attribute_count)
        return false;
    for (uint32_t i = 0; i < x->attribute_count; i++)
        if (!str_eq(x->attributes[i].name, y->attributes[i].name) ||
            !str_eq(x->attributes[i].value, y->attributes[i].value))
            return false;
    const struct xml *c = x->first, *e = y->first;
    for (; c && e; c = c->next, e = e->next)
        if (!same(c, e)) return false;
    return !c && !e;
}

static bool same_trees(struct desk *d, str one, str two)
{
    const struct xml *x, *y;
    return xml_parse_whole(&d->a, one, &x, &d->err) == 0 && xml_parse_whole(&d->a, two, &y, &d->err) == 0 && same(x, y);
}

/* Opened and saved it is as it was, to the byte; each text changed and changed back, to the element. */
static void round_trip(struct test_tally *t, const char *path)
{
    struct desk d;
    str model, copy;
    sit(&d);
    bool good = file_read(&d.a, path, 64 << 20, &model, &d.err) == 0 && str_eq(changed(&d, model, "", ""), model);
    if (good && dmn_to_editor(&d.a, model, &copy, &d.err) == 0 && has(played(&d.a, copy), "</text>")) {
        str there = changed(&d, model, "</text>", " and more</text>");
        good = !str_eq(there, model) && has(there, " and more</text>") &&
               same_trees(&d, changed(&d, there, " and more</text>", "</text>"), model);
    }
    if (!CHECK(good)) printf("%s: %s\n", path, d.err.message);
    arena_release(&d.a);
}

static void walk(struct test_tally *t, const char *folder, int depth)
{
    DIR *open = opendir(folder);
    struct dirent *e;
    if (!open) return;
    while ((e = readdir(open))) {
        struct buf path;
        buf_init(&path, 4000);
        buf_printf(&path, "%s/%s", folder, e->d_name);
        if (str_ends(buf_get(&path), STR(".dmn")))
            round_trip(t, path.p);
        else if (e->d_name[0] != '.' && depth < 4)
            walk(t, path.p, depth + 1);
        buf_release(&path);
    }
    closedir(open);
}

static void all_models(struct test_tally *t)
{
    const char *shared = getenv("ENTENTE_SHARED");
    struct buf path;
    walk(t, DMN_RULEBOOKS, 0);
    walk(t, DMN_TESTS, 0);
    buf_init(&path, 4000);
    buf_printf(&path, "%s/tck", shared ? shared : DMN_SHARED);
    if (access(path.p, R_OK) == 0)
        walk(t, path.p, 0);
    else
        printf("absent: %s\n", path.p);
    buf_release(&path);
}

TEST_MAIN(copies, versions, changes, rules_move, refusals, all_models)
