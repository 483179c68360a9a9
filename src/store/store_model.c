/* SPDX-License-Identifier: Apache-2.0 */
#include "store_model.h"

#include "base_buf.h"
#include "base_map.h"
#include "base_utf8.h"
#include "base_yaml.h"

#include <string.h>

static const str kind_names[] = {
    [FIELD_TEXT] = STR_INIT("text"),
    [FIELD_LONG_TEXT] = STR_INIT("long text"),
    [FIELD_WHOLE_NUMBER] = STR_INIT("whole number"),
    [FIELD_DECIMAL] = STR_INIT("decimal"),
    [FIELD_MONEY] = STR_INIT("money"),
    [FIELD_PERCENT] = STR_INIT("percent"),
    [FIELD_DATE] = STR_INIT("date"),
    [FIELD_PERIOD] = STR_INIT("period"),
    [FIELD_YES_NO] = STR_INIT("yes no"),
    [FIELD_ONE_OF] = STR_INIT("one of"),
    [FIELD_LINK] = STR_INIT("link"),
    [FIELD_LINKS] = STR_INIT("links"),
    [FIELD_DERIVED] = STR_INIT("derived"),
    [FIELD_OBSERVED] = STR_INIT("observed"),
};
_Static_assert(ARRAY_COUNT(kind_names) == FIELD_OBSERVED + 1, "one name for each kind");

static const str observed_names[] = {
    [OBSERVED_PEOPLE] = STR_INIT("people"),       [OBSERVED_REQUESTS] = STR_INIT("requests"),
    [OBSERVED_BYTES] = STR_INIT("bytes"),         [OBSERVED_FIRST_SEEN] = STR_INIT("first seen"),
    [OBSERVED_LAST_SEEN] = STR_INIT("last seen"), [OBSERVED_PAID] = STR_INIT("paid"),
};
_Static_assert(ARRAY_COUNT(observed_names) == OBSERVED_PAID + 1, "one name for each");
static const enum field_kind observed_gives[] = {
    [OBSERVED_PEOPLE] = FIELD_WHOLE_NUMBER, [OBSERVED_REQUESTS] = FIELD_WHOLE_NUMBER,
    [OBSERVED_BYTES] = FIELD_WHOLE_NUMBER,  [OBSERVED_FIRST_SEEN] = FIELD_DATE,
    [OBSERVED_LAST_SEEN] = FIELD_DATE,      [OBSERVED_PAID] = FIELD_MONEY,
};
_Static_assert(ARRAY_COUNT(observed_gives) == OBSERVED_PAID + 1, "one kind for each");

static const str role_names[] = {
    [ROLE_VIEWER] = STR_INIT("viewer"),
    [ROLE_CONTRIBUTOR] = STR_INIT("contributor"),
    [ROLE_SIGNATORY] = STR_INIT("signatory"),
    [ROLE_STEWARD] = STR_INIT("steward"),
};
_Static_assert(ARRAY_COUNT(role_names) == ROLE_STEWARD + 1, "one name for each role");

const char *field_kind_name(enum field_kind kind) { return kind_names[kind].p; }
const char *user_role_name(enum user_role role) { return role_names[role].p; }

/* ---- Finding by name ---- */

/* Blanks, '-' and '_' are the same, and so are letters of either case. */
static bool same_word(str a, str b)
{
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++) {
        char x = a.p[i], y = b.p[i];
        if (x == '-' || x == '_') x = ' ';
        if (y == '-' || y == '_') y = ' ';
        if (x >= 'A' && x <= 'Z') x = (char)(x + 32);
        if (y >= 'A' && y <= 'Z') y = (char)(y + 32);
        if (x != y) return false;
    }
    return true;
}

const struct model_type *model_type(const struct model *m, str word)
{
    for (size_t i = 0; i < m->type_count; i++)
        if (same_word(m->types[i].name, word) || same_word(m->types[i].plural, word)) return &m->types[i];
    return NULL;
}

const struct model_type *model_type_by_id(const struct model *m, uint32_t id)
{
    for (size_t i = 0; i < m->type_count; i++)
        if (m->types[i].id == id) return &m->types[i];
    return NULL;
}

