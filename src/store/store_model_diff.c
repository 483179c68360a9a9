/* SPDX-License-Identifier: Apache-2.0 */
#include "store_model_diff.h"

#include <string.h>

struct differing {
    struct arena *a;
    VEC(struct model_change) changes;
    const struct model_type *type;
    const struct model_field *field;
};

const char *model_change_name(enum model_change_kind kind)
{
    static const char *const names[] = {
        [MODEL_SIDE_ADDED] = "side added",       [MODEL_SIDE_REMOVED] = "side removed",
        [MODEL_KEYS_CHANGED] = "keys changed",   [MODEL_TYPE_ADDED] = "type added",
        [MODEL_TYPE_REMOVED] = "type removed",   [MODEL_TYPE_RENAMED] = "type renamed",
        [MODEL_TYPE_CHANGED] = "type changed",   [MODEL_FIELD_ADDED] = "field added",
        [MODEL_FIELD_REMOVED] = "field removed", [MODEL_FIELD_RENAMED] = "field renamed",
        [MODEL_FIELD_KIND] = "kind changed",     [MODEL_VALUE_ADDED] = "value added",
        [MODEL_VALUE_REMOVED] = "value removed", [MODEL_FIELD_CHANGED] = "field changed",
    };
    _Static_assert(ARRAY_COUNT(names) == MODEL_FIELD_CHANGED + 1, "one name for each");
    return names[kind];
}

static void put(struct differing *d, enum model_change_kind kind, str what, str before, str after)
{
    *vec_add(d->a, &d->changes) = (struct model_change){kind, d->type, d->field, what, before, after};
}

static void compare(struct differing *d, enum model_change_kind kind, const char *what, str before, str after)
{
    if ((before.p != NULL) != (after.p != NULL) || !str_eq(before, after)) put(d, kind, str_of(what), before, after);
}

static str yes_no(bool b) { return b ? STR("yes") : STR("no"); }

/* ---- Fields ---- */

static str kind_words(struct arena *a, const struct model_field *f)
{
    const char *name = field_kind_name(f->kind);
    if (f->kind == FIELD_LINK || f->kind == FIELD_LINKS)
        return arena_printf(a, "%s to " STR_FORMAT, name, STR_ARGS(f->to->name));
    if (f->kind == FIELD_DERIVED || f->kind == FIELD_OBSERVED)
        return arena_printf(a, "%s %s", name, field_kind_name(f->gives));
    return str_of(name);
}

static bool has_value(const struct model_field *f, str value)
{
    for (size_t i = 0; i < f->value_count; i++)
        if (str_eq(f->values[i], value)) return true;
    return false;
}

static bool same_kind(const struct model_field *a, const struct model_field *b)
{
    return a->kind == b->kind && a->gives == b->gives && (a->to ? a->to->id : 0) == (b->to ? b->to->id : 0);
}

static str window(struct arena *a, const struct model_field *f)
{
    return f->kind == FIELD_OBSERVED ? arena_printf(a, "%d of %d days", f->observed, f->days) : STR_NONE;
}

static str bounds(struct arena *a, const struct model_field *f)
{
    if (!f->is_bounded) return STR_NONE;
    return arena_printf(a, "%lld to %lld", (long long)f->least, (long long)f->most);
}

static str levels(struct arena *a, const struct model_field *f)
{
    return f->levels ? arena_printf(a, "%d", f->levels) : STR_NONE;
}

static str circles(const struct model_field *f) { return f->no_circles && !f->levels ? STR("no") : STR_NONE; }

static void compare_field(struct differing *d, const struct model_field *old, const struct model_field *new)
{
    d->field = new;
    if (!str_eq(old->name, new->name)) put(d, MODEL_FIELD_RENAMED, STR_NONE, old->name, new->name);
    if (!same_kind(old, new)) put(d, MODEL_FIELD_KIND, STR_NONE, kind_words(d->a, old), kind_words(d->a, new));
    for (size_t i = 0; i < new->value_count; i++)
        if (old->kind == FIELD_ONE_OF && !has_value(old, new->values[i]))
            put(d, MODEL_VALUE_ADDED, STR_NONE, STR_NONE, new->values[i]);
    for (size_t i = 0; i < old->value_count; i++)
        if (new->kind == FIELD_ONE_OF && !has_value(new, old->values[i]))
            put(d, MODEL_VALUE_REMOVED, STR_NONE, old->values[i], STR_NONE);
    compare(d, MODEL_FIELD_CHANGED, "required", yes_no(old->required), yes_no(new->required));
    compare(d, MODEL_FIELD_CHANGED, "default", old->initial, new->initial);
    compare(d, MODEL_FIELD_CHANGED, "other end", old->inverse, new->inverse);
    if (old->kind == new->kind) compare(d, MODEL_FIELD_CHANGED, "formula", old->feel, new->feel);
    if (old->kind == new->kind) compare(d, MODEL_FIELD_CHANGED, "window", window(d->a, old), window(d->a, new));
    if (old->kind == new->kind) compare(d, MODEL_FIELD_CHANGED, "bounds", bounds(d->a, old), bounds(d->a, new));
    if (old->kind == new->kind) compare(d, MODEL_FIELD_CHANGED, "levels", levels(d->a, old), levels(d->a, new));
    if (old->kind == new->kind) compare(d, MODEL_FIELD_CHANGED, "circles", circles(old), circles(new));
    compare(d, MODEL_FIELD_CHANGED, "signed", yes_no(old->is_signed), yes_no(new->is_signed));
    compare(d, MODEL_FIELD_CHANGED, "written by", old->written_by ? old->written_by->key : STR_NONE,
            new->written_by ? new->written_by->key : STR_NONE);
    compare(d, MODEL_FIELD_CHANGED, "holds a formula", yes_no(old->is_formula), yes_no(new->is_formula));
    compare(d, MODEL_FIELD_CHANGED, "part", yes_no(old->is_part), yes_no(new->is_part));
    compare(d, MODEL_FIELD_CHANGED, "seen by", str_of(user_role_name(old->seen_by)),
            str_of(user_role_name(new->seen_by)));
}

