/* SPDX-License-Identifier: Apache-2.0 */
/* The way back: what differs between two texts of the editor is made in the model's own text. Its elements are told
 * from each other by the numbers that the copy gave them; what the editor dropped on opening has none there, and stays.
 */
#include "dmn_editor_inside.h"

#include "base_map.h"

#include <string.h>

struct saving {
    struct arena *a;
    str model;
    const struct dmn_version *version;
    /* By number of the model's element; NULL: not there. */
    const struct xml **stored, **opened, **saved;
    size_t *slots; /* where it stands among its siblings */
    size_t count;
    struct map referred;     /* ids that a href of the saved text names */
    const struct xml *table; /* of which it is known whether it has annotations */
    bool annotated;
    size_t prefixes; /* that were made up */
    struct buf out;
    struct err *err;
};

static bool one_of(const struct xml *x, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (xml_is(x, names[i])) return true;
    return false;
}

/* They hold text alone, and the editor gives them no number. */
static bool is_leaf(const struct xml *x)
{
    static const char *const leaves[] = {"description", "question", "allowedAnswers", "typeRef",
                                         "text",        "type",     "importedElement"};
    return one_of(x, leaves, ARRAY_COUNT(leaves));
}

static bool is_expression(const struct xml *x)
{
    static const char *const expressions[] = {
        "literalExpression", "decisionTable",      "context", "invocation", "list", "relation",
        "conditional",       "functionDefinition", "for",     "every",      "some", "filter"};
    return one_of(x, expressions, ARRAY_COUNT(expressions));
}

static bool holds_one_expression(const struct xml *x)
{
    static const char *const holders[] = {"decision", "contextEntry", "binding", "encapsulatedLogic",
                                          "functionDefinition"};
    return one_of(x, holders, ARRAY_COUNT(holders));
}

static str stored_space(const struct saving *k, const struct xml *x)
{
    return editor_space(&editor_opens, k->version, x->space);
}

static size_t mark_of(const struct saving *k, const struct xml *x)
{
    int64_t n;
    if (!str_to_int(xml_attribute_of(x, MARK_SPACE, MARK_NAME), &n) || n < 1 || (uint64_t)n > k->count) return 0;
    bool same = str_eq(x->name, k->stored[n]->name) && str_eq(stored_space(k, x), k->stored[n]->space);
    return same ? (size_t)n : 0;
}

/* The model's element that this one of the saved text is; NULL: it is new. */
static const struct xml *pair_of(const struct saving *k, const struct xml *x)
{
    size_t n = mark_of(k, x);
    return n && k->saved[n] == x ? k->stored[n] : NULL;
}

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
    size_t n = mark_of(k, x);
    if (n && !k->opened[n]) k->opened[n] = x;
    for (const struct xml *c = x->first; c; c = c->next) index_opened(k, c);
}

/* A copy that people made has the number too; the first is the one with the id. */
static void index_saved(struct saving *k, const struct xml *x)
{
    size_t n = mark_of(k, x);
    str href = xml_get(x, "href");
    if (n && k->opened[n] && (!k->saved[n] || str_eq(xml_get(x, "id"), xml_get(k->opened[n], "id")))) k->saved[n] = x;
    if (str_starts(href, STR("#"))) *map_put(&k->referred, str_from(href, 1), NULL) = 1;
    for (const struct xml *c = x->first; c; c = c->next) index_saved(k, c);
}

static bool is_mark(const struct xml_attribute *a) { return str_eq(a->space, MARK_SPACE); }

static bool same_attributes(const struct xml *x, const struct xml *y)
{
    if (x->attribute_count != y->attribute_count) return false;
    for (size_t i = 0; i < x->attribute_count; i++) {
        str other = xml_attribute_of(y, x->attributes[i].space, x->attributes[i].name);
        if (!other.p || !str_eq(other, x->attributes[i].value)) return false;
    }
    return true;
}

static bool same_tree(const struct xml *x, const struct xml *y)
{
    if (!str_eq(x->name, y->name) || !str_eq(x->space, y->space) || !str_eq(x->text, y->text) || !same_attributes(x, y))
        return false;
    const struct xml *c = x->first, *d = y->first;
    for (; c && d; c = c->next, d = d->next)
        if (!same_tree(c, d)) return false;
    return !c && !d;
}

/* ---- What becomes of an element's children ---- */