const struct model_field *model_field(const struct model_type *type, str name_or_key)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (same_word(type->fields[i].name, name_or_key)) return &type->fields[i];
    return NULL;
}

const struct model_field *model_field_by_id(const struct model_type *type, uint32_t id)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].id == id) return &type->fields[i];
    return NULL;
}

const struct model_side *model_side(const struct model *m, str key)
{
    for (size_t i = 0; i < m->side_count; i++)
        if (str_eq(m->sides[i].key, key)) return &m->sides[i];
    return NULL;
}

enum { WORDS_LOOKED_AT = 512 };

str model_nearest_type(const struct model *m, str word)
{
    str names[WORDS_LOOKED_AT];
    size_t n = 0;
    for (size_t i = 0; i < m->type_count && n + 2 <= WORDS_LOOKED_AT; i++) {
        names[n++] = m->types[i].name;
        names[n++] = m->types[i].plural;
    }
    return err_nearest(word, names, n);
}

str model_nearest_field(const struct model_type *type, str word)
{
    str names[WORDS_LOOKED_AT];
    size_t n = 0;
    for (size_t i = 0; i < type->field_count && n < WORDS_LOOKED_AT; i++) names[n++] = type->fields[i].name;
    return err_nearest(word, names, n);
}

/* ---- Reading the file ---- */

struct reading {
    struct arena *a;
    struct model *m;
    struct model_type *types;
    struct err *err;
};

#define FAIL_AT(r, node, ...) (err_set((r)->err, ERR_INPUT, __VA_ARGS__), err_at((r)->err, (node)->line, STR_NONE))

/* ", did you mean X" or nothing. */
static str hint(struct arena *a, str nearest)
{
    return nearest.p ? arena_printf(a, "; did you mean \"" STR_FORMAT "\"?", STR_ARGS(nearest)) : STR("");
}

static int word_in(struct reading *r, const struct yaml *node, const char *what, const str *words, size_t count,
                   size_t *place)
{
    for (size_t i = 0; node->kind == YAML_SCALAR && i < count; i++)
        if (str_eq(words[i], node->text)) return *place = i, 0;
    struct buf all;
    buf_init(&all, 400);
    for (size_t i = 0; i < count; i++) {
        if (i) buf_text(&all, ", ");
        buf_str(&all, words[i]);
    }
    str near = hint(r->a, err_nearest(node->text, words, count));
    FAIL_AT(r, node, "\"" STR_FORMAT "\" is not a %s (known: " STR_FORMAT ")" STR_FORMAT, STR_ARGS(node->text), what,
            STR_ARGS(buf_get(&all)), STR_ARGS(near));
    buf_release(&all);
    return -1;
}

/* Names are words that FEEL can read: they start with a letter; letters, digits, single blanks and '-' follow. */
static int check_name(struct reading *r, const struct yaml *node, str name)
{
    bool good = name.n && name.n <= 60;
    for (size_t i = 0; good && i < name.n; i++) {
        char c = name.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool inner = i && i + 1 < name.n && (c == ' ' || c == '-') && name.p[i - 1] != ' ' && name.p[i - 1] != '-';
        good = letter || inner || (i && c >= '0' && c <= '9');
    }
    if (good) return 0;
    return FAIL_AT(r, node, "\"" STR_FORMAT "\" cannot be a name: letters, digits, single blanks and '-', up to 60",
                   STR_ARGS(name));
}

static str key_of(struct arena *a, str name, char blank)
{
    str key = arena_copy(a, name);
    char *p = (char *)(uintptr_t)key.p;
    for (size_t i = 0; i < key.n; i++) {
        if (p[i] == ' ' || p[i] == '-') p[i] = blank;
        if (p[i] >= 'A' && p[i] <= 'Z') p[i] = (char)(p[i] + 32);
    }
    return key;
}

static int read_id(struct reading *r, const struct yaml *map, uint32_t *id)
{
    int64_t v = 0;
    if (yaml_int(map, STR("id"), true, &v, r->err)) return -1;
    if (v < 1 || v > 1000000) return FAIL_AT(r, map, "id must be from 1 to 1000000");
    return *id = (uint32_t)v, 0;
}

