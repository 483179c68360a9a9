/* SPDX-License-Identifier: Apache-2.0 */
#include "dmn_editor_inside.h"

#include "base_buf.h"

#include <string.h>

#define SPACE(year, name) "https://www.omg.org/spec/DMN/" year "/" name "/"
const struct dmn_version editor_opens = {STR_INIT(SPACE("20191111", "MODEL")), STR_INIT(SPACE("20191111", "DMNDI"))};
static const struct dmn_version versions[] = {
    {STR_INIT("http://www.omg.org/spec/DMN/20151101/dmn.xsd"), STR_INIT("")}, /* 1.1 has no diagrams */
    {STR_INIT("http://www.omg.org/spec/DMN/20151101/dmn11.xsd"), STR_INIT("")},
    {STR_INIT("http://www.omg.org/spec/DMN/20180521/MODEL/"), STR_INIT("http://www.omg.org/spec/DMN/20180521/DMNDI/")},
    {STR_INIT(SPACE("20191111", "MODEL")), STR_INIT(SPACE("20191111", "DMNDI"))},
    {STR_INIT(SPACE("20211108", "MODEL")), STR_INIT(SPACE("20211108", "DMNDI"))},
    {STR_INIT(SPACE("20230324", "MODEL")), STR_INIT(SPACE("20230324", "DMNDI"))}};

const struct dmn_version *editor_version(const struct xml *root)
{
    for (size_t i = 0; i < ARRAY_COUNT(versions); i++)
        if (xml_is(root, "definitions") && str_eq(root->space, versions[i].model)) return &versions[i];
    return NULL;
}

str editor_space(const struct dmn_version *from, const struct dmn_version *to, str space)
{
    if (str_eq(space, from->model)) return to->model;
    return from->diagram.n && to->diagram.n && str_eq(space, from->diagram) ? to->diagram : space;
}

/* The encoding that the XML declaration names; STR_NONE where it names none. */
static str encoding_of(str text)
{
    struct tag_attribute attribute;
    size_t at = 0, end = str_find(text, STR("?>"));
    if (str_starts(text, STR("\xEF\xBB\xBF"))) at = 3;
    str declaration = str_slice(text, at, end == STR_NOT_FOUND ? at : end);
    if (!str_starts(declaration, STR("<?xml"))) return STR_NONE;
    for (at = 0; tag_next(declaration, &at, &attribute);)
        if (str_eq(attribute.name, STR("encoding"))) return attribute.value;
    return STR_NONE;
}

enum { ATTRIBUTES = 200 };

static bool is_crowded(const struct xml *x)
{
    if (x->attribute_count > ATTRIBUTES) return true;
    for (const struct xml *c = x->first; c; c = c->next)
        if (is_crowded(c)) return true;
    return false;
}

int editor_read(struct arena *a, str text, const struct xml **root, const struct dmn_version **version, struct err *err)
{
    if (xml_parse_whole(a, text, root, err) < 0) return -1;
    *version = editor_version(*root);
    if (!*version)
        return err_set(err, ERR_INPUT,
                       "is no model of DMN 1.1 to 1.5: its root is '" STR_FORMAT "' of \"" STR_FORMAT "\"",
                       STR_ARGS((*root)->name), STR_ARGS((*root)->space));
    str encoding = encoding_of(text);
    if (str_find_char(text, 0) != STR_NOT_FOUND) encoding = STR("UTF-16");
    if (encoding.n && !str_eq_nocase(encoding, STR("UTF-8")) && !str_eq_nocase(encoding, STR("US-ASCII")))
        return err_set(err, ERR_INPUT, "is written in " STR_FORMAT "; the editor takes UTF-8", STR_ARGS(encoding));
    if (is_crowded(*root)) return err_set(err, ERR_LIMIT, "an element has more than %d attributes", ATTRIBUTES);
    return 0;
}

bool editor_is(const struct xml *x, const char *name)
{
    const struct xml *root = x;
    while (root->parent) root = root->parent;
    return xml_is(x, name) && str_eq(x->space, root->space);
}

const struct xml *editor_reason(const struct xml *rule)
{
    for (const struct xml *e = xml_child(rule, "annotationEntry"); e; e = xml_same(e))
        if (xml_text(e, "text").n) return e;
    return NULL;
}