enum fate {
    STAYS,  /* as it is written: the editor did not see it, or did not change it */
    MERGED, /* with what the editor has of it */
    RETOLD, /* its text is another one */
    GOES
};
struct slot {
    const struct xml *place, *put; /* what stood here; what stands here now: another one where the order changed */
    enum fate fate;
    str text;   /* RETOLD */
    bool shown; /* the editor has it, with a number */
};
struct addition {
    const struct xml *saved; /* NULL: an annotation that says `text` */
    str text;
    size_t after; /* so many slots */
};
typedef VEC(const struct xml *) elements;
struct kind { /* the children of one name */
    str space, name;
    VEC(size_t) quiet;      /* slots of those that have no number in the editor's texts */
    elements opened, saved; /* those without a number there */
    elements order;         /* those with one, as they stand now */
    bool moved;
    size_t next, told, after; /* of `order`, of `saved`; so many slots stand before what follows the last one */
    bool placed;
};
enum { KINDS = 100 };
struct plan {
    const struct xml *stored, *opened, *saved; /* the parent */
    VEC(struct slot) slots;
    VEC(struct addition) additions;
    VEC(struct kind) kinds;
    bool tells; /* the rule's description in the editor is its annotation here */
};

static int lost(struct saving *k, const struct xml *x, const char *what)
{
    const struct xml *owner = x;
    while (owner->parent && !xml_get(owner, "name").n) owner = owner->parent;
    return err_set(k->err, ERR_INPUT, STR_FORMAT " '" STR_FORMAT "': its '" STR_FORMAT "' %s", STR_ARGS(owner->name),
                   STR_ARGS(xml_get(owner, "name")), STR_ARGS(x->name), what);
}

/* NULL: there are too many. */
static struct kind *kind_of(struct saving *k, struct plan *p, str space, str name)
{
    VEC_EACH(kind, &p->kinds)
        if (str_eq(kind->name, name) && str_eq(kind->space, space)) return kind;
    if (p->kinds.count == KINDS) {
        err_write(k->err, ERR_LIMIT, "line %u: an element has more than %d kinds of elements",
                  xml_lines(str_slice(k->model, 0, p->stored->tag)) + 1, KINDS);
        return NULL;
    }
    struct kind *made = vec_add(k->a, &p->kinds);
    *made = (struct kind){.space = space, .name = name};
    return made;
}

/* Slots, as far as the numbers tell; and what has none, by its name. */
static int plan_slots(struct saving *k, struct plan *p)
{
    struct kind *kind;
    for (const struct xml *c = p->stored->first; c; c = c->next) {
        const struct xml *now = k->saved[c->number];
        bool shown = k->opened[c->number] != NULL;
        enum fate fate = !shown ? STAYS : now && now->parent == p->saved ? MERGED : GOES;
        if (!(kind = kind_of(k, p, c->space, c->name))) return -1;
        if (!shown) *vec_add(k->a, &kind->quiet) = p->slots.count;
        *vec_add(k->a, &p->slots) = (struct slot){c, c, fate, STR_NONE, shown};
    }
    for (const struct xml *c = p->opened->first; c; c = c->next) {
        if (!(kind = kind_of(k, p, stored_space(k, c), c->name))) return -1;
        if (!mark_of(k, c)) *vec_add(k->a, &kind->opened) = c;
    }
    for (const struct xml *c = p->saved->first; c; c = c->next) {
        const struct xml *s = pair_of(k, c);
        if (!(kind = kind_of(k, p, stored_space(k, c), c->name))) return -1;
        if (!mark_of(k, c)) *vec_add(k->a, &kind->saved) = c;
        if (!s || s->parent != p->stored) continue;
        if (kind->order.count)
            kind->moved |=
                k->opened[s->number]->number < k->opened[kind->order.items[kind->order.count - 1]->number]->number;
        *vec_add(k->a, &kind->order) = s;
    }
    return 0;
}

static bool has_annotations(struct saving *k, const struct xml *rule)
{
    if (k->table != rule->parent) k->table = rule->parent, k->annotated = xml_child(k->table, "annotation") != NULL;
    return k->annotated || xml_child(rule, "annotationEntry");
}

/* The editor shows a rule's reason as its description, and so comes back what people make of it. */
static void plan_reason(struct saving *k, struct plan *p)
{
    const struct xml *rule = p->stored, *reason = editor_reason(rule),
                     *entry = reason ? reason : xml_child(rule, "annotationEntry");
    if (!rule->parent || (!reason && (xml_child(rule, "description") || !has_annotations(k, rule)))) return;
    p->tells = true;
    str before = xml_text(p->opened, "description"), after = xml_text(p->saved, "description");
    if (str_eq(before, after)) return;
    if (!entry) *vec_add(k->a, &p->additions) = (struct addition){NULL, after, p->slots.count};
    VEC_EACH(slot, &p->slots)
        if (entry && slot->place == entry) slot->fate = RETOLD, slot->text = after;
}

static bool is_told(const struct plan *p, const struct xml *x)
{
    return p->tells && (editor_is(x, "description") || editor_is(x, "annotationEntry"));
}