static int copied_text(struct reading *r, const struct yaml *map, str key, bool required, str *out)
{
    if (yaml_text(map, key, required, out, r->err)) return -1;
    if (out->p) *out = arena_copy(r->a, *out);
    return 0;
}

static int copied_texts(struct reading *r, const struct yaml *map, str key, const str **out, size_t *count)
{
    const str *texts = NULL;
    *count = 0;
    if (yaml_texts(r->a, map, key, &texts, count, r->err)) return -1;
    str *copy = arena_array(r->a, *count + 1, sizeof *copy);
    for (size_t i = 0; i < *count; i++) copy[i] = arena_copy(r->a, texts[i]);
    *out = copy;
    return 0;
}

static bool is_link(enum field_kind kind) { return kind == FIELD_LINK || kind == FIELD_LINKS; }
static bool is_computed(enum field_kind kind) { return kind == FIELD_DERIVED || kind == FIELD_OBSERVED; }

static int only_for(struct reading *r, const struct yaml *map, str key, bool allowed, enum field_kind kind)
{
    const struct yaml *node = yaml_get(map, key);
    if (!node || allowed) return 0;
    return FAIL_AT(r, node, "a field of kind %s has no \"" STR_FORMAT "\"", field_kind_name(kind), STR_ARGS(key));
}

static int read_kind_scalar(struct reading *r, const struct yaml *node, enum field_kind *kind)
{
    size_t place;
    if (word_in(r, node, "kind of value", kind_names, FIELD_ONE_OF + 1, &place)) return -1;
    *kind = (enum field_kind)place;
    return 0;
}

/* What only some kinds have: values, to and inverse, gives and feel, observed and days. */
static int read_kind_parts(struct reading *r, const struct yaml *map, struct model_field *f)
{
    const struct yaml *node;
    if (only_for(r, map, STR("values"), f->kind == FIELD_ONE_OF, f->kind) ||
        only_for(r, map, STR("to"), is_link(f->kind), f->kind) ||
        only_for(r, map, STR("inverse"), is_link(f->kind), f->kind) ||
        only_for(r, map, STR("feel"), f->kind == FIELD_DERIVED, f->kind) ||
        only_for(r, map, STR("gives"), f->kind == FIELD_DERIVED, f->kind) ||
        only_for(r, map, STR("observed"), f->kind == FIELD_OBSERVED, f->kind) ||
        only_for(r, map, STR("days"), f->kind == FIELD_OBSERVED, f->kind) ||
        only_for(r, map, STR("unit"), f->kind == FIELD_OBSERVED, f->kind) ||
        only_for(r, map, STR("required"), !is_computed(f->kind), f->kind) ||
        only_for(r, map, STR("columns"), !is_computed(f->kind), f->kind) ||
        only_for(r, map, STR("default"), !is_computed(f->kind) && !is_link(f->kind), f->kind))
        return -1;
    f->gives = f->kind;
    if (f->kind == FIELD_ONE_OF) {
        if (copied_texts(r, map, STR("values"), &f->values, &f->value_count)) return -1;
        if (!f->value_count) return FAIL_AT(r, map, "a field of kind one of needs its values");
        for (size_t i = 0; i < f->value_count; i++)
            for (size_t j = 0; j < i; j++)
                if (str_eq_nocase(f->values[i], f->values[j]))
                    return FAIL_AT(r, map, "the value \"" STR_FORMAT "\" stands there twice", STR_ARGS(f->values[i]));
    }
    if (is_link(f->kind)) {
        str to = STR_NONE;
        if (yaml_text(map, STR("to"), true, &to, r->err)) return -1;
        f->to = model_type(r->m, to);
        if (!f->to)
            return FAIL_AT(r, yaml_get(map, STR("to")), "there is no type \"" STR_FORMAT "\" to link to" STR_FORMAT,
                           STR_ARGS(to), STR_ARGS(hint(r->a, model_nearest_type(r->m, to))));
        if (copied_text(r, map, STR("inverse"), false, &f->inverse)) return -1;
        if (f->inverse.p && check_name(r, yaml_get(map, STR("inverse")), f->inverse)) return -1;
    }
    if (f->kind == FIELD_DERIVED) {
        if (copied_text(r, map, STR("feel"), true, &f->feel)) return -1;
        node = yaml_get(map, STR("feel"));
        f->feel_line = node->line + (node->block ? 1 : 0);
        if (!(node = yaml_get(map, STR("gives")))) return FAIL_AT(r, map, "a derived field says what it gives");
        if (read_kind_scalar(r, node, &f->gives)) return -1;
    }
    if (f->kind == FIELD_OBSERVED) {
        size_t place;
        int64_t days = 0;
        if (!(node = yaml_get(map, STR("observed")))) return FAIL_AT(r, map, "an observed field says what is observed");
        if (word_in(r, node, "thing that is observed", observed_names, ARRAY_COUNT(observed_names), &place)) return -1;
        f->observed = (enum observed_what)place;
        f->gives = observed_gives[place];
        if (yaml_int(map, STR("days"), false, &days, r->err)) return -1;
        if (days < 0 || days > 36500) return FAIL_AT(r, map, "days must be from 1 to 36500");
        f->days = (int)days;
        enum field_kind unit = f->gives;
        if ((node = yaml_get(map, STR("unit"))) && read_kind_scalar(r, node, &unit)) return -1;
        if (unit != f->gives)
            return FAIL_AT(r, node, "what is observed as " STR_FORMAT " is a %s", STR_ARGS(observed_names[place]),
                           field_kind_name(f->gives));
    }
    return 0;
}