/* ---- Tags as they are written ---- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

str tag_name(str tag)
{
    size_t end = 1;
    while (end < tag.n && !is_blank(tag.p[end]) && tag.p[end] != '>' && tag.p[end] != '/') end++;
    return str_slice(tag, 1, end);
}

/* The tag is of a text that was parsed, so an attribute has its two quotes. */
bool tag_next(str tag, size_t *at, struct tag_attribute *out)
{
    if (!*at) *at = 1 + tag_name(tag).n;
    size_t p = *at;
    while (p < tag.n && is_blank(tag.p[p])) p++;
    size_t name = p;
    while (p < tag.n && tag.p[p] != '=' && !is_blank(tag.p[p]) && tag.p[p] != '>') p++;
    size_t name_end = p;
    while (p < tag.n && tag.p[p] != '"' && tag.p[p] != '\'') p++;
    if (p >= tag.n || name == name_end) return false;
    size_t value = p + 1, end = value;
    while (end < tag.n && tag.p[end] != tag.p[p]) end++;
    *out = (struct tag_attribute){str_slice(tag, name, name_end), str_slice(tag, value, end), *at, end + 1, value};
    *at = end + 1;
    return end < tag.n;
}

/* ---- The copy ---- */

struct copying {
    str model;
    const struct dmn_version *version;
    struct buf out;
    char prefix[24]; /* of MARK_SPACE */
};

static bool declares(str name) { return str_eq(name, STR("xmlns")) || str_starts(name, STR("xmlns:")); }

/* The start tag with its number, and with the namespaces of what the editor opens. */
static void copy_tag(struct copying *c, const struct xml *x)
{
    str tag = str_slice(c->model, x->tag, x->from);
    struct tag_attribute attribute;
    size_t done = 1 + tag_name(tag).n;
    buf_str(&c->out, str_slice(tag, 0, done));
    if (!x->parent) buf_printf(&c->out, " xmlns:%s=\"" STR_FORMAT "\"", c->prefix, STR_ARGS(MARK_SPACE));
    buf_printf(&c->out, " %s:" STR_FORMAT "=\"%u\"", c->prefix, STR_ARGS(MARK_NAME), x->number);
    for (size_t at = 0; tag_next(tag, &at, &attribute);) {
        if (!declares(attribute.name)) continue;
        buf_str(&c->out, str_slice(tag, done, attribute.value_from));
        buf_str(&c->out, editor_space(c->version, &editor_opens, attribute.value));
        done = attribute.value_from + attribute.value.n;
    }
    buf_str(&c->out, str_from(tag, done));
}

static void copy_element(struct copying *c, const struct xml *x)
{
    bool rule = editor_is(x, "rule"), empty = x->from == x->end;
    const struct xml *reason = rule ? editor_reason(x) : NULL;
    size_t done = x->from;
    copy_tag(c, x);
    if (reason) {
        str name = tag_name(str_slice(c->model, x->tag, x->from)), prefix = STR("");
        size_t colon = str_find_char(name, ':');
        if (colon != STR_NOT_FOUND) prefix = str_slice(name, 0, colon + 1);
        buf_printf(&c->out, "<" STR_FORMAT "description>", STR_ARGS(prefix));
        xml_put_text(&c->out, xml_text(reason, "text"));
        buf_printf(&c->out, "</" STR_FORMAT "description>", STR_ARGS(prefix));
    }
    for (const struct xml *child = x->first; child; child = child->next) {
        bool hidden = editor_is(child, "annotation") || editor_is(child, "annotationEntry") ||
                      (reason && editor_is(child, "description"));
        buf_str(&c->out, str_slice(c->model, done, child->tag));
        if (!hidden) copy_element(c, child);
        done = child->end;
    }
    if (!empty) buf_str(&c->out, str_slice(c->model, done, x->end));
}

/* A prefix that the model does not have. */
static void choose_prefix(struct copying *c)
{
    struct buf b;
    for (unsigned i = 0;; i++) {
        buf_init(&b, sizeof c->prefix - 1);
        buf_printf(&b, "mark%u", i);
        if (str_find(c->model, buf_get(&b)) == STR_NOT_FOUND) break;
        buf_release(&b);
    }
    memcpy(c->prefix, b.p, b.n + 1);
    buf_release(&b);
}

int dmn_to_editor(struct arena *a, str model, str *copy, struct err *err)
{
    const struct xml *root;
    struct copying c = {.model = model};
    if (editor_read(a, model, &root, &c.version, err) < 0) return -1;
    if (str_find(model, MARK_SPACE) != STR_NOT_FOUND)
        return err_set(err, ERR_INPUT, "has elements of \"" STR_FORMAT "\", which the editor's copy needs for itself",
                       STR_ARGS(MARK_SPACE));
    choose_prefix(&c);
    buf_init(&c.out, XML_LIMIT);
    buf_text(&c.out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    copy_element(&c, root);
    int result = buf_check(&c.out, err);
    if (result == 0) *copy = buf_copy(&c.out, a);
    buf_release(&c.out);
    return result;
}
