/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of an element's children when the model is saved: by their numbers, and by name and place where the
 * editor gives them none. */
#include "dmn_editor_inside.h"

#include <string.h>

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

size_t editor_mark(const struct saving *k, const struct xml *x)
{
    int64_t n;
    if (!str_to_int(xml_attribute_of(x, MARK_SPACE, MARK_NAME), &n) || n < 1 || (uint64_t)n > k->count) return 0;
    bool same = str_eq(x->name, k->stored[n]->name) && str_eq(stored_space(k, x), k->stored[n]->space);
    return same ? (size_t)n : 0;
}

const struct xml *editor_pair(const struct saving *k, const struct xml *x)
{
    size_t n = editor_mark(k, x);
    return n && k->saved[n] == x ? k->stored[n] : NULL;
}

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

int editor_lost(struct saving *k, const struct xml *x, const char *what)
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
        if (!editor_mark(k, c)) *vec_add(k->a, &kind->opened) = c;
    }
    for (const struct xml *c = p->saved->first; c; c = c->next) {
        const struct xml *s = editor_pair(k, c);
        if (!(kind = kind_of(k, p, stored_space(k, c), c->name))) return -1;
        if (!editor_mark(k, c)) *vec_add(k->a, &kind->saved) = c;
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
                return editor_lost(k, slot->place, "cannot be changed here without losing a part of it");
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
    const struct xml *s = editor_pair(k, c);
    if (s && s->parent == p->stored) return *after = k->slots[s->number] + 1, true;
    if (editor_mark(k, c)) return false;
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
            if (!editor_mark(k, c) && j < kind->opened.count && same_tree(kind->opened.items[j], c)) continue;
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
    return hidden && shown ? editor_lost(k, hidden,
                                         "is not shown by the editor and would be lost to what was written in its "
                                         "place; leave it as it is, or change it in the file")
                           : 0;
}

int editor_plan(struct saving *k, const struct xml *x, struct plan *p)
{
    *p = (struct plan){.stored = x, .opened = k->opened[x->number], .saved = k->saved[x->number]};
    if (plan_slots(k, p) < 0) return -1;
    if (editor_is(x, "rule")) plan_reason(k, p);
    if (plan_quiet(k, p) < 0 || plan_order(k, p) < 0 || plan_additions(k, p) < 0) return -1;
    sort_additions(k, p);
    return check_expressions(k, p);
}