/* Whether both sides sign it, and who may see it. */
static int read_field_rights(struct reading *r, const struct yaml *map, const struct model_type *type,
                             struct model_field *f)
{
    size_t place;
    const struct yaml *node = yaml_get(map, STR("signed"));
    if (only_for(r, map, STR("signed"), !is_computed(f->kind), f->kind)) return -1;
    if (node && !type->two_key)
        return FAIL_AT(r, node,
                       "only a field of a two-key type is signed or not; " STR_FORMAT " has no \"two key: yes\"",
                       STR_ARGS(type->name));
    f->is_signed = type->two_key && !is_computed(f->kind);
    if (yaml_yes_no(map, STR("signed"), &f->is_signed, r->err)) return -1;
    f->seen_by = ROLE_VIEWER;
    if (!(node = yaml_get(map, STR("seen by")))) return 0;
    if (word_in(r, node, "role", role_names, ARRAY_COUNT(role_names), &place)) return -1;
    f->seen_by = (enum user_role)place;
    return 0;
}

static const str field_keys[] = {
    STR_INIT("id"),       STR_INIT("name"),   STR_INIT("kind"),    STR_INIT("required"), STR_INIT("values"),
    STR_INIT("default"),  STR_INIT("to"),     STR_INIT("inverse"), STR_INIT("gives"),    STR_INIT("feel"),
    STR_INIT("observed"), STR_INIT("days"),   STR_INIT("unit"),    STR_INIT("columns"),  STR_INIT("help"),
    STR_INIT("example"),  STR_INIT("signed"), STR_INIT("seen by"),
};