static void add_field(struct differing *d, const struct model_field *f)
{
    d->field = f;
    put(d, MODEL_FIELD_ADDED, STR_NONE, STR_NONE, kind_words(d->a, f));
}

/* ---- Types ---- */

static str key_words(struct arena *a, const struct model_type *t)
{
    str words = t->key_fields[0]->name;
    for (size_t i = 1; i < t->key_field_count; i++)
        words = arena_printf(a, STR_FORMAT ", " STR_FORMAT, STR_ARGS(words), STR_ARGS(t->key_fields[i]->name));
    return words;
}

static str both_names(struct arena *a, const struct model_type *t)
{
    return arena_printf(a, STR_FORMAT " (" STR_FORMAT ")", STR_ARGS(t->name), STR_ARGS(t->plural));
}

static void compare_type(struct differing *d, const struct model_type *old, const struct model_type *new)
{
    d->type = new;
    d->field = NULL;
    compare(d, MODEL_TYPE_RENAMED, "", both_names(d->a, old), both_names(d->a, new));
    if (!model_same_keys(old, new)) put(d, MODEL_TYPE_CHANGED, STR("key"), key_words(d->a, old), key_words(d->a, new));
    if ((old->alias_field ? old->alias_field->id : 0) != (new->alias_field ? new->alias_field->id : 0))
        put(d, MODEL_TYPE_CHANGED, STR("alias field"), old->alias_field ? old->alias_field->name : STR_NONE,
            new->alias_field ? new->alias_field->name : STR_NONE);
    compare(d, MODEL_TYPE_CHANGED, "two key", yes_no(old->two_key), yes_no(new->two_key));
    compare(d, MODEL_TYPE_CHANGED, "files seen by", str_of(user_role_name(old->files_seen_by)),
            str_of(user_role_name(new->files_seen_by)));
    for (size_t i = 0; i < new->field_count; i++) {
        const struct model_field *before = model_field_by_id(old, new->fields[i].id);
        if (before)
            compare_field(d, before, &new->fields[i]);
        else
            add_field(d, &new->fields[i]);
    }
    for (size_t i = 0; i < old->field_count; i++) {
        d->field = &old->fields[i];
        if (!model_field_by_id(new, old->fields[i].id))
            put(d, MODEL_FIELD_REMOVED, STR_NONE, kind_words(d->a, d->field), STR_NONE);
    }
}

bool model_same_keys(const struct model_type *a, const struct model_type *b)
{
    if (a->key_field_count != b->key_field_count) return false;
    for (size_t i = 0; i < a->key_field_count; i++)
        if (a->key_fields[i]->id != b->key_fields[i]->id) return false;
    return true;
}

static str both_keys(struct arena *a, const struct model *m)
{
    if (!m->keys[0] || !m->keys[1]) return STR_NONE;
    return arena_printf(a, STR_FORMAT ", " STR_FORMAT, STR_ARGS(m->keys[0]->key), STR_ARGS(m->keys[1]->key));
}

void model_diff(struct arena *a, const struct model *old, const struct model *new, const struct model_change **out,
                size_t *count)
{
    struct differing d = {.a = a};
    for (size_t i = 0; i < new->side_count; i++)
        if (!model_side(old, new->sides[i].key)) put(&d, MODEL_SIDE_ADDED, STR_NONE, STR_NONE, new->sides[i].key);
    for (size_t i = 0; i < old->side_count; i++)
        if (!model_side(new, old->sides[i].key)) put(&d, MODEL_SIDE_REMOVED, STR_NONE, old->sides[i].key, STR_NONE);
    compare(&d, MODEL_KEYS_CHANGED, "", both_keys(a, old), both_keys(a, new));
    for (size_t i = 0; i < new->type_count; i++) {
        const struct model_type *before = model_type_by_id(old, new->types[i].id);
        d.type = &new->types[i];
        d.field = NULL;
        if (before)
            compare_type(&d, before, &new->types[i]);
        else
            put(&d, MODEL_TYPE_ADDED, STR_NONE, STR_NONE, both_names(a, d.type));
    }
    for (size_t i = 0; i < old->type_count; i++) {
        d.type = &old->types[i];
        d.field = NULL;
        if (!model_type_by_id(new, d.type->id)) put(&d, MODEL_TYPE_REMOVED, STR_NONE, both_names(a, d.type), STR_NONE);
    }
    *out = d.changes.items;
    *count = d.changes.count;
}
