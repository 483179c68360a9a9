/* SPDX-License-Identifier: Apache-2.0 */
/* The way back: what differs between two texts of the editor is made in the model's own text. Its elements are told
 * from each other by the numbers that the copy gave them; what the editor dropped on opening has none there, and stays.
 */
#include "dmn_editor_inside.h"

#include <string.h>

static size_t count_elements(const struct xml *x)
{
    while (x->first)
        for (x = x->first; x->next;) x = x->next;
    return x->number; /* of the last one */
}

static void index_stored(struct saving *k, const struct xml *x)
{
    k->stored[x->number] = x;
    for (const struct xml *c = x->first; c; c = c->next) index_stored(k, c);
}

static void index_opened(struct saving *k, const struct xml *x)
{
    size_t n = editor_mark(k, x);
    if (n && !k->opened[n]) k->opened[n] = x;
    for (const struct xml *c = x->first; c; c = c->next) index_opened(k, c);
}

/* A copy that people made has the number too; the first is the one with the id. */
static void index_saved(struct saving *k, const struct xml *x)
{
    size_t n = editor_mark(k, x);
    str href = xml_get(x, "href");
    if (n && k->opened[n] && (!k->saved[n] || str_eq(xml_get(x, "id"), xml_get(k->opened[n], "id")))) k->saved[n] = x;
    if (str_starts(href, STR("#"))) *map_put(&k->referred, str_from(href, 1), NULL) = 1;
    for (const struct xml *c = x->first; c; c = c->next) index_saved(k, c);
}

static bool is_mark(const struct xml_attribute *a) { return str_eq(a->space, MARK_SPACE); }

/* ---- Writing ---- */

static int put_element(struct saving *k, const struct xml *x);

static str prefix_of(str name)
{
    size_t colon = str_find_char(name, ':');
    return colon == STR_NOT_FOUND ? STR("") : str_slice(name, 0, colon);
}

/* A name of the editor's as the model writes it where `scope` is. *declare: its prefix is a new one, for that
 * namespace.
 */
static str name_for(struct saving *k, const struct xml *scope, str space, str name, bool attribute, str *declare)
{
    str here = editor_space(&editor_opens, k->version, space);
    *declare = STR_NONE;
    if (!here.n) return name;
    if (str_eq(here, STR("http://www.w3.org/XML/1998/namespace")))
        return arena_printf(k->a, "xml:" STR_FORMAT, STR_ARGS(name));
    for (const struct xml_prefix *p = scope->prefixes; p; p = p->outer) {
        if (!str_eq(p->space, here) || (attribute && !p->prefix.n) || !str_eq(xml_space_of(scope, p->prefix), here))
            continue;
        if (!p->prefix.n) return name;
        return arena_printf(k->a, STR_FORMAT ":" STR_FORMAT, STR_ARGS(p->prefix), STR_ARGS(name));
    }
    *declare = here;
    return arena_printf(k->a, "added%zu:" STR_FORMAT, ++k->prefixes, STR_ARGS(name));
}

static void put_declaration(struct saving *k, str name, str space)
{
    if (!space.n) return;
    buf_printf(&k->out, " xmlns:" STR_FORMAT "=\"", STR_ARGS(prefix_of(name)));
    xml_put_value(&k->out, space);
    buf_char(&k->out, '"');
}

static void put_attribute(struct saving *k, const struct xml *scope, const struct xml_attribute *a)
{
    str declare, name = name_for(k, scope, a->space, a->name, true, &declare);
    put_declaration(k, name, declare);
    buf_printf(&k->out, " " STR_FORMAT "=\"", STR_ARGS(name));
    xml_put_value(&k->out, a->value);
    buf_char(&k->out, '"');
}

static void put_leaf(struct saving *k, const struct xml *scope, const char *name, str text)
{
    str declare, full = name_for(k, scope, editor_opens.model, str_of(name), false, &declare);
    buf_printf(&k->out, "<" STR_FORMAT, STR_ARGS(full));
    put_declaration(k, full, declare);
    buf_char(&k->out, '>');
    xml_put_text(&k->out, text);
    buf_printf(&k->out, "</" STR_FORMAT ">", STR_ARGS(full));
}

static void put_annotation(struct saving *k, const struct xml *scope, str text)
{
    str declare, full = name_for(k, scope, editor_opens.model, STR("annotationEntry"), false, &declare);
    buf_printf(&k->out, "<" STR_FORMAT, STR_ARGS(full));
    put_declaration(k, full, declare);
    buf_char(&k->out, '>');
    put_leaf(k, scope, "text", text);
    buf_printf(&k->out, "</" STR_FORMAT ">", STR_ARGS(full));
}

/* A new line where lines are the habit (indent is not STR_NONE), and its beginning. */
static void put_break(struct saving *k, str indent)
{
    if (!indent.p) return;
    buf_char(&k->out, '\n');
    buf_str(&k->out, indent);
}