static int read_field(struct reading *r, const struct yaml *map, const struct model_type *type, struct model_field *f)
{
    size_t kind;
    if (map->kind != YAML_MAP) return FAIL_AT(r, map, "a field is written as {id: 1, name: …, kind: …}");
    if (yaml_only(map, field_keys, ARRAY_COUNT(field_keys), r->err) || read_id(r, map, &f->id) ||
        copied_text(r, map, STR("name"), true, &f->name) || check_name(r, yaml_get(map, STR("name")), f->name))
        return -1;
    for (const struct model_field *o = type->fields; o < f; o++) {
        if (o->id == f->id)
            return FAIL_AT(r, map, "field id %u of " STR_FORMAT " is already that of \"" STR_FORMAT "\"", f->id,
                           STR_ARGS(type->name), STR_ARGS(o->name));
        if (same_word(o->name, f->name))
            return FAIL_AT(r, map, STR_FORMAT " has two fields called \"" STR_FORMAT "\"", STR_ARGS(type->name),
                           STR_ARGS(f->name));
    }
    if (str_eq_nocase(f->name, STR("id")) || str_eq_nocase(f->name, STR("type")))
        return FAIL_AT(r, map, "\"" STR_FORMAT "\" is a name that every fact already has", STR_ARGS(f->name));
    f->number = (uint32_t)(f - type->fields);
    f->key = key_of(r->a, f->name, '_');
    const struct yaml *node = yaml_get(map, STR("kind"));
    if (!node) return FAIL_AT(r, map, "a field needs a kind");
    if (word_in(r, node, "kind of field", kind_names, ARRAY_COUNT(kind_names), &kind)) return -1;
    f->kind = (enum field_kind)kind;
    if (read_kind_parts(r, map, f) || read_field_rights(r, map, type, f) ||
        yaml_yes_no(map, STR("required"), &f->required, r->err) ||
        copied_text(r, map, STR("default"), false, &f->initial) ||
        copied_texts(r, map, STR("columns"), &f->columns, &f->column_count) ||
        copied_text(r, map, STR("help"), false, &f->help) || copied_text(r, map, STR("example"), false, &f->example))
        return -1;
    if (f->initial.p && model_check_value(f, f->initial, r->err))
        return err_at(r->err, yaml_get(map, STR("default"))->line, STR("default"));
    return 0;
}

static int read_key_fields(struct reading *r, const struct yaml *map, struct model_type *type)
{
    const str *names = NULL;
    size_t count = 0;
    const struct yaml *node = yaml_get(map, STR("key"));
    if (!node) return FAIL_AT(r, map, "the type needs a key: the fields by which a fact is found");
    if (yaml_texts(r->a, map, STR("key"), &names, &count, r->err)) return -1;
    if (!count) return FAIL_AT(r, node, "a key has at least one field");
    const struct model_field **fields = arena_array(r->a, count, sizeof *fields);
    for (size_t i = 0; i < count; i++) {
        const struct model_field *f = model_field(type, names[i]);
        if (!f)
            return FAIL_AT(r, node, STR_FORMAT " has no field \"" STR_FORMAT "\" for its key" STR_FORMAT,
                           STR_ARGS(type->name), STR_ARGS(names[i]),
                           STR_ARGS(hint(r->a, model_nearest_field(type, names[i]))));
        if (is_computed(f->kind) || f->kind == FIELD_LINKS || f->kind == FIELD_LONG_TEXT)
            return FAIL_AT(r, node, "a field of kind %s cannot be part of a key", field_kind_name(f->kind));
        if (!f->required)
            return FAIL_AT(r, node, "\"" STR_FORMAT "\" is part of the key, so it must be required", STR_ARGS(f->name));
        if (f->seen_by != ROLE_VIEWER)
            return FAIL_AT(r, node, "\"" STR_FORMAT "\" is part of the key, by which all find it, so it is open to all",
                           STR_ARGS(f->name));
        fields[i] = f;
        if (!type->name_field && f->kind == FIELD_TEXT) type->name_field = f;
    }
    if (!type->name_field) return FAIL_AT(r, node, "a key needs a field of kind text, which stands for the fact");
    type->key_fields = fields;
    type->key_field_count = count;
    node = yaml_get(map, STR("alias field"));
    if (!node) return 0;
    type->alias_field = model_field(type, node->text);
    if (!type->alias_field || type->alias_field->kind != FIELD_TEXT)
        return FAIL_AT(r, node, STR_FORMAT " has no field \"" STR_FORMAT "\" of kind text for aliases" STR_FORMAT,
                       STR_ARGS(type->name), STR_ARGS(node->text),
                       STR_ARGS(hint(r->a, model_nearest_field(type, node->text))));
    if (type->alias_field->seen_by != ROLE_VIEWER)
        return FAIL_AT(r, node, "aliases are open to all, so \"" STR_FORMAT "\" cannot be seen by few",
                       STR_ARGS(type->alias_field->name));
    return 0;
}