/* Children that have no number in the editor's texts: text alone is told apart by its name and place. */
static int plan_quiet(struct saving *k, struct plan *p)
{
    VEC_EACH(kind, &p->kinds)
        for (size_t j = 0; j < kind->quiet.count; j++) {
            struct slot *slot = &p->slots.items[kind->quiet.items[j]];
            const struct xml *before = j < kind->opened.count ? kind->opened.items[j] : NULL,
                             *after = j < kind->saved.count ? kind->saved.items[j] : NULL;
            if (is_told(p, slot->place) || (!before && !(after && is_leaf(after)))) continue;
            if (before && after && same_tree(before, after)) continue;
            if (slot->place->first || (after && after->first))
                return lost(k, slot->place, "cannot be changed here without losing a part of it");
            slot->fate = after ? RETOLD : GOES;
            if (after) slot->text = after->text;
        }
    return 0;
}

/* Where the order of those of one name is another one than it was, they take each other's places. */
static int plan_order(struct saving *k, struct plan *p)
{
    for (size_t i = 0; i < p->slots.count; i++) {
        struct slot *slot = &p->slots.items[i];
        struct kind *kind = kind_of(k, p, slot->place->space, slot->place->name);
        if (!kind) return -1;
        if (slot->fate != MERGED) continue;
        if (kind->moved) slot->put = kind->order.items[kind->next++];
        k->slots[slot->put->number] = i;
    }
    return 0;
}

/* How many slots stand before what is at this place in the editor; false where it belongs to none. */
static bool place_of(struct saving *k, const struct plan *p, struct kind *kind, const struct xml *c, size_t *after)
{
    const struct xml *s = pair_of(k, c);
    if (s && s->parent == p->stored) return *after = k->slots[s->number] + 1, true;
    if (mark_of(k, c)) return false;
    size_t j = kind->told++;
    if (j >= kind->quiet.count || (j >= kind->opened.count && !is_leaf(c))) return false;
    return *after = kind->quiet.items[j] + 1, true;
}

/* What is new stands behind the one of its name that it follows in the editor, else behind whatever it follows. */
static int plan_additions(struct saving *k, struct plan *p)
{
    size_t any = 0;
    for (const struct xml *c = p->saved->first; c; c = c->next) {
        struct kind *kind = kind_of(k, p, stored_space(k, c), c->name);
        if (!kind) return -1;
        if (p->tells && editor_is(c, "description")) continue;
        size_t after = kind->placed ? kind->after : any, j = kind->told;
        if (!place_of(k, p, kind, c, &after)) {
            /* What the editor added of itself when it opened the copy is none of people's changes. */
            if (!mark_of(k, c) && j < kind->opened.count && same_tree(kind->opened.items[j], c)) continue;
            while (!kind->placed && !is_leaf(c) && after < p->slots.count && !p->slots.items[after].shown) after++;
            *vec_add(k->a, &p->additions) = (struct addition){c, STR_NONE, after};
        }
        any = after, kind->after = after, kind->placed = true;
    }
    return 0;
}

/* By their places; those of one place stay in their order. */
static void sort_additions(struct saving *k, struct plan *p)
{
    size_t *at = arena_array(k->a, p->slots.count + 2, sizeof *at);
    struct addition *sorted = arena_array(k->a, p->additions.count + 1, sizeof *sorted);
    VEC_EACH(added, &p->additions) at[added->after + 1]++;
    for (size_t i = 1; i <= p->slots.count; i++) at[i] += at[i - 1];
    VEC_EACH(added, &p->additions) sorted[at[added->after]++] = *added;
    p->additions.items = sorted;
}

static int check_expressions(struct saving *k, const struct plan *p)
{
    const struct xml *hidden = NULL;
    bool shown = false;
    if (!holds_one_expression(p->stored)) return 0;
    VEC_EACH(slot, &p->slots) {
        if (slot->fate == GOES || !is_expression(slot->place)) continue;
        if (slot->shown)
            shown = true;
        else
            hidden = slot->place;
    }
    VEC_EACH(added, &p->additions) shown |= added->saved && is_expression(added->saved);
    return hidden && shown ? lost(k, hidden,
                                  "is not shown by the editor and would be lost to what was written in its "
                                  "place; leave it as it is, or change it in the file")
                           : 0;
}

static int plan_children(struct saving *k, const struct xml *x, struct plan *p)
{
    *p = (struct plan){.stored = x, .opened = k->opened[x->number], .saved = k->saved[x->number]};
    if (plan_slots(k, p) < 0) return -1;
    if (editor_is(x, "rule")) plan_reason(k, p);
    if (plan_quiet(k, p) < 0 || plan_order(k, p) < 0 || plan_additions(k, p) < 0) return -1;
    sort_additions(k, p);
    return check_expressions(k, p);
}

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
    if (pair_of(k, x)) return put_element(k, pair_of(k, x));
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
    if (plan_children(k, x, &p) < 0) return -1;
    bool empty = x->from == x->end, retold = !str_eq(opened->text, saved->text), added = p.additions.count > 0;
    if (retold && (x->first || added)) return lost(k, x, "cannot be changed here without losing a part of it");
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
    if (str_eq(version->model, editor_opens.model) && mark_of(k, *root) == 1) return 0;
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