/* Something new, in which there may be something of the model that has moved. `scope` is what it stands in. */
static int put_new(struct saving *k, const struct xml *x, const struct xml *scope, str indent)
{
    str declare, name = name_for(k, scope, x->space, x->name, false, &declare);
    size_t annotations = 0;
    if (editor_pair(k, x)) return put_element(k, editor_pair(k, x));
    if (editor_is(x, "rule") && xml_is(scope, "decisionTable"))
        for (const struct xml *a = xml_child(scope, "annotation"); a; a = xml_same(a)) annotations++;
    str inner = indent.p ? arena_printf(k->a, STR_FORMAT "  ", STR_ARGS(indent)) : STR_NONE;
    if (!annotations && (!x->first || (!x->first->next && !x->first->first))) inner = STR_NONE;
    buf_printf(&k->out, "<" STR_FORMAT, STR_ARGS(name));
    put_declaration(k, name, declare);
    for (size_t i = 0; i < x->attribute_count; i++)
        if (!is_mark(&x->attributes[i])) put_attribute(k, scope, &x->attributes[i]);
    if (!x->first && !x->text.n && !annotations) {
        buf_text(&k->out, "/>");
        return 0;
    }
    buf_char(&k->out, '>');
    if (!x->first) xml_put_text(&k->out, x->text);
    for (const struct xml *c = x->first; c; c = c->next) {
        if (annotations && editor_is(c, "description")) continue;
        put_break(k, inner);
        if (put_new(k, c, scope, inner) < 0) return -1;
    }
    for (size_t i = 0; i < annotations; i++) {
        put_break(k, inner);
        put_annotation(k, scope, i ? STR("") : xml_text(x, "description"));
    }
    if (inner.p) put_break(k, indent);
    buf_printf(&k->out, "</" STR_FORMAT ">", STR_ARGS(name));
    return 0;
}

/* How a child of it is indented; STR_NONE where its children stand on its own line. */
static str indent_in(struct saving *k, const struct xml *x)
{
    size_t line = x->first ? x->first->tag : x->tag, from = line;
    while (from && (k->model.p[from - 1] == ' ' || k->model.p[from - 1] == '\t')) from--;
    if (from && k->model.p[from - 1] != '\n') return STR_NONE;
    str blanks = str_slice(k->model, from, line);
    if (x->first) return from > x->tag ? blanks : STR_NONE;
    return arena_printf(k->a, STR_FORMAT "  ", STR_ARGS(blanks));
}

static int put_additions(struct saving *k, const struct plan *p, size_t after, size_t *next, str indent)
{
    for (; *next < p->additions.count && p->additions.items[*next].after == after; ++*next) {
        const struct addition *added = &p->additions.items[*next];
        put_break(k, indent);
        if (!added->saved)
            put_annotation(k, p->stored, added->text);
        else if (put_new(k, added->saved, p->stored, indent) < 0)
            return -1;
    }
    return 0;
}

/* An attribute of the model's tag; false where the editor took it away. */
static bool kept(struct saving *k, const struct xml *x, const struct tag_attribute *a, str *value)
{
    str prefix = prefix_of(a->name), name = prefix.n ? str_from(a->name, prefix.n + 1) : a->name, space = STR("");
    *value = STR_NONE;
    if (str_eq(a->name, STR("xmlns")) || str_eq(prefix, STR("xmlns"))) return true;
    if (prefix.n) space = xml_space_of(x, prefix);
    str before = xml_attribute_of(k->opened[x->number], space, name),
        now = xml_attribute_of(k->saved[x->number], space, name);
    if (now.p && (!before.p || !str_eq(before, now))) *value = now;
    return now.p || !before.p;
}

static void put_tag(struct saving *k, const struct xml *x, bool opens)
{
    const struct xml *opened = k->opened[x->number], *saved = k->saved[x->number];
    str tag = str_slice(k->model, x->tag, x->from), value;
    struct tag_attribute a;
    size_t done = 0, last = 1 + tag_name(tag).n;
    for (size_t at = 0; tag_next(tag, &at, &a);) {
        bool stays = kept(k, x, &a, &value);
        last = a.to;
        if (stays && !value.p) continue;
        buf_str(&k->out, str_slice(tag, done, stays ? a.value_from : a.from));
        if (stays) xml_put_value(&k->out, value);
        done = stays ? a.to - 1 : a.to;
    }
    buf_str(&k->out, str_slice(tag, done, last));
    for (size_t i = 0; i < saved->attribute_count; i++) {
        const struct xml_attribute *now = &saved->attributes[i];
        str before = xml_attribute_of(opened, now->space, now->name);
        bool same = before.p && str_eq(before, now->value);
        /* An id that the editor gave on opening is one once something refers to it. */
        bool needed = same && str_eq(now->name, STR("id")) && map_get(&k->referred, now->value);
        if (is_mark(now) || (same && !needed) || xml_attribute_of(x, now->space, now->name).p) continue;
        put_attribute(k, x, now);
    }
    if (!opens)
        buf_str(&k->out, str_from(tag, last));
    else
        buf_char(&k->out, '>');
}