static const str type_keys[] = {
    STR_INIT("id"),  STR_INIT("name"),        STR_INIT("plural"), STR_INIT("group"),   STR_INIT("help"),
    STR_INIT("key"), STR_INIT("alias field"), STR_INIT("fields"), STR_INIT("two key"),
};

static int read_type_head(struct reading *r, const struct yaml *map, struct model_type *type)
{
    if (map->kind != YAML_MAP) return FAIL_AT(r, map, "a type is a map with id, name, plural, key and fields");
    if (yaml_only(map, type_keys, ARRAY_COUNT(type_keys), r->err) || read_id(r, map, &type->id) ||
        copied_text(r, map, STR("name"), true, &type->name) || check_name(r, yaml_get(map, STR("name")), type->name) ||
        copied_text(r, map, STR("plural"), true, &type->plural) ||
        check_name(r, yaml_get(map, STR("plural")), type->plural) ||
        copied_text(r, map, STR("group"), true, &type->group) || copied_text(r, map, STR("help"), false, &type->help) ||
        yaml_yes_no(map, STR("two key"), &type->two_key, r->err))
        return -1;
    if (same_word(type->name, type->plural))
        return FAIL_AT(r, map, "the plural of \"" STR_FORMAT "\" must be another word", STR_ARGS(type->name));
    for (const struct model_type *o = r->types; o < type; o++) {
        if (o->id == type->id)
            return FAIL_AT(r, map, "type id %u is already that of \"" STR_FORMAT "\"", type->id, STR_ARGS(o->name));
        if (same_word(o->name, type->name) || same_word(o->plural, type->plural) || same_word(o->name, type->plural) ||
            same_word(o->plural, type->name))
            return FAIL_AT(r, map, "\"" STR_FORMAT "\" and \"" STR_FORMAT "\" cannot be told apart",
                           STR_ARGS(type->name), STR_ARGS(o->name));
    }
    type->number = (uint32_t)(type - r->types);
    type->key = key_of(r->a, type->name, '-');
    type->plural_key = key_of(r->a, type->plural, '-');
    const struct yaml *fields = yaml_get(map, STR("fields"));
    if (!fields || fields->kind != YAML_LIST || !fields->count)
        return FAIL_AT(r, map, "\"" STR_FORMAT "\" needs a list of fields", STR_ARGS(type->name));
    type->fields = arena_array(r->a, fields->count, sizeof *type->fields);
    type->field_count = fields->count;
    return 0;
}

static int read_type_fields(struct reading *r, const struct yaml *map, struct model_type *type)
{
    const struct yaml *list = yaml_get(map, STR("fields"));
    struct model_field *fields = (struct model_field *)(uintptr_t)type->fields;
    for (size_t i = 0; i < list->count; i++)
        if (read_field(r, &list->items[i], type, &fields[i])) return -1;
    return read_key_fields(r, map, type);
}

/* Each type learns who links to it; the names must not hide each other. */
static int collect_inverses(struct reading *r, const struct yaml *types)
{
    for (size_t t = 0; t < r->m->type_count; t++) {
        struct model_type *to = &r->types[t];
        VEC(struct model_inverse) found = {0};
        for (size_t i = 0; i < r->m->type_count; i++)
            for (size_t j = 0; j < r->types[i].field_count; j++) {
                const struct model_field *f = &r->types[i].fields[j];
                if (f->to != to || !f->inverse.p) continue;
                bool clash = model_field(to, f->inverse) || str_eq_nocase(f->inverse, STR("id")) ||
                             str_eq_nocase(f->inverse, STR("type"));
                VEC_EACH(o, &found) clash = clash || same_word(o->name, f->inverse);
                if (clash)
                    return FAIL_AT(r, &yaml_get(&types->items[i], STR("fields"))->items[j],
                                   "the inverse \"" STR_FORMAT "\" is already a name of " STR_FORMAT,
                                   STR_ARGS(f->inverse), STR_ARGS(to->name));
                *vec_add(r->a, &found) = (struct model_inverse){f->inverse, &r->types[i], f};
            }
        to->inverses = found.items;
        to->inverse_count = found.count;
    }
    return 0;
}

static int read_sides(struct reading *r, const struct yaml *top)
{
    static const str keys[] = {STR_INIT("key"), STR_INIT("name")};
    const struct yaml *list = yaml_get(top, STR("sides"));
    if (!list || list->kind != YAML_LIST || !list->count) return FAIL_AT(r, top, "a list of sides is missing");
    struct model_side *sides = arena_array(r->a, list->count, sizeof *sides);
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml *node = &list->items[i];
        if (node->kind != YAML_MAP) return FAIL_AT(r, node, "a side is written as {key: it, name: IT}");
        if (yaml_only(node, keys, ARRAY_COUNT(keys), r->err) || copied_text(r, node, STR("key"), true, &sides[i].key) ||
            copied_text(r, node, STR("name"), true, &sides[i].name) || check_name(r, node, sides[i].key))
            return -1;
        for (size_t j = 0; j < i; j++)
            if (same_word(sides[i].key, sides[j].key))
                return FAIL_AT(r, node, "the side \"" STR_FORMAT "\" stands there twice", STR_ARGS(sides[i].key));
    }
    r->m->sides = sides;
    r->m->side_count = list->count;
    return 0;
}

/* The two sides that sign: marketing and IT unless the file says otherwise. */
static int read_keys(struct reading *r, const struct yaml *top)
{
    static const str usual[] = {STR_INIT("marketing"), STR_INIT("it")};
    const str *names = usual;
    size_t count = ARRAY_COUNT(usual);
    const struct yaml *node = yaml_get(top, STR("keys"));
    if (node && yaml_texts(r->a, top, STR("keys"), &names, &count, r->err)) return -1;
    if (count != ARRAY_COUNT(usual) || str_eq(names[0], names[1]))
        return FAIL_AT(r, node, "keys names the two sides that sign, as in [marketing, it]");
    for (size_t i = 0; i < count; i++) {
        r->m->keys[i] = model_side(r->m, names[i]);
        if (!r->m->keys[i] && node)
            return FAIL_AT(r, node, "there is no side \"" STR_FORMAT "\" to hold a key", STR_ARGS(names[i]));
    }
    for (size_t i = 0; i < r->m->type_count; i++)
        if (r->types[i].two_key && (!r->m->keys[0] || !r->m->keys[1]))
            return FAIL_AT(r, top, "\"" STR_FORMAT "\" needs two sides that sign: write keys: [SIDE, SIDE]",
                           STR_ARGS(r->types[i].name));
    return 0;
}

static int read_model(struct reading *r, const struct yaml *top)
{
    static const str keys[] = {STR_INIT("version"), STR_INIT("sides"), STR_INIT("keys"), STR_INIT("types")};
    int64_t version = 0;
    if (top->kind != YAML_MAP) return FAIL_AT(r, top, "a metamodel is a map with version, sides and types");
    if (yaml_only(top, keys, ARRAY_COUNT(keys), r->err) || yaml_int(top, STR("version"), true, &version, r->err))
        return -1;
    if (version != 1) return FAIL_AT(r, yaml_get(top, STR("version")), "this program reads metamodels of version 1");
    if (read_sides(r, top)) return -1;
    const struct yaml *types = yaml_get(top, STR("types"));
    if (!types || types->kind != YAML_LIST || !types->count) return FAIL_AT(r, top, "a list of types is missing");
    r->types = arena_array(r->a, types->count, sizeof *r->types);
    r->m->types = r->types;
    for (size_t i = 0; i < types->count; i++)
        if (read_type_head(r, &types->items[i], &r->types[i])) return -1;
    r->m->type_count = types->count;
    if (read_keys(r, top)) return -1;
    for (size_t i = 0; i < types->count; i++)
        if (read_type_fields(r, &types->items[i], &r->types[i])) return -1;
    return collect_inverses(r, types);
}

int model_parse(struct arena *a, str yaml, str file, const struct model **out, struct err *err)
{
    const struct yaml *top;
    struct reading r = {.a = a, .m = arena_zalloc(a, sizeof *r.m), .err = err};
    if (yaml_parse(a, yaml, file, &top, err) || read_model(&r, top)) return err_in(err, file);
    *out = r.m;
    return 0;
}