static void put_with_text(struct saving *k, const struct xml *x, str text)
{
    str tag = str_slice(k->model, x->tag, x->from), name = tag_name(tag);
    bool empty = x->from == x->end;
    buf_str(&k->out, str_slice(tag, 0, tag.n - (empty ? 2 : 0)));
    if (empty) buf_char(&k->out, '>');
    xml_put_text(&k->out, text);
    if (empty)
        buf_printf(&k->out, "</" STR_FORMAT ">", STR_ARGS(name));
    else
        buf_str(&k->out, str_slice(k->model, x->to, x->end));
}

/* An annotation keeps its text in an element of its own. */
static void put_retold(struct saving *k, const struct slot *slot)
{
    const struct xml *x = slot->place, *text = xml_child(x, "text");
    if (!editor_is(x, "annotationEntry")) {
        put_with_text(k, x, slot->text);
    } else if (!text) {
        put_annotation(k, x->parent, slot->text);
    } else {
        buf_str(&k->out, str_slice(k->model, x->tag, text->tag));
        put_with_text(k, text, slot->text);
        buf_str(&k->out, str_slice(k->model, text->end, x->end));
    }
}

static int put_children(struct saving *k, const struct xml *x, const struct plan *p)
{
    size_t done = x->from, next = 0;
    str indent = indent_in(k, x);
    if (put_additions(k, p, 0, &next, indent) < 0) return -1;
    for (size_t i = 0; i < p->slots.count; i++) {
        const struct slot *slot = &p->slots.items[i];
        str gap = str_slice(k->model, done, slot->place->tag);
        done = slot->place->end;
        if (slot->fate == GOES)
            while (gap.n && strchr(" \t\r\n", gap.p[gap.n - 1])) gap.n--;
        buf_str(&k->out, gap);
        if (slot->fate == MERGED && put_element(k, slot->put) < 0) return -1;
        if (slot->fate == STAYS) buf_str(&k->out, str_slice(k->model, slot->place->tag, slot->place->end));
        if (slot->fate == RETOLD) put_retold(k, slot);
        if (put_additions(k, p, i + 1, &next, indent) < 0) return -1;
    }
    buf_str(&k->out, str_slice(k->model, done, x->to));
    return 0;
}

static int put_element(struct saving *k, const struct xml *x)
{
    struct plan p;
    const struct xml *opened = k->opened[x->number], *saved = k->saved[x->number];
    if (editor_plan(k, x, &p) < 0) return -1;
    bool empty = x->from == x->end, retold = !str_eq(opened->text, saved->text), added = p.additions.count > 0;
    if (retold && (x->first || added)) return editor_lost(k, x, "cannot be changed here without losing a part of it");
    bool opens = empty && (added || retold);
    put_tag(k, x, opens);
    if (retold)
        xml_put_text(&k->out, saved->text);
    else if (put_children(k, x, &p) < 0)
        return -1;
    if (added && x->from == x->to && indent_in(k, x).p)
        put_break(k, str_slice(indent_in(k, x), 0, indent_in(k, x).n - 2));
    if (opens)
        buf_printf(&k->out, "</" STR_FORMAT ">", STR_ARGS(tag_name(str_slice(k->model, x->tag, x->from))));
    else
        buf_str(&k->out, str_slice(k->model, x->to, x->end));
    return 0;
}

/* The editor's text, of a copy of this model. */
static int read_copy(struct saving *k, str text, const struct xml **root)
{
    const struct dmn_version *version;
    if (editor_read(k->a, text, root, &version, k->err) < 0) return -1;
    if (str_eq(version->model, editor_opens.model) && editor_mark(k, *root) == 1) return 0;
    return err_set(k->err, ERR_INPUT, "what the editor sent does not come from this model");
}

static int save(struct saving *k, str opened, str saved)
{
    const struct xml *root, *before, *now;
    if (editor_read(k->a, k->model, &root, &k->version, k->err) < 0) return -1;
    k->count = count_elements(root);
    k->stored = arena_array(k->a, k->count + 1, sizeof *k->stored);
    k->opened = arena_array(k->a, k->count + 1, sizeof *k->opened);
    k->saved = arena_array(k->a, k->count + 1, sizeof *k->saved);
    k->slots = arena_array(k->a, k->count + 1, sizeof *k->slots);
    index_stored(k, root);
    if (read_copy(k, opened, &before) < 0 || read_copy(k, saved, &now) < 0) return -1;
    index_opened(k, before);
    index_saved(k, now);
    buf_str(&k->out, str_slice(k->model, 0, root->tag));
    if (put_element(k, root) < 0) return -1;
    buf_str(&k->out, str_from(k->model, root->end));
    return buf_check(&k->out, k->err);
}

int dmn_from_editor(struct arena *a, str model, str opened, str saved, str *out, struct err *err)
{
    struct saving k = {.a = a, .model = model, .err = err};
    buf_init(&k.out, XML_LIMIT);
    map_init(&k.referred);
    int result = save(&k, opened, saved);
    if (result == 0) *out = buf_copy(&k.out, a);
    map_release(&k.referred);
    buf_release(&k.out);
    return result;
}
